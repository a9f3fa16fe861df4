"""The index of a zone of the store in memory: all of it is in memory too, and is brought up to date by who searches."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import trio

from gateway.model import BibRecord
from gateway.search.upkeep import Change, Source, State, Upkeep, Written
from gateway.search.volumes import Document, Posting
from gateway.stores.base import T
from gateway.stores.searching import Ask

Present = Callable[[], Mapping[str, list[BibRecord]]]
"""The versions of each record that is there now."""


class MemoryIndex:
    """What was written since the last search, and what is known of all before it."""

    def __init__(self) -> None:
        self._knows = Upkeep()
        self._state = State()
        self._changes: list[Change] = []
        self._places = 0
        self._indexed = 0
        """Place of the last change that is known."""
        self._alone = trio.Lock()

    def change(self, mms_id: str) -> None:
        """A record is written, or removed."""
        self._places += 1
        self._changes.append(Change(self._places, mms_id))

    def reset(self) -> None:
        """There is nothing any more."""
        self._changes = []
        self._state = self._state._replace(epoch=self._state.epoch + 1, generation=self._state.generation + 1)

    async def search(self, present: Present, ask: Ask[T], limiter: trio.CapacityLimiter) -> T:
        """Catch up, and ask."""
        async with self._alone:
            versions = present()
            self._changes = changes = [change for change in self._changes if change.place > self._indexed]
            newest = {mms_id: versions[mms_id][-1] for _, mms_id in changes if mms_id in versions}
            source = _Source(self._state, [*changes], newest)
            return await trio.to_thread.run_sync(self._search, source, ask, limiter=limiter)

    def _search(self, source: "_Source", ask: Ask[T]) -> T:
        self._knows.catch_up(source, len(source.waiting) + 1)
        self._indexed = max([self._indexed, *(change.place for change in source.waiting[-1:])])
        return ask(self._knows, source)


class _Source(Source):
    """One state of the zone: of its records, those that changed. There are no rows."""

    def __init__(self, state: State, changes: list[Change], newest: Mapping[str, BibRecord]) -> None:
        self._state = state
        self.waiting = changes
        self._newest = newest

    def state(self) -> State:
        return self._state

    def changes(self, after: int, most: int) -> list[Change]:
        return [change for change in self.waiting if change.place > after][:most]

    def written(self, mms_ids: Collection[str]) -> Iterable[Written]:
        there = [self._newest[mms_id] for mms_id in mms_ids if mms_id in self._newest]
        return [Written(one.mms_id, one.marc, one.is_suppressed) for one in there]

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        return ()

    def between(self, first: str, last: str, *, descending: bool) -> Iterator[Posting]:
        return iter(())

    def documents(self, numbers: Collection[int]) -> Iterable[Document]:
        return ()

    def newest(self, mms_ids: Collection[str]) -> Iterable[tuple[str, int]]:
        return ()
