"""Thousands of real records through the importer: what is filed, under which MMS ID, and that nothing of it is lost."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.marc.identifiers import identifiers
from gateway.marc.record import Field, Record
from gateway.model import Identifier, Outcome, Receipt
from tests.importer.desk import Desk, answered, said
from tests.marc.mnemonic import records_in


async def export_all(desk: Desk, records: list[bytes]) -> list[Receipt]:
    return [await desk.export(record) for record in records]


def oclc_of(found_by: Iterable[Identifier]) -> list[Identifier]:
    """The OCLC numbers among what a record is found by."""
    return [found for found in found_by if found.kind in ("oclc", "oclc_cancelled")]


async def test_load_corpus_is_filed_whole_and_the_same_way_the_second_time(desk: Desk, conformance: Path) -> None:
    records = [*records_in(conformance / "marc" / "uva_2000_utf8.mrc")]
    found_by = [oclc_of(identifiers(Record.parse(record))) for record in records]
    owners = Counter(number for found in found_by for number in {number for _, number in found})
    alone = [bool(found) and all(owners[number] == 1 for _, number in found) for found in found_by]
    assert (len(records), sum(map(bool, found_by)), sum(alone)) == (2_000, 1_836, 1_832)

    first = await export_all(desk, records)
    assert Counter(receipt.outcome for receipt in first) == {Outcome.CREATED: 1_998, Outcome.MERGED: 2}
    made = [receipt.mms_id for receipt in first if receipt.outcome is Outcome.CREATED]
    assert made == [f"99{1_000_000_000 + number}5867" for number in range(1, 1_999)]

    second = await export_all(desk, records)
    for before, after, found, own in zip(first, second, found_by, alone, strict=True):
        if not found:
            assert after.outcome is Outcome.CREATED
            continue
        assert after.outcome.filed
        assert after.mms_id == before.mms_id
        if own:
            assert after.outcome is Outcome.UNCHANGED
            assert len(await desk.store.versions("xyz", after.mms_id)) == 1

    kept = await desk.store.attempts(zone="xyz", limit=5_000)
    assert [attempt.submission.raw for attempt in reversed(kept)] == records * 2


@pytest.mark.parametrize("name", ["blacklight_30_utf8", "yaz_nonlatin_utf8", "traject_misc_utf8", "uva_2000_utf8"])
async def test_stored_fields_are_the_incoming_ones_but_what_an_import_rule_changed(
    desk: Desk, conformance: Path, name: str
) -> None:
    for raw in records_in(conformance / "marc" / f"{name}.mrc"):
        incoming = Record.parse(raw)
        receipt = await desk.export(raw)
        if receipt.outcome is not Outcome.CREATED:
            assert receipt.outcome is Outcome.MERGED
            assert name == "uva_2000_utf8"
            continue
        record = await desk.store.record("xyz", receipt.mms_id)
        assert record is not None
        stored = Record.parse(record.marc)
        assert stored.leader[5:12] + stored.leader[17:] == incoming.leader[5:12] + incoming.leader[17:]
        left = [field for field in stored.fields if field.tag not in ("001", "005")]
        for added in (field for field in stored.fields if field.tag == "035" and field not in incoming.fields):
            left.remove(added)
        assert left == [field for field in incoming.fields if field.tag not in ("001", "003", "005")]
        assert stored.fields[0] == Field("001", receipt.mms_id.encode())
        assert stored.fields[1].tag == "005"
        assert [field.tag for field in stored.fields].count("005") == 1


async def test_marc8_is_refused_just_where_a_byte_is_above_7f(desk: Desk, conformance: Path) -> None:
    said_of: Counter[tuple[bool, str]] = Counter()
    for raw in records_in(conformance / "marc" / "solrmarc_spec_76.mrc"):
        receipt = await desk.export(raw)
        said_of[raw.isascii(), "filed" if receipt.outcome.filed else said(receipt)] += 1
    assert said_of == {(True, "filed"): 54, (False, "refused charset"): 22}


async def test_an_oclc_export_in_marc8_names_the_field_and_the_setting(desk: Desk, conformance: Path) -> None:
    manden, ascii_alone = records_in(conformance / "marc" / "edge_connexion.mrc")
    receipt = await desk.export(manden)
    assert said(receipt) == "refused charset"
    assert answered(receipt) == (
        "Import Failed\nNot imported: the characters are MARC-8, Alma needs UTF-8. "
        "Tools > Options > Export > Record Characteristics > UTF-8 Unicode."
    )
    assert receipt.findings[0].field == "490"
    assert (await desk.export(ascii_alone)).outcome is Outcome.CREATED
