"""What sets publish in a store in memory."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count, islice
from typing import Generic

import trio

from gateway.model import Inventory, PublishingProfile, PublishingRun, Repository
from gateway.stores.base import PAGE_ROWS, T
from gateway.stores.publishing import (
    RUNS_KEPT,
    Published,
    Sets,
    Shown,
    Span,
    Unpublished,
    keep_now,
    late_now,
    page,
    sets_of,
    span,
)


class _Rows(Generic[T]):
    """Something of records, by MMS ID."""

    def __init__(self) -> None:
        self._of: dict[str, T] = {}
        self._order: list[str] = []
        """MMS IDs, rising."""

    def get(self, mms_id: str) -> T | None:
        return self._of.get(mms_id)

    def put(self, mms_id: str, row: T) -> None:
        if mms_id not in self._of:
            insort(self._order, mms_id)
        self._of[mms_id] = row

    def remove(self, mms_id: str) -> None:
        del self._of[mms_id]
        del self._order[bisect_left(self._order, mms_id)]

    def behind(self, mms_id: str) -> Iterator[tuple[str, T]]:
        """By rising MMS ID."""
        for place in range(bisect_right(self._order, mms_id), len(self._order)):
            yield self._order[place], self._of[self._order[place]]

    def __len__(self) -> int:
        return len(self._order)


@dataclass
class _Zone(Sets):
    """What is kept of one."""

    unpublished: _Rows[int] = field(default_factory=_Rows)
    unpublished_by: str | None = None
    sets: dict[str, _Rows[Published]] = field(default_factory=dict)
    runs: dict[str, dict[datetime, PublishingRun]] = field(default_factory=dict)
    """By set and beginning."""
    repository: Repository | None = None
    profiles: dict[str, PublishingProfile] = field(default_factory=dict)

    def first(self, set_: str, after: str, limit: int) -> list[Published]:
        """The contract's, as all below."""
        return [one for _, one in islice(self._of(set_).behind(after), limit)]

    def within(self, set_: str, span: Span, after: str, limit: int) -> list[str]:
        found = (mms_id for mms_id, one in self._of(set_).behind(after) if span.since <= one.at <= span.until)
        return [*islice(found, limit)]

    def shown(self, sets: Sequence[str], mms_ids: Sequence[str]) -> Iterable[Shown]:
        return [Shown(one.mms_id, set_, one.at, one.deleted) for set_ in sets for one in self.published(set_, mms_ids)]

    def published(self, set_: str, mms_ids: Sequence[str]) -> list[Published]:
        return [one for mms_id in mms_ids if (one := self._of(set_).get(mms_id))]

    def mms_ids(self) -> set[str]:
        """Of all that is published."""
        return {mms_id for rows in self.sets.values() for mms_id, _ in rows.behind("")}

    def _of(self, set_: str) -> _Rows[Published]:
        return self.sets.get(set_) or _Rows()

    def __bool__(self) -> bool:
        """Whether there is anything but what is unpublished."""
        return bool(self.sets or self.runs or self.repository or self.profiles)


