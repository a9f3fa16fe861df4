"""A store in one SQLite file: one writer that commits whole groups of imports, readers and commands beside it.

apsw brings a SQLite of its own: the one that many Pythons link is of a range of versions that can corrupt a WAL.
"""

from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import trio

from gateway.errors import StoreError
from gateway.model import Attempt, BibRecord, Delivery, Holding, Identifier, Item, Library, PendingLink, Webhook
from gateway.search.attempts import Wanted
from gateway.stores import stretches
from gateway.stores.base import (
    PAGE_ROWS,
    Counts,
    Indexed,
    KeptZone,
    Plan,
    Purpose,
    Retention,
    ShelfPlace,
    Shelves,
    Stacks,
    T,
    webhook_place,
)
from gateway.stores.indexing import READ_ONLY, SearchedRows
from gateway.stores.sqlite import removal, rows, search, stacks, webhooks
from gateway.stores.sqlite.connections import Connections
from gateway.stores.sqlite.lending import SqliteLending
from gateway.stores.sqlite.publishing import SqlitePublishing
from gateway.stores.sqlite.reader import IndexRows, Marks, Reader
from gateway.stores.sqlite.writer import Writer


@asynccontextmanager
async def open_store(location: str, *, purpose: Purpose, retention: Retention) -> AsyncIterator["SqliteStore"]:
    """The store in the file `location`; to serve it, the file and its folder are made. Only then attempts expire."""
    if not location:
        raise StoreError("sqlite: takes a file, such as sqlite:gateway-data/gateway.db")
    with Connections(Path(location)) as connections:
        if purpose == "read":
            yield SqliteStore(connections, None)
            return
        if purpose == "change":
            writer = Writer(connections.to_change(), None)
        else:
            writer = Writer(connections.to_serve(), retention)
        store = SqliteStore(connections, writer)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(writer.run)
                nursery.start_soon(store.exchanges_waiting.run)
                if purpose == "serve":
                    nursery.start_soon(store.indexing.run)
                yield store
                nursery.cancel_scope.cancel()
        finally:
            writer.finish(store.keep_last)


