"""What a process knows of the indexes that a store keeps in rows: it searches them, and brings them up to date.

A search reads what was written since, and keeps that in memory. It is put into rows between the groups of those who
export: when there is much of it, when a search has far to go, and when nobody has written for some seconds.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, NamedTuple, Protocol

import trio

from gateway.errors import GatewayError, StoreError
from gateway.model import Inventory
from gateway.search import upkeep
from gateway.search.query import Order, Query
from gateway.search.upkeep import RECENT_CHANGES, State, Upkeep
from gateway.search.volumes import Document, Posting
from gateway.stores.base import T
from gateway.stores.finding import Found, Known, Listed, unknown
from gateway.stores.searching import Ask, Searched, documents, found

LOOK_SECONDS: Final = 3.0
"""Between two looks for what was written and is not in rows: who exports a file record by record pauses for less."""
MERGED_AT_ONCE: Final = 5_000
"""Changes that are put into rows together where nobody waits: fewer cost more each; these take some 50 MB."""


class Batch(NamedTuple):
    """`upkeep.Merge`, read to its end: it can be written more than once."""

    before: State
    after: State
    postings: list[Posting]
    documents: list[Document]
    last: int


class Waiting(NamedTuple):
    """Changes of a zone that are in no row."""

    changes: int
    last: int
    """Place of the last."""


NOTHING: Final = Waiting(0, 0)
READ_ONLY: Final = "the store was opened to read, not to write"


class Source(upkeep.Source, Protocol):
    """One zone, in one state of the store."""

    def last(self) -> int:
        """Place of the last change that is in no row; 0 where there is none."""

    def inventory(self, mms_ids: Collection[str]) -> Mapping[str, Inventory]:
        """By MMS ID the newest version of these records, of those that are there, and what the zone has of them."""


class Rows(Protocol):
    """What a store with rows can do. All of it raises `StoreError`."""

    async def read(self, zone: str, work: Callable[[Source], T]) -> T:
        """Run this over one state of the zone, in a thread."""

    async def waiting(self) -> dict[str, Waiting]:
        """Of the zones that have any."""

    async def outdated(self) -> dict[str, int]:
        """Zones whose rows were made by other rules than those in force, and how many changes they have."""

    async def write(self, zone: str, batch: Batch) -> bool:
        """Write this if the zone's state is still `batch.before`; whether it was. Between groups."""

    async def empty(self, zone: str) -> None:
        """Begin the next epoch: no row, and a change for each record, in the order in which they were written."""


@dataclass(eq=False)
class _Question(Generic[T]):
    """What somebody asks of a zone's index."""

    ask: Callable[[Upkeep, Source], T]
    answer: list[T] = field(default_factory=list)
    error: GatewayError | None = None

    @property
    def is_over(self) -> bool:
        """Whether it was answered, or refused."""
        return bool(self.answer) or self.error is not None

    def put(self, knows: Upkeep, source: Source) -> None:
        """Ask it."""
        try:
            self.answer = [self.ask(knows, source)]
        except GatewayError as error:
            self.error = error


@dataclass(eq=False)
class _Zone:
    knows: Upkeep = field(default_factory=Upkeep)
    alone: trio.Lock = field(default_factory=trio.Lock)
    waiting: list[_Question[Any]] = field(default_factory=list)
    """What is asked, and not answered yet: who asks next asks all of it."""


