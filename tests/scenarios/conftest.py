"""Each scenario runs in an empty folder of its own: no `gateway.toml` has a say, and a store's file is gone with it."""

from pathlib import Path

import pytest

from tests.server.running import PATIENCE


@pytest.fixture(autouse=True)
def _keeps_every_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the store is."""
    monkeypatch.setattr("gateway.importer.accept.AFTERWARDS_SECONDS", PATIENCE)


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store's file stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
