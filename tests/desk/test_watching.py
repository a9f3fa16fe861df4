"""Who watches is told of each attempt once, and of all, however slowly he takes them and wherever he goes on."""

from collections.abc import AsyncIterator, Mapping

import pytest
import structlog
import trio
import trio.testing
from trio.abc import Clock

from gateway.desk import cursors
from gateway.desk.cursors import Place
from gateway.desk.watching import (
    BATCHES_QUEUED,
    LOOK_ROWS,
    LOOK_SECONDS,
    POLL_SECONDS,
    SETTLED_SECONDS,
    Follower,
    Watch,
)
from gateway.errors import StoreError, Unusable
from gateway.model import Attempt
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from tests.desk.kept import keep

ZONES = ("xyz", "abc", "@host")


class Counting:
    """A store that counts how often it is asked what is newer, fails when it is told to, and can be late."""

    def __init__(self, store: Store) -> None:
        self.transact = store.transact
        self.attempts = store.attempts
        self._store = store
        self.looks = 0
        self.fails = False
        self.late: set[int] = set()
        """Numbers that have been given and are not to be seen yet, as of a transaction that is not committed."""

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        self.looks += 1
        if self.fails:
            raise StoreError("the disk is gone")
        return [attempt for attempt in await self._store.newer(marks, limit=limit) if attempt.seq not in self.late]


@pytest.fixture
async def store() -> AsyncIterator[Counting]:
    async with open_store("memory:") as store:
        yield Counting(store)


@pytest.fixture
def watch(store: Counting, nursery: trio.Nursery) -> Watch:
    watch = Watch(store, lambda: ZONES)  # type: ignore[arg-type]
    nursery.start_soon(watch.run)
    return watch


async def told(follower: Follower, count: int) -> list[int]:
    """The numbers of the next attempts."""
    found: list[int] = []
    while len(found) < count:
        found += [arrival.attempt.seq for arrival in await follower.__anext__()]
    return found


async def is_silent(follower: Follower) -> bool:
    with trio.move_on_after(3 * POLL_SECONDS) as scope:
        await follower.__anext__()
    return scope.cancelled_caught


async def test_tells_of_what_arrives_from_now_on(store: Counting, watch: Watch, autojump_clock: Clock):
    await keep(store)
    async with watch.follow() as follower:
        seq = await keep(store, title="Rivers")
        watch.wake()
        [arrival] = await follower.__anext__()
        assert (arrival.attempt.seq, arrival.line.seq, arrival.line.title) == (seq, seq, "Rivers")
        assert await is_silent(follower)


async def test_looks_at_once_when_it_is_woken_and_else_every_second(
    store: Counting, watch: Watch, autojump_clock: Clock
):
    async with watch.follow() as follower:
        await trio.sleep(10.1 * POLL_SECONDS)
        await keep(store)
        watch.wake()
        began = trio.current_time()
        await told(follower, 1)
        assert trio.current_time() == pytest.approx(began)
        await trio.testing.wait_all_tasks_blocked()
        await keep(store)  # by another process, which wakes nobody
        await told(follower, 1)
        assert trio.current_time() - began <= POLL_SECONDS + LOOK_SECONDS


