"""What `gateway doctor` looks at where zones are searched by Z39.50."""

import errno

from gateway.addresses import reached_at, why_not_searched
from gateway.cli.checking import Check, listening_error
from gateway.config import Settings
from gateway.frontends.base import spelled


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
        if await why_not_searched(reached_at(address), port) is None:
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
