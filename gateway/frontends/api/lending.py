"""Patrons of zones, and files of them; loans and requests."""

from urllib.parse import quote

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import enrolling, loans, patrons, zones
from gateway.desk.desk import Desk
from gateway.desk.enrolling import PatronsLoaded
from gateway.desk.loans import LoanLonger, LoanWanted, RequestNew, Returned
from gateway.desk.patrons import PatronShown, PatronWanted, PatronWhole
from gateway.frontends.api.links import following
from gateway.frontends.api.parameters import (
    AnyRequest,
    BehindBarcode,
    BehindRequest,
    DryRun,
    IdlePatron,
    LentBarcode,
    Limit,
    NewPatron,
    PatronBarcode,
    PatronFileName,
    RequestId,
    TheDesk,
    ZoneKey,
)
from gateway.frontends.api.places import ROOT
from gateway.frontends.api.uploads import sent_file
from gateway.frontends.http.site import BODY_BYTES
from gateway.model import Loan, Request
from gateway.stores.base import PAGE_ROWS

TAGS = ["lending"]
PATRONS = "/zones/{zone:str}/patrons"
PATRON = f"{PATRONS}/{{patron:str}}"
LOANS = "/zones/{zone:str}/loans"
LOAN = f"{LOANS}/{{barcode:str}}"
REQUESTS = "/zones/{zone:str}/requests"


class PatronList(Struct, frozen=True):
    """Some patrons of a zone."""

    patrons: tuple[PatronShown, ...]
    """By rising barcode."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""
    next: str | None
    """Path and query of the next page; null where this is the last."""


class LoanList(Struct, frozen=True):
    """Some loans of a zone."""

    loans: tuple[Loan, ...]
    """By rising item."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""
    next: str | None
    """Path and query of the next page; null where this is the last."""


