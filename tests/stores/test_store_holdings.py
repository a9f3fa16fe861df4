"""What every store promises of libraries, holdings and items."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import get_args

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import NotFound, StoreError
from gateway.model import BaseStatus, Holding, HoldingFacts, Item, Library, Location, ProcessType
from gateway.search.query import Among
from gateway.stores import open_store
from gateway.stores.base import Listed, ShelfPlace, Shelves, Stacks, Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    creating,
    holding,
    item,
    library,
    made_zone,
    names,
    oclc,
    put,
    record,
    shelving,
)

RIVALS = 12
"""Who rearrange at once."""
ODD = 'ä\\b "c" \U0001f600'
"""A code, an ID or a barcode that only a machine would think of."""


class Refused(Exception):
    """What a plan of these tests raises."""


@pytest.fixture
async def shelved(store: Store) -> Store:
    """Records A, B and C; A has the holdings 1 and 2, with items 11, 12 and 21, B the holding 3 with the item 31."""
    await put(store, *(record(mms_id, oclc(mms_id)) for mms_id in "ABC"))
    things = library(), holding("2"), holding("1"), item("21", "2"), item("12", "1"), item("11", "1")
    await store.rearrange("xyz", shelving(*things, holding("3", "B"), item("31", "3", "B")))
    return store


def barcodes(items: list[Item]) -> list[str]:
    return [one.barcode for one in items]


def ids(holdings: list[Holding]) -> list[str]:
    return [one.id for one in holdings]


class TestKept:
    async def test_are_none_at_first(self, store: Store) -> None:
        assert await store.libraries("xyz") == []
        assert await store.shelves("xyz", ["A"]) == Shelves([], [])
        assert await store.holding("xyz", "1") is None
        assert await store.item("xyz", "11") is None
        assert await store.holdings("xyz") == []
        assert await store.shelved() == []

    async def test_are_as_they_were_put(self, store: Store) -> None:
        await put(store, record("A"))
        full = Library(zone="xyz", code=ODD, name="Bücher\0ei", locations=(Location(ODD, ODD), Location("b")))
        of = Holding(
            zone="xyz",
            id=ODD,
            mms_id="A",
            library=ODD,
            location=ODD,
            call_number_type="0",
            call_number="PE1408",
            item_part=".G585 2013",
            prefix="Ref.",
            suffix="Oversize",
            copy_number="1",
            public_note="ä\0",
            summary=("v.1 (2001)-", "Index 1-10"),
            encoding_level="3",
            receipt_status="4",
            retention="0",
            completeness="2",
            date_of_report="260301",
        )
        things = [
            Item(
                zone="xyz",
                barcode=f"{ODD}{number}",
                holding=ODD,
                mms_id="A",
                enumeration="v.1\0",
                chronology="2013 Mär.",
                description="v.1 2013",
                copy_id="2",
                policy="Book1",
                base_status=BaseStatus.NOT_IN_PLACE,
                process_type=process_type,
                due_at=NOON + timedelta(microseconds=1),
            )
            for number, process_type in enumerate((None, *ProcessType), 100)
        ]
        await store.rearrange("xyz", shelving(full, of, *things))
        assert await store.libraries("xyz") == [full]
        assert await store.shelves("xyz", ["A"]) == Shelves([of], things)
        assert await store.holding("xyz", ODD) == of
        assert await store.item("xyz", things[3].barcode) == things[3]
        assert await store.rearrange("xyz", lambda stacks: stacks.shelved_at(ODD)) == {ODD}

    async def test_come_in_their_order(self, shelved: Store) -> None:
        await shelved.rearrange("xyz", shelving(library("ä"), library("B"), library("a")))
        assert [one.code for one in await shelved.libraries("xyz")] == ["B", "MAIN", "a", "ä"]
        found = await shelved.shelves("xyz", ["B", "A", "none", "A"])
        assert ids(found.holdings) == ["1", "2", "3"]
        assert barcodes(found.items) == ["11", "12", "21", "31"]
        assert await shelved.shelves("xyz", ["C"]) == Shelves([], [])
        assert await shelved.shelves("xyz", []) == Shelves([], [])

    async def test_are_found_by_page(self, shelved: Store) -> None:
        assert ids(await shelved.holdings("xyz", limit=2)) == ["1", "2"]
        assert ids(await shelved.holdings("xyz", after=ShelfPlace("A", "1"))) == ["2", "3"]
        assert ids(await shelved.holdings("xyz", after=ShelfPlace("A", "3"), limit=1)) == ["3"]
        assert await shelved.holdings("xyz", after=ShelfPlace("B", "3")) == []

    async def test_zones_do_not_see_each_other_s(self, shelved: Store) -> None:
        await put(shelved, record("A"), zone="network")
        other = holding("1", zone="network", note="other"), item("11", "1", zone="network", policy="other")
        await shelved.rearrange("network", shelving(*other))
        assert await shelved.libraries("network") == []
        assert await shelved.shelves("network", ["A"]) == Shelves([other[0]], [other[1]])
        assert (await shelved.holding("xyz", "1")) == holding("1")
        assert (await shelved.item("xyz", "11")) == item("11", "1")
        assert await shelved.shelved() == ["network", "xyz"]

    async def test_are_no_matter_of_exports(self, shelved: Store) -> None:
        before = await shelved.counts()
        await shelved.rearrange("xyz", lambda stacks: stacks.remove_holding("1"))
        assert await shelved.counts() == before


class TestRearrange:
    async def test_returns_what_the_plan_returns(self, store: Store) -> None:
        answer = object()
        assert await store.rearrange("xyz", lambda _: answer) is answer

    async def test_plan_sees_what_is_there_and_what_it_did(self, shelved: Store) -> None:
        def plan(stacks: Stacks) -> tuple[object, ...]:
            before = stacks.library("MAIN"), ids(stacks.holdings("A")), barcodes(stacks.items("1"))
            stacks.put_item(item("13", "1"))
            stacks.remove_holding("2")
            stacks.put_holding(holding("4", "B", location="desk"))
            after = ids(stacks.holdings("A")), barcodes(stacks.items("1")), stacks.item("21"), stacks.holding("4")
            return *before, *after, stacks.shelved_at("MAIN"), stacks.shelved_at("none")

        assert await shelved.rearrange("xyz", plan) == (
            *(library(), ["1", "2"], ["11", "12"]),
            *(["1"], ["11", "12", "13"], None, holding("4", "B", location="desk")),
            *({"stacks", "desk"}, set()),
        )

    async def test_plan_finds_nothing_where_nothing_is(self, store: Store) -> None:
        def plan(stacks: Stacks) -> tuple[object, ...]:
            found = stacks.library("MAIN"), stacks.holding("1"), stacks.holdings("A"), stacks.item("11")
            return *found, stacks.items("1"), stacks.shelved_at("MAIN")

        assert await store.rearrange("xyz", plan) == (None, None, [], None, [], set())

    async def test_what_the_plan_raises_undoes_all_of_it(self, shelved: Store) -> None:
        before = await shelved.shelves("xyz", "ABC")

        def plan(stacks: Stacks) -> None:
            stacks.put_library(library("more"))
            stacks.remove_library("MAIN")
            stacks.put_holding(holding("4", "C"))
            stacks.put_item(item("41", "4", "C"))
            stacks.put_item(item("11", "2", policy="moved"))
            stacks.remove_holding("1")
            stacks.remove_item("31")
            raise Refused

        with pytest.raises(Refused):
            await shelved.rearrange("xyz", plan)
        assert await shelved.shelves("xyz", "ABC") == before
        assert await shelved.libraries("xyz") == [library()]
        assert await shelved.item("xyz", "11") == item("11", "1")

    async def test_put_takes_the_place_of_the_earlier_one(self, shelved: Store) -> None:
        changed = library(name="Other"), holding("1", note="new", location="desk"), item("11", "1", policy="Book2")
        await shelved.rearrange("xyz", shelving(*changed))
        assert await shelved.libraries("xyz") == [changed[0]]
        found = await shelved.shelves("xyz", ["A"])
        assert found.holdings == [changed[1], holding("2")]
        assert found.items == [changed[2], item("12", "1"), item("21", "2")]
        assert await shelved.rearrange("xyz", lambda stacks: stacks.shelved_at("MAIN")) == {"stacks", "desk"}

    async def test_item_may_move_to_another_holding_and_record(self, shelved: Store) -> None:
        await shelved.rearrange("xyz", shelving(item("11", "3", "B")))
        assert barcodes((await shelved.shelves("xyz", ["A"])).items) == ["12", "21"]
        assert barcodes((await shelved.shelves("xyz", ["B"])).items) == ["11", "31"]
        assert await shelved.item("xyz", "11") == item("11", "3", "B")

    @pytest.mark.parametrize(
        ("noun", "words"),
        [
            (holding("9", "Z"), "zone xyz holds no record Z"),
            (item("91", "9"), "zone xyz has no holding 9"),
        ],
    )
    async def test_nothing_is_kept_of_what_is_not_there(self, shelved: Store, noun: Holding | Item, words: str) -> None:
        with pytest.raises(NotFound, match=f"^{words}$"):
            await shelved.rearrange("xyz", shelving(holding("8"), noun))
        assert await shelved.holding("xyz", "8") is None

    @pytest.mark.parametrize("noun", [holding("1", "B"), item("91", "3", "A"), item("11", "1", "B")])
    async def test_nothing_belongs_to_two_records(self, shelved: Store, noun: Holding | Item) -> None:
        with pytest.raises(ValueError, match="it is of the record"):
            await shelved.rearrange("xyz", shelving(noun))

    async def test_what_is_removed_is_gone(self, shelved: Store) -> None:
        removals: list[tuple[Callable[[Stacks], bool], bool]] = [
            (lambda stacks: stacks.remove_item("12"), True),
            (lambda stacks: stacks.remove_item("12"), False),
            (lambda stacks: stacks.remove_holding("2"), True),
            (lambda stacks: stacks.remove_holding("2"), False),
            (lambda stacks: stacks.remove_library("MAIN"), True),
            (lambda stacks: stacks.remove_library("MAIN"), False),
        ]
        for plan, was_there in removals:
            assert await shelved.rearrange("xyz", plan) is was_there
        found = await shelved.shelves("xyz", "ABC")
        assert (ids(found.holdings), barcodes(found.items)) == (["1", "3"], ["11", "31"])
        assert await shelved.item("xyz", "21") is None
        assert await shelved.libraries("xyz") == []

    async def test_many_at_once(self, store: Store) -> None:
        await put(store, record("A"))
        holdings = [holding(f"{number:02}") for number in range(50)]
        items = [item(f"{one.id}-{number:02}", one.id) for one in holdings for number in range(20)]
        await store.rearrange("xyz", shelving(*holdings, *items))
        assert await store.shelves("xyz", ["A"]) == Shelves(holdings, items)


class TestAtOnce:
    async def test_plans_have_the_effect_of_one_after_another(self, shelved: Store) -> None:
        """Each goes on from what it has read, as a desk that counts does."""

        def count(stacks: Stacks) -> None:
            present = stacks.item("11")
            assert present is not None
            stacks.put_item(replace(present, copy_id=f"{int(present.copy_id or 0) + 1}"))

        async def export(name: str) -> None:
            await shelved.transact("xyz", creating(name), seconds=PATIENCE)

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                for number in range(RIVALS):
                    nursery.start_soon(shelved.rearrange, "xyz", count)
                    nursery.start_soon(export, f"{number:02}")
        present = await shelved.item("xyz", "11")
        assert present is not None
        assert present.copy_id == f"{RIVALS}"
        assert sorted(names(await shelved.attempts())) == [f"{number:02}" for number in range(RIVALS)]

    async def test_no_holding_is_left_of_a_record_that_goes(self, store: Store) -> None:
        for number in range(RIVALS):
            mms_id = f"{number:02}"
            await put(store, record(mms_id))

            async def shelve(mms_id: str = mms_id) -> None:
                with_item = holding(mms_id, mms_id), item(mms_id, mms_id, mms_id)
                with suppress(NotFound):
                    await store.rearrange("xyz", shelving(*with_item))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(shelve)
                nursery.start_soon(store.remove_record, "xyz", mms_id)
        assert await store.holdings("xyz") == []


class TestWhatTakesThemAlong:
    async def test_record_takes_its_holdings_along(self, shelved: Store) -> None:
        assert await shelved.remove_record("xyz", "A")
        assert ids(await shelved.holdings("xyz")) == ["3"]
        assert await shelved.item("xyz", "11") is None
        assert await shelved.item("xyz", "31") == item("31", "3", "B")
        assert await shelved.libraries("xyz") == [library()]

    async def test_next_version_of_a_record_leaves_them(self, shelved: Store) -> None:
        await put(shelved, record("A", oclc("9"), version=2))
        assert ids((await shelved.shelves("xyz", ["A"])).holdings) == ["1", "2"]

    async def test_reset_takes_all_along(self, shelved: Store) -> None:
        await put(shelved, record("A"), zone="network")
        await shelved.rearrange("network", shelving(library(zone="network"), holding("1", zone="network")))
        await shelved.reset("xyz")
        assert await shelved.holdings("xyz") == []
        assert await shelved.libraries("xyz") == []
        assert await shelved.item("xyz", "11") is None
        assert await shelved.shelved() == ["network"]
        await put(shelved, record("A"))
        assert await shelved.shelves("xyz", ["A"]) == Shelves([], [])

    async def test_zone_that_is_removed_takes_all_along(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await put(store, record("A"), zone="t1")
        things = library(zone="t1"), holding("1", zone="t1"), item("11", "1", zone="t1")
        await store.rearrange("t1", shelving(*things))
        assert await store.remove_zone("t1")
        assert await store.shelved() == []
        assert await store.item("t1", "11") is None


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestBesideOthers:
    async def test_stay(self, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"))
            await store.rearrange("xyz", shelving(library(), holding("1"), item("11", "1")))
        async with open_store(url, purpose="read") as store:
            assert await store.libraries("xyz") == [library()]
            assert await store.shelves("xyz", ["A"]) == Shelves([holding("1")], [item("11", "1")])

    async def test_command_rearranges_beside_a_gateway(self, url: str, shelved: Store) -> None:
        async with open_store(url, purpose="change") as command:
            await command.rearrange("xyz", shelving(item("11", "1", policy="Book2")))
        assert await shelved.item("xyz", "11") == item("11", "1", policy="Book2")

    async def test_who_only_reads_changes_nothing(self, url: str, shelved: Store) -> None:
        async with open_store(url, purpose="read") as reader:
            with pytest.raises(StoreError, match=r"^the store was opened to read, not to write$"):
                await reader.rearrange("xyz", lambda stacks: stacks.remove_item("11"))
            assert await reader.item("xyz", "11") == item("11", "1")


class TestOfWhatWasFound:
    async def test_is_told_with_the_records_as_they_are_now(self, shelved: Store) -> None:
        await shelved.rearrange("xyz", lambda stacks: stacks.remove_library("MAIN"))
        found = await shelved.find_records("xyz", Among(("A", "B", "C")))
        numbers = found.result.numbers()
        await put(shelved, record("B", oclc("B"), version=2))
        await shelved.remove_record("xyz", "C")
        c, b, a, again = await shelved.found_inventory("xyz", [*numbers, numbers[1]], found.epoch)
        assert c == Listed("C", None)
        assert again == b
        assert a.mms_id == "A"
        assert a.there is not None
        assert ids([*a.there.holdings]) == ["1", "2"]
        assert barcodes([*a.there.items]) == ["11", "12", "21"]
        assert a.there.libraries == (None, None)
        assert b.there is not None
        assert b.there.record == await shelved.record("xyz", "B")
        await shelved.rearrange("xyz", shelving(library()))
        (told,) = await shelved.found_inventory("xyz", [numbers[1]], found.epoch)
        assert told.there is not None
        assert told.there.libraries == (library(),)

    async def test_may_come_with_the_search(self, shelved: Store) -> None:
        found = await shelved.find_records("xyz", Among(("A", "B", "C")), read=2)
        listed = await shelved.found_inventory("xyz", found.result.numbers(0, 2), found.epoch)
        assert [*found.read] in ([], listed)
        assert not (await shelved.find_records("xyz", Among(("A", "B")))).read
        asked: list[tuple[list[int], int]] = []

        def known(numbers: Sequence[int], epoch: int) -> bool:
            asked.append(([*numbers], epoch))
            return True

        assert not (await shelved.find_records("xyz", Among(("A", "B", "C")), read=2, known=known)).read
        assert asked in ([], [(found.result.numbers(0, 2), found.epoch)])
        assert not (await shelved.find_records("xyz", Among(("nobody",)), read=2)).read

    async def test_is_not_told_of_numbers_of_before(self, shelved: Store) -> None:
        found = await shelved.find_records("xyz", Among(("A",)))
        await shelved.reset("xyz")
        with pytest.raises(NotFound, match="search again"):
            await shelved.found_inventory("xyz", found.result.numbers(), found.epoch)


CHANGES: dict[str, Callable[[Store], Awaitable[object]]] = {
    "a record is written": lambda store: put(store, record("D")),
    "a record is removed": lambda store: store.remove_record("xyz", "A"),
    "a library is put": lambda store: store.rearrange("xyz", shelving(library())),
    "a holding is removed": lambda store: store.rearrange("xyz", lambda stacks: stacks.remove_holding("1")),
    "an item is put": lambda store: store.rearrange("xyz", shelving(item("13", "1"))),
    "the zone is reset": lambda store: store.reset("xyz"),
}


class TestMarks:
    @pytest.mark.parametrize("change", CHANGES)
    async def test_are_others_after_a_change(self, shelved: Store, change: str) -> None:
        before = await shelved.mark()
        await CHANGES[change](shelved)
        assert await shelved.mark() != before

    async def test_are_equal_while_people_read(self, shelved: Store) -> None:
        """In PostgreSQL, as soon as no other database of the server is written to."""
        found = await shelved.find_records("xyz", Among(("A",)))
        before = None
        with trio.fail_after(PATIENCE):
            while (mark := await shelved.mark()) != before:
                before = mark
                await shelved.found_inventory("xyz", found.result.numbers(), found.epoch)
                await shelved.find_records("xyz", Among(("A",)))


def test_every_code_is_of_one_character() -> None:
    """So that it can stand in a Leader or an 008."""
    for field in ("encoding_level", "receipt_status", "retention", "completeness"):
        assert {len(code) for code in get_args(HoldingFacts.__annotations__[field])} == {1}
