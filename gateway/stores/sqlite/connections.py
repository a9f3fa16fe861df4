"""The connections to an SQLite store, and the lock that tells a second gateway that the file is served."""

from pathlib import Path
from typing import Final

import apsw

from gateway.errors import StoreError, StoreInUse
from gateway.stores.base import Purpose
from gateway.stores.sqlite import migrations

BUSY_MILLISECONDS: Final = 5_000
"""How long a reader, or the start of a gateway, waits for another process (a command beside the gateway)."""
CACHE_KIB: Final = 16_384
"""Page cache of the writer: the index pages that a zone of a hundred thousand titles touches at random."""


class Connections:
    """A writer and a reader, closed at the end of the context. To read alone, the writer writes nothing."""

    def __init__(self, path: Path, purpose: Purpose) -> None:
        self._path = path
        self._purpose = purpose
        self._open: list[apsw.Connection] = []

    def __enter__(self) -> "Connections":
        try:
            if self._purpose == "serve":
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._hold_lock()
                self.writer = self._serve()
            elif not self._path.exists():
                raise StoreError(f"there is no store {self._path} yet; gateway serve makes it")
            self.reader = self._connect(self._path, apsw.SQLITE_OPEN_READONLY)
            migrations.check(self.reader, self._path)
            if self._purpose == "read":
                self.writer = self.reader
        except OSError as error:
            self.__exit__()
            raise StoreError(f"the store's folder {self._path.parent} cannot be made: {error.strerror}") from error
        except apsw.Error as error:
            self.__exit__()
            raise StoreError(f"the store {self._path} cannot be opened: {error}") from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for connection in reversed(self._open):
            connection.close()

    def _serve(self) -> apsw.Connection:
        """The writer, on a file of the present schema. It never waits for another process: `Writer` does that."""
        writer = self._connect(self._path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        for setting in ("journal_mode = wal", "synchronous = full", f"cache_size = -{CACHE_KIB}"):
            writer.execute(f"PRAGMA {setting}")
        migrations.migrate(writer)
        writer.set_busy_timeout(0)
        return writer

    def _connect(self, path: Path, flags: int) -> apsw.Connection:
        connection = apsw.Connection(str(path), flags=flags)
        self._open.append(connection)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        return connection

    def _hold_lock(self) -> None:
        """A transaction that stays open in a file beside the store; it ends with the process, however that ends."""
        beside = self._path.with_name(f"{self._path.name}-serving")
        lock = self._connect(beside, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        lock.set_busy_timeout(0)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except apsw.BusyError:
            raise StoreInUse(
                f"another gateway serves the store {self._path}. Stop it, or give this one a store of its own: "
                "--set store.url=sqlite:FILE"
            ) from None
