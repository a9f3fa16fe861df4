"""What every store promises of records: versions, identifiers, listings; what is put in comes out as it was."""

import string
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import (
    BibRecord,
    Facts,
    Finding,
    Flag,
    Hit,
    Identifier,
    Outcome,
    PendingLink,
    Reason,
    Receipt,
    Severity,
    Submission,
)
from gateway.stores import STORES, open_store
from gateway.stores.base import PAGE_ROWS, Store, Transaction
from tests.stores.conftest import URLS
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    cancelled,
    file,
    mms_ids,
    oclc,
    put,
    putting,
    receipt,
    record,
    submission,
)

KINDS = get_args(get_type_hints(Identifier)["kind"])
"""Of identifiers, every one there is."""


AMENDED = {
    "flags": frozenset({Flag.LOCKED, Flag.CZ_LINKED}),
    "management_tag": "do-not-publish",
    "linked_to": "N",
    "made_by": "link",
    "submission": "",
}
"""What an amendment may change beside the MARC."""


class TestRecords:
    async def test_newest_version_is_the_record(self, store: Store) -> None:
        first, second = record("A", oclc("1")), record("A", oclc("2"), version=2, title="Waves", marc=b"new")
        await put(store, first)
        assert await store.record("xyz", "A") == first
        await put(store, second)
        assert await store.record("xyz", "A") == second
        assert await store.records("xyz") == [second]
        assert await store.transact("xyz", lambda t: t.get("A"), seconds=PATIENCE) == second

    async def test_earlier_versions_stay_oldest_first(self, store: Store) -> None:
        stored = [record("A", oclc(str(version)), version=version) for version in range(1, 6)]
        for version in stored:
            await put(store, version)
        assert await store.versions("xyz", "A") == stored
        assert await store.versions("xyz", "B") == []

    async def test_versions_are_read_by_their_numbers(self, store: Store) -> None:
        stored = [record("A", oclc(str(version)), version=version) for version in range(1, 6)]
        await put(store, *stored)
        await put(store, record("B", oclc("9")))
        for numbers in ((), (5,), (1,), (4, 2), {1, 2, 3, 4, 5}, (0, -1, 6, 2**70), (3, 3, 7)):
            meant = [version for version in stored if version.version in numbers]
            assert await store.versions("xyz", "A", numbers=numbers) == meant
        assert await store.versions("xyz", "C", numbers=(1,)) == []
        assert await store.versions("abc", "A", numbers=(1,)) == []

    async def test_history_is_the_versions_without_their_marc_newest_first(self, store: Store) -> None:
        stored = [record("A", oclc(str(version)), version=version) for version in range(1, 6)]
        await put(store, *stored)
        await put(store, record("B", oclc("9")))
        told = [replace(version, marc=b"") for version in reversed(stored)]
        assert await store.history("xyz", "A") == told
        assert await store.history("xyz", "A", limit=2) == told[:2]
        assert await store.history("xyz", "A", before=4, limit=2) == told[2:4]
        assert await store.history("xyz", "A", before=2) == told[4:]
        assert await store.history("xyz", "A", before=1) == []
        assert await store.history("xyz", "C") == []
        assert await store.history("abc", "A") == []

    async def test_page_of_a_history_has_so_many_unless_told(self, store: Store) -> None:
        await put(store, *(record("A", version=version) for version in range(1, PAGE_ROWS + 2)))
        assert len(await store.history("xyz", "A")) == PAGE_ROWS
        assert len(await store.history("xyz", "A", limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1

    async def test_several_versions_may_come_in_one_plan(self, store: Store) -> None:
        stored = [record("A", oclc(str(version)), version=version) for version in range(1, 4)]
        await put(store, *stored)
        assert await store.versions("xyz", "A") == stored
        assert mms_ids(await store.find("xyz", oclc("3"))) == ["A"]
        assert await store.find("xyz", oclc("1", "2")) == []

    async def test_record_is_found_by_what_it_bears_now(self, store: Store) -> None:
        await put(store, record("A", oclc("1", "2") | cancelled("3")))
        await put(store, record("A", oclc("2", "3") | cancelled("4"), version=2))
        bears = {
            identifier: await store.transact("xyz", lambda t, i=identifier: t.holders([i]), seconds=PATIENCE)
            for identifier in oclc("1", "2", "3", "4") | cancelled("1", "2", "3", "4")
        }
        now = oclc("2", "3") | cancelled("4")
        assert {identifier for identifier, holders in bears.items() if holders == ["A"]} == now
        assert {identifier for identifier, holders in bears.items() if not holders} == {*bears} - now
        assert {i for i in bears if mms_ids(await store.find("xyz", [i])) == ["A"]} == now

    async def test_kinds_of_identifiers_are_told_apart(self, store: Store) -> None:
        await put(store, *(record(kind, [Identifier(kind, "1")]) for kind in KINDS))
        for kind in KINDS:
            assert mms_ids(await store.find("xyz", [Identifier(kind, "1")])) == [kind]
        assert mms_ids(await store.find("xyz", oclc("1") | cancelled("1"))) == ["oclc", "oclc_cancelled"]
        every = [Identifier(kind, "1") for kind in KINDS]
        assert mms_ids(await store.find("xyz", every)) == sorted(KINDS)
        assert await store.transact("xyz", lambda t: t.holders(every), seconds=PATIENCE) == sorted(KINDS)

    async def test_holders_and_found_records_come_once_each_by_rising_mms_id(self, store: Store) -> None:
        await put(store, record("C", oclc("1")), record("A", oclc("1", "2")), record("B", oclc("2")), record("D"))
        wanted = [Identifier("oclc", number) for number in ("2", "1", "2", "7")]
        holders = await store.transact("xyz", lambda t: t.holders(iter(wanted)), seconds=PATIENCE)
        assert holders == ["A", "B", "C"]
        assert mms_ids(await store.find("xyz", iter(wanted))) == ["A", "B", "C"]
        assert await store.find("xyz", []) == []

    async def test_identifier_that_was_lost_and_regained_finds_the_record(self, store: Store) -> None:
        for version, numbers in enumerate((oclc("1"), oclc("2"), oclc("1")), 1):
            await put(store, record("A", numbers, version=version))
        assert mms_ids(await store.find("xyz", oclc("1"))) == ["A"]
        assert await store.find("xyz", oclc("2")) == []

    async def test_listing_goes_on_behind_the_last_one(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in ("9910", "992", "991", "99101", "99")))
        assert mms_ids(await store.records("xyz")) == ["99", "991", "9910", "99101", "992"]
        pages: list[list[str]] = []
        after = ""
        for _ in range(3):
            pages.append(mms_ids(await store.records("xyz", after=after, limit=2)))
            after = pages[-1][-1]
        assert pages == [["99", "991"], ["9910", "99101"], ["992"]]
        assert await store.records("xyz", after=after, limit=2) == []
        assert mms_ids(await store.records("xyz", after="9911")) == ["992"]
        assert await store.records("xyz", after="993") == []

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await put(store, *(record(f"{number:04}") for number in range(PAGE_ROWS + 1)))
        assert len(await store.records("xyz")) == PAGE_ROWS
        assert len(await store.records("xyz", limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1


class TestVersionsInTurn:
    """A record's next version is kept, and its newest one amended; no other."""

    @pytest.mark.parametrize("version", [1, 2])
    async def test_amended_version_takes_the_place_of_the_newest(self, store: Store, version: int) -> None:
        stored = [record("A", oclc(f"{number}"), version=number) for number in range(1, version + 1)]
        amended = replace(stored[-1], **AMENDED)
        await put(store, *stored)
        await put(store, amended)
        assert await store.record("xyz", "A") == amended
        assert await store.records("xyz") == [amended]
        assert await store.find("xyz", oclc(f"{version}")) == [amended]
        assert await store.versions("xyz", "A") == [*stored[:-1], amended]
        assert await store.transact("xyz", lambda t: t.get("A"), seconds=PATIENCE) == amended

    @pytest.mark.parametrize("version", [1, 2])
    async def test_amended_record_is_found_by_what_it_bears_now(self, store: Store, version: int) -> None:
        for number in range(1, version + 1):
            await put(store, record("A", oclc("1", "2"), version=number))
        await put(store, record("A", oclc("2", "3"), version=version))
        found = {number: mms_ids(await store.find("xyz", oclc(number))) for number in "123"}
        assert found == {"1": [], "2": ["A"], "3": ["A"]}

    async def test_next_version_after_an_amended_one_leaves_that_behind(self, store: Store) -> None:
        first, second = record("A", oclc("1")), record("A", oclc("2"), version=2)
        amended = replace(first, **AMENDED)
        await put(store, first)
        await put(store, amended)
        await put(store, second)
        assert await store.versions("xyz", "A") == [amended, second]
        assert await store.find("xyz", oclc("1")) == []

    async def test_version_may_be_amended_by_the_plan_that_makes_it(self, store: Store) -> None:
        first, second = record("A", oclc("1")), record("A", oclc("2"), version=2)
        await put(store, first, replace(first, **AMENDED), second, replace(second, **AMENDED))
        assert await store.versions("xyz", "A") == [replace(first, **AMENDED), replace(second, **AMENDED)]

    async def test_amending_touches_no_other_record_and_no_other_zone(self, store: Store) -> None:
        for zone in ("xyz", "network"):
            await put(store, record("A", oclc("1")), record("B", oclc("1")), zone=zone)
        await put(store, record("A", oclc("2")))
        assert await store.records("xyz") == [record("A", oclc("2")), record("B", oclc("1"))]
        assert await store.records("network") == [record("A", oclc("1")), record("B", oclc("1"))]
        assert mms_ids(await store.find("network", oclc("1"))) == ["A", "B"]

    @pytest.mark.parametrize(("present", "version"), [(0, 2), (1, 3), (2, 1), (3, 1), (0, 0), (1, 0), (1, -1)])
    async def test_any_other_version_changes_nothing(self, store: Store, present: int, version: int) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.next_ordinal()
            transaction.put(record("B", oclc("9")))
            transaction.put(record("A", oclc("9"), version=version))
            transaction.file(submission("s"), receipt())

        stored = [record("A", oclc(f"{number}"), version=number) for number in range(1, present + 1)]
        await put(store, *stored)
        words = f"^version {version} of the record A is neither its newest nor its next$"
        with pytest.raises(StoreError, match=words):
            await store.transact("xyz", plan, seconds=PATIENCE)
        assert await store.versions("xyz", "A") == stored
        assert await store.versions("xyz", "B") == []
        assert await store.find("xyz", oclc("9")) == []
        assert await store.attempts() == []
        assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)  # what is read from bytes holds no surrogate
TIME = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))
IDENTIFIERS = st.frozensets(
    st.builds(Identifier, st.sampled_from(KINDS), st.text(string.digits, min_size=1) | TEXT), max_size=4
)
RECORDS = st.builds(
    BibRecord,
    mms_id=st.text(string.ascii_letters + string.digits, min_size=1),
    version=st.just(1),
    marc=st.binary(max_size=40),
    title=TEXT,
    identifiers=IDENTIFIERS,
    originating_system=TEXT,
    originating_version=TEXT,
    at=TIME,
    submission=TEXT,
    made_by=TEXT,
    flags=st.frozensets(st.sampled_from(Flag)),
    management_tag=TEXT,
    linked_to=TEXT,
)
FINDINGS = st.builds(
    Finding, TEXT, st.sampled_from(Severity), TEXT, st.integers(0, 99), st.none() | st.integers(0, 99_999), TEXT
)
FACTS = st.builds(
    Facts,
    items=TEXT,
    lengths=TEXT,
    telnet=st.booleans(),
    offset=st.none() | st.integers(0, 99_999),
    arrived=st.none() | st.integers(0, 99_999),
    expected=st.none() | st.integers(0, 99_999),
    first_bytes=TEXT,
    logon_hint=TEXT,
    logon_hint_for=TEXT,
    keys=st.lists(TEXT, max_size=3).map(tuple),
    hits=st.lists(st.builds(Hit, TEXT, TEXT), max_size=3).map(tuple),
    compared=st.none() | st.tuples(TEXT, TEXT),
    levels=st.none() | st.tuples(st.integers(0, 20), st.integers(0, 20)),
    resumed=st.booleans(),
)
RECEIPTS = st.builds(
    Receipt,
    zone=st.just("xyz"),
    outcome=st.sampled_from(Outcome),
    reason=st.none() | st.sampled_from(Reason),
    mms_id=TEXT,
    oclc_numbers=st.lists(TEXT, max_size=3).map(tuple),
    title=TEXT,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    facts=FACTS,
)
SUBMISSIONS = st.builds(Submission, TEXT, TIME, TEXT, TEXT, TEXT, st.binary(max_size=40))
LINKS = st.builds(PendingLink, st.just("network"), SUBMISSIONS, RECEIPTS)


