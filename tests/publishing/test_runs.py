"""Runs of a set, and when they are due."""

from datetime import timedelta

import pytest
import trio
from msgspec.structs import replace
from structlog.testing import capture_logs

from gateway.errors import Conflict, NotFound
from gateway.model import PublishingProfile, PublishingRun
from gateway.publishing.batch import BATCH
from gateway.publishing.schedule import LOOK_SECONDS, RETRY, Seen, is_due
from gateway.stores.base import Store
from tests.publishing.zone import AT_852, MAIN, NOON, ZONE, Room, a_set, holding, running, tides, told

SET = "ReShare"
DAILY = a_set(every_hours=24)
DAY = timedelta(days=1)


def counts(run: PublishingRun) -> tuple[int, int, int, int]:
    """New, changed, deleted, unchanged."""
    assert run.ended_at
    assert not run.fault
    return run.new, run.changed, run.deleted, run.unchanged


class TestRun:
    async def test_publishes_what_has_changed(self, store: Store) -> None:
        room = Room(store, a_set())
        await room.put(*[tides(str(number)) for number in range(1, 6)])
        assert await room.harvest([SET]) == []
        assert counts(await room.publisher.run(ZONE, SET, "run")) == (5, 0, 0, 0)
        change = room.later()
        await room.put(tides("2", "Ebb", version=2), tides("3", stamp="20260401000000.0", version=2), tides("6"))
        await store.remove_record(ZONE, "4")
        assert counts(await room.publisher.run(ZONE, SET, "run")) == (1, 1, 1, 3)
        assert told(await room.harvest([SET], since=change)) == ["2", "-4", "6"]

    async def test_republish_gives_every_record_a_new_time(self, store: Store) -> None:
        room = Room(store, a_set())
        await room.put(tides("1"), tides("2"), tides("3"))
        await room.publisher.run(ZONE, SET, "run")
        await store.remove_record(ZONE, "3")
        await room.publisher.run(ZONE, SET, "run")
        change = room.later()
        assert counts(await room.publisher.run(ZONE, SET, "republish")) == (0, 0, 0, 2)
        assert told(await room.harvest([SET], since=change)) == ["1", "2"]
        assert told(await room.harvest([SET])) == ["1", "2", "-3"]

    async def test_of_a_record_that_comes_back(self, store: Store) -> None:
        room = Room(store, a_set(query="title:rivers"))
        await room.put(tides("1", "Rivers"))
        await room.publisher.run(ZONE, SET, "run")
        await room.put(tides("1", "Lakes", version=2))
        assert counts(await room.publisher.run(ZONE, SET, "run")) == (0, 0, 1, 0)
        await room.put(tides("1", "Rivers", version=3))
        assert counts(await room.publisher.run(ZONE, SET, "run")) == (1, 0, 0, 0)

    async def test_of_more_records_than_are_looked_at_at_once(self, store: Store) -> None:
        numbers = [f"{number:04}" for number in range(3 * BATCH)]
        room = Room(store, a_set(query="title:tides"))
        await room.put(*map(tides, numbers))
        assert counts(await room.publisher.run(ZONE, SET, "run")) == (3 * BATCH, 0, 0, 0)
        for gone in numbers[BATCH : 2 * BATCH + 20]:
            await store.remove_record(ZONE, gone)
        await room.put(*[tides(f"{number}a") for number in numbers[:30]])
        run = await room.publisher.run(ZONE, SET, "run")
        assert counts(run) == (30, 0, BATCH + 20, 2 * BATCH - 20)

    async def test_of_a_list(self, store: Store) -> None:
        room = Room(store, a_set(mms_ids=("3", "1", "9")))
        await room.put(tides("1"), tides("2"), tides("3"))
        await room.publisher.run(ZONE, SET, "run")
        assert told(await room.harvest([SET])) == ["1", "3"]

    async def test_of_physical_titles(self, store: Store) -> None:
        room = Room(store, a_set(content="physical"))
        await room.put(tides("1"), tides("2"))
        await room.shelve(MAIN, holding("22", "2"))
        await room.publisher.run(ZONE, SET, "run")
        assert told(await room.harvest([SET])) == ["2"]

    async def test_is_remembered(self, store: Store) -> None:
        room = Room(store, a_set())
        first = await room.publisher.run(ZONE, SET, "run")
        room.later()
        second = await room.publisher.run(ZONE, SET, "republish")
        assert await store.publishing_runs(ZONE, SET) == [second, first]
        assert (first.began_at, second.kind) == (NOON, "republish")

    async def test_of_a_search_that_cannot_be_made(self, store: Store) -> None:
        room = Room(store, a_set(query="titel:rivers"))
        await room.put(tides("1"))
        with capture_logs() as logs:
            run = await room.publisher.run(ZONE, SET, "run")
        assert "titel" in run.fault
        assert run.ended_at
        assert [line["event"] for line in logs] == ["publishing.run_failed"]
        assert [run] == await store.publishing_runs(ZONE, SET)

    async def test_of_a_record_that_is_damaged_leaves_it_out(self, store: Store) -> None:
        room = Room(store, a_set())
        await room.put(tides("1"), replace(tides("2"), marc=b"00026"))
        with capture_logs() as logs:
            assert counts(await room.publisher.run(ZONE, SET, "run")) == (1, 0, 0, 0)
        assert [line["event"] for line in logs] == ["publishing.record_damaged", "publishing.run_ended"]

    async def test_that_meets_what_nobody_foresaw_ends_and_leaves_the_gateway_alone(self, store: Store) -> None:
        of_a_newer_gateway = replace(AT_852, subfields={"b": "shelf_colour"})
        room = Room(store, a_set(enrichment=(of_a_newer_gateway,)))
        await room.put(tides("1"))
        await room.shelve(MAIN, holding("11", "1"))
        with capture_logs() as logs:
            run = await room.publisher.run(ZONE, SET, "run")
        assert run.fault == "the gateway's own fault; its log tells more"
        assert [line["event"] for line in logs] == ["publishing.run_crashed", "publishing.run_failed"]

    async def test_of_a_set_that_is_not_there(self, store: Store) -> None:
        with pytest.raises(NotFound, match="zone xyz publishes no set 'ReShare'; it has none"):
            await Room(store).publisher.run(ZONE, SET, "run")

    async def test_does_not_go_on_beside_what_is_not_under_way(self, store: Store) -> None:
        with pytest.raises(Conflict, match="the gateway does not publish just now"):
            await Room(store, a_set()).publisher.begin(ZONE, SET, "run")

    async def test_is_one_at_a_time(self, store: Store) -> None:
        room = Room(store, a_set())
        await room.put(tides("1"))
        with pytest.RaisesGroup(pytest.RaisesExc(Conflict, match="a run of the set ReShare of zone xyz goes on")):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(room.publisher.run, ZONE, SET, "run")
                nursery.start_soon(room.publisher.run, ZONE, SET, "run")

    async def test_ends_when_its_profile_is_removed(self, store: Store) -> None:
        room = Room(store)
        await room.publisher.keep(a_set())
        await room.put(*[tides(f"{number:04}") for number in range(3 * BATCH)])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(room.publisher.run, ZONE, SET, "run")
            while not room.publisher.goes_on(ZONE, SET):
                await trio.lowlevel.checkpoint()
            assert await room.publisher.remove(ZONE, SET)
        assert not room.publisher.goes_on(ZONE, SET)
        assert (await store.published_counts(ZONE)).get(SET) is None


