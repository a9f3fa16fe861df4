"""Every store of the registry, open and empty."""

import os
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import psycopg
import pytest

from gateway.stores import open_store
from gateway.stores.base import Store
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.citus import distribute
from gateway.stores.postgres.migrations import migrate
from gateway.stores.postgres.session import Session
from tests.stores.postgres_server import SHARED, unhurried, waiting_on

CITUS = "GATEWAY_TEST_CITUS_URL"
"""Environment variable: URL of a database with Citus, without options, in which tests may make schemas."""

_schemas = count(1)


def _spread(_: Path) -> str:
    """The URL of an empty store that Citus spreads by zone."""
    schema = f"gateway_{os.getpid()}_{next(_schemas)}"
    given = os.environ[CITUS]
    url = f"{given}{'&' if '?' in given else '?'}options=-csearch_path%3D{schema}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    session = Session(Address(url))
    try:
        session.connect()
        migrate(session.connection, Address(url))
    finally:
        session.close()
    distribute(url)
    return url


URLS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory:",
    "sqlite": lambda folder: f"sqlite:{folder / 'gateway.db'}",
    "postgresql": lambda _: SHARED.new_url(),
}
"""By scheme, the URL of an empty store; its folder is empty too."""
KINDS = {**URLS, "citus": _spread} if os.environ.get(CITUS) else URLS
"""The same for every kind of store that there is here."""
LASTING = [kind for kind in KINDS if kind != "memory"]
"""The kinds that other processes can open."""


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores are given it."""
    unhurried(monkeypatch)


@pytest.fixture
def locks_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a lock goes on until it is had, or until his own time is up."""
    waiting_on(monkeypatch)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind."""
    return KINDS[request.param](tmp_path)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store at that URL."""
    async with open_store(url) as store:
        yield store
