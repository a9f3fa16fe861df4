"""Forms about scripts on a zone's page: a step more, and the end, of its own script and of its host's."""

from litestar import Response, post

from gateway.desk import scripts, zones
from gateway.errors import Unfit
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Segment, TheDesk
from gateway.frontends.ui.records import gone_to
from gateway.frontends.ui.render import PageRequest, link
from gateway.frontends.ui.script_forms import Filled, by_field, read, read_host
from gateway.frontends.ui.zones import shown


@post("/zones/{zone:str}/script")
async def add(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str] | Response[None]:
    """Add a step; the form once more, with what is wrong, where it is none. Raises `Conflict`, `NotFound`."""
    given = await forms.fields(request)
    try:
        scripts.add_to_zone(desk, zone, read(given))
    except Unfit as error:
        return await shown(request, desk, zone, script=Filled(given, by_field(error.faults)), status=400)
    return gone_to(link(f"/zones/{zone}", done="step"))


@post("/zones/{zone:str}/script/end", status_code=200)
async def end(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """End the zone's script, and say what was left of it."""
    await forms.fields(request)
    ended = scripts.take_from_zone(desk, zone)
    return await shown(request, desk, zone, done=_ended(f"zone {zone}", ended.left, "export"))


@post("/zones/{zone:str}/host-script")
async def add_host(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str] | Response[None]:
    """Add a step to the script of the zone's host. As `add`."""
    given = await forms.fields(request)
    host = (await zones.one(desk.store, desk.zones, zone)).host
    try:
        scripts.add_to_host(desk, host, read_host(given))
    except Unfit as error:
        return await shown(request, desk, zone, host_script=Filled(given, by_field(error.faults)), status=400)
    return gone_to(link(f"/zones/{zone}", done="host-step"))


@post("/zones/{zone:str}/host-script/end", status_code=200)
async def end_host(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """End the script of the zone's host, and say what was left of it."""
    await forms.fields(request)
    host = (await zones.one(desk.store, desk.zones, zone)).host
    ended = scripts.take_from_host(desk, host)
    return await shown(request, desk, zone, done=_ended(f"host {host}", ended.left, "connection"))


def _ended(whose: str, left: int, noun: str) -> str:
    if not left:
        return f"The script of {whose} is ended. All of it was used."
    came = f"{left:,} {noun}{'' if left == 1 else 's'} did not come"
    return f"The script of {whose} is ended. It was not used up: {came}."


handlers = (add, end, add_host, end_host)
