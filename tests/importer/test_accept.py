"""The order of work: what becomes of a record that is exported, and what is kept of it."""

from contextlib import suppress
from datetime import datetime

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from structlog.typing import EventDict

from gateway.marc.record import Field, Record
from gateway.model import (
    Delivery,
    Facts,
    Finding,
    Hit,
    Identifier,
    Logon,
    Outcome,
    Reason,
    Receipt,
    Severity,
    Submission,
    Zone,
)
from gateway.stores import open_store
from gateway.stores.base import Plan, Store, T, Transaction
from tests.importer.desk import ABC, NETWORK_SANDBOX, NOON, OBSERVED, SECRETS, XYZ, Desk, answered, is_one_line, said
from tests.marc.mnemonic import mrk, raw, sample, shown
from tests.marc.mutations import mutated

TIDES = r"""
    =001  ocn999000025
    =003  OCoLC
    =005  20260302141507.0
    =008  100304c20109999iluqr\p\\\\\\\0\\\a0eng\c
    =035  \\$a(OCoLC)999000025
    =245  10$aNotebook of tides :$ba record /$cWren.
    =650  \0$aTides.
    =994  \\$aC0$bXYZ
"""
FILED = "9910000000015867"
"""The MMS ID of zone xyz's first record."""


def tides(number: str, title: str = "Notebook of tides") -> bytes:
    """A record with these OCLC numbers, each `$a…` or `$z…`."""
    fixed = "=008  100304c20109999iluqr\\p\\\\\\\\\\\\\\0\\\\\\a0eng\\c"
    return raw(f"{fixed}\n=035  \\\\{number}\n=245  00$a{title}" if number else f"{fixed}\n=245  00$a{title}")


async def versions(desk: Desk, mms_id: str = FILED, zone: str = "xyz") -> list[str]:
    """Each version of a record in mnemonic form, oldest first."""
    return [shown(Record.parse(version.marc)) for version in await desk.store.versions(zone, mms_id)]