class RequestList(Struct, frozen=True):
    """Some requests of a zone."""

    requests: tuple[Request, ...]
    """By rising ID."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""
    next: str | None
    """Path and query of the next page; null where this is the last."""


@get(PATRONS, operation_id="listPatrons", tags=TAGS)
async def list_patrons(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, after: BehindBarcode = None, limit: Limit = PAGE_ROWS
) -> PatronList:
    """List the patrons of a zone."""
    page = await patrons.listed(desk.store, await _zone(desk, zone), after=after or "", limit=limit)
    return PatronList(page.patrons, page.after, following(request, "after", page.after))


@post(
    PATRONS,
    operation_id="loadPatrons",
    tags=TAGS,
    status_code=200,
    request_max_body_size=BODY_BYTES,
)
async def load_patrons(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, name: PatronFileName = None, dry_run: DryRun = False
) -> PatronsLoaded:
    """Load a file of patrons, CSV or TOML.

    Each line makes its patron, or has the one of that barcode be so. The body is the file, or a form with one file.
    Where the file has faults nothing is loaded: 400, with line and field of each.
    """
    where = await _zone(desk, zone)
    file = await sent_file(request)
    lines = await enrolling.read(name or file.name or "the upload", file.content)
    return await enrolling.load(desk.store, where, lines, dry_run=dry_run, hashing=desk.zones.hashing)


@get(PATRON, operation_id="getPatron", tags=TAGS)
async def get_patron(desk: TheDesk, zone: ZoneKey, patron: PatronBarcode) -> PatronWhole:
    """Tell of a patron, and of all that is lent to, and wanted for, this one."""
    return await patrons.one(desk.store, await _zone(desk, zone), patron)


@put(PATRON, operation_id="putPatron", tags=TAGS)
async def put_patron(desk: TheDesk, zone: ZoneKey, patron: NewPatron, data: JSONBody[PatronWanted]) -> PatronWhole:
    """Make a patron, or have one be so; what is left out is as in a new one, but for the PIN, which stays."""
    return await patrons.put(desk.store, await _zone(desk, zone), patron, data, desk.zones.hashing)


@delete(PATRON, operation_id="deletePatron", tags=TAGS)
async def delete_patron(desk: TheDesk, zone: ZoneKey, patron: IdlePatron) -> None:
    """Forget a patron; one with loans or requests stays: 409."""
    await patrons.remove(desk.store, await _zone(desk, zone), patron)


@get(LOANS, operation_id="listLoans", tags=TAGS)
async def list_loans(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, after: BehindBarcode = None, limit: Limit = PAGE_ROWS
) -> LoanList:
    """List the loans of a zone."""
    page = await loans.listed(desk.store, await _zone(desk, zone), after=after or "", limit=limit)
    return LoanList(page.loans, page.after, following(request, "after", page.after))


@post(LOANS, operation_id="checkOut", tags=TAGS)
async def check_out(desk: TheDesk, zone: ZoneKey, data: JSONBody[LoanWanted]) -> Response[Loan]:
    """Lend an item to a patron: for as long as its policy and the patron's group say, or until the given moment.

    What stands against it, such as a block, is told: 409.
    """
    made = await loans.check_out(desk.lender, await _zone(desk, zone), data)
    return Response(made, headers={"location": f"{ROOT}/zones/{zone}/loans/{quote(made.item, safe='')}"})


@get(LOAN, operation_id="getLoan", tags=TAGS)
async def get_loan(desk: TheDesk, zone: ZoneKey, barcode: LentBarcode) -> Loan:
    """Tell of the loan of an item."""
    return await loans.one(desk.store, await _zone(desk, zone), barcode)


@delete(LOAN, operation_id="checkIn", tags=TAGS, status_code=200)
async def check_in(desk: TheDesk, zone: ZoneKey, barcode: LentBarcode) -> Returned:
    """Take an item back; the answer tells for whom it stands on the hold shelf, where somebody waits."""
    return await loans.check_in(desk.lender, await _zone(desk, zone), barcode)


@post(f"{LOAN}/renewal", operation_id="renewLoan", tags=TAGS, status_code=200)
async def renew_loan(desk: TheDesk, zone: ZoneKey, barcode: LentBarcode, data: JSONBody[LoanLonger]) -> Loan:
    """Lend an item for longer, as often as its policy allows, unless it was recalled: 409."""
    return await loans.renew(desk.lender, await _zone(desk, zone), barcode, data)


@post(f"{LOAN}/recall", operation_id="recallLoan", tags=TAGS, status_code=200)
async def recall_loan(desk: TheDesk, zone: ZoneKey, barcode: LentBarcode) -> Loan:
    """Ask an item back: it is due sooner, and is not renewed any more."""
    return await loans.recall(desk.lender, await _zone(desk, zone), barcode)


@get(REQUESTS, operation_id="listRequests", tags=TAGS)
async def list_requests(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, after: BehindRequest = None, limit: Limit = PAGE_ROWS
) -> RequestList:
    """List the requests of a zone that wait."""
    page = await loans.requests(desk.store, await _zone(desk, zone), after=after or "", limit=limit)
    return RequestList(page.requests, page.after, following(request, "after", page.after))


@post(REQUESTS, operation_id="makeRequest", tags=TAGS)
async def make_request(desk: TheDesk, zone: ZoneKey, data: JSONBody[RequestNew]) -> Request:
    """Have somebody wait for an item, or for any one of a record."""
    return await loans.request(desk.lender, await _zone(desk, zone), data)


@delete(f"{REQUESTS}/{{request_id:str}}", operation_id="cancelRequest", tags=TAGS, status_code=200)
async def cancel_request(desk: TheDesk, zone: ZoneKey, request_id: RequestId) -> Request:
    """End a request; the answer is what it was."""
    return await loans.cancel(desk.lender, await _zone(desk, zone), request_id)


async def _zone(desk: Desk, key: str) -> str:
    """The key of a zone that there is. Raises `NotFound`."""
    return (await zones.one(desk.store, desk.zones, key)).key
