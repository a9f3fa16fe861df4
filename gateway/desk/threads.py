"""Laying out and parsing for somebody who looks, in threads beside the exports."""

from collections.abc import Callable
from typing import Final, TypeVar, TypeVarTuple

import trio

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

LOOKING: Final = 2
"""Pages that are laid out at once, however many are asked for: the longest record takes a second or more. A thread
contends for the interpreter with those who export, and the default threads are for what an export may wait for."""

_looking: Final = trio.CapacityLimiter(LOOKING)


async def beside(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Run `work` in a thread of those who look, after what was asked before it, and return what it returned.

    Cancelled while it waits for its turn, it does not begin; what has begun is waited for.
    """
    return await trio.to_thread.run_sync(work, *arguments, limiter=_looking)