class Indexing:
    """The indexes of a store's zones."""

    def __init__(self, rows: Rows, *, writes: bool) -> None:
        """`writes`: whether something may be put into rows."""
        self._rows = rows
        self._writes = writes
        self._zones: dict[str, _Zone] = {}
        self._ripe: set[str] = set()
        self._ripened = trio.Event()
        self._stirred = False

    def stir(self) -> None:
        """Somebody writes: what nobody waits for is left until he has done."""
        self._stirred = True

    async def search(self, zone: str, ask: Callable[[Upkeep, Source], T]) -> T:
        """Catch up with what was written before, and ask. What cannot be put into rows on the way stays in memory.

        What others ask meanwhile is asked at once with the next: a way to a thread and back takes longer than most.
        """
        of = self._zone(zone)
        most = RECENT_CHANGES if self._writes else MERGED_AT_ONCE
        question = _Question(ask)
        last: list[int] = []

        def step(asked: list[_Question[Any]], source: Source) -> None:
            if not of.knows.catch_up(source, most):
                last[:] = last or [source.last()]
                if _has_changes(source, of.knows.seen, last[0]):
                    return
            for one in asked:
                try:
                    one.put(of.knows, source)
                except Exception:
                    if one is question:
                        raise  # what another's fails by is left to him, who asks again

        of.waiting.append(question)
        try:
            while True:
                async with of.alone:
                    if not question.is_over:
                        asked = [*of.waiting]  # before the read begins, which sees what was answered before
                        await self._rows.read(zone, partial(step, asked))
                if question.is_over:
                    break
                if self._writes:
                    with suppress(StoreError):
                        await self._merge(zone)
        finally:
            of.waiting.remove(question)
        if self._writes and of.knows.is_ripe:
            self._ripe.add(zone)
            self._ripened.set()
        if question.error is not None:
            raise question.error
        return question.answer[0]

    async def behind(self) -> dict[str, int]:
        """Zones of which something is not in rows, and how much; of rows that are outdated, all that they have had."""
        waiting = await self._rows.waiting()
        outdated = await self._rows.outdated()
        found = {zone: one.changes for zone, one in waiting.items()}
        return found | {zone: numbers + found.get(zone, 0) for zone, numbers in outdated.items()}

    async def index(self, zone: str, tell: Callable[[int, int], None], *, anew: bool) -> None:
        """Put into rows all that waits; make them anew where they are to be, or are outdated or worn.

        Raises `StoreError`, where nothing may be written too.
        """
        if not self._writes:
            raise StoreError(READ_ONLY)
        knows = self._zone(zone).knows
        await self._catch_up(zone, 1)
        if await self._read(zone, lambda source: anew or source.state().is_outdated or knows.is_worn(source)):
            await self._rows.empty(zone)
        in_all = 0
        last = await self._read(zone, lambda source: source.last())
        while await self._read(zone, lambda source: _has_changes(source, 0, last)):
            left = (await self._rows.waiting()).get(zone, NOTHING).changes
            in_all = max(in_all, left)
            tell(in_all - left, in_all)
            await self._catch_up(zone, MERGED_AT_ONCE)
            await self._merge(zone)
        tell(in_all, in_all)

    async def run(self) -> None:
        """Put into rows what waits, until cancelled; and before that, make those anew that other rules have made."""
        before: dict[str, int] = {}
        renewed = False
        while True:
            renewed = renewed or await self._renew()
            with trio.move_on_after(LOOK_SECONDS):
                await self._ripened.wait()
            self._ripened = trio.Event()
            with suppress(StoreError):
                while self._ripe:
                    await self._merge(self._ripe.pop())
                before = {} if self._stirred else await self._work_off(before)
            self._stirred = False

    async def _renew(self) -> bool:
        """Make anew the rows that other rules have made; whether there were none. What fails is left for next time."""
        with suppress(StoreError):
            zones = await self._rows.outdated()
            for zone in zones:
                with suppress(StoreError):
                    await self.index(zone, lambda done, of: None, anew=False)
            return not zones
        return False

    async def _work_off(self, before: dict[str, int]) -> dict[str, int]:
        """While nobody writes, as is seen by the last places when another process does; returns those."""
        while True:
            now = await self._rows.waiting()
            many = [zone for zone, waiting in now.items() if waiting.changes >= RECENT_CHANGES]
            places = {zone: waiting.last for zone, waiting in now.items()}
            if not many or self._stirred or not places.items() <= before.items():
                return places
            await self._catch_up(many[0], RECENT_CHANGES)
            if not await self._merge(many[0]):
                return {}  # another process is about it, and need not be raced

    async def _catch_up(self, zone: str, most: int) -> bool:
        """Read the next changes; whether those are all."""
        knows = self._zone(zone).knows
        return await self._read(zone, lambda source: knows.catch_up(source, most))

    async def _merge(self, zone: str) -> bool:
        """Put what is in memory into rows; whether it is there, for somebody else may have been first."""
        knows = self._zone(zone).knows
        batch = await self._read(zone, lambda source: _batch(knows, source))
        if batch is None or batch.after.numbers == batch.before.numbers:
            return batch is not None
        return await self._rows.write(zone, batch)

    async def _read(self, zone: str, work: Callable[[Source], T]) -> T:
        """What is known of a zone is read and changed by one thread at a time."""
        async with self._zone(zone).alone:
            return await self._rows.read(zone, work)

    def _zone(self, zone: str) -> _Zone:
        return self._zones.setdefault(zone, _Zone())


class SearchedRows(Searched):
    """`stores.finding.Finding`, but for `mark`, of a store with rows."""

    def __init__(self, rows: Rows, *, writes: bool) -> None:
        self.indexing = Indexing(rows, writes=writes)

    async def _search(self, zone: str, ask: Ask[T]) -> T:
        return await self.indexing.search(zone, ask)

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

        def ask(knows: Upkeep, source: Source) -> Found:
            one = found(knows, source, query, order, suppressed)
            numbers = one.result.numbers(0, read)
            if not numbers or known(numbers, one.epoch):
                return one
            return one._replace(read=_listed(knows, source, zone, numbers, one.epoch))

        return await self.indexing.search(zone, ask)

    async def found_inventory(self, zone: str, numbers: Sequence[int], epoch: int) -> list[Listed]:
        return await self.indexing.search(zone, lambda knows, source: _listed(knows, source, zone, numbers, epoch))

    async def index_records(
        self, zone: str, tell: Callable[[int, int], None] = lambda done, of: None, *, anew: bool = False
    ) -> None:
        await self.indexing.index(zone, tell, anew=anew)

    async def unindexed(self) -> dict[str, int]:
        return await self.indexing.behind()


def _listed(knows: Upkeep, source: Source, zone: str, numbers: Sequence[int], epoch: int) -> list[Listed]:
    mms_ids = [one.mms_id for one in documents(knows, source, zone, numbers, epoch)]
    there = source.inventory(mms_ids)
    return [Listed(mms_id, there.get(mms_id)) for mms_id in mms_ids]


def _has_changes(source: Source, after: int, last: int) -> bool:
    """Whether there are any behind the one place, up to the other."""
    return any(change.place <= last for change in source.changes(after, 1))


def _batch(knows: Upkeep, source: Source) -> Batch | None:
    """What is in memory; None where the rows are not what it is to be put into."""
    merge = knows.merge(source)
    if source.state() != merge.before:
        return None
    return Batch(merge.before, merge.after, [*merge.postings], [*merge.documents], merge.last)
