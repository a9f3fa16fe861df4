"""A command that changes an SQLite store beside the gateway that serves it: both write, and nothing is lost."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio

from gateway.errors import ImportTimedOut
from gateway.stores import open_store
from gateway.stores.base import Retention, Store, Transaction
from gateway.stores.sqlite.connections import is_served
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
    put,
    putting,
    record,
    settle,
)
from tests.stores.sqlite_file import another_process_writes, ends

ROOT = Path(__file__).resolve().parents[2]
EACH = 150
"""Transactions that each side has under way at once."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be; nothing is there yet."""
    return tmp_path / "folder" / "gateway.db"


@pytest.fixture
def url(path: Path) -> str:
    """The store's URL."""
    return f"sqlite:{path}"


def next_version(transaction: Transaction) -> int:
    """A plan that makes the next version of the record A, and returns which it is."""
    present = transaction.get("A")
    version = present.version + 1 if present else 1
    transaction.put(record("A", oclc(f"{version}"), version=version))
    return version


class TestBothWrite:
    async def test_and_no_ordinal_is_drawn_twice(self, url: str) -> None:
        drawn: list[int] = []

        async def create(store: Store, name: str) -> None:
            drawn.append(await store.transact("xyz", creating(name), seconds=PATIENCE))

        async with open_store(url) as gateway, open_store(url, purpose="change") as command:
            async with trio.open_nursery() as nursery:
                for number in range(EACH):
                    nursery.start_soon(create, gateway, f"gateway {number:03}")
                    nursery.start_soon(create, command, f"command {number:03}")
            assert sorted(drawn) == [*range(1, 2 * EACH + 1)]
            for store in (gateway, command):
                assert mms_ids(await store.records("xyz", limit=1_000)) == [
                    made_from(ordinal) for ordinal in sorted(drawn)
                ]
                filed = names(await store.attempts(limit=1_000))
                assert sorted(filed) == sorted(f"{side} {n:03}" for side in ("gateway", "command") for n in range(EACH))

    async def test_and_each_reckons_with_what_the_other_wrote(self, url: str) -> None:
        made: list[int] = []

        async def change(store: Store) -> None:
            for _ in range(20):
                made.append(await store.transact("xyz", next_version, seconds=PATIENCE))

        async with open_store(url) as gateway, open_store(url, purpose="change") as command:
            async with trio.open_nursery() as nursery:
                for store in (gateway, command):
                    for _ in range(4):
                        nursery.start_soon(change, store)
            assert sorted(made) == [*range(1, 161)]
            assert [kept.version for kept in await gateway.versions("xyz", "A")] == [*range(1, 161)]
            assert mms_ids(await command.find("xyz", oclc("160"))) == ["A"]
            assert await command.find("xyz", oclc("159")) == []

    async def test_and_each_sees_at_once_what_the_other_has_committed(self, url: str) -> None:
        async with open_store(url) as gateway, open_store(url, purpose="change") as command:
            await put(gateway, record("A"))
            await put(command, record("A", title="Amended"))
            assert await gateway.records("xyz") == [record("A", title="Amended")]
            await pend(gateway, link("a"))
            assert await command.pending() == [link("a")]
            await settle(command, "a")
            assert await gateway.pending() == []
            await file(command, "a")
            assert await gateway.transact("xyz", lambda t: t.filed("a"), seconds=PATIENCE)

    async def test_from_two_processes(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.stores.command", url, f"{EACH}"]
        drawn: list[int] = []
        ended = False

        async def create(gateway: Store) -> None:
            while not ended:
                drawn.append(await gateway.transact("xyz", creating(""), seconds=PATIENCE))

        async with open_store(url) as gateway:
            async with trio.open_nursery() as nursery:
                for _ in range(4):
                    nursery.start_soon(create, gateway)
                answer = await trio.run_process(command, capture_stdout=True, cwd=ROOT)
                ended = True
            theirs = [int(ordinal) for ordinal in answer.stdout.split()]
            ordinals = [*range(1, len(drawn) + EACH + 1)]
            assert len(theirs) == EACH
            assert sorted([*drawn, *theirs]) == ordinals
            assert mms_ids(await gateway.records("xyz", limit=1_000_000)) == [made_from(number) for number in ordinals]
            assert len(await gateway.attempts(limit=1_000_000)) == len(ordinals)

    async def test_though_no_gateway_serves_it(self, path: Path, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="change") as one, open_store(url, purpose="change") as other:
            assert not is_served(path)
            await put(one, record("A"))
            await put(other, record("B"))
            assert mms_ids(await one.records("xyz")) == ["A", "B"]

    async def test_though_the_gateway_comes_later_or_goes_earlier(self, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="change") as command:
            for name in "AC":
                async with open_store(url) as gateway:
                    await put(gateway, record(name))
                await put(command, record(chr(ord(name) + 1)))
        async with open_store(url, purpose="read") as reader:
            assert mms_ids(await reader.records("xyz")) == ["A", "B", "C", "D"]


class TestCommandWaits:
    async def test_no_longer_than_it_says_and_then_nothing_has_happened(self, path: Path, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="change") as command:
            with another_process_writes(path), trio.fail_after(PATIENCE), pytest.raises(ImportTimedOut):
                await command.transact("xyz", putting(record("A")), seconds=0.05)
            await put(command, record("B"))
            assert mms_ids(await command.records("xyz")) == ["B"]

    async def test_and_has_its_turn_when_the_other_has_written(self, path: Path, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="change") as command, trio.open_nursery() as nursery:
            with another_process_writes(path):
                nursery.start_soon(put, command, record("A"))
                with pytest.raises(ImportTimedOut):
                    await command.transact("xyz", putting(record("late")), seconds=0.05)
        async with open_store(url, purpose="read") as reader:
            assert mms_ids(await reader.records("xyz")) == ["A"]

    async def test_not_to_open_and_read_the_store(self, path: Path, url: str) -> None:
        async with open_store(url) as gateway:
            await put(gateway, record("A"))
            with another_process_writes(path), trio.fail_after(PATIENCE):
                async with open_store(url, purpose="change") as command:
                    assert mms_ids(await command.records("xyz")) == ["A"]

    async def test_and_keeps_no_gateway_from_starting(self, path: Path, url: str) -> None:
        async with open_store(url) as gateway:
            await put(gateway, record("A"))
        with another_process_writes(path), trio.fail_after(PATIENCE):
            async with open_store(url) as gateway:
                assert mms_ids(await gateway.records("xyz")) == ["A"]

    def test_not_to_end(self, path: Path, url: str) -> None:
        async def main() -> None:
            async with open_store(url):
                pass
            with another_process_writes(path), trio.move_on_after(0.05):
                async with open_store(url, purpose="change") as command:
                    await put(command, record("A"))

        assert ends(main) == []


class TestRetention:
    async def test_is_the_gateway_s_and_no_command_s(self, url: str) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=9)
        short = Retention(keep=1, age=timedelta(hours=1))
        async with open_store(url) as gateway:
            await file(gateway, "old", at=long_ago)
            async with open_store(url, purpose="change", retention=short) as command:
                for number in range(3):
                    await command.transact("xyz", filing(*(f"{number} {n}" for n in range(150))), seconds=PATIENCE)
            assert len(await gateway.attempts(limit=1_000)) == 451
