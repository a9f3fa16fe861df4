"""Forms that change a record of a zone: its flags, a local field, an earlier version brought back; and its end."""

from datetime import UTC, datetime
from typing import Final

from litestar import Response, get, post

from gateway.desk import changing, zones
from gateway.errors import Unusable
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Segment, TheDesk
from gateway.frontends.ui.records import AMONG_RECORDS, RECORD, gone_to, record_path, shown, the_record
from gateway.frontends.ui.render import PageRequest, link, page
from gateway.model import Flag

NUMBER_SHOWN: Final = 20
"""Characters of what is no number that are shown."""


@post(f"{RECORD}/flags")
async def flags(request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment) -> Response[None]:
    """Give it the flags that are ticked, and no others."""
    given = await forms.fields(request)
    found = await the_record(desk, zone, mms)
    await changing.flag(desk.store, [found.zone], mms, [flag for flag in Flag if flag.value in given])
    return gone_to(link(record_path(found.zone, mms), done="flags"))


@post(f"{RECORD}/fields")
async def fields(request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment) -> Response[str] | Response[None]:
    """Add a local field; the page once more, with what is wrong, where it cannot be one."""
    given = await forms.fields(request)
    found = await the_record(desk, zone, mms)
    tag, text = given.get("tag", "").strip(), given.get("text", "")
    try:
        await changing.add_field(desk.store, [found.zone], mms, tag, text, datetime.now(UTC))
    except Unusable as error:
        return await shown(request, desk, found, given=given, wrong=str(error), status=400)
    return gone_to(link(record_path(found.zone, mms), done="field"))


@post(f"{RECORD}/revert")
async def revert(request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment) -> Response[None]:
    """Bring back an earlier version. Raises `Unusable`, `NotFound`."""
    given = await forms.fields(request)
    found = await the_record(desk, zone, mms)
    number = given.get("version", "")
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(found.newest.version))):
        raise Unusable(f"{mms} has no version {number[:NUMBER_SHOWN]!r}; it has 1 to {found.newest.version}")
    await changing.revert(desk.store, [found.zone], mms, int(number), datetime.now(UTC))
    return gone_to(link(record_path(found.zone, mms), done="revert"))


@get(f"{RECORD}/delete")
async def ask(request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment) -> Response[str]:
    """What goes with it."""
    found = await the_record(desk, zone, mms)
    return page(
        request,
        "record_delete.html",
        path=AMONG_RECORDS,
        zone=await zones.one(desk.store, desk.zones, zone),
        record=found.newest,
        versions=found.newest.version,
        where=record_path(found.zone, mms),
    )


@post(f"{RECORD}/delete")
async def delete(request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment) -> Response[None]:
    """Forget it with all its versions."""
    await forms.fields(request)
    found = await the_record(desk, zone, mms)
    await changing.remove(desk.store, [found.zone], mms)
    return gone_to(link("/records", zone=found.zone))


handlers = (flags, fields, revert, ask, delete)
