"""A store that is slow, broken or surprised: what the client is answered, and what is kept."""

from collections.abc import Callable, Iterable

import pytest
import trio
from structlog.typing import EventDict
from trio.testing import MockClock

from gateway.errors import ImportTimedOut, OutcomeUnknown, StoreError, StoreInUse, Unreachable
from gateway.model import Attempt, BibRecord, Delivery, Facts, Identifier, Outcome, Reason, Receipt
from gateway.stores.base import PAGE_ROWS, Plan, Store, T, Transaction
from tests.importer.desk import NOON, SECRETS, Desk, answered, said
from tests.marc.mnemonic import raw, sample

TIDES = raw("=001  ocn5\n=003  OCoLC\n=245  00$aTides")

Failure = Callable[[], Exception]


class Frail:
    """A store whose transactions fail as told, and otherwise do as those of the store behind it."""

    def __init__(
        self, behind: Store, failures: Iterable[Failure | None] = (), *, always: Failure | None = None
    ) -> None:
        self.behind = behind
        self.asked: list[tuple[str, float]] = []
        """(zone, seconds) of each transaction."""
        self._failures = iter(failures)
        self._always = always

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        self.asked.append((zone, seconds))
        failure = next(self._failures, self._always)
        if failure is not None:
            await trio.lowlevel.checkpoint()
            raise failure()
        return await self.behind.transact(zone, plan, seconds=seconds)

    def note(self, delivery: Delivery) -> None:
        self.behind.note(delivery)

    async def attempt(self, seq: int) -> Attempt | None:
        return await self.behind.attempt(seq)

    async def attempts(
        self, *, zone: str | None = None, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[Attempt]:
        return await self.behind.attempts(zone=zone, before=before, limit=limit)

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        return await self.behind.record(zone, mms_id)

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        return await self.behind.records(zone, after=after, limit=limit)

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        return await self.behind.find(zone, identifiers)

    async def versions(self, zone: str, mms_id: str) -> list[BibRecord]:
        return await self.behind.versions(zone, mms_id)


class Slow(Frail):
    """A store that begins nothing: it gives up when the time is over."""

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        self.asked.append((zone, seconds))
        await trio.sleep(seconds)
        raise ImportTimedOut("the store did not begin in time")


class Surprised(Frail):
    """A store whose transactions find a record that no reader can make sense of."""

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        class Muddled:
            def __init__(self, transaction: Transaction) -> None:
                self.next_ordinal, self.put, self.file = transaction.next_ordinal, transaction.put, transaction.file

            def holders(self, _: Iterable[Identifier]) -> list[str]:
                return ["9910000000015867"]

            def get(self, mms_id: str) -> BibRecord:
                return BibRecord(mms_id, 1, b"no record", "", frozenset(), "", "", NOON, "")

        return await self.behind.transact(zone, lambda transaction: plan(Muddled(transaction)), seconds=seconds)


FAILURES: dict[str, tuple[Failure, str, str]] = {
    "slow": (
        lambda: ImportTimedOut("the store did not begin in time"),
        "timed_out store_slow",
        "the gateway's store did not answer in time. Nothing was changed. Export again.",
    ),
    "disk full": (
        lambda: StoreError("database or disk is full"),
        "error store_failed",
        "the gateway's store could not write. Nothing was changed. Tell whoever runs the gateway.",
    ),
    "taken by another": (
        lambda: StoreInUse("another gateway serves it"),
        "error store_failed",
        "the gateway's store could not write. Nothing was changed. Tell whoever runs the gateway.",
    ),
    "a mistake": (
        lambda: KeyError("zone"),
        "error internal",
        "the gateway made a mistake of its own. Nothing was changed. Tell whoever runs the gateway.",
    ),
    "an assertion": (
        lambda: AssertionError("a record has a version"),
        "error internal",
        "the gateway made a mistake of its own. Nothing was changed. Tell whoever runs the gateway.",
    ),
}
"""What the store raises -> what the receipt says, and the reply."""


@pytest.mark.parametrize("what", FAILURES)
class TestImportThatFails:
    async def test_is_answered_by_what_failed(self, store: Store, what: str) -> None:
        failure, expected, words = FAILURES[what]
        receipt = await Desk(Frail(store, [failure])).export(TIDES)
        assert said(receipt) == expected
        assert answered(receipt) == f"Import Failed\nNot imported: {words}"

    async def test_is_kept_with_what_the_record_is(self, store: Store, what: str) -> None:
        failure, expected, _ = FAILURES[what]
        desk = Desk(Frail(store, [failure]))
        receipt = await desk.export(TIDES)
        (attempt,) = await desk.attempts("xyz")
        assert attempt.receipt == receipt
        assert said(attempt.receipt) == expected
        assert attempt.submission.raw == TIDES
        assert (receipt.title, receipt.oclc_numbers, receipt.mms_id) == ("Tides", ("5",), "")

    async def test_stores_nothing_and_the_next_one_is_filed(self, store: Store, what: str) -> None:
        desk = Desk(Frail(store, [FAILURES[what][0]]))
        await desk.export(TIDES)
        assert await desk.filed() == []
        assert said(await desk.export(TIDES)) == "created 9910000000015867"

    async def test_is_answered_also_where_the_attempt_cannot_be_kept(self, store: Store, what: str) -> None:
        failure, expected, _ = FAILURES[what]
        desk = Desk(Frail(store, always=failure))
        assert said(await desk.export(TIDES)) == expected
        assert await desk.attempts() == []

    async def test_has_its_event_and_no_password(self, logged: list[EventDict], store: Store, what: str) -> None:
        failure, expected, _ = FAILURES[what]
        receipt = await Desk(Frail(store, [failure])).export(TIDES)
        events = [event for event in logged if event["event"] == f"import.{receipt.outcome}"]
        assert [event["reason"] for event in events] == [expected.split()[1]]
        assert all(event["log_level"] == "warning" for event in events)
        assert [secret for secret in SECRETS if secret in str(logged)] == []

    async def test_of_which_the_logon_was_wrong_is_answered_as_any_other(self, store: Store, what: str) -> None:
        desk = Desk(Frail(store, always=FAILURES[what][0]))
        receipt = await desk.export(TIDES, password="?")
        assert said(receipt) == "logon_failed wrong_password"
        assert answered(receipt) == "Logon Failed--the Logon ID and/or password is/are not valid"

    async def test_of_which_no_record_could_be_read_is_answered_as_any_other(self, store: Store, what: str) -> None:
        desk = Desk(Frail(store, always=FAILURES[what][0]))
        submission = desk.submission(b"", None)
        receipt = await desk.importer.turn_away(submission, Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=0))
        assert receipt == Receipt("@i-share-xyz", Outcome.MALFORMED, Reason.MALFORMED, facts=Facts(offset=0))


