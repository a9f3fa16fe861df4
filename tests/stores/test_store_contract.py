"""What every store promises, in the words of `stores.base`."""

import string
from datetime import UTC, datetime, timedelta

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import StoreError
from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Facts,
    Finding,
    Hit,
    Identifier,
    Outcome,
    Reason,
    Receipt,
    Severity,
    Submission,
)
from gateway.stores import STORES, open_store
from gateway.stores.base import PAGE_ROWS, Retention, Store, Transaction
from tests.stores.conftest import URLS
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    cancelled,
    file,
    filing,
    mms_ids,
    names,
    oclc,
    put,
    putting,
    receipt,
    record,
    submission,
)


class Refused(Exception):
    """What a plan of these tests raises."""


class TestRegistry:
    def test_every_store_is_held_to_this_contract(self) -> None:
        assert {*URLS} == {*STORES}

    @pytest.mark.parametrize("url", ["", "memory", "oracle:x", ":", "SQLITE:x", "sqlite", " memory:"])
    async def test_unknown_store_is_named_with_those_there_are(self, url: str) -> None:
        with pytest.raises(StoreError, match=r"no store is called '.*'; there are: memory:, sqlite:"):
            async with open_store(url):
                pass

    async def test_memory_takes_no_place_and_cannot_be_read_by_others(self) -> None:
        with pytest.raises(StoreError, match=r"memory: takes nothing after the colon, not 'here'"):
            async with open_store("memory:here"):
                pass
        with pytest.raises(StoreError, match="only by the gateway that serves it"):
            async with open_store("memory:", purpose="read"):
                pass

    async def test_sqlite_takes_a_file(self) -> None:
        with pytest.raises(StoreError, match=r"sqlite: takes a file, such as sqlite:gateway-data/gateway\.db"):
            async with open_store("sqlite:"):
                pass


class TestEmpty:
    async def test_has_nothing(self, store: Store) -> None:
        assert await store.attempt(1) is None
        assert await store.attempts() == []
        assert await store.attempts(zone="xyz", before=10, limit=5) == []
        assert await store.record("xyz", "A") is None
        assert await store.records("xyz") == []
        assert await store.versions("xyz", "A") == []
        assert await store.find("xyz", oclc("1")) == []

    async def test_finds_nothing_for_a_plan(self, store: Store) -> None:
        def plan(transaction: Transaction) -> tuple[object, ...]:
            return transaction.holders(oclc("1")), transaction.holders([]), transaction.get("A")

        assert await store.transact("xyz", plan, seconds=PATIENCE) == ([], [], None)


