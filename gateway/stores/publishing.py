"""The part of a store's contract by which records are published for harvesters."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, Protocol

from gateway.model import Inventory, PublishingProfile, PublishingRun, Repository

RUNS_KEPT: Final = 100
"""Runs of a set that are remembered: of daily ones three months."""
NEAR: Final = 4
"""So many times what is wanted is looked at in the order of the records, before others are looked for by their time:
mostly harvesters ask for a time in which nearly all changed."""
FEW: Final = 2_000
"""Records of a set that changed within a span of time, so few that they are all looked at for a page: a millisecond. Of
more, a page is found by walking through the set's records: of a million the first, at worst, in a tenth of a second,
and all of them together in not much more."""
ROWS_OF_A_TURN: Final = 5_000
"""Rows that are written or forgotten at once where all of a set or a zone are, so that exports have their turn between:
some tenths of a second."""


class Published(NamedTuple):
    """A record of a set as it was last published."""

    mms_id: str
    at: int
    """When that last was another than before: seconds since 1970, UTC; of several sets, in any of them."""
    digest: bytes
    """Of `form` without 005; empty where it is deleted."""
    form: bytes
    """The element `record` of MARCXML with its name space, ready to be sent; empty where it is deleted."""

    @property
    def deleted(self) -> bool:
        """Whether it is no longer of the set, or no longer there."""
        return not self.form


class Unpublished(NamedTuple):
    """A record that was written or removed, or of which a holding or an item was, since it was last looked at."""

    mms_id: str
    place: int
    """Another one where it has changed since it was asked for."""


class Publishing(Protocol):
    """Part of `stores.base.Store`. What is kept of a set goes with its zone's `reset`, repository and profiles do not.

    Keys and MMS IDs are of printable characters.
    """

    async def inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        """By MMS ID these records as they are now with what there is of them, of those that are there."""

    async def unpublished(self, zone: str, *, after: str = "", limit: int = 100) -> list[Unpublished]:
        """By rising MMS ID; those behind `after`. A new store's, and a reset zone's, has none.

        A record that was removed is among them also where there was none.
        """

    async def unpublish(self, zone: str, by: str) -> bool:
        """Every record of the zone, and every one that is published in it, is unpublished again; durable.

        Not where that was done by the same last: `by` names those who publish what is unpublished. Whether it was done.
        """

    async def unpublished_by(self, zone: str) -> str | None:
        """Who did that last; empty or None where nobody has, and while somebody does it."""

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
        """Keep these, each instead of an earlier one of its record in the set. Durable.

        Those of `done` are no longer unpublished; those of `seen` still are, for there are other sets. But of a record
        of either that has changed since, or that another has done since, nothing is kept, and it stays as it is: so
        what comes late undoes nothing that was published later. Nor is anything kept of a record that is not as it was
        when `inventory` gave what is in `read`, of which these were made; without that nobody asks how it is.

        Returns the MMS IDs of those of which nothing is kept.
        """

    async def published(
        self,
        zone: str,
        sets: Sequence[str],
        *,
        after: str = "",
        since: int | None = None,
        until: int | None = None,
        limit: int = 100,
    ) -> list[Published]:
        """By rising MMS ID, those behind `after`, with `since <= at <= until`. Fewer than `limit` are the last.

        Of a record that several sets have: as in the first of them in which it is not deleted, else the first, with the
        latest `at` of them all. So who harvests all sets learns of each change, and when the last has deleted it.
        """

    async def published_as(self, zone: str, set_: str, mms_ids: Collection[str]) -> dict[str, Published]:
        """By MMS ID these records as they were last published in the set, of those that ever were."""

    async def published_in(self, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
        """By MMS ID the sets, rising, in which the record is published and not deleted; without others."""

    async def published_counts(self, zone: str) -> dict[str, tuple[int, int]]:
        """By set how many records are published in it, and how many of them are deleted; those with runs alone too."""

    async def earliest_published(self, zone: str) -> int | None:
        """The least `at` of what is published in any set of the zone; None where nothing is."""

    async def withdraw(self, zone: str, set_: str) -> None:
        """Forget all that is published in it. Durable."""

    async def repository(self, zone: str) -> Repository | None:
        """What was made at run time; None = nothing."""

    async def keep_repository(self, repository: Repository) -> None:
        """Keep it, instead of an earlier one of the zone. Durable."""

    async def publishing_profiles(self, zone: str) -> list[PublishingProfile]:
        """Those made at run time, by rising key."""

    async def keep_publishing_profile(self, profile: PublishingProfile) -> None:
        """Keep it, instead of an earlier one of its zone and key. Durable."""

    async def remove_publishing_profile(self, zone: str, key: str) -> bool:
        """Forget it with all that is published in it and its runs; whether there was one. Durable."""

    async def publishing_runs(self, zone: str, set_: str) -> list[PublishingRun]:
        """Newest first; at most `RUNS_KEPT`."""

    async def keep_publishing_run(self, zone: str, set_: str, run: PublishingRun) -> None:
        """Keep it, instead of one that began at the same time. Durable."""

    async def publishing_zones(self) -> list[str]:
        """Keys of the zones that have a repository, profiles, runs or anything published, rising."""


class Unpublishing(ABC):
    """`Publishing.unpublish` of a store with rows: some of them at a time, and who did it told at the end."""

    async def unpublish(self, zone: str, by: str) -> bool:
        """The contract's."""
        if await self.unpublished_by(zone) == by:
            return False
        await self._set_unpublished_by(zone, "")
        after = ""
        while some := await self._some_unpublished(zone, after):
            after = some[-1]
        await self._set_unpublished_by(zone, by)
        return True

    @abstractmethod
    async def unpublished_by(self, zone: str) -> str | None:
        """The contract's."""

    @abstractmethod
    async def _set_unpublished_by(self, zone: str, by: str) -> None:
        """Keep it. Durable."""

    @abstractmethod
    async def _some_unpublished(self, zone: str, after: str) -> list[str]:
        """Have the next records behind this one unpublished; their MMS IDs, rising, none where there are no more."""


