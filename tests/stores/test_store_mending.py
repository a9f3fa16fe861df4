"""What a check finds wrong in how records are found is mended, in every store, and nothing else is changed."""

from datetime import timedelta

import pytest
import trio
from msgspec.structs import replace

from gateway.importer import mending
from gateway.importer.checking import Check, Looked
from gateway.importer.mending import Mender, borne
from gateway.model import BibRecord, Flag, Identifier
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store, Transaction
from tests.marc.mnemonic import mrk
from tests.stores.conftest import LASTING
from tests.stores.damage import Index
from tests.stores.nouns import NOON, PATIENCE, oclc, put, record

ISBN = Identifier("isbn", "9786990001036")
[OCLC], [OTHER] = oclc("7"), oclc("8")


def stored(ordinal: int, kept_under: frozenset[Identifier] | None = None, **known: object) -> BibRecord:
    """A zone's record that bears an OCLC number and an ISBN; kept under these unless others are given."""
    mms_id = f"99{1_000_000_000 + ordinal}5867"
    marc = mrk(f"=001  {mms_id}\n=020  \\\\$a9786990001036\n=035  \\\\$a(OCoLC){ordinal + 6}").serialize()
    bears = oclc(f"{ordinal + 6}") | {ISBN}
    return replace(record(mms_id, bears if kept_under is None else kept_under, marc=marc), **known)


FIRST = stored(1).mms_id


async def draw(store: Store, ordinals: int) -> None:
    """Let the zone's counter have counted so many records."""

    def plan(transaction: Transaction) -> None:
        for _ in range(ordinals):
            transaction.next_ordinal()

    await store.transact("xyz", plan, seconds=PATIENCE)


async def checked(store: Store, *, repair: bool = False) -> list[tuple[str, str, bool]]:
    """Code and MMS ID of each fault, and whether it has been mended."""
    found: list[tuple[str, str, bool]] = []
    mender = Mender(store, seconds=PATIENCE) if repair else None
    check = Check(
        store,
        {},
        NOON + timedelta(days=1),
        Looked(),
        found=lambda fault, mended: found.append((fault.code, fault.mms_id, mended)),
        mender=mender,
    )
    await check.run()
    return found


async def found_by(store: Store, identifier: Identifier) -> list[str]:
    """MMS IDs of the records that are found by it."""
    return [one.mms_id for one in await store.find("xyz", [identifier])]


@pytest.fixture
async def index(url: str, store: Store) -> Index:
    """That of a store with two sound records, to be damaged."""
    await draw(store, 2)
    await put(store, stored(1), stored(2))
    assert await checked(store) == []
    return Index(url, store)


async def test_records_of_an_early_gateway_are_found_by_all_their_numbers(store: Store) -> None:
    """It kept them under their OCLC numbers alone."""
    many = PAGE_ROWS + 7
    await draw(store, many)
    early = [stored(ordinal, oclc(f"{ordinal + 6}")) for ordinal in range(1, many + 1)]
    await put(store, *early)
    assert await checked(store) == [("identifiers", one.mms_id, False) for one in early]
    assert await checked(store, repair=True) == [("identifiers", one.mms_id, True) for one in early]
    assert await checked(store) == []
    assert len(await found_by(store, ISBN)) == many


async def test_nothing_else_of_a_record_is_changed(store: Store) -> None:
    await draw(store, 1)
    before = stored(1, frozenset({OTHER}), flags=frozenset({Flag.LOCKED}), management_tag="do-not-publish")
    await put(store, before, replace(before, version=2, title="Waves", made_by="revert 1"))
    assert await checked(store, repair=True) == [("identifiers", FIRST, True)]
    first, second = await store.versions("xyz", FIRST)
    assert first == before
    assert second == replace(before, version=2, title="Waves", made_by="revert 1", identifiers=frozenset({OCLC, ISBN}))
    assert await store.attempts() == []


async def test_link_to_the_network_zone_is_a_number_too(store: Store) -> None:
    await draw(store, 1)
    await put(store, stored(1, linked_to="N"))
    assert await checked(store, repair=True) == [("identifiers", FIRST, True)]
    assert await found_by(store, Identifier("network", "N")) == [FIRST]


