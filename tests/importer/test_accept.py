"""The order of work: what becomes of a record that is exported."""

from datetime import datetime

import pytest
import trio
from msgspec.structs import replace

from gateway.importer import report
from gateway.marc.record import Field, Record
from gateway.model import Finding, Hit, Identifier, Outcome, Receipt, Severity, Zone
from tests.importer.desk import ABC, NETWORK_SANDBOX, OBSERVED, XYZ, Desk, answered, said
from tests.importer.exports import FILED, TIDES, tides
from tests.marc.mnemonic import mrk, raw, sample, shown


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
        assert receipt.facts == replace(
            OBSERVED, profile="carli-iz", match_method="unique-oclc-identifier", keys=("999000025",)
        )

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
        (*_, last) = await desk.attempts()
        assert Finding("noOclcNumber", Severity.WARN, "035") in report.findings(last)

    async def test_takes_a_record_with_warnings_and_tells_them(self, desk: Desk) -> None:
        receipt = await desk.export(sample("minimal"))
        assert receipt.outcome is Outcome.CREATED
        assert receipt.findings == ()
        (attempt,) = await desk.attempts()
        assert "charsetNotStated" in [finding.code for finding in report.findings(attempt)]

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
        assert receipt.facts.keys == ("74", "1999000066")
        assert receipt.facts.matched == ("74",)
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
        ("at", "code"),
        [(5, b"c"), (6, b"t"), (7, b"s"), (8, b"a"), (17, b"1"), (18, b"a"), (19, b"a")],
    )
    async def test_is_not_a_record_with_another_leader(self, desk: Desk, at: int, code: bytes) -> None:
        record = raw(TIDES)
        await desk.export(record)
        assert said(await desk.export(record[:at] + code + record[at + 1 :])) == f"merged {FILED}"

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
            "Not imported: OCLC numbers 1, 2 match two records: 9910000000015867 (Tides), 9910000000025867 (Waves). "
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
    "broken-truncated": ("structure", "the record arrived damaged. Export again; "),
    "broken-field-no-terminator": ("structure", "the record arrived damaged after field 100. Export again; "),
    "refused-marc8": ("charset", "the characters are MARC-8, Alma needs UTF-8. Tools > Options > Export > "),
    "refused-not-utf8": ("charset", "the characters are not UTF-8, though Leader/09 says so, Alma needs UTF-8. "),
    "refused-control-field-not-utf8": ("charset", "the characters are not UTF-8, though Leader/09 says so, "),
    "refused-authority": (
        "not_bibliographic",
        "this is an authority record; this connection takes",
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
            "Not imported: after the import's own changes the record would be 100,027 bytes; MARC 21 allows 99,999. "
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

    async def test_length_before_the_match(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)5"))
        await desk.export(tides("$a(OCoLC)6"))
        assert said(await desk.export(longest("$a(OCoLC)5$a(OCoLC)6"))) == "refused too_long"


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
