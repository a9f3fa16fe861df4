"""Reading an SQLite store: in threads, each time over one state of the file."""

from collections.abc import Callable, Hashable

import apsw
import trio

from gateway.errors import StoreError, Unreadable
from gateway.stores.base import T
from gateway.stores.indexing import READ_ONLY, Batch, Source, Waiting
from gateway.stores.sqlite import index, rows, search
from gateway.stores.sqlite.writer import Writer


class Reader:
    """A connection that is read by one thread at a time."""

    def __init__(self, connection: apsw.Connection) -> None:
        search.prepare(connection)
        self._execute = connection.execute
        self._thread = trio.CapacityLimiter(1)
        """For one query at a time, and its own, so that none waits for those who use trio's."""

    async def read(self, query: Callable[[rows.Execute], T]) -> T:
        """Run `query` in a thread, over one state of the database."""

        def run() -> T:
            self._execute("BEGIN")
            try:
                return query(self._execute)
            finally:
                self._execute("COMMIT")

        try:
            return await trio.to_thread.run_sync(run, limiter=self._thread)
        except apsw.Error as error:
            raise unreadable(error) from error


class Marks:
    """A connection that tells whether anything was committed by another, whichever process has that."""

    def __init__(self, connection: apsw.Connection) -> None:
        connection.set_busy_timeout(0)
        self._execute = connection.execute

    def mark(self) -> Hashable:
        """`stores.finding.Finding.mark`: two millionths of a second, for which no thread is worth it."""
        try:
            return int(self._execute("PRAGMA data_version").get)
        except apsw.BusyError:
            return object()  # like no other: who is asked again may tell
        except apsw.Error as error:
            raise unreadable(error) from error


def unreadable(error: apsw.Error) -> Unreadable:
    """What to say of it."""
    return Unreadable(f"the store cannot be read: {error}")


class IndexRows:
    """`stores.indexing.Rows`, with a connection of its own: who searches long keeps nobody else waiting."""

    def __init__(self, reader: Reader, writer: Writer | None) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, zone: str, work: Callable[[Source], T]) -> T:
        """The contract's, as all below."""
        return await self._reader.read(lambda execute: work(index.SqliteSource(execute, zone)))

    async def waiting(self) -> dict[str, Waiting]:
        return await self._reader.read(index.waiting)

    async def outdated(self) -> dict[str, int]:
        return await self._reader.read(index.outdated)

    async def write(self, zone: str, batch: Batch) -> bool:
        return await self._writing().work(lambda execute: index.write(execute, zone, batch))

    async def empty(self, zone: str) -> None:
        await self._writing().work(lambda execute: index.begin_anew(execute, zone))

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError(READ_ONLY)
        return self._writer
