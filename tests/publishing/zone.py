"""A zone with records that are published, and a clock that is moved by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import trio
from msgspec.structs import replace

from gateway.model import BibRecord, Enrichment, Holding, Item, Library, Location, PublishingProfile
from gateway.publishing import Publisher, ZonePublishing
from gateway.stores.base import Published, Store
from tests.marc.mnemonic import raw
from tests.stores.nouns import put, record, shelving

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = "xyz"
MAIN = Library(zone=ZONE, code="MAIN", name="Main Library", locations=(Location("stacks", "Book Stacks"),))
AT_852 = Enrichment(tag="852", of="holding", subfields={"b": "library", "c": "location", "h": "shelf_mark"})


def tides(mms_id: str, title: str = "Tides", *, stamp: str = "20260302141507.0", version: int = 1) -> BibRecord:
    """A version of a record, written at `stamp`."""
    text = (
        f"=001  {mms_id}\n=005  {stamp}\n=008  100304c20109999iluqr\\p\\\\\\\\\\\\\\0\\\\\\a0eng\\c\n=245  00$a{title}"
    )
    return replace(record(mms_id, version=version, title=title), marc=raw(text))


def a_set(key: str = "ReShare", **facts: object) -> PublishingProfile:
    """A profile that is run when somebody says so."""
    return replace(PublishingProfile(zone=ZONE, key=key, name=key, every_hours=0), **facts)


def holding(id_: str, mms_id: str) -> Holding:
    """A holding of this record."""
    return Holding(
        zone=ZONE, id=id_, mms_id=mms_id, library="MAIN", location="stacks", call_number="GC301", item_part=".T5"
    )


def item(barcode: str, of: Holding, **facts: object) -> Item:
    """An item of this holding."""
    return replace(Item(zone=ZONE, barcode=barcode, holding=of.id, mms_id=of.mms_id), **facts)


class Room:
    """A store and who publishes what is in it."""

    def __init__(self, store: Store, *profiles: PublishingProfile, settings: Mapping[str, ZonePublishing] = {}) -> None:
        self.store = store
        self.at = NOON
        said = {ZONE: ZonePublishing(profiles=profiles), **settings}
        self.publisher = Publisher(store, said, now=lambda: self.at)

    def later(self, seconds: int = 1) -> int:
        """Let so much time pass; the time then, in seconds."""
        self.at += timedelta(seconds=seconds)
        return int(self.at.timestamp())

    async def put(self, *records: BibRecord) -> None:
        """Write these into the zone."""
        await put(self.store, *records, zone=ZONE)

    async def shelve(self, *nouns: Library | Holding | Item) -> None:
        """Put these on its shelves."""
        await self.store.rearrange(ZONE, shelving(*nouns))

    async def harvest(
        self, sets: Sequence[str] = ("",), *, since: int | None = None, until: int | None = None, limit: int = 2
    ) -> list[Published]:
        """All pages, one after another."""
        found: list[Published] = []
        while page := await self.publisher.page(
            ZONE, sets, after=found[-1].mms_id if found else "", since=since, until=until, limit=limit
        ):
            found += page
        return found


class Held:
    """A store that stands before another: what is published is kept after something else has been done."""

    def __init__(self, store: Store, *meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._meanwhile = [*meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def publish(self, *args: Any, **named: Any) -> Any:
        """Each time after the next of what is to be done."""
        if self._meanwhile:
            await self._meanwhile.pop(0)()
        return await self._store.publish(*args, **named)


@asynccontextmanager
async def running(room: Room) -> AsyncIterator[None]:
    """The schedule goes on within the context, and the clock is the test's."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(room.publisher.keep_running)
        yield
        nursery.cancel_scope.cancel()


def told(rows: Iterable[Published]) -> list[str]:
    """Which records they are; one that is deleted with a minus."""
    return [f"-{row.mms_id}" if row.deleted else row.mms_id for row in rows]
