"""The first run: a library's institution code, what to type into Connexion, and the first export when it comes."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from litestar import Response, get, post
from litestar.response import Stream

from gateway.desk import cursors, libraries, zones
from gateway.desk.desk import Desk
from gateway.desk.dialog import Dialog, connexion_settings
from gateway.desk.watching import Arrival
from gateway.errors import Unfit
from gateway.frontends.http.events import event
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Text, Texts, TheDesk, TheStreams
from gateway.frontends.ui.render import PageRequest, fragment, page
from gateway.model import Zone, unfiled_zone

CODE_CHARACTERS: Final = 191
"""Longest institution code: it is the logon ID, and the client's length octet holds no more."""


class Settings(NamedTuple):
    """What to type into Connexion for a zone."""

    zone: Zone
    dialog: Dialog
    shown_once: bool
    """Whether its password stands here, and nowhere else ever again."""


@get("/welcome")
async def ask(request: PageRequest, desk: TheDesk) -> Response[str]:
    """The form."""
    return await first(request, desk, await desk.watch.here())


@post("/welcome", status_code=200)
async def make(request: PageRequest, desk: TheDesk) -> Response[str]:
    """Make the library's zones, and say what to type for them."""
    given = await forms.fields(request)
    code = given.get("code", "").strip()
    cursor = await desk.watch.here()
    try:
        made = await libraries.make_library(desk.store, desk.zones, code)
    except Unfit as error:
        wrong = f"The institution code {_first_words(error)}."
        return await first(request, desk, cursor, code=code, wrong=wrong, status=400)
    both = [made.institution, made.network]
    shown = [settings_of(desk, one.zone.key, one.password) for one in both]
    return page(request, "waiting.html", shown=shown, assumed=made.assumed, cursor=cursor, again=False)


@get("/welcome/waiting")
async def waiting(request: PageRequest, desk: TheDesk, since: Text, zone: Texts = None) -> Response[Any]:
    """The export that has come since then, else the same settings again, for who has no scripts. Raises `Unusable`."""
    place = cursors.read(since)
    watched = (*desk.zones.by_key, *(unfiled_zone(one.host) for one in desk.places))
    come = await desk.store.newer({key: place.mark(key) for key in watched}, limit=1)
    if come:
        return Response(None, status_code=303, headers={"location": f"/attempts/{come[0].seq}"})
    shown = [settings_of(desk, key) for key in zone or () if key in desk.zones.by_key]
    return page(request, "waiting.html", shown=shown, assumed=(), cursor=since, again=True)


@get("/welcome/events")
async def events(request: PageRequest, streams: TheStreams) -> Stream:
    """Each export that comes, for a page that waits for one."""

    def written(arrivals: Sequence[Arrival]) -> bytes:
        lines = [one.line for one in arrivals]
        return event(fragment("_has_come.html", lines=lines), id_=arrivals[-1].cursor, name="come")

    return streams.stream(request, written)


async def first(
    request: PageRequest, desk: Desk, cursor: str, *, code: str = "", wrong: str = "", status: int = 200
) -> Response[str]:
    """The form, and the zones that there are already."""
    there = [zone for zone in desk.zones.by_key.values() if zone.kind == "institution"]
    return page(
        request,
        "welcome.html",
        status=status,
        anything=bool(await desk.store.attempts(limit=1)),
        code=code,
        wrong=wrong,
        longest=CODE_CHARACTERS,
        there=there,
        only_here=all(place.only_here for place in desk.places),
        cursor=cursor,
    )


def settings_of(desk: Desk, key: str, password: str | None = None) -> Settings:
    """What to type for a zone; `password` where one was made just now, else the settings' own where it is in clear."""
    zone = desk.zones.by_key[key]
    [place] = [one for one in desk.places if one.host == zone.host]
    clear = password or zones.clear_password(desk.zones, zone)
    dialog = connexion_settings(zone, address=place.address, port=place.port, only_here=place.only_here, password=clear)
    return Settings(zone, dialog, password is not None)


def _first_words(error: Unfit) -> str:
    """What is wrong with the code, or else with the zone's key, which is made of it."""
    said = dict(error.faults)
    return said.get("code") or next(iter(said.values()))


handlers = (ask, make, waiting, events)
