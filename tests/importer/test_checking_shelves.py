"""A look through the holdings of a store: what belongs to nothing is told, with what to do."""

from pathlib import Path

import pytest

from gateway.importer.checking_shelves import check_shelves
from gateway.importer.faults import Fault
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.stores.nouns import holding, item, library, put, record, shelving
from tests.stores.sqlite_file import schema


async def found(store: Store, *, looked_at: int) -> list[str]:
    """Faults, a line each."""
    told: list[Fault] = []
    assert await check_shelves(store, lambda fault, mended: told.append(fault)) == looked_at
    return [f"{one.zone} {one.mms_id}: {one.says}" for one in told]


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A store's file with two records, each with a holding."""
    file = tmp_path / "gateway.db"
    async with open_store(f"sqlite:{file}") as store:
        await put(store, record("A"), record("B"))
        await store.rearrange("xyz", shelving(library(), holding("1"), item("11", "1"), holding("2", "B")))
        assert await found(store, looked_at=2) == []
    return file


async def test_nothing_is_wrong_where_nothing_is(tmp_path: Path) -> None:
    async with open_store("memory:") as store:
        assert await found(store, looked_at=0) == []


async def test_holding_of_a_record_that_is_not_there_is_told(path: Path) -> None:
    schema(path, "DELETE FROM record WHERE mms_id = 'A'")
    async with open_store(f"sqlite:{path}", purpose="read") as store:
        assert await found(store, looked_at=2) == ["xyz A: holding 1 is of this record, which is not there"]


@pytest.mark.parametrize("locations", ["[]", '[{"code":"desk","name":""}]'])
async def test_holding_at_a_location_that_is_not_there_is_told(path: Path, locations: str) -> None:
    body = f'{{"zone":"xyz","code":"MAIN","name":"Main","locations":{locations}}}'
    schema(path, f"UPDATE library SET body = CAST('{body}' AS BLOB)")
    async with open_store(f"sqlite:{path}", purpose="read") as store:
        assert await found(store, looked_at=2) == [
            "xyz A: holding 1 stands at a library or a location that the zone does not have",
            "xyz B: holding 2 stands at a library or a location that the zone does not have",
        ]


async def test_library_that_is_not_there_is_told_by_each_holding(path: Path) -> None:
    schema(path, "DELETE FROM library")
    async with open_store(f"sqlite:{path}", purpose="read") as store:
        assert len(await found(store, looked_at=2)) == 2