async def test_looks_ten_times_a_second_at_most_and_once_for_all(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as one, watch.follow() as other, watch.follow() as third:
        await trio.testing.wait_all_tasks_blocked()
        began, looks = trio.current_time(), store.looks
        for _ in range(100):
            await keep(store)
            watch.wake()
            await trio.sleep(LOOK_SECONDS / 10)
        assert store.looks - looks <= (trio.current_time() - began) / LOOK_SECONDS + 2
        assert await told(one, 100) == await told(other, 100) == await told(third, 100)


async def test_does_not_look_while_nobody_follows(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow():
        pass
    await trio.sleep(2 * POLL_SECONDS)
    looks = store.looks
    watch.wake()
    await trio.sleep(10 * POLL_SECONDS)
    assert store.looks == looks


async def test_the_same_objects_go_to_all(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as one, watch.follow() as other:
        await keep(store)
        [first], [second] = await one.__anext__(), await other.__anext__()
        assert first is second


async def test_a_zone_alone(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow("abc") as follower, watch.follow() as everything:
        seqs = [await keep(store, zone) for zone in ("xyz", "abc", "@host", "unknown", "abc")]
        watch.wake()
        assert await told(follower, 2) == [seqs[1], seqs[4]]
        assert await told(everything, 4) == [*seqs[:3], seqs[4]]


@pytest.mark.parametrize("zone", [None, "xyz"])
async def test_a_slow_follower_misses_none_and_is_told_of_none_twice(
    store: Counting, watch: Watch, zone: str | None, autojump_clock: Clock
):
    async with watch.follow(zone) as follower, watch.follow() as quick:
        seqs = []
        for _ in range(3 * BATCHES_QUEUED):
            seqs += [await keep(store) for _ in range(LOOK_ROWS // 2)]
            watch.wake()
            await told(quick, LOOK_ROWS // 2)
        assert await told(follower, len(seqs)) == seqs
        seqs = [await keep(store) for _ in range(3)]
        watch.wake()
        assert await told(follower, 3) == seqs
        assert await is_silent(follower)


async def test_a_follower_that_falls_behind_while_he_catches_up(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as follower, watch.follow() as quick:
        seqs = []
        found = []
        for _ in range(5 * BATCHES_QUEUED):
            seqs += [await keep(store, zone) for zone in ("xyz", "abc") * (LOOK_ROWS // 4)]
            watch.wake()
            await told(quick, LOOK_ROWS // 2)
            if len(seqs) % (BATCHES_QUEUED * LOOK_ROWS) == 0:
                found += await told(follower, 1)
        found += await told(follower, len(seqs) - len(found))
        assert found == sorted(found)
        assert found == seqs


async def test_a_full_queue_costs_no_memory(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as follower, watch.follow() as quick:
        for _ in range(10 * BATCHES_QUEUED):
            await keep(store)
            watch.wake()
            await told(quick, 1)
            assert len(follower._queue) <= BATCHES_QUEUED


@pytest.mark.parametrize("count", [0, 1, LOOK_ROWS, 3 * LOOK_ROWS + 1])
async def test_goes_on_behind_a_cursor(store: Counting, watch: Watch, count: int, autojump_clock: Clock):
    async with watch.follow() as follower:
        await keep(store)
        watch.wake()
        [arrival] = await follower.__anext__()
    seqs = [await keep(store, zone) for _, zone in zip(range(count), ("xyz", "abc", "@host") * count, strict=False)]
    async with watch.follow(since=arrival.cursor) as follower:
        seqs.append(await keep(store))
        assert await told(follower, len(seqs)) == seqs
        assert await is_silent(follower)


async def test_every_cursor_goes_on_exactly_behind_its_attempt(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as follower:
        seqs = [await keep(store, zone) for zone in ("xyz", "abc", "xyz", "@host", "abc")]
        watch.wake()
        live = [arrival.cursor for arrival in await follower.__anext__()]
    for place, cursor in enumerate(live):
        async with watch.follow(since=cursor) as follower:
            if seqs[place + 1 :]:
                arrivals = await follower.__anext__()
                assert [arrival.attempt.seq for arrival in arrivals] == seqs[place + 1 :]
                async with watch.follow(since=arrivals[0].cursor) as further:
                    assert await told(further, len(seqs) - place - 2) == seqs[place + 2 :]
            assert await is_silent(follower)


async def test_a_page_lists_what_there_is_and_goes_on_behind_it(store: Counting, watch: Watch, autojump_clock: Clock):
    await keep(store)
    here = await watch.here()
    seqs = [await keep(store, zone) for zone in ZONES]
    async with watch.follow(since=here) as follower:
        assert await told(follower, 3) == seqs
        between = await watch.here()
        seq = await keep(store)
        async with watch.follow(since=between) as other:
            assert await told(other, 1) == [seq]


async def test_who_joins_while_others_are_told_is_not_told_of_what_was(
    store: Counting, watch: Watch, autojump_clock: Clock
):
    async with watch.follow() as early:
        before = [await keep(store) for _ in range(2 * LOOK_ROWS)]
        async with watch.follow() as late:
            after = await keep(store)
            watch.wake()
            assert await told(late, 1) == [after]
        assert await told(early, len(before) + 1) == [*before, after]


async def test_a_cursor_names_only_the_zones_that_moved_lately(store: Counting, watch: Watch, autojump_clock: Clock):
    async with watch.follow() as follower:
        seqs = [await keep(store, zone) for zone in ZONES]
        await told(follower, 3)
        assert cursors.read(await watch.here()) == Place(0, dict(zip(ZONES, seqs, strict=True)))
        await trio.sleep(SETTLED_SECONDS + 2 * POLL_SECONDS)
        newest = await keep(store)
        await told(follower, 1)
        assert cursors.read(await watch.here()) == Place(seqs[-1], {"xyz": newest})
    async with watch.follow(since=cursors.written(Place(seqs[-1], {}))) as follower:
        assert await told(follower, 1) == [newest]


async def test_a_lower_number_of_another_zone_that_comes_to_be_seen_later(
    store: Counting, watch: Watch, autojump_clock: Clock
):
    await keep(store)
    async with watch.follow() as follower:
        late = await keep(store, "abc")
        store.late.add(late)
        early = await keep(store)
        [arrival] = await follower.__anext__()
        assert arrival.attempt.seq == early
        store.late.clear()
        assert await told(follower, 1) == [late]
    async with watch.follow(since=arrival.cursor) as follower:
        assert await told(follower, 1) == [late]
        assert await is_silent(follower)


async def test_zones_made_meanwhile_are_watched(store: Counting, nursery: trio.Nursery, autojump_clock: Clock):
    zones = ["xyz"]
    watch = Watch(store, lambda: zones)  # type: ignore[arg-type]
    nursery.start_soon(watch.run)
    async with watch.follow() as follower:
        zones.append("made")
        seq = await keep(store, "made")
        assert await told(follower, 1) == [seq]


async def test_lives_through_a_store_that_fails(store: Counting, nursery: trio.Nursery, autojump_clock: Clock):
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logged:
        watch = Watch(store, lambda: ZONES)  # type: ignore[arg-type]
        nursery.start_soon(watch.run)
        async with watch.follow() as follower:
            store.fails = True
            seq = await keep(store)
            await trio.sleep(3 * POLL_SECONDS)
            store.fails = False
            assert await told(follower, 1) == [seq]
    assert {event["event"] for event in logged} == {"watch.failed"}
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "cursor",
    ["a", "é", "!!!!", "____", "x" * 70_000, cursors.written(Place(-1, {})), cursors.written(Place(2**63, {}))],
)
async def test_what_is_no_cursor(watch: Watch, cursor: str, autojump_clock: Clock):
    with pytest.raises(Unusable, match="is no cursor of this listing"):
        async with watch.follow(since=cursor):
            pass
