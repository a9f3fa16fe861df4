"""Each test works in an empty folder of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `gateway.toml` is the file in force."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
