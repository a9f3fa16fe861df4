"""A copy of an SQLite store's file, be it served or not, and SQLite's own search for damage in one."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import apsw
import trio

from gateway.errors import StoreError
from gateway.stores.sqlite import migrations
from gateway.stores.sqlite.connections import BUSY_MILLISECONDS, is_served
from gateway.stores.whole import part_of, put_in_place

PAGES_AT_ONCE: Final = 2_000
"""Pages between two looks at whether to go on, some 8 MB: a fraction of a second."""
SIDECARS: Final = ("-wal", "-journal")
"""What SQLite puts beside a database, by the end of its name; a file of that name is taken for part of the database."""

Tell = Callable[[int, int], None]
"""Told how many pages are copied, and of how many."""


async def back_up(
    source: Path, target: Path, *, replace: bool, tell: Tell = lambda done, of: None, pages: int = PAGES_AT_ONCE
) -> int:
    """Copy the store as it is now to a file of its own; its bytes, when it is whole, checked and surely on the disk.

    A gateway that serves the store goes on writing meanwhile; what it commits from now on is not in the copy. Until
    the copy is whole, nothing is at `target`, or what was there before. Raises `StoreError`, also where something is
    there and it is not to be replaced.
    """
    _check_target(source, target, replace=replace)
    part = part_of(target)
    try:
        with closing(_snapshot(source)) as snapshot, _named(target, "written"), closing(_new(part)) as copy:
            await _copy(snapshot, copy, tell, pages)
        found = await trio.to_thread.run_sync(damage, part, abandon_on_cancel=True)
        if found:
            raise StoreError(f"the copy of {source} is damaged, and was thrown away: {found[0]}")
        with _named(target, "written"):
            return await trio.to_thread.run_sync(put_in_place, part, target)
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def damage(path: Path) -> list[str]:
    """What SQLite itself finds wrong in the file, a line a fault; at most a hundred. Others may write meanwhile."""
    with _named(path, "read"), closing(_to_read(path)) as connection:
        try:
            found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(100)")]
        except apsw.CorruptError as error:  # so that it cannot even be searched
            return [str(error)]
    return [] if found == ["ok"] else found


def _check_target(source: Path, target: Path, *, replace: bool) -> None:
    if target.is_dir():
        raise StoreError(f"{target} is a folder; give the name of a file")
    if not target.parent.is_dir():
        raise StoreError(f"the folder {target.parent} does not exist")
    beside = [target.with_name(target.name + end) for end in SIDECARS]
    for present in (path for path in beside if path.exists()):
        raise StoreError(f"{present} shows that {target} is a database in use; give another name")
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise StoreError(f"{target} is the store itself; give another name")
    if is_served(target):
        raise StoreError(f"a gateway serves {target}; give another name")
    if not replace:
        raise StoreError(f"{target} is there already; give another name, or --force to replace it")


def _to_read(path: Path) -> apsw.Connection:
    if not path.exists():
        raise StoreError(f"there is no store {path} yet; gateway serve makes it")
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    return connection


def _snapshot(path: Path) -> apsw.Connection:
    """A connection that sees the store as it is now, whatever is written from now on: else each commit of the gateway
    would make the copy begin anew. A store of an older schema is one too: to be copied before it is brought up to date.
    """
    with _named(path, "read"):
        connection = _to_read(path)
        try:
            migrations.check_before(connection, path)
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection


def _new(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA synchronous = off")  # it is made durable at the end, at once
    return connection


async def _copy(snapshot: apsw.Connection, copy: apsw.Connection, tell: Tell, pages: int) -> None:
    with copy.backup("main", snapshot, "main") as backup:
        while not backup.done:
            await trio.to_thread.run_sync(backup.step, pages)
            tell(backup.page_count - backup.remaining, backup.page_count)
    copy.execute("PRAGMA journal_mode = delete")  # one file, which may be read where nothing can be written


@contextmanager
def _named(path: Path, done: str) -> Iterator[None]:
    """Errors of SQLite and of the system with the file's name."""
    try:
        yield
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be {done}: {error}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be {done}: {error.strerror}") from error
