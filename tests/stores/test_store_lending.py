"""What every store promises of patrons, loans and requests."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Loan, Patron, Request, RequestKind
from gateway.stores import open_store
from gateway.stores.base import Lent, Stacks, Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    creating,
    holding,
    item,
    lending,
    library,
    loan,
    made_zone,
    patron,
    put,
    record,
    request,
    shelving,
)

RIVALS = 12
"""Who want the same item at once."""
ODD = 'ä\\b "c" \U0001f600\0'
"""A barcode or an ID that only a machine would think of."""
LATER = NOON + timedelta(microseconds=1)


class Refused(Exception):
    """What a plan of these tests raises."""


@pytest.fixture
async def lent(store: Store) -> Store:
    """Records A, with the items 11 and 12 of a holding and 21 of another, and B with 31. The patron P1 has 11 and 31,
    and waits for 21; P2 waits for A and for B.
    """
    await put(store, record("A"), record("B"))
    things = library(), holding("1"), holding("2"), holding("3", "B"), item("11", "1"), item("12", "1")
    await store.rearrange("xyz", shelving(*things, item("21", "2"), item("31", "3", "B")))
    nouns = patron(), patron("P2"), loan("11"), loan("31", mms_id="B"), request("1", item="21")
    await store.rearrange("xyz", lending(*nouns, request("2", "P2"), request("3", "P2", "B")))
    return store


def ids(requests: list[Request]) -> list[str]:
    return [one.id for one in requests]


def items(loans: list[Loan]) -> list[str]:
    return [one.item for one in loans]


async def there_is(store: Store, zone: str = "xyz") -> tuple[list[str], list[str], list[str]]:
    """Patrons, loans and requests."""
    patrons = [one.barcode for one in await store.patrons(zone)]
    return patrons, items(await store.loans(zone)), ids(await store.requests(zone))


class TestKept:
    async def test_are_none_at_first(self, store: Store) -> None:
        assert await store.lent("xyz", "P1") is None
        assert await store.lent_of("xyz", "A") == ([], [])
        assert await there_is(store) == ([], [], [])
        assert await store.lending_zones() == []

    async def test_are_as_they_were_put(self, store: Store) -> None:
        who = Patron(
            zone="xyz",
            barcode=ODD,
            name="Müller\0, Ä.",
            group="undergrad",
            email="a@example.org",
            pin="$argon2id$…",
            expires_at=LATER,
            blocks=("owes 3 €", "lost two books"),
        )
        what = Loan(
            zone="xyz",
            item=ODD,
            mms_id="A",
            patron=ODD,
            lent_at=NOON,
            due_at=LATER,
            renewals=3,
            recalled=True,
            external_id=ODD,
        )
        wishes = [
            Request(
                zone="xyz",
                id=f"{number}",
                kind=kind,
                mms_id="A",
                item=ODD,
                patron=ODD,
                made_at=LATER,
                external_id=f"{ODD}{number}",
                pickup="MAIN",
                note="ä\0",
            )
            for number, kind in enumerate(RequestKind)
        ]
        await store.rearrange("xyz", lending(who, what, *wishes))
        assert await store.lent("xyz", ODD) == Lent(who, [what], wishes)
        assert await store.lent_of("xyz", "A") == ([what], wishes)
        assert (await store.patrons("xyz"), await store.loans("xyz")) == ([who], [what])
        assert await store.requests("xyz") == wishes
        assert await store.rearrange("xyz", lambda stacks: stacks.request_called(f"{ODD}1")) == wishes[1]

    async def test_are_told_of_a_patron(self, lent: Store) -> None:
        assert await lent.lent("xyz", "P1") == Lent(
            patron(), [loan("11"), loan("31", mms_id="B")], [request("1", item="21")]
        )
        assert await lent.lent("xyz", "P2") == Lent(patron("P2"), [], [request("2", "P2"), request("3", "P2", "B")])
        assert await lent.lent("xyz", "P3") is None

    async def test_are_told_of_a_record(self, lent: Store) -> None:
        assert await lent.lent_of("xyz", "A") == ([loan("11")], [request("1", item="21"), request("2", "P2")])
        assert await lent.lent_of("xyz", "Z") == ([], [])

    async def test_are_found_by_page(self, lent: Store) -> None:
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])
        assert await lent.patrons("xyz", after="P1") == [patron("P2")]
        assert items(await lent.loans("xyz", after="12", limit=1)) == ["31"]
        assert ids(await lent.requests("xyz", limit=2)) == ["1", "2"]
        assert ids(await lent.requests("xyz", after="2", limit=2)) == ["3"]
        assert await lent.loans("xyz", after="31") == []

    async def test_who_has_waited_longest_comes_first(self, store: Store) -> None:
        wishes = request("4"), request("1", at=LATER), request("3", at=NOON - timedelta(days=1)), request("2")
        await store.rearrange("xyz", lending(patron(), *wishes))
        (_, of_record), by_patron = await store.lent_of("xyz", "A"), await store.lent("xyz", "P1")
        assert ids(of_record) == ["3", "2", "4", "1"]
        assert by_patron is not None
        assert by_patron.requests == of_record
        within = await store.rearrange("xyz", lambda stacks: (stacks.requests_of("A"), stacks.requests_by("P1")))
        assert within == (of_record, of_record)

    async def test_zones_do_not_see_each_other_s(self, lent: Store) -> None:
        others = patron(zone="network", name="Roe"), loan("11", zone="network"), request("1", zone="network")
        await lent.rearrange("network", lending(*others))
        assert await lent.lent("network", "P1") == Lent(others[0], [others[1]], [others[2]])
        assert await lent.lent_of("network", "A") == ([others[1]], [others[2]])
        assert await there_is(lent, "network") == (["P1"], ["11"], ["1"])
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])

    @pytest.mark.parametrize("noun", [patron(), loan("11"), request("1")])
    async def test_zones_that_lend_are_told(self, store: Store, noun: Patron | Loan | Request) -> None:
        await store.rearrange("network", lambda _: None)
        await store.rearrange("xyz", lending(noun))
        assert await store.lending_zones() == ["xyz"]
        assert await store.shelved() == []

    async def test_are_no_matter_of_exports(self, lent: Store) -> None:
        before = await lent.counts()
        await lent.rearrange("xyz", lambda stacks: stacks.remove_patron("P1"))
        assert await lent.counts() == before


class TestStacks:
    async def test_plan_sees_what_is_there_and_what_it_did(self, lent: Store) -> None:
        def plan(stacks: Stacks) -> tuple[object, ...]:
            before = stacks.patron("P1"), stacks.loan("11"), items(stacks.loans("P1")), stacks.request("1")
            stacks.put_loan(loan("12", "P2"))
            stacks.put_request(request("4", at=NOON - timedelta(days=1), external_id="x"))
            stacks.remove_request("1")
            after = items(stacks.loans("P2")), ids(stacks.requests_of("A")), ids(stacks.requests_by("P1"))
            return *before, *after, stacks.request("1"), stacks.request_called("x")

        assert await lent.rearrange("xyz", plan) == (
            *(patron(), loan("11"), ["11", "31"], request("1", item="21")),
            *(["12"], ["4", "2"], ["4"], None, request("4", at=NOON - timedelta(days=1), external_id="x")),
        )

    async def test_plan_finds_nothing_where_nothing_is(self, store: Store) -> None:
        def plan(stacks: Stacks) -> tuple[object, ...]:
            single = stacks.patron("P1"), stacks.loan("11"), stacks.request("1"), stacks.request_called("x")
            return *single, stacks.loans("P1"), stacks.requests_of("A"), stacks.requests_by("P1")

        assert await store.rearrange("xyz", plan) == (None, None, None, None, [], [], [])

    async def test_what_the_plan_raises_undoes_all_of_it(self, lent: Store) -> None:
        before = await lent.lent("xyz", "P1"), await lent.lent("xyz", "P2"), await lent.lent_of("xyz", "A")

        def plan(stacks: Stacks) -> None:
            stacks.put_patron(patron(name="Roe"))
            stacks.put_loan(loan("11", "P2"))
            stacks.put_loan(loan("12", "P2"))
            stacks.put_request(request("2", mms_id="B"))
            stacks.remove_loan("31")
            stacks.remove_item("21")
            stacks.remove_patron("P2")
            raise Refused

        with pytest.raises(Refused):
            await lent.rearrange("xyz", plan)
        assert (await lent.lent("xyz", "P1"), await lent.lent("xyz", "P2"), await lent.lent_of("xyz", "A")) == before
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])

    async def test_put_takes_the_place_of_the_earlier_one(self, lent: Store) -> None:
        changed = patron(name="Roe"), loan("11", "P2", renewals=1), request("1", "P2", "B", external_id="x")
        await lent.rearrange("xyz", lending(*changed))
        assert await lent.lent("xyz", "P1") == Lent(changed[0], [loan("31", mms_id="B")], [])
        of_other = await lent.lent("xyz", "P2")
        assert of_other is not None
        assert (of_other.loans, ids(of_other.requests)) == ([changed[1]], ["1", "2", "3"])
        assert await lent.lent_of("xyz", "A") == ([changed[1]], [request("2", "P2")])
        assert await lent.rearrange("xyz", lambda stacks: stacks.request_called("x")) == changed[2]
        await lent.rearrange("xyz", lending(replace(changed[2], external_id="")))
        assert await lent.rearrange("xyz", lambda stacks: stacks.request_called("x")) is None

    async def test_of_several_that_are_called_the_same_the_oldest_is_told(self, store: Store) -> None:
        await store.rearrange("xyz", lending(request("1", external_id="x", at=LATER), request("2", external_id="x")))
        found = await store.rearrange("xyz", lambda stacks: stacks.request_called("x"))
        assert found is not None
        assert found.id == "2"

    async def test_what_is_removed_is_gone(self, lent: Store) -> None:
        removals: list[Callable[[Stacks], bool]] = [
            lambda stacks: stacks.remove_loan("11"),
            lambda stacks: stacks.remove_request("1"),
            lambda stacks: stacks.remove_patron("P2"),
        ]
        for plan in removals:
            assert await lent.rearrange("xyz", plan) is True
            assert await lent.rearrange("xyz", plan) is False
        assert await lent.lent("xyz", "P1") == Lent(patron(), [loan("31", mms_id="B")], [])
        assert await lent.lent("xyz", "P2") is None


class TestWhatTakesThemAlong:
    async def test_patron_takes_his_own(self, lent: Store) -> None:
        await lent.rearrange("xyz", lambda stacks: stacks.remove_patron("P1"))
        assert await there_is(lent) == (["P2"], [], ["2", "3"])
        assert await lent.item("xyz", "11") is not None

    async def test_patron_who_is_not_there_takes_none(self, lent: Store) -> None:
        await lent.rearrange("xyz", lending(request("4", "")))
        assert not await lent.rearrange("xyz", lambda stacks: stacks.remove_patron(""))
        assert ids(await lent.requests("xyz")) == ["1", "2", "3", "4"]

    @pytest.mark.parametrize(
        ("barcode", "loans", "requests"),
        [("11", ["31"], ["1", "2", "3"]), ("21", ["11", "31"], ["2", "3"]), ("12", ["11", "31"], ["1", "2", "3"])],
    )
    async def test_item_takes_what_is_of_it_alone(
        self, lent: Store, barcode: str, loans: list[str], requests: list[str]
    ) -> None:
        await lent.rearrange("xyz", lambda stacks: stacks.remove_item(barcode))
        assert await there_is(lent) == (["P1", "P2"], loans, requests)

    @pytest.mark.parametrize(
        ("id_", "loans", "requests"), [("1", ["31"], ["1", "2", "3"]), ("2", ["11", "31"], ["2", "3"])]
    )
    async def test_holding_takes_what_is_of_its_items(
        self, lent: Store, id_: str, loans: list[str], requests: list[str]
    ) -> None:
        await lent.rearrange("xyz", lambda stacks: stacks.remove_holding(id_))
        assert await there_is(lent) == (["P1", "P2"], loans, requests)

    async def test_record_takes_all_of_it(self, lent: Store) -> None:
        await put(lent, record("A"), zone="network")
        await lent.rearrange("network", lending(loan("11", zone="network")))
        assert await lent.remove_record("xyz", "A")
        assert await there_is(lent) == (["P1", "P2"], ["31"], ["3"])
        assert items(await lent.loans("network")) == ["11"]

    async def test_next_version_of_a_record_leaves_them(self, lent: Store) -> None:
        await put(lent, record("A", version=2))
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])

    async def test_item_that_is_changed_keeps_them(self, lent: Store) -> None:
        await lent.rearrange("xyz", shelving(item("11", "1", policy="Book2"), item("21", "1")))
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])
        assert await lent.lent_of("xyz", "A") == ([loan("11")], [request("1", item="21"), request("2", "P2")])

    async def test_item_that_moves_to_another_record_takes_them_there(self, lent: Store) -> None:
        await lent.rearrange("xyz", shelving(item("11", "3", "B"), item("21", "3", "B")))
        assert await lent.lent_of("xyz", "A") == ([], [request("2", "P2")])
        loans, requests = await lent.lent_of("xyz", "B")
        assert loans == [loan("11", mms_id="B"), loan("31", mms_id="B")]
        assert requests == [request("1", mms_id="B", item="21"), request("3", "P2", "B")]
        await lent.remove_record("xyz", "A")
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "3"])

    async def test_library_leaves_them(self, lent: Store) -> None:
        await lent.rearrange("xyz", lambda stacks: stacks.remove_library("MAIN"))
        assert await there_is(lent) == (["P1", "P2"], ["11", "31"], ["1", "2", "3"])

    async def test_reset_takes_all(self, lent: Store) -> None:
        await lent.rearrange("network", lending(patron(zone="network")))
        await lent.reset("xyz")
        assert await there_is(lent) == ([], [], [])
        assert await lent.lent("xyz", "P1") is None
        assert await lent.lending_zones() == ["network"]
        assert await lent.rearrange("xyz", lambda stacks: stacks.loans("P1")) == []

    async def test_zone_that_is_removed_takes_all(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await store.rearrange("t1", lending(patron(zone="t1"), loan("11", zone="t1"), request("1", zone="t1")))
        assert await store.remove_zone("t1")
        assert await there_is(store, "t1") == ([], [], [])
        assert await store.lending_zones() == []


def lending_once(who: str) -> Callable[[Stacks], None]:
    """A plan that lends the item 12 unless somebody has it."""

    def plan(stacks: Stacks) -> None:
        if stacks.loan("12") is not None:
            raise Refused
        stacks.put_loan(loan("12", who))

    return plan


class TestAtOnce:
    async def test_item_is_lent_once(self, lent: Store) -> None:
        await self.one_gets_it([lent])

    @pytest.mark.parametrize("url", LASTING, indirect=True)
    async def test_item_is_lent_once_by_a_gateway_and_a_command(self, url: str, lent: Store) -> None:
        async with open_store(url, purpose="change") as command:
            await self.one_gets_it([lent, command])

    @staticmethod
    async def one_gets_it(stores: Sequence[Store]) -> None:
        """Many want it, while others export."""
        refused: list[str] = []

        async def lend(store: Store, who: str) -> None:
            try:
                await store.rearrange("xyz", lending_once(who))
            except Refused:
                refused.append(who)

        async def export(store: Store, name: str) -> None:
            await store.transact("xyz", creating(name), seconds=PATIENCE)

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                for number in range(RIVALS):
                    store = stores[number % len(stores)]
                    nursery.start_soon(lend, store, f"P{number}")
                    nursery.start_soon(export, store, f"{number}")
        (who,) = {f"P{number}" for number in range(RIVALS)} - {*refused}
        assert (await stores[0].lent_of("xyz", "A"))[0] == [loan("11"), loan("12", who)]

    async def test_patron_is_read_at_one_moment(self, lent: Store) -> None:
        """The request turns into a loan and back; whoever looks sees one of the two."""
        turned = trio.Event()
        of_patron, of_record = set(), set()

        def lend(stacks: Stacks) -> None:
            stacks.put_loan(loan("21"))
            stacks.remove_request("1")

        def take_back(stacks: Stacks) -> None:
            stacks.put_request(request("1", item="21"))
            stacks.remove_loan("21")

        async def turn() -> None:
            for _ in range(RIVALS):
                await lent.rearrange("xyz", lend)
                await lent.rearrange("xyz", take_back)
            turned.set()

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(turn)
                while not turned.is_set():
                    found = await lent.lent("xyz", "P1")
                    assert found is not None
                    of_patron.add((*items(found.loans), *ids(found.requests)))
                    loans, requests = await lent.lent_of("xyz", "A")
                    of_record.add((*items(loans), *ids(requests)))
        assert of_patron <= {("11", "31", "1"), ("11", "21", "31")}
        assert of_record <= {("11", "1", "2"), ("11", "21", "2")}


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestBesideOthers:
    async def test_stay(self, url: str) -> None:
        async with open_store(url) as store:
            await store.rearrange("xyz", lending(patron(), loan("11"), request("1")))
        async with open_store(url, purpose="read") as store:
            assert await store.lent("xyz", "P1") == Lent(patron(), [loan("11")], [request("1")])

    async def test_who_only_reads_changes_nothing(self, url: str, lent: Store) -> None:
        async with open_store(url, purpose="read") as reader:
            with pytest.raises(StoreError, match=r"^the store was opened to read, not to write$"):
                await reader.rearrange("xyz", lambda stacks: stacks.remove_loan("11"))
            assert items(await reader.loans("xyz")) == ["11", "31"]
