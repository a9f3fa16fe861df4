"""A file that is put in its place when it is whole, and stays there: power may be cut at any moment."""

import os
import secrets
from pathlib import Path


def part_of(target: Path) -> Path:
    """Where to write it meanwhile: beside its place, under a name that nobody else has."""
    return target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")


def put_in_place(part: Path, target: Path) -> int:
    """Rename it when it is surely on the disk, as its new name then is too; its bytes. Blocks. Raises `OSError`."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
        size = file.seek(0, os.SEEK_END)
    part.replace(target)
    sync(target.parent)
    return size


def sync(folder: Path) -> None:
    """See that what was made or renamed in it is surely on the disk. Blocks. Raises `OSError`."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows cannot, and need not
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
