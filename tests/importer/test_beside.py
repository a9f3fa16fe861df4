"""What the store tells beside an attempt: the same record before it, what its merge took out or did not take."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gateway.importer import report
from gateway.importer.beside import (
    AGAIN_SECONDS,
    BEFORE_AT_ONCE,
    Recent,
    Repetitions,
    again_after,
    attempts_before,
    not_taken,
    replaced,
    stored_at,
)
from gateway.importer.profile import ORDINARY
from gateway.model import Attempt, Facts, Outcome, Profile, Reason, Receipt, Submission
from gateway.stores.base import PAGE_ROWS, Store
from tests.importer.desk import NOON, PROFILES, Desk, said
from tests.importer.exports import FILED, TIDES
from tests.marc.mnemonic import raw
from tests.stores.nouns import put

LATER = TIDES.replace("20260302141507.0", "20260302141559.0").replace("$aC0$bXYZ", "$aC1$bABC")
CHANGED = TIDES.replace("Tides.", "Sea.")
NOT_READABLE = raw(TIDES)[:-3]


def at(
    seconds: float,
    record: bytes | str = TIDES,
    *,
    seq: int = 0,
    zone: str = "xyz",
    delivered: bool | None = True,
    **receipt: object,
) -> Attempt:
    """An attempt so long after noon, numbered in that order unless `seq` says otherwise."""
    brought = raw(record) if isinstance(record, str) else record
    when = NOON + timedelta(seconds=seconds)
    number = seq or int(seconds * 1_000) + 1
    submission = Submission(f"export-{number}", when, "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", brought)
    return Attempt(number, submission, replace(Receipt(zone, Outcome.CREATED), **receipt), delivered=delivered)


def refused(seconds: float, *, delivered: bool | None = True) -> Attempt:
    """One whose record was locked."""
    return at(seconds, outcome=Outcome.REFUSED, reason=Reason.LOCKED, delivered=delivered)


REPEATED: dict[str, tuple[list[Attempt], float | None]] = {
    "nothing before": ([at(0)], None),
    "the same": ([at(0), at(12)], 12.0),
    "at once": ([at(0, seq=1), at(0, seq=2)], 0.0),
    "a minute before": ([at(0), at(AGAIN_SECONDS)], AGAIN_SECONDS),
    "more than a minute before": ([at(0), at(AGAIN_SECONDS + 0.1)], None),
    "several times": ([at(0), at(10), at(30)], 20.0),
    "another between": ([at(0), at(10, CHANGED), at(30)], 30.0),
    "another record": ([at(0), at(12, CHANGED)], None),
    "exported anew: other 005, other 994": ([at(0), at(12, LATER)], 12.0),
    "another Leader": ([at(0), at(12, raw(TIDES).replace(b"nam a", b"cam a"))], None),
    "to another zone": ([at(0, zone="network"), at(12)], None),
    "not readable, the same bytes": ([at(0, NOT_READABLE), at(12, NOT_READABLE)], 12.0),
    "not readable, other bytes": ([at(0, NOT_READABLE), at(12, NOT_READABLE + b"\x1e")], None),
    "no record either time": ([at(0, b""), at(12, b"")], None),
    "a failed logon, then the right one": (
        [at(0, outcome=Outcome.LOGON_FAILED, reason=Reason.WRONG_PASSWORD), at(12)],
        None,
    ),
    "filed, then refused": ([at(0), refused(12)], 12.0),
    "refused, then again": ([refused(0), refused(5), at(12)], None),
    "refused, and not yet known whether that was read": ([refused(0, delivered=None), at(12)], None),
    "refused, and nobody was there to read it": ([refused(0, delivered=False), at(12)], 12.0),
    "filed, and nobody was there to read it": ([at(0, delivered=False), at(12)], 12.0),
    "filed, refused in between": ([at(0), refused(5), refused(6), at(12)], 12.0),
    "filed more than a minute before, refused since": ([at(0), refused(30), at(AGAIN_SECONDS + 1)], None),
    "filed, refused and filed again": ([at(0), refused(10), at(20), refused(25), at(30)], 10.0),
    "one that was finished long after it had come, between": (
        [at(0, seq=1), at(-500, CHANGED, seq=2, facts=Facts(resumed=True)), at(12, seq=3)],
        12.0,
    ),
    "finished long after it had come": ([at(0), at(12, facts=Facts(resumed=True))], None),
    "kept later than what came after it": ([at(5, seq=1), at(0, seq=2)], None),
}
"""Attempts in the order in which they were kept, and how long before the last one the same record had come."""


def by_listing(attempts: list[Attempt], rows: int) -> dict[int, float | None]:
    """What a listing, newest first and in pages of so many rows, tells of each."""
    repetitions = Repetitions()
    newest_first = attempts[::-1]
    pages = [newest_first[start : start + rows] for start in range(0, len(newest_first), rows)]
    told = [one for page in [*pages, []] for one in repetitions.settled(page)]
    assert [attempt for attempt, _ in told] == newest_first
    return {attempt.seq: seconds for attempt, seconds in told}


class TestAgain:
    """The same record within a minute."""

    @pytest.mark.parametrize("how", REPEATED)
    def test_is_seen_by_each_way_to_look(self, how: str) -> None:
        attempts, seconds = REPEATED[how]
        last = attempts[-1]
        assert again_after(last, reversed(attempts[:-1])) == seconds
        assert report.again_after(last, attempts) == seconds
        recent = Recent()
        assert [recent.again_after(attempt) for attempt in attempts][-1] == seconds
        for rows in (1, 2, 100):
            assert by_listing(attempts, rows)[last.seq] == seconds

    def test_is_told_of_as_soon_as_a_listing_is_past_the_minute(self) -> None:
        repetitions = Repetitions()
        assert list(repetitions.settled([at(100), at(70, CHANGED)])) == []
        newest, *others = repetitions.settled([at(39, CHANGED)])
        assert (newest, [attempt.seq for attempt, _ in others]) == ((at(100), None), [at(70).seq])
        assert list(repetitions.settled([])) == [(at(39, CHANGED), None)]

    def test_of_one_that_was_finished_late_keeps_no_listing_waiting(self) -> None:
        late = at(-86_400, seq=9, facts=Facts(resumed=True))
        told = list(Repetitions().settled([late, at(100), at(0, CHANGED)]))
        assert told == [(late, None), (at(100), None)]

    async def test_is_found_behind_a_page_of_others(self, desk: Desk) -> None:
        await kept(desk, [at(0)])
        await kept(desk, [at(1 + n / 100, TIDES.replace("Tides.", f"Tides {n}.")) for n in range(PAGE_ROWS + 10)])
        await kept(desk, [at(30)])
        (*_, last) = await desk.store.attempts(limit=1)
        assert again_after(last, await attempts_before(desk.store, last, zone="xyz")) == 30.0

    async def test_is_not_looked_for_further_back_than_a_minute(self, desk: Desk) -> None:
        await kept(desk, [at(n) for n in range(0, 10 * PAGE_ROWS, 5)])
        (last,) = await desk.store.attempts(limit=1)
        assert len(await attempts_before(desk.store, last, zone="xyz")) == BEFORE_AT_ONCE

    async def test_is_looked_for_in_every_zone_if_asked_to(self, desk: Desk) -> None:
        await kept(desk, [at(0), at(1, zone="network"), at(2)])
        (last,) = await desk.store.attempts(limit=1)
        assert len(await attempts_before(desk.store, last, zone="xyz")) == 1
        assert len(await attempts_before(desk.store, last, zone=None)) == 2


async def kept(desk: Desk, attempts: Iterable[Attempt]) -> None:
    """Keep them as they are."""
    for one in attempts:
        await desk.store.transact(
            one.receipt.zone,
            lambda transaction, one=one: transaction.file(one.submission, one.receipt),  # type: ignore[misc]
            seconds=5,
        )


class TestReplaced:
    async def test_is_the_version_before_and_the_one_that_was_made(self, desk: Desk) -> None:
        for record in (TIDES, CHANGED, TIDES):
            await desk.export(raw(record))
        versions = await desk.store.versions("xyz", FILED)
        created, first, second = await desk.attempts()
        assert await replaced(desk.store, created) == ()
        assert await replaced(desk.store, first) == (("xyz", versions[0], versions[1]),)
        assert await replaced(desk.store, second) == (("xyz", versions[1], versions[2]),)

    async def test_is_nothing_of_what_was_not_filed(self, desk: Desk) -> None:
        await desk.export(raw(TIDES), password="?")
        (failed,) = await desk.attempts()
        assert await replaced(desk.store, failed) == ()

    async def test_is_found_behind_many_versions(self, desk: Desk) -> None:
        for record in (TIDES, CHANGED):
            await desk.export(raw(record))
        (_, merged) = await desk.attempts()
        _, newest = versions = await desk.store.versions("xyz", FILED)
        later = [replace(newest, version=n, submission="") for n in range(3, 2 * PAGE_ROWS)]
        await put(desk.store, *later)
        assert await replaced(desk.store, merged) == (("xyz", *versions),)

    async def test_in_the_network_zone_is_its_record_and_the_one_that_is_linked(self, store: Store) -> None:
        through = {**PROFILES, "carli-iz": Profile(use_network_zone=True)}
        desk = Desk(store, profiles=through)
        for record in (TIDES, CHANGED):
            await desk.export(raw(record))
        (*_, merged) = await desk.attempts("xyz")
        assert said(merged.receipt) == "merged 9910000000015816"
        assert [(one.zone, one.after.mms_id, one.after.version) for one in await replaced(store, merged)] == [
            ("network", "9910000000015816", 2),
            ("xyz", "9910000000015867", 2),
        ]


class TestNotTaken:
    """Nothing was changed: because all of it was there, or because the merge method leaves out what is different."""

    @pytest.mark.parametrize(
        ("first", "then", "merge_method", "told"),
        [
            (TIDES, TIDES, "overlay-all-fields-but-local", False),
            (TIDES, LATER, "overlay-all-fields-but-local", False),
            (f"{TIDES}    =938  \\\\$aOurs.", TIDES, "overlay-all-fields-but-local", False),
            (TIDES, f"{TIDES}    =938  \\\\$aTheirs.", "overlay-all-fields-but-local", True),
            (TIDES, CHANGED, "keep-only-old-value", True),
            (TIDES, TIDES, "keep-only-old-value", False),
        ],
    )
    async def test_is_what_came_and_is_not_there(
        self, store: Store, first: str, then: str, merge_method: str, told: bool
    ) -> None:
        profile = Profile(merge_method=merge_method)
        desk = Desk(store, profiles=PROFILES | {"carli-iz": profile})
        await desk.export(raw(first))
        await desk.export(raw(then))
        (_, unchanged) = await desk.attempts()
        assert unchanged.receipt.outcome is Outcome.UNCHANGED
        assert not_taken(unchanged, profile, await stored_at(store, unchanged)) == told

    async def test_is_not_what_normalization_takes_out(self, store: Store) -> None:
        profile = Profile(normalization=("001-to-035", "remove 938"))
        desk = Desk(store, profiles=PROFILES | {"carli-iz": profile})
        await desk.export(raw(TIDES))
        await desk.export(raw(f"{TIDES}    =938  \\\\$aTheirs."))
        (_, unchanged) = await desk.attempts()
        assert not not_taken(unchanged, profile, await stored_at(store, unchanged))

    async def test_is_told_by_the_record_as_it_was_then(self, desk: Desk) -> None:
        for record in (TIDES, TIDES, CHANGED):
            await desk.export(raw(record))
        (created, unchanged, merged) = await desk.attempts()
        assert not not_taken(unchanged, ORDINARY.settings, await stored_at(desk.store, unchanged))
        assert not not_taken(created, ORDINARY.settings, await stored_at(desk.store, created))
        assert not not_taken(merged, ORDINARY.settings, await stored_at(desk.store, merged))
