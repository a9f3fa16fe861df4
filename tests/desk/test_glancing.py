"""Open pages are shown what comes: each attempt once, of a flood the newest, and all of them by one look."""

from collections.abc import AsyncIterator

import pytest
import structlog
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway.desk.glancing import (
    FLOOD_SECONDS,
    PAUSE_SECONDS,
    POLL_SECONDS,
    ROWS,
    SEQ_DIGITS,
    Glance,
    Glances,
    Viewer,
    cursor_of,
    numbers,
)
from gateway.errors import StoreError, Unusable
from gateway.model import Attempt
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.desk.kept import keep


class Counting:
    """A store that counts how often it is asked, fails when it is told to, and can be late."""

    def __init__(self, store: Store) -> None:
        self.transact = store.transact
        self.remove_attempt = store.remove_attempt
        self._store = store
        self.looks = 0
        self.fails = False
        self.late: set[int] = set()
        """Numbers that have been given and are not to be seen yet, as of a transaction that is not committed."""

    async def attempts(self, *, limit: int, zone: str | None = None) -> list[Attempt]:
        """The newest."""
        self.looks += zone is None
        if self.fails and zone is None:
            raise StoreError("the disk is gone")
        if zone is not None:  # a test asks for what it has just kept
            return await self._store.attempts(limit=limit, zone=zone)
        found = await self._store.attempts(limit=limit + len(self.late))
        return [attempt for attempt in found if attempt.seq not in self.late][:limit]


@pytest.fixture
async def store() -> AsyncIterator[Counting]:
    async with open_store("memory:") as store:
        yield Counting(store)


@pytest.fixture
def glances(store: Counting, nursery: trio.Nursery) -> Glances[Attempt]:
    glances = Glances(lambda limit: store.attempts(limit=limit))
    nursery.start_soon(glances.run)
    return glances


async def kept(store: Counting, glances: Glances[Attempt], count: int = 1) -> list[int]:
    """Keep attempts, and say so; their numbers."""
    numbers = [await keep(store) for _ in range(count)]  # type: ignore[arg-type]
    glances.wake()
    return numbers


def shown(glance: Glance[Attempt]) -> list[int]:
    return [one.seq for one in glance.fresh]


async def begun(glances: Glances[Attempt]) -> None:
    """Wait until those who follow are told of what comes from now on."""
    await glances.begun()
    await wait_all_tasks_blocked()


async def shows_nothing(viewer: Viewer[Attempt]) -> bool:
    """Whether for a while nothing more comes."""
    with trio.move_on_after(10 * POLL_SECONDS):
        await anext(viewer)
        return False
    return True


