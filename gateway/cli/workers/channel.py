"""What a supervisor and its workers say to each other, over a pair of sockets that each worker has of its own.

First the supervisor sends `Orders`: passwords go this way, and so stand in no command line and no environment. The
worker answers with a `Report` when it serves, or why it cannot. Later the supervisor sends `STOP`, and `AT_ONCE` where
that takes too long. When one of the two is gone, for whatever reason, the other one finds the channel at its end.
"""

import pickle
import socket
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import trio

from gateway.config import Settings
from gateway.listeners import Bound, Listening, Places, Web
from gateway.model import Host

STOP: Final = b"s"
"""Stop accepting, finish what is in flight, end."""
AT_ONCE: Final = b"a"
"""Do not wait for what is in flight."""
LENGTH_BYTES: Final = 4
"""Of the number before the orders, which says how long they are."""


WEB_WORKER: Final = 1
"""The worker that serves page and API, and those who search: one is enough, and knows of all exports from the store."""
Serves = Literal["connexion", "z3950", "wms", "http", "https"]


class Place(NamedTuple):
    """A listener as it is handed over."""

    serves: Serves
    host: Host | None
    """Whose it is; None for the page's."""
    bound: Bound
    descriptors: tuple[int, ...]
    """Of the listening sockets; a worker inherits them under the same numbers."""


def handed(places: Places) -> tuple[Place, ...]:
    """All of them, for a worker to inherit."""
    kinds: tuple[tuple[Serves, Iterable[Listening]], ...] = (
        ("connexion", places.hosts),
        ("z3950", places.z3950),
        ("wms", places.wms),
    )
    found = [Place(serves, one.host, one.bound, _descriptors(one.listeners)) for serves, of in kinds for one in of]
    if places.web:
        found.append(Place(places.web.scheme, None, places.web.bound, _descriptors(places.web.listeners)))
    return tuple(found)


def taken(places: Iterable[Place]) -> Places:
    """The listeners, in the process that inherited them."""
    of_hosts: dict[Serves, list[Listening]] = {"connexion": [], "z3950": [], "wms": []}
    web = None
    for serves, host, bound, descriptors in places:
        sockets = [trio.socket.from_stdlib_socket(socket.socket(fileno=number)) for number in descriptors]
        listeners = [trio.SocketListener(one) for one in sockets]
        if serves == "http" or serves == "https":
            web = Web(listeners, bound, serves)
        else:
            assert host is not None
            of_hosts[serves].append(Listening(host, listeners, bound))
    return Places(of_hosts["connexion"], web, of_hosts["z3950"], of_hosts["wms"])


def _descriptors(listeners: Iterable[trio.SocketListener]) -> tuple[int, ...]:
    return tuple(listener.socket.fileno() for listener in listeners)


class Orders(NamedTuple):
    """All that a worker goes by: it reads no settings itself, for a file may have been changed meanwhile."""

    worker: int
    """Its number, from 1."""
    workers: int
    """How many there are."""
    settings: Settings
    places: Sequence[Place]
    terminal: bool
    """Whether what it logs comes to be seen on a terminal."""

    def sent(self) -> bytes:
        """As the supervisor sends them."""
        pickled = pickle.dumps(self)
        return len(pickled).to_bytes(LENGTH_BYTES, "big") + pickled

    @staticmethod
    def received(channel: socket.socket) -> "Orders":
        """Those that the supervisor sends. Blocks. Raises `EOFError` where it is gone."""
        length = _exactly(channel, LENGTH_BYTES)
        orders = pickle.loads(_exactly(channel, int.from_bytes(length, "big")))  # noqa: S301 - our own supervisor's
        assert isinstance(orders, Orders)
        return orders


class Report(msgspec.Struct, frozen=True):
    """What a worker tells: that it serves, or why it does not."""

    fault: str = ""
    """Why not, in words for people: a `GatewayError`'s. Empty where it serves."""

    def sent(self) -> bytes:
        """As the worker sends it: a line of JSON."""
        return msgspec.json.encode(self) + b"\n"

    @staticmethod
    def received(line: bytes) -> "Report":
        """What the line says."""
        return msgspec.json.decode(line, type=Report)


def _exactly(channel: socket.socket, count: int) -> bytes:
    try:
        received = channel.recv(count, socket.MSG_WAITALL)
    except ConnectionError as error:
        raise EOFError from error
    if len(received) < count:
        raise EOFError
    return received
