"""Records that zones hold: listings, a record in each of its forms, its versions and what changed between two."""

from litestar import Response, get
from msgspec import Struct

from gateway.desk import records, searching, seeking
from gateway.desk.desk import Desk
from gateway.desk.records import ChangeShown, Found, RecordShown, RecordWhole, VersionShown
from gateway.desk.threads import beside
from gateway.errors import Unusable
from gateway.frontends.api import asked, forms
from gateway.frontends.api.links import following
from gateway.frontends.api.parameters import (
    AnyRequest,
    Behind,
    From,
    InZone,
    Isbn,
    Issn,
    Limit,
    Mms,
    MmsId,
    Oclc,
    RecordForm,
    RecordWords,
    TheDesk,
    Title,
    To,
    VersionNumber,
    ZoneKey,
)
from gateway.search import words
from gateway.stores.base import PAGE_ROWS

TAGS = ["records"]
TOGETHER = "give q alone: numbers and titles are words of it, as in isbn:9780000000002 title:rivers"
RECORD = "/zones/{zone:str}/records/{mms:str}"


class RecordList(Struct, frozen=True):
    """Some records, by zone and MMS ID; those that `q` finds by zone, the best first."""

    records: tuple[RecordShown, ...]
    """May be none though there is a next page: of a search by title a page has looked at so many records only."""
    total: int | None
    """How many `q` finds; null where it is not given."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""
    next: str | None
    """Path and query of the next page; null where this is the last."""


class History(Struct, frozen=True):
    """The versions of a record."""

    versions: tuple[VersionShown, ...]
    """Newest first."""


class Comparison(Struct, frozen=True):
    """Two versions of a record, field by field."""

    zone: str
    mms_id: str
    fields: tuple[ChangeShown, ...]
    """Every field of both, in the order of the record."""


@get("/records", operation_id="listRecords", tags=TAGS)
async def list_records(
    request: AnyRequest,
    desk: TheDesk,
    zone: InZone = None,
    q: RecordWords = None,
    oclc: Oclc = None,
    mms: Mms = None,
    isbn: Isbn = None,
    issn: Issn = None,
    title: Title = None,
    after: Behind = None,
    limit: Limit = PAGE_ROWS,
) -> RecordList:
    """List the records that zones hold: all, those of a number or a title, or what a search finds."""
    wanted = seeking.sought(oclc=oclc or "", mms=mms or "", isbn=isbn or "", issn=issn or "", title=title or "")
    zones = await asked.record_zones(desk, zone)
    if q:
        if wanted != seeking.Sought():
            raise Unusable(TOGETHER)
        found = await searching.searched(desk.store, zones, words.parse(q), after=after or "", limit=limit)
        return RecordList(found.records, found.total, found.after, following(request, "after", found.after))
    page = await seeking.listed(desk.store, zones, wanted, after=after or "", limit=limit)
    return RecordList(page.records, None, page.after, following(request, "after", page.after))


@get(RECORD, operation_id="getRecord", tags=TAGS)
async def get_record(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, mms: MmsId, format_: RecordForm = None
) -> Response[RecordWhole]:
    """Give a record as the zone holds it now.

    By `Accept` or `format`: JSON with what is known of it, or the MARC alone as ISO 2709, MARCXML, MARC-in-JSON or in
    mnemonic form; `format=text` is all of it for people.
    """
    found = await the_record(desk, zone, mms)
    return await forms.given(request, found, format_, desk.known().merge_methods)


@get(f"{RECORD}/versions/{{version:int}}", operation_id="getVersion", tags=TAGS)
async def get_version(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, mms: MmsId, version: VersionNumber, format_: RecordForm = None
) -> Response[RecordWhole]:
    """Give a version of a record, in the same forms as the record."""
    found = await the_record(desk, zone, mms, version)
    return await forms.given(request, found, format_, desk.known().merge_methods)


@get(f"{RECORD}/history", operation_id="listVersions", tags=TAGS)
async def list_versions(desk: TheDesk, zone: ZoneKey, mms: MmsId) -> History:
    """List the versions of a record and how each came about, newest first."""
    found = await the_record(desk, zone, mms)
    return History(tuple(await records.history(desk.store, found, desk.known().merge_methods)))


@get(f"{RECORD}/diff", operation_id="compareVersions", tags=TAGS)
async def compare_versions(desk: TheDesk, zone: ZoneKey, mms: MmsId, from_: From = None, to: To = None) -> Comparison:
    """Compare two versions of a record, field by field, and say why each field went or came."""
    found = await the_record(desk, zone, mms)
    newest = found.newest.version if to is None else to
    numbers = (newest,) if from_ is None else (from_, newest)
    compared = await records.pair(desk.store, found, *numbers)
    methods = desk.known().merge_methods

    def worked_out() -> tuple[ChangeShown, ...]:
        return tuple([records.change_shown(compared, one) for one in records.differences(compared, methods)])

    return Comparison(found.zone, found.mms_id, await beside(worked_out))


async def the_record(desk: Desk, zone: str, mms: str, version: int | None = None) -> Found:
    """A version of a record, the newest where no number is given. Raises `NotFound`."""
    return await records.find(desk.store, await asked.record_zones(desk, zone), mms, version)
