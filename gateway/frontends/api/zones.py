"""Zones: which there are, new ones, and what is typed into Connexion for them."""

from typing import Final

from litestar import Response, delete, get, post
from litestar.params import JSONBody
from msgspec import Struct
from msgspec.structs import replace

from gateway.desk import dialog, zones
from gateway.desk.dialog import KNOWN_TO_YOU, Dialog, Typed
from gateway.desk.zones import ZoneMade, ZoneShown, ZoneWanted
from gateway.frontends.api.about import place
from gateway.frontends.api.parameters import Counted, MadeZone, TheDesk, ZoneKey
from gateway.frontends.api.places import ROOT

NOT_TOLD: Final = "The API tells no password. Capitals and spaces count."


class ZoneList(Struct, frozen=True):
    """All zones."""

    zones: tuple[ZoneShown, ...]
    """Those of the settings first, in their order."""


class PasswordWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Another password for a zone."""

    password: str | None = None
    """The password, or its argon2id hash; null = one is made."""

    def __repr__(self) -> str:
        return "<PasswordWanted>"


@get("/zones", operation_id="listZones", tags=["zones"])
async def list_zones(desk: TheDesk, counted: Counted = False) -> ZoneList:
    """List the zones, those of the settings and those made at run time."""
    return ZoneList(await zones.listed(desk.store, desk.zones, counted=counted))


@get("/zones/{zone:str}", operation_id="getZone", tags=["zones"])
async def get_zone(desk: TheDesk, zone: ZoneKey, counted: Counted = False) -> ZoneShown:
    """Tell of one zone what it is, and how much it holds if that is asked."""
    return await zones.one(desk.store, desk.zones, zone, counted=counted)


@post("/zones", operation_id="makeZone", tags=["zones"])
async def make_zone(desk: TheDesk, data: JSONBody[ZoneWanted]) -> Response[ZoneMade]:
    """Make a zone, to which one can export at once.

    A password that is made for it is told in this answer and never again.
    """
    made = await zones.make(desk.store, desk.zones, data)
    return Response(made, headers={"location": f"{ROOT}/zones/{made.zone.key}", "cache-control": "no-store"})


@post("/zones/{zone:str}/password", operation_id="changeZonePassword", tags=["zones"], status_code=200)
async def change_password(desk: TheDesk, zone: MadeZone, data: JSONBody[PasswordWanted]) -> Response[ZoneMade]:
    """Give a zone made at run time another password.

    One that is made for it is told in this answer and never again.
    """
    made = await zones.new_password(desk.store, desk.zones, zone, data.password)
    return Response(made, headers={"cache-control": "no-store"})


@post("/zones/{zone:str}/reset", operation_id="resetZone", tags=["zones"], status_code=204)
async def reset_zone(desk: TheDesk, zone: ZoneKey) -> None:
    """Forget all that a zone holds, records with their holdings, and submissions; its next MMS ID is its first."""
    await zones.reset(desk.store, desk.zones, zone)


@delete("/zones/{zone:str}", operation_id="deleteZone", tags=["zones"])
async def delete_zone(desk: TheDesk, zone: MadeZone) -> None:
    """Forget a zone made at run time and all that it holds.

    One of the settings, and a network zone to which others belong, stay: 409.
    """
    await zones.delete(desk.store, desk.zones, zone)


@get("/zones/{zone:str}/connexion", operation_id="getConnexionSettings", tags=["zones"])
async def connexion_settings(desk: TheDesk, zone: ZoneKey) -> Dialog:
    """Tell what to type into Connexion client for a zone, label by label; its password is not told."""
    found_zone = await zones.in_force(desk.zones, zone)
    there = place(desk, found_zone.host)
    found = dialog.connexion_settings(
        found_zone, address=there.address, port=there.port, only_here=there.only_here, password=None
    )
    return replace(found, settings=tuple(map(_without_hash, found.settings)))


def _without_hash(typed: Typed) -> Typed:
    """The same, but of a password no word on how it is kept."""
    return replace(typed, why=NOT_TOLD) if typed.value == KNOWN_TO_YOU else typed
