"""Tells several who wait that something has happened."""

import trio


class Bell:
    """May be rung at any time, by anybody; costs next to nothing."""

    def __init__(self) -> None:
        self._next = trio.Event()

    @property
    def next(self) -> trio.Event:
        """The next time it rings. Who looks for something gets hold of this first, looks, and then waits for it."""
        return self._next

    def ring(self) -> None:
        """Wake all who wait."""
        self._next.set()
        self._next = trio.Event()
