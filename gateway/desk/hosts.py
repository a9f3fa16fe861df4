"""Hosts that are made while the gateway runs: a test's own, so that what it does to connections disturbs no other."""

from typing import Final

import structlog
from msgspec import Struct

from gateway.desk.desk import Desk, Place
from gateway.errors import Conflict, NotFound, SettingsError, Unfit
from gateway.importer.fitting import hint, key_fault
from gateway.model import Host

HOSTS: Final = 64
"""Most that are made at run time: each has two listeners, open files that no connection can be (`app.SPARE_FILES`)."""
NAMES: Final = 20
"""Most names of one: Alma's hosts have one or two."""
NAME_CHARACTERS: Final = 253
"""Longest name of a host (RFC 1035)."""


class HostWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A host that is to be made."""

    key: str
    """Its name in the gateway: small letters, digits and hyphens."""
    names: tuple[str, ...] = ()
    """What it is called in real life; shown, never resolved."""
    z3950: bool | None = None
    """Whether its zones can be searched by Z39.50; null = if those of a host of the settings can."""


async def make(desk: Desk, wanted: HostWanted) -> Place:
    """Take exports at a further host until the gateway stops, on any free port beside the first host's; and on another
    one have its zones searched, where that is wanted.

    Raises `Unfit` with what is wrong in which field, `Conflict` where several workers take exports, there are as many
    as there can be, or the system has no port.
    """
    if not desk.alone:
        raise Conflict("several workers take exports, and a new host would be one's alone: start one (--workers 1)")
    wrong = key_fault(wanted.key)
    if not wrong and wanted.key in desk.hosts.scripted:
        wrong = f"there is a host {wanted.key} already"
    if wrong:
        raise Unfit([("key", wrong)])
    if not all(0 < len(name) <= NAME_CHARACTERS and name.isprintable() for name in wanted.names[: NAMES + 1]):
        raise Unfit([("names", f"are of 1 to {NAME_CHARACTERS} characters that can be shown")])
    if len(wanted.names) > NAMES:
        raise Unfit([("names", f"are {len(wanted.names):,}; a host has at most {NAMES}")])
    if len(desk.hosts.made) >= HOSTS:
        raise Conflict(f"there are {HOSTS} hosts that were made so, as many as there can be; delete one first")
    try:
        place = await desk.hosts.make(Host(wanted.key, wanted.names), searched=wanted.z3950)
    except SettingsError as error:
        raise Conflict(str(error)) from error
    _log().info("hosts.made", host=place.host, address=place.address, port=place.port, z3950=place.z3950)
    return place


async def remove(desk: Desk, key: str) -> None:
    """Take no exports at a host any more, and let nobody search there.

    Raises `NotFound`, `Conflict` for one of the settings and while there are zones at it, `StoreError`.
    """
    if key not in desk.hosts.scripted:
        raise NotFound(f"there is no host {key!r}; {hint(key, desk.hosts.scripted)}")
    if key not in desk.hosts.made:
        raise Conflict(f"host {key} stands in the settings; take it out there, and start the gateway anew")
    at = [zone.key for zone in desk.zones.by_key.values() if zone.host == key]
    if at:
        raise Conflict(f"there are zones at host {key}: {', '.join(sorted(at))}; delete them first")
    await desk.hosts.remove(key)
    _log().info("hosts.removed", host=key)


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk")
    return log
