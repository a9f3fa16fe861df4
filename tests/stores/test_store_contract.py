"""What every store promises, in the words of `stores.base`: transactions, zones, plans at once."""

import pytest
import trio

from gateway.errors import StoreError
from gateway.model import Outcome
from gateway.stores import STORES, open_store
from gateway.stores.base import Purpose, Store, Transaction
from tests.stores.conftest import URLS
from tests.stores.exporting import exports
from tests.stores.nouns import PATIENCE, link, mms_ids, names, oclc, pend, put, receipt, record, submission


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

    async def test_memory_takes_no_place(self) -> None:
        with pytest.raises(StoreError, match=r"memory: takes nothing after the colon, not 'here'"):
            async with open_store("memory:here"):
                pass

    @pytest.mark.parametrize(("purpose", "done"), [("read", "read"), ("change", "changed")])
    async def test_memory_is_the_gateway_s_alone(self, purpose: Purpose, done: str) -> None:
        with pytest.raises(StoreError) as caught:
            async with open_store("memory:", purpose=purpose):
                pass
        assert str(caught.value) == f"a memory: store can be {done} only by the gateway that serves it"

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
        assert await store.pending() == []

    async def test_finds_nothing_for_a_plan(self, store: Store) -> None:
        def plan(transaction: Transaction) -> tuple[object, ...]:
            found = transaction.holders(oclc("1")), transaction.holders([])
            return *found, transaction.get("A"), transaction.filed("a")

        assert await store.transact("xyz", plan, seconds=PATIENCE) == ([], [], None, False)


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
            transaction.file(submission("s"), receipt())
            return (
                transaction.filed("s"),
                transaction.get("A"),
                transaction.holders(oclc("1")),
                transaction.get("B"),
                transaction.holders(oclc("2")),
                transaction.holders(oclc("3")),
            )

        before = record("B", oclc("3"))
        await put(store, before)
        assert await store.transact("xyz", plan, seconds=PATIENCE) == (False, None, [], before, [], ["B"])
        assert await store.record("xyz", "A") == record("A", oclc("1"))

    async def test_changes_are_made_together(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.put(record("A", oclc("1")))
            transaction.put(record("B", oclc("2")))
            transaction.file(submission("s"), receipt())
            transaction.pend(link("s"))
            transaction.settle("earlier")

        await pend(store, link("earlier"))
        await store.transact("network", plan, seconds=PATIENCE)
        assert mms_ids(await store.records("network")) == ["A", "B"]
        assert names(await store.attempts()) == ["s"]
        assert names(await store.pending()) == ["s"]

    async def test_what_a_plan_has_done_is_seen_by_the_next(self, store: Store) -> None:
        await put(store, record("A", oclc("1")))
        assert await store.transact("xyz", lambda t: t.get("A"), seconds=PATIENCE) == record("A", oclc("1"))
        assert await store.transact("xyz", lambda t: t.holders(oclc("1")), seconds=PATIENCE) == ["A"]

    async def test_failing_plan_changes_nothing(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.next_ordinal()
            transaction.put(record("A", oclc("9"), version=2))
            transaction.put(record("B", oclc("1")))
            transaction.put(record("C", oclc("9"), title="Amended"))
            transaction.file(submission("s"), receipt())
            transaction.pend(link("s"))
            transaction.settle("earlier")
            raise Refused

        before = [record("A", oclc("1")), record("C")]
        await put(store, *before)
        await pend(store, link("earlier"), zone="xyz")
        with pytest.raises(Refused):
            await store.transact("xyz", plan, seconds=PATIENCE)
        assert await store.records("xyz") == before
        assert await store.versions("xyz", "A") == [record("A", oclc("1"))]
        assert await store.attempts() == []
        assert names(await store.pending()) == ["earlier"]
        assert mms_ids(await store.find("xyz", oclc("1", "9"))) == ["A"]
        assert not await store.transact("xyz", lambda t: t.filed("s"), seconds=PATIENCE)
        assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 1


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

    async def test_exports_of_one_title_make_one_record(self, store: Store) -> None:
        answers = [answer for _, answer in await exports(store, [1] * 64)]
        outcomes = [answer.outcome for answer in answers]
        assert (outcomes.count(Outcome.CREATED), outcomes.count(Outcome.UNCHANGED)) == (1, 63)
        assert mms_ids(await store.records("xyz")) == [answers[0].mms_id]
        assert {answer.mms_id for answer in answers} == {answers[0].mms_id}
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
