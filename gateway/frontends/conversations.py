"""Conversations of a listener with its clients: the ends of those that wait for a client who takes too long."""

import math
from contextlib import suppress
from typing import Final, Generic, TypeVar

import trio

from gateway.frontends.base import GONE
from gateway.frontends.sockets import DRAIN_SECONDS, Stream

C = TypeVar("C", bound="Conversation")

PATIENCE_LOOK_SECONDS: Final = 0.25
"""Between two looks at which clients have taken too long: their patience is counted in seconds."""


class Conversation:
    """One connection, as far as the wait for its client can be ended."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._idle = False
        self._deadline = math.inf  # when the client has taken too long

    def end_if_idle(self) -> None:
        """Stop waiting for a client that has nothing under way."""
        if self._idle:
            self._stream.interrupt()

    def end_if_overdue(self, now: float) -> None:
        """Stop waiting for a client that has taken too long."""
        if self._deadline <= now:
            self._stream.interrupt()


class Conversations(set[C], Generic[C]):
    """Those of one listener."""

    def end_idle(self) -> None:
        """End the wait of those that have nothing under way."""
        for conversation in self:
            conversation.end_if_idle()

    async def watch(self) -> None:
        """End, until cancelled, the waits that are too long: one look at all costs less than a timer for each."""
        while True:
            await trio.sleep(PATIENCE_LOOK_SECONDS)
            now = trio.current_time()
            for conversation in self:
                conversation.end_if_overdue(now)


async def last_words(stream: Stream, words: bytes) -> None:
    """Send them, where there are any, and part; who does not read them is let go soon."""
    with suppress(*GONE), trio.move_on_after(DRAIN_SECONDS):
        if words:
            await stream.send(words)
        await stream.part()