class MemoryPublishing(ABC):
    """`stores.publishing.Publishing`."""

    def __init__(self) -> None:
        super().__init__()
        self._publishing: dict[str, _Zone] = {}
        self._places = count(1)

    @abstractmethod
    def _inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        """By MMS ID what there is of these records."""

    @abstractmethod
    def _mms_ids(self, zone: str) -> Collection[str]:
        """Of the zone's records."""

    def _unpublish(self, zone: str, mms_ids: Iterable[str]) -> None:
        """These are to be published again."""
        unpublished = self._publishing.setdefault(zone, _Zone()).unpublished
        for mms_id in mms_ids:
            unpublished.put(mms_id, next(self._places))

    def _reset_publishing(self, zone: str) -> None:
        """Leave nothing but what was made at run time."""
        before = self._publishing.pop(zone, _Zone())
        self._publishing[zone] = _Zone(repository=before.repository, profiles=before.profiles)

    def _forget_publishing(self, zone: str) -> None:
        self._publishing.pop(zone, None)

    async def inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        """The contract's, as all below."""
        await trio.lowlevel.checkpoint()
        return self._inventory(zone, mms_ids)

    async def unpublished(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Unpublished]:
        of = await self._zone(zone)
        return [Unpublished(*row) for row in islice(of.unpublished.behind(after), limit)]

    async def unpublish(self, zone: str, by: str) -> bool:
        of = await self._zone(zone)
        if of.unpublished_by == by:
            return False
        self._unpublish(zone, of.mms_ids().union(self._mms_ids(zone)))
        of.unpublished_by = by
        return True

    async def unpublished_by(self, zone: str) -> str | None:
        return (await self._zone(zone)).unpublished_by

    async def publish(
        self,
        zone: str,
        set_: str,
        published: Sequence[Published],
        done: Collection[Unpublished] = (),
        *,
        seen: Collection[Unpublished] = (),
        read: Mapping[str, Inventory] | None = None,
    ) -> Collection[str]:
        of = await self._zone(zone)
        looked_at = [*done, *seen]
        unchanged = {one.mms_id for one in looked_at if of.unpublished.get(one.mms_id) == one.place}
        late = late_now(published, looked_at, unchanged, read, partial(self._inventory, zone))
        for row in keep_now(published, late):
            of.sets.setdefault(set_, _Rows()).put(row.mms_id, row)
        for mms_id in {one.mms_id for one in done} - late:
            of.unpublished.remove(mms_id)
        return late

    async def published(
        self,
        zone: str,
        sets: Sequence[str],
        *,
        after: str = "",
        since: int | None = None,
        until: int | None = None,
        limit: int = PAGE_ROWS,
    ) -> list[Published]:
        return page(await self._zone(zone), sets, span(since, until), after, limit)

    async def published_as(self, zone: str, set_: str, mms_ids: Collection[str]) -> dict[str, Published]:
        of = await self._zone(zone)
        return {one.mms_id: one for one in of.published(set_, [*mms_ids])}

    async def published_in(self, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
        of = await self._zone(zone)
        return sets_of(of.shown([*of.sets], [*mms_ids]))

    async def published_counts(self, zone: str) -> dict[str, tuple[int, int]]:
        of = await self._zone(zone)
        counted = {set_: (len(rows), sum(one.deleted for _, one in rows.behind(""))) for set_, rows in of.sets.items()}
        return {**dict.fromkeys(of.runs, (0, 0)), **counted}

    async def earliest_published(self, zone: str) -> int | None:
        of = await self._zone(zone)
        return min((one.at for rows in of.sets.values() for _, one in rows.behind("")), default=None)

    async def withdraw(self, zone: str, set_: str) -> None:
        of = await self._zone(zone)
        of.sets.pop(set_, None)

    async def repository(self, zone: str) -> Repository | None:
        return (await self._zone(zone)).repository

    async def keep_repository(self, repository: Repository) -> None:
        (await self._zone(repository.zone)).repository = repository

    async def publishing_profiles(self, zone: str) -> list[PublishingProfile]:
        return [one for _, one in sorted((await self._zone(zone)).profiles.items())]

    async def keep_publishing_profile(self, profile: PublishingProfile) -> None:
        (await self._zone(profile.zone)).profiles[profile.key] = profile

    async def remove_publishing_profile(self, zone: str, key: str) -> bool:
        of = await self._zone(zone)
        if of.profiles.pop(key, None) is None:
            return False
        of.sets.pop(key, None)
        of.runs.pop(key, None)
        return True

    async def publishing_runs(self, zone: str, set_: str) -> list[PublishingRun]:
        of = await self._zone(zone)
        return [run for _, run in sorted(of.runs.get(set_, {}).items(), reverse=True)]

    async def keep_publishing_run(self, zone: str, set_: str, run: PublishingRun) -> None:
        runs = (await self._zone(zone)).runs.setdefault(set_, {})
        runs[run.began_at] = run
        if len(runs) > RUNS_KEPT:
            del runs[min(runs)]

    async def publishing_zones(self) -> list[str]:
        await trio.lowlevel.checkpoint()
        return sorted(zone for zone, of in self._publishing.items() if of)

    async def _zone(self, zone: str) -> _Zone:
        await trio.lowlevel.checkpoint()
        return self._publishing.setdefault(zone, _Zone())
