"""What a search of zones finds, page by page, while others write."""

from collections.abc import AsyncIterator

import pytest

from gateway.desk import cursors, searching
from gateway.desk.cursors import FoundPlace, RecordPlace
from gateway.desk.searching import FoundPage, searched
from gateway.errors import BadQuery, Unusable
from gateway.search.query import Order
from gateway.search.words import parse
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.desk.zone import filled

TITLES = ["Notebook of tides", "Rivers", "Tides and rivers", "A walker's atlas", "Rivers of Bohême"]
ZONES = ("network", "xyz")


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """With a record of each title in `xyz`, and one in `network`."""
    async with open_store("memory:") as store:
        await filled(store, TITLES)
        [first] = await store.records("xyz", limit=1)
        await store.transact("network", lambda transaction: transaction.put(first), seconds=1)
        yield store


async def page(store: Store, text: str, *, after: str = "", limit: int = 100, written: bool = False) -> FoundPage:
    """A page of what these words find in both zones."""
    order = Order.WRITTEN if written else Order.RELEVANCE
    return await searched(store, ZONES, parse(text), order=order, after=after, limit=limit)


def titles(*pages: FoundPage) -> list[str]:
    """Of the records, with their zones."""
    return [f"{record.zone}: {record.title}" for page in pages for record in page.records]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rivers", ["xyz: Rivers", "xyz: Rivers of Bohême", "xyz: Tides and rivers"]),
        ("boheme", ["xyz: Rivers of Bohême"]),
        ("tides", ["network: Notebook of tides", "xyz: Tides and rivers", "xyz: Notebook of tides"]),
        ("tides not rivers", ["network: Notebook of tides", "xyz: Notebook of tides"]),
        ("oclc:2", ["xyz: Rivers"]),
        ("lakes", []),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_page_by_page_the_best_of_each_zone_first(store: Store, text: str, found: list[str], limit: int):
    pages = [await page(store, text, limit=limit)]
    while pages[-1].after is not None:
        pages.append(await page(store, text, limit=limit, after=pages[-1].after))
    assert titles(*pages) == found
    assert [len(one.records) for one in pages[:-1]] == [limit] * (len(pages) - 1)
    assert {one.total for one in pages} == {len(found)}


async def test_written_last_comes_first(store: Store):
    found = await page(store, "rivers", written=True)
    assert titles(found) == ["xyz: Rivers of Bohême", "xyz: Tides and rivers", "xyz: Rivers"]


@pytest.mark.parametrize("written", [True, False])
async def test_what_is_written_meanwhile_moves_nothing(store: Store, written: bool):
    first = await page(store, "rivers", limit=1, written=written)
    everything = titles(await page(store, "rivers", written=written))
    await filled(store, ["Rivers"])
    assert first.after
    second = await page(store, "rivers", limit=1, written=written, after=first.after)
    assert titles(first, second) == everything[:2]
    assert second.total == 4


async def test_a_record_that_is_gone_is_left_out(store: Store):
    found = await store.find_records("xyz", parse("rivers"))
    numbers = found.result.numbers()
    await store.remove_record("xyz", "9910000000025867")
    left = await searching.rows(store, "xyz", found, numbers)
    assert [record.title for record in left] == ["Rivers of Bohême", "Tides and rivers"]


async def test_no_more_are_listed_than_a_result_has(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "LISTED", 2)
    found = await page(store, "rivers")
    assert (len(found.records), found.total, found.after) == (2, 3, None)


async def test_a_zone_that_was_emptied_is_searched_again(store: Store):
    first = await page(store, "rivers", limit=1)
    await store.reset("xyz")
    assert first.after
    with pytest.raises(Unusable, match="no longer there to go on in; search again"):
        await page(store, "rivers", after=first.after)


@pytest.mark.parametrize(
    "after",
    [
        "x",
        cursors.written(RecordPlace("xyz", "99")),
        cursors.written(FoundPlace("removed", 0, 0, 1)),
        cursors.written(FoundPlace("xyz", 7, 0, 1)),
    ],
)
async def test_a_place_that_no_page_has_given(store: Store, after: str):
    with pytest.raises(Unusable):
        await page(store, "rivers", after=after)


@pytest.mark.parametrize("limit", [0, 1_001])
async def test_a_page_has_its_limits(store: Store, limit: int):
    with pytest.raises(Unusable, match=f"a page has 1 to 1,000 records, not {limit:,}"):
        await page(store, "rivers", limit=limit)


async def test_too_many_terms(store: Store):
    with pytest.raises(BadQuery, match="the search has 101 terms"):
        await page(store, "a " * 101)