async def test_what_comes_is_shown_newest_first(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    await kept(store, glances)
    async with glances.follow([1]) as viewer:
        await begun(glances)
        await kept(store, glances, 2)
        glance = await anext(viewer)
        assert (shown(glance), glance.flood) == ([3, 2], False)
        await kept(store, glances)
        assert shown(await anext(viewer)) == [4]
        assert await shows_nothing(viewer)


async def test_what_has_come_since_the_page_was_made_is_shown_first(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    await kept(store, glances, 3)
    async with glances.follow([1]) as viewer:
        assert shown(await anext(viewer)) == [3, 2]
        await kept(store, glances)
        assert shown(await anext(viewer)) == [4]


async def test_what_comes_while_a_page_joins_is_shown_once(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    """Others follow already; three exports come, a page that lists two of them is opened, and all before a look."""
    async with glances.follow() as other:
        await begun(glances)
        for _ in range(3):
            await keep(store)  # type: ignore[arg-type]
        async with glances.follow([2, 1]) as viewer:
            assert shown(await anext(viewer)) == [3]
            glances.wake()
            assert shown(await anext(other)) == [3, 2, 1]
            assert await shows_nothing(viewer)
            await kept(store, glances)
            assert shown(await anext(viewer)) == [4]


async def test_another_process_need_not_say_that_something_came(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow() as viewer:
        await begun(glances)
        began = trio.current_time()
        await keep(store)  # type: ignore[arg-type]
        assert shown(await anext(viewer)) == [1]
        assert trio.current_time() - began <= PAUSE_SECONDS + POLL_SECONDS


async def test_a_lower_number_that_comes_to_be_seen_late_is_shown(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow() as viewer:
        await begun(glances)
        store.late = {1}
        await kept(store, glances, 2)
        assert shown(await anext(viewer)) == [2]
        await kept(store, glances)
        assert shown(await anext(viewer)) == [3]
        store.late = set()
        glances.wake()
        assert shown(await anext(viewer)) == [1]
        assert await shows_nothing(viewer)


async def test_a_lower_number_that_comes_to_be_seen_once_the_page_is_made_is_shown(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    numbers = await kept(store, glances, ROWS + 3)
    listed = [number for number in reversed(numbers) if number != ROWS]
    async with glances.follow(listed[:ROWS]) as viewer:
        assert shown(await anext(viewer)) == [ROWS]
        assert await shows_nothing(viewer)


async def test_a_page_that_was_cut_off_goes_on_behind_the_glance_it_had(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow() as viewer:
        await begun(glances)
        store.late = {1}
        await kept(store, glances, 3)
        glance = await anext(viewer)
        assert (shown(glance), glance.cursor) == ([3, 2], "3.2")
    store.late = set()
    async with glances.follow(numbers(glance.cursor)) as viewer:
        glance = await anext(viewer)
        assert (shown(glance), glance.cursor) == ([1], "3.2.1")
        await kept(store, glances)
        assert (await anext(viewer)).cursor == "4.3.2.1"


def test_a_cursor_has_the_numbers_of_the_newest_that_are_listed() -> None:
    assert numbers(cursor_of([])) == frozenset()
    assert numbers(cursor_of(range(2 * ROWS, 0, -1))) == frozenset(range(ROWS + 1, 2 * ROWS + 1))
    for nonsense in ("x", "1.", "-1", "1..2", "1" * (SEQ_DIGITS + 1), "\u0663", ".".join(["1"] * (ROWS + 1))):
        with pytest.raises(Unusable, match="are no numbers of rows"):
            numbers(nonsense)


async def test_a_flood_is_told_and_looked_at_less_often(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow() as viewer:
        assert await shows_nothing(viewer)
        await kept(store, glances, ROWS + 5)
        glance = await anext(viewer)
        assert (len(glance.fresh), glance.flood) == (ROWS, True)
        assert shown(glance)[0] == ROWS + 5
        began = trio.current_time()
        await kept(store, glances)
        glance = await anext(viewer)
        assert (shown(glance), glance.flood) == ([ROWS + 6], False)
        assert trio.current_time() - began == pytest.approx(FLOOD_SECONDS)


async def test_who_is_slow_is_given_the_newest_and_told_that_there_was_more(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow() as quick, glances.follow() as slow:
        await begun(glances)
        assert await shows_nothing(slow)
        for number in (1, 2, 3):
            await kept(store, glances)
            assert shown(await anext(quick)) == [number]
        glance = await anext(slow)
        assert (shown(glance), glance.flood) == ([3], True)


async def test_what_newer_ones_hid_is_not_new_when_they_are_removed(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    numbers = await kept(store, glances, ROWS + 10)
    async with glances.follow(numbers[-ROWS:]) as viewer:
        await begun(glances)
        for number in numbers[-5:]:
            await store.remove_attempt(number)
        glances.wake()
        assert await shows_nothing(viewer)
        await kept(store, glances)
        assert shown(await anext(viewer)) == [ROWS + 11]


async def test_one_look_serves_all_and_none_is_taken_for_nobody(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    await wait_all_tasks_blocked()
    glances.wake()
    await wait_all_tasks_blocked()
    assert store.looks == 0
    told: list[int] = []

    async def look(viewer: Viewer[Attempt]) -> None:
        told.extend(shown(await anext(viewer)))

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            await nursery.start(following, glances, look)
        await begun(glances)
        joined = store.looks
        await kept(store, glances)
    assert told == [1] * 50
    assert store.looks - joined <= 2


async def following(glances: Glances[Attempt], look: object, task_status: trio.TaskStatus[None]) -> None:
    async with glances.follow() as viewer:
        task_status.started()
        await look(viewer)  # type: ignore[operator]


async def test_nothing_is_shown_of_the_time_when_nobody_looked(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    async with glances.follow():
        await begun(glances)
    await kept(store, glances, 3)
    async with glances.follow([3, 2, 1]) as viewer:
        await begun(glances)
        assert await shows_nothing(viewer)


async def test_a_store_that_fails_is_lived_through(
    store: Counting, glances: Glances[Attempt], autojump_clock: MockClock
) -> None:
    with structlog.testing.capture_logs() as logs:
        store.fails = True
        async with glances.follow() as viewer:
            with trio.move_on_after(5 * POLL_SECONDS):
                await anext(viewer)
            store.fails = False
            await begun(glances)
            await kept(store, glances)
            assert shown(await anext(viewer)) == [1]
            store.fails = True
            glances.wake()
            assert await shows_nothing(viewer)
            store.fails = False
            await kept(store, glances)
            assert shown(await anext(viewer)) == [2]
    assert {line["event"] for line in logs} == {"glances.failed"}
