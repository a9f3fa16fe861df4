"""Faults in a store that nobody but a bad disk, or another program, would make."""

from pathlib import Path

import apsw
import psycopg

from gateway.model import Identifier
from gateway.stores.base import Store
from gateway.stores.memory import MemoryStore
from gateway.stores.postgres.rows import number_of

FEW_PAGES = 4
"""In them are tables that are read before others."""


def damage_index(path: Path) -> None:
    """Take the oldest attempt out of its table, but not out of the index by zones. Nobody has the file open."""
    index = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = 'attempt_by_zone'"
    [entry] = _run(path, index)
    _run(path, "DELETE FROM sqlite_schema WHERE name = 'attempt_by_zone'")
    _run(path, "DELETE FROM attempt WHERE seq = (SELECT min(seq) FROM attempt)")
    _run(path, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", entry)


def blank_pages(path: Path) -> None:
    """Leave nothing of its pages but the first few, and those of its schema, without which it is no database."""
    ((size,),) = _run(path, "PRAGMA page_size")
    schema = {page for (page,) in _run(path, "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")}
    assert isinstance(size, int)
    with path.open("rb+") as file:
        for page in range(FEW_PAGES, path.stat().st_size // size):
            if page + 1 not in schema:  # they are numbered from 1
                file.seek(page * size)
                file.write(bytes(size))


class Index:
    """By what the records of a store are found, changed behind its back."""

    def __init__(self, url: str, store: Store) -> None:
        """The store is that of the URL."""
        self._url = url
        self._store = store

    def add(self, zone: str, identifier: Identifier, mms_id: str) -> None:
        """Let the record be found by it."""
        if isinstance(self._store, MemoryStore):
            self._store._shelves[zone].index.setdefault(identifier, set()).add(mms_id)
        elif self._url.startswith("sqlite:"):
            row = (zone, identifier.value, identifier.kind, mms_id)
            _run(self._file, "INSERT INTO identifier VALUES (?, ?, ?, ?)", row)
        else:
            self._execute("INSERT INTO identifier VALUES (%s, %s, %s)", zone, number_of(identifier), mms_id)

    def remove(self, zone: str, identifier: Identifier) -> None:
        """Let no record be found by it."""
        if isinstance(self._store, MemoryStore):
            self._store._shelves[zone].index[identifier].clear()
        elif self._url.startswith("sqlite:"):
            condition = "zone = ? AND value = ? AND kind = ?"
            _run(self._file, f"DELETE FROM identifier WHERE {condition}", (zone, identifier.value, identifier.kind))
        else:
            self._execute("DELETE FROM identifier WHERE zone = %s AND number = %s", zone, number_of(identifier))

    @property
    def _file(self) -> Path:
        return Path(self._url.removeprefix("sqlite:"))

    def _execute(self, statement: str, *values: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement.encode(), values)


def _run(path: Path, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """By a connection of its own: each reads the schema anew."""
    connection = apsw.Connection(str(path))
    try:
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        connection.execute("PRAGMA writable_schema = on")
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()
