"""A store in a PostgreSQL database, which several gateways may serve at once. Its extra is called `postgres`.

Groups of imports are committed by `writer`, from trio's own thread; what a group does is in `group` and `shelf`, and
goes to the server by `batch`. What reads, or makes a connection, runs in other threads.
"""

from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import trio

from gateway.errors import StoreError, Unreadable
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
from gateway.stores.postgres import marks, migrations, removal, rows, search, stacks, webhooks
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.citus import prepare_citus
from gateway.stores.postgres.expiry import FAILED_SECONDS, Expiry
from gateway.stores.postgres.index import IndexRows
from gateway.stores.postgres.lending import PostgresLending
from gateway.stores.postgres.publishing import PostgresPublishing
from gateway.stores.postgres.readers import Readers, Reading
from gateway.stores.postgres.session import Connection, Session
from gateway.stores.postgres.writer import Writers

__all__ = ["PostgresStore", "open_store", "prepare_citus"]


@asynccontextmanager
async def open_store(location: str, *, purpose: Purpose, retention: Retention) -> AsyncIterator["PostgresStore"]:
    """The store in the database at `postgresql:` and `location`; to serve it, its tables are made or brought up to
    date. Only then attempts expire.
    """
    address = Address(f"postgresql:{location}")
    readers = Readers(address)
    expiry = Expiry(retention) if purpose == "serve" else None
    writers = Writers(address, expiry) if purpose != "read" else None
    store = PostgresStore(readers, writers)
    try:
        opening = writers.first if writers else readers.first
        await trio.to_thread.run_sync(_open, opening, address, purpose)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(readers.watch)
            if writers is not None:
                writers.start(nursery)
                nursery.start_soon(store.exchanges_waiting.run)
            if expiry is not None:
                nursery.start_soon(store.expire, expiry)
                nursery.start_soon(store.indexing.run)
            try:
                yield store
            finally:
                if writers is not None:
                    await writers.finish()
                    await store.exchanges_waiting.finish()
                readers.interrupt()
                nursery.cancel_scope.cancel()
    finally:
        readers.close()
        if writers is not None:
            writers.close()


def _open(session: Session, address: Address, purpose: Purpose) -> None:
    session.connect()
    if purpose == "serve":
        migrations.migrate(session.connection, address)
    else:
        migrations.check(session.connection, address)


