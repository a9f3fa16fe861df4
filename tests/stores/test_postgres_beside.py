"""Several gateways, and commands beside them, on one PostgreSQL database: each reckons with what the others do."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
import trio

from gateway.stores import open_store
from gateway.stores.base import Plan, Retention, Store, Transaction
from gateway.stores.postgres.locks import key
from tests.stores.nouns import (
    PATIENCE,
    creating,
    file,
    filing,
    link,
    made_from,
    mms_ids,
    names,
    oclc,
    pend,
    published,
    put,
    receipt,
    record,
    settle,
    soon,
    submission,
)
from tests.stores.postgres_server import SHARED, somebody_waits_for_a_lock
from tests.stores.test_postgres_reset import another_holds

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 4
EXPORTS = 16
"""Exports that each process has under way at once."""


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


@pytest.fixture
async def gateways(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two gateways that serve it."""
    async with open_store(url) as one, open_store(url) as other:
        yield one, other


@pytest.mark.usefixtures("locks_waited_for")
async def test_who_waits_for_another_that_publishes_looks_how_records_are_then(
    gateways: tuple[Store, Store],
) -> None:
    one, other = gateways
    await put(one, record("A"))
    late: list[object] = []

    async def publish() -> None:
        read = await one.inventory("xyz", ["A"])
        late.append(await one.publish("xyz", "all", [published("A")], read=read))

    async with trio.open_nursery() as nursery:
        with another_holds(key("xyz", "publish", "all")):
            nursery.start_soon(publish)
            with trio.fail_after(PATIENCE):
                while not await somebody_waits_for_a_lock():
                    pass
            await put(other, record("A", version=2))
    assert late == [{"A"}]


async def all_at_once(
    gateways: tuple[Store, Store], plans: int, plan_of: Callable[[int], Plan[object]]
) -> list[object]:
    """What the plans return that the gateways run at once, half of them each."""
    answers: list[object] = []

    async def run(store: Store, number: int) -> None:
        answers.append(await store.transact("xyz", plan_of(number), seconds=PATIENCE))

    async with trio.open_nursery() as nursery:
        for number in range(plans):
            nursery.start_soon(run, gateways[number % 2], number)
    return answers


def importing(*numbers: str, submitted: str = "") -> Plan[str]:
    """A plan like the importer's: seek the record that bears one of the numbers, then make it or its next version."""

    def plan(transaction: Transaction) -> str:
        found = [transaction.get(mms_id) for mms_id in transaction.holders(oclc(*numbers))]
        if found and found[0] is not None:
            before = found[0]
            version = record(before.mms_id, before.identifiers | oclc(*numbers), version=before.version + 1)
        else:
            version = record(made_from(transaction.next_ordinal()), oclc(*numbers))
        transaction.put(version)
        transaction.file(submission(submitted), receipt())
        return version.mms_id

    return plan


