"""A store in a PostgreSQL database, which several gateways may serve at once. Its extra is called `postgres`.

Groups of imports are committed by `writer`, from trio's own thread; what a group does is in `group` and `shelf`, and
goes to the server by `batch`. What reads, or makes a connection, runs in other threads.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import trio

from gateway.errors import StoreError
from gateway.model import Attempt, BibRecord, Delivery, Identifier, PendingLink
from gateway.stores.base import PAGE_ROWS, Counts, Indexed, Plan, Purpose, Retention, T
from gateway.stores.postgres import migrations, rows
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.citus import prepare_citus
from gateway.stores.postgres.expiry import FAILED_SECONDS, Expiry
from gateway.stores.postgres.readers import Readers
from gateway.stores.postgres.session import Session
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
            if expiry is not None:
                nursery.start_soon(store.expire, expiry)
            try:
                yield store
            finally:
                if writers is not None:
                    await writers.finish()
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


class PostgresStore:
    """`stores.base.Store` over a database."""

    def __init__(self, readers: Readers, writers: Writers | None) -> None:
        """`writers` is None where the store was opened to read."""
        self._read = readers.run
        self._writers = writers

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """The writers'."""
        if self._writers is None:
            raise StoreError("the store was opened to read, not to write")
        return await self._writers.transact(zone, plan, seconds=seconds)

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
        self, *, zone: str | None = None, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[Attempt]:
        """Attempts, newest first."""
        return await self._read(lambda connection: rows.attempts(connection, zone, before, limit))

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

    async def versions(self, zone: str, mms_id: str) -> list[BibRecord]:
        """Every version, oldest first."""
        return await self._read(lambda connection: rows.versions(connection, zone, mms_id))

    async def counts(self) -> dict[str, Counts]:
        """How much each zone holds."""
        held = await self._read(rows.counts)
        if self._writers is not None:
            held = {zone: self._writers.without_leased(zone, counts) for zone, counts in held.items()}
        return {zone: counts for zone, counts in held.items() if any(counts)}

    async def indexed(self, zone: str, *, after: Indexed | None = None, limit: int = PAGE_ROWS) -> list[Indexed]:
        """By what the records are found."""
        return await self._read(lambda connection: rows.indexed(connection, zone, after, limit))
