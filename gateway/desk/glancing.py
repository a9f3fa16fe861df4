"""What has just arrived, for open pages: the newest rows of a listing, and of a flood no more than people can see.

One look into the store serves all pages of a listing, however much comes: a page that is open costs those who export
next to nothing. Who must be told of each attempt follows the `Watch`.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import structlog
import trio

from gateway.errors import StoreError, Unusable

ROWS: Final = 25
"""Rows of one glance: what comes at once and can be taken in."""
PAUSE_SECONDS: Final = 0.15
"""Between two glances: people see no difference."""
FLOOD_SECONDS: Final = 2.0
"""The same while more comes than a glance has room for."""
POLL_SECONDS: Final = 1.0
"""Between two glances where nobody says that something is new: other processes write to the store too."""
REMEMBERED: Final = 40
"""Glances by which a row is known again that comes to be seen later than others with higher numbers."""
SEQ_DIGITS: Final = 18
"""Longest number of a row that a store can have."""


class Row(Protocol):
    """What is listed newest first, such as an attempt."""

    @property
    def seq(self) -> int:
        """Its number, rising."""


R = TypeVar("R", bound=Row)


class Glance(NamedTuple, Generic[R]):
    """What is new at one look."""

    number: int
    """Rises by 1."""
    fresh: tuple[R, ...]
    """Newest first."""
    flood: bool
    """Whether more has come than is in it."""
    cursor: str
    """To go on behind it (`numbers`)."""


def cursor_of(seqs: Iterable[int]) -> str:
    """What tells which rows are listed, newest first, to be told of others: the numbers of the newest.

    The highest alone would not do: a lower one of another zone may come to be seen later.
    """
    return ".".join(map(str, islice(seqs, ROWS)))


def numbers(cursor: str) -> frozenset[int]:
    """The numbers of such a cursor. Raises `Unusable`."""
    parts = cursor.split(".") if cursor else []
    if len(parts) > ROWS or not all(part.isascii() and part.isdigit() and len(part) <= SEQ_DIGITS for part in parts):
        raise Unusable(f"{cursor[:40]!r} are no numbers of rows")
    return frozenset(map(int, parts))


class Glances(Generic[R]):
    """One a process and a listing."""

    def __init__(self, newest: Callable[[int], Awaitable[Sequence[R]]]) -> None:
        """`newest` gives so many rows, newest first. Raises `StoreError`."""
        self._newest = newest
        self._followers = 0
        self._joined = trio.Event()
        self._begun = trio.Event()
        """Set once it has been looked for those who follow: what comes then is new."""
        self._woken = trio.Event()
        self._looked = trio.Event()
        self._glance = Glance[R](0, (), flood=False, cursor="")
        self._seen: deque[frozenset[int]] = deque(maxlen=REMEMBERED)
        self._floor = 0
        """At most this high are numbers that were beyond what a glance has room for: they come back where newer
        rows are removed, and are not new."""
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk").bind()

    def wake(self) -> None:
        """Something has been kept: look soon. Costs next to nothing."""
        self._woken.set()

    async def run(self) -> None:
        """Look into the store as long as somebody follows; never returns, and lives through a store that fails."""
        while True:
            await self._joined.wait()
            self._woken = trio.Event()  # before the look: what is kept during it is looked for again
            flood = False
            try:
                flood = await self._look()
            except StoreError as error:
                self._log.warning("glances.failed", error=str(error))
            await trio.sleep(FLOOD_SECONDS if flood else PAUSE_SECONDS)
            with trio.move_on_after(POLL_SECONDS):
                await self._woken.wait()

    async def begun(self) -> Glance[R]:
        """The latest glance, as soon as it has been looked for those who follow."""
        await self._begun.wait()
        return self._glance

    async def next(self, number: int) -> Glance[R]:
        """The newest after the one of this number, as soon as there is one."""
        while self._glance.number == number:
            await self._looked.wait()
        return self._glance

    async def present(self) -> Sequence[R]:
        """The newest rows; none where the store fails."""
        try:
            return await self._newest(ROWS)
        except StoreError as error:
            self._log.warning("glances.failed", error=str(error))
            return []

    @asynccontextmanager
    async def follow(self, listed: Collection[int] = ()) -> AsyncIterator["Viewer[R]"]:
        """Within the context, glances at what comes, first at what has come and is not `listed` (`numbers`).

        Who takes them slowly is given the newest.
        """
        self._followers += 1
        self._joined.set()
        try:
            yield Viewer(self, listed)
        finally:
            self._followers -= 1
            if not self._followers:
                self._joined, self._begun = trio.Event(), trio.Event()

    async def _look(self) -> bool:
        """Whether more has come than a glance has room for."""
        begun = self._begun
        found = await self._newest(ROWS)
        known = frozenset[int]().union(*self._seen)
        fresh = [one for one in found if one.seq not in known and one.seq > self._floor]
        self._seen.append(frozenset(one.seq for one in found))
        if len(found) == ROWS:
            self._floor = max(self._floor, found[-1].seq)
        if not begun.is_set():  # what is there now is new to nobody who lists it
            begun.set()
            return False
        if fresh:
            cursor = cursor_of(one.seq for one in found)
            self._glance = Glance(self._glance.number + 1, tuple(fresh), flood=len(fresh) == ROWS, cursor=cursor)
            self._looked.set()
            self._looked = trio.Event()
        return len(fresh) == ROWS


class Viewer(Generic[R]):
    """One who looks. Made by `Glances.follow`."""

    def __init__(self, glances: Glances[R], listed: Collection[int]) -> None:
        self._glances = glances
        self._had = frozenset(listed)
        """What is listed, and what has come already in the first glance, for it comes in the next too."""
        self._floor = min(listed) if len(listed) >= ROWS else 0
        """Lower numbers are not new in the first glance: they stand behind those that are listed."""
        self._at: int | None = None
        """Number of the glance that was looked at last; None before the first."""

    def __aiter__(self) -> "Viewer[R]":
        return self

    async def __anext__(self) -> Glance[R]:
        if self._at is None:
            self._at = (await self._glances.begun()).number
            found = await self._glances.present()
            fresh = tuple([one for one in found if self._is_new(one.seq)])
            self._had |= {one.seq for one in found}
            if fresh:
                return Glance(self._at, fresh, flood=len(fresh) == ROWS, cursor=cursor_of(one.seq for one in found))
        while True:
            glance = await self._glances.next(self._at)
            missed = glance.number > self._at + 1
            self._at = glance.number
            fresh = tuple([one for one in glance.fresh if self._is_new(one.seq)])
            self._floor = 0  # whatever had come before we began has been looked at by now
            if fresh:
                return glance._replace(fresh=fresh, flood=glance.flood or missed)

    def _is_new(self, seq: int) -> bool:
        return seq > self._floor and seq not in self._had
