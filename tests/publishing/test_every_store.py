"""Who harvests while a zone changes has in the end what the zone has, whatever the store."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import trio

from gateway.publishing.forms import form
from gateway.stores import open_store
from gateway.stores.base import Published, Store
from tests.publishing.zone import AT_852, MAIN, ZONE, Room, a_set, holding, tides, told
from tests.stores.conftest import KINDS, LASTING

RECORDS = [f"{number:04}" for number in range(0, 300, 2)]
SET = a_set("all", at_once=True, enrichment=(AT_852,))
CHANGES = 60
PAGE = 7


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Each kind, empty."""
    async with open_store(KINDS[request.param](tmp_path)) as store:
        yield store


class Copy:
    """A harvester's own copy of the set."""

    def __init__(self) -> None:
        self.forms: dict[str, bytes] = {}

    async def harvest(self, store: Store, *, since: int | None = None) -> None:
        """All pages, each from a gateway that has just started; none has a record that was on an earlier one."""
        after = ""
        while page := await Room(store, SET).publisher.page(ZONE, ["all"], after=after, since=since, limit=PAGE):
            assert [row.mms_id for row in page] == sorted({row.mms_id for row in page})
            assert page[0].mms_id > after
            self._take(page)
            after = page[-1].mms_id

    def _take(self, page: list[Published]) -> None:
        for row in page:
            self.forms.pop(row.mms_id, None)
            if not row.deleted:
                self.forms[row.mms_id] = row.form


async def change(room: Room, chance: Random) -> None:
    """Write, remove and shelve records; one after another, for a while."""
    versions = dict.fromkeys(RECORDS, 1)
    await room.shelve(MAIN)
    for number in range(CHANGES):
        mms_id = f"{chance.randrange(300):04}"
        match number % 3:
            case 0:
                version = versions[mms_id] = versions.get(mms_id, 0) + 1
                await room.put(tides(mms_id, f"Tides {number}", version=version))
            case 1 if mms_id in versions:
                await room.shelve(holding(f"{number}", mms_id))
            case 2 if versions.pop(mms_id, None):
                await room.store.remove_record(ZONE, mms_id)


async def test_copy_is_whole(store: Store) -> None:
    room = Room(store, SET)
    await room.put(*map(tides, RECORDS))
    began = int(room.at.timestamp())
    copies = Copy(), Copy()
    async with trio.open_nursery() as nursery:
        for copy in copies:
            nursery.start_soon(copy.harvest, store)
        nursery.start_soon(change, room, Random(4711))
    records = [record.mms_id for record in await store.records(ZONE, limit=1000)]
    now = await store.inventory(ZONE, records)
    for copy in copies:
        assert len(copy.forms) > CHANGES
        await copy.harvest(store, since=began)
        assert copy.forms == {mms_id: form(one, SET.enrichment) for mms_id, one in now.items()}
    assert await store.unpublished(ZONE) == []
    assert await room.publisher.earliest(ZONE) == began
    assert await room.publisher.sets_of(ZONE, records[:1]) == {records[0]: ["all"]}
    assert await room.publisher.one(ZONE, "none", ["all"]) is None


@pytest.mark.parametrize("kind", LASTING)
async def test_a_set_that_another_gateway_makes_lacks_nothing(kind: str, tmp_path: Path) -> None:
    """Of which this one does not know yet, while it publishes."""
    url = KINDS[kind](tmp_path)
    async with open_store(url) as store:
        here, there = Room(store, SET), Room(store, SET)
        await here.put(*map(tides, RECORDS))
        assert len(await here.publisher.page(ZONE, ["all"], limit=PAGE)) == PAGE
        await here.put(*[tides(mms_id, "Ebb", version=2) for mms_id in RECORDS])
        await there.publisher.keep(a_set("later", at_once=True))
        await there.publisher.page(ZONE, ["later"], limit=PAGE)
        assert len(await here.harvest(["all"], limit=PAGE)) == len(RECORDS)
        assert told(await there.harvest(["later"], limit=PAGE)) == RECORDS
