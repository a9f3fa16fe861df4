"""The part of a store's contract by which its records are searched for, over the index that the store keeps of them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.errors import NotFound
from gateway.search.query import Index, Order, Query, Structure
from gateway.search.ranking import Result, Sorting
from gateway.search.scan import Scanned


class Found(NamedTuple):
    """What a search found."""

    result: Result
    """How many records, and their numbers in order."""
    epoch: int
    """Until it is over the numbers mean what they mean now."""


def found_before(zone: str) -> NotFound:
    """Why numbers of an epoch that is over are not looked up."""
    return NotFound(f"the index of zone {zone} was made anew since that was found; search again")


class Finding(Protocol):
    """Searches of a zone's records."""

    async def find_records(self, zone: str, query: Query, *, order: Order = Order.WRITTEN) -> Found:
        """The zone's records that a query finds: as they are now, every change among them that was answered before.

        Raises `BadQuery`; `evaluate.TooShort`, which is one, where too many words begin with what is written of one.
        """

    async def found_records(self, zone: str, numbers: Sequence[int], epoch: int) -> list[str]:
        """MMS IDs of what was found, in this order: a page of a result. A record may be gone by now, or changed.

        Raises `NotFound` where the epoch is over: the zone was reset, or its index made anew.
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
    ) -> tuple[list[Scanned], list[Scanned]]:
        """Terms of an index around a term, as `scan.scan` has them, of the zone's records as they are now."""
