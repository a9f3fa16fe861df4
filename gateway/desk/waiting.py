"""Waiting for the attempt that somebody has in mind; where it does not come, which ones came near."""

from collections import deque
from typing import Final

import trio
from msgspec import Struct

from gateway.desk import attempts
from gateway.desk.attempts import AttemptLine
from gateway.desk.watching import Watch
from gateway.model import Attempt
from gateway.search.attempts import Wanted, conditions
from gateway.stores.base import Store

NEAR: Final = 10
"""Most attempts that are told of where none is as wanted."""
ROWS: Final = 25
"""Attempts that are read at once on the way back to the first: each comes with its record, some 2 MB of the longest."""


class Near(Struct, frozen=True):
    """An attempt that was not the one waited for."""

    attempt: AttemptLine
    words: str
    """What of it is as asked and what is not, such as `title matches; outcome is refused, not created`."""
    right: tuple[str, ...]
    """Names of what is as asked, such as `title`."""
    wrong: tuple[str, ...]
    """Names of what is not, such as `outcome`."""


class Waited(Struct, frozen=True):
    """What came of a wait."""

    attempt: Attempt | None
    """The first that is as wanted; null where none came in time."""
    near: tuple[Near, ...] = ()
    """Then: the newest that came since, those that are as asked in most things first."""


async def wait(store: Store, watch: Watch, wanted: Wanted, *, after: int | None, seconds: float) -> Waited:
    """Wait for the first attempt with a higher number than `after` that is as wanted, whether it is there already or
    still to come; without `after` only for one to come. At most so many seconds. Raises `StoreError`.
    """
    came: deque[Attempt] = deque(maxlen=NEAR)
    with trio.move_on_after(seconds):
        async with watch.follow() as arriving:
            if after is not None and (found := await _present(store, wanted, after)):
                return Waited(found)
            async for arrivals in arriving:
                for arrival in arrivals:
                    if (after is None or arrival.attempt.seq > after) and wanted.matches(arrival.attempt):
                        return Waited(arrival.attempt)
                    came.append(arrival.attempt)
    if after is None:  # by their numbers it cannot be told: a lower one may come to be seen later
        newest = [*reversed(came)]
    else:
        newest = [attempt for attempt in await store.attempts(limit=NEAR) if attempt.seq > after]
    return Waited(None, tuple(sorted([near(wanted, attempt) for attempt in newest], key=lambda one: -len(one.right))))


async def _present(store: Store, wanted: Wanted, after: int) -> Attempt | None:
    """The first that is there already: of those that are as wanted, back from the newest, the last one behind `after`.

    Most often nothing has come since, and nothing is searched.
    """
    newest = await store.attempts(limit=1)
    if not newest or newest[0].seq <= after:
        return None
    first: Attempt | None = None
    while True:
        page = await store.attempts(wanted=wanted, before=first.seq if first else None, limit=ROWS)
        later = [attempt for attempt in page if attempt.seq > after]
        first = later[-1] if later else first
        if len(later) < ROWS:
            return first


def near(wanted: Wanted, attempt: Attempt) -> Near:
    """What of an attempt is as wanted."""
    asked = conditions(wanted)
    right = tuple(dict.fromkeys(one.name for one in asked if one.holds(attempt)))
    missed = [one for one in asked if not one.holds(attempt)]
    words = [*(f"{name} matches" for name in right), *(one.miss(attempt) for one in missed)]
    return Near(attempts.line(attempt), "; ".join(words), right, tuple(dict.fromkeys(one.name for one in missed)))
