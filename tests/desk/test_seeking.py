"""Listings of records: by number, by title, page by page, and never more work than a page is worth."""

from collections.abc import AsyncIterator

import pytest

from gateway.desk import cursors, seeking
from gateway.desk.cursors import RecordPlace
from gateway.desk.seeking import Sought, listed, sought
from gateway.errors import Unusable
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.desk.zone import filled

TITLES = ["Notebook of tides", "Rivers of Bohême", "Tides and rivers", "A walker's atlas", "RIVERS"]
ZONES = ("network", "xyz")


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """With a record of each title in `xyz`, and one in `network`."""
    async with open_store("memory:") as store:
        await filled(store, TITLES)
        [first] = await store.records("xyz", limit=1)
        await store.transact("network", lambda transaction: transaction.put(first), seconds=1)
        yield store


async def pages(store: Store, wanted: Sought, limit: int) -> list[list[str]]:
    """The titles of page after page."""
    found = []
    after: str | None = ""
    while after is not None:
        page = await listed(store, ZONES, wanted, after=after, limit=limit)
        found.append([f"{record.zone}: {record.title}" for record in page.records])
        after = page.after
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
async def test_all_by_zone_and_mms_id(store: Store, limit: int):
    found = await pages(store, Sought(), limit)
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    everything = ["network: Notebook of tides", *(f"xyz: {title}" for title in TITLES)]
    assert [title for page in found for title in page] == everything


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (sought(title="rivers"), ["Rivers of Bohême", "Tides and rivers", "RIVERS"]),
        (sought(title="rivers TIDES"), ["Tides and rivers"]),
        (sought(title="bohe\u0302me"), ["Rivers of Bohême"]),
        (sought(oclc="2"), ["Rivers of Bohême"]),
        (sought(oclc="(ocolc)ocm00000002"), ["Rivers of Bohême"]),
        (sought(oclc="2", title="atlas"), []),
        (sought(mms="9910000000035867"), ["Tides and rivers"]),
        (sought(mms="9910000000035867", title="rivers"), ["Tides and rivers"]),
        (sought(mms="9910000000035867", oclc="2"), []),
        (sought(oclc="99"), []),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
async def test_those_that_are_sought(store: Store, wanted: Sought, titles: list[str], limit: int):
    found = [title for page in await pages(store, wanted, limit) for title in page]
    assert found == [f"xyz: {title}" for title in titles]


async def test_a_page_looks_at_so_many_only(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seeking, "LOOKED_AT", 2)
    assert await pages(store, sought(title="atlas"), 100) == [[], [], ["xyz: A walker's atlas"]]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"oclc": "DLC1"}, "oclc: 'DLC1' is no OCLC number; write its digits, such as 1000001"),
        ({"isbn": "1"}, "isbn: '1' is no ISBN; write all 10 or 13 digits, the check digit too"),
        ({"issn": "1"}, "issn: '1' is no ISSN; write all 8 digits, the check digit too"),
        ({"oclc": "1", "issn": "9871-001X"}, "give one of oclc and issn"),
    ],
)
def test_what_is_no_number(asked: dict[str, str], says: str):
    with pytest.raises(Unusable) as raised:
        sought(**asked)
    assert str(raised.value) == says


@pytest.mark.parametrize("limit", [0, 1_001])
async def test_a_page_has_its_limits(store: Store, limit: int):
    with pytest.raises(Unusable, match=f"a page has 1 to 1,000 records, not {limit:,}"):
        await listed(store, ZONES, Sought(), limit=limit)


@pytest.mark.parametrize("after", ["x", "9910000000015867", cursors.written(RecordPlace("removed", "99"))])
async def test_a_place_that_no_page_has_given(store: Store, after: str):
    with pytest.raises(Unusable):
        await listed(store, ZONES, Sought(), after=after)