class PostgresStore(SearchedRows, PostgresLending, PostgresPublishing):
    """`stores.base.Store` over a database."""

    def __init__(self, readers: Readers, writers: Writers | None) -> None:
        """`writers` is None where the store was opened to read."""
        self._read: Reading = readers.run
        self._writers = writers
        super().__init__(IndexRows(self._read, self._write), writes=writers is not None)
        PostgresLending.__init__(self)

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """The writers'."""
        self.indexing.stir()
        return await self._writing().transact(zone, plan, seconds=seconds)

    def note(self, delivery: Delivery) -> None:
        """The writers'."""
        if self._writers is not None:
            self._writers.note(delivery)

    async def expire(self, expiry: Expiry) -> None:
        """Until cancelled, delete what has expired. What the database would not do now is done later."""
        while True:
            await expiry.due()
            pause: float | None = FAILED_SECONDS
            with suppress(StoreError):
                pause = await self._read(expiry.look)
            if pause is not None:
                await trio.sleep(pause)
                expiry.look_again()

    async def pending(self) -> list[PendingLink]:
        """Every link that is still to be made."""
        return await self._read(rows.links)

    async def attempt(self, seq: int) -> Attempt | None:
        """One attempt by its number."""
        return await self._read(lambda connection: rows.attempt(connection, seq))

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
            return await self._read(lambda connection: rows.attempts(connection, zone, before, limit))

        async def within(before: int, limit: int) -> stretches.Stretch:
            return await self._read(lambda connection: search.within(connection, wanted, zone, before, limit))

        return await stretches.found(lambda: self._read(search.ends), within, before, limit)

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        """Attempts behind each zone's mark."""
        given = dict(marks)
        return await self._read(lambda connection: rows.newer(connection, given, limit))

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        """A record's newest version."""
        return await self._read(lambda connection: rows.record(connection, zone, mms_id))

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        """The zone's records by rising MMS ID."""
        return await self._read(lambda connection: rows.records(connection, zone, after, limit))

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        """The records that bear one of `identifiers`."""
        wanted = tuple(identifiers)
        return await self._read(lambda connection: rows.find(connection, zone, wanted))

    async def versions(self, zone: str, mms_id: str, *, numbers: Collection[int] | None = None) -> list[BibRecord]:
        """Every version or some, oldest first."""
        return await self._read(lambda connection: rows.versions(connection, zone, mms_id, numbers))

    async def history(
        self, zone: str, mms_id: str, *, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[BibRecord]:
        """The versions without their MARC, newest first."""
        return await self._read(lambda connection: rows.history(connection, zone, mms_id, before, limit))

    async def counts(self) -> dict[str, Counts]:
        """How much each zone holds."""
        held = await self._read(rows.counts)
        counted = {zone: counts for zone, (counts, _) in held.items()}
        if self._writers is not None:
            counted = {zone: self._writers.without_leased(zone, of_zone) for zone, of_zone in held.items()}
        return {zone: counts for zone, counts in counted.items() if any(counts)}

    async def indexed(self, zone: str, *, after: Indexed | None = None, limit: int = PAGE_ROWS) -> list[Indexed]:
        """By what the records are found."""
        return await self._read(lambda connection: rows.indexed(connection, zone, after, limit))

    async def remove_attempt(self, seq: int) -> bool:
        """Forget an attempt."""
        return await self._write(lambda connection: removal.remove_attempt(connection, seq))

    async def remove_record(self, zone: str, mms_id: str) -> bool:
        """Forget a record."""
        return await self._write(lambda connection: removal.remove_record(connection, zone, mms_id))

    async def reset(self, zone: str) -> None:
        """Forget all that the zone holds, and what was leased of it."""
        epoch = await self._write(lambda connection: removal.reset(connection, zone))
        self._writing().forget_leased(zone, epoch)

    async def removed(self) -> dict[tuple[str, str], datetime]:
        """When records were removed, and zones reset."""
        return await self._read(removal.removed)

    async def zones(self) -> list[KeptZone]:
        """The zones that were made at run time."""
        return await self._read(removal.zones)

    async def keep_zone(self, made: KeptZone) -> None:
        """Keep it."""
        await self._write(lambda connection: removal.keep_zone(connection, made))

    async def remove_zone(self, key: str) -> bool:
        """Forget it and all that it holds."""
        epoch = await self._write(lambda connection: removal.remove_zone(connection, key))
        if epoch is not None:
            self._writing().forget_leased(key, epoch)
        return epoch is not None

    async def webhooks(self) -> list[Webhook]:
        """All that are kept."""
        return await self._read(webhooks.webhooks)

    async def swap_webhook(self, old: Webhook | None, new: Webhook | None) -> bool:
        """Compare and keep."""
        return await self._write(webhooks.Swap.of(webhook_place(old, new), old, new).run)

    async def rearrange(self, zone: str, plan: Callable[[Stacks], T]) -> T:
        """Run the plan under the lock of the zone's stacks."""
        return await self._write(stacks.Rearrangement(zone, plan).run)

    async def libraries(self, zone: str) -> list[Library]:
        """The zone's."""
        return await self._read(lambda connection: stacks.libraries(connection, zone))

    async def shelves(self, zone: str, mms_ids: Collection[str]) -> Shelves:
        """Holdings and items of these records."""
        wanted = [*mms_ids]
        return await self._read(lambda connection: stacks.shelves(connection, zone, wanted))

    async def holding(self, zone: str, id_: str) -> Holding | None:
        """The holding of this ID."""
        return await self._read(lambda connection: stacks.holding(connection, zone, id_))

    async def item(self, zone: str, barcode: str) -> Item | None:
        """The item of this barcode."""
        return await self._read(lambda connection: stacks.item(connection, zone, barcode))

    async def holdings(self, zone: str, *, after: ShelfPlace | None = None, limit: int = PAGE_ROWS) -> list[Holding]:
        """The zone's holdings."""
        return await self._read(lambda connection: stacks.holdings(connection, zone, after, limit))

    async def shelved(self) -> list[str]:
        """Zones that have libraries or holdings."""
        return await self._read(stacks.shelved)

    async def mark(self) -> Hashable:
        """Which transactions have ended."""
        return await self._read(marks.mark)

    async def _write(self, change: Callable[[Connection], T]) -> T:
        """What no plan does; seldom, and by a connection that reads else, for it may take long."""
        self._writing()
        try:
            return await self._read(change, "the store could not write")
        except Unreadable as error:
            raise StoreError(f"{error}") from None

    @property
    def _writes(self) -> bool:
        return self._writers is not None

    def _writing(self) -> Writers:
        if self._writers is None:
            raise StoreError(READ_ONLY)
        return self._writers