class TestWhatIsKept:
    """Whatever is put in comes out as it was."""

    @settings(max_examples=10)
    @given(
        st.lists(RECORDS, unique_by=lambda kept: kept.mms_id, max_size=5),
        st.lists(st.tuples(SUBMISSIONS, RECEIPTS), unique_by=lambda pair: pair[0].id, max_size=5),
        st.lists(LINKS, unique_by=lambda link: link.submission.id, max_size=3),
    )
    @pytest.mark.parametrize("scheme", STORES)
    def test_is_what_was_put_there(
        self,
        scheme: str,
        tmp_path_factory: pytest.TempPathFactory,
        records: list[BibRecord],
        filed: list[tuple[Submission, Receipt]],
        links: list[PendingLink],
    ) -> None:
        def plan(transaction: Transaction) -> None:
            putting(*records)(transaction)
            for arrived, answer in filed:
                transaction.file(arrived, answer)
            for link in links:
                transaction.pend(link)

        async def keep() -> None:
            async with open_store(URLS[scheme](tmp_path_factory.mktemp("store"))) as store:
                await store.transact("xyz", plan, seconds=PATIENCE)
                assert await store.records("xyz") == sorted(records, key=lambda kept: kept.mms_id)
                kept = await store.attempts()
                assert [(attempt.submission, attempt.receipt) for attempt in reversed(kept)] == filed
                assert await store.pending() == sorted(links, key=lambda link: link.submission.id)
                for identifier in {identifier for kept in records for identifier in kept.identifiers}:
                    bearers = sorted(kept.mms_id for kept in records if identifier in kept.identifiers)
                    assert mms_ids(await store.find("xyz", [identifier])) == bearers

        trio.run(keep)

    @pytest.mark.parametrize(
        "text", ["", "\0", "a\0b", "Ω 漢字 עברית 🌊", "'; DROP TABLE record; --", "\ud7ff\ue000", "x" * 9_999]
    )
    async def test_takes_any_text(self, store: Store, text: str) -> None:
        await put(store, record("A", oclc("1"), title=text))
        kept = await store.record("xyz", "A")
        assert kept is not None
        assert kept.title == text

    async def test_takes_the_longest_record_and_every_byte(self, store: Store) -> None:
        marc = bytes(range(256)) * 390 + b"\x1d" * 159
        assert len(marc) == 99_999
        await put(store, record("A", marc=marc))
        assert await store.record("xyz", "A") == record("A", marc=marc)

    async def test_takes_times_to_the_microsecond(self, store: Store) -> None:
        at = NOON + timedelta(microseconds=1)
        await file(store, "a", at=at)
        (kept,) = await store.attempts()
        assert kept.submission.at == at
        assert kept.submission.at.tzinfo is not None