class TestCreating:
    async def test_stores_the_record_as_the_import_rules_make_it(self, desk: Desk) -> None:
        assert said(await desk.export(raw(TIDES))) == f"created {FILED}"
        assert await desk.filed() == [
            shown(
                mrk(r"""
                    =001  9910000000015867
                    =005  20260301120100.0
                    =008  100304c20109999iluqr\p\\\\\\\0\\\a0eng\c
                    =035  \\$a(OCoLC)999000025
                    =035  \\$a(OCoLC)ocn999000025
                    =245  10$aNotebook of tides :$ba record /$cWren.
                    =650  \0$aTides.
                    =994  \\$aC0$bXYZ
                """)
            )
        ]

    async def test_keeps_what_was_replaced_and_who_wrote_it(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        record = await desk.store.record("xyz", FILED)
        assert record is not None
        assert record.version == 1
        assert record.title == "Notebook of tides : a record"
        assert record.identifiers == {Identifier("oclc", "999000025")}
        assert (record.originating_system, record.originating_version) == ("OCoLC", "20260302141507.0")
        assert record.submission == "export-1"
        assert record.at == datetime.fromisoformat("2026-03-01T12:01Z")

    async def test_answers_as_alma_does(self, desk: Desk) -> None:
        receipt = await desk.export(raw(TIDES))
        assert answered(receipt) == f"The record has been processed successfully.\nMMS ID: {FILED}"
        assert receipt.title == "Notebook of tides : a record"
        assert receipt.oclc_numbers == ("999000025",)
        assert receipt.facts == replace(OBSERVED, keys=("999000025",))

    async def test_numbers_records_in_the_order_of_their_exports(self, desk: Desk) -> None:
        made = [said(await desk.export(tides(f"$a(OCoLC){number}"))) for number in range(1, 12)]
        assert made == [f"created 99{1_000_000_000 + number}5867" for number in range(1, 12)]

    async def test_numbers_each_zone_by_itself(self, desk: Desk) -> None:
        assert said(await desk.export(raw(TIDES))) == "created 9910000000015867"
        network = await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-secret", host="i-share-network")
        assert said(network) == "created 9910000000015816"
        sandbox = await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-sandbox-secret", host="sandbox02-na")
        assert said(sandbox) == "created 9910000000015901"
        assert said(await desk.export(raw(TIDES), "01CARLI_ABC", "abc-secret", host="sandbox02-na")) == (
            "created 9910000000015900"
        )
        assert [len(await desk.filed(zone)) for zone in ("xyz", "network", "network-sandbox", "sandbox-abc")] == [1] * 4

    async def test_without_an_oclc_number_happens_every_time(self, desk: Desk) -> None:
        record = sample("no-oclc-number")
        assert said(await desk.export(record)) == "created 9910000000015867"
        assert said(await desk.export(record)) == "created 9910000000025867"
        (finding,) = (await desk.export(record)).findings
        assert finding == Finding("noOclcNumber", Severity.WARN, "035")

    async def test_takes_a_record_with_warnings_and_tells_them(self, desk: Desk) -> None:
        receipt = await desk.export(sample("minimal"))
        assert receipt.outcome is Outcome.CREATED
        assert [finding.code for finding in receipt.findings] == ["charsetNotStated"]

    async def test_takes_an_unordered_record(self, desk: Desk) -> None:
        assert (await desk.export(sample("unordered"))).outcome is Outcome.CREATED
        (filed,) = await desk.filed()
        tags = [line[1:4] for line in filed.splitlines()]
        assert " ".join(tag for tag in tags if tag != "035") == "LDR 001 005 008 245 650 500 300 040 260 994 100"
        assert tags.count("035") == 2


class TestMerging:
    async def test_replaces_the_record_and_keeps_its_mms_id(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        assert said(await desk.export(raw(TIDES.replace("record /", "journal /")))) == f"merged {FILED}"
        (filed,) = await desk.filed()
        assert "$ba journal /" in filed

    async def test_keeps_every_version(self, desk: Desk) -> None:
        for kind in ("record", "journal", "diary"):
            await desk.export(raw(TIDES.replace("a record", f"a {kind}")))
        first, second, third = await versions(desk)
        assert "$ba record /" in first
        assert "$ba journal /" in second
        assert "$ba diary /" in third
        stored = await desk.store.versions("xyz", FILED)
        assert [record.version for record in stored] == [1, 2, 3]
        assert [record.submission for record in stored] == ["export-1", "export-2", "export-3"]
        assert [record.title for record in stored] == [
            f"Notebook of tides : a {kind}" for kind in ("record", "journal", "diary")
        ]
        assert stored[0].at < stored[1].at < stored[2].at

    async def test_keeps_the_incoming_version_of_the_originating_system(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        later = (
            TIDES.replace("20260302141507.0", "20260401000000.0")
            .replace("Tides.", "Sea.")
            .replace("OCoLC\n", "XYZ\n", 1)
        )
        await desk.export(raw(later))
        first, second = await desk.store.versions("xyz", FILED)
        assert (first.originating_system, first.originating_version) == ("OCoLC", "20260302141507.0")
        assert (second.originating_system, second.originating_version) == ("XYZ", "20260401000000.0")

    async def test_keeps_local_fields_and_takes_no_9xx(self, desk: Desk) -> None:
        await desk.export(sample("local-fields"))
        bare = Record.parse(sample("local-fields"))
        incoming = Record(bare.leader, [field for field in bare.fields if field.tag < "500"])
        assert said(await desk.export(incoming.serialize())) == f"merged {FILED}"
        (filed,) = await desk.filed()
        kept = [line for line in filed.splitlines() if "500" <= line[1:4] <= "999"]
        assert [line[1:4] for line in kept] == ["500", "690", "910", "949", "994"]

    async def test_matches_a_number_that_was_cancelled_meanwhile(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)74"))
        receipt = await desk.export(tides("$a(OCoLC)1999000066$z(OCoLC)74"))
        assert said(receipt) == f"merged {FILED}"
        assert receipt.facts.keys == ("1999000066", "74")
        assert receipt.facts.hits == (Hit(FILED, "Notebook of tides"),)

    async def test_matches_by_019_that_is_in_no_035(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)74"))
        assert said(await desk.export(raw("=019  9\\$a74\n=245  00$aTides"))) == f"merged {FILED}"

    async def test_is_found_by_its_new_numbers_alone(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)74$a(OCoLC)75"))
        await desk.export(tides("$a(OCoLC)75"))
        assert said(await desk.export(tides("$a(OCoLC)74"))) == "created 9910000000025867"
        assert said(await desk.export(tides("$a(OCoLC)75"))) == f"unchanged {FILED}"


class TestUnchanged:
    async def test_is_a_record_that_differs_only_in_005_and_994(self, desk: Desk) -> None:
        assert said(await desk.export(raw(TIDES))) == f"created {FILED}"
        again = TIDES.replace("20260302141507.0", "20260302141600.0").replace("$aC0", "$a02")
        assert said(await desk.export(raw(again))) == f"unchanged {FILED}"
        assert len(await versions(desk)) == 1

    async def test_follows_created_and_merged(self, desk: Desk) -> None:
        changed = TIDES.replace("Tides.", "Sea.")
        exports = [TIDES, TIDES, changed, changed, changed, TIDES]
        assert [(await desk.export(raw(record))).outcome.value for record in exports] == [
            "created",
            "unchanged",
            "merged",
            "unchanged",
            "unchanged",
            "merged",
        ]
        assert len(await versions(desk)) == 3

    async def test_answers_as_a_change_does(self, desk: Desk) -> None:
        first = await desk.export(raw(TIDES))
        assert answered(await desk.export(raw(TIDES))) == answered(first)

    async def test_does_not_look_at_the_order_of_tags(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        record = mrk(TIDES)
        shuffled = Record(record.leader, sorted(record.fields, key=lambda field: field.tag[::-1]))
        assert said(await desk.export(shuffled.serialize())) == f"unchanged {FILED}"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Tides.", "tides."),
            ("650  \\0", "650  \\1"),
            ("=650", "=651"),
            ("eng\\c", "eng\\d"),
            ("$aTides.", "$aTides.$vMaps."),
            ("=650  \\0$aTides.", "=650  \\0$aTides.\n    =650  \\0$aTides."),
            ("=001  ocn", "=LDR  00000cas\\a2200000\\i\\4500\n    =001  ocn"),
            ("=001  ocn", "=LDR  00000nam\\a2200000\\a\\4500\n    =001  ocn"),
            ("=001  ocn", "=001  on"),
            ("=003  OCoLC\n", "=003  XYZ\n"),
        ],
    )
    async def test_is_not_a_record_that_differs_in_anything_else(self, desk: Desk, old: str, new: str) -> None:
        other = TIDES.replace(old, new, 1)
        assert other != TIDES
        await desk.export(raw(TIDES))
        assert said(await desk.export(raw(other))) == f"merged {FILED}"

    @pytest.mark.parametrize(
        "name", ["monograph", "serial", "cjk", "hebrew", "arabic", "local-fields", "longest", "unordered"]
    )
    async def test_is_each_fixture_the_second_time(self, desk: Desk, name: str) -> None:
        assert said(await desk.export(sample(name))) == f"created {FILED}"
        assert said(await desk.export(sample(name))) == f"unchanged {FILED}"


class TestSeveralMatches:
    async def test_are_refused_naming_each_mms_id_and_title(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)1", "Tides"))
        await desk.export(tides("$a(OCoLC)2", "Waves"))
        receipt = await desk.export(tides("$a(OCoLC)1$z(OCoLC)2"))
        assert said(receipt) == "refused several_matches"
        assert receipt.facts.hits == (Hit("9910000000015867", "Tides"), Hit("9910000000025867", "Waves"))
        assert answered(receipt) == (
            "Import Failed\n"
            "Not imported: OCLC number 1, 2 matches 2 records: 9910000000015867 (Tides), 9910000000025867 (Waves). "
            "Merge them or correct their 035, then export again."
        )

    async def test_change_nothing(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)1", "Tides"))
        await desk.export(tides("$a(OCoLC)2", "Waves"))
        before = await desk.filed()
        await desk.export(tides("$a(OCoLC)1$a(OCoLC)2"))
        assert await desk.filed() == before
        assert said(await desk.export(tides("$a(OCoLC)3"))) == "created 9910000000035867"


def longest(numbers: str = "$a(OCoLC)5") -> bytes:
    """A record of 99,999 bytes whose 001 and 003 the import still has to copy to 035."""
    record = mrk(f"=001  ocn5\n=003  OCoLC\n=035  \\\\{numbers}\n=245  00$aTides")
    while room := 99_999 - len(record.serialize()):
        note = Field("500", b"  \x1fa" + b"x" * (min(9_999, room - 12) - 5))
        record = Record(record.leader, [*record.fields, note])
    return record.serialize()


REFUSED = {
    "broken-truncated": ("structure", "the record arrived damaged: the record's length is wrong: "),
    "broken-field-no-terminator": ("structure", "the record arrived damaged after field 100: the fields are damaged: "),
    "refused-marc8": ("charset", "field 100 holds MARC-8 characters (byte E2); Leader/09 is not a. Alma needs UTF-8: "),
    "refused-not-utf8": ("charset", "field 245 holds characters that are not UTF-8 (byte E9)"),
    "refused-control-field-not-utf8": ("charset", "field 008 holds characters that are not UTF-8 (byte E9)"),
    "refused-authority": (
        "not_bibliographic",
        "this is an authority record, not a bibliographic one; this connection takes",
    ),
    "refused-no-245": ("required", "there is no title field (245)."),
    "refused-two-245": ("required", "there are 2 title fields (245); a record has one."),
}
"""Fixture -> reason, and the words that begin the reply."""


class TestRefusing:
    @pytest.mark.parametrize("name", REFUSED)
    async def test_says_why_and_changes_nothing(self, desk: Desk, name: str) -> None:
        reason, words = REFUSED[name]
        receipt = await desk.export(sample(name))
        assert said(receipt) == f"refused {reason}"
        assert answered(receipt).startswith(f"Import Failed\nNot imported: {words}")
        assert await desk.filed() == []
        assert said(await desk.export(raw(TIDES))) == f"created {FILED}"

    async def test_record_that_the_import_makes_too_long(self, desk: Desk) -> None:
        assert len(longest()) == 99_999
        receipt = await desk.export(longest())
        assert said(receipt) == "refused too_long"
        assert answered(receipt) == (
            "Import Failed\n"
            "Not imported: after the import's own changes the record would be 100,050 bytes; MARC 21 allows 99,999. "
            "Shorten the record, then export again."
        )
        assert await desk.filed() == []
        (attempt,) = await desk.attempts("xyz")
        assert (attempt.receipt, attempt.submission.raw) == (receipt, longest())

    async def test_too_long_record_draws_no_mms_id(self, desk: Desk) -> None:
        await desk.export(longest())
        assert said(await desk.export(raw(TIDES))) == f"created {FILED}"

    async def test_record_whose_merge_is_too_long_leaves_the_stored_one(self, desk: Desk) -> None:
        kept = "\n".join(f"=9{i}0  \\\\$a{'x' * 9_000}" for i in range(5))
        assert said(await desk.export(raw(f"=035  9\\$a(OCoLC)5\n=245  00$aTides\n{kept}"))) == f"created {FILED}"
        theirs = "\n".join(f"=5{i}0  \\\\$a{'x' * 9_900}" for i in range(6))
        receipt = await desk.export(raw(f"=035  9\\$a(OCoLC)5\n=245  00$aTides\n{theirs}"))
        assert said(receipt) == "refused too_long"
        assert "after the import's own changes" in answered(receipt)
        assert len(await versions(desk)) == 1

    async def test_field_that_the_import_makes_too_long(self, desk: Desk) -> None:
        record = raw(f"=001  {'9' * 9_990}\n=003  OCoLC\n=245  00$aTides")
        receipt = await desk.export(record)
        assert said(receipt) == "refused too_long"
        assert "field 035 would be 10,0" in answered(receipt)

    async def test_tells_every_finding(self, desk: Desk) -> None:
        receipt = await desk.export(sample("refused-authority"))
        assert [finding.code for finding in receipt.findings] == ["notBibliographic", "titleMissing"]


def marc8_authority() -> bytes:
    """A record with every fault but a damaged structure."""
    return raw("=LDR  00000nz\\\\\\2200000\\i\\4500\n=100  1\\$aZo@").replace(b"@", b"\xe9")


class TestOrderOfWork:
    """Each obstacle is told before those that come after it."""

    async def test_wrong_logon_before_damage(self, desk: Desk) -> None:
        assert said(await desk.export(sample("broken-truncated"), password="?")) == "logon_failed wrong_password"

    async def test_damage_before_characters(self, desk: Desk) -> None:
        assert said(await desk.export(marc8_authority()[:-1] + b" ")) == "refused structure"

    async def test_characters_before_the_kind_of_record(self, desk: Desk) -> None:
        assert said(await desk.export(marc8_authority())) == "refused charset"

    async def test_kind_of_record_before_required_fields(self, desk: Desk) -> None:
        assert said(await desk.export(sample("refused-authority"))) == "refused not_bibliographic"

    async def test_required_fields_before_the_match(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)1"))
        await desk.export(tides("$a(OCoLC)2"))
        receipt = await desk.export(raw("=035  9\\$a(OCoLC)1$a(OCoLC)2"))
        assert said(receipt) == "refused required"
        assert receipt.facts.hits == ()

    async def test_match_before_the_length(self, desk: Desk) -> None:
        assert said(await desk.export(longest("$a(OCoLC)5$a(OCoLC)6"))) == "refused too_long"
        await desk.export(tides("$a(OCoLC)5"))
        await desk.export(tides("$a(OCoLC)6"))
        assert said(await desk.export(longest("$a(OCoLC)5$a(OCoLC)6"))) == "refused several_matches"


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
        assert receipt.facts == Facts(items="PA", lengths="browser", telnet=True)

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
                "diagnosis": "Added as a new record.",
            }
        ]

    async def test_has_the_diagnosis_in_one_line(self, logged: list[EventDict], desk: Desk) -> None:
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


@pytest.mark.parametrize("zone", [XYZ, ABC, NETWORK_SANDBOX], ids=lambda zone: zone.key)
async def test_many_at_once_are_filed_one_after_the_other(desk: Desk, zone: Zone) -> None:
    logon = {
        XYZ: ("01CARLI_XYZ", "xyz-secret"),
        ABC: ("01CARLI_ABC", "abc-secret"),
        NETWORK_SANDBOX: ("01CARLI_NETWORK", "network-sandbox-secret"),
    }[zone]
    receipts: list[Receipt] = []

    async def export(number: int) -> None:
        receipts.append(await desk.export(tides(f"$a(OCoLC){number % 8 + 1}"), *logon, host=zone.host))

    async with trio.open_nursery() as nursery:
        for number in range(64):
            nursery.start_soon(export, number)
    assert len({receipt.mms_id for receipt in receipts}) == 8
    assert sum(receipt.outcome is Outcome.CREATED for receipt in receipts) == 8
    assert sum(receipt.outcome is Outcome.UNCHANGED for receipt in receipts) == 56


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
