"""Records that zones hold: the listing with its search, and one record in each of its forms."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from litestar import Response, get

from gateway.desk import records, searching, seeking, zones
from gateway.desk.desk import Desk
from gateway.desk.records import FLAGS, Found, RecordShown, SeveralHold
from gateway.desk.searching import FoundPage
from gateway.desk.seeking import RecordPage, Sought
from gateway.desk.threads import beside
from gateway.desk.zones import ZoneShown
from gateway.errors import NotFound, Unusable
from gateway.frontends.ui import holdings_section, lending_section, record_views
from gateway.frontends.ui.attempts import ZONES_AS_LINKS
from gateway.frontends.ui.finding import records_of
from gateway.frontends.ui.parameters import FileForm, Number, Segment, Text, TheDesk
from gateway.frontends.ui.render import PageRequest, link, page
from gateway.marc import identifiers
from gateway.model import BibRecord, Identifier
from gateway.search import words
from gateway.search.attempts import Wanted
from gateway.stores.base import PAGE_ROWS

RECORD: Final = "/zones/{zone:str}/records/{mms:str}"
AMONG_RECORDS: Final = "/records/…"
"""Path of a record's pages for the head of the page, which marks Records by it."""
NOTHING: Final = RecordPage((), None)
ATTEMPTS_LOOKED_AT: Final = 200
"""Newest attempts to a record among which those are looked for that made its versions."""
ATTEMPTS_AT_ONCE: Final = 25
"""Of them in memory at a time, for each comes with its record: some 2 MB of the longest."""
LINKED_SHOWN: Final = 50
"""Most records of institutions to which a network's record leads."""
DONE: Final = {
    "flags": "The flags are set.",
    "field": "The field is added, as a new version.",
    "revert": "That version is brought back, as a new version.",
}
"""What has just been done, by what the query calls it."""


class Link(NamedTuple):
    """A record of another zone that this one is linked to."""

    zone: str
    mms_id: str
    title: str
    """Empty where that zone does not hold it any more."""


def record_path(zone: str, mms_id: str) -> str:
    """Where a record is shown."""
    return link(f"/zones/{zone}/records/{mms_id}")


@get("/records")
async def listing(
    request: PageRequest, desk: TheDesk, q: Text = "", zone: Text = "", oclc: Text = "", after: Text = ""
) -> Response[Any]:  # Any: a page, or nothing
    """Records of a zone or of all, by zone and MMS ID, or what a search finds of them, the best of each zone first.

    Of a number that one record has, the record.
    """
    if not oclc and (found := await records_of(desk, q)):
        return gone_to(found)
    q = q.strip() or (f"oclc:{oclc}" if oclc else "")
    mistake = ""
    shown: RecordPage | FoundPage = NOTHING
    try:
        keys = [(await zones.one(desk.store, desk.zones, zone)).key] if zone else [*desk.zones.by_key]
        shown = await _listed(desk, keys, q, after)
    except (Unusable, NotFound) as error:
        mistake = str(error)
    return page(
        request,
        "records.html",
        status=400 if mistake else 200,
        asked=q,
        zone=zone,
        keys=[*desk.zones.by_key],
        zones_as_links=len(desk.zones.by_key) <= ZONES_AS_LINKS,
        kind=desk.zones.by_key[zone].kind if zone in desk.zones.by_key else "gateway",
        shown=shown,
        total=shown.total if isinstance(shown, FoundPage) else None,
        most=searching.LISTED,
        flags=records.flags,
        first=link("/records", q=q, zone=zone) if after else "",
        further=link("/records", q=q, zone=zone, after=shown.after) if shown.after else "",
        rows=PAGE_ROWS,
        wrong=mistake,
    )


async def _listed(desk: Desk, keys: Sequence[str], q: str, after: str) -> RecordPage | FoundPage:
    """A page of all records of these zones, or of those that a search finds. Raises `Unusable`, `NotFound`."""
    if not q:
        return await seeking.listed(desk.store, keys, Sought(), after=after)
    return await searching.searched(desk.store, keys, words.parse(q), after=after)


@get(["/records/{mms:str}", "/records/{mms:str}/diff"])
async def anywhere(
    request: PageRequest, desk: TheDesk, mms: Segment, zone: Text = "", after: Number = None
) -> Response[None]:
    """To a record, or to what a version changed, in the zone that is named or the only one that holds it."""
    try:
        found = await records.find(desk.store, [zone] if zone else [*desk.zones.by_key], mms)
    except SeveralHold:
        return gone_to(link("/records", q=f"mms:{mms}"))
    where = record_path(found.zone, found.mms_id)
    if request.url.path.endswith("/diff"):
        return gone_to(link(f"{where}/diff", to=after))
    return gone_to(where)