class TestLog:
    async def test_says_what_the_store_said(self, logged: list[EventDict], store: Store) -> None:
        await Desk(Frail(store, [lambda: StoreError("database or disk is full")])).export(TIDES)
        failed, told = logged
        assert failed == {
            "event": "store.failed",
            "log_level": "error",
            "submission": "export-1",
            "zone": "xyz",
            "error": "database or disk is full",
        }
        assert told["event"] == "import.error"
        assert told["diagnosis"] == (
            "The gateway's store could not write. Tell whoever runs the gateway: is the disk full?"
        )

    async def test_has_the_traceback_of_a_mistake(self, logged: list[EventDict], store: Store) -> None:
        await Desk(Frail(store, [lambda: KeyError("zone")])).export(TIDES)
        crashed, told = logged
        assert (crashed["event"], crashed["log_level"], crashed["exc_info"]) == ("import.crashed", "error", True)
        assert (crashed["submission"], crashed["zone"]) == ("export-1", "xyz")
        assert told["event"] == "import.error"

    async def test_says_nothing_more_of_a_slow_store(self, logged: list[EventDict], store: Store) -> None:
        await Desk(Frail(store, [lambda: ImportTimedOut("…")])).export(TIDES)
        assert [event["event"] for event in logged] == ["import.timed_out"]


async def test_mistake_within_a_plan_is_one_s_own(store: Store, logged: list[EventDict]) -> None:
    desk = Desk(Surprised(store))
    receipt = await desk.export(TIDES)
    assert said(receipt) == "error internal"
    assert [event["event"] for event in logged] == ["import.crashed", "import.error"]
    (attempt,) = await desk.attempts("xyz")
    assert attempt.receipt == receipt
    assert await desk.filed() == []


class TestTime:
    async def test_store_is_given_what_the_import_has_left(self, store: Store, autojump_clock: MockClock) -> None:
        frail = Frail(store)
        await Desk(frail, import_seconds=9.0).export(TIDES)
        assert frail.asked == [("xyz", 9.0)]

    async def test_slow_store_is_answered_within_ten_seconds(self, store: Store, autojump_clock: MockClock) -> None:
        slow = Slow(store)
        began = trio.current_time()
        assert said(await Desk(slow).export(TIDES)) == "timed_out store_slow"
        assert trio.current_time() - began < 10
        assert [(zone, seconds > 0) for zone, seconds in slow.asked] == [("xyz", True), ("xyz", True)]

    async def test_slow_store_holds_up_no_wrong_logon(self, store: Store, autojump_clock: MockClock) -> None:
        began = trio.current_time()
        assert said(await Desk(Slow(store)).export(TIDES, password="?")) == "logon_failed wrong_password"
        assert trio.current_time() - began < 1

    async def test_import_that_is_cancelled_raises_cancelled(self, store: Store, autojump_clock: MockClock) -> None:
        with trio.move_on_after(1) as scope:
            await Desk(Slow(store)).export(TIDES)
        assert scope.cancelled_caught


@pytest.mark.parametrize("name", ["broken-truncated", "refused-marc8", "refused-no-245"])
async def test_record_that_would_be_refused_is_told_as_what_failed(store: Store, name: str) -> None:
    receipt = await Desk(Frail(store, [lambda: StoreError("disk full")])).export(sample(name))
    assert said(receipt) == "error store_failed"
    assert receipt.findings


async def test_store_that_cannot_be_reached_is_not_asked_again(store: Store) -> None:
    behind = Frail(store, always=lambda: Unreachable("the database cannot be reached; nothing has happened"))
    assert said(await Desk(behind).export(TIDES)) == "error store_failed"
    assert len(behind.asked) == 1


async def test_an_outcome_that_the_store_cannot_know_is_told_as_that(store: Store) -> None:
    behind = Frail(store, [lambda: OutcomeUnknown("the connection was lost while it committed")])
    receipt = await Desk(behind).export(TIDES)
    assert said(receipt) == "error outcome_unknown"
    assert answered(receipt).startswith("Import Failed\nNot known whether it was imported")
    assert len(behind.asked) == 1
