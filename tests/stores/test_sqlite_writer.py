"""What the SQLite store does when another process writes, when a plan of a group fails, and at its end."""

from contextlib import ExitStack
from pathlib import Path

import apsw
import pytest
import trio
from msgspec.structs import replace
from trio.testing import wait_all_tasks_blocked

from gateway.errors import ImportTimedOut, StoreError
from gateway.model import Delivery
from gateway.stores import open_store
from gateway.stores.base import Store, Transaction
from gateway.stores.sqlite.writer import OVERDUE_LOOK_SECONDS
from tests.stores.nouns import PATIENCE, file, filing, mms_ids, names, outcomes, put, putting, record, webhook
from tests.stores.sqlite_file import another_process_writes, ends

MANY = 200
"""Plans whose time is up, for each of which a look of its own would be much too slow."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be; nothing is there yet."""
    return tmp_path / "folder" / "gateway.db"


@pytest.fixture
def url(path: Path) -> str:
    """The store's URL."""
    return f"sqlite:{path}"


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
            with another_process_writes(path), trio.fail_after(MANY * OVERDUE_LOOK_SECONDS / 2):
                async with trio.open_nursery() as nursery:
                    for number in range(MANY):
                        nursery.start_soon(export, store, number)
            assert len(failures) == MANY
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

    async def test_what_finds_no_room_on_the_disk_fails_alone(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def small_disk(connection: apsw.Connection) -> None:
            connection.execute("PRAGMA max_page_count = 64")

        monkeypatch.setattr(apsw, "connection_hooks", [small_disk])
        huge = putting(*(record(f"{number}", marc=b"x" * 99_999) for number in range(4)))
        async with open_store(url) as store:
            plans = {"one": filing("a"), "huge": huge, "two": filing("b")}
            assert await outcomes(store, plans) == {"one": "done", "huge": "StoreError", "two": "done"}
            with pytest.raises(StoreError, match="full"):
                await store.transact("xyz", huge, seconds=PATIENCE)
            await file(store, "c")
            assert sorted(names(await store.attempts())) == ["a", "b", "c"]
            assert await store.records("xyz") == []

    async def test_webhooks_ride_along_and_one_that_cannot_be_written_fails_alone(self, path: Path, url: str) -> None:
        failed: list[BaseException] = []

        async def swap_what_is_no_text(store: Store) -> None:
            with pytest.raises(UnicodeEncodeError) as caught:
                await store.swap_webhook(None, replace(webhook("no-text"), fault="\ud800"))
            failed.append(caught.value)

        async with open_store(url) as store:
            async with trio.open_nursery() as nursery:
                with another_process_writes(path):
                    nursery.start_soon(file, store, "a")
                    nursery.start_soon(store.swap_webhook, None, webhook("ci"))
                    nursery.start_soon(swap_what_is_no_text, store)
                    nursery.start_soon(file, store, "b")
                    await wait_all_tasks_blocked()
            assert len(failed) == 1
            assert await store.webhooks() == [webhook("ci")]
            assert sorted(names(await store.attempts())) == ["a", "b"]

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
