"""A library that answers NCIP."""

from collections.abc import AsyncIterator

import pytest

from tests.ncip.window import Window, open_window


@pytest.fixture
async def window() -> AsyncIterator[Window]:
    """Where other systems ask."""
    async with open_window() as window:
        yield window
