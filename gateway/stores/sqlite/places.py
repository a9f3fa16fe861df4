"""The folder of an SQLite store: made so that it stays, and why a store in it cannot be opened or written."""

import os
from pathlib import Path
from typing import Final

from gateway.errors import StoreError
from gateway.stores import whole

ELSEWHERE: Final = "or keep the store elsewhere: --set store.url=sqlite:FILE"
BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database, by the end of its name; it stays when a gateway is killed, with its owner."""
LET: Final = f"Let the user who runs the gateway {{}} it, {ELSEWHERE}"


def make_folder(folder: Path) -> None:
    """Make it and those above it that are missing, so that a power cut takes none of them away.

    Raises `StoreError` where that cannot be.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            whole.sync(made.parent)
    except OSError as error:
        raise StoreError(
            f"the store's folder {folder} cannot be made: {error.strerror}. Make it yourself, {ELSEWHERE}"
        ) from error


def obstacle(path: Path, beside: Path) -> str:
    """What keeps this process from the store's file, and what to do; empty where that cannot be seen.

    `beside` is the file that is locked while the store is served. Also to read, SQLite makes files in the folder.
    """
    folder = path.parent
    if path.is_dir():
        return f"{path} is a folder. Name a file, such as --set store.url=sqlite:{path / 'gateway.db'}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} is read-only. {LET.format('write to')}"
    for file in (path, beside, *(path.with_name(path.name + end) for end in BESIDE)):
        if file.exists() and not os.access(file, os.R_OK):
            return f"the file {file} cannot be read. {LET.format('read and write')}"
        if file.exists() and not os.access(file, os.W_OK):
            return f"the file {file} is read-only. {LET.format('write to')}"
    return ""
