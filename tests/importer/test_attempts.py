"""What is kept and logged of every attempt, and what is not."""

from contextlib import suppress

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.typing import EventDict

from gateway.marc.record import Record
from gateway.model import Delivery, Facts, Logon, Outcome, Reason, Receipt, Submission
from gateway.stores import open_store
from gateway.stores.base import Plan, Store, T, Transaction
from tests.importer.desk import NOON, SECRETS, Desk, answered, is_one_line, said
from tests.importer.exports import FILED, TIDES, tides
from tests.marc.mnemonic import raw, sample
from tests.marc.mutations import mutated


class TestKeeping:
    async def test_every_attempt_with_its_bytes_under_its_zone(self, desk: Desk) -> None:
        exports = [
            (raw(TIDES), {}, "xyz", "created"),
            (raw(TIDES), {}, "xyz", "unchanged"),
            (raw(TIDES.replace("Tides.", "Sea.")), {}, "xyz", "merged"),
            (sample("broken-truncated"), {}, "xyz", "refused"),
            (sample("refused-marc8"), {}, "xyz", "refused"),
            (raw(TIDES), {"password": "?"}, "xyz", "logon_failed"),
            (raw(TIDES), {"logon_id": "01CARLI_QQQ"}, "@i-share-xyz", "logon_failed"),
            (raw(TIDES), {"logon_id": "01CARLI_XYZ", "host": "sandbox02-na"}, "@sandbox02-na", "logon_failed"),
            (raw(TIDES), {"logon_id": ""}, "@i-share-xyz", "logon_failed"),
        ]
        receipts = [await desk.export(record, **logon) for record, logon, _, _ in exports]
        kept = await desk.attempts()
        assert [attempt.receipt for attempt in kept] == receipts
        assert [attempt.submission.raw for attempt in kept] == [record for record, *_ in exports]
        assert [(a.receipt.zone, a.receipt.outcome.value) for a in kept] == [(zone, how) for *_, zone, how in exports]
        assert [attempt.submission.id for attempt in kept] == [f"export-{n}" for n in range(1, 10)]
        assert [attempt.seq for attempt in kept] == sorted({attempt.seq for attempt in kept})

    async def test_who_sent_it_from_where_and_when(self, desk: Desk) -> None:
        await desk.export(raw(TIDES), peer="192.0.2.99")
        (attempt,) = await desk.attempts("xyz")
        assert attempt.submission == Submission(
            "export-1", NOON, "i-share-xyz", "192.0.2.99", "01CARLI_XYZ", raw(TIDES)
        )

    async def test_failed_logon_with_what_the_record_is(self, desk: Desk) -> None:
        receipt = await desk.export(raw(TIDES), password="?")
        assert (receipt.title, receipt.oclc_numbers) == ("Notebook of tides : a record", ("999000025",))
        assert receipt.mms_id == ""
        assert receipt.findings == ()

    async def test_what_the_wire_observed(self, desk: Desk) -> None:
        receipt = await desk.export(
            sample("broken-truncated"), observed=Facts(items="PA", lengths="browser", telnet=True)
        )
        assert receipt.facts == Facts(items="PA", lengths="browser", telnet=True, profile="carli-iz")

    async def test_that_it_came_to_a_network_zone_itself(self, desk: Desk) -> None:
        receipt = await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-secret", host="i-share-network")
        assert receipt.facts.to_network
        assert not (await desk.export(raw(TIDES))).facts.to_network

    async def test_what_was_nearly_right_of_a_failed_logon(self, desk: Desk) -> None:
        facts = (await desk.export(raw(TIDES), "01carli_abc", "?")).facts
        assert (facts.logon_hint, facts.logon_hint_for) == ("other_host", "sandbox02-na")
        assert (facts.logon_also, facts.logon_also_for) == ("case", "01CARLI_ABC")
        facts = (await desk.export(raw(TIDES), "01carli_xyz", "XYZ-SECRET")).facts
        assert (facts.logon_hint, facts.logon_also) == ("case", "password_case")

    @pytest.mark.parametrize(
        ("outcome", "reason"),
        [
            (Outcome.MALFORMED, Reason.MALFORMED),
            (Outcome.MALFORMED, Reason.INCOMPLETE),
            (Outcome.FOREIGN, Reason.TLS),
            (Outcome.FOREIGN, Reason.NOT_MARC),
        ],
    )
    async def test_attempt_without_a_record_under_its_host(self, desk: Desk, outcome: Outcome, reason: Reason) -> None:
        submission = desk.submission(b"00714cam", Logon(logon_id=b"01CARLI_XYZ"))
        observed = Facts(offset=8, arrived=8, expected=714)
        receipt = await desk.importer.turn_away(submission, outcome, reason, observed)
        assert receipt == Receipt("@i-share-xyz", outcome, reason, facts=observed)
        (attempt,) = await desk.attempts("@i-share-xyz")
        assert (attempt.submission, attempt.receipt) == (submission, receipt)

    async def test_what_became_of_the_reply(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        (attempt,) = await desk.attempts()
        assert (attempt.seconds, attempt.delivered) == (None, None)
        desk.importer.note(Delivery("export-1", 0.25, delivered=True))
        (attempt,) = await desk.attempts()
        assert (attempt.seconds, attempt.delivered) == (0.25, True)


class Rerunning:
    """A store that runs each plan twice and throws the first run away, as one does whose transaction failed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        class Again(Exception):
            pass

        def interrupted(transaction: Transaction) -> None:
            plan(transaction)
            raise Again

        with suppress(Again):
            await self._store.transact(zone, interrupted, seconds=seconds)
        return await self._store.transact(zone, plan, seconds=seconds)


async def test_plan_that_runs_twice_gives_what_one_run_gives(store: Store) -> None:
    desk = Desk(Rerunning(store))  # type: ignore[arg-type]  # an import asks no more of a store
    changed = raw(TIDES.replace("Tides.", "Sea."))
    receipts = [await desk.export(record) for record in (raw(TIDES), changed, changed, tides("$a(OCoLC)2"))]
    assert [said(receipt) for receipt in receipts] == [
        "created 9910000000015867",
        "merged 9910000000015867",
        "unchanged 9910000000015867",
        "created 9910000000025867",
    ]
    assert [attempt.receipt for attempt in reversed(await store.attempts())] == receipts
    assert [record.version for record in await store.versions("xyz", FILED)] == [1, 2]


class TestLog:
    async def test_has_one_event_for_each_attempt_named_by_its_outcome(
        self, logged: list[EventDict], desk: Desk
    ) -> None:
        await desk.export(raw(TIDES))
        await desk.export(raw(TIDES))
        await desk.export(raw(TIDES.replace("Tides.", "Sea.")))
        await desk.export(sample("refused-marc8"))
        await desk.export(raw(TIDES), password="?")
        await desk.export(raw(TIDES), logon_id="?")
        submission = desk.submission(b"", None)
        await desk.importer.turn_away(submission, Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=3))
        assert [(event["event"], event["log_level"]) for event in logged] == [
            ("import.created", "info"),
            ("import.unchanged", "info"),
            ("import.merged", "info"),
            ("import.refused", "warning"),
            ("import.logon_failed", "warning"),
            ("import.logon_failed", "warning"),
            ("import.malformed", "warning"),
        ]

    async def test_says_who_sent_what_and_what_became_of_it(self, logged: list[EventDict], desk: Desk) -> None:
        await desk.export(raw(TIDES))
        assert logged == [
            {
                "event": "import.created",
                "log_level": "info",
                "submission": "export-1",
                "host": "i-share-xyz",
                "peer": "192.0.2.7",
                "zone": "xyz",
                "logon_id": "01CARLI_XYZ",
                "reason": None,
                "mms_id": FILED,
                "oclc": ("999000025",),
                "title": "Notebook of tides : a record",
            }
        ]

    async def test_has_a_refusal_s_diagnosis_in_one_line(self, logged: list[EventDict], desk: Desk) -> None:
        await desk.export(raw(TIDES), "01carli_xyz")
        (event,) = logged
        assert event["reason"] == "unknown_logon"
        assert event["diagnosis"] == (
            "Logon ID 01carli_xyz differs from 01CARLI_XYZ only in capitals. "
            "Retype it at Tools > Options > Export > your destination > Logon ID."
        )


LOGONS_WITH_A_PASSWORD = {
    "right": ("01CARLI_XYZ", "xyz-secret", None),
    "of another zone": ("01CARLI_XYZ", "network-secret", None),
    "in capitals": ("01CARLI_XYZ", "XYZ-SECRET", None),
    "with a space": ("01CARLI_XYZ", "xyz-secret ", None),
    "at another host": ("01CARLI_NETWORK", "network-secret", None),
    "swapped": ("xyz-secret", "01CARLI_XYZ", None),
    "swapped, logon ID in small letters": ("xyz-secret", "01carli_xyz", None),
    "swapped, logon ID of another host": ("network-secret", "01CARLI_NETWORK", None),
    "in both": ("xyz-secret", "xyz-secret", None),
    "as logon ID alone": ("xyz-secret", "", None),
    "as user ID": ("", "", "xyz-secret"),
}
"""How a password comes -> logon ID, password, user ID."""


@pytest.mark.parametrize("how", LOGONS_WITH_A_PASSWORD)
async def test_password_is_nowhere_in_log_receipt_or_store(logged: list[EventDict], desk: Desk, how: str) -> None:
    logon_id, password, user_id = LOGONS_WITH_A_PASSWORD[how]
    receipt = await desk.export(raw(TIDES), logon_id, password, user_id=user_id)
    left = f"{logged} {receipt} {answered(receipt)} {await desk.attempts()}".casefold()
    assert len(logged) == 1
    assert [secret for secret in SECRETS if secret in left] == []


@settings(max_examples=60)
@given(st.lists(mutated() | st.binary(max_size=100), min_size=1, max_size=6))
def test_whatever_is_exported_is_answered_and_kept(records: list[bytes]) -> None:
    async def main() -> None:
        async with open_store("memory:") as store:
            desk = Desk(store)
            receipts = [await desk.export(record) for record in records]
            assert {receipt.outcome for receipt in receipts} <= {
                Outcome.CREATED,
                Outcome.MERGED,
                Outcome.UNCHANGED,
                Outcome.REFUSED,
            }
            kept = await desk.attempts()
            assert [attempt.receipt for attempt in kept] == receipts
            assert [attempt.submission.raw for attempt in kept] == records
            for receipt in receipts:
                text = answered(receipt)
                assert all(map(is_one_line, text.split("\n")))
                assert text.count("\n") == 1
                assert len(text.encode()) <= 2_000
            for record in await store.records("xyz"):
                assert Record.parse(record.marc).serialize() == record.marc
                record.marc.decode()

    trio.run(main)
