"""Pages of a zone on lending: its patrons, one of them with what he has and waits for, its loans, its requests.

They show; the API, files and partners change.
"""

from typing import Any, Final

from litestar import Response, get

from gateway.desk import loans, patrons, zones
from gateway.desk.patrons import PatronWhole
from gateway.frontends.ui.lending_section import KINDS, names_of, titles_of
from gateway.frontends.ui.parameters import Segment, Text, TheDesk
from gateway.frontends.ui.records import gone_to
from gateway.frontends.ui.render import PageRequest, link, page

ROWS: Final = 50
"""Patrons, loans or requests of a page: of each, two or three more things are read."""
ZONE: Final = "/zones/{zone:str}"


def patron_path(zone: str, barcode: str) -> str:
    """Where a patron is shown. The barcode may have any character, so it stands in the query."""
    return link(f"/zones/{zone}/patron", barcode=barcode)


@get(f"{ZONE}/patrons")
async def listing(
    request: PageRequest, desk: TheDesk, zone: Segment, barcode: Text = "", after: Text = ""
) -> Response[Any]:  # Any: a page, or nothing
    """Those of a zone by rising barcode, with how much each has and waits for; of a barcode, its patron."""
    there = await zones.one(desk.store, desk.zones, zone)
    barcode = barcode.strip()
    if barcode and await desk.store.lent(zone, barcode):
        return gone_to(patron_path(zone, barcode))
    found = await patrons.listed(desk.store, zone, after=after, limit=ROWS)
    whole = [one for one in [await desk.store.lent(zone, one.barcode) for one in found.patrons] if one]
    return page(
        request,
        "patrons.html",
        status=404 if barcode else 200,
        zone=there,
        patrons=[patrons.whole(one) for one in whole],
        barcode=barcode,
        further=link(f"/zones/{zone}/patrons", after=found.after) if found.after else "",
        first=link(f"/zones/{zone}/patrons") if after else "",
    )


@get(f"{ZONE}/patron")
async def show(request: PageRequest, desk: TheDesk, zone: Segment, barcode: Text = "") -> Response[str]:
    """One of them. Raises `NotFound`."""
    there = await zones.one(desk.store, desk.zones, zone)
    whole = await patrons.one(desk.store, zone, barcode)
    return page(
        request,
        "patron.html",
        zone=there,
        patron=whole.patron,
        loans=whole.loans,
        requests=whole.requests,
        titles=await titles_of(desk, zone, _records(whole)),
        names={},
        kinds=KINDS,
    )


@get(f"{ZONE}/loans")
async def lent(request: PageRequest, desk: TheDesk, zone: Segment, after: Text = "") -> Response[str]:
    """Items of a zone that somebody has, by rising barcode."""
    there = await zones.one(desk.store, desk.zones, zone)
    found = await loans.listed(desk.store, zone, after=after, limit=ROWS)
    return page(
        request,
        "loans.html",
        zone=there,
        loans=found.loans,
        titles=await titles_of(desk, zone, [one.mms_id for one in found.loans]),
        names=await names_of(desk, zone, [one.patron for one in found.loans]),
        further=link(f"/zones/{zone}/loans", after=found.after) if found.after else "",
        first=link(f"/zones/{zone}/loans") if after else "",
    )


@get(f"{ZONE}/requests")
async def wanted(request: PageRequest, desk: TheDesk, zone: Segment, after: Text = "") -> Response[str]:
    """For what somebody waits in a zone, by rising ID."""
    there = await zones.one(desk.store, desk.zones, zone)
    found = await loans.requests(desk.store, zone, after=after, limit=ROWS)
    return page(
        request,
        "requests.html",
        zone=there,
        requests=found.requests,
        titles=await titles_of(desk, zone, [one.mms_id for one in found.requests]),
        names=await names_of(desk, zone, [one.patron for one in found.requests]),
        kinds=KINDS,
        further=link(f"/zones/{zone}/requests", after=found.after) if found.after else "",
        first=link(f"/zones/{zone}/requests") if after else "",
    )


def _records(whole: PatronWhole) -> list[str]:
    return [*(loan.mms_id for loan in whole.loans), *(request.mms_id for request in whole.requests)]


handlers = (listing, show, lent, wanted)
