"""Scripts and clocks: what a zone, or a host, is told to do for a client that is tried out."""

from datetime import datetime
from typing import Final

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import scripts
from gateway.desk.scripts import HostScript, ZoneScript
from gateway.frontends.api.parameters import HostKey, ScriptedZone, TheDesk, ZoneKey
from gateway.model import ConnectionStep, ReplyStep

TAGS = ["scripts"]
SCRIPT_BYTES: Final = 1024 * 1024
"""Longest script as JSON: a thousand steps with a thousand characters each, or the most garbage, in hexadecimal."""


class ReplyScript(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done with the exports to a zone that come next."""

    steps: tuple[ReplyStep, ...]
    """Taken in their order; behind the last the gateway goes on as ever."""


class ConnectionScript(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done with the connections to a host that come next."""

    steps: tuple[ConnectionStep, ...]
    """Taken in their order; behind the last clients are served as ever."""


class Frozen(Struct, frozen=True, forbid_unknown_fields=True):
    """A time at which a zone's clock stands still."""

    at: datetime
    """With its time zone, such as 2026-03-01T12:00:00Z."""


@put("/zones/{zone:str}/script", operation_id="giveZoneScript", tags=TAGS, request_max_body_size=SCRIPT_BYTES)
async def give_zone(desk: TheDesk, zone: ZoneKey, data: JSONBody[ReplyScript]) -> ZoneScript:
    """Have a zone answer the exports that come next by a script, in place of an earlier one.

    A step is taken where the logon was right. Scripts are kept by the running gateway alone.
    """
    return scripts.give_zone(desk, zone, data.steps)


@get("/zones/{zone:str}/script", operation_id="getZoneScript", tags=TAGS)
async def zone_script(desk: TheDesk, zone: ScriptedZone) -> ZoneScript:
    """Tell how far a zone's script has come."""
    return scripts.of_zone(desk, zone)


@delete("/zones/{zone:str}/script", operation_id="endZoneScript", tags=TAGS, status_code=200)
async def end_zone(desk: TheDesk, zone: ScriptedZone) -> ZoneScript:
    """Leave a zone without a script; the answer tells what of it was not used up."""
    return scripts.take_from_zone(desk, zone)


@put("/hosts/{host:str}/script", operation_id="giveHostScript", tags=TAGS, request_max_body_size=SCRIPT_BYTES)
async def give_host(desk: TheDesk, host: HostKey, data: JSONBody[ConnectionScript]) -> HostScript:
    """Have a host do with those who connect next what a script says, in place of an earlier one.

    A step is taken before a byte is read, so by whoever connects: health checks too.
    """
    return scripts.give_host(desk, host, data.steps)


@get("/hosts/{host:str}/script", operation_id="getHostScript", tags=TAGS)
async def host_script(desk: TheDesk, host: HostKey) -> HostScript:
    """Tell how far a host's script has come."""
    return scripts.of_host(desk, host)


@delete("/hosts/{host:str}/script", operation_id="endHostScript", tags=TAGS, status_code=200)
async def end_host(desk: TheDesk, host: HostKey) -> HostScript:
    """Leave a host without a script; the answer tells what of it was not used up."""
    return scripts.take_from_host(desk, host)


@put("/zones/{zone:str}/clock", operation_id="freezeZone", tags=TAGS, status_code=204)
async def freeze(desk: TheDesk, zone: ZoneKey, data: JSONBody[Frozen]) -> None:
    """Have a zone's clock stand still: what is filed from now on has this time."""
    scripts.freeze(desk, zone, data.at)


@delete("/zones/{zone:str}/clock", operation_id="unfreezeZone", tags=TAGS)
async def unfreeze(desk: TheDesk, zone: ZoneKey) -> None:
    """Have a zone's clock go on."""
    scripts.unfreeze(desk, zone)