class SqliteStore(SearchedRows, SqliteLending, SqlitePublishing):
    """`stores.base.Store` over a file."""

    def __init__(self, connections: Connections, writer: Writer | None) -> None:
        """`writer` is None where the store was opened to read."""
        super().__init__(IndexRows(Reader(connections.to_read()), writer), writes=writer is not None)
        SqliteLending.__init__(self)
        self._reader = Reader(connections.to_read())
        self._harvested = Reader(connections.to_harvest())
        self._marks = Marks(connections.to_read())
        self._writer = writer

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """The writer's."""
        self.indexing.stir()
        return await self._writing().transact(zone, plan, seconds=seconds)

    def note(self, delivery: Delivery) -> None:
        """The writer's."""
        if self._writer is not None:
            self._writer.note(delivery)

    async def pending(self) -> list[PendingLink]:
        """Every link that is still to be made."""
        return await self._read(rows.links)

    async def attempt(self, seq: int) -> Attempt | None:
        """One attempt by its number."""
        return await self._read(lambda execute: rows.attempt(execute, seq))

    async def attempts(
        self,
        *,
        zone: str | None = None,
        before: int | None = None,
        limit: int = PAGE_ROWS,
        wanted: Wanted | None = None,
    ) -> list[Attempt]:
        """Attempts, newest first."""
        if wanted is None:
            return await self._read(lambda execute: rows.attempts(execute, zone, before, limit))

        async def within(before: int, limit: int) -> stretches.Stretch:
            return await self._read(lambda execute: search.within(execute, wanted, zone, before, limit))

        return await stretches.found(lambda: self._read(search.ends), within, before, limit)

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        """Attempts behind each zone's mark."""
        given = dict(marks)
        return await self._read(lambda execute: rows.newer(execute, given, limit))

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        """A record's newest version."""
        return await self._read(lambda execute: rows.record(execute, zone, mms_id))

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        """The zone's records by rising MMS ID."""
        return await self._read(lambda execute: rows.records(execute, zone, after, limit))

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        """The records that bear one of `identifiers`."""
        wanted = tuple(identifiers)

        def found(execute: rows.Execute) -> list[BibRecord]:
            holders = rows.holders(execute, zone, wanted)
            return [record for mms_id in holders if (record := rows.record(execute, zone, mms_id))]

        return await self._read(found)

    async def versions(self, zone: str, mms_id: str, *, numbers: Collection[int] | None = None) -> list[BibRecord]:
        """Every version or some, oldest first."""
        return await self._read(lambda execute: rows.versions(execute, zone, mms_id, numbers))

    async def history(
        self, zone: str, mms_id: str, *, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[BibRecord]:
        """The versions without their MARC, newest first."""
        return await self._read(lambda execute: rows.history(execute, zone, mms_id, before, limit))

    async def counts(self) -> dict[str, Counts]:
        """How much each zone holds."""
        return await self._read(rows.counts)

    async def indexed(self, zone: str, *, after: Indexed | None = None, limit: int = PAGE_ROWS) -> list[Indexed]:
        """By what the records are found."""
        return await self._read(lambda execute: rows.indexed(execute, zone, after, limit))

    async def remove_attempt(self, seq: int) -> bool:
        """The writer's."""
        return await self._writing().work(lambda execute: removal.remove_attempt(execute, seq))

    async def remove_record(self, zone: str, mms_id: str) -> bool:
        """The writer's."""
        return await self._writing().work(lambda execute: removal.remove_record(execute, zone, mms_id))

    async def reset(self, zone: str) -> None:
        """The writer's."""
        await self._writing().work(lambda execute: removal.reset(execute, zone))

    async def removed(self) -> dict[tuple[str, str], datetime]:
        """When records were removed, and zones reset."""
        return await self._read(removal.removed)

    async def zones(self) -> list[KeptZone]:
        """The zones that were made at run time."""
        return await self._read(removal.zones)

    async def keep_zone(self, made: KeptZone) -> None:
        """The writer's."""
        await self._writing().work(lambda execute: removal.keep_zone(execute, made))

    async def remove_zone(self, key: str) -> bool:
        """The writer's."""
        return await self._writing().work(lambda execute: removal.remove_zone(execute, key))

    async def webhooks(self) -> list[Webhook]:
        """All that are kept."""
        return await self._read(webhooks.webhooks)

    async def swap_webhook(self, old: Webhook | None, new: Webhook | None) -> bool:
        """The writer's."""
        place = webhook_place(old, new)
        return await self._writing().work(lambda execute: webhooks.swap(execute, place, old, new), brief=True)

    async def rearrange(self, zone: str, plan: Callable[[Stacks], T]) -> T:
        """The writer's."""
        return await self._writing().work(lambda execute: stacks.rearrange(execute, zone, plan))

    async def libraries(self, zone: str) -> list[Library]:
        """The zone's."""
        return await self._read(lambda execute: stacks.libraries(execute, zone))

    async def shelves(self, zone: str, mms_ids: Collection[str]) -> Shelves:
        """Holdings and items of these records."""
        wanted = [*mms_ids]
        return await self._read(lambda execute: stacks.shelves(execute, zone, wanted))

    async def holding(self, zone: str, id_: str) -> Holding | None:
        """The holding of this ID."""
        return await self._read(lambda execute: stacks.holding(execute, zone, id_))

    async def item(self, zone: str, barcode: str) -> Item | None:
        """The item of this barcode."""
        return await self._read(lambda execute: stacks.item(execute, zone, barcode))

    async def holdings(self, zone: str, *, after: ShelfPlace | None = None, limit: int = PAGE_ROWS) -> list[Holding]:
        """The zone's holdings."""
        return await self._read(lambda execute: stacks.holdings(execute, zone, after, limit))

    async def shelved(self) -> list[str]:
        """Zones that have libraries or holdings."""
        return await self._read(stacks.shelved)

    async def mark(self) -> Hashable:
        """Whether anything was committed."""
        return self._marks.mark()

    @property
    def _writes(self) -> bool:
        return self._writer is not None

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError(READ_ONLY)
        return self._writer

    async def _read(self, query: Callable[[rows.Execute], T]) -> T:
        return await self._reader.read(query)
