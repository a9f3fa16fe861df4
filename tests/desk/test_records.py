"""Records of zones: which one is meant, its past, what changed, and the forms in which it is taken away."""

import json
from collections.abc import AsyncIterator, Collection

import msgspec
import pytest

from gateway.desk import records
from gateway.desk.records import Form, Found, Held, RecordShown, SeveralHold, VersionShown
from gateway.errors import NotFound
from gateway.marc.record import Record
from gateway.marc.splitting import split_records
from gateway.model import BibRecord, Flag
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from tests.importer.desk import Desk
from tests.importer.exports import FILED, tides
from tests.stores.nouns import put, record

ZONES = ("xyz", "network")
MANY = 600
"""Versions that a program makes of a record in some minutes."""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with open_store("memory:") as store:
        yield store


@pytest.fixture
async def found(store: Store) -> Found:
    """A record in two versions."""
    desk = Desk(store)
    await desk.export(tides("$a(OCoLC)1", "Notebook of tides"))
    await desk.export(tides("$a(OCoLC)1", "Notebook of rivers"))
    return await records.find(store, ZONES, FILED)


async def test_is_found_in_any_zone_that_may_hold_it(store: Store, found: Found):
    assert (found.zone, found.mms_id, found.newest.version) == ("xyz", FILED, 2)
    with pytest.raises(NotFound, match="no record has the MMS ID 9910000000015867"):
        await records.find(store, ["network"], FILED)


async def test_several_zones_that_hold_it_are_told(store: Store, found: Found):
    first = (await records.find(store, ZONES, FILED, 1)).record
    await store.transact("network", lambda transaction: transaction.put(first), seconds=1)
    with pytest.raises(SeveralHold, match=f"several zones hold a record {FILED}; choose a zone: xyz, network"):
        await records.find(store, ZONES, FILED)
    assert (await records.find(store, ["network"], FILED)).zone == "network"


async def test_versions(store: Store, found: Found):
    assert found.record is found.newest
    assert await records.find(store, ZONES, FILED, 2) == found
    first = await records.find(store, ZONES, FILED, 1)
    assert (first.record.title, first.newest.title) == ("Notebook of tides", "Notebook of rivers")
    for number in (-1, 0, 3):
        with pytest.raises(NotFound, match=f"{FILED} has no version {number}; its newest is 2"):
            await records.find(store, ZONES, FILED, number)


class Reading:
    """A store that notes which versions it gave with their MARC."""

    def __init__(self, store: Store) -> None:
        self.history = store.history
        self._store = store
        self.read: list[int] = []

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        newest = await self._store.record(zone, mms_id)
        self.read += [newest.version] if newest else []
        return newest

    async def versions(self, zone: str, mms_id: str, *, numbers: Collection[int] | None = None) -> list[BibRecord]:
        found = await self._store.versions(zone, mms_id, numbers=numbers)
        self.read += [one.version for one in found]
        return found


async def test_of_many_versions_those_are_read_that_are_meant(store: Store):
    await put(store, *(record(FILED, version=number) for number in range(1, MANY + 1)))
    reading = Reading(store)
    of_many = await records.find(reading, ZONES, FILED, 300)  # type: ignore[arg-type]
    assert (of_many.record.version, reading.read) == (300, [MANY, 300])
    reading.read.clear()
    await records.pair(reading, of_many, 1, 2)  # type: ignore[arg-type]
    assert reading.read == [1, 2]
    reading.read.clear()
    await records.pair(reading, of_many)  # type: ignore[arg-type]
    assert reading.read == [MANY - 1]
    told = await records.history(reading, of_many, {})  # type: ignore[arg-type]
    assert [one.version for one in told] == [*range(MANY, 0, -1)]
    told = await records.history(reading, of_many, {}, before=300, limit=PAGE_ROWS + 50)  # type: ignore[arg-type]
    assert [one.version for one in told] == [*range(299, 149, -1)]
    assert reading.read == [MANY - 1]


async def test_is_told_without_its_marc(found: Found):
    flagged = msgspec.structs.replace(found.newest, flags=frozenset(Flag))
    told = records.shown(Held("xyz", flagged))
    assert RecordShown.__struct_fields__ == (
        *("zone", "mms_id", "version", "at", "title", "oclc_numbers", "originating_system", "originating_version"),
        *("submission", "made_by", "flags", "linked_to", "management_tag"),
    )
    assert (told.zone, told.mms_id, told.version, told.oclc_numbers) == ("xyz", FILED, 2, ("1",))
    assert msgspec.to_builtins(told)["flags"] == ("locked", "cz_linked", "suppressed")
    assert records.flags(told) == "locked, linked to the Community Zone, suppressed from discovery"


async def test_is_told_whole(store: Store, found: Found):
    told = json.loads(msgspec.json.encode(records.whole(await records.find(store, ZONES, FILED, 1))))
    assert (told["version"], told["versions"]) == (1, 2)
    assert told["marc"]["fields"][0] == {"001": FILED}


async def test_history_is_newest_first(store: Store, found: Found):
    assert VersionShown.__struct_fields__[-1] == "how"
    assert [(one.version, one.how) for one in await records.history(store, found, {})] == [
        (2, "Replaced by Overlay all fields but local"),
        (1, "Added"),
    ]


@pytest.mark.parametrize(
    ("asked", "compared"), [((), (1, 2)), ((2,), (1, 2)), ((1, 2), (1, 2)), ((2, 1), (2, 1)), ((1, 1), (1, 1))]
)
async def test_which_versions_are_compared(
    store: Store, found: Found, asked: tuple[int, ...], compared: tuple[int, int]
):
    assert tuple(version.version for version in await records.pair(store, found, *asked)) == compared


@pytest.mark.parametrize("asked", [(1,), (3,), (1, 3), (3, 1)])
async def test_versions_that_there_are_not(store: Store, found: Found, asked: tuple[int, ...]):
    with pytest.raises(NotFound):
        await records.pair(store, found, *asked)


async def test_differences(store: Store, found: Found):
    pair = await records.pair(store, found)
    told = [records.change_shown(pair, change) for change in records.differences(pair, {}) if change.kind != "same"]
    assert msgspec.to_builtins(told[-2:]) == [
        {
            "from": 1,
            "to": 2,
            "change": kind,
            "tag": "245",
            "mrk": f"=245  00$aNotebook of {what}",
            "why": f"{why} Overlay all fields but local",
        }
        for kind, what, why in (("removed", "tides", "is not protected by"), ("added", "rivers", "comes in by"))
    ]


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("mrk", b"=LDR  "),
        ("xml", b'<?xml version="1.0" encoding="UTF-8"?>'),
        ("json", b'{"leader":'),
        ("text", b"MMS ID          9910000000015867\nZone            xyz\nVersion         2 of 2, "),
    ],
)
async def test_forms(store: Store, found: Found, form: Form, begins: bytes):
    content = records.written(found, form, {})
    assert content.startswith(begins)
    assert b"Notebook of rivers" in content
    assert b"Notebook of tides" in records.written(await records.find(store, ZONES, FILED, 1), form, {})


async def test_iso_2709_is_as_it_is_kept(store: Store, found: Found):
    first, _ = await store.versions("xyz", FILED)
    assert split_records(records.written(await records.find(store, ZONES, FILED, 1), "mrc", {})) == [first.marc]
    assert Record.parse(records.written(found, "mrc", {})).title == "Notebook of rivers"
