"""Harvesters that libraries use, over HTTP: Sickle and oaipmh-scythe, in both dialects, while things happen."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import trio
from oaipmh_scythe import Scythe
from sickle import Sickle

from gateway import app, config
from gateway.addresses import ask as ask_listener
from gateway.stores import open_store
from tests.oai.repository import CODE, ids
from tests.ports import free_port
from tests.publishing.zone import ZONE, tides
from tests.server.running import HOST, PATIENCE, ask, message, overrides
from tests.stores.nouns import put

SEVEN = ids(*range(1, 8))
Harvest = Callable[..., Iterator[Any]]


def by_sickle(url: str, **arguments: str) -> Iterator[Any]:
    """Records, or with `verb` headers."""
    verb = arguments.pop("verb", "ListRecords")
    yield from getattr(Sickle(url, timeout=PATIENCE), verb)(**{"metadataPrefix": "marc21", **arguments})


def by_scythe(url: str, **arguments: str) -> Iterator[Any]:
    """The same."""
    named = {"from": "from_", "set": "set_", "metadataPrefix": "metadata_prefix"}
    verb = {"ListRecords": "list_records", "ListIdentifiers": "list_identifiers"}[arguments.pop("verb", "ListRecords")]
    wanted = {named.get(name, name): value for name, value in {"metadataPrefix": "marc21", **arguments}.items()}
    with Scythe(url) as scythe:
        yield from getattr(scythe, verb)(**wanted)


HARVESTERS = {"sickle": by_sickle, "scythe": by_scythe}


@pytest.fixture(params=HARVESTERS)
def harvest(request: pytest.FixtureRequest) -> Harvest:
    """One after the other."""
    return HARVESTERS[request.param]


@pytest.fixture(params=["alma", "strict"])
def dialect(request: pytest.FixtureRequest) -> str:
    """One after the other."""
    return request.param


class Gateway:
    """One that runs."""

    def __init__(self, http: str, connexion: int) -> None:
        self.url = f"{http}/view/oai/{CODE}/request"
        self.http = http
        self.connexion = connexion


@asynccontextmanager
async def serving(store: Path, *more: str) -> AsyncIterator[Gateway]:
    """The store's gateway, on free ports unless told otherwise."""
    chosen = overrides(f"store.url=sqlite:{store}", "http.enabled=true", "http.port=0", *more)
    with trio.fail_after(PATIENCE):
        async with app.running(config.load(overrides=chosen)) as running:
            yield Gateway(running.http, running.connexion[HOST].port)


@pytest.fixture
async def filled(tmp_path: Path) -> Path:
    """A store with seven records."""
    path = tmp_path / "gateway.db"
    async with open_store(f"sqlite:{path}") as store:
        await put(store, *[tides(mms_id) for mms_id in SEVEN], zone=ZONE)
    return path


def in_pages(dialect: str) -> tuple[str, ...]:
    """Settings of a repository in this dialect whose pages are short."""
    return (f"zones.{ZONE}.oai.dialect={dialect}", f"zones.{ZONE}.oai.page=2")


async def taken(records: Iterator[Any], number: int | None = None) -> list[str]:
    """MMS IDs of the next so many, or of all that are left; one that is deleted has a minus."""
    found = await trio.to_thread.run_sync(lambda: list(islice(records, number)))
    headers = [getattr(one, "header", one) for one in found]
    return [f"{'-' if one.deleted else ''}{one.identifier.rpartition(':')[2]}" for one in headers]


async def test_harvest_all(filled: Path, harvest: Harvest, dialect: str) -> None:
    async with serving(filled, *in_pages(dialect)) as gateway:
        assert await taken(harvest(gateway.url)) == SEVEN
        assert await taken(harvest(gateway.url, verb="ListIdentifiers", metadataPrefix="oai_dc")) == SEVEN
        assert await taken(harvest(gateway.url, metadataPrefix="mods")) == SEVEN


async def test_harvest_while_records_come_change_and_go(filled: Path, harvest: Harvest, dialect: str) -> None:
    async with serving(filled, *in_pages(dialect)) as gateway:
        records = harvest(gateway.url)
        found = await taken(records, 3)
        for number in (1, 2):
            assert "MMS ID" in await ask(gateway.connexion, message(number, title="New"))
        new = ["9910000000015867", "9910000000025867"]
        found += await taken(records, 1)
        assert "MMS ID" in await ask(gateway.connexion, message(2, title="Newer"))
        found += await taken(records)
        assert sorted(found) == sorted(SEVEN + new)
        assert len(set(found)) == len(found)
    async with open_store(f"sqlite:{filled}") as store:
        await store.remove_record(ZONE, SEVEN[0])
    async with serving(filled, *in_pages(dialect)) as gateway:
        assert sorted(await taken(harvest(gateway.url))) == sorted([f"-{SEVEN[0]}", *SEVEN[1:], *new])


async def test_harvest_through_a_restart(filled: Path, harvest: Harvest, dialect: str) -> None:
    port = free_port()
    async with serving(filled, *in_pages(dialect), f"http.port={port}") as gateway:
        records = harvest(gateway.url)
        found = await taken(records, 3)
    assert (await ask_listener("127.0.0.1", port)).fault
    async with serving(filled, *in_pages(dialect), f"http.port={port}") as again:
        assert again.url == gateway.url
        assert found + await taken(records) == SEVEN


async def test_harvest_a_set_by_post(filled: Path) -> None:
    a_set = f"zones.{ZONE}.sets.reshare"
    async with serving(filled, f"{a_set}.name=ReShare", f"{a_set}.at_once=true", f"zones.{ZONE}.oai.page=2") as gateway:
        sickle = Sickle(gateway.url, http_method="POST", timeout=PATIENCE)
        [one] = await trio.to_thread.run_sync(lambda: list(sickle.ListSets()))
        assert (one.setSpec, one.setName) == ("ReShare", "ReShare")
        records = await trio.to_thread.run_sync(lambda: sickle.ListRecords(metadataPrefix="marc21", set="ReShare"))
        assert await taken(records) == SEVEN
        assert (await trio.to_thread.run_sync(sickle.Identify)).granularity == "YYYY-MM-DDThh:mm:ssZ"