class TestIndex:
    async def test_that_lacks_numbers(self, store: Store, index: Index) -> None:
        index.remove("xyz", ISBN)
        index.remove("xyz", OCLC)
        [first, second] = await store.records("xyz")
        lacking = [(first.mms_id, 2), (second.mms_id, 1)]
        told = [("not_indexed", mms_id, True) for mms_id, numbers in lacking for _ in range(numbers)]
        assert await checked(store, repair=True) == told
        assert await checked(store) == []
        assert await found_by(store, OCLC) == [first.mms_id]
        assert await found_by(store, ISBN) == [first.mms_id, second.mms_id]
        assert await store.records("xyz") == [first, second]

    async def test_that_has_a_number_too_many(self, store: Store, index: Index) -> None:
        before = await store.records("xyz")
        index.add("xyz", OTHER, FIRST)
        assert await checked(store, repair=True) == [("wrongly_indexed", FIRST, True)]
        assert await checked(store) == []
        assert await found_by(store, OTHER) == [before[1].mms_id]
        assert await store.records("xyz") == before

    async def test_that_has_one_for_another(self, store: Store, index: Index) -> None:
        index.remove("xyz", OCLC)
        index.add("xyz", Identifier("oclc", "77"), FIRST)
        told = await checked(store, repair=True)
        assert sorted(told) == [("not_indexed", FIRST, True), ("wrongly_indexed", FIRST, True)]
        assert await checked(store) == []

    @pytest.mark.parametrize("url", LASTING, indirect=True)  # a memory store's index cannot outlive its records
    async def test_that_leads_nowhere_cannot_be_mended(self, store: Store, index: Index) -> None:
        index.add("xyz", OTHER, "ghost")
        assert await checked(store, repair=True) == [("leads_nowhere", "ghost", False)]

    async def test_of_a_record_that_cannot_be_read_is_left(self, store: Store, index: Index) -> None:
        await put(store, stored(1, marc=b"00"))
        index.remove("xyz", OCLC)
        told = [("unreadable_record", FIRST, False), ("not_indexed", FIRST, False)]
        assert await checked(store, repair=True) == told
        [first, _] = await store.records("xyz")
        assert first == stored(1, marc=b"00")

    async def test_that_has_a_number_already_is_no_obstacle_to_an_import(self, store: Store, index: Index) -> None:
        index.add("xyz", Identifier("oclc", "77"), FIRST)
        await put(store, stored(1, oclc("77"), version=2))
        assert await found_by(store, Identifier("oclc", "77")) == [FIRST]


class TestCounter:
    async def test_that_is_behind_is_moved_on(self, store: Store) -> None:
        await draw(store, 1)
        await put(store, stored(1), stored(5), stored(9))
        last = stored(9).mms_id
        assert await checked(store) == [("counter", last, False)]
        assert await checked(store, repair=True) == [("counter", last, True)]
        assert await checked(store) == []
        assert await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE) == 10

    async def test_that_is_too_far_behind_is_left(self, store: Store) -> None:
        far = stored(mending.MOST_DRAWN + 1)
        await put(store, far)
        assert await checked(store, repair=True) == [("counter", far.mms_id, False)]
        assert (await store.counts())["xyz"].ordinal == 0


@pytest.mark.parametrize("url", LASTING, indirect=True)
async def test_records_that_change_meanwhile_lose_nothing(url: str) -> None:
    """A gateway gives a record other numbers all the time while they are mended."""
    async with open_store(url) as gateway, open_store(url, purpose="change") as command:
        await draw(gateway, 1)
        await put(gateway, stored(1))
        mender = Mender(command, seconds=PATIENCE)

        async def change() -> None:
            for version in range(2, 10_000):
                await put(gateway, stored(1, oclc(f"{version}"), version=version))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(change)
            for _ in range(20):
                assert await mender.reindex("xyz", {FIRST: {ISBN, OCLC}}) == {FIRST}
            nursery.cancel_scope.cancel()
        await mender.reindex("xyz", {FIRST: set()})
        assert await checked(gateway) == []
        newest = await gateway.record("xyz", FIRST)
        assert newest is not None
        assert newest.version == len(await gateway.versions("xyz", FIRST))
        assert newest.identifiers == borne(newest)
