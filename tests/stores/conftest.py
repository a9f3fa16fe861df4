"""Every store of the registry, open and empty."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.stores import STORES, open_store
from gateway.stores.base import Store

URLS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory:",
    "sqlite": lambda folder: f"sqlite:{folder / 'gateway.db'}",
}
"""By scheme, the URL of an empty store."""


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind that the registry has."""
    return URLS[request.param](tmp_path)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store at that URL."""
    async with open_store(url) as store:
        yield store
