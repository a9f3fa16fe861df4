"""What every store promises of a search: what `Wanted.matches` says, of whatever text, newest first, page by page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from gateway.model import Outcome, Reason, Receipt, Submission
from gateway.search.attempts import Wanted
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store, Transaction
from tests.marc.mnemonic import raw
from tests.stores.nouns import NOON, PATIENCE, file, names, receipt, submission

LONG = "long " * 2_000
TITLES = [
    "Tides and waves",
    "TIDES OF THE SEA",
    "Études sur les marées",
    "e\u0301tudes sur les MARÉES",
    "Straße und Strasse",
    "STRASSE",
    "\u212aelvin's tides",
    "İstanbul'da gelgit",
    "水文学 tides",
    "tides\0and nothing",
    "a 100% _sure_ title \\ with 'quotes' and \"more\"",
    "two\nlines",
    f"{LONG}Tides",
    f"{LONG}Marées",
    "",
]
LOGON_IDS = ["01CARLI_XYZ", "01carli_xyz", "Ünïcode", "", "a\0b"]
NUMBERS: list[tuple[str, ...]] = [(), ("12345",), ("12345", "678"), ('odd"\\number',), ("ÉÉ",), ("a\0b",)]
MARC = raw("=001  ocn1234\n=245  00$aTides$bwaves\n=500  \\\\$aStraße, cafés")
RECORDS = [MARC, raw("=245  00$aTIDES WAVES\n=245  00$aEstuaries"), b"00026", b"", MARC[:-1], b"tides \xff\0 waves"]

WANTED = [
    Wanted(),
    *(
        Wanted(title=(part,))
        for part in ("tides", "TIDES", "strasse", "straße", "É", "e\u0301tudes", "kelvin", "marées")
    ),
    *(
        Wanted(title=(part,))
        for part in ("i\u0307stanbul", "水文", "%", "_", "\\", "'", '"', "s\0a", "\0", "o\nl", "zzz")
    ),
    Wanted(title=("tides", "sea")),
    Wanted(title=("tides", "marées")),
    Wanted(title=("x" * 60_000,)),
    Wanted(title=("\ud800",)),
    *(Wanted(logon_id=part) for part in ("carli", "CARLI_X", "ünï", "A\0", "nobody")),
    *(Wanted(oclc=number) for number in ("12345", "678", "1234", 'odd"\\number', "ÉÉ", "éé", "a\0b", "\ud800")),
    *(Wanted(mms=number) for number in ("991", "992", "99", "a\0b", "Ä\n")),
    *(
        Wanted(anywhere=(part,))
        for part in ("tides", "É", "1234", "99", "carli", "ünï", "\0", "\\", '"', "s7", "S7", "")
    ),
    Wanted(anywhere=("tides", "1234")),
    Wanted(zones=("xyz",)),
    Wanted(zones=("xyz", "@h")),
    Wanted(zones=("XYZ",)),
    Wanted(hosts=("i-share-xyz", "no such")),
    Wanted(hosts=("sandbox",)),
    Wanted(outcomes=(Outcome.CREATED, Outcome.REFUSED)),
    Wanted(outcomes=(Outcome.BUSY,)),
    Wanted(reasons=(Reason.RULES,)),
    Wanted(since=NOON + timedelta(seconds=10)),
    Wanted(until=NOON + timedelta(seconds=10, microseconds=1)),
    Wanted(
        since=(NOON + timedelta(seconds=9)).astimezone(timezone(timedelta(hours=-6))),
        until=NOON + timedelta(seconds=30),
    ),
    Wanted(outcomes=(Outcome.CREATED,), title=("tides",), since=NOON, zones=("xyz",), mms="991"),
    Wanted(fields=(("245", "tides"),)),
    Wanted(fields=(("245", "TIDES WAVES"),)),
    Wanted(fields=(("2XX", "waves"), ("500", "strasse"))),
    Wanted(fields=(("500", "cafés"),)),
    Wanted(fields=(("001", "OCN1234"),)),
    Wanted(fields=(("245", "zzz"),)),
    Wanted(fields=(("245", ""),)),
    Wanted(fields=(("500", "ß"),), outcomes=(Outcome.CREATED,)),
]


def kinds_of_attempts() -> list[tuple[Submission, Receipt]]:
    """One of each odd kind, and more; seconds apart."""
    outcomes = [(Outcome.CREATED, None), (Outcome.REFUSED, Reason.RULES), (Outcome.MERGED, None)]
    attempts = []
    for number in range(120):
        outcome, reason = outcomes[number % 3]
        attempts.append(
            (
                Submission(
                    f"s{number}",
                    NOON + timedelta(seconds=number),
                    ("i-share-xyz", "sandbox")[number % 2],
                    "192.0.2.7",
                    LOGON_IDS[number % 5],
                    RECORDS[number % 7 % 6],
                ),
                Receipt(
                    ("xyz", "network", "@h")[number % 3],
                    outcome,
                    reason,
                    mms_id=("991", "992", "", "Ä\n", "a\0b")[number % 5],
                    oclc_numbers=NUMBERS[number % 6],
                    title=TITLES[number % len(TITLES)],
                ),
            )
        )
    return attempts


@pytest.fixture
async def full(url: str) -> AsyncIterator[Store]:
    """The store at that URL, with attempts of every kind."""
    kept = kinds_of_attempts()

    def plan(transaction: Transaction) -> None:
        for attempt in kept:
            transaction.file(*attempt)

    async with open_store(url) as store:
        await store.transact("xyz", plan, seconds=PATIENCE)
        yield store


class TestSearch:
    async def test_finds_what_is_meant_and_nothing_else(self, full: Store) -> None:
        every = await full.attempts(limit=1_000)
        for wanted in WANTED:
            meant = [attempt for attempt in every if wanted.matches(attempt)]
            assert await full.attempts(wanted=wanted, limit=1_000) == meant, wanted
        missed = [wanted for wanted in WANTED if not any(map(wanted.matches, every))]
        assert len(missed) < len(WANTED) / 3

    async def test_within_a_zone_finds_what_is_the_zone_s(self, full: Store) -> None:
        every = await full.attempts(limit=1_000, zone="xyz")
        assert {attempt.receipt.zone for attempt in every} == {"xyz"}
        for wanted in WANTED:
            meant = [attempt for attempt in every if wanted.matches(attempt)]
            assert await full.attempts(zone="xyz", wanted=wanted, limit=1_000) == meant, wanted

    @pytest.mark.parametrize(
        "wanted", [Wanted(), Wanted(title=("tides",)), Wanted(fields=(("245", "tides"),))], ids=str
    )
    @pytest.mark.parametrize("zone", [None, "network"])
    async def test_goes_on_before_the_last_one(self, full: Store, wanted: Wanted, zone: str | None) -> None:
        every = await full.attempts(zone=zone, wanted=wanted, limit=1_000)
        assert len(every) > 7
        found = page = await full.attempts(zone=zone, wanted=wanted, limit=3)
        while page:
            assert len(page) <= 3
            page = await full.attempts(zone=zone, wanted=wanted, before=found[-1].seq, limit=3)
            found = found + page
        assert found == every

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await file(store, *(f"{number}" for number in range(PAGE_ROWS + 1)))
        assert len(await store.attempts(wanted=Wanted(outcomes=(Outcome.CREATED,)))) == PAGE_ROWS

    async def test_of_an_empty_store_finds_nothing(self, store: Store) -> None:
        assert await store.attempts(wanted=Wanted()) == []
        assert await store.attempts(wanted=Wanted(), before=7, zone="xyz") == []
        assert await store.attempts(wanted=Wanted(), before=-7) == []

    async def test_goes_behind_thousands_that_are_not_meant(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            for number in range(1_000):
                transaction.file(submission(), receipt())
                if number % 999 == 0:
                    rare = replace(receipt("network"), title="Rare")
                    transaction.file(replace(submission(f"rare {number}"), raw=MARC), rare)

        for _ in range(3):
            await file(store, *("" for _ in range(1_000)))
        await store.transact("xyz", plan, seconds=PATIENCE)
        for wanted in (Wanted(title=("rare",)), Wanted(fields=(("245", "tides"),))):
            assert names(await store.attempts(wanted=wanted)) == ["rare 999", "rare 0"]
            assert names(await store.attempts(wanted=wanted, limit=1)) == ["rare 999"]
            assert names(await store.attempts(wanted=wanted, zone="xyz")) == []

    async def test_takes_times_of_any_zone_and_the_last_microsecond(self, store: Store) -> None:
        first = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
        await file(store, "a", at=first)
        assert names(await store.attempts(wanted=Wanted(since=first))) == ["a"]
        assert names(await store.attempts(wanted=Wanted(until=first))) == []
        after = first + timedelta(microseconds=1)
        assert names(await store.attempts(wanted=Wanted(since=after))) == []
        assert names(await store.attempts(wanted=Wanted(until=after))) == ["a"]
