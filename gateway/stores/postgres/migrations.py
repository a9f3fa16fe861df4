"""Bring a database to the schema that this version of the gateway knows: numbered SQL files, each applied once."""

from importlib.resources import files
from typing import Final

import psycopg

from gateway.errors import NoStoreYet, Outdated, StoreError
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.locks import key
from gateway.stores.postgres.session import Connection

WAIT_SECONDS: Final = 60
"""How long a gateway that starts waits for another that is bringing the database up to date."""
ENCODINGS: Final = ("UTF8", "SQL_ASCII")
"""Of a database: those that take every character."""
TABLES: Final = (
    "zone",
    "record",
    "record_version",
    "identifier",
    "attempt",
    "delivery",
    "pending_link",
    "kept_zone",
    "removed",
    "webhook",
    "library",
    "holding",
    "item",
    "index_state",
    "index_change",
    "posting",
    "document",
    "patron",
    "loan",
    "request",
    "exchange",
    "unpublished",
    "unpublished_state",
    "published",
    "repository",
    "publishing_profile",
    "publishing_run",
)
"""Every table of the store, but for the list of migrations."""


def _steps() -> list[tuple[int, str]]:
    """(number, SQL) of each migration, rising."""
    folder = files("gateway.stores.postgres").joinpath("schema")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def migrate(connection: Connection, address: Address) -> None:
    """Apply what is missing, all or nothing; a second gateway waits for the first. Raises `StoreError`."""
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'; SET LOCAL statement_timeout = 0")
            connection.execute("SELECT pg_advisory_xact_lock($1)", (key("", "schema", ""),))
            present = _present(connection, address)
            if present == 0:
                connection.execute("CREATE TABLE gateway_schema (version integer NOT NULL)")
            for number, sql in _steps():
                if number > present:
                    connection.execute(sql.encode())
                    connection.execute("INSERT INTO gateway_schema VALUES ($1)", (number,))
    except psycopg.Error as error:
        raise StoreError(f"{address.name} cannot be brought up to date: {address.words(error)}") from None


def check(connection: Connection, address: Address) -> None:
    """Raise `StoreError`, such as `NoStoreYet`, unless the database has the schema that this version reads."""
    try:
        present = _present(connection, address)
    except psycopg.Error as error:
        raise StoreError(f"{address.name} cannot be read: {address.words(error)}") from None
    if present == 0:
        raise NoStoreYet(f"there is no store in {address.name} yet; gateway serve makes it")
    known = _steps()[-1][0]
    if present != known:
        raise Outdated(
            f"{address.name} has schema {present}, not {known}; gateway serve brings an older one up to date"
        )


def _present(connection: Connection, address: Address) -> int:
    """The number of the newest migration that the database has had; 0 where it has none of our tables.

    Raises `StoreError` where tables of these names are somebody else's, or a newer gateway's, and where the database
    cannot hold every text.
    """
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in ENCODINGS:
        raise StoreError(
            f"{address.name} has the encoding {encoding}, which lacks characters of records; make one with UTF8: "
            "CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"
        )
    schema = connection.execute("SELECT current_schema()").fetchone()
    if schema is None or schema[0] is None:
        raise StoreError(f"{address.name} has no schema of the search path; make it: CREATE SCHEMA …")
    query = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1)"
    there = {name for (name,) in connection.execute(query, ([*TABLES, "gateway_schema"],))}
    if "gateway_schema" not in there:
        if there:
            raise StoreError(
                f"{address.name} is no store of the gateway, and has a table {min(there)} already. Give the gateway "
                "a database of its own, or a schema: end the URL with ?options=-csearch_path%3DSCHEMA"
            )
        return 0
    row = connection.execute("SELECT max(version) FROM gateway_schema").fetchone()
    present, known = int(row[0] or 0) if row else 0, _steps()[-1][0]
    if present > known:
        raise StoreError(f"{address.name} was made by a newer gateway: it has schema {present}, this one knows {known}")
    return present
