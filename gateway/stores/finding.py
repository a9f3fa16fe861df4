"""The part of a store's contract by which its records are searched for, over the index that the store keeps of them."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

from gateway.errors import NotFound
from gateway.model import BibRecord, Holding, Inventory, Item, Library
from gateway.search.query import Index, Order, Query, Structure
from gateway.search.ranking import Result, Sorting
from gateway.search.scan import Scanned


class Found(NamedTuple):
    """What a search found."""

    result: Result
    """How many records, and their numbers in order."""
    epoch: int
    """Until it is over the numbers mean what they mean now."""
    read: Sequence["Listed"] = ()
    """What the first of the numbers stand for, as far as it was read."""


class Listed(NamedTuple):
    """What a number stands for, as it is now."""

    mms_id: str
    there: Inventory | None
    """None where the record is gone."""


Known = Callable[[Sequence[int], int], bool]
"""Whether somebody knows what all of these numbers stand for, which are of this epoch. Asked in any thread."""


def unknown(numbers: Sequence[int], epoch: int) -> bool:
    """`Known` of who knows nothing."""
    return False


class Shelves(NamedTuple):
    """What a zone has of some records."""

    holdings: list[Holding]
    """By rising MMS ID and ID."""
    items: list[Item]
    """By rising MMS ID, holding and barcode."""

    def of(self, records: Iterable[BibRecord], libraries: Iterable[Library]) -> dict[str, Inventory]:
        """Those records with what there is of them, by MMS ID; `libraries` are the zone's."""
        by_code = {one.code: one for one in libraries}
        holdings = {mms_id: tuple(of) for mms_id, of in groupby(self.holdings, attrgetter("mms_id"))}
        items = {mms_id: tuple(of) for mms_id, of in groupby(self.items, attrgetter("mms_id"))}
        found = {}
        for record in records:
            of = holdings.get(record.mms_id, ())
            at = tuple([by_code.get(holding.library) for holding in of])
            found[record.mms_id] = Inventory(record, of, items.get(record.mms_id, ()), at)
        return found


def found_before(zone: str) -> NotFound:
    """Why numbers of an epoch that is over are not looked up."""
    return NotFound(f"the index of zone {zone} was made anew since that was found; search again")


class Finding(Protocol):
    """Searches of a zone's records."""

    async def find_records(
        self,
        zone: str,
        query: Query,
        *,
        order: Order = Order.WRITTEN,
        read: int = 0,
        known: Known = unknown,
        suppressed: bool = True,
    ) -> Found:
        """The zone's records that a query finds: as they are now, every change among them that was answered before.

        At most `read` of them are read, too, where that is less work than to ask for them later; none where all of
        those are `known`. `suppressed`: those that are suppressed from discovery are found, too, and counted.

        Raises `BadQuery`; `evaluate.TooShort`, which is one, where too many words begin with what is written of one.
        """

    async def found_records(self, zone: str, numbers: Sequence[int], epoch: int) -> list[str]:
        """MMS IDs of what was found, in this order: a page of a result. A record may be gone by now, or changed.

        Raises `NotFound` where the epoch is over: the zone was reset, or its index made anew.
        """

    async def found_inventory(self, zone: str, numbers: Sequence[int], epoch: int) -> list[Listed]:
        """The same with the records themselves and what the zone has of them, at one moment. Raises as above."""

    async def mark(self) -> Hashable:
        """A mark of this moment: between two that are equal, no record of any zone has changed, nor its inventory.

        Asked for after a change was answered, it is another than before. Raises `StoreError`.
        """

    async def sort_records(self, zone: str, numbers: Sequence[int], epoch: int, by: Sequence[Sorting]) -> list[int]:
        """The numbers as `ranking.sort` has them, by what the records were when they were found. Raises as above."""

    async def scan_records(
        self,
        zone: str,
        index: Index,
        text: str,
        *,
        before: int,
        after: int,
        structure: Structure = Structure.WORDS,
        local: bool = True,
        suppressed: bool = True,
    ) -> tuple[list[Scanned], list[Scanned]]:
        """Terms of an index around a term, as `scan.scan` has them, of the zone's records as they are now."""