class TestTwoGateways:
    async def test_make_one_record_of_one_title(self, gateways: tuple[Store, Store]) -> None:
        answers = await all_at_once(gateways, 64, lambda _: importing("1"))
        (made,) = {*answers}
        for store in gateways:
            assert mms_ids(await store.records("xyz")) == [made]
            assert [kept.version for kept in await store.versions("xyz", str(made))] == [*range(1, 65)]
            assert len(await store.attempts()) == 64

    async def test_make_one_record_of_titles_that_share_any_number(self, gateways: tuple[Store, Store]) -> None:
        await all_at_once(gateways, 60, lambda n: importing(f"{n % 6}", f"{(n + 1) % 6}"))
        borne = [{value for _, value in kept.identifiers} for kept in await gateways[0].records("xyz")]
        assert len(borne) <= 3
        assert set().union(*borne) == {*"012345"}

    async def test_lose_no_version_of_each_other_s(self, gateways: tuple[Store, Store]) -> None:
        def next_version(_: int) -> Plan[object]:
            def plan(transaction: Transaction) -> int:
                present = transaction.get("A")
                version = present.version + 1 if present else 1
                transaction.put(record("A", oclc(f"{version}"), version=version))
                return version

            return plan

        answers = await all_at_once(gateways, 80, next_version)
        assert sorted(answers, key=str) == sorted(range(1, 81), key=str)
        assert mms_ids(await gateways[0].find("xyz", oclc("80"))) == ["A"]
        assert await gateways[1].find("xyz", oclc("79")) == []

    async def test_lose_no_amendment_of_each_other_s(self, gateways: tuple[Store, Store]) -> None:
        def adding(number: int) -> Plan[object]:
            def plan(transaction: Transaction) -> None:
                present = transaction.get("A")
                assert present is not None
                transaction.put(record("A", present.identifiers | oclc(f"{number}")))

            return plan

        await put(gateways[0], record("A"))
        await all_at_once(gateways, 40, adding)
        (kept,) = await gateways[0].versions("xyz", "A")
        assert kept.identifiers == oclc(*(f"{number}" for number in range(40)))
        assert mms_ids(await gateways[1].find("xyz", oclc("39"))) == ["A"]

    async def test_never_draw_the_same_ordinal(self, gateways: tuple[Store, Store]) -> None:
        drawn = await all_at_once(gateways, 300, lambda n: creating(f"{n:03}"))
        assert len({*drawn}) == 300
        assert len(await gateways[0].records("xyz", limit=1_000)) == 300

    async def test_file_an_attempt_once(self, gateways: tuple[Store, Store]) -> None:
        def once(_: int) -> Plan[object]:
            def plan(transaction: Transaction) -> bool:
                if transaction.filed("a"):
                    return False
                transaction.file(submission("a"), receipt())
                return True

            return plan

        assert sorted(await all_at_once(gateways, 40, once), key=str) == [False] * 39 + [True]
        assert names(await gateways[0].attempts()) == ["a"]

    async def test_see_each_other_s_commits_at_once(self, gateways: tuple[Store, Store]) -> None:
        one, other = gateways
        await put(one, record("A", oclc("1")))
        assert await other.transact("xyz", lambda t: (t.holders(oclc("1")), t.get("A")), seconds=PATIENCE) == (
            ["A"],
            record("A", oclc("1")),
        )
        await pend(one, link("a"))
        assert await other.pending() == [link("a")]
        await settle(other, "a")
        assert await one.pending() == []
        await file(other, "a")
        assert names(await one.attempts()) == ["a"]


