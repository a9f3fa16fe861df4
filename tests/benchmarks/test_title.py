"""The title that is exported, and its copies as an import would have kept them."""

import pymarc
import pytest

from benchmarks.load import message
from benchmarks.mould import scattered
from benchmarks.title import NINES, NUMBERS, revised, template, titled
from gateway.importer.decide import Case, decide, examine
from gateway.marc.standard_numbers import isbn13
from gateway.model import Outcome, Receipt
from gateway.stores import open_store
from gateway.stores.base import Transaction
from tests.benchmarks.filled import PROFILE, ZONE, fill, mould

SOME = [1, 123, 100_000_007, 123_456_789, 999_999_998]


def test_each_export_is_a_record_of_its_own_number() -> None:
    exported = message(b"", template(), 100_000_007)
    assert NINES not in exported
    assert exported.endswith(b"\x1d\0")

    record = pymarc.Record(exported[:-1])
    assert record["001"].data == "ocn100000007"
    assert [field["a"] for field in record.get_fields("035")] == ["(OCoLC)100000007", "(YBP)100000007"]
    assert record["245"]["n"] == "100000007,"
    assert record.as_marc() == exported[:-1]


@pytest.mark.parametrize("number", SOME)
def test_each_has_an_isbn_of_its_own(number: int) -> None:
    isbn = pymarc.Record(titled(template(), number))["020"]["a"]
    assert isbn[3:12] == f"{number:09}"
    assert isbn13(isbn) == isbn


def test_a_revision_differs_in_its_title_alone() -> None:
    one, other = (pymarc.Record(titled(revised(template(), revision), 7)) for revision in (0, 12))
    assert one["245"]["p"] == "Levels, revision       0 /"
    assert other["245"]["p"] == "Levels, revision      12 /"
    one["245"]["p"] = other["245"]["p"]
    assert one.as_marc() == other.as_marc()


def test_numbers_are_scattered_and_no_two_titles_share_one() -> None:
    numbers = [scattered(ordinal) for ordinal in range(1, 10_001)]
    assert len({*numbers}) == len(numbers)
    assert all(0 < number < NUMBERS for number in numbers)
    assert numbers != sorted(numbers)


@pytest.mark.parametrize("number", SOME)
async def test_a_copy_is_what_an_import_keeps(number: int) -> None:
    copy = mould().cast(1, number)

    def plan(transaction: Transaction) -> Receipt:
        examined = examine(copy.submission.raw, PROFILE)
        observed = mould().observed
        return decide(transaction, Case(ZONE, PROFILE, examined, observed, copy.record.at, copy.submission.id))

    async with open_store("memory:") as store:
        receipt = await store.transact(ZONE.key, plan, seconds=20)
        kept = await store.record(ZONE.key, receipt.mms_id)

    assert receipt == copy.receipt
    assert kept == copy.record


async def test_a_filled_store_holds_each_title_once() -> None:
    async with open_store("memory:") as store:
        await fill(store, range(1, 21))
        counts = (await store.counts())[ZONE.key]
        attempts = await store.attempts(zone=ZONE.key)

    assert (counts.records, counts.versions, counts.attempts, counts.ordinal) == (20, 20, 20, 20)
    assert {attempt.receipt.outcome for attempt in attempts} == {Outcome.CREATED}