@get(RECORD)
async def show(
    request: PageRequest,
    desk: TheDesk,
    zone: Segment,
    mms: Segment,
    view: Text = "",
    version: Number = None,
    done: Text = "",
) -> Response[str]:
    """A record as the zone holds it, or an earlier version of it."""
    found = await the_record(desk, zone, mms, version)
    return await shown(request, desk, found, view=view, done=DONE.get(done, ""))


async def shown(
    request: PageRequest,
    desk: Desk,
    found: Found,
    *,
    view: str = "",
    done: str = "",
    given: dict[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response[str]:
    """The page of a record. `given` and `wrong` are of a form that could not be used."""
    record = found.record
    zone = await zones.one(desk.store, desk.zones, found.zone)
    told = {
        "zone": zone,
        "record": record,
        "newest": found.newest,
        "is_newest": record.version == found.newest.version,
        "oclc_numbers": identifiers.oclc_numbers(record.identifiers),
        "flag_words": FLAGS,
        "origin": records.origin(record),
        "how": records.came_about(record, desk.known().merge_methods),
        "attempt": (await made_by(desk, [record])).get(record.submission),
        "network": await _network(desk, zone, record),
        "shelves": await holdings_section.shelves(desk, found.zone, found.mms_id),
        "lending": await lending_section.of_record(desk, found.zone, found.mms_id),
        "institutions": await _institutions(desk, zone, record),
        "management_tag": records.management_tag(record),
        "where": record_path(found.zone, found.mms_id),
        "asked": {} if record is found.newest else {"version": record.version},
        "done": done,
        "given": given or {},
        "wrong": wrong,
    }

    def laid_out() -> Response[str]:
        views = record_views.shown(record.marc, view, record_views.findings_of(record))
        return page(request, "record.html", status=status, path=AMONG_RECORDS, record_shown=views, **told)

    return await beside(laid_out)


@get(f"{RECORD}/download")
async def download(
    desk: TheDesk, zone: Segment, mms: Segment, form: FileForm, version: Number = None
) -> Response[bytes]:
    """A version of it as a file, the newest where no other is named."""
    found = await the_record(desk, zone, mms, version)
    content = await beside(records.written, found, form, desk.known().merge_methods)
    name = f"{found.mms_id}{f'-{version}' if version else ''}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    media_type = records.MEDIA_TYPES[form].partition(";")[0]  # Litestar adds the character set
    return Response(content, media_type=media_type, headers=headers)


async def the_record(desk: Desk, zone: str, mms: str, version: int | None = None) -> Found:
    """A version of a zone's record, the newest where no number is given. Raises `NotFound`."""
    key = (await zones.one(desk.store, desk.zones, zone)).key
    return await records.find(desk.store, [key], mms, version)


async def made_by(desk: Desk, versions: Sequence[BibRecord | RecordShown]) -> dict[str, int]:
    """ID of the submission -> number of the attempt that made one of these versions; without those that are gone."""
    wanted = {one.submission for one in versions if one.submission}
    found: dict[str, int] = {}
    for mms_id in {one.mms_id for one in versions} | {one.linked_to for one in versions if one.linked_to}:
        before: int | None = None
        for _ in range(0, ATTEMPTS_LOOKED_AT, ATTEMPTS_AT_ONCE):
            if not wanted - found.keys():
                return found
            some = await desk.store.attempts(before=before, limit=ATTEMPTS_AT_ONCE, wanted=Wanted(mms=mms_id))
            found |= {one.submission.id: one.seq for one in some if one.submission.id in wanted}
            if len(some) < ATTEMPTS_AT_ONCE:
                break
            before = some[-1].seq
    return found


async def _network(desk: Desk, zone: ZoneShown, record: BibRecord) -> Link | None:
    """The network zone's record that it is linked to."""
    if not record.linked_to or not zone.network:
        return None
    theirs = await desk.store.record(zone.network, record.linked_to)
    return Link(zone.network, record.linked_to, theirs.title if theirs else "")


async def _institutions(desk: Desk, zone: ZoneShown, record: BibRecord) -> list[Link]:
    """The institutions' records that are linked to it."""
    by_this = [Identifier("network", record.mms_id)]
    members = [key for key, one in desk.zones.by_key.items() if one.network == zone.key]
    found: list[Link] = []
    for key in members:
        found += [Link(key, one.mms_id, one.title) for one in await desk.store.find(key, by_this)]
        if len(found) >= LINKED_SHOWN:
            break
    return found[:LINKED_SHOWN]


def gone_to(path: str) -> Response[None]:
    """To another page, to be read by GET."""
    return Response(None, status_code=303, headers={"location": path, "cache-control": "no-store"})


handlers = (listing, anywhere, show, download)