RUN = PublishingRun(kind="run", began_at=NOON, ended_at=NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("profile", "newest", "after", "due"),
    [
        (DAILY, None, timedelta(), True),
        (DAILY, RUN, DAY, True),
        (DAILY, RUN, DAY - timedelta(seconds=1), False),
        (DAILY, replace(RUN, fault="store gone"), RETRY, False),
        (DAILY, replace(RUN, fault="store gone"), RETRY + timedelta(minutes=1), True),
        (a_set(every_hours=0), None, DAY, False),
        (a_set(every_hours=24, at_once=True), None, DAY, False),
    ],
)
def test_when_a_set_is_due(
    profile: PublishingProfile, newest: PublishingRun | None, after: timedelta, due: bool
) -> None:
    assert is_due(profile, newest, {}, NOON + after) is due


def test_a_run_that_comes_no_further_was_cut_off() -> None:
    seen: Seen = {}
    going = replace(RUN, ended_at=None)
    assert not is_due(DAILY, going, seen, NOON)
    assert not is_due(DAILY, replace(going, new=100), seen, NOON)
    assert is_due(DAILY, replace(going, new=100), seen, NOON)


async def until_run(store: Store, times: int, key: str = SET) -> list[PublishingRun]:
    """The runs of the set, when there are so many and all have ended."""
    with trio.fail_after(20):
        while True:
            runs = await store.publishing_runs(ZONE, key)
            if len(runs) == times and all(run.ended_at for run in runs):
                return runs
            await trio.lowlevel.checkpoint()


class TestSchedule:
    async def test_begins_at_once_and_with_each_set_that_is_made(self, store: Store) -> None:
        room = Room(store, DAILY)
        await room.put(tides("1"))
        async with running(room):
            [first] = await until_run(store, 1)
            await room.publisher.keep(replace(DAILY, key="other", name="other"))
            await until_run(store, 1, "other")
        assert counts(first) == (1, 0, 0, 0)
        assert await store.publishing_runs(ZONE, SET) == [first]

    async def test_goes_on_when_it_is_time(self, store: Store) -> None:
        room = Room(store, DAILY)
        async with running(room):
            await until_run(store, 1)
            room.at += DAY
            await room.publisher.keep(await room.publisher.repository(ZONE))  # has it look now
            await until_run(store, 2)

    def test_looks_more_often_than_anything_is_due(self) -> None:
        assert timedelta(seconds=LOOK_SECONDS) < RETRY
