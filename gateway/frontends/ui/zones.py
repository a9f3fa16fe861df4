"""Zones: which there are, what to type into Connexion for one, how records come in, and zones made at run time."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from litestar import Response, get, post
from markupsafe import Markup

from gateway.desk import zones
from gateway.desk.desk import Desk
from gateway.desk.lessons.lesson import INTEGRATION_PROFILE
from gateway.desk.zones import ZoneWanted
from gateway.errors import Conflict, Unfit
from gateway.frontends.ui import forms, lending_section, publishing_section, script_section
from gateway.frontends.ui.parameters import Segment, Text, TheDesk
from gateway.frontends.ui.records import gone_to
from gateway.frontends.ui.render import PageRequest, link, page
from gateway.frontends.ui.script_forms import NOT_FILLED, Filled
from gateway.frontends.ui.webhook_section import NOTHING, Happened, section
from gateway.frontends.ui.welcome import settings_of
from gateway.model import ZoneKind

KINDS: Final[dict[ZoneKind, str]] = {"institution": "Institution zone", "network": "Network zone"}
NEW: Final = {
    "key": "Name in the gateway",
    "code": "Institution code",
    "kind": "Kind",
    "host": "Host",
    "network": "Network zone it belongs to",
    "mms_suffix": "Last four digits of its MMS IDs",
    "profiles": "Integration profile",
    "password": "Password",
}
"""Fields of the form for a new zone, by the names that `desk.zones` gives to what is wrong, with their labels."""
DONE: Final = {
    "reset": "The zone is empty: its next MMS ID is its first.",
    "step": "The step is added to its script.",
    "host-step": "The step is added to the script of its host.",
    "published": Markup('The run has ended: what it published stands under <a href="#publishing">OAI-PMH</a>.'),
    "publishing": Markup(
        'The run goes on: load the page again to see, under <a href="#publishing">OAI-PMH</a>, how far it has come.'
    ),
    "webhook": "The webhook is deleted: nothing more is sent to it.",
}
"""What has just been done, by what the query calls it."""


class Member(NamedTuple):
    """A zone as a choice in a form."""

    key: str
    words: str


@get("/zones")
async def listing(request: PageRequest, desk: TheDesk) -> Response[str]:
    """All of them with what they hold."""
    return page(request, "zones.html", zones=await zones.listed(desk.store, desk.zones, counted=True), kinds=KINDS)


@get("/zones/{zone:str}")
async def show(request: PageRequest, desk: TheDesk, zone: Segment, done: Text = "") -> Response[str]:
    """One of them."""
    return await shown(request, desk, zone, done=DONE.get(done, ""))


@get("/zones/new")
async def ask(request: PageRequest, desk: TheDesk) -> Response[str]:
    """The form for a new one."""
    return _form(request, desk, {"kind": "institution"})


@post("/zones/new", status_code=200)
async def make(request: PageRequest, desk: TheDesk) -> Response[str]:
    """Make it, and show its password this once; the form once more, with what is wrong, where it cannot be."""
    given = await forms.fields(request)
    try:
        made = await zones.make(desk.store, desk.zones, _wanted(given))
    except Unfit as error:
        return _form(request, desk, given, error.faults, 400)
    words = f"Zone {made.zone.key} is made: export to it at once."
    return await shown(request, desk, made.zone.key, done=words, password=made.password)


@post("/zones/{zone:str}/password", status_code=200)
async def password(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """Give it another password, and show it this once. Raises `Conflict` for a zone of the settings."""
    given = (await forms.fields(request)).get("password", "")
    try:
        made = await zones.new_password(desk.store, desk.zones, zone, given or None)
    except Unfit as error:
        wrong = "; ".join(words for _, words in error.faults)
        return await shown(request, desk, zone, wrong=f"The password {wrong}.", status=400)
    return await shown(request, desk, zone, done="It has another password from now on.", password=made.password)


@get("/zones/{zone:str}/reset")
async def ask_reset(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """What goes when it is emptied."""
    return await _confirm(request, desk, zone, "reset")


@post("/zones/{zone:str}/reset")
async def reset(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[None]:
    """Empty it."""
    await forms.fields(request)
    await zones.reset(desk.store, desk.zones, zone)
    return gone_to(link(f"/zones/{zone}", done="reset"))


@get("/zones/{zone:str}/delete")
async def ask_delete(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """What goes when it is deleted. Raises `Conflict` for a zone of the settings."""
    return await _confirm(request, desk, zone, "delete")


@post("/zones/{zone:str}/delete")
async def delete(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[None]:
    """Delete it, as long as it was made at run time."""
    await forms.fields(request)
    await zones.delete(desk.store, desk.zones, zone)
    return gone_to("/zones")


async def shown(
    request: PageRequest,
    desk: Desk,
    key: str,
    *,
    done: str = "",
    password: str | None = None,
    wrong: str = "",
    webhooks: Happened = NOTHING,
    script: Filled = NOT_FILLED,
    host_script: Filled = NOT_FILLED,
    status: int = 200,
) -> Response[str]:
    """The page of a zone; `password` where it is to be shown this once, `webhooks` what was done with these."""
    zone = await zones.one(desk.store, desk.zones, key, counted=True)
    known = desk.known()
    in_force = not zone.left_out and zone.host in {one.host for one in desk.places}
    return page(
        request,
        "zone.html",
        status=status,
        zone=zone,
        kind=KINDS[zone.kind],
        settings=settings_of(desk, key, password) if in_force else None,
        members=[other for other in desk.zones.by_key.values() if other.network == key],
        profile=zones.profile_words(desk.zones, key, known),
        profile_title=", ".join(known.profiles[key].title for key in zone.profiles if key in known.profiles),
        where_in_alma=INTEGRATION_PROFILE,
        publishing=None if zone.left_out else await publishing_section.section(request, desk, key),
        lending=await lending_section.of_zone(desk, key),
        webhooks=await section(desk, key, webhooks),
        script=script_section.section(desk, key, script, host_script),
        done=done,
        wrong=wrong,
    )


async def _confirm(request: PageRequest, desk: Desk, key: str, what: str) -> Response[str]:
    zone = await zones.one(desk.store, desk.zones, key, counted=True)
    if what == "delete" and zone.made_at is None:
        raise Conflict(
            f"zone {key} stands in the settings; take it out there (zones.{key}), and start the gateway anew"
        )
    return page(request, "zone_confirm.html", zone=zone, what=what)


def _form(
    request: PageRequest,
    desk: Desk,
    given: dict[str, str],
    faults: Iterable[tuple[str, str]] = (),
    status: int = 200,
) -> Response[str]:
    wrong: dict[str, str] = {}
    for field, words in faults:
        wrong[field] = f"{wrong[field]}; {words}" if field in wrong else words
    networks = [zone for zone in desk.zones.by_key.values() if zone.kind == "network"]
    choices = {
        "kind": [Member(kind, words) for kind, words in KINDS.items()],
        "host": [
            Member("", "The first that has zones of this kind"),
            *(Member(one.host, one.host) for one in desk.places),
        ],
        "network": [Member("", "none"), *(Member(zone.key, f"{zone.key} {zone.code}") for zone in networks)],
        "profiles": [
            Member("", "The usual one of its kind"),
            *(Member(key, f"{key}: {one.title}") for key, one in desk.known().profiles.items()),
        ],
    }
    return page(request, "zone_new.html", status=status, given=given, labels=NEW, wrong=wrong, choices=choices)


def _wanted(given: dict[str, str]) -> ZoneWanted:
    """What the form says; what is empty is left to the gateway."""
    text = {name: given.get(name, "").strip() for name in NEW}
    profile = text["profiles"]
    return ZoneWanted(
        key=text["key"],
        code=text["code"],
        kind="network" if text["kind"] == "network" else "institution",
        host=text["host"] or None,
        network=text["network"] or None,
        mms_suffix=text["mms_suffix"] or None,
        profiles=(profile,) if profile else None,
        password=given.get("password") or None,
    )


handlers = (listing, show, ask, make, password, ask_reset, reset, ask_delete, delete)
