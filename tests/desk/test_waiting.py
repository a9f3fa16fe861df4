"""Waiting ends with the first attempt that is as wanted, or tells which ones came near."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import psycopg
import pytest
import trio
from msgspec.structs import replace
from trio.abc import Clock

from gateway.desk.waiting import NEAR, ROWS, Waited, wait
from gateway.desk.watching import Follower, Watch
from gateway.model import Attempt, Outcome, Reason
from gateway.search.attempts import Wanted
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from gateway.stores.postgres.rows import attempt_row
from tests.desk.kept import keep
from tests.stores.nouns import PATIENCE, receipt, submission
from tests.stores.postgres_server import SHARED

SECONDS = 5.0
RIVERS = Wanted(title=("rivers",))


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with open_store("memory:") as store:
        yield store


@pytest.fixture
def watch(store: Store, nursery: trio.Nursery) -> Watch:
    watch = Watch(store, lambda: ("xyz", "abc"))
    nursery.start_soon(watch.run)
    return watch


def number(waited: Waited) -> int | None:
    return waited.attempt.seq if waited.attempt else None


async def test_what_is_there_already(store: Store, watch: Watch, autojump_clock: Clock):
    first = await keep(store, title="Rivers")
    await keep(store)
    second = await keep(store, "abc", title="Great rivers")
    await keep(store, title="Rivers once more")
    assert number(await wait(store, watch, RIVERS, after=0, seconds=SECONDS)) == first
    assert number(await wait(store, watch, RIVERS, after=first, seconds=SECONDS)) == second
    assert trio.current_time() == 0


async def test_the_first_of_many_that_are_there(store: Store, watch: Watch, autojump_clock: Clock):
    seqs = [await keep(store, title="Rivers") for _ in range(3 * PAGE_ROWS)]
    assert number(await wait(store, watch, RIVERS, after=seqs[150], seconds=SECONDS)) == seqs[151]


async def test_what_is_in_a_zone_that_is_watched_no_more(store: Store, watch: Watch, autojump_clock: Clock):
    seq = await keep(store, "removed", title="Rivers")
    assert number(await wait(store, watch, RIVERS, after=0, seconds=SECONDS)) == seq


@pytest.mark.parametrize("after", [None, 1])
async def test_what_is_still_to_come(
    store: Store, watch: Watch, nursery: trio.Nursery, autojump_clock: Clock, after: int | None
):
    assert await keep(store, title="Rivers") == 1

    async def export() -> None:
        await trio.sleep(SECONDS / 2)
        await keep(store)
        assert await keep(store, "abc", title="Rivers") == 3
        watch.wake()

    nursery.start_soon(export)
    assert number(await wait(store, watch, RIVERS, after=after, seconds=SECONDS)) == 3
    assert trio.current_time() == SECONDS / 2


async def test_a_number_that_is_still_to_be_given(
    store: Store, watch: Watch, nursery: trio.Nursery, autojump_clock: Clock
):
    async def export() -> None:
        for _ in range(4):
            await trio.sleep(SECONDS / 8)
            await keep(store, title="Rivers")
            watch.wake()

    nursery.start_soon(export)
    assert number(await wait(store, watch, RIVERS, after=2, seconds=SECONDS)) == 3


class Followed(Watch):
    """A watch that says when somebody follows it."""

    def __init__(self, store: Store, zones: Callable[[], Iterable[str]]) -> None:
        super().__init__(store, zones)
        self.followed = trio.Event()

    @asynccontextmanager
    async def follow(self, zone: str | None = None, since: str = "") -> AsyncIterator[Follower]:
        async with super().follow(zone, since) as follower:
            self.followed.set()
            yield follower


async def test_a_lower_number_that_is_committed_later():
    """Of attempts in two zones that several gateways file at once, the first to be numbered may be the last to end."""
    url = SHARED.new_url()
    with psycopg.connect(url) as connection:
        async with open_store(url) as store:
            row = attempt_row(submission(), replace(receipt("xyz"), title="Rivers"))
            query = "INSERT INTO attempt VALUES (%s, nextval('attempt_seq'), %s, %s, %s, %s, %s) RETURNING seq"
            lower = connection.execute(query, row).fetchone()
            assert lower
            assert await keep(store, "abc") > lower[0]
            watch = Followed(store, lambda: ("xyz", "abc"))
            waited: list[Waited] = []

            async def await_rivers() -> None:
                waited.append(await wait(store, watch, RIVERS, after=None, seconds=PATIENCE))

            async with trio.open_nursery() as watching:
                watching.start_soon(watch.run)
                async with trio.open_nursery() as waiting:
                    waiting.start_soon(await_rivers)
                    await watch.followed.wait()
                    connection.commit()
                    watch.wake()
                watching.cancel_scope.cancel()
            assert [number(one) for one in waited] == [lower[0]]


async def test_many_that_are_not_meant_are_not_read(watch: Watch, store: Store, autojump_clock: Clock):
    seqs = [await keep(store, title="Rivers" if n % 70 == 0 else "Tides") for n in range(4 * ROWS)]
    given: list[int] = []

    class Asked:
        """The store, and the numbers of what it gives."""

        async def attempts(self, **asked: object) -> list[Attempt]:
            found = await store.attempts(**asked)  # type: ignore[arg-type]
            given.extend(one.seq for one in found)
            return found

    assert number(await wait(Asked(), watch, RIVERS, after=0, seconds=SECONDS)) == seqs[0]  # type: ignore[arg-type]
    assert given == [seqs[-1], seqs[70], seqs[0]]


async def test_what_does_not_come_and_what_came_near(store: Store, watch: Watch, autojump_clock: Clock):
    await keep(store, title="Rivers")
    await keep(store, title="Rivers", outcome=Outcome.REFUSED, reason=Reason.LOCKED)
    await keep(store, "abc")
    wanted = Wanted(title=("rivers",), outcomes=(Outcome.CREATED,), zones=("abc",))
    waited = await wait(store, watch, wanted, after=1, seconds=SECONDS)
    assert trio.current_time() == SECONDS
    assert waited.attempt is None
    assert [(near.attempt.seq, near.words) for near in waited.near] == [
        (3, "zone matches; outcome matches; title is Notebook of tides, without rivers"),
        (2, "title matches; zone is xyz, not abc; outcome is refused, not created"),
    ]
    assert [(near.right, near.wrong) for near in waited.near] == [
        (("zone", "outcome"), ("title",)),
        (("title",), ("zone", "outcome")),
    ]


async def test_near_ones_are_few_and_none_that_came_before(store: Store, watch: Watch, autojump_clock: Clock):
    for _ in range(2 * NEAR):
        await keep(store)
    assert (await wait(store, watch, RIVERS, after=None, seconds=1)).near == ()
    assert len((await wait(store, watch, RIVERS, after=0, seconds=1)).near) == NEAR
    assert len((await wait(store, watch, RIVERS, after=2 * NEAR - 1, seconds=1)).near) == 1


async def test_no_time_at_all(store: Store, watch: Watch, autojump_clock: Clock):
    seq = await keep(store, title="Rivers")
    assert await wait(store, watch, RIVERS, after=seq, seconds=0) == Waited(None)
