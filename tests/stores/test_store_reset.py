"""What every store promises of what is to be forgotten: attempts, records, and all that a zone holds."""

from datetime import UTC, datetime

import pytest
import trio

from gateway.model import Delivery
from gateway.stores import open_store
from gateway.stores.base import Counts, Retention, Store, Transaction
from tests.stores.conftest import LASTING
from tests.stores.nouns import (
    PATIENCE,
    cancelled,
    creating,
    file,
    link,
    made_from,
    mms_ids,
    names,
    oclc,
    pend,
    put,
    record,
    soon,
)


class TestRemovedAttempt:
    async def test_is_forgotten_and_the_others_are_not(self, store: Store) -> None:
        await file(store, *"abc")
        await file(store, "d", zone="network")
        seq = {attempt.submission.id: attempt.seq for attempt in await store.attempts()}
        assert await store.remove_attempt(seq["b"])
        assert names(await store.attempts()) == ["d", "c", "a"]
        assert names(await store.attempts(zone="xyz")) == ["c", "a"]
        assert await store.attempt(seq["b"]) is None
        assert (await store.counts())["xyz"] == Counts(attempts=2)
        assert await store.transact("xyz", lambda t: [t.filed(name) for name in "abc"], seconds=PATIENCE) == [
            True,
            False,
            True,
        ]

    async def test_may_be_one_that_is_not_there(self, store: Store) -> None:
        await file(store, "a")
        (kept,) = await store.attempts()
        for seq in (kept.seq + 1, 0, -1, 10**30):
            if seq < 2**63:
                assert not await store.remove_attempt(seq)
        assert await store.remove_attempt(kept.seq)
        assert not await store.remove_attempt(kept.seq)

    async def test_does_not_lend_its_number_or_its_reply_to_another(self, store: Store) -> None:
        await file(store, "a")
        (first,) = await store.attempts()
        await store.transact("xyz", lambda t: t.note(Delivery("a", 0.5, delivered=True)), seconds=PATIENCE)
        await store.remove_attempt(first.seq)
        await file(store, "a")
        (second,) = await store.attempts()
        assert second.seq > first.seq
        assert (second.submission.id, second.seconds) == ("a", None)

    async def test_of_which_something_is_noted_stays_forgotten(self, store: Store) -> None:
        await file(store, "a", "b")
        later, earlier = await store.attempts()
        await store.remove_attempt(earlier.seq)
        store.note(Delivery("a", 0.5, delivered=True))
        store.note(Delivery("b", 0.5, delivered=True))

        async def noted() -> bool:
            attempt = await store.attempt(later.seq)
            return attempt is not None and attempt.seconds is not None

        await soon(noted)
        assert names(await store.attempts()) == ["b"]

    async def test_does_not_make_others_expire(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=500)) as store:
            await file(store, *(f"old {number}" for number in range(100)))
            await file(store, *(f"{number}" for number in range(350)), zone="network")
            await store.reset("network")
            for hundred in range(4):
                await file(store, *(f"new {hundred:02}{number:02}" for number in range(100)))
            assert (await store.counts())["xyz"] == Counts(attempts=500)


