"""Whatever happens in whatever order, each follower is told of each attempt once: also across his reconnections, and
where transactions of several zones come to be seen in another order than that of their numbers.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack

import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from gateway.desk import watching
from gateway.desk.watching import LOOK_SECONDS, SETTLED_SECONDS, Follower, Watch
from gateway.model import Attempt
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from tests.desk.kept import keep

ZONES = ("xyz", "abc", "@host")
FEW = {"LOOK_ROWS": 3, "BATCHES_QUEUED": 2}
"""So small that followers fall behind all the time."""
HELD_SECONDS = SETTLED_SECONDS / 4
"""No transaction goes on for longer; what is done in a step takes less time than that, too."""

steps = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.sampled_from(ZONES)),
        st.tuples(st.sampled_from(["hold", "release"]), st.sampled_from(ZONES)),
        st.tuples(st.sampled_from(["take", "reconnect"]), st.sampled_from([None, *ZONES])),
        st.tuples(st.just("sleep"), st.sampled_from([0.0, LOOK_SECONDS, 2.0, HELD_SECONDS])),
    ),
    max_size=60,
)


class Holding:
    """A store in which what a zone is given is not to be seen for a while, as of transactions not yet committed."""

    def __init__(self, store: Store) -> None:
        self.transact = store.transact
        self._store = store
        self._held: dict[str, int] = {}
        """By zone, from which number on."""
        self._since: dict[str, float] = {}

    async def hold(self, zone: str) -> None:
        newest = await self._store.attempts(limit=1)
        self._held.setdefault(zone, newest[0].seq + 1 if newest else 1)
        self._since.setdefault(zone, trio.current_time())

    def release(self, zone: str, *, at_least: float = 0.0) -> None:
        """Let it be seen, where it has been held so many seconds."""
        if trio.current_time() - self._since.get(zone, 0.0) >= at_least:
            self._held.pop(zone, None)
            self._since.pop(zone, None)

    async def attempts(self, *, zone: str | None = None, limit: int = PAGE_ROWS) -> list[Attempt]:
        return self._seen(await self._store.attempts(zone=zone, limit=1_000))[:limit]

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        return self._seen(await self._store.newer(marks, limit=1_000))[:limit]

    def _seen(self, found: list[Attempt]) -> list[Attempt]:
        return [one for one in found if one.seq < self._held.get(one.receipt.zone, one.seq + 1)]


class Reader:
    """One who follows a zone, or all, and now and then goes away and comes back with his last cursor."""

    def __init__(self, watch: Watch, zone: str | None) -> None:
        self._watch = watch
        self._zone = zone
        self._stack = AsyncExitStack()
        self._follower: Follower | None = None
        self.cursor = ""
        self.told: list[int] = []

    async def connect(self) -> None:
        self._follower = await self._stack.enter_async_context(self._watch.follow(self._zone, self.cursor))

    async def leave(self) -> None:
        await self._stack.aclose()

    async def take(self) -> bool:
        """The next ones; whether there were any soon."""
        assert self._follower
        with trio.move_on_after(5.0) as scope:
            for arrival in await self._follower.__anext__():
                self.told.append(arrival.attempt.seq)
                self.cursor = arrival.cursor
        return not scope.cancelled_caught


async def run(planned: list[tuple[str, str | float | None]]) -> None:
    async with open_store("memory:") as memory, trio.open_nursery() as nursery:
        store = Holding(memory)
        watch = Watch(store, lambda: ZONES)  # type: ignore[arg-type]
        nursery.start_soon(watch.run)
        begin = await watch.here()
        readers = {zone: Reader(watch, zone) for zone in (None, *ZONES)}
        kept: dict[str | None, list[int]] = {zone: [] for zone in readers}
        for reader in readers.values():
            reader.cursor = begin
            await reader.connect()
        for step, what in planned:
            for held in ZONES:
                store.release(held, at_least=HELD_SECONDS)
            match step, what:
                case "keep", str(zone):
                    await keep(memory, zone)
                    [newest] = await memory.attempts(zone=zone, limit=1)
                    kept[zone].append(newest.seq)
                    kept[None].append(newest.seq)
                    watch.wake()
                case "hold", str(zone):
                    await store.hold(zone)
                case "release", str(zone):
                    store.release(zone)
                case "take", zone:
                    await readers[zone].take()  # type: ignore[index]
                case "reconnect", zone:
                    await readers[zone].leave()  # type: ignore[index]
                    await readers[zone].connect()  # type: ignore[index]
                case _, seconds:
                    await trio.sleep(float(str(seconds)))
        for zone in ZONES:
            store.release(zone)
        for zone, reader in readers.items():
            while await reader.take():
                pass
            assert sorted(reader.told) == kept[zone]
            await reader.leave()
        nursery.cancel_scope.cancel()


@given(steps)
def test_each_once_and_none_skipped(planned: list[tuple[str, str | float | None]]) -> None:
    before = {name: getattr(watching, name) for name in FEW}
    for name, value in FEW.items():
        setattr(watching, name, value)
    try:
        trio.run(run, planned, clock=trio.testing.MockClock(autojump_threshold=0))
    finally:
        for name, value in before.items():
            setattr(watching, name, value)
