"""Loans and requests of zones: which there are, and what people have the lender do, one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from gateway.circulation.lending import Lender, Refusal, Refused, RequestWanted
from gateway.desk.shelves import ItemShown, item_shown
from gateway.errors import Conflict, GatewayError, NotFound, Unfit
from gateway.model import Loan, Request
from gateway.stores.base import PAGE_ROWS, Store

NOT_THERE: Final = frozenset({Refusal.UNKNOWN_USER, Refusal.UNKNOWN_ITEM, Refusal.UNKNOWN_REQUEST})
"""What is named is not there: the field of the body is at fault, or there is nothing at the path."""
FIELDS: Final = {"record": "mms_id"}
"""What bodies call what the lender calls otherwise."""


class LoanWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be lent to whom: an item, or what a request is for."""

    item: str = ""
    """Barcode; empty = that of the request."""
    request: str = ""
    """ID of the request that it fulfils, its own or the other system's."""
    patron: str = ""
    """Barcode; empty = that of the request."""
    due_at: datetime | None = None
    """When it is due; null = as the item's policy and the patron's group say."""


class LoanLonger(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long a loan is to go on."""

    due_at: datetime | None = None
    """When it is due then; null = as the item's policy and the patron's group say."""


class RequestNew(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request that is to be made: for an item, or for any one of a record."""

    mms_id: str = ""
    """Of the record; empty = that of the item."""
    item: str = ""
    """Barcode; empty = any of the record's."""
    patron: str = ""
    """Barcode; empty = for the partner itself."""
    external_id: str = ""
    """What another system calls it; unique in the zone unless empty."""
    pickup: str = ""
    """Code of the library, or name of the place, where it is to be fetched."""
    note: str = ""


class Returned(Struct, frozen=True, kw_only=True):
    """What became of an item that came back."""

    item: ItemShown
    """As it is now; of one that is gone, as it was."""
    loan: Loan | None
    """That has ended; null where nobody knew who had it."""
    waits: Request | None
    """For whom it stands on the hold shelf now."""
    gone: bool
    """Whether it was another library's, and has gone back there with its record."""


class LoanPage(NamedTuple):
    """Some loans of a zone."""

    loans: tuple[Loan, ...]
    after: str | None
    """Item behind which the next page begins; None where this is the last."""


class RequestPage(NamedTuple):
    """Some requests of a zone."""

    requests: tuple[Request, ...]
    after: str | None
    """ID behind which the next page begins; None where this is the last."""


async def listed(store: Store, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> LoanPage:
    """Those of a zone by rising item, behind `after`. Raises `StoreError`."""
    found = await store.loans(zone, after=after, limit=limit + 1)
    return LoanPage(tuple(found[:limit]), found[limit - 1].item if len(found) > limit else None)


async def requests(store: Store, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> RequestPage:
    """Those of a zone by rising ID, behind `after`. Raises `StoreError`."""
    found = await store.requests(zone, after=after, limit=limit + 1)
    return RequestPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


async def one(store: Store, zone: str, item: str) -> Loan:
    """The loan of the item of this barcode. Raises `NotFound`, `StoreError`."""
    there = await store.item(zone, item)
    loans, _ = await store.lent_of(zone, there.mms_id) if there else ([], [])
    for loan in loans:
        if loan.item == item:
            return loan
    raise NotFound(f"zone {zone} has no loan of an item with the barcode {item!r}")


async def check_out(lender: Lender, zone: str, wanted: LoanWanted) -> Loan:
    """Lend an item. Raises `Unfit` for what is not there, `Conflict` where it is not lent, `StoreError`."""
    with _refusals():
        return await lender.check_out(zone, **asdict(wanted))


async def check_in(lender: Lender, zone: str, item: str) -> Returned:
    """Take an item back. Raises `NotFound` where it is not on loan, `Conflict`, `StoreError`."""
    with _refusals(path="item"):
        done = await lender.check_in(zone, item=item)
    return Returned(item=item_shown(done.item), loan=done.loan, waits=done.waits, gone=done.gone)


async def renew(lender: Lender, zone: str, item: str, wanted: LoanLonger) -> Loan:
    """Lend it for longer. Raises `NotFound`, `Unfit`, `Conflict` where that is not done, `StoreError`."""
    with _refusals(path="item"):
        return await lender.renew(zone, item=item, due_at=wanted.due_at)


async def recall(lender: Lender, zone: str, item: str) -> Loan:
    """Ask it back: its due date comes nearer. Raises `NotFound`, `Conflict` where it was already, `StoreError`."""
    with _refusals(path="item"):
        return await lender.recall(zone, item=item, wanted=None)


async def request(lender: Lender, zone: str, wanted: RequestNew) -> Request:
    """Have somebody wait. Raises `Unfit` for what is not there, `Conflict` where it cannot be, `StoreError`."""
    with _refusals():
        return await lender.request(zone, RequestWanted(**asdict(wanted)))


async def cancel(lender: Lender, zone: str, id_: str) -> Request:
    """End a request, by its own ID or the other system's; as it was. Raises `NotFound`, `StoreError`."""
    with _refusals(path="request"):
        return await lender.cancel(zone, id_=id_)


@contextmanager
def _refusals(*, path: str = "") -> Iterator[None]:
    """Raise what the lender refuses as what programs know. `path`: the element that the request's path names."""
    try:
        yield
    except Refused as refused:
        raise _error(refused, path) from refused


def _error(refused: Refused, path: str) -> GatewayError:
    if refused.element == path and refused.kind in {*NOT_THERE, Refusal.ITEM_NOT_CHECKED_OUT}:
        return NotFound(str(refused))
    if refused.kind in {*NOT_THERE, Refusal.UNUSABLE_VALUE}:
        return Unfit([(FIELDS.get(refused.element, refused.element), str(refused))])
    return Conflict(str(refused))
