"""Fixtures of the importer's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from structlog.typing import EventDict

from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import Desk


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty memory store."""
    async with open_store("memory:") as store:
        yield store


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk before the memory store, whose failed logons are answered at once."""
    return Desk(store)


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    """What is logged from here on, whatever another test has configured."""
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as events:
        yield events
    structlog.reset_defaults()
