"""A database that Citus spreads by zone over several servers: the statements that make it so.

To be run once by the tables' owner. All gateways then connect to the same coordinator: the advisory locks by which
imports wait for each other are its own, and so are the sequence of attempts' numbers and the list of migrations.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from gateway.errors import StoreError
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.migrations import TABLES
from gateway.stores.postgres.session import Connection

OLDEST: Final = (9, 2)
"""Oldest version of Citus with what the statements need: tables lie together though their zone is compared byte by byte
(COLLATE "C"), which earlier ones did not look at. Source: its own migration to 9.2 (pg_dist_colocation)."""
INSTALL: Final = (
    "Install Citus {oldest} or newer on every server (docs.citusdata.com), with citus in shared_preload_libraries; "
    "then CREATE EXTENSION citus in this database"
)


def prepare_citus() -> str:
    """The statements, a line each. Each zone then lies on one server, with all that an import of it touches."""
    return "".join(f"{statement}\n" for statement in STATEMENTS.values())


def _statements() -> Iterator[tuple[str, str]]:
    first, *others = TABLES
    yield first, f"SELECT create_distributed_table('{first}', 'zone');"
    for table in others:
        yield table, f"SELECT create_distributed_table('{table}', 'zone', colocate_with => '{first}');"


STATEMENTS: Final = dict(_statements())
"""By table, in the order in which they are issued."""


def check_extension(url: str) -> None:
    """Raise `StoreError`, which says what to install, unless the database has a Citus that will do. Blocks."""
    address = Address(url)
    with _connected(address) as connection:
        row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'citus'").fetchone()
    oldest = ".".join(map(str, OLDEST))
    if row is None:
        raise StoreError(f"{address.name} has no extension citus. {INSTALL.format(oldest=oldest)}")
    version = re.match(r"(\d+)\.(\d+)", row[0])
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise StoreError(f"{address.name} has Citus {row[0]}, which is too old. {INSTALL.format(oldest=oldest)}")


def distribute(url: str) -> list[str]:
    """Distribute those tables that are not yet; which they were, in their order. Blocks. Raises `StoreError`.

    Cut off between two of them, it goes on where it ended when it is run again.
    """
    query = """
    SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrel
    WHERE relnamespace = current_schema()::regnamespace
    """
    with _connected(Address(url)) as connection:
        present = {name for (name,) in connection.execute(query)}
        missing = {table: statement for table, statement in STATEMENTS.items() if table not in present}
        for statement in missing.values():
            connection.execute(statement.encode())
    return [*missing]


@contextmanager
def _connected(address: Address) -> Iterator[Connection]:
    """A connection without the store's limits: to distribute what a table holds may take long."""
    try:
        with psycopg.connect(address.conninfo, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreError(f"{address.name} cannot be distributed by Citus: {address.words(error)}") from None
