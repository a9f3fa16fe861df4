"""Addresses as people and clients need them: where a listener of the settings is reached, and this computer's own."""

import ipaddress
import socket
from contextlib import suppress
from typing import Final

import trio

from gateway.frontends.base import CHUNK_BYTES, GONE, is_loopback
from gateway.frontends.connexion.client import refusal

FAR_AWAY: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849), behind whatever leads out of the local network."""
DISCARD_PORT: Final = 9
"""Any port does: nothing is sent."""
LIVEZ: Final = b"GET /livez HTTP/1.0\r\n\r\n"
ANSWER_SECONDS: Final = 5.0
"""How long a listener may take to say that it lives: it asks no store for that."""


def lan_address() -> str | None:
    """The address by which other computers of the local network reach this one; None where there is none.

    Asks the system which of its addresses it would send from; no packet is sent and no name server asked. A system
    that knows no way out is asked for the address of its own name.
    """
    for family, address in FAR_AWAY:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, DISCARD_PORT))
            name: str = probe.getsockname()[0]
            if not is_loopback(name):
                return name
    with suppress(OSError):
        name = socket.gethostbyname(socket.gethostname())
        if not is_loopback(name):
            return name
    return None


def reached_at(address: str) -> str:
    """Where this computer itself reaches a listener on `address`: one on every address answers on loopback too."""
    with suppress(ValueError):
        ip = ipaddress.ip_address(address)
        if ip.is_unspecified:
            return "127.0.0.1" if ip.version == 4 else "::1"
    return address


def loopback_only(address: str) -> bool:
    """Whether a listener on this address, or name of this computer, is beyond the reach of other computers."""
    try:
        return is_loopback(address)
    except ValueError:
        return address == "localhost"


def spelled(address: str, port: int) -> str:
    """`address:port`, an IPv6 address in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


async def why_not_live(address: str, port: int, seconds: float = ANSWER_SECONDS) -> str | None:
    """Ask the gateway that listens there whether it lives; None if it does, else what happened instead."""
    with trio.move_on_after(seconds):
        try:
            stream = await trio.open_tcp_stream(address, port)
        except OSError as error:
            return refusal(error)
        async with stream:
            begins = await _first_line(stream)
        if begins.startswith(b"HTTP/") and begins.split()[1:2] == [b"200"]:
            return None
        return "something answers there that is no gateway" if begins else "closed without an answer"
    return f"no answer within {seconds:g} s"


async def _first_line(stream: trio.SocketStream) -> bytes:
    received = b""
    with suppress(*GONE):
        await stream.send_all(LIVEZ)
        while b"\n" not in received and len(received) < CHUNK_BYTES:
            chunk = await stream.receive_some(CHUNK_BYTES)
            if not chunk:
                break
            received += chunk
    return received
