"""Reading an SQLite store: in threads, each time over one state of the file."""

from collections.abc import Callable
from typing import Final

import apsw
import trio

from gateway.errors import StoreError, Unreadable
from gateway.stores.base import T
from gateway.stores.indexing import Batch, Source, Waiting
from gateway.stores.sqlite import index, rows, search
from gateway.stores.sqlite.writer import Writer

READ_ONLY: Final = "the store was opened to read, not to write"


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
            raise Unreadable(f"the store cannot be read: {error}") from error


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
