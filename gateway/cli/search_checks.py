"""What `gateway doctor` looks at where zones are searched by Z39.50."""

import errno
from typing import Final

import trio

from gateway.addresses import ANSWER_SECONDS, reached_at
from gateway.cli.checking import Check, listening_error
from gateway.config import Settings
from gateway.frontends.base import CHUNK_BYTES, GONE, spelled
from gateway.frontends.z3950 import wire
from gateway.frontends.z3950.apdus import encode
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Option, Version

MESSAGE_OCTETS: Final = 65_536
"""Largest answer that is asked for; none comes."""
INIT: Final = encode(
    InitRequest(
        Version.V2 | Version.V3,
        Option.SEARCH | Option.PRESENT,
        MESSAGE_OCTETS,
        MESSAGE_OCTETS,
        implementation_name="gateway doctor",
    )
)


async def search_checks(settings: Settings) -> list[Check]:
    """One for each port of Z39.50, and one where OCLC's WMS has none but a zone has a key for it."""
    found = [
        await _port(f"Z39.50 {key}", f"hosts.{key}.z3950", host.address, port, chosen=host.z3950 is not None)
        for key, host in settings.hosts.items()
        for port in host.z3950_ports
    ]
    found += [await _port("WMS", "wms.ports", settings.wms.address, port, chosen=True) for port in settings.wms.ports]
    return found


async def _port(name: str, key: str, address: str, port: int, *, chosen: bool) -> Check:
    at = f"{address} port {port}"
    error = await listening_error(address, port)
    if error is None:
        return Check(name, "ok", f"{at} is free" if port else f"takes any free port of {address}")
    if error.errno == errno.EADDRINUSE:
        if await answers(reached_at(address), port):
            return Check(name, "ok", f"a server of Z39.50 answers at {at}")
        if not chosen:
            says = f"another program uses {at}; gateway serve takes the next port that is free"
            return Check(name, "warn", says, "type the port that gateway serve says into the client")
        return Check(name, "fail", f"another program uses {at}", f"choose another port: --set '{key}=[{port + 1}]'")
    if error.errno in (errno.EACCES, errno.EPERM):
        says = f"{at} is reserved for the administrator; gateway serve does without it"
        return Check(name, "warn", says, f"let clients use a port above 1023: --set '{key}=[1921]'")
    if error.errno == errno.EADDRNOTAVAIL:
        return Check(name, "warn", f"{address} is no address of this computer", "see the host's own check above")
    return Check(name, "fail", f"cannot listen on {spelled(address, port)}: {error.strerror}", "choose another port")


async def answers(address: str, port: int, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether something there answers an Init, with whatever it says."""
    connection = wire.Connection("responses")
    with trio.move_on_after(seconds):
        try:
            async with await trio.open_tcp_stream(address, port) as stream:
                await stream.send_all(INIT)
                while (event := connection.next_event()) is None:
                    connection.receive(await stream.receive_some(CHUNK_BYTES))
                return isinstance(event, InitResponse)
        except (OSError, *GONE, wire.ProtocolError):
            return False
    return False
