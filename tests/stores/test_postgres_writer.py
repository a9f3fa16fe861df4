"""What the PostgreSQL store does when plans of a group fail, when they want the same, and when a lock is held."""

import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
import trio

from gateway.errors import ImportTimedOut, StoreError
from gateway.model import Delivery
from gateway.stores import open_store
from gateway.stores.base import Plan, Store, Transaction
from gateway.stores.postgres.group import HOLD_SECONDS
from gateway.stores.postgres.locks import key
from gateway.stores.postgres.readers import READERS
from gateway.stores.postgres.writer import TRIES, WRITERS
from tests.stores.nouns import (
    PATIENCE,
    creating,
    file,
    filing,
    made_from,
    mms_ids,
    names,
    oclc,
    outcomes,
    put,
    putting,
    record,
    soon,
)
from tests.stores.postgres_server import SHARED, is_waited_for_a_lock, somebody_waits_for_a_lock
from tests.stores.sqlite_file import ends

REFUSE = """
CREATE SEQUENCE refused;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('refused');
    RAISE EXCEPTION 'not here' USING ERRCODE = '{code}';
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION refuse();
"""
"""A server that keeps nothing of what became of replies, and counts how often it was asked to."""


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store there."""
    async with open_store(url) as store:
        yield store


@contextmanager
def another_locks(number: str, zone: str = "xyz", *, how: str = "pg_advisory_xact_lock") -> Iterator[None]:
    """Hold the lock of an OCLC number, as the import of another gateway does that has asked for it."""
    with psycopg.connect(SHARED.server().url(SHARED.database)) as other:
        other.execute(f"SELECT {how}(%s)".encode(), (key(zone, "number", f"oclc:{number}"),))
        yield


def another_gives(number: str) -> AbstractContextManager[None]:
    """Hold it as the import of another gateway does that gives a record this number, and has not asked for it."""
    return another_locks(number, how="pg_advisory_xact_lock_shared")


def asking(*numbers: str) -> Plan[int]:
    """A plan that looks for each of these numbers, one after the other, and makes a record that bears them all."""

    def plan(transaction: Transaction) -> int:
        for number in numbers:
            transaction.holders(oclc(number))
        ordinal = transaction.next_ordinal()
        transaction.put(record(made_from(ordinal), oclc(*numbers)))
        return ordinal

    return plan


class TestGroups:
    """Plans that are committed together stand and fall each by itself."""

    async def test_key_that_no_column_takes_fails_alone(self, store: Store) -> None:
        plans = {"one": filing("a"), "key that no column takes": putting(record("A\0")), "two": filing("c")}
        ended = await outcomes(store, plans)
        assert ended == {"one": "done", "key that no column takes": "StoreError", "two": "done"}
        assert sorted(names(await store.attempts())) == ["a", "c"]

    async def test_record_that_is_put_without_a_look_is_amended(self, store: Store) -> None:
        await put(store, record("A", oclc("1")))
        plans = {f"{number}": putting(record("A", oclc("2"), title="Amended")) for number in range(5)}
        assert {*(await outcomes(store, plans)).values()} == {"done"}
        assert await store.versions("xyz", "A") == [record("A", oclc("2"), title="Amended")]

    async def test_plans_that_are_run_again_are_answered_by_their_last_run(self, store: Store) -> None:
        await file(store, "taken")
        plans: dict[str, Callable[[Transaction], object]] = {f"{number}": creating(f"{number}") for number in range(10)}
        plans |= {f"fails {number}": filing(f"fails {number}", "taken") for number in range(10)}
        ended = await outcomes(store, plans)
        assert {name: how for name, how in ended.items() if how != "done"} == {
            f"fails {number}": "StoreError" for number in range(10)
        }
        assert mms_ids(await store.records("xyz")) == [made_from(ordinal) for ordinal in range(1, 11)]
        assert len(await store.attempts()) == 11

    async def test_plan_may_draw_many_ordinals(self, store: Store) -> None:
        def plan(transaction: Transaction) -> list[int]:
            return [transaction.next_ordinal() for _ in range(2_000)]

        assert await store.transact("xyz", plan, seconds=PATIENCE) == [*range(1, 2_001)]
        assert await store.transact("xyz", creating("a"), seconds=PATIENCE) == 2_001

    async def test_record_that_nobody_can_read_fails_alone(self, url: str, store: Store) -> None:
        await put(store, record("A", oclc("1")), record("B", oclc("2")))
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("UPDATE record SET body = '{}' WHERE mms_id = 'A'")
        plans: dict[str, Callable[[Transaction], object]] = {
            mms_id: lambda t, mms_id=mms_id: t.get(mms_id)  # type: ignore[misc]
            for mms_id in "ABC"
        }
        assert await outcomes(store, plans) == {"A": "StoreError", "B": "done", "C": "done"}

    async def test_others_have_their_turn_between_slow_plans(self, store: Store) -> None:
        run = 0
        runs_at_once = [0]

        def plan(_: Transaction) -> None:
            nonlocal run
            run += 1
            until = time.perf_counter() + 2 * HOLD_SECONDS
            while time.perf_counter() < until:
                pass

        async def look() -> None:
            while True:
                before = run
                await trio.lowlevel.checkpoint()
                runs_at_once.append(run - before)

        async with trio.open_nursery() as watching:
            watching.start_soon(look)
            async with trio.open_nursery() as nursery:
                for _ in range(10):
                    nursery.start_soon(lambda: store.transact("xyz", plan, seconds=PATIENCE))
            watching.cancel_scope.cancel()
        assert run == 10
        assert max(runs_at_once) <= 2

    def test_interrupt_within_a_plan_ends_the_gateway(self, url: str) -> None:
        def plan(_: Transaction) -> None:
            raise KeyboardInterrupt

        async def main() -> None:
            async with open_store(url) as store:
                await store.transact("xyz", plan, seconds=PATIENCE)

        (raised,) = ends(main)
        assert isinstance(raised, BaseExceptionGroup)
        assert raised.subgroup(KeyboardInterrupt)


class TestLocks:
    """Who wants what another import has asked for waits until that is done, and no longer than his time."""

    @pytest.mark.usefixtures("locks_waited_for")
    async def test_plan_whose_time_is_up_has_not_happened(self, store: Store) -> None:
        with another_locks("1"), trio.fail_after(PATIENCE / 2), pytest.raises(ImportTimedOut):
            await store.transact("xyz", asking("1"), seconds=0.2)
        assert await store.transact("xyz", asking("1"), seconds=PATIENCE) == 1
        assert mms_ids(await store.records("xyz")) == [made_from(1)]

    async def test_plan_that_has_time_happens_when_the_other_is_done(self, store: Store) -> None:
        async with trio.open_nursery() as nursery:
            with another_locks("1"):
                nursery.start_soon(lambda: store.transact("xyz", asking("1"), seconds=PATIENCE))
                with pytest.raises(ImportTimedOut):
                    await store.transact("xyz", asking("1"), seconds=0.2)
                assert await store.records("xyz") == []
        assert mms_ids(await store.records("xyz")) == [made_from(1)]

    @pytest.mark.usefixtures("locks_waited_for")
    async def test_other_numbers_and_other_zones_are_not_waited_for(self, store: Store) -> None:
        with another_locks("1"), trio.fail_after(PATIENCE / 2):
            await store.transact("xyz", asking("2"), seconds=PATIENCE)
            await store.transact("network", asking("1"), seconds=PATIENCE)

    async def test_others_of_the_group_do_not_wait_for_ever(self, store: Store) -> None:
        async with trio.open_nursery() as nursery:
            with another_locks("1"):
                nursery.start_soon(lambda: store.transact("xyz", asking("1"), seconds=PATIENCE))
                async with trio.open_nursery() as others:
                    for number in range(2, 12):
                        others.start_soon(lambda n=number: store.transact("xyz", asking(f"{n}"), seconds=PATIENCE))
                assert len(await store.records("xyz")) == 10
        assert len(await store.records("xyz")) == 11

    async def test_ring_of_two_that_wait_for_each_other_is_opened(self, store: Store) -> None:
        waiting: list[threading.Thread] = []
        with psycopg.connect(SHARED.server().url(SHARED.database)) as other:

            def lock(number: str) -> None:
                other.execute("SELECT pg_advisory_xact_lock(%s)", (key("xyz", "number", f"oclc:{number}"),))

            def wait() -> None:
                lock("1")
                other.rollback()

            def plan(transaction: Transaction) -> int:
                transaction.holders(oclc("1"))
                if not waiting:  # the first number is locked now
                    waiting.append(threading.Thread(target=wait))
                    waiting[0].start()
                    until = time.monotonic() + PATIENCE
                    while not is_waited_for_a_lock():
                        assert time.monotonic() < until
                return asking("2")(transaction)

            other.execute("SET deadlock_timeout = '1h'")  # so it is the store that gives way
            lock("2")
            assert await store.transact("xyz", plan, seconds=PATIENCE) == 1
            waiting[0].join(PATIENCE)
        assert len(await store.records("xyz")) == 1

    async def test_number_that_a_record_gains_is_locked_too(self, store: Store) -> None:
        with another_locks("1"), pytest.raises(ImportTimedOut):
            await store.transact("xyz", putting(record("A", oclc("1"))), seconds=0.2)
        await put(store, record("A", oclc("1")))
        with another_locks("1"), pytest.raises(ImportTimedOut):
            await store.transact("xyz", putting(record("A", version=2)), seconds=0.2)
        assert [kept.version for kept in await store.versions("xyz", "A")] == [1]

    @pytest.mark.usefixtures("locks_waited_for")
    async def test_number_that_another_gives_to_a_record_is_no_obstacle_to_who_gives_it_too(self, store: Store) -> None:
        with another_gives("1"), trio.fail_after(PATIENCE / 2):
            await put(store, record("A", oclc("1")))
            await put(store, record("A", version=2))
        with another_gives("1"), pytest.raises(ImportTimedOut):
            await store.transact("xyz", asking("1"), seconds=0.2)

    async def test_plan_cancelled_while_it_is_queued_has_not_happened(self, store: Store) -> None:
        await put(store, record("A"))  # it is connected now
        async with trio.open_nursery() as nursery:
            with another_locks("1"):
                nursery.start_soon(lambda: store.transact("xyz", asking("1"), seconds=PATIENCE))
                await soon(somebody_waits_for_a_lock)
                with trio.move_on_after(0) as scope:
                    await file(store, "b")
                assert scope.cancelled_caught
        assert await store.attempts() == []
        assert len(await store.records("xyz")) == 2


class TestConnections:
    async def test_are_few_however_much_there_is_to_do(self, url: str) -> None:
        name = f"few-{os.getpid()}"
        query = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'"
        most = 0

        async def count() -> bool:
            nonlocal most
            is_last = not nursery.child_tasks
            ((now,),) = await trio.to_thread.run_sync(lambda: SHARED.server().run(query, database=SHARED.database))
            most = max(most, now)
            return is_last

        async with open_store(f"{url}&application_name={name}") as store:
            async with trio.open_nursery() as watching, trio.open_nursery() as nursery:
                for number in range(200):
                    nursery.start_soon(lambda n=number: file(store, f"{n}", zone=f"zone {n % 10}"))
                    nursery.start_soon(store.attempts)
                watching.start_soon(soon, count)
            assert 2 < most <= WRITERS + READERS

    async def test_are_given_back_with_their_locks_by_who_is_cancelled(self, url: str) -> None:
        name = f"cancelled-{os.getpid()}"
        query = f"""
        SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'),
               (SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE locktype = 'advisory' AND application_name = '{name}')
        """

        def held() -> tuple[int, int]:
            ((connections, locks),) = SHARED.server().run(query, database=SHARED.database)
            return connections, locks

        async def are_back() -> bool:
            connections, locks = held()
            assert 2 <= connections <= WRITERS + READERS
            return locks == connections  # each has one of its own, for as long as it lives

        async def are_gone() -> bool:
            return held() == (0, 0)

        async with open_store(f"{url}&application_name={name}") as store:
            for round_ in range(5):
                async with trio.open_nursery() as nursery:
                    for number in range(20):
                        nursery.start_soon(lambda n=number: store.transact("xyz", asking(f"{n}"), seconds=PATIENCE))
                        nursery.start_soon(store.attempts)
                    with trio.CancelScope(shield=True):
                        for _ in range(round_):
                            await store.attempts()
                    nursery.cancel_scope.cancel()
            await file(store, "a")
            assert names(await store.attempts()) == ["a"]
            await soon(are_back)
        await soon(are_gone)

    async def test_to_a_server_that_only_reads_are_told_of_it(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "a")
        only_reads = url.replace("-csearch_path", "-cdefault_transaction_read_only%3Don%20-csearch_path")
        assert only_reads != url
        async with open_store(only_reads) as store:
            with pytest.raises(StoreError, match="the store could not write"):
                await store.transact("xyz", creating("b"), seconds=PATIENCE)
            assert names(await store.attempts()) == ["a"]


class TestOrdinals:
    async def test_record_that_is_there_is_not_taken_for_a_new_one(self, store: Store) -> None:
        await put(store, record(made_from(2), oclc("7"), title="Another's"))
        assert await store.transact("xyz", creating("a"), seconds=PATIENCE) == 1
        with pytest.raises(StoreError, match=f"{made_from(2)} is there already"):
            await store.transact("xyz", creating("b"), seconds=PATIENCE)
        assert await store.transact("xyz", creating("c"), seconds=PATIENCE) == 3
        assert await store.versions("xyz", made_from(2)) == [record(made_from(2), oclc("7"), title="Another's")]
        assert names(await store.attempts()) == ["c", "a"]


class TestNotes:
    @pytest.mark.parametrize(
        ("code", "tries"),
        [("53100", 1), ("25006", 1), ("42501", 1), ("40001", TRIES)],
        ids=["disk full", "only reads", "no right to", "another time perhaps"],
    )
    async def test_that_the_server_refuses_are_given_up(self, url: str, code: str, tries: int) -> None:
        def refused() -> int:
            with psycopg.connect(url, autocommit=True) as other:
                row = other.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM refused").fetchone()
            assert row is not None
            return int(row[0])

        async def is_refused() -> bool:
            return await trio.to_thread.run_sync(refused) >= tries

        async with open_store(url) as store:
            await file(store, "a")
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(REFUSE.format(code=code).encode())
            store.note(Delivery("a", 0.25, delivered=True))
            await soon(is_refused)
            await file(store, "b")
            store.note(Delivery("b", 0.25, delivered=True))
            await file(store, "c")
        async with open_store(url, purpose="read") as reader:
            assert names(await reader.attempts()) == ["c", "b", "a"]
        assert refused() <= 2 * tries

    async def test_just_before_the_end_are_kept(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "a")
            store.note(Delivery("a", 0.25, delivered=True))
        async with open_store(url, purpose="read") as reader:
            (kept,) = await reader.attempts()
            assert (kept.seconds, kept.delivered) == (0.25, True)

    def test_do_not_keep_a_cancelled_gateway_from_its_end(self, url: str) -> None:
        async def main() -> None:
            with trio.CancelScope() as scope:
                async with open_store(url) as store:
                    await file(store, "a")
                    store.note(Delivery("a", 0.25, delivered=True))
                    scope.cancel()
                    await trio.lowlevel.checkpoint()

        assert ends(main) == []
