"""Databases on the server that all tests of a run share, where a schema of one is not enough."""

from itertools import count

from tests.stores.postgres_server import SHARED

_numbers = count(1)


def new_database() -> str:
    """The URL of an empty database. Skips the test where no server is installed."""
    server = SHARED.server()
    name = f"{SHARED.database}_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    return server.url(name)