class TestRemovedRecord:
    async def test_is_forgotten_with_its_past_and_its_numbers(self, store: Store) -> None:
        await put(store, record("A", oclc("1")), record("B", oclc("1", "2")))
        await put(store, record("A", oclc("1", "3") | cancelled("4"), version=2))
        await put(store, record("A", oclc("1")), zone="network")
        assert await store.remove_record("xyz", "A")
        assert await store.record("xyz", "A") is None
        assert await store.versions("xyz", "A") == []
        assert mms_ids(await store.records("xyz")) == ["B"]
        assert mms_ids(await store.find("xyz", oclc("1", "3") | cancelled("4"))) == ["B"]
        assert {entry.mms_id for entry in await store.indexed("xyz")} == {"B"}
        assert mms_ids(await store.records("network")) == ["A"]
        assert (await store.counts())["xyz"] == Counts(records=1, versions=1)

    async def test_may_be_one_that_is_not_there(self, store: Store) -> None:
        await put(store, record("A"))
        assert not await store.remove_record("xyz", "B")
        assert not await store.remove_record("network", "A")
        assert await store.remove_record("xyz", "A")
        assert not await store.remove_record("xyz", "A")

    async def test_can_be_put_again_as_a_new_one(self, store: Store) -> None:
        await put(store, record("A", oclc("1")), record("A", oclc("2"), version=2))
        await store.remove_record("xyz", "A")
        await put(store, record("A", oclc("3")))
        assert await store.versions("xyz", "A") == [record("A", oclc("3"))]

    async def test_keeps_its_ordinal(self, store: Store) -> None:
        drawn = [await store.transact("xyz", creating(""), seconds=PATIENCE)]
        await store.remove_record("xyz", made_from(1))
        drawn.append(await store.transact("xyz", creating(""), seconds=PATIENCE))
        assert drawn == [1, 2]

    async def test_is_not_there_for_a_plan_that_runs_at_once(self, store: Store) -> None:
        """Each export adds a version or makes the record anew; a removal between two of them leaves nothing half."""

        def plan(transaction: Transaction) -> None:
            present = transaction.get("A")
            transaction.put(record("A", oclc("1"), version=present.version + 1 if present else 1))

        async def export() -> None:
            for _ in range(20):
                await store.transact("xyz", plan, seconds=PATIENCE)

        async def remove() -> None:
            for _ in range(10):
                await store.remove_record("xyz", "A")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(export)
            nursery.start_soon(remove)
        versions = await store.versions("xyz", "A")
        assert [version.version for version in versions] == [*range(1, len(versions) + 1)]
        assert len(await store.indexed("xyz")) == (1 if versions else 0)


class TestRemoved:
    """What is remembered of it."""

    async def test_is_nothing_at_first(self, store: Store) -> None:
        await put(store, record("A"))
        assert await store.removed() == {}

    async def test_is_when_records_were_removed_and_zones_reset(self, store: Store) -> None:
        before = datetime.now(UTC)
        await put(store, record("A"))
        await store.remove_record("xyz", "A")
        await store.remove_record("xyz", "not there")
        await store.reset("network")
        removed = await store.removed()
        assert {*removed} == {("xyz", "A"), ("xyz", "not there"), ("network", "")}
        assert all(before <= at <= datetime.now(UTC) for at in removed.values())

    async def test_is_the_last_time(self, store: Store) -> None:
        await store.remove_record("xyz", "A")
        first = await store.removed()
        await put(store, record("A"))
        await store.remove_record("xyz", "A")
        second = await store.removed()
        assert second.keys() == first.keys()
        assert second["xyz", "A"] > first["xyz", "A"]

    async def test_of_a_zone_that_is_reset_is_that_alone(self, store: Store) -> None:
        await store.remove_record("xyz", "A")
        await store.remove_record("network", "A")
        await store.reset("xyz")
        assert {*await store.removed()} == {("xyz", ""), ("network", "A")}

    async def test_counts_as_nothing(self, store: Store) -> None:
        await store.remove_record("xyz", "A")
        await store.reset("network")
        assert await store.counts() == {}


