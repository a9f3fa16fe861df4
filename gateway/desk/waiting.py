"""Waiting for the attempt that somebody has in mind; where it does not come, which ones came near."""

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
    begin = after
    with trio.move_on_after(seconds):
        async with watch.follow() as arriving:
            if begin is None:
                begin = max([attempt.seq for attempt in await store.attempts(limit=1)], default=0)
            elif found := await _present(store, watch, wanted, begin):
                return Waited(found)
            async for arrivals in arriving:
                for arrival in arrivals:
                    if arrival.attempt.seq > begin and wanted.matches(arrival.attempt):
                        return Waited(arrival.attempt)
    return Waited(None, await _near(store, wanted, begin))


async def _present(store: Store, watch: Watch, wanted: Wanted, after: int) -> Attempt | None:
    """The first that is there already."""
    newest = await store.attempts(wanted=wanted, limit=1)
    if not newest or newest[0].seq <= after:
        return None
    marks = dict.fromkeys(watch.marks(None, watch.place), after)
    while page := await watch.newer(marks):
        for attempt in page:
            if wanted.matches(attempt):
                return attempt
            marks[attempt.receipt.zone] = attempt.seq
    return newest[0]


async def _near(store: Store, wanted: Wanted, after: int | None) -> tuple[Near, ...]:
    if after is None:  # it was not even possible to begin
        return ()
    newest = [attempt for attempt in await store.attempts(limit=NEAR) if attempt.seq > after]
    return tuple(sorted([near(wanted, attempt) for attempt in newest], key=lambda one: -len(one.right)))


def near(wanted: Wanted, attempt: Attempt) -> Near:
    """What of an attempt is as wanted."""
    asked = conditions(wanted)
    right = tuple(dict.fromkeys(one.name for one in asked if one.holds(attempt)))
    missed = [one for one in asked if not one.holds(attempt)]
    words = [*(f"{name} matches" for name in right), *(one.miss(attempt) for one in missed)]
    return Near(attempts.line(attempt), "; ".join(words), right, tuple(dict.fromkeys(one.name for one in missed)))
