"""The connections to an SQLite store, and the lock that tells a second gateway that the file is served."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from gateway.errors import NoStoreYet, StoreError, StoreInUse
from gateway.stores.sqlite import migrations, places

BUSY_MILLISECONDS: Final = 5_000
"""How long a reader, or the start of a gateway or a command, waits for another process that writes."""
UNOPENED: Final = (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.IOError)
"""Errors that do not say what keeps SQLite from a file."""
CACHE_KIB: Final = 16_384
"""Page cache of a connection: the index pages that a zone of a hundred thousand titles touches at random."""
HARVEST_CACHE_KIB: Final = 500
"""Of the connection by which harvesters read: each row once, and more would not stay in the processor's own cache."""


def is_served(path: Path) -> bool:
    """Whether a gateway serves the file. Makes nothing and writes nothing. Raises `StoreError` if it cannot tell."""
    beside = _beside(path)
    if not beside.exists():
        return False
    try:
        lock = apsw.Connection(str(beside), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            lock.execute("SELECT 1 FROM sqlite_schema").fetchone()
        finally:
            lock.close()
    except apsw.BusyError:
        return True
    except apsw.Error as error:
        raise StoreError(f"the store {path} cannot be opened: {beside}: {error}") from error
    return False


def _beside(path: Path) -> Path:
    """The file that is locked while the store is served."""
    return path.with_name(f"{path.name}-serving")


def _set_durable(writer: apsw.Connection) -> None:
    """What is committed stays, whatever happens then; readers and writer do not wait for each other."""
    for setting in ("journal_mode = wal", "synchronous = full"):
        writer.execute(f"PRAGMA {setting}")


def _set_cache(connection: apsw.Connection, kib: int) -> None:
    connection.execute(f"PRAGMA cache_size = -{kib}")


class Connections:
    """Connections to one file, closed at the end of the context. What cannot be opened is a `StoreError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[apsw.Connection] = []

    def __enter__(self) -> "Connections":
        return self

    def __exit__(self, *_: object) -> None:
        for connection in reversed(self._open):
            connection.close()

    def to_read(self) -> apsw.Connection:
        """A connection to a file of the present schema that changes nothing. Raises `NoStoreYet`, or `Outdated`."""
        with self._named():
            try:
                return self._to_present(apsw.SQLITE_OPEN_READONLY)
            except apsw.ReadOnlyError as error:
                if error.extendedresult != apsw.SQLITE_READONLY_ROLLBACK:  # type: ignore[attr-defined]  # no stub
                    raise
            self._roll_back()
            return self._to_present(apsw.SQLITE_OPEN_READONLY)

    def to_harvest(self) -> apsw.Connection:
        """One to read many large rows by, each once. Raises as `to_read`."""
        connection = self.to_read()
        _set_cache(connection, HARVEST_CACHE_KIB)
        return connection

    def to_change(self) -> apsw.Connection:
        """A command's writer, to a file of the present schema that a gateway may serve. Raises as `to_read`.

        It never waits for another process: `Writer` does that.
        """
        with self._named():
            writer = self._to_present(apsw.SQLITE_OPEN_READWRITE)
            self._check_writable()
            _set_durable(writer)
            writer.set_busy_timeout(0)
            return writer

    def to_serve(self) -> apsw.Connection:
        """The gateway's writer, to a file that is made or brought to the present schema.

        Raises `StoreInUse` where another gateway has one. It never waits for another process: `Writer` does that.
        """
        places.make_folder(self._path.parent)
        self._check_writable()
        with self._named():
            self._hold_lock()
            writer = self._connect(self._path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            migrations.check_before(writer, self._path)
            _set_durable(writer)
            _set_cache(writer, CACHE_KIB)
            migrations.migrate(writer)
            writer.set_busy_timeout(0)
            return writer

    def _to_present(self, flags: int) -> apsw.Connection:
        """A connection to a file that is there and has the present schema."""
        if not self._path.exists():
            raise NoStoreYet(f"there is no store {self._path} yet; gateway serve makes it")
        connection = self._connect(self._path, flags)
        migrations.check_before(connection, self._path)
        migrations.check(connection, self._path)
        _set_cache(connection, CACHE_KIB)
        return connection

    def _roll_back(self) -> None:
        """Undo what a gateway left half done that was killed as it made the file; whoever only reads cannot."""
        self._connect(self._path, apsw.SQLITE_OPEN_READWRITE).execute("SELECT 1 FROM sqlite_schema").fetchall()

    def _connect(self, path: Path, flags: int) -> apsw.Connection:
        connection = apsw.Connection(str(path), flags=flags)
        self._open.append(connection)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        return connection

    def _hold_lock(self) -> None:
        """A transaction that stays open in a file beside the store; it ends with the process, however that ends."""
        lock = self._connect(_beside(self._path), apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        lock.set_busy_timeout(0)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except apsw.BusyError:
            raise StoreInUse(
                f"another gateway serves the store {self._path}. Stop it, or give this one a store of its own: "
                "--set store.url=sqlite:FILE"
            ) from None

    def _check_writable(self) -> None:
        """SQLite opens a file that is read-only as if nothing were amiss, and then refuses each import."""
        if why := places.obstacle(self._path, _beside(self._path)):
            raise self._unopened(why)

    def _unopened(self, why: str) -> StoreError:
        return StoreError(f"the store {self._path} cannot be opened: {why}")

    @contextmanager
    def _named(self) -> Iterator[None]:
        """SQLite's errors with the file's name, and where it can be seen with the reason and the fix."""
        try:
            yield
        except apsw.Error as error:
            why = str(error)
            if isinstance(error, UNOPENED):
                why = places.obstacle(self._path, _beside(self._path)) or why
            elif isinstance(error, apsw.FullError):
                why = f"{why}. Make room, {places.ELSEWHERE}"
            raise self._unopened(why) from error
