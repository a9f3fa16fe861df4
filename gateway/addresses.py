"""Addresses as people and clients need them: where a listener of the settings is reached, and this computer's own."""

import ipaddress
import re
import socket
from contextlib import suppress
from typing import Final, NamedTuple

import trio

from gateway.frontends.base import CHUNK_BYTES, GONE, is_loopback
from gateway.frontends.connexion.client import refusal

FAR_AWAY: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849), behind whatever leads out of the local network."""
DISCARD_PORT: Final = 9
"""Any port does: nothing is sent."""
LIVEZ: Final = b"GET /livez HTTP/1.0\r\n\r\n"
HEAD_END: Final = b"\r\n\r\n"
NAMED: Final = re.compile(rb"ok ([a-z0-9][a-z0-9-]*)\n?")
"""Body of the answer: the host for which the gateway lives (`config.reader.NAME`)."""
LISTENS_ELSEWHERE: Final = "it was started with --lan or with other settings; use the address and port that it printed"
"""Why a host is not where the settings have it, and what to do."""
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


class Answer(NamedTuple):
    """What came of asking a listener whether it lives."""

    fault: str = ""
    """Why no gateway could be heard there; empty where one lives."""
    host: str = ""
    """Key of the host for which it lives; empty where it names none."""

    def is_of_another(self, host: str) -> bool:
        """Whether it names a host other than this one."""
        return self.host not in ("", host)


async def ask(address: str, port: int, seconds: float = ANSWER_SECONDS) -> Answer:
    """Ask the gateway that listens there whether it lives, over one connection."""
    with trio.move_on_after(seconds):
        try:
            stream = await trio.open_tcp_stream(address, port)
        except OSError as error:
            return Answer(refusal(error))
        async with stream:
            response = await _response(stream)
        if not _is_well(response):
            return Answer("something answers there that is no gateway" if response else "closed without an answer")
        named = NAMED.fullmatch(response.partition(HEAD_END)[2])
        return Answer(host=named[1].decode() if named else "")
    return Answer(f"no answer within {seconds:g} s")


async def why_not_live(address: str, port: int, host: str | None = None, seconds: float = ANSWER_SECONDS) -> str | None:
    """Ask the gateway that listens there whether it lives, for `host` if that is given; None if so, else why not."""
    answer = await ask(address, port, seconds)
    if host is not None and answer.is_of_another(host):
        return f"another host of the gateway answers there ({answer.host}): {LISTENS_ELSEWHERE}"
    return answer.fault or None


async def why_not_searched(address: str, port: int, seconds: float = ANSWER_SECONDS) -> str | None:
    """Ask whether somebody can search there by Z39.50; None if so, be it only with a password, else why not."""
    from gateway.frontends.z3950.client import why_not_answered

    with trio.move_on_after(seconds):
        try:
            stream = await trio.open_tcp_stream(address, port)
        except OSError as error:
            return refusal(error)
        async with stream:
            return await why_not_answered(stream)
    return f"no answer within {seconds:g} s"


async def _response(stream: trio.SocketStream) -> bytes:
    """What is answered, as far as it tells anything: whether all is well, and if so one line more."""
    received = b""
    with suppress(*GONE):
        await stream.send_all(LIVEZ)
        while not _is_enough(received) and (chunk := await stream.receive_some(CHUNK_BYTES)):
            received += chunk
    return received


def _is_enough(received: bytes) -> bool:
    if len(received) >= CHUNK_BYTES:
        return True
    return b"\n" in received.partition(HEAD_END)[2] if _is_well(received) else b"\n" in received


def _is_well(response: bytes) -> bool:
    return response.startswith(b"HTTP/") and response.split()[1:2] == [b"200"]
