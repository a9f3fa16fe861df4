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


def schema(path: Path, *statements: str) -> list[tuple[int]]:
    """Run statements in the store's file; the migrations it has had, afterwards."""
    other = apsw.Connection(str(path))
    for statement in statements:
        other.execute(statement)
    versions = other.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    other.close()
    return versions
