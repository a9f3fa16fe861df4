"""What the PostgreSQL store does when it loses its server: nothing answered is lost or doubled, and it goes on."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import psycopg
import pytest
import trio

from gateway.errors import ImportTimedOut, OutcomeUnknown, StoreError
from gateway.model import Delivery
from gateway.stores import open_store
from gateway.stores.base import Plan, Store, Transaction
from gateway.stores.postgres.address import DEFAULTS
from tests.stores.cable import Cable, Fault, cable_to
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
    record,
    settle,
    soon,
    webhook,
)
from tests.stores.postgres_server import PASSWORD, SHARED, Server, own_server, somebody_waits_for_a_lock

BREAKS = (Fault.LOST, Fault.ANSWER_LOST, Fault.SHUT_DOWN, Fault.SHUT_DOWN_LATER)
BEGIN, COMMIT = b"BEGIN", b"\0COMMIT\0"
BRIEF = 2.0
"""Seconds that an export has which is to fail, and not before the server was asked."""
FORGET = b"""
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER forget BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION forget();
"""
"""As if attempts expired as soon as they are kept."""
IN_TIME = BRIEF + 20
"""Seconds within which it has been told so, on a busy machine too; the server would be waited for without end."""


@pytest.fixture
async def cable() -> AsyncIterator[Cable]:
    """A cable to the server that the tests share."""
    async with cable_to(SHARED.server()) as cable:
        yield cable


@pytest.fixture
def far(cable: Cable) -> str:
    """The URL of an empty store by way of the cable."""
    return cable.url(SHARED.new_url())


def say(url: str, statements: bytes) -> None:
    """Have a server do something by the way. Blocks."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)


def looking(name: str) -> Plan[int]:
    """The plan `creating` of this name, after a look at the zone's records."""

    def plan(transaction: Transaction) -> int:
        transaction.holders(oclc("1"))
        return creating(name)(transaction)

    return plan


