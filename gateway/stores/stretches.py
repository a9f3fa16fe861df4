"""How the stores with rows search attempts: one stretch of their numbers after another, so that others read between."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from gateway.model import Attempt


class Stretch(NamedTuple):
    """What was found in one."""

    attempts: list[Attempt]
    """Newest first."""
    before: int
    """From where to go on."""


async def found(
    ends: Callable[[], Awaitable[tuple[int, int]]],
    within: Callable[[int, int], Awaitable[Stretch]],
    before: int | None,
    limit: int,
) -> list[Attempt]:
    """The newest attempts that are wanted, with lower numbers than `before`; at most `limit`.

    `ends` gives the numbers of the oldest and the newest that there are; `within` searches a stretch before a number,
    for at most so many.
    """
    oldest, newest = await ends()
    before = newest + 1 if before is None else min(before, newest + 1)
    attempts: list[Attempt] = []
    while len(attempts) < limit and before > oldest:
        stretch = await within(before, limit - len(attempts))
        attempts += stretch.attempts
        before = stretch.before
    return attempts
