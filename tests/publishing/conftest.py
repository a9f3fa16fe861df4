"""A store in memory: what other stores do is for `tests/stores` to say."""

from collections.abc import AsyncIterator

import pytest

from gateway.stores import open_store
from gateway.stores.base import Store
from tests.stores.postgres_server import unhurried


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores are given it."""
    unhurried(monkeypatch)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty one."""
    async with open_store("memory:") as store:
        yield store
