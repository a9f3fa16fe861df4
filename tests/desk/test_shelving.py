"""Files of holdings into a zone: what is made, what is changed, what is refused and why."""

from collections.abc import AsyncIterator

import pytest

from gateway.circulation import rules
from gateway.desk import shelving
from gateway.desk.shelving import LineFault, Loaded
from gateway.errors import Unfit
from gateway.marc import standard_numbers
from gateway.model import Identifier, Item, Library, Loan, Location, ProcessType
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import XYZ
from tests.stores.nouns import oclc, put, record

HEAD = "mms_id,library,location,barcode"


@pytest.fixture
async def filled(store: Store) -> Store:
    """Three records."""
    isbn, issn = Identifier("isbn", "9786990001074"), Identifier("issn", standard_numbers.issn("9871-001X"))
    await put(store, record("A", {*oclc("17"), isbn}), record("B", {*oclc("18"), issn}), record("C", {isbn}))
    return store


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """A store in memory."""
    async with open_store("memory:") as store:
        yield store


async def load(store: Store, text: str, *, dry_run: bool = False) -> Loaded:
    """What became of a file."""
    file = await shelving.read("a.toml" if "[[" in text else "a.csv", text.encode(), "xyz")
    return await shelving.load(store, XYZ, file, dry_run=dry_run)


async def items(store: Store, *mms_ids: str) -> list[Item]:
    """Those of these records."""
    return (await store.shelves("xyz", mms_ids)).items


async def refused(store: Store, text: str) -> list[str]:
    """Why which lines were not loaded."""
    told = await load(store, text)
    assert told.refused == len(told.faults)
    return [f"{fault.line}: {fault.field} {fault.says}" for fault in told.faults]


class TestLines:
    async def test_of_one_place_and_call_number_are_one_holding(self, filled: Store) -> None:
        head = "mms_id,library,location,call_number,copy_number,barcode"
        told = await load(
            filled, f"{head}\nA,M,s,PE1,1,11\nA,M,s,PE1,1,12\nA,M,s,PE1,2,13\nA,M,t,PE1,1,14\nB,M,s,PE1,1,15\n"
        )
        assert (told.holdings_made, told.items_made, told.libraries) == (4, 5, ("M",))
        found = await filled.shelves("xyz", ["A"])
        by_holding = {one.id: (one.location, one.copy_number) for one in found.holdings}
        assert {item.barcode: by_holding[item.holding] for item in found.items} == {
            "11": ("s", "1"),
            "12": ("s", "1"),
            "13": ("s", "2"),
            "14": ("t", "1"),
        }

    async def test_twice_change_nothing(self, filled: Store) -> None:
        text = "mms_id,library,location,summary,barcode,process_type,due\nA,M,s,v.1|v.2,11,LOAN,2026-12-31\nA,M,t,,,,\n"
        await load(filled, text)
        before = await filled.shelves("xyz", ["A"])
        assert await load(filled, text) == Loaded("xyz", 2, (), 0, 0, 0, 0, 0, ())
        assert await filled.shelves("xyz", ["A"]) == before

    async def test_change_what_they_say(self, filled: Store) -> None:
        await load(filled, "mms_id,library,location,public_note,barcode,policy\nA,M,s,one,11,B1\n")
        told = await load(filled, "mms_id,library,location,summary,barcode,process_type\nA,M,s,v.1,11,LOST_LOAN\n")
        assert (told.holdings_made, told.holdings_changed, told.items_made, told.items_changed) == (0, 1, 0, 1)
        [holding] = (await filled.shelves("xyz", ["A"])).holdings
        assert (holding.public_note, holding.summary) == ("one", ("v.1",))
        [item] = await items(filled, "A")
        assert (item.policy, item.process_type) == ("", ProcessType.LOST)

    async def test_move_an_item_to_another_holding_of_its_record(self, filled: Store) -> None:
        await load(filled, f"{HEAD}\nA,M,s,11\n")
        told = await load(filled, f"{HEAD}\nA,M,t,11\n")
        assert (told.holdings_made, told.items_changed) == (1, 1)
        [item] = await items(filled, "A")
        holding = await filled.holding("xyz", item.holding)
        assert holding is not None
        assert holding.location == "t"

    async def test_end_the_loan_of_an_item_that_is_there_again(self, filled: Store) -> None:
        head = f"{HEAD},process_type,due"
        await load(filled, f"{head}\nA,M,s,11,LOAN,2026-12-31\n")
        [item] = await items(filled, "A")
        assert item.due_at is not None
        loan = Loan(zone="xyz", item="11", mms_id="A", patron="7", lent_at=item.due_at, due_at=item.due_at)
        await filled.rearrange("xyz", lambda stacks: stacks.put_loan(loan))
        await load(filled, f"{head}\nA,M,s,11,LOAN,2027-12-31\n")
        [longer] = await filled.loans("xyz")
        assert longer.due_at == item.due_at.replace(year=2027)
        await load(filled, f"{head}\nA,M,s,11,LOST_LOAN,\n")
        assert await filled.loans("xyz") == [longer]
        await load(filled, f"{head}\nA,M,s,11,,\n")
        assert await filled.loans("xyz") == []

    async def test_name_their_record_by_any_number(self, filled: Store) -> None:
        head = "mms_id,oclc,issn,library,location,barcode"
        await load(filled, f"{head}\nA,,,M,s,1\n,ocm00000017,,M,s,2\n,(OCoLC)18,,M,s,3\n,,9871-001X,M,s,4\n")
        assert [item.barcode for item in await items(filled, "A")] == ["1", "2"]
        assert [item.barcode for item in await items(filled, "B")] == ["3", "4"]

    async def test_describe_an_item_by_its_enumeration(self, filled: Store) -> None:
        await load(filled, f"{HEAD},enumeration,chronology\nA,M,s,11,v.1,2001\n")
        [item] = await items(filled, "A")
        assert item.description == "v.1 2001"


