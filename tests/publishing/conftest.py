"""A store in memory: what other stores do is for `tests/stores` to say."""

from collections.abc import AsyncIterator

import pytest

from gateway.stores import open_store
from gateway.stores.base import Store
from tests.stores.conftest import time_enough as time_enough


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty one."""
    async with open_store("memory:") as store:
        yield store
