"""What the SQLite store promises of its file: durability, its lock, what it refuses to open, what stays in it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import apsw
import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError, StoreInUse
from gateway.model import Delivery, Flag
from gateway.stores import open_store
from gateway.stores.base import Purpose, Retention, Transaction
from tests.stores.nouns import (
    PATIENCE,
    file,
    link,
    mms_ids,
    names,
    oclc,
    pend,
    put,
    receipt,
    record,
    settle,
    submission,
)
from tests.stores.sqlite_file import ends, schema

PURPOSES = get_args(Purpose)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be; nothing is there yet."""
    return tmp_path / "folder" / "gateway.db"


@pytest.fixture
def url(path: Path) -> str:
    """The store's URL."""
    return f"sqlite:{path}"


class TestFile:
    async def test_and_its_folder_are_made_to_serve(self, path: Path, url: str) -> None:
        async with open_store(url):
            assert path.is_file()

    async def test_keeps_everything_for_the_next_gateway(self, url: str) -> None:
        def plan(transaction: Transaction) -> int:
            transaction.put(record("A", oclc("2"), version=2))
            transaction.file(submission("a"), receipt())
            return transaction.next_ordinal()

        linked = replace(record("B"), flags=frozenset(Flag), linked_to="N", management_tag="do-not-publish")
        async with open_store(url) as store:
            await put(store, record("A", oclc("1")), record("B"))
            await put(store, linked)
            assert await store.transact("xyz", plan, seconds=PATIENCE) == 1
            kept = await store.attempts()
        async with open_store(url) as store:
            assert await store.records("xyz") == [record("A", oclc("2"), version=2), linked]
            assert [version.version for version in await store.versions("xyz", "A")] == [1, 2]
            assert mms_ids(await store.find("xyz", oclc("2"))) == ["A"]
            assert await store.attempts() == kept
            assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 2
            await file(store, "b")
            assert names(await store.attempts()) == ["b", "a"]

    async def test_keeps_the_links_that_are_pending(self, url: str) -> None:
        given = [link("a"), link("b", network="network-sandbox")]
        async with open_store(url) as store:
            await pend(store, given[0], link("c"), zone="network")
            await pend(store, given[1], zone="network-sandbox")
        async with open_store(url) as store:
            assert await store.pending() == [*given, link("c")]
            await settle(store, "c")
        async with open_store(url, purpose="read") as store:
            assert await store.pending() == given

    async def test_has_what_was_noted_just_before_the_end(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "a")
            store.note(Delivery("a", 0.25, delivered=True))
        async with open_store(url, purpose="read") as store:
            (kept,) = await store.attempts()
            assert (kept.seconds, kept.delivered) == (0.25, True)

    async def test_is_written_ahead_and_synced_at_every_commit(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[apsw.Connection] = []
        monkeypatch.setattr(apsw, "connection_hooks", [opened.append])
        async with open_store(url) as store:
            await put(store, record("A"))
            of_the_store = [connection for connection in opened if connection.filename.endswith("gateway.db")]
            (writer,) = [connection for connection in of_the_store if not connection.readonly("main")]
            assert writer.execute("PRAGMA journal_mode").get == "wal"
            assert writer.execute("PRAGMA synchronous").get == 2

    async def test_readers_cannot_write(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[apsw.Connection] = []
        async with open_store(url):
            monkeypatch.setattr(apsw, "connection_hooks", [opened.append])
            async with open_store(url, purpose="read"):
                assert opened
                assert all(connection.readonly("main") for connection in opened)


class TestTwoAtOnce:
    async def test_second_gateway_is_refused_with_the_file_and_the_fix(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            with pytest.raises(StoreInUse) as caught:
                async with open_store(url):
                    pass
            assert str(caught.value) == (
                f"another gateway serves the store {path}. "
                "Stop it, or give this one a store of its own: --set store.url=sqlite:FILE"
            )
            await put(store, record("A"))
            assert mms_ids(await store.records("xyz")) == ["A"]

    async def test_next_gateway_is_not_refused(self, url: str) -> None:
        for number in range(3):
            async with open_store(url) as store:
                await put(store, record(f"{number}"))
        async with open_store(url, purpose="read") as store:
            assert mms_ids(await store.records("xyz")) == ["0", "1", "2"]

    async def test_gateway_that_could_not_open_its_store_does_not_keep_it(self, path: Path, url: str) -> None:
        path.parent.mkdir()
        path.write_text("a letter")
        with pytest.raises(StoreError):
            async with open_store(url):
                pass
        path.unlink()
        async with open_store(url) as store:
            await put(store, record("A"))

    async def test_other_file_of_the_same_folder_is_another_store(self, path: Path, url: str) -> None:
        async with open_store(url) as one, open_store(f"sqlite:{path.with_name('other.db')}") as other:
            await put(one, record("A"))
            assert await other.records("xyz") == []

    async def test_reader_beside_a_gateway_sees_each_commit(self, url: str) -> None:
        async with open_store(url) as store, open_store(url, purpose="read") as reader:
            for number in range(1, 4):
                await put(store, record(f"{number}", oclc("1")))
                await file(store, f"{number}")
                assert len(await reader.records("xyz")) == number
                assert len(await reader.find("xyz", oclc("1"))) == number
                assert names(await reader.attempts(limit=1)) == [f"{number}"]

    async def test_many_readers_may_read_at_once(self, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"))

            async def read() -> None:
                async with open_store(url, purpose="read") as reader:
                    assert mms_ids(await reader.records("xyz")) == ["A"]

            async with trio.open_nursery() as nursery:
                for _ in range(8):
                    nursery.start_soon(read)

    async def test_reader_after_the_gateway_reads_the_file(self, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"))
        async with open_store(url, purpose="read") as reader:
            assert mms_ids(await reader.records("xyz")) == ["A"]

    async def test_reader_does_not_keep_a_gateway_out(self, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="read") as reader, open_store(url) as store:
            await put(store, record("A"))
            assert mms_ids(await reader.records("xyz")) == ["A"]

    def test_reader_says_that_it_cannot_write(self, url: str) -> None:
        async def main() -> None:
            async with open_store(url):
                pass
            async with open_store(url, purpose="read") as reader:
                with pytest.raises(StoreError):
                    await put(reader, record("A"))

        assert ends(main) == []


class TestWhatCannotBeOpened:
    @pytest.mark.parametrize("purpose", ["change", "read"])
    async def test_missing_file_is_made_only_to_serve(self, path: Path, url: str, purpose: Purpose) -> None:
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(caught.value) == f"there is no store {path} yet; gateway serve makes it"
        assert not path.parent.exists()

    @pytest.mark.parametrize("purpose", ["change", "read"])
    async def test_empty_file_becomes_a_store_only_to_serve(self, path: Path, url: str, purpose: Purpose) -> None:
        path.parent.mkdir()
        path.touch()
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(caught.value) == f"there is no store {path} yet; gateway serve makes it"
        assert path.read_bytes() == b""

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_file_that_is_no_database_is_named_and_left_alone(
        self, path: Path, url: str, purpose: Purpose
    ) -> None:
        path.parent.mkdir()
        path.write_text("a letter to the library " * 100)
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(path) in str(caught.value)
        assert path.read_text() == "a letter to the library " * 100

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_database_of_another_program_is_named_and_left_alone(
        self, path: Path, url: str, purpose: Purpose
    ) -> None:
        path.parent.mkdir()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE patron (name TEXT)")
        other.close()
        before = path.read_bytes()
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(caught.value) == f"{path} is no store of the gateway"
        assert path.read_bytes() == before

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_folder_is_named(self, path: Path, url: str, purpose: Purpose) -> None:
        path.mkdir(parents=True)
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(path) in str(caught.value)

    async def test_folder_that_cannot_be_made_is_named(self, path: Path, url: str) -> None:
        path.parent.write_text("a file where the folder should be")
        with pytest.raises(StoreError) as caught:
            async with open_store(url):
                pass
        assert str(path.parent) in str(caught.value)

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_store_of_a_newer_gateway_is_named_and_left_alone(
        self, path: Path, url: str, purpose: Purpose
    ) -> None:
        async with open_store(url):
            pass
        schema(path, "INSERT INTO schema_version VALUES (9999)")
        before = path.read_bytes()
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(path) in str(caught.value)
        assert "9999" in str(caught.value)
        assert path.read_bytes() == before


class TestRetention:
    async def test_holds_for_a_gateway_that_is_often_started_anew(self, url: str) -> None:
        now = datetime.now(UTC)
        async with open_store(url) as store:
            await file(store, *(f"old {number}" for number in range(20)), at=now - timedelta(days=9))
        for day in range(3):
            async with open_store(url, retention=Retention(age=timedelta(days=1))) as store:
                await file(store, f"day {day}", at=now)
        async with open_store(url, purpose="read") as store:
            assert names(await store.attempts()) == ["day 2", "day 1", "day 0"]

    async def test_keeps_neither_more_nor_fewer_than_it_says(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, *"abcdefg")
        async with open_store(url, retention=Retention(keep=3)) as store:
            await file(store, "h")
            assert names(await store.attempts()) == ["h", "g", "f"]