class TestNumbersOfAttempts:
    async def test_are_seen_in_their_order_whoever_files(self, gateways: tuple[Store, Store]) -> None:
        """A zone's listing never gains an attempt below one that it has shown."""
        filing_goes_on = True

        async def keep_filing(store: Store, name: str) -> None:
            number = 0
            while filing_goes_on:
                await file(store, f"{name} {number}")
                number += 1

        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(keep_filing, gateways[number % 2], f"{number}")
            seen: list[int] = []
            while len(seen) < 400:
                newest = seen[-1] if seen else 0
                page = await gateways[0].attempts(zone="xyz", limit=10_000)
                assert [attempt.seq for attempt in page if attempt.seq <= newest][::-1] == seen
                seen = [attempt.seq for attempt in page][::-1]
            filing_goes_on = False
        assert all(earlier < later for earlier, later in pairwise(seen))

    async def test_are_higher_than_those_of_what_was_answered_before(self, gateways: tuple[Store, Store]) -> None:
        for number in range(10):
            await file(gateways[number % 2], f"{number}", zone=("xyz", "network")[number // 2 % 2])
        assert names(await gateways[0].attempts()) == [f"{number}" for number in range(9, -1, -1)]


class TestOrdinals:
    async def test_of_one_gateway_have_no_gap_though_it_is_often_started_anew(self, url: str) -> None:
        for gateway in range(3):
            async with open_store(url) as store:
                await all_at_once((store, store), 50, lambda n, of=gateway: creating(f"{of} {n}"))
        async with open_store(url, purpose="read") as reader:
            assert mms_ids(await reader.records("xyz", limit=200)) == [made_from(number) for number in range(1, 151)]
            assert (await reader.counts())["xyz"].ordinal == 150

    async def test_of_a_command_beside_it_leave_none_either(self, url: str) -> None:
        async with open_store(url) as gateway, open_store(url, purpose="change") as command:
            assert await gateway.transact("xyz", creating("a"), seconds=PATIENCE) == 1
            assert await command.transact("xyz", creating("b"), seconds=PATIENCE) == 2
            assert await gateway.transact("xyz", creating("c"), seconds=PATIENCE) == 3
            assert (await gateway.counts())["xyz"].ordinal == 3


class TestProcesses:
    """Gateways in processes of their own, that export at the same time."""

    @staticmethod
    async def answers(url: str, titles_of: Callable[[int], Iterable[int]]) -> list[tuple[int, str]]:
        """Title and MMS ID of every answer of every process."""
        answers: list[tuple[int, str]] = []

        async def export(titles: Iterable[int]) -> None:
            command = [sys.executable, "-m", "tests.stores.exporting", url, *map(str, titles)]
            done = await trio.run_process(command, capture_stdout=True, cwd=ROOT)
            answers.extend((title, mms_id) for title, mms_id in json.loads(done.stdout))

        async with trio.open_nursery() as nursery:
            for process in range(PROCESSES):
                nursery.start_soon(export, titles_of(process))
        return answers

    async def test_make_one_record_of_one_title(self, url: str) -> None:
        async with open_store(url) as reader:
            answers = await self.answers(url, lambda _: [1] * EXPORTS)
            ((_, made),) = {*answers}
            assert len(answers) == PROCESSES * EXPORTS
            assert mms_ids(await reader.records("xyz")) == [made]
            assert sorted(kept.receipt.outcome.value for kept in await reader.attempts()) == (
                ["created"] + ["unchanged"] * (PROCESSES * EXPORTS - 1)
            )

    async def test_make_one_record_of_each_title_and_no_mms_id_twice(self, url: str) -> None:
        """Each process has half of its titles in common with the next one."""
        async with open_store(url) as reader:
            answers = await self.answers(url, lambda process: range(process * EXPORTS, (process + 2) * EXPORTS))
            made = dict(answers)
            assert len(answers) == 2 * PROCESSES * EXPORTS
            assert {*made.items()} == {*answers}
            assert len(made) == len({*made.values()}) == (PROCESSES + 1) * EXPORTS
            assert mms_ids(await reader.records("xyz", limit=1_000)) == sorted(made.values())
            assert len(await reader.attempts(limit=1_000)) == len(answers)


KEEP = b"""
CREATE SEQUENCE asked;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('asked');
    RAISE EXCEPTION 'not now';
END $$;
CREATE TRIGGER keep BEFORE DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION keep();
"""
"""A database that lets no attempt go, and remembers that it was asked to."""


async def is_asked(connection: psycopg.Connection[tuple[bool]]) -> bool:
    """Whether it was."""
    row = await trio.to_thread.run_sync(lambda: connection.execute("SELECT is_called FROM asked").fetchone())
    return row is not None and row[0]


class TestRetention:
    async def test_is_kept_by_gateways_together(self, url: str) -> None:
        few = Retention(keep=50)
        async with open_store(url, retention=few) as one, open_store(url, retention=few) as other:
            for number in range(20):
                await file((one, other)[number % 2], *(f"{number:02} {n:02}" for n in range(20)), zone="ab"[number % 2])

            async def are_gone() -> bool:
                kept = names(await one.attempts(limit=1_000))
                assert kept[:20] == [f"19 {n:02}" for n in range(19, -1, -1)]
                assert len(kept) >= 50
                return len(kept) <= 55

            await soon(are_gone)

    async def test_is_seen_to_when_the_database_lets_attempts_go_again(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.stores.postgres.FAILED_SECONDS", 0.1)
        monkeypatch.setattr("gateway.stores.postgres.expiry.BATCH", 7)
        async with open_store(url, retention=Retention(keep=10)) as store:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(KEEP)
                await file(store, *(f"{number:02}" for number in range(50)), zone="a")
                await file(store, *(f"{number:02}" for number in range(50, 60)), zone="b")
                await soon(lambda: is_asked(other))
                assert len(await store.attempts()) == 60
                other.execute("DROP TRIGGER keep ON attempt")

            async def are_gone() -> bool:
                return len(await store.attempts()) == 10

            await soon(are_gone)
            assert names(await store.attempts()) == [f"{number}" for number in range(59, 49, -1)]

    async def test_is_the_gateways_and_no_command_s(self, url: str) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=9)
        short = Retention(keep=1, age=timedelta(hours=1))
        async with open_store(url) as gateway:
            await file(gateway, "old", at=long_ago)
            async with open_store(url, purpose="change", retention=short) as command:
                for number in range(3):
                    await command.transact("xyz", filing(*(f"{number} {n}" for n in range(150))), seconds=PATIENCE)
            assert len(await gateway.attempts(limit=1_000)) == 451
