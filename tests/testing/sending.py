"""A plain client for the fixture's own tests: bytes over a socket, and what comes back."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.frontends.connexion import wire
from gateway.model import Logon
from gateway.testing.native import TrioGateway
from gateway.testing.zone import Gateway

PATIENCE = 120.0
"""Seconds after which a test gives up, for machines that are busy."""


def message(gateway: Gateway | TrioGateway, record: bytes, *, password: str | None = None, logon_id: str = "") -> bytes:
    """An export to the gateway's zone; or with another logon."""
    given = gateway.password if password is None else password
    return wire.compose(Logon(logon_id=(logon_id or gateway.logon_id).encode(), password=given.encode()), record)


@contextmanager
def connected(gateway: Gateway | TrioGateway) -> Iterator[socket.socket]:
    """A connection."""
    with socket.create_connection((gateway.host, gateway.port), timeout=PATIENCE) as connection:
        yield connection


def exported(gateway: Gateway | TrioGateway, record: bytes, **logon: str) -> bytes:
    """The reply to an export, up to its NUL or to the connection's end; nothing where it is reset."""
    with connected(gateway) as connection:
        connection.sendall(message(gateway, record, **logon))
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """What comes, up to a NUL, the end, or a reset."""
    received = b""
    try:
        while not received.endswith(b"\0") and (some := connection.recv(4096)):
            received += some
    except ConnectionResetError:
        received += b"<reset>"
    return received


def exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer where the connection ends before."""
    received = b""
    while len(received) < size and (some := connection.recv(size - len(received))):
        received += some
    return received


def knock(gateway: Gateway) -> bytes:
    """What a client gets that sends nothing; it may be reset before it knows that it was connected."""
    try:
        with connected(gateway) as connection:
            return rest(connection)
    except ConnectionResetError:
        return b"<reset>"
