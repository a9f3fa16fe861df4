"""What every store promises of records that are suppressed from discovery: who searches for all finds them, others not.

Counts, orders and terms are as if they were not there; before they are in rows and after.
"""

from pathlib import Path

import apsw
import psycopg
import pytest
from msgspec.structs import replace

from gateway.circulation.lending import Arrived
from gateway.circulation.lending.arriving import brief_record
from gateway.model import BibRecord, Flag
from gateway.search.query import (
    Among,
    And,
    AndNot,
    Index,
    Or,
    Order,
    Position,
    Query,
    Structure,
    Term,
    Truncation,
)
from gateway.search.ranking import Sorting, SortKey
from gateway.stores import moving, open_store
from gateway.stores.base import Store
from tests.stores.conftest import KINDS, LASTING
from tests.stores.nouns import NOON, holding, put, record, shelving

from .test_store_record_search import TIDES, TITLE, find, marc, page

LOCKED, SUPPRESSED = Flag.LOCKED, Flag.SUPPRESSED
EVERYBODY_FINDS: tuple[tuple[Query, str], ...] = (
    (TIDES, "531"),
    (Term(TITLE, "of river", structure=Structure.PHRASE), "531"),
    (Term(TITLE, "riv", truncation=Truncation.RIGHT), "531"),
    (Term(TITLE, "2"), ""),
    (Term(TITLE, "tides of river 2", position=Position.FIRST, complete=True), ""),
    (Term(Index.MMS, "4"), ""),
    (Among(("1", "2", "3")), "31"),
    (Or(Term(TITLE, "2"), Term(TITLE, "3")), "3"),
    (And(TIDES, Term(TITLE, "4")), ""),
    (AndNot(TIDES, Term(TITLE, "5")), "31"),
    (AndNot(TIDES, Term(TITLE, "4")), "531"),
    (Term(Index.SUPPRESSED, "true"), ""),
    (Term(Index.SUPPRESSED, "false"), "531"),
)
"""Queries, and the MMS IDs that they find, of those of the fixture."""


async def found_by_all(store: Store, query: Query = TIDES, order: Order = Order.WRITTEN) -> list[str]:
    """MMS IDs of what is found by who may not see what is suppressed: as many as he is told."""
    result = await store.find_records("xyz", query, order=order, suppressed=False)
    mms_ids = await page(store, result)
    assert len(mms_ids) == result.result.total
    return mms_ids


def flagged(mms_id: str, title: str, *flags: Flag, version: int = 1) -> BibRecord:
    """A record with these flags."""
    return replace(record(mms_id, version=version, marc=marc(title)), flags=frozenset(flags))


@pytest.fixture(params=["in memory", "in rows"])
async def half(request: pytest.FixtureRequest, store: Store) -> Store:
    """The store with five records, of which 2 and 4 are suppressed."""
    flags = {"2": (SUPPRESSED,), "4": (SUPPRESSED, LOCKED), "5": (LOCKED,)}
    await put(store, *(flagged(mms_id, f"Tides of river {mms_id}", *flags.get(mms_id, ())) for mms_id in "12345"))
    if request.param == "in rows":
        await store.index_records("xyz")
    return store


async def test_they_are_neither_found_nor_counted_by_everybody(half: Store) -> None:
    for query, mms_ids in EVERYBODY_FINDS:
        for order in Order:
            assert await found_by_all(half, query, order) == [*mms_ids], (query, order)


async def test_they_are_found_by_who_searches_for_all_and_have_an_index(half: Store) -> None:
    assert await find(half) == [*"54321"]
    assert await find(half, Term(Index.SUPPRESSED, "true")) == [*"42"]
    assert await find(half, And(TIDES, Term(Index.SUPPRESSED, "False"))) == [*"531"]


