"""What the SQLite store promises beyond the contract: its file, its lock, its migrations, and what it survives."""

import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from gateway.errors import ImportTimedOut, StoreError, StoreInUse
from gateway.model import Delivery, Outcome, Receipt
from gateway.stores import open_store
from gateway.stores.base import Retention, Store, Transaction
from tests.stores.nouns import (
    PATIENCE,
    file,
    filing,
    mms_ids,
    names,
    oclc,
    put,
    putting,
    receipt,
    record,
    submission,
)

SCHEMA = Path(__file__).resolve().parents[2] / "gateway" / "stores" / "sqlite" / "schema"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be; nothing is there yet."""
    return tmp_path / "folder" / "gateway.db"


@pytest.fixture
def url(path: Path) -> str:
    """The store's URL."""
    return f"sqlite:{path}"


@contextmanager
def another_process_writes(path: Path) -> Iterator[None]:
    """Hold the database's write lock, as a command beside the gateway does while it writes."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def ends(main: Callable[[], Awaitable[object]]) -> list[BaseException]:
    """Run `main` in a thread of its own, which must end; what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            trio.run(main)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE / 2)
    assert not thread.is_alive(), "it waits for ever"
    return raised


class TestFile:
    async def test_and_its_folder_are_made_to_serve(self, path: Path, url: str) -> None:
        async with open_store(url):
            assert path.is_file()

    async def test_keeps_everything_for_the_next_gateway(self, url: str) -> None:
        def plan(transaction: Transaction) -> int:
            transaction.put(record("A", oclc("2"), version=2))
            transaction.file(submission("a"), receipt())
            return transaction.next_ordinal()

        async with open_store(url) as store:
            await put(store, record("A", oclc("1")))
            assert await store.transact("xyz", plan, seconds=PATIENCE) == 1
            kept = await store.attempts()
        async with open_store(url) as store:
            assert await store.records("xyz") == [record("A", oclc("2"), version=2)]
            assert [version.version for version in await store.versions("xyz", "A")] == [1, 2]
            assert mms_ids(await store.find("xyz", oclc("2"))) == ["A"]
            assert await store.attempts() == kept
            assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 2
            await file(store, "b")
            assert names(await store.attempts()) == ["b", "a"]

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
    async def test_missing_file_is_not_made_by_reading(self, path: Path, url: str) -> None:
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose="read"):
                pass
        assert str(caught.value) == f"there is no store {path} yet; gateway serve makes it"
        assert not path.parent.exists()

    @pytest.mark.parametrize("purpose", ["serve", "read"])
    async def test_file_that_is_no_database_is_named_and_left_alone(self, path: Path, url: str, purpose: str) -> None:
        path.parent.mkdir()
        path.write_text("a letter to the library " * 100)
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        assert str(path) in str(caught.value)
        assert path.read_text() == "a letter to the library " * 100

    @pytest.mark.parametrize("purpose", ["serve", "read"])
    async def test_database_of_another_program_is_named_and_left_alone(
        self, path: Path, url: str, purpose: str
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

    @pytest.mark.parametrize("purpose", ["serve", "read"])
    async def test_folder_is_named(self, path: Path, url: str, purpose: str) -> None:
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

    @pytest.mark.parametrize("purpose", ["serve", "read"])
    async def test_store_of_a_newer_gateway_is_named_and_left_alone(self, path: Path, url: str, purpose: str) -> None:
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

    async def test_store_of_an_older_gateway_is_not_read_before_it_is_brought_up_to_date(
        self, path: Path, url: str
    ) -> None:
        async with open_store(url):
            pass
        schema(path, "UPDATE schema_version SET version = -1")
        with pytest.raises(StoreError, match=f"{path} has schema -1, not .*; gateway serve brings an older one up to"):
            async with open_store(url, purpose="read"):
                pass


def schema(path: Path, *statements: str) -> list[tuple[int]]:
    """Run statements in the store's file; the migrations it has had, afterwards."""
    other = apsw.Connection(str(path))
    for statement in statements:
        other.execute(statement)
    versions = other.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    other.close()
    return versions


class TestMigrations:
    async def test_are_applied_once_each(self, path: Path, url: str) -> None:
        for _ in range(3):
            async with open_store(url):
                pass
        assert schema(path) == [(int(step.name[:4]),) for step in sorted(SCHEMA.glob("*.sql"))]

    async def test_of_an_empty_file_are_all(self, path: Path, url: str) -> None:
        path.parent.mkdir()
        path.touch()
        async with open_store(url) as store:
            await put(store, record("A"))

    def test_are_numbered_from_1_without_gaps(self) -> None:
        numbers = [int(step.name[:4]) for step in sorted(SCHEMA.glob("*.sql"))]
        assert numbers == [*range(1, len(numbers) + 1)]


class TestBusy:
    """Another process writes: imports wait in the queue, and leave it in time."""

    async def test_plan_that_nothing_began_in_time_has_not_happened(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            with another_process_writes(path), trio.fail_after(PATIENCE), pytest.raises(ImportTimedOut):
                await store.transact("xyz", putting(record("A")), seconds=0.05)
            await put(store, record("B"))
            assert mms_ids(await store.records("xyz")) == ["B"]

    async def test_plans_are_given_up_together_not_one_after_the_other(self, path: Path, url: str) -> None:
        failures: list[StoreError] = []

        async def export(store: Store, number: int) -> None:
            with pytest.raises(ImportTimedOut) as caught:
                await store.transact("xyz", putting(record(f"{number}")), seconds=0.05)
            failures.append(caught.value)

        async with open_store(url) as store:
            with another_process_writes(path), trio.fail_after(4):
                async with trio.open_nursery() as nursery:
                    for number in range(32):
                        nursery.start_soon(export, store, number)
            assert len(failures) == 32
            assert await store.records("xyz") == []

    async def test_plans_that_have_time_happen_when_it_is_over(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            async with trio.open_nursery() as nursery:
                with another_process_writes(path):
                    for number in range(8):
                        nursery.start_soon(put, store, record(f"{number}"))
                    with pytest.raises(ImportTimedOut):
                        await store.transact("xyz", putting(record("late")), seconds=0.05)
                    assert await store.records("xyz") == []
            assert mms_ids(await store.records("xyz")) == [f"{number}" for number in range(8)]

    async def test_reading_goes_on(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"))
            with another_process_writes(path):
                assert mms_ids(await store.records("xyz")) == ["A"]
                assert await store.attempts() == []

    async def test_plan_cancelled_while_queued_has_not_happened(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            with another_process_writes(path):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(put, store, record("A"))
                    await wait_all_tasks_blocked()
                    nursery.cancel_scope.cancel()
            await put(store, record("B"))
            assert mms_ids(await store.records("xyz")) == ["B"]

    async def test_notes_wait_too(self, path: Path, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "a")
            with another_process_writes(path):
                store.note(Delivery("a", 0.25, delivered=True))
                with pytest.raises(ImportTimedOut):
                    await store.transact("xyz", putting(record("A")), seconds=0.05)
        async with open_store(url, purpose="read") as store:
            (kept,) = await store.attempts()
            assert kept.delivered is True


class TestGroups:
    """Plans that are committed together stand and fall each by itself."""

    @staticmethod
    async def outcomes(store: Store, plans: dict[str, Callable[[Transaction], None]]) -> dict[str, str]:
        """What each plan ended with when all are run at once."""
        ended: dict[str, str] = {}

        async def run(name: str) -> None:
            try:
                await store.transact("xyz", plans[name], seconds=PATIENCE)
            except Exception as error:
                ended[name] = type(error).__name__
            else:
                ended[name] = "done"

        async with trio.open_nursery() as nursery:
            for name in plans:
                nursery.start_soon(run, name)
        return ended

    async def test_what_the_database_refuses_fails_alone(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "taken")
            await put(store, record("taken"))
            plans = {
                "one": filing("a"),
                "submission that is there": filing("b", "taken"),
                "two": putting(record("A", oclc("1"))),
                "record that is there": putting(record("B"), record("taken")),
                "three": filing("c"),
            }
            assert await self.outcomes(store, plans) == {
                "one": "done",
                "submission that is there": "StoreError",
                "two": "done",
                "record that is there": "StoreError",
                "three": "done",
            }
            assert sorted(names(await store.attempts())) == ["a", "c", "taken"]
            assert mms_ids(await store.records("xyz")) == ["A", "taken"]

    async def test_what_cannot_be_written_down_fails_alone(self, url: str) -> None:
        unwritable = Receipt("xyz", Outcome.CREATED, title="\ud800")
        async with open_store(url) as store:
            plans = {
                "one": filing("a"),
                "half a character": lambda transaction: transaction.file(submission("b"), unwritable),
                "two": filing("c"),
            }
            ended = await self.outcomes(store, plans)
            assert ended.pop("half a character") != "done"
            assert ended == {"one": "done", "two": "done"}
            assert sorted(names(await store.attempts())) == ["a", "c"]
            await file(store, "d")

    async def test_what_finds_no_room_on_the_disk_fails_alone(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def small_disk(connection: apsw.Connection) -> None:
            connection.execute("PRAGMA max_page_count = 64")

        monkeypatch.setattr(apsw, "connection_hooks", [small_disk])
        huge = putting(*(record(f"{number}", marc=b"x" * 99_999) for number in range(4)))
        async with open_store(url) as store:
            plans = {"one": filing("a"), "huge": huge, "two": filing("b")}
            assert await self.outcomes(store, plans) == {"one": "done", "huge": "StoreError", "two": "done"}
            with pytest.raises(StoreError, match="full"):
                await store.transact("xyz", huge, seconds=PATIENCE)
            await file(store, "c")
            assert sorted(names(await store.attempts())) == ["a", "b", "c"]
            assert await store.records("xyz") == []

    async def test_plans_that_are_run_again_are_answered_by_their_last_run(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "taken")
            drawn: list[int] = []

            async def draw(*also: str) -> None:
                def plan(transaction: Transaction) -> int:
                    filing(*also)(transaction)
                    return transaction.next_ordinal()

                drawn.append(await store.transact("xyz", plan, seconds=PATIENCE))

            async def fail() -> None:
                with pytest.raises(StoreError):
                    await draw("taken")

            async with trio.open_nursery() as nursery:
                for number in range(10):
                    nursery.start_soon(draw, f"{number}")
                    nursery.start_soon(fail)
            assert sorted(drawn) == [*range(1, 11)]
            assert len(await store.attempts()) == 11

    async def test_more_than_one_group_takes_at_once_are_all_done(self, url: str) -> None:
        async with open_store(url) as store:
            plans = {f"{number:03}": filing(f"{number:03}") for number in range(600)}
            assert {*(await self.outcomes(store, plans)).values()} == {"done"}
            assert sorted(names(await store.attempts(limit=1_000))) == sorted(plans)

    def test_interrupt_within_a_plan_ends_the_gateway(self, url: str) -> None:
        def plan(_: Transaction) -> None:
            raise KeyboardInterrupt

        async def main() -> None:
            async with open_store(url) as store:
                await store.transact("xyz", plan, seconds=PATIENCE)

        (raised,) = ends(main)
        assert isinstance(raised, BaseExceptionGroup)
        assert raised.subgroup(KeyboardInterrupt)

    def test_interrupt_within_a_plan_tells_nobody_that_what_was_undone_is_done(self, url: str) -> None:
        told: list[str] = []

        async def export(store: Store, name: str) -> None:
            await file(store, name)
            told.append(name)

        async def interrupt(store: Store) -> None:
            def plan(_: Transaction) -> None:
                raise KeyboardInterrupt

            await store.transact("xyz", plan, seconds=PATIENCE)

        async def main() -> None:
            async with open_store(url) as store, trio.open_nursery() as nursery:
                for number in range(8):
                    nursery.start_soon(export, store, f"{number}")
                nursery.start_soon(interrupt, store)

        async def kept() -> list[str]:
            async with open_store(url, purpose="read") as store:
                return names(await store.attempts())

        assert ends(main)
        assert {*told} <= {*trio.run(kept)}


class TestEnd:
    def test_of_a_cancelled_gateway_comes_though_something_is_noted(self, url: str) -> None:
        async def main() -> None:
            with trio.CancelScope() as scope:
                async with open_store(url) as store:
                    await file(store, "a")
                    store.note(Delivery("a", 0.25, delivered=True))
                    scope.cancel()
                    await trio.lowlevel.checkpoint()

        assert ends(main) == []

    def test_of_a_reader_comes_though_something_is_noted(self, url: str) -> None:
        async def main() -> None:
            async with open_store(url) as store:
                await file(store, "a")
            async with open_store(url, purpose="read") as reader:
                reader.note(Delivery("a", 0.25, delivered=True))

        assert ends(main) == []

    def test_comes_while_another_process_writes(self, path: Path, url: str) -> None:
        async def main() -> None:
            async with open_store(url) as store:
                await file(store, "a")
                store.note(Delivery("a", 0.25, delivered=True))
                until_the_end.enter_context(another_process_writes(path))

        with ExitStack() as until_the_end:
            assert ends(main) == []

    async def test_by_an_error_leaves_what_was_committed(self, url: str) -> None:
        async def main() -> None:
            async with open_store(url) as store:
                await put(store, record("A"))
                raise RuntimeError

        with pytest.raises((RuntimeError, ExceptionGroup)):
            await main()
        async with open_store(url) as store:
            assert mms_ids(await store.records("xyz")) == ["A"]


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
