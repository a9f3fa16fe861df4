"""`gateway store index`, and what a gateway indexes before it takes exports."""

import re
import sys
from pathlib import Path

import pytest
import trio

from gateway.cli.store.index import index_first, is_behind
from gateway.errors import StoreError
from gateway.search.query import Index, Term
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.marc.mnemonic import sample
from tests.stores.nouns import put, record
from tests.stores.sqlite_file import made_by_schema, schema

from .gateways import MARC, Gateway, run, words


def at(store: str) -> tuple[str, str]:
    """What makes a command use that store."""
    return "--set", f"store.url={store}"


@pytest.fixture
def filled(store: str) -> str:
    """A store with three records of which nothing is indexed."""

    async def fill() -> None:
        async with open_store(store) as open_one:
            await put(open_one, *(record(name, marc=sample(name)) for name in ("cjk", "hebrew")))
            await put(open_one, record("monograph", marc=sample("monograph")), zone="network")

    trio.run(fill)
    return store


def of(store: str) -> dict[str, int]:
    """Zones of which something is not indexed, and how much."""

    async def ask() -> dict[str, int]:
        async with open_store(store, purpose="read") as open_one:
            return await open_one.unindexed()

    return trio.run(ask)


def finds(store: str, word: str) -> list[str]:
    """MMS IDs in the zone xyz."""

    async def ask() -> list[str]:
        async with open_store(store, purpose="read") as open_one:
            return await _found(open_one, word)

    return trio.run(ask)


async def _found(store: Store, word: str) -> list[str]:
    found = await store.find_records("xyz", Term(Index.ANY, word))
    return await store.found_records("xyz", found.result.numbers(), found.epoch)


def test_says_how_many_records_were_indexed(filled):
    assert of(filled) == {"network": 1, "xyz": 2}
    result = run("store", "index", *at(filled))
    assert (result.exit_code, result.stdout) == (
        0,
        f"3 records of {filled} were indexed; all of it is up to date\n",
    )
    assert of(filled) == {}
    assert finds(filled, "燈") == ["cjk"]


def test_of_what_is_indexed_there_is_nothing_to_do(filled):
    run("store", "index", *at(filled))
    assert run("store", "index", filled).stdout.startswith("0 records ")


def test_anew_it_indexes_all(filled):
    run("store", "index", *at(filled))
    assert run("store", "index", "--anew", *at(filled)).stdout.startswith("3 records ")
    assert finds(filled, "燈") == ["cjk"]


def test_beside_a_running_gateway(gateway: Gateway, store):
    assert run("send", *gateway.options, MARC / "cjk.mrc").exit_code == 0
    assert run("store", "index", *at(store)).stdout.startswith("1 records ")
    assert of(store) == {}


def test_of_the_store_of_an_older_gateway(tmp_path: Path):
    path = tmp_path / "older" / "gateway.db"
    made_by_schema(5, path, "INSERT INTO zone VALUES ('xyz', 2)")
    assert trio.run(is_behind, f"sqlite:{path}")
    assert run("store", "index", f"sqlite:{path}").exit_code == 0


def test_a_check_names_records_that_no_search_finds_and_repairs_the_index(filled):
    run("store", "index", *at(filled))
    schema(Path(filled.removeprefix("sqlite:")), "DELETE FROM document WHERE zone = 'xyz' AND mms_id = 'cjk'")
    result = run("store", "check", *at(filled))
    assert result.exit_code == 1
    assert "zone xyz: searches do not find 1 of its records, such as cjk" in result.stdout
    assert "gateway store index --anew" in result.stdout
    assert "Mended." in run("store", "check", "--repair", *at(filled)).stdout
    assert finds(filled, "燈") == ["cjk"]
    assert "searches do not find" not in run("store", "check", *at(filled)).stdout


def test_of_a_memory_store():
    result = run("store", "index", "memory:")
    assert isinstance(result.exception, StoreError)
    assert "reached by nobody" in words(result)


def test_a_gateway_that_starts_indexes_what_is_much(filled, monkeypatch: pytest.MonkeyPatch, capsys):
    trio.run(index_first, filled)
    assert (of(filled), capsys.readouterr().err) == ({"network": 1, "xyz": 2}, "")
    assert not trio.run(is_behind, filled)
    monkeypatch.setattr(sys.modules[index_first.__module__], "WAITED_FOR", 3)
    assert trio.run(is_behind, filled)
    trio.run(index_first, filled)
    assert of(filled) == {}
    assert not trio.run(is_behind, filled)
    assert re.search(r"3 records are indexed first", capsys.readouterr().err)
    assert not trio.run(is_behind, "memory:")
    assert not trio.run(is_behind, "sqlite:none.db")