class TestReset:
    @pytest.fixture
    async def filled(self, store: Store) -> Store:
        """A store with something of everything in two zones."""
        for zone in ("xyz", "network"):
            for number in range(3):
                await store.transact(zone, creating(f"{zone} {number}"), seconds=PATIENCE)
            await put(store, record(made_from(2), oclc("22"), version=2), zone=zone)
        await file(store, "n", zone="network")
        await pend(store, link("from xyz"), link("from abc", zone="abc"))
        return store

    async def test_forgets_all_that_the_zone_holds_and_nothing_else(self, filled: Store) -> None:
        kept = await filled.attempts(zone="network")
        await filled.reset("xyz")
        assert await filled.records("xyz") == []
        assert await filled.versions("xyz", made_from(2)) == []
        assert await filled.find("xyz", oclc("1", "22")) == []
        assert await filled.indexed("xyz") == []
        assert await filled.attempts() == await filled.attempts(zone="network") == kept
        assert await filled.counts() == {"network": Counts(records=3, versions=4, attempts=1, ordinal=3)}

    async def test_forgets_links_that_were_to_be_made_in_it(self, filled: Store) -> None:
        await filled.reset("xyz")
        assert names(await filled.pending()) == ["from abc"]

    async def test_of_a_network_zone_forgets_links_that_were_to_be_made_to_it(self, filled: Store) -> None:
        await filled.reset("network")
        assert await filled.pending() == []

    async def test_begins_anew_with_the_first_ordinal(self, filled: Store) -> None:
        for _ in range(3):
            await filled.reset("xyz")
            assert await filled.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE) == 1
            await filled.reset("xyz")
            drawn = [await filled.transact("xyz", creating(""), seconds=PATIENCE) for _ in range(3)]
            assert drawn == [1, 2, 3]
            assert (await filled.counts())["xyz"] == Counts(records=3, versions=3, attempts=3, ordinal=3)

    async def test_gives_no_number_of_an_attempt_again(self, filled: Store) -> None:
        (newest,) = await filled.attempts(limit=1)
        await filled.reset("network")
        await filled.reset("xyz")
        await file(filled, "a")
        (attempt,) = await filled.attempts()
        assert attempt.seq > newest.seq

    async def test_lets_the_same_submissions_come_again(self, filled: Store) -> None:
        await filled.reset("xyz")
        assert not await filled.transact("xyz", lambda t: t.filed("xyz 0"), seconds=PATIENCE)
        await filled.transact("xyz", creating("xyz 0"), seconds=PATIENCE)
        assert names(await filled.attempts(zone="xyz")) == ["xyz 0"]

    async def test_of_a_zone_that_holds_nothing_does_nothing(self, filled: Store) -> None:
        before = await filled.counts()
        await filled.reset("abc")
        await filled.reset("")
        assert await filled.counts() == before

    async def test_stands_before_or_after_each_import(self, store: Store) -> None:
        """Records, their numbers and attempts are there together or not at all, and no ordinal is there twice."""
        resets = 5

        async def export(name: str) -> None:
            for number in range(30):
                await store.transact("xyz", creating(f"{name} {number}"), seconds=PATIENCE)

        async def reset() -> None:
            for _ in range(resets):
                await store.reset("xyz")

        async with trio.open_nursery() as nursery:
            for name in "abcdefgh":
                nursery.start_soon(export, name)
            nursery.start_soon(reset)
        records = await store.records("xyz", limit=1_000)
        counts = (await store.counts()).get("xyz", Counts())
        assert mms_ids(records) == [made_from(number) for number in range(1, len(records) + 1)]
        assert counts == Counts(len(records), len(records), len(records), len(records))
        assert len(await store.indexed("xyz", limit=1_000)) == len(records)
        assert len(await store.attempts(zone="xyz", limit=1_000)) == len(records)


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestResetBesideAGateway:
    async def test_by_a_command_the_gateway_begins_anew(self, url: str, store: Store) -> None:
        for number in range(70):
            await store.transact("xyz", creating(f"{number}"), seconds=PATIENCE)
        async with trio.open_nursery() as nursery:
            for number in range(70, 140):
                nursery.start_soon(_create, store, f"{number}")
        async with open_store(url, purpose="change") as command:
            await command.reset("xyz")
            assert await store.counts() == {}
            drawn = [await one.transact("xyz", creating(""), seconds=PATIENCE) for one in (command, store) * 3]
        assert len({*drawn}) == len(drawn)
        assert drawn[0] == 1

    async def test_forgets_a_record_and_an_attempt_for_both(self, url: str, store: Store) -> None:
        await store.transact("xyz", creating("a"), seconds=PATIENCE)
        (attempt,) = await store.attempts()
        async with open_store(url, purpose="change") as command:
            assert await command.remove_record("xyz", made_from(1))
            assert await command.remove_attempt(attempt.seq)
        assert await store.counts() == {"xyz": Counts(ordinal=1)}


async def _create(store: Store, name: str) -> None:
    await store.transact("xyz", creating(name), seconds=PATIENCE)
