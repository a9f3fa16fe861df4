"""Bring an SQLite file to the schema that this version of the gateway knows: numbered SQL files, each applied once."""

from importlib.resources import files
from pathlib import Path

import apsw

from gateway.errors import NoStoreYet, Outdated, StoreError


def _steps() -> list[tuple[int, str]]:
    """(number, SQL) of each migration, rising."""
    folder = files("gateway.stores.sqlite").joinpath("schema")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def _version(connection: apsw.Connection) -> int:
    table = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").fetchone()
    version = connection.execute("SELECT max(version) FROM schema_version").get if table else 0
    return int(version or 0)


def migrate(connection: apsw.Connection) -> None:
    """Apply what is missing, all or nothing; a second process waits for the first."""
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT")
        present = _version(connection)
        for number, sql in _steps():
            if number > present:
                connection.execute(sql)
                connection.execute("INSERT INTO schema_version VALUES (?)", (number,))


def check_before(connection: apsw.Connection, path: Path) -> None:
    """Raise `StoreError` where the file is somebody else's, or a newer gateway's; `migrate` may have the others."""
    present, known = _version(connection), _steps()[-1][0]
    if present == 0 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise StoreError(f"{path} is no store of the gateway")
    if present > known:
        raise StoreError(f"{path} was made by a newer gateway: it has schema {present}, this one knows {known}")


def check(connection: apsw.Connection, path: Path) -> None:
    """After `check_before`: raise `NoStoreYet` or `Outdated` unless the file has the schema that this version reads."""
    present, known = _version(connection), _steps()[-1][0]
    if present == 0:
        raise NoStoreYet(f"there is no store {path} yet; gateway serve makes it")
    if present != known:
        raise Outdated(f"{path} has schema {present}, not {known}; gateway serve brings an older one up to date")
