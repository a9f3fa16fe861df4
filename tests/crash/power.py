"""A disk that remembers what was written to it and in what order, and can say what is left of that after a power cut.

SQLite asks the system for files by way of a VFS. `disk` puts one before the system's own, for as long as its block
lasts and for all connections that are opened meanwhile; the store under test knows nothing of it.

What a disk promises here: what was written before a sync that has returned is there. Of what came after it any part
may be there, in pieces of a sector, and where a file has grown there may be anything. That a file was made or deleted
is sure when its folder was synced: SQLite does that with the first sync of a new log or journal, and with some deletes.
A piece of a sector that was not written to is never harmed ("powersafe overwrite"): SQLite takes that for granted too.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

SECTORS: Final = (512, 4_096)
"""Bytes that a disk writes whole."""
SYNCS_FOLDER: Final = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
"""Files with whose first sync SQLite syncs their folder, if it was to make them."""
SHARES: Final = (0.0, 0.1, 0.5, 0.9, 1.0)
"""How much of what was not synced a cut may leave."""


class Step(NamedTuple):
    """One thing that was asked of the disk."""

    what: str
    """`make`, `write`, `truncate`, `sync`, `delete` or `sync folder`."""
    name: str = ""
    at: int = 0
    """Where it was written to, or the file's new length."""
    content: bytes = b""


Log = list[Step]


class Syncing(Enum):
    """What a disk does that is asked to sync."""

    DONE = auto()
    PRETENDED = auto()
    REFUSED = auto()
    """It says that it cannot, though all may be there."""


class Disk(apsw.VFS):
    """Files of one folder: they are known by their names alone."""

    def __init__(self, syncing: Syncing) -> None:
        self.log: Log = []
        self.syncing = syncing
        self._base = apsw.vfs_names()[0]
        super().__init__("power-cut", self._base, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's names
        if name is None:  # one of SQLite's own, gone when it is closed
            return super().xOpen(name, flags)
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        if not path.exists() and flags[0] & apsw.SQLITE_OPEN_CREATE:
            self.log.append(Step("make", path.name))
        return _File(self, self._base, path.name, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.log.append(Step("delete", Path(filename).name))
        if syncdir and self.syncing is Syncing.DONE:
            self.log.append(Step("sync folder"))


class _File(apsw.VFSFile):
    """A file of which every change is put down."""

    def __init__(self, disk: Disk, base: str, short: str, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._name = short
        self._folder_too = bool(flags[0] & SYNCS_FOLDER and flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__(base, name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._disk.log.append(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._disk.log.append(Step("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        match self._disk.syncing:
            case Syncing.REFUSED:
                error = apsw.IOError("the disk does not sync")
                error.extendedresult = apsw.SQLITE_IOERR_FSYNC  # type: ignore[attr-defined]  # apsw looks for it
                raise error
            case Syncing.DONE:
                self._disk.log.append(Step("sync", self._name))
                if self._folder_too:
                    self._disk.log.append(Step("sync folder"))
                    self._folder_too = False


@contextmanager
def disk(syncing: Syncing = Syncing.DONE) -> Iterator[Disk]:
    """The disk of all connections that are opened, and closed, within the block."""
    made = Disk(syncing)
    try:
        yield made
    finally:
        made.unregister()


class _Content:
    """What is in a file: for sure, and perhaps."""

    def __init__(self) -> None:
        self.synced = b""
        self.since: list[Step] = []

    def sync(self) -> None:
        content = bytearray(self.synced)
        for step in self.since:
            _apply(content, step.at, step.content, truncate=step.what == "truncate")
        self.synced, self.since = bytes(content), []


class Remains:
    """What of a log's first steps is left after a power cut."""

    def __init__(self, log: Sequence[Step]) -> None:
        self._log = log
        self._done = 0
        self._now: dict[str, _Content] = {}
        self._synced: dict[str, _Content] = {}
        self._since: list[tuple[str, _Content | None]] = []
        """Made and deleted since the folder was synced."""

    def go_to(self, step: int) -> None:
        """To before this step, which is not before the one that was gone to last."""
        for one in self._log[self._done : step]:
            self._take(one)
        self._done = step

    def _take(self, step: Step) -> None:
        match step.what:
            case "make" | "delete":
                content = _Content() if step.what == "make" else None
                self._since.append((step.name, content))
                if content is None:
                    self._now.pop(step.name, None)
                else:
                    self._now[step.name] = content
            case "sync":
                self._now[step.name].sync()
            case "sync folder":
                self._synced, self._since = dict(self._now), []
            case _:
                self._now[step.name].since.append(step)

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Put into the folder what a disk may hold then."""
        sector, share, garbage = chance.choice(SECTORS), chance.choice(SHARES), chance.random() < 0.5
        left = dict(self._synced)
        for name, content in self._since:
            if chance.random() < share:
                left.pop(name, None)
                if content is not None:
                    left[name] = content
        for name, content in left.items():
            whole = bytearray(content.synced)
            for step in content.since:
                for at, piece in _pieces(step, sector):
                    if chance.random() < share:
                        _apply(whole, at, piece, truncate=step.what == "truncate")
                    elif garbage and at + len(piece) > len(whole):
                        whole += chance.randbytes(at + len(piece) - len(whole))
            (folder / name).write_bytes(whole)


def _pieces(step: Step, sector: int) -> Iterator[tuple[int, bytes]]:
    """What is written of a step at once."""
    if step.what == "truncate":
        yield step.at, b""
    at, end = step.at, step.at + len(step.content)
    while at < end:
        until = min(end, at - at % sector + sector)
        yield at, step.content[at - step.at : until - step.at]
        at = until


def _apply(content: bytearray, at: int, piece: bytes, *, truncate: bool) -> None:
    if truncate:
        del content[at:]
    if at > len(content):
        content += bytes(at - len(content))
    content[at : at + len(piece)] = piece
