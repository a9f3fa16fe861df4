"""What may not be written: the gateway says at its start what it is and what to do, and does not begin."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from gateway.stores import open_store
from tests.cli.gateways import command, environment
from tests.crash.gateways import ENDS_SECONDS, EXIT_SETTINGS, settings
from tests.stores.nouns import put, record

DROP = """
import ctypes, os, sys
for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""
"""A program that runs another for which permissions hold, even if it is root's: Linux's capabilities(7)."""
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
BOUND = (sys.executable, "-c", DROP) if ROOT else ()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="files have other permissions there"),
    pytest.mark.skipif(ROOT and sys.platform != "linux", reason="permissions hold for everybody but root"),
]
LET = "Let the user who runs the gateway {} it, or keep the store elsewhere: --set store.url=sqlite:FILE"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a store, and in `killed` one as a gateway leaves it that is killed."""
    folder = tmp_path / "data"

    async def make() -> None:
        async with open_store(f"sqlite:{folder / 'gateway.db'}") as store:
            await put(store, record("A"))
            shutil.copytree(folder, tmp_path / "killed")
        (tmp_path / "killed").rename(folder / "killed")

    trio.run(make)
    yield folder
    folder.chmod(0o755)


def refused(store: Path, *typed: str) -> str:
    """What a command on this store says, in a line, when it does not begin."""
    ended = subprocess.run(
        [*BOUND, *command(*typed, *settings(f"sqlite:{store}"))],
        capture_output=True,
        text=True,
        timeout=ENDS_SECONDS,
        env=environment(),
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (EXIT_SETTINGS, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr.removeprefix("gateway: ").rstrip()


def test_folder_without_a_store(folder: Path) -> None:
    folder.chmod(0o555)
    store = folder / "other.db"
    assert refused(store, "serve") == (
        f"the store {store} cannot be opened: the folder {folder} is read-only. {LET.format('write to')}"
    )
    assert not store.exists()


@pytest.mark.parametrize("typed", ["serve", "records list", "store check"])
def test_folder_with_a_store(folder: Path, typed: str) -> None:
    """To read one, too, SQLite makes files beside it."""
    folder.chmod(0o555)
    store = folder / "gateway.db"
    assert refused(store, *typed.split()) == (
        f"the store {store} cannot be opened: the folder {folder} is read-only. {LET.format('write to')}"
    )


def test_folder_that_is_to_be_made(folder: Path) -> None:
    folder.chmod(0o555)
    store = folder / "new" / "gateway.db"
    assert refused(store, "serve") == (
        f"the store's folder {store.parent} cannot be made: Permission denied. "
        "Make it yourself, or keep the store elsewhere: --set store.url=sqlite:FILE"
    )


@pytest.mark.parametrize("name", ["gateway.db", "gateway.db-serving", "gateway.db-wal", "gateway.db-shm"])
def test_file(folder: Path, name: str) -> None:
    """SQLite opens such a file as if nothing were amiss, and refuses the first import."""
    store, file = folder / "killed" / "gateway.db", folder / "killed" / name
    file.chmod(0o444)
    assert refused(store, "serve") == (
        f"the store {store} cannot be opened: the file {file} is read-only. {LET.format('write to')}"
    )


def test_file_that_a_command_is_to_change(folder: Path) -> None:
    store = folder / "gateway.db"
    store.chmod(0o444)
    assert refused(store, "records", "flag", "9910000000015867", "--locked") == (
        f"the store {store} cannot be opened: the file {store} is read-only. {LET.format('write to')}"
    )


def test_file_that_cannot_even_be_read(folder: Path) -> None:
    store = folder / "gateway.db"
    store.chmod(0)
    assert refused(store, "serve") == (
        f"the store {store} cannot be opened: the file {store} cannot be read. {LET.format('read and write')}"
    )
