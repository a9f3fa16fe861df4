"""What every store does alike in a search, over one state of what it keeps of a zone."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial

from gateway.search.evaluate import evaluate
from gateway.search.query import Index, Order, Query, Structure
from gateway.search.ranking import Sorting, ordered, sort
from gateway.search.scan import Scanned, scan
from gateway.search.upkeep import Source, Upkeep
from gateway.search.volumes import Document
from gateway.stores.base import T
from gateway.stores.finding import Found, Known, found_before, unknown

Ask = Callable[[Upkeep, Source], T]
"""What is asked of an index that is up to date."""


class Searched(ABC):
    """`stores.finding.Finding` of a store that brings an index up to date, and asks it."""

    @abstractmethod
    async def _search(self, zone: str, ask: Ask[T]) -> T:
        """Bring what is known of the zone up to date, and ask this of it."""

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
        """The contract's, as all below."""
        return await self._search(zone, lambda knows, source: found(knows, source, query, order, suppressed))

    async def found_records(self, zone: str, numbers: Sequence[int], epoch: int) -> list[str]:
        def ask(knows: Upkeep, source: Source) -> list[str]:
            return [one.mms_id for one in documents(knows, source, zone, numbers, epoch)]

        return await self._search(zone, ask)

    async def sort_records(self, zone: str, numbers: Sequence[int], epoch: int, by: Sequence[Sorting]) -> list[int]:
        def ask(knows: Upkeep, source: Source) -> list[int]:
            return [one.number for one in sort(documents(knows, source, zone, numbers, epoch), by)]

        return await self._search(zone, ask)

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
        which = partial(scan, before=before, after=after, structure=structure, local=local, suppressed=suppressed)

        def ask(knows: Upkeep, source: Source) -> tuple[list[Scanned], list[Scanned]]:
            return which(knows.volume(source), index, text)

        return await self._search(zone, ask)


def found(knows: Upkeep, source: Source, query: Query, order: Order, suppressed: bool) -> Found:
    """What a query finds; `suppressed`: also of records that are suppressed from discovery."""
    volume = knows.volume(source)
    numbers = evaluate(query, volume, suppressed=suppressed)
    return Found(ordered(numbers, query, order, volume), knows.epoch)


def documents(knows: Upkeep, source: Source, zone: str, numbers: Sequence[int], epoch: int) -> list[Document]:
    """What was found, in this order. Raises `NotFound` where the epoch is over."""
    if source.state().epoch != epoch:
        raise found_before(zone)
    found = knows.volume(source).documents(numbers)
    if any(number not in found for number in numbers):
        raise found_before(zone)
    return [found[number] for number in numbers]
