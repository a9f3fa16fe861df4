"""What is counted in a store after a load: what is lost or doubled is found, and nothing else."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from benchmarks.bars import Tallied
from benchmarks.kept import Audit
from benchmarks.mould import Kept
from benchmarks.result import Result
from gateway.stores import open_store
from gateway.stores.base import Transaction
from tests.benchmarks.filled import PATIENCE, ZONE, mould


def answered(*numbers: int, bad: Iterable[int] | None = ()) -> Result:
    """A load of these numbers, of which some were answered badly."""
    begun = tuple((number, 1, 1) for number in numbers)
    failed = None if bad is None else [*bad]
    count = len(numbers) - len(failed or ())
    return Result(1, len(numbers), count, len(failed or ()), 1.0, count, 1.0, 1.0, 1.0, begun, failed)


def file(url: str, *kept: Kept, attempts: bool = True) -> None:
    """Keep records and their attempts."""

    def plan(transaction: Transaction) -> None:
        for one in kept:
            transaction.next_ordinal()
            transaction.put(one.record)
            if attempts:
                transaction.file(one.submission, one.receipt)

    async def run() -> None:
        async with open_store(url) as store:
            await store.transact(ZONE.key, plan, seconds=PATIENCE)

    trio.run(run)


def audited(url: str, *loads: Result) -> Tallied:
    audit = Audit(url)
    for load in loads:
        audit.after(load)
    return audit.at_end()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'gateway.db'}"


def test_what_is_there_once_is_neither_lost_nor_doubled(url: str) -> None:
    file(url, *(mould().cast(ordinal, 100 + ordinal) for ordinal in (1, 2, 3)))
    tallied = audited(url, answered(101, 102, 103))
    assert (tallied.sent, tallied.answered, tallied.attempts, tallied.records, tallied.versions) == (3, 3, 3, 3, 3)
    assert (tallied.lost, tallied.doubled, tallied.unknown) == ([], [], "")


def test_what_was_answered_and_is_not_there_is_lost(url: str) -> None:
    file(url, mould().cast(1, 101))
    assert audited(url, answered(101, 102)).lost == ["102: no attempts", "102: no records"]


def test_a_record_without_its_attempt_is_told(url: str) -> None:
    file(url, mould().cast(1, 101), attempts=False)
    assert audited(url, answered(101)).lost == ["101: no attempts"]


def test_what_is_there_twice_is_doubled(url: str) -> None:
    file(url, mould().cast(1, 101), mould().cast(2, 101))
    assert audited(url, answered(101)).doubled == ["101: 2 attempts", "101: 2 records"]


def test_a_second_version_is_doubled(url: str) -> None:
    kept = mould().cast(1, 101)
    file(url, kept)
    file(url, Kept(replace(kept.record, version=2), mould().cast(1, 101).submission, kept.receipt), attempts=False)
    assert audited(url, answered(101)).doubled == ["1 versions beyond the first"]


def test_what_was_answered_badly_may_be_there_or_not_but_not_twice(url: str) -> None:
    file(url, mould().cast(1, 101), mould().cast(2, 103), mould().cast(3, 103))
    tallied = audited(url, answered(101, 102, 103, bad=[101, 102, 103]))
    assert (tallied.lost, tallied.doubled) == ([], ["103: 2 attempts", "103: 2 records"])


def test_attempts_are_counted_load_by_load(url: str) -> None:
    audit = Audit(url)
    for number in (101, 102):
        file(url, mould().cast(number, number))
        audit.after(answered(number))
    assert audit.at_end().attempts == 2


def test_a_generator_that_does_not_tell_leaves_it_open(url: str) -> None:
    file(url, mould().cast(1, 101))
    load = answered(101, 102, bad=None)
    tallied = audited(url, Result(**{**vars(load), "good": 1, "bad": 1}))
    assert tallied.unknown
