"""Faults in a store's file that nobody but a bad disk, or another program, would make."""

from pathlib import Path

import apsw


def damage_index(path: Path) -> None:
    """Take the oldest attempt out of its table, but not out of the index by zones. Nobody has the file open."""
    index = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = 'attempt_by_zone'"
    [entry] = _run(path, index)
    _run(path, "DELETE FROM sqlite_schema WHERE name = 'attempt_by_zone'")
    _run(path, "DELETE FROM attempt WHERE seq = (SELECT min(seq) FROM attempt)")
    _run(path, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", entry)


def _run(path: Path, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """By a connection of its own: each reads the schema anew."""
    connection = apsw.Connection(str(path))
    try:
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        connection.execute("PRAGMA writable_schema = on")
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()