class TestTransact:
    async def test_returns_what_the_plan_returns(self, store: Store) -> None:
        answer = object()
        assert await store.transact("xyz", lambda _: answer, seconds=PATIENCE) is answer
        assert await store.transact("xyz", lambda _: None, seconds=PATIENCE) is None

    async def test_raises_what_the_plan_raises(self, store: Store) -> None:
        refused = Refused()

        def plan(_: Transaction) -> None:
            raise refused

        with pytest.raises(Refused) as caught:
            await store.transact("xyz", plan, seconds=PATIENCE)
        assert caught.value is refused

    async def test_changes_are_not_seen_by_the_plan_that_makes_them(self, store: Store) -> None:
        def plan(transaction: Transaction) -> tuple[object, ...]:
            transaction.put(record("A", oclc("1")))
            transaction.put(record("B", oclc("2"), version=2))
            return (
                transaction.get("A"),
                transaction.holders(oclc("1")),
                transaction.get("B"),
                transaction.holders(oclc("2")),
                transaction.holders(oclc("3")),
            )

        before = record("B", oclc("3"))
        await put(store, before)
        assert await store.transact("xyz", plan, seconds=PATIENCE) == (None, [], before, [], ["B"])
        assert await store.record("xyz", "A") == record("A", oclc("1"))

    async def test_changes_are_made_together(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.put(record("A", oclc("1")))
            transaction.put(record("B", oclc("2")))
            transaction.file(submission("s"), receipt())

        await store.transact("xyz", plan, seconds=PATIENCE)
        assert mms_ids(await store.records("xyz")) == ["A", "B"]
        assert names(await store.attempts()) == ["s"]

    async def test_what_a_plan_has_done_is_seen_by_the_next(self, store: Store) -> None:
        await put(store, record("A", oclc("1")))
        assert await store.transact("xyz", lambda t: t.get("A"), seconds=PATIENCE) == record("A", oclc("1"))
        assert await store.transact("xyz", lambda t: t.holders(oclc("1")), seconds=PATIENCE) == ["A"]

    async def test_failing_plan_changes_nothing(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.next_ordinal()
            transaction.put(record("A", oclc("9"), version=2))
            transaction.put(record("B", oclc("1")))
            transaction.file(submission(), receipt())
            raise Refused

        await put(store, record("A", oclc("1")))
        with pytest.raises(Refused):
            await store.transact("xyz", plan, seconds=PATIENCE)
        assert await store.records("xyz") == [record("A", oclc("1"))]
        assert await store.versions("xyz", "A") == [record("A", oclc("1"))]
        assert await store.attempts() == []
        assert mms_ids(await store.find("xyz", oclc("1", "9"))) == ["A"]
        assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 1


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
        await put(store, record("A", oclc("1")), record("B", cancelled("1")))
        assert mms_ids(await store.find("xyz", oclc("1"))) == ["A"]
        assert mms_ids(await store.find("xyz", cancelled("1"))) == ["B"]
        assert mms_ids(await store.find("xyz", oclc("1") | cancelled("1"))) == ["A", "B"]

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
        pages, after = [], ""
        while page := mms_ids(await store.records("xyz", after=after, limit=2)):
            pages.append(page)
            after = page[-1]
        assert pages == [["99", "991"], ["9910", "99101"], ["992"]]
        assert mms_ids(await store.records("xyz", after="9911")) == ["992"]
        assert await store.records("xyz", after="993") == []

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await put(store, *(record(f"{number:04}") for number in range(PAGE_ROWS + 1)))
        assert len(await store.records("xyz")) == PAGE_ROWS
        assert len(await store.records("xyz", limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1


class TestOrdinals:
    @staticmethod
    async def draw(store: Store, zone: str = "xyz", times: int = 1) -> list[int]:
        return await store.transact(zone, lambda t: [t.next_ordinal() for _ in range(times)], seconds=PATIENCE)

    async def test_rise_from_1_without_gaps(self, store: Store) -> None:
        assert await self.draw(store) == [1]
        assert await self.draw(store, times=3) == [2, 3, 4]
        await put(store, record("A"))
        assert await self.draw(store) == [5]

    async def test_are_each_zone_s_own(self, store: Store) -> None:
        assert [await self.draw(store, zone) for zone in ("xyz", "network", "xyz", "network")] == [[1], [1], [2], [2]]

    async def test_that_a_failed_plan_drew_are_drawn_again(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.next_ordinal()
            transaction.next_ordinal()
            raise Refused

        await self.draw(store)
        with pytest.raises(Refused):
            await store.transact("xyz", plan, seconds=PATIENCE)
        assert await self.draw(store) == [2]


class TestZones:
    async def test_never_see_each_other_s_records(self, store: Store) -> None:
        ours, theirs = record("A", oclc("1"), title="Ours"), record("A", oclc("1"), title="Theirs")
        await put(store, ours, zone="xyz")
        assert await store.record("network", "A") is None
        assert await store.records("network") == []
        assert await store.find("network", oclc("1")) == []
        assert await store.versions("network", "A") == []
        assert await store.transact("network", lambda t: (t.get("A"), t.holders(oclc("1"))), seconds=PATIENCE) == (
            None,
            [],
        )
        await put(store, theirs, zone="network")
        assert await store.records("xyz") == [ours]
        assert await store.records("network") == [theirs]
        assert await store.find("xyz", oclc("1")) == [ours]

    async def test_may_have_any_name(self, store: Store) -> None:
        for zone in ("@i-share-xyz", "", "Zone", "zone", "zöne", "a'b\"c;--", "%"):
            await put(store, record("A", title=zone), zone=zone)
        assert [(await store.records(zone))[0].title for zone in ("@i-share-xyz", "Zone", "zone", "zöne", "%")] == [
            "@i-share-xyz",
            "Zone",
            "zone",
            "zöne",
            "%",
        ]


class TestAttempts:
    async def test_come_newest_first(self, store: Store) -> None:
        await file(store, "a", "b")
        await file(store, "c")
        assert names(await store.attempts()) == ["c", "b", "a"]

    async def test_are_filed_under_the_zone_of_the_receipt(self, store: Store) -> None:
        await store.transact("xyz", filing("a", zone="@i-share-xyz"), seconds=PATIENCE)
        await file(store, "b")
        assert names(await store.attempts(zone="@i-share-xyz")) == ["a"]
        assert names(await store.attempts(zone="xyz")) == ["b"]
        assert names(await store.attempts()) == ["b", "a"]

    async def test_have_numbers_that_rise_within_their_zone(self, store: Store) -> None:
        for number in range(12):
            await file(store, f"{number}", f"{number}'", zone=("xyz", "network", "@h")[number % 3])
        for zone in ("xyz", "network", "@h"):
            kept = await store.attempts(zone=zone)
            numbers = [attempt.seq for attempt in reversed(kept)]
            assert len(kept) == 8
            assert numbers == sorted({*numbers})
        every = [attempt.seq for attempt in await store.attempts()]
        assert len({*every}) == 24

    async def test_are_had_by_their_number(self, store: Store) -> None:
        await file(store, "a", "b", "c")
        for kept in await store.attempts():
            assert await store.attempt(kept.seq) == kept
        assert await store.attempt(max(kept.seq for kept in await store.attempts()) + 1) is None
        assert await store.attempt(0) is None
        assert await store.attempt(-1) is None

    async def test_listing_goes_on_before_the_last_one(self, store: Store) -> None:
        await file(store, *"abcdefg")
        await file(store, *"ABC", zone="network")
        pages: list[list[str]] = []
        before = None
        while page := await store.attempts(zone="xyz", before=before, limit=3):
            pages.append(names(page))
            before = page[-1].seq
        assert pages == [["g", "f", "e"], ["d", "c", "b"], ["a"]]
        (newest,) = await store.attempts(limit=1)
        assert names([newest]) == ["C"]
        assert names(await store.attempts(before=newest.seq, limit=4)) == ["B", "A", "g", "f"]

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await file(store, *(f"{number}" for number in range(PAGE_ROWS + 1)))
        assert len(await store.attempts()) == PAGE_ROWS
        assert len(await store.attempts(limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1


class TestNotes:
    @staticmethod
    async def noted(store: Store, seq: int) -> Attempt:
        """The attempt as soon as something is noted of it."""
        with trio.fail_after(PATIENCE):
            while True:
                attempt = await store.attempt(seq)
                assert attempt is not None
                if attempt.delivered is not None:
                    return attempt

    async def test_arrive_soon(self, store: Store) -> None:
        await file(store, "a", "b")
        later, earlier = await store.attempts()
        assert (earlier.seconds, earlier.delivered) == (None, None)
        store.note(Delivery("a", 0.25, delivered=True))
        store.note(Delivery("b", 1.5, delivered=False))
        first, second = await self.noted(store, earlier.seq), await self.noted(store, later.seq)
        assert (first.seconds, first.delivered) == (0.25, True)
        assert (second.seconds, second.delivered) == (1.5, False)
        assert (first.submission, first.receipt) == (earlier.submission, earlier.receipt)

    async def test_of_nothing_known_disturb_nothing(self, store: Store) -> None:
        await file(store, "a")
        (kept,) = await store.attempts()
        store.note(Delivery("unknown", 0.25, delivered=True))
        store.note(Delivery("a", 0.5, delivered=True))
        assert (await self.noted(store, kept.seq)).seconds == 0.5
        assert names(await store.attempts()) == ["a"]

    async def test_of_an_attempt_that_stays_whole_do_not_touch_the_others(self, store: Store) -> None:
        await file(store, *"abc")
        newest, middle, oldest = await store.attempts()
        store.note(Delivery("b", 0.5, delivered=True))
        await self.noted(store, middle.seq)
        assert await store.attempt(newest.seq) == newest
        assert await store.attempt(oldest.seq) == oldest

    async def test_of_expired_attempts_disturb_nothing(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=1)) as store:
            for number in range(3):
                await file(store, *(f"{number}-{i}" for i in range(300)))
            store.note(Delivery("0-0", 0.25, delivered=True))
            store.note(Delivery("2-299", 0.5, delivered=True))
            (newest,) = await store.attempts(limit=1)
            assert (await self.noted(store, newest.seq)).seconds == 0.5


class TestAtOnce:
    async def test_plans_that_create_what_is_absent_create_it_once(self, store: Store) -> None:
        def plan(transaction: Transaction) -> str:
            (found, *_) = transaction.holders(oclc("1")) or [""]
            if not found:
                found = f"{transaction.next_ordinal():03}"
                transaction.put(record(found, oclc("1")))
            transaction.file(submission(), receipt())
            return found

        answers: list[str] = []

        async def export() -> None:
            answers.append(await store.transact("xyz", plan, seconds=PATIENCE))

        async with trio.open_nursery() as nursery:
            for _ in range(64):
                nursery.start_soon(export)
        assert answers == ["001"] * 64
        assert mms_ids(await store.records("xyz")) == ["001"]
        assert len(await store.attempts()) == 64

    async def test_plans_that_count_on_each_other_lose_nothing(self, store: Store) -> None:
        def plan(transaction: Transaction) -> int:
            present = transaction.get("A")
            version = present.version + 1 if present else 1
            transaction.put(record("A", oclc(f"{version}"), version=version))
            return version

        answers: list[int] = []

        async def export() -> None:
            answers.append(await store.transact("xyz", plan, seconds=PATIENCE))

        async with trio.open_nursery() as nursery:
            for _ in range(64):
                nursery.start_soon(export)
        assert sorted(answers) == [*range(1, 65)]
        assert [version.version for version in await store.versions("xyz", "A")] == [*range(1, 65)]
        assert mms_ids(await store.find("xyz", oclc("64"))) == ["A"]
        assert await store.find("xyz", oclc("63")) == []

    async def test_plan_that_fails_harms_no_other(self, store: Store) -> None:
        outcomes: dict[int, object] = {}

        def plan(transaction: Transaction, number: int) -> int:
            ordinal = transaction.next_ordinal()
            transaction.put(record(f"{ordinal:03}", oclc(f"{number}")))
            transaction.file(submission(f"{number}"), receipt())
            if number % 3 == 0:
                raise Refused(number)
            return ordinal

        async def export(number: int) -> None:
            try:
                outcomes[number] = await store.transact("xyz", lambda t: plan(t, number), seconds=PATIENCE)
            except Refused as refused:
                outcomes[number] = refused.args

        async with trio.open_nursery() as nursery:
            for number in range(60):
                nursery.start_soon(export, number)
        failed = {number: outcome for number, outcome in outcomes.items() if number % 3 == 0}
        drawn = [outcome for number, outcome in outcomes.items() if number % 3]
        assert failed == {number: (number,) for number in range(0, 60, 3)}
        assert sorted(drawn, key=str) == sorted(range(1, 41), key=str)
        assert mms_ids(await store.records("xyz")) == [f"{ordinal:03}" for ordinal in range(1, 41)]
        assert sorted(names(await store.attempts()), key=int) == [f"{number}" for number in range(60) if number % 3]

    async def test_zones_do_not_wait_in_each_other_s_numbers(self, store: Store) -> None:
        drawn: list[tuple[str, int]] = []

        async def export(zone: str) -> None:
            drawn.append((zone, await store.transact(zone, lambda t: t.next_ordinal(), seconds=PATIENCE)))

        async with trio.open_nursery() as nursery:
            for number in range(60):
                nursery.start_soon(export, "abc"[number % 3])
        assert sorted(drawn) == [(zone, number) for zone in "abc" for number in range(1, 21)]

    async def test_readers_see_whole_transactions(self, store: Store) -> None:
        async def write() -> None:
            for number in range(0, 40, 2):
                await put(store, record(f"{number:03}", oclc("1")), record(f"{number + 1:03}", oclc("1")))
            nursery.cancel_scope.cancel()

        async def read() -> None:
            while True:
                assert len(await store.records("xyz")) % 2 == 0
                assert len(await store.find("xyz", oclc("1"))) % 2 == 0

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write)
            nursery.start_soon(read)
        assert len(await store.records("xyz")) == 40


class TestCancelled:
    async def test_before_it_is_asked_has_not_happened(self, store: Store) -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await put(store, record("A"))
        assert scope.cancelled_caught
        assert await store.records("xyz") == []

    async def test_has_not_happened_or_has_happened_whole(self, store: Store) -> None:
        def plan(transaction: Transaction, number: int) -> None:
            transaction.next_ordinal()
            transaction.put(record(f"{number:03}"))
            transaction.file(submission(f"{number:03}"), receipt())

        finished: list[str] = []

        async def export(number: int) -> None:
            with trio.CancelScope() as scope:
                nursery.start_soon(cancel_a_little_later, scope, number)
                await store.transact("xyz", lambda t: plan(t, number), seconds=PATIENCE)
                finished.append(f"{number:03}")

        async def cancel_a_little_later(scope: trio.CancelScope, number: int) -> None:
            for _ in range(number % 7):
                await store.attempt(1)
            scope.cancel()

        async with trio.open_nursery() as nursery:
            for number in range(64):
                nursery.start_soon(export, number)
        kept = mms_ids(await store.records("xyz"))
        assert kept == sorted(names(await store.attempts()))
        assert {*finished} <= {*kept}
        drawn = await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE)
        assert drawn == len(kept) + 1


class TestRetention:
    async def test_keeps_the_newest_so_many_and_lets_the_oldest_go(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=10)) as store:
            for hundred in range(12):
                await file(store, *(f"{hundred:02}{number:02}" for number in range(100)), zone="ab"[hundred % 2])
            kept = names(await store.attempts(limit=2_000))
            assert kept[:10] == [f"11{number}" for number in range(99, 89, -1)]
            assert min(kept) >= "0500"

    async def test_keeps_the_young_and_lets_the_old_go(self, url: str) -> None:
        now = datetime.now(UTC)
        async with open_store(url, retention=Retention(age=timedelta(hours=1))) as store:
            await file(store, *(f"old {number}" for number in range(600)), at=now - timedelta(hours=2))
            await file(store, *(f"young {number}" for number in range(600)), at=now)
            kept = names(await store.attempts(limit=2_000))
            assert len([name for name in kept if name.startswith("young")]) == 600
            assert [name for name in kept if name.startswith("old")] == []

    async def test_keeps_what_is_young_only_as_far_as_there_is_room(self, url: str) -> None:
        now = datetime.now(UTC)
        async with open_store(url, retention=Retention(keep=5, age=timedelta(hours=1))) as store:
            for batch in range(12):
                await file(store, *(f"{batch:02} {number:02}" for number in range(100)), at=now)
            kept = names(await store.attempts(limit=2_000))
            assert kept[:5] == [f"11 {number}" for number in range(99, 94, -1)]
            assert len(kept) <= 600

    async def test_numbers_of_expired_attempts_are_not_given_again(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=1)) as store:
            seen: list[int] = []
            for _ in range(6):
                await file(store, *("" for _ in range(200)))
                seen += [attempt.seq for attempt in await store.attempts(limit=200)][::-1]
            assert max(seen) >= 1_200
            assert len(await store.attempts(limit=2_000)) <= 601

    async def test_records_never_expire(self, url: str) -> None:
        old = datetime.now(UTC) - timedelta(days=9)
        async with open_store(url, retention=Retention(keep=1, age=timedelta(hours=1))) as store:
            await put(store, *(record(f"{number:04}") for number in range(600)))
            await put(store, record("0000", version=2))
            await file(store, *("" for _ in range(600)), at=old)
            assert len(await store.records("xyz", limit=1_000)) == 600
            assert len(await store.versions("xyz", "0000")) == 2


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)  # what is read from bytes holds no surrogate
TIME = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))
IDENTIFIERS = st.frozensets(
    st.builds(Identifier, st.sampled_from(["oclc", "oclc_cancelled"]), st.text(string.digits, min_size=1)), max_size=4
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


class TestWhatIsKept:
    """Whatever is put in comes out as it was."""

    @settings(max_examples=10)
    @given(
        st.lists(RECORDS, unique_by=lambda kept: kept.mms_id, max_size=5),
        st.lists(st.tuples(SUBMISSIONS, RECEIPTS), unique_by=lambda pair: pair[0].id, max_size=5),
    )
    @pytest.mark.parametrize("scheme", STORES)
    def test_is_what_was_put_there(
        self,
        scheme: str,
        tmp_path_factory: pytest.TempPathFactory,
        records: list[BibRecord],
        filed: list[tuple[Submission, Receipt]],
    ) -> None:
        def plan(transaction: Transaction) -> None:
            putting(*records)(transaction)
            for arrived, answer in filed:
                transaction.file(arrived, answer)

        async def keep() -> None:
            async with open_store(URLS[scheme](tmp_path_factory.mktemp("store"))) as store:
                await store.transact("xyz", plan, seconds=PATIENCE)
                assert await store.records("xyz") == sorted(records, key=lambda kept: kept.mms_id)
                kept = await store.attempts()
                assert [(attempt.submission, attempt.receipt) for attempt in reversed(kept)] == filed
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
