"""What pages show of lending: of a record who has an item and who waits, of a zone how much there is of it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from gateway.desk.desk import Desk
from gateway.model import Loan, Patron, Request, RequestKind

NAMES_SHOWN: Final = 100
"""Most patrons of a page who are called by their names, which are read one by one; the others by their barcodes."""
COUNTED: Final = 100
"""Up to so many patrons, loans and requests a zone's page counts; of more it says that there are more."""
KINDS: Final[dict[RequestKind, str]] = {
    RequestKind.HOLD: "hold",
    RequestKind.BORROWING: "borrowed for the patron",
    RequestKind.RECALL: "recall",
}
"""What is wanted, in words."""


class RecordLending(NamedTuple):
    """Who has items of a record, and who waits for it."""

    loans: Mapping[str, Loan]
    """By the item's barcode."""
    requests: tuple[Request, ...]
    """Those that have waited longest first."""
    names: Mapping[str, str]
    """Of patrons, by barcode; of some."""
    kinds: Mapping[RequestKind, str] = KINDS


class Count(NamedTuple):
    """How much there is of something."""

    number: int
    more: bool
    """Whether there are more than that."""


class ZoneLending(NamedTuple):
    """How much a zone has to do with lending."""

    patrons: Count
    loans: Count
    requests: Count


async def of_record(desk: Desk, zone: str, mms_id: str) -> RecordLending:
    """Of a record. Raises `StoreError`."""
    loans, requests = await desk.store.lent_of(zone, mms_id)
    names = await names_of(desk, zone, [*(loan.patron for loan in loans), *(request.patron for request in requests)])
    return RecordLending({loan.item: loan for loan in loans}, tuple(requests), names)


async def of_zone(desk: Desk, zone: str) -> ZoneLending:
    """Of a zone. Raises `StoreError`."""
    store = desk.store
    return ZoneLending(
        _count(await store.patrons(zone, limit=COUNTED + 1)),
        _count(await store.loans(zone, limit=COUNTED + 1)),
        _count(await store.requests(zone, limit=COUNTED + 1)),
    )


async def names_of(desk: Desk, zone: str, barcodes: Iterable[str]) -> dict[str, str]:
    """Names of these patrons by barcode, of as many as are shown by them. Raises `StoreError`."""
    wanted = [*dict.fromkeys(filter(None, barcodes))][:NAMES_SHOWN]
    found = [await desk.store.lent(zone, barcode) for barcode in wanted]
    return {lent.patron.barcode: lent.patron.name for lent in found if lent}


async def titles_of(desk: Desk, zone: str, mms_ids: Iterable[str]) -> dict[str, str]:
    """Titles of these records by MMS ID. Raises `StoreError`."""
    wanted = {*mms_ids}
    if not wanted:
        return {}
    return {key: found.record.title for key, found in (await desk.store.inventory(zone, wanted)).items()}


def _count(found: Collection[Patron] | Collection[Loan] | Collection[Request]) -> Count:
    return Count(min(len(found), COUNTED), len(found) > COUNTED)