class TestCutOff:
    """The connection breaks while something is committed: the store finds out whether it was."""

    @pytest.mark.parametrize(("word", "fault"), [(BEGIN, Fault.LOST), *((COMMIT, fault) for fault in BREAKS)])
    async def test_import_happens_once(self, cable: Cable, far: str, word: bytes, fault: Fault) -> None:
        async with open_store(far) as store:
            assert await store.transact("xyz", creating("a"), seconds=PATIENCE) == 1
            cable.break_at(word, fault)
            assert await store.transact("xyz", creating("b"), seconds=PATIENCE) == 2
            assert cable.broke.is_set()
            assert await store.transact("xyz", creating("c"), seconds=PATIENCE) == 3
            assert names(await store.attempts()) == ["c", "b", "a"]
            assert mms_ids(await store.records("xyz")) == [made_from(ordinal) for ordinal in (1, 2, 3)]

    @pytest.mark.parametrize("fault", BREAKS)
    async def test_group_happens_once(self, cable: Cable, far: str, fault: Fault) -> None:
        drawn: list[int] = []

        async def export(store: Store, name: str) -> None:
            drawn.append(await store.transact("xyz", creating(name), seconds=PATIENCE))

        async with open_store(far) as store:
            cable.break_at(COMMIT, fault)
            async with trio.open_nursery() as nursery:
                for number in range(40):
                    nursery.start_soon(export, store, f"{number:02}")
            assert cable.broke.is_set()
            assert sorted(drawn) == [*range(1, 41)]
            assert sorted(names(await store.attempts())) == [f"{number:02}" for number in range(40)]
            assert mms_ids(await store.records("xyz")) == [made_from(ordinal) for ordinal in range(1, 41)]

    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST])
    async def test_what_files_no_attempt_happens_once(self, cable: Cable, far: str, fault: Fault) -> None:
        def next_version(transaction: Transaction) -> int:
            present = transaction.get("A")
            assert present is not None
            transaction.put(record("A", oclc("1"), version=present.version + 1))
            return present.version + 1

        async with open_store(far) as store:
            await put(store, record("A", oclc("1")))
            cable.break_at(COMMIT, fault)
            assert await store.transact("xyz", next_version, seconds=PATIENCE) == 2
            assert [kept.version for kept in await store.versions("xyz", "A")] == [1, 2]
            cable.break_at(COMMIT, fault)
            await pend(store, link("a"), link("b"))
            assert names(await store.pending()) == ["a", "b"]
            cable.break_at(COMMIT, fault)
            await settle(store, "a")
            assert names(await store.pending()) == ["b"]

    async def test_note_outlives_a_connection_that_is_not_had_again_at_once(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            await file(store, "a")
            (kept,) = await store.attempts()
            for word in (BEGIN, b"SET lock_timeout"):
                cable.break_at(word, Fault.LOST)
                store.note(Delivery("a", 0.25, delivered=True))
                with trio.fail_after(PATIENCE):
                    await cable.broke.wait()

            async def is_noted() -> bool:
                attempt = await store.attempt(kept.seq)
                return attempt is not None and attempt.seconds == 0.25

            await soon(is_noted)

    async def test_store_waits_for_the_server_to_end_what_it_had_to_do(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            cable.break_at(COMMIT, Fault.LATE)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(file, store, "a")
                await cable.broke.wait()
                await soon(somebody_waits_for_a_lock)
                assert await store.attempts() == []
                cable.mend()
            assert names(await store.attempts()) == ["a"]

    async def test_ordinal_that_may_be_a_record_s_is_not_given_back_by_who_is_cancelled(
        self, cable: Cable, far: str
    ) -> None:
        async def stopped(store: Store) -> None:
            with pytest.raises(OutcomeUnknown, match="the gateway was stopped"):
                await store.transact("xyz", creating("b"), seconds=PATIENCE)

        with trio.CancelScope() as scope:
            async with open_store(far) as store, trio.open_nursery() as nursery:
                async with trio.open_nursery() as both:  # it has two connections now
                    both.start_soon(lambda: store.transact("xyz", creating("a"), seconds=PATIENCE))
                    both.start_soon(lambda: file(store, "n", zone="network"))
                cable.break_at(COMMIT, Fault.LATE)
                nursery.start_soon(stopped, store)
                await cable.broke.wait()
                await soon(somebody_waits_for_a_lock)
                scope.cancel()
        cable.mend()
        async with open_store(far) as store:

            async def is_there() -> bool:
                return len(await store.records("xyz")) == 2

            await soon(is_there)
            assert await store.transact("xyz", creating("c"), seconds=PATIENCE) == 3
            assert mms_ids(await store.records("xyz")) == [made_from(ordinal) for ordinal in (1, 2, 3)]

    async def test_record_is_proof_where_its_attempt_is_kept_no_more(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            assert await store.transact("xyz", creating("a"), seconds=PATIENCE) == 1
            await trio.to_thread.run_sync(say, far, FORGET)
            cable.break_at(COMMIT, Fault.ANSWER_LOST)
            assert await store.transact("xyz", creating("b"), seconds=PATIENCE) == 2
            assert cable.broke.is_set()
            assert names(await store.attempts()) == ["a"]
            assert mms_ids(await store.records("xyz")) == [made_from(ordinal) for ordinal in (1, 2)]

    async def test_store_waits_for_no_server_where_it_sees_what_was_committed(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            cable.break_at(COMMIT, Fault.HALF_LOST)
            with trio.fail_after(IN_TIME):
                await file(store, "a")
            assert cable.broke.is_set()
            assert names(await store.attempts()) == ["a"]
            cable.mend()

    @pytest.mark.parametrize("fault", BREAKS)
    async def test_webhook_is_swapped_once_and_who_did_it_is_told_so(
        self, cable: Cable, far: str, fault: Fault
    ) -> None:
        async with open_store(far) as store:
            assert await store.webhooks() == []
            cable.break_at(b"INSERT INTO webhook", fault, b"INSERT 0 1\0")
            assert await store.swap_webhook(None, webhook("ci"))
            assert cable.broke.is_set()
            cable.break_at(b"UPDATE webhook", fault, b"UPDATE 1\0")
            assert await store.swap_webhook(webhook("ci"), webhook("ci", told=7))
            assert cable.broke.is_set()
            assert await store.webhooks() == [webhook("ci", told=7)]
            assert not await store.swap_webhook(webhook("ci"), webhook("ci", told=7))

    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST])
    async def test_webhook_is_forgotten_once(self, cable: Cable, far: str, fault: Fault) -> None:
        async with open_store(far) as store:
            assert await store.swap_webhook(None, webhook("ci"))
            cable.break_at(b"DELETE FROM webhook", fault, b"DELETE 1\0")
            assert await store.swap_webhook(webhook("ci"), None) == (fault is Fault.LOST)
            assert cable.broke.is_set()
            assert await store.webhooks() == []

    async def test_reading_goes_on_over_another_connection(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            await put(store, record("A"))
            assert mms_ids(await store.records("xyz")) == ["A"]
            cable.break_at(b"SELECT", Fault.LOST)
            assert mms_ids(await store.records("xyz")) == ["A"]
            assert cable.broke.is_set()


class TestSilence:
    """The server says nothing any more, and no connection breaks: everybody is answered within his time."""

    async def test_before_anything_is_committed_nothing_has_happened(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            await file(store, "a")
            cable.break_at(BEGIN, Fault.SILENCE)
            with trio.fail_after(IN_TIME), pytest.raises(ImportTimedOut, match="nothing has happened"):
                await store.transact("xyz", looking("b"), seconds=BRIEF)
            cable.mend()
            assert await store.transact("xyz", creating("c"), seconds=PATIENCE) == 1
            assert names(await store.attempts()) == ["c", "a"]

    async def test_while_it_commits_the_outcome_is_unknown(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            await file(store, "a")
            cable.break_at(COMMIT, Fault.SILENCE)
            with trio.fail_after(IN_TIME), pytest.raises(OutcomeUnknown):
                await store.transact("xyz", creating("b"), seconds=BRIEF)
            cable.mend()
            await file(store, "c")
            assert names(await store.attempts()) in (["c", "a"], ["c", "b", "a"])

    async def test_what_waits_behind_it_has_not_happened(self, cable: Cable, far: str) -> None:
        failures: list[StoreError] = []

        async def export(store: Store, name: str) -> None:
            with pytest.raises(StoreError) as caught:
                await store.transact("xyz", filing(name), seconds=BRIEF)
            failures.append(caught.value)

        async with open_store(far) as store:
            await file(store, "a")
            cable.break_at(COMMIT, Fault.SILENCE)
            with trio.fail_after(IN_TIME):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(export, store, "b")
                    await cable.broke.wait()
                    for number in range(20):
                        nursery.start_soon(export, store, f"{number}")
            assert sorted(type(failure).__name__ for failure in failures) == ["ImportTimedOut"] * 20 + [
                "OutcomeUnknown"
            ]
            cable.mend()
            await file(store, "c")
            assert {*names(await store.attempts())} <= {"a", "b", "c"}

    async def test_other_zones_are_not_held_up_when_it_is_over(self, cable: Cable, far: str) -> None:
        async with open_store(far) as store:
            cable.break_at(COMMIT, Fault.SILENCE)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(file, store, "a")
                await cable.broke.wait()
                nursery.start_soon(file, store, "b")
                cable.mend()
            await file(store, "c", zone="network")
            assert sorted(names(await store.attempts())) == ["a", "b", "c"]

    async def test_while_it_is_opened_it_cannot_be_reached(
        self, cable: Cable, far: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.stores.postgres.session.GREETING_SECONDS", BRIEF)
        cable.break_at(b"SET lock_timeout", Fault.SILENCE)
        with trio.fail_after(IN_TIME), pytest.raises(StoreError, match="cannot be reached"):
            async with open_store(far):
                pass
        with trio.fail_after(PATIENCE):
            await cable.broke.wait()

    async def test_store_can_be_closed(self, cable: Cable, far: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway.stores.postgres.writer.CLOSE_SECONDS", BRIEF)
        monkeypatch.setitem(DEFAULTS, "connect_timeout", f"{BRIEF:g}")
        with trio.fail_after(PATIENCE):
            async with open_store(far) as store:
                await file(store, "a")
                store.note(Delivery("a", 0.25, delivered=True))
                cable.break_at(BEGIN, Fault.SILENCE)
                with pytest.raises(ImportTimedOut):
                    await store.transact("xyz", looking("b"), seconds=BRIEF)


@pytest.fixture(scope="class")
def server() -> Iterator[Server]:
    """A server that may be killed, and that syncs."""
    with own_server() as server:
        yield server


@pytest.fixture
def near(server: Server) -> str:
    """The URL of an empty store of that server."""
    return server.new_schema()


class Exporters:
    """Clients that export one new title after the other, and remember what they were told."""

    def __init__(self) -> None:
        self.drawn: dict[str, int] = {}
        """By submission, what was answered."""
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.stopped = False

    async def export(self, store: Store, name: str) -> None:
        """Go on until stopped."""
        for number in count():
            if self.stopped:
                return
            submission = f"{name} {number}"
            try:
                self.drawn[submission] = await store.transact("xyz", creating(submission), seconds=PATIENCE)
            except OutcomeUnknown:
                self.unknown.add(submission)
            except StoreError:
                self.refused.add(submission)

    async def more(self, answers: int) -> None:
        """Wait until so many more are answered."""
        before = len(self.drawn)
        with trio.fail_after(PATIENCE):
            while len(self.drawn) < before + answers:
                await trio.lowlevel.checkpoint()


class TestRestart:
    """The server is killed and started again; the store is not opened anew."""

    @pytest.mark.parametrize("mode", ["immediate", "fast"])
    async def test_nothing_answered_is_lost_or_doubled(self, server: Server, near: str, mode: str) -> None:
        exporters = Exporters()
        async with open_store(near) as one, open_store(near) as other:
            async with trio.open_nursery() as nursery:
                for number in range(12):
                    nursery.start_soon(exporters.export, (one, other)[number % 2], f"{number}")
                for _ in range(3):
                    await exporters.more(100)
                    await trio.to_thread.run_sync(server.stop, mode)
                    await trio.to_thread.run_sync(server.start)
                await exporters.more(100)
                exporters.stopped = True
            kept = names(await one.attempts(limit=100_000))
            assert len(kept) == len({*kept})
            assert {*exporters.drawn} <= {*kept} <= {*exporters.drawn} | exporters.unknown
            assert not exporters.refused & {*kept}
            made = mms_ids(await other.records("xyz", limit=100_000))
            assert len(made) == len(kept)
            assert {*map(made_from, exporters.drawn.values())} <= {*made}

    async def test_meanwhile_everybody_is_told_in_time_and_why(self, server: Server, near: str) -> None:
        async with open_store(near) as store:
            await file(store, "a")
            assert names(await store.attempts()) == ["a"]
            await trio.to_thread.run_sync(server.stop)
            try:
                with trio.fail_after(IN_TIME), pytest.raises(StoreError) as caught:
                    await store.transact("xyz", creating("b"), seconds=BRIEF)
                with pytest.raises(StoreError) as unread:
                    await store.attempts()
            finally:
                await trio.to_thread.run_sync(server.start)
            for said in (str(caught.value), str(unread.value)):
                assert said.startswith(f"the database postgres at {server.folder} cannot be reached: ")
                assert PASSWORD not in said
            assert str(caught.value).endswith("; nothing has happened")
            await file(store, "c")
            assert names(await store.attempts()) == ["c", "a"]

    async def test_what_has_time_happens_when_it_is_over(self, server: Server, near: str) -> None:
        async with open_store(near) as store:
            await file(store, "a")
            await trio.to_thread.run_sync(server.stop)
            async with trio.open_nursery() as nursery:
                for name in "bcd":
                    nursery.start_soon(file, store, name)
                await trio.to_thread.run_sync(server.start)
            assert sorted(names(await store.attempts())) == ["a", "b", "c", "d"]

    async def test_store_of_a_server_that_is_down_cannot_be_opened(self, server: Server, near: str) -> None:
        await trio.to_thread.run_sync(server.stop)
        try:
            with pytest.raises(StoreError, match="cannot be reached") as caught:
                async with open_store(near):
                    pass
        finally:
            await trio.to_thread.run_sync(server.start)
        assert PASSWORD not in str(caught.value)

    async def test_store_can_be_closed_meanwhile(self, server: Server, near: str) -> None:
        try:
            with trio.fail_after(PATIENCE):
                async with open_store(near) as store:
                    await file(store, "a")
                    store.note(Delivery("a", 0.25, delivered=True))
                    await trio.to_thread.run_sync(server.stop)
        finally:
            await trio.to_thread.run_sync(server.start)