class TestRefused:
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("Z,,,M,s,1", "mms_id 'Z' is of no record of zone xyz"),
            (",99,,M,s,1", "oclc '99' is of no record of zone xyz"),
            (",nine,,M,s,1", "oclc 'nine' is no OCLC number; write its digits, such as 1000001"),
            (",,978-6-990-00107-4,M,s,1", "isbn '978-6-990-00107-4' is of 2 records of zone xyz"),
            (
                "B,,,M,s,11",
                "barcode '11' is that of an item of another record, A; "
                "give this one another, or delete that item first",
            ),
            (f"B,,,M,s,{'1' * 101}", "barcode has 101 characters; at most 100 can be kept"),
            (f"B,,,{'M' * 101},s,1", "library has 101 characters; at most 100 can be kept"),
            (f"B,,,M,{'s' * 101},1", "location has 101 characters; at most 100 can be kept"),
        ],
    )
    async def test_line_leaves_the_others(self, filled: Store, line: str, told: str) -> None:
        await load(filled, f"{HEAD}\nA,M,s,11\n")
        text = f"mms_id,oclc,isbn,library,location,barcode\nA,,,M,s,12\n{line}\nA,,,M,s,13\n"
        assert await refused(filled, text) == [f"3: {told}"]
        assert [item.barcode for item in await items(filled, "A", "B")] == ["11", "12", "13"]
        assert (await filled.shelves("xyz", ["B"])).holdings == []

    async def test_more_holdings_than_a_record_may_have(self, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "HOLDINGS_OF_RECORD", 2)
        told = await refused(filled, f"{HEAD}\nA,M,s,\nA,M,t,\nA,M,u,\nA,M,s,1\nB,M,u,\n")
        assert told == ["4: mms_id is of a record with 2 holdings, the most there can be"]

    async def test_more_items_than_a_holding_may_have(self, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "ITEMS_OF_HOLDING", 2)
        await load(filled, f"{HEAD}\nA,M,s,1\n")
        told = await refused(filled, f"{HEAD}\nA,M,s,1\nA,M,s,2\nA,M,s,3\nA,M,t,4\n")
        assert told == ["4: barcode is one too many: a holding has at most 2 items"]

    async def test_more_locations_than_a_library_may_have(self, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "LOCATIONS_OF_LIBRARY", 1)
        told = await refused(filled, f"{HEAD}\nA,M,s,\nA,M,t,\n")
        assert told == ["3: location is one too many: a library has at most 1 locations"]

    async def test_more_libraries_than_a_zone_may_have(self, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "LIBRARIES_OF_ZONE", 2)
        await load(filled, f"{HEAD}\nA,L,s,\n")
        told = await refused(filled, f"{HEAD}\nA,M,s,\nA,N,t,\nA,L,u,\n")
        assert told == ["3: library is one too many: a zone has at most 2 libraries"]
        libraries = "".join(f'[[libraries]]\ncode = "{code}"\nname = "{code}"\n' for code in "MO")
        with pytest.raises(Unfit, match="library: is one too many"):
            await load(filled, libraries)

    async def test_so_many_are_told_and_the_others_counted(
        self, filled: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shelving, "FAULTS_TOLD", 1)
        told = await load(filled, f"{HEAD}\nY,M,s,\nZ,M,s,\n")
        assert (told.refused, told.faults) == (2, (LineFault(2, "mms_id", "'Y' is of no record of zone xyz"),))


class TestLibraries:
    async def test_are_made_with_the_names_that_are_said(self, filled: Store) -> None:
        head = "mms_id,library,library_name,location,location_name"
        await load(filled, f"{head}\nA,M,,s,\nA,M,Main,t,Tower\nA,M,,s,Stacks\n")
        stacks, tower = Location("s", "Stacks"), Location("t", "Tower")
        assert await filled.libraries("xyz") == [Library(zone="xyz", code="M", name="Main", locations=(stacks, tower))]
        assert (await load(filled, f"{head}\nA,M,,s,\n")).changed is False

    async def test_of_a_file_of_their_own(self, filled: Store) -> None:
        told = await load(filled, '[[libraries]]\ncode = "M"\nname = "Main"\nlocations = [{code = "s"}]\n')
        assert (told.lines, told.libraries) == (0, ("M",))
        assert [one.name for one in await filled.libraries("xyz")] == ["Main"]


class TestManyLines:
    async def test_are_loaded_batch_by_batch(self, filled: Store) -> None:
        lines = [f"A,M,s,{number:04}" for number in range(2 * shelving.LINES_AT_ONCE + 7)]
        told = await load(filled, "\n".join([HEAD, *lines]))
        assert (told.lines, told.holdings_made, told.items_made) == (407, 1, 407)
        assert len(await items(filled, "A")) == 407

    async def test_are_counted_alike_in_a_dry_run(self, filled: Store) -> None:
        lines = [f"{mms_id},M,s,{mms_id}{number:04}" for number in range(shelving.LINES_AT_ONCE) for mms_id in "ABZ"]
        text = "\n".join([HEAD, *lines])
        dry = await load(filled, text, dry_run=True)
        assert await filled.shelved() == []
        assert dry == await load(filled, text)
        assert (dry.holdings_made, dry.items_made, dry.refused) == (2, 400, 200)
