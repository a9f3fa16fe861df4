"""What has just arrived, to all who watch: one look into the store for all of them, each attempt once, none skipped.

Other processes write to the store too, so it is looked at whether or not somebody says that there is something new. A
zone's attempts come to be seen in the order of their numbers, those of several zones do not: hence a mark for each.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import structlog
import trio

from gateway.desk import attempts, cursors
from gateway.desk.attempts import AttemptLine
from gateway.desk.cursors import Place
from gateway.errors import StoreError
from gateway.model import Attempt
from gateway.stores.base import Store

POLL_SECONDS: Final = 1.0
"""Between two looks where nobody says that something is new: other processes write to the store too, unheard."""
LOOK_SECONDS: Final = 0.1
"""Between two looks at least: people see no difference, and a hundred exports are told of in one."""
LOOK_ROWS: Final = 400
"""Attempts of one look, some 5 ms: so many can be told of in time as one gateway takes, and the looks stay few."""
LOOKING_SHARE: Final = 0.05
"""Most of the time that a look goes on, waiting for its turn included: beside exports that leave it little of the
machine, looks become rarer, and those who follow are told later."""
SETTLED_SECONDS: Final = 60.0
"""After that all attempts with lower numbers than one that was seen have come to be seen: an import takes ten seconds
at most. A cursor names the zones that moved within it."""
BATCHES_QUEUED: Final = 4
"""So many looks a follower may be behind; who is further behind is told from the store."""


class Arrival(NamedTuple):
    """An attempt that has just been kept; the same object goes to all who watch."""

    attempt: Attempt
    line: AttemptLine
    cursor: str
    """To go on behind it: opaque, of letters, digits, `-` and `_`."""


class _Batch(NamedTuple):
    """What one look brought."""

    arrivals: tuple[Arrival, ...]
    place: Place
    """Behind them all."""


class Watch:
    """One a process."""

    def __init__(self, store: Store, zones: Callable[[], Iterable[str]]) -> None:
        """`zones` gives the key of every zone to be watched, also the reserved ones of hosts (`model.unfiled_zone`)."""
        self._store = store
        self._zones = zones
        self._place = Place(0, {})
        self._seen: deque[tuple[float, int]] = deque()
        """When, and the highest number that was seen by then; of the last `SETTLED_SECONDS`."""
        self._followers: set[Follower] = set()
        self._lock = trio.Lock()
        """Between two looks, and between a look and somebody who joins."""
        self._joined = trio.Event()
        self._woken = trio.Event()
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk").bind()

    async def run(self) -> None:
        """Look into the store as long as somebody follows; never returns, and lives through a store that fails."""
        while True:
            await self._joined.wait()
            self._woken = trio.Event()  # before the look: what is kept during it is looked for again
            began = trio.current_time()
            is_more = await self._looked()
            spent = trio.current_time() - began
            if not is_more:
                with trio.move_on_after(POLL_SECONDS):
                    await self._woken.wait()
            await trio.sleep_until(began + max(LOOK_SECONDS, spent / LOOKING_SHARE))

    def wake(self) -> None:
        """Something has been kept: look soon. Costs next to nothing."""
        self._woken.set()

    @asynccontextmanager
    async def follow(self, zone: str | None = None, since: str = "") -> AsyncIterator["Follower"]:
        """Within the context, the attempts that arrive from now on, or behind the cursor `since`, as they come.

        `async with watch.follow() as arriving: async for arrivals in arriving:` Each turn brings at least one, up to a
        page; those of one zone in the order of their numbers. Who takes them slowly misses none and costs no memory: he
        is told from the store. Raises `Unusable` for a text that is no cursor, `StoreError`.
        """
        start = cursors.read(since) if since else None
        async with self._lock:
            await self._catch_up()
            follower = Follower(self, zone, start)
            self._followers.add(follower)
            self._joined.set()
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._joined = trio.Event()

    async def here(self) -> str:
        """A cursor behind all that has arrived until now: for a page that lists it and then follows."""
        async with self._lock:
            await self._catch_up()
            return cursors.written(self._place)

    @property
    def place(self) -> Place:
        """How far has been looked."""
        return self._place

    def marks(self, zone: str | None, place: Place) -> dict[str, int]:
        """Of each zone that is watched, or of the one, up to where a place has come."""
        return {key: place.mark(key) for key in self._zones() if zone in (None, key)}

    async def newer(self, marks: dict[str, int]) -> list[Attempt]:
        """A page of the attempts behind the marks."""
        return await self._store.newer(marks, limit=LOOK_ROWS) if marks else []

    async def _catch_up(self) -> None:
        """Come to where the store is now; what somebody follows must not be passed over."""
        if self._followers:
            while await self._look():
                pass
            return
        self._settle()
        for zone in self._zones():
            for newest in await self._store.attempts(zone=zone, limit=1):
                self._place = self._place.behind(zone, newest.seq)

    async def _looked(self) -> bool:
        """Look; whether there is more to be seen at once. A failure of the store passes."""
        try:
            async with self._lock:
                return await self._look()
        except StoreError as error:
            self._log.warning("watch.failed", error=str(error))
            return False

    async def _look(self) -> bool:
        """Tell the followers what is new; whether there may be more."""
        self._settle()
        found = await self.newer(self.marks(None, self._place))
        if found:
            batch = _Batch(tuple(self._arrivals(found)), self._place)
            for follower in self._followers:
                follower.take(batch)
        return len(found) == LOOK_ROWS

    def _arrivals(self, found: Iterable[Attempt]) -> Iterator[Arrival]:
        for attempt in found:
            self._place = self._place.behind(attempt.receipt.zone, attempt.seq)
            yield _arrival(attempt, self._place)

    def _settle(self) -> None:
        """Let the base follow, behind which no number comes to be seen any more."""
        now = trio.current_time()
        base, marks = self._place
        if not self._seen or now - self._seen[-1][0] >= POLL_SECONDS:
            self._seen.append((now, max(marks.values(), default=base)))
        while now - self._seen[0][0] >= SETTLED_SECONDS:
            base = self._seen.popleft()[1]
        self._place = self._place.settled(base)


class Follower:
    """One who is told. Made by `Watch.follow`."""

    def __init__(self, watch: Watch, zone: str | None, start: Place | None) -> None:
        """`start` is where to begin; None for where the watch is."""
        self._watch = watch
        self._zone = zone
        self._place = start or watch.place
        """Behind what was told last."""
        self._is_behind = start is not None
        self._catching_up: _Way | None = None
        self._queue: deque[_Batch] = deque()
        self._queued = trio.Event()

    def take(self, batch: _Batch) -> None:
        """Tell of it soon."""
        if len(self._queue) == BATCHES_QUEUED:
            self._queue.clear()
            self._is_behind = True
        if not self._is_behind:
            self._queue.append(batch)
        self._queued.set()

    def __aiter__(self) -> "Follower":
        return self

    async def __anext__(self) -> tuple[Arrival, ...]:
        await trio.lowlevel.checkpoint()
        while True:
            if self._catching_up or self._is_behind:
                arrivals = await self._from_store()
            elif self._queue:
                batch = self._queue.popleft()
                self._place = batch.place
                arrivals = self._of_zone(batch.arrivals)
            else:
                self._queued = trio.Event()
                await self._queued.wait()
                continue
            if arrivals:
                return arrivals

    def _of_zone(self, arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
        if self._zone is None:
            return arrivals
        return tuple([one for one in arrivals if one.line.zone == self._zone])

    async def _from_store(self) -> tuple[Arrival, ...]:
        """A page on the way from where the follower is to where the watch was when that began; there may be none on it.

        What the watch has seen since then is queued.
        """
        way = self._catching_up
        if way is None:
            self._is_behind = False
            goal = self._watch.place
            marks, goals = (self._watch.marks(self._zone, place) for place in (self._place, goal))
            way = self._catching_up = _Way(goal, goals, marks)
        asked = {zone: mark for zone, mark in way.marks.items() if mark < way.goals[zone]}
        if not asked:
            self._place, self._catching_up = way.goal, None
            return ()
        found = await self._watch.newer(asked)
        arrivals = []
        for attempt in found:
            zone, seq = attempt.receipt.zone, attempt.seq
            if seq <= way.goals[zone]:
                self._place = self._place.behind(zone, seq)
                arrivals.append(_arrival(attempt, self._place))
            way.marks[zone] = min(seq, way.goals[zone])
        if len(found) < LOOK_ROWS:
            way.marks.update(way.goals)
        return tuple(arrivals)


class _Way(NamedTuple):
    """Of one who catches up."""

    goal: Place
    goals: dict[str, int]
    """Of each zone that he follows, up to where he is told from the store."""
    marks: dict[str, int]
    """And up to where he has been told."""


def _arrival(attempt: Attempt, place: Place) -> Arrival:
    return Arrival(attempt, attempts.line(attempt), cursors.written(place))
