"""A library that lends."""

from collections.abc import AsyncIterator

import pytest

from tests.circulation.counter import Counter, open_counter


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """Its counter."""
    async with open_counter() as counter:
        yield counter
