"""Each scenario runs in an empty folder of its own: no `gateway.toml` has a say, and a store's file is gone with it."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeps_every_attempt: None) -> Path:
    """Where the store's file stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
