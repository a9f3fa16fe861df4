"""A library's institution zone and network zone in one step, from its institution code alone."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from gateway.desk.zones import ZoneMade, ZoneWanted, hosts_with, make, one
from gateway.errors import Unfit
from gateway.importer.zones import Zones
from gateway.stores.base import Store

CODE: Final = re.compile(r"01([A-Za-z0-9]+)_([A-Za-z0-9]+)")
"""An institution code of Alma's: `01`, the consortium, the library."""
NAME: Final = re.compile(r"[A-Za-z0-9]+")
"""A library's own part of it."""
CONSORTIUM: Final = "CARLI"
"""Whose library it is assumed to be where only its own part is given."""
NETWORK: Final = "NETWORK"
"""Stands in a network's code where a library's has its own part."""
ALONE: Final = "INST"
"""Stands there in the code of an institution that has one of its own: `01XYZ_INST`."""
FORM: Final = "write it as Alma does, such as 01CARLI_XYZ, or its last part alone, such as xyz"


class Library(Struct, frozen=True):
    """A library's two zones; those that were there before as they are."""

    institution: ZoneMade
    """With the password where it was made now; that is told never again."""
    network: ZoneMade
    """The same."""
    assumed: tuple[str, ...]
    """What was taken for granted, in sentences."""


class _Codes(Struct, frozen=True):
    """What a library's code tells."""

    name: str
    """What its zones are called after."""
    consortium: str
    institution: str
    """Its institution code."""
    network: str
    """Its network's."""


async def make_library(store: Store, zones: Zones, code: str) -> Library:
    """The zones of the library that has this code, or this last part of one; made where they are not there yet.

    The institution is at the first host of the settings that has institutions, the network at the first that has
    networks, else at the same. Libraries of one consortium share its network. Raises `Unfit`, `StoreError`.
    """
    codes = _codes(code)
    await zones.read()
    host = hosts_with(zones, "institution")[0]
    key = _free_key(zones, codes.name, f"{codes.consortium}-{codes.name}")
    network = ZoneWanted(
        key=_free_key(zones, f"{key}-network"),
        code=codes.network,
        kind="network",
        host=hosts_with(zones, "network", otherwise=host)[0],
    )
    network_made = await _see_to(store, zones, network)
    institution = ZoneWanted(
        key=key,
        code=codes.institution,
        host=host,
        network=network_made.zone.key,
    )
    institution_made = await _see_to(store, zones, institution)
    return Library(institution_made, network_made, tuple(_assumed(code, codes, network_made)))


async def _see_to(store: Store, zones: Zones, wanted: ZoneWanted) -> ZoneMade:
    """The zone of this host and code; made where it is not there yet, and nobody makes it meanwhile."""
    at = wanted.host or "", wanted.code
    try:
        if at not in zones.accounts:
            return await make(store, zones, wanted)
    except Unfit:
        if at not in zones.accounts:
            raise
    return ZoneMade(await one(store, zones, zones.accounts[at].zone.key), None)


def _codes(text: str) -> _Codes:
    """What is meant by what was typed. Raises `Unfit`."""
    typed = text.strip()
    whole = CODE.fullmatch(typed)
    if whole:
        consortium, library = whole[1].upper(), whole[2].upper()
    elif NAME.fullmatch(typed):
        consortium, library = CONSORTIUM, typed.upper()
    else:
        raise Unfit([("code", f"is no institution code; {FORM}" if typed else f"is empty; {FORM}")])
    if library == NETWORK:
        raise Unfit([("code", "is a network's; give that of the library, and its network is made too")])
    name = consortium if library == ALONE else library
    return _Codes(name.lower(), consortium.lower(), f"01{consortium}_{library}", f"01{consortium}_{NETWORK}")


def _assumed(text: str, codes: _Codes, network: ZoneMade) -> Iterator[str]:
    if not CODE.fullmatch(text.strip()):
        yield f"The library is one of {CONSORTIUM}'s, so its institution code is {codes.institution}."
    there = "" if network.password else ", which is there already"
    yield f"Its network is {codes.network}: the zone {network.zone.key}{there}."


def _free_key(zones: Zones, *keys: str) -> str:
    """The first of these that no zone has, else the last with a number."""
    taken = {*zones.by_key, *zones.made}
    numbered = (f"{keys[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (*keys, *numbered) if key not in taken)