async def test_they_are_not_read_ahead_nor_sorted_among_the_others(half: Store) -> None:
    result = await half.find_records("xyz", TIDES, read=9, suppressed=False)
    assert [one.mms_id for one in result.read] == [*"531"][: len(result.read)]
    numbers = await half.sort_records("xyz", result.result.numbers(), result.epoch, [Sorting(SortKey.TITLE)])
    assert await half.found_records("xyz", numbers, result.epoch) == [*"135"]


async def test_they_have_no_terms_for_everybody(half: Store) -> None:
    async def terms(text: str, *, suppressed: bool) -> list[str]:
        below, above = await half.scan_records("xyz", TITLE, text, before=2, after=3, suppressed=suppressed)
        return [f"{one.term} {one.records}" for one in (*below, *above)]

    assert await terms("3", suppressed=True) == ["1 1", "2 1", "3 1", "4 1", "5 1"]
    assert await terms("3", suppressed=False) == ["1 1", "3 1", "5 1", "of 3"]
    assert await terms("tides", suppressed=False) == ["of 3", "river 3", "tides 3"]


async def test_they_are_suppressed_in_another_store_too(half: Store, tmp_path: Path) -> None:
    async with open_store(f"sqlite:{tmp_path / 'copy.db'}") as target:
        await moving.copy(half, target, moving.Copied())
        assert await found_by_all(target) == [*"531"]


async def test_a_record_is_suppressed_while_its_flags_say_so(store: Store) -> None:
    await put(store, flagged("991", "Tides"), flagged("992", "Tides"))
    assert await found_by_all(store) == ["992", "991"]
    for flags in [SUPPRESSED], [SUPPRESSED, LOCKED]:
        await put(store, flagged("991", "Tides", *flags))
        assert await found_by_all(store) == ["992"]
        assert await find(store) == ["991", "992"]
    await store.index_records("xyz")
    assert await found_by_all(store) == ["992"]
    await put(store, flagged("991", "Tides", SUPPRESSED, version=2))
    assert await found_by_all(store) == ["992"]
    await put(store, flagged("991", "Tides", LOCKED, version=2))
    assert await found_by_all(store) == ["991", "992"]


def forget_migration(url: str) -> None:
    """Have the store be of a schema that knows of nothing suppressed."""
    if url.startswith("sqlite:"):
        with apsw.Connection(url.removeprefix("sqlite:")) as store:
            store.execute("DELETE FROM schema_version WHERE version > 8")
        store.close()
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM gateway_schema WHERE version > 7")


@pytest.mark.parametrize("kind", LASTING)
async def test_brief_records_of_an_older_gateway_are_suppressed_when_the_store_is_brought_up_to_date(
    kind: str, tmp_path: Path
) -> None:
    url = KINDS[kind](tmp_path)
    brief = replace(brief_record("1", Arrived(patron="jane", title="Tides"), NOON), flags=frozenset())
    shelved = {"1": "IN_RS_REQ", "2": "IN_RS_REQ", "3": "stacks", "4": "IN_RS_REQ", "5": "IN_RS_REQ"}
    borrowed = [
        replace(holding(f"22{mms_id}", mms_id, location=location), library="RES_SHARE")
        for mms_id, location in shelved.items()
    ]
    async with open_store(url) as store:
        await put(store, *(replace(brief, mms_id=mms_id) for mms_id in "1346"), flagged("5", "Tides"))
        await put(store, replace(brief, mms_id="2", flags=frozenset({LOCKED})))
        await store.rearrange("xyz", shelving(*borrowed, holding("9", "4")))
        await store.index_records("xyz")
    forget_migration(url)
    async with open_store(url) as store:
        assert sorted(await found_by_all(store)) == [*"3456"]
        flags = {one.mms_id: one.flags for one in await store.records("xyz") if one.flags}
        assert flags == {"1": {SUPPRESSED}, "2": {SUPPRESSED, LOCKED}}
        assert [one.mms_id for one in await store.unpublished("xyz")] == [*"123456"]
