"""An SQLite store's file, seen from another program, and a gateway that may hang."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import trio

from tests.stores.nouns import PATIENCE

SCHEMA = Path(__file__).resolve().parents[2] / "gateway" / "stores" / "sqlite" / "schema"


@contextmanager
def another_process_writes(path: Path) -> Iterator[None]:
    """Hold the database's write lock, as a command beside the gateway does while it writes."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def ends(main: Callable[[], Awaitable[object]]) -> list[BaseException]:
    """Run `main` in a thread of its own, which must end; what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            trio.run(main)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE / 2)
    assert not thread.is_alive(), "it waits for ever"
    return raised


def made_by_schema(number: int, path: Path, *statements: str) -> None:
    """Make the store that a gateway made whose newest migration was this one, and run statements in it."""
    path.parent.mkdir()
    store = apsw.Connection(str(path))
    store.execute("PRAGMA journal_mode = wal")
    store.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT")
    for step in sorted(SCHEMA.glob("*.sql"))[:number]:
        store.execute(step.read_text(encoding="utf-8"))
        store.execute("INSERT INTO schema_version VALUES (?)", (int(step.name[:4]),))
    for statement in statements:
        store.execute(statement)
    store.close()


def schema(path: Path, *statements: str) -> list[tuple[int]]:
    """Run statements in the store's file; the migrations it has had, afterwards."""
    other = apsw.Connection(str(path))
    for statement in statements:
        other.execute(statement)
    versions = other.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    other.close()
    return versions