class Shown(NamedTuple):
    """That a set has a record, without what is published of it."""

    mms_id: str
    set_: str
    at: int
    deleted: bool


class Sets(Protocol):
    """What a store reads of a zone's sets, over one state of them."""

    def first(self, set_: str, after: str, limit: int) -> list[Published]:
        """Those behind `after`, by rising MMS ID."""

    def within(self, set_: str, span: "Span", after: str, limit: int) -> list[str]:
        """MMS IDs of the same whose `at` is within the span."""

    def shown(self, sets: Sequence[str], mms_ids: Sequence[str]) -> Iterable[Shown]:
        """These records in those sets, in any order."""

    def published(self, set_: str, mms_ids: Sequence[str]) -> Iterable[Published]:
        """These records as they are in a set, in any order."""


class Span(NamedTuple):
    """A span of time, seconds since 1970, UTC; both ends are in it."""

    since: int
    until: int


EVER: Final = Span(-(2**62), 2**62)
"""Longer than any gateway publishes, and no number of it is too large for a database."""


def span(since: int | None, until: int | None) -> Span:
    """What `Publishing.published` is asked for; None = without that end."""
    return Span(
        EVER.since if since is None else min(max(since, EVER.since), EVER.until),
        EVER.until if until is None else min(max(until, EVER.since), EVER.until),
    )


def page(of: Sets, sets: Sequence[str], wanted: Span, after: str, limit: int) -> list[Published]:
    """`Publishing.published`."""
    sets = [*dict.fromkeys(sets)]
    match sets:
        case []:
            return []
        case [alone] if wanted == EVER:
            return of.first(alone, after, limit)
        case [alone]:
            return sorted(of.published(alone, of.within(alone, wanted, after, limit)))
    chosen = _chosen(of, sets, wanted, after, limit)
    found = [
        one._replace(at=chosen[one.mms_id].at)
        for set_ in sets
        for one in of.published(set_, [mms_id for mms_id, shown in chosen.items() if shown.set_ == set_])
    ]
    return sorted(found)


def _chosen(of: Sets, sets: Sequence[str], wanted: Span, after: str, limit: int) -> dict[str, Shown]:
    """By MMS ID, rising, in which of several sets the next records are told of, with their latest `at`."""
    found: dict[str, Shown] = {}
    while True:
        left = limit - len(found)
        behind = (of.within(set_, wanted, after, left) for set_ in sets)
        some = sorted({*chain.from_iterable(behind)})[:left]
        by_record: dict[str, list[Shown]] = {mms_id: [] for mms_id in some}
        for shown in of.shown(sets, some):
            by_record[shown.mms_id].append(shown)
        for mms_id, of_record in by_record.items():
            latest = max(shown.at for shown in of_record)
            if wanted.since <= latest <= wanted.until:
                first = min(of_record, key=lambda shown: (shown.deleted, sets.index(shown.set_)))
                found[mms_id] = first._replace(at=latest)
        if len(some) < left or len(found) == limit:
            return found
        after = some[-1]


def sets_of(shown: Iterable[Shown]) -> dict[str, list[str]]:
    """`Publishing.published_in`, of what all sets have of some records."""
    found: dict[str, list[str]] = {}
    for one in sorted(shown):
        if not one.deleted:
            found.setdefault(one.mms_id, []).append(one.set_)
    return found


def new_place() -> int:
    """For what has changed; a store has no two that are the same."""
    return secrets.randbits(62) + 1


def late_now(
    published: Sequence[Published],
    looked_at: Collection[Unpublished],
    unchanged: Collection[str],
    read: Mapping[str, Inventory] | None,
    inventory: Callable[[Collection[str]], Mapping[str, Inventory]],
) -> set[str]:
    """MMS IDs of which `Publishing.publish` keeps nothing: records of `looked_at` that are not `unchanged`, and of
    those to be kept what is not in `inventory`, which tells how records are now, as it was `read`.
    """
    late = {one.mms_id for one in looked_at if one.mms_id not in unchanged}
    if read is None:
        return late
    mms_ids = {one.mms_id for one in published} - late
    now = inventory(mms_ids)
    return late | {mms_id for mms_id in mms_ids if read.get(mms_id) != now.get(mms_id)}


def keep_now(published: Sequence[Published], late: Collection[str]) -> list[Published]:
    """What `Publishing.publish` keeps: each record once, the last of it."""
    return [*{one.mms_id: one for one in published if one.mms_id not in late}.values()]
