"""The door of a host, which follows its script: what becomes of who connects, before a byte is read.

Reads nothing, and serves nobody.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog
import trio

from gateway.frontends.base import GONE
from gateway.frontends.connexion import faults
from gateway.frontends.sockets import Begin, Door, Stream
from gateway.importer.scripts import Script
from gateway.model import ConnectionStep

Meet = Callable[[Stream], Awaitable[bool]]
"""Does with a connection what a step says; whether it is to be served then."""


class ScriptedDoor:
    """Where the clients of one host come in, each with the step that is its turn."""

    def __init__(self, host: str, busy: str) -> None:
        """`host` is its key; `busy` what a step answers that says so."""
        self.script: Script[ConnectionStep] | None = None
        """The one in force."""
        self._host = host
        self._busy = busy
        self._over = trio.Event()
        self._door = Door(())
        self._accepting: trio.Nursery | None = None
        self._refusing = False
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.connexion").bind()

    async def accept(self, listeners: list[trio.SocketListener], begin: Begin) -> None:
        """Until cancelled, `begin` with each client that connects, in their order; it asks for `meeting`."""
        async with trio.open_nursery() as nursery:
            self._accepting, self._door = nursery, Door(listeners)
            self._obey()
            await self._door.accept(begin)

    def follow(self, script: Script[ConnectionStep] | None) -> None:
        """Have this one in force, or none: it holds for whoever connects from now on."""
        self.script = script
        self.hurry()
        self._over = trio.Event()
        self._obey()

    def add_step(self, step: ConnectionStep) -> None:
        """Have one more step in force, behind the others. A refusal that has begun lasts as long as it was to."""
        if self.script is None:
            self.follow(Script([step]))
            return
        self.script.add(step)
        if not self._refusing:
            self._obey()

    def hurry(self) -> None:
        """End what goes on without an end."""
        self._over.set()

    def meeting(self, peer: str) -> Meet | None:
        """Take the step for who has just connected; None where none is left. The next may shut the door at once."""
        step = self._take(peer=peer)
        if step is None:
            return None
        self._obey()
        return partial(self._meet, step, self._over)

    async def _meet(self, step: ConnectionStep, over: trio.Event, stream: Stream) -> bool:
        with suppress(*GONE):
            return await faults.meet(stream, step, self._busy, over)
        return False

    def _obey(self) -> None:
        """Be open to those who connect, unless the coming step is to refuse them: that is used when it has begun."""
        coming = self.script.coming if self.script else None
        if coming is None or coming.do != "refuse":
            self._refusing = False
            self._turn(self._door.open)
        elif self._accepting is not None and self._turn(self._door.shut):
            self._refusing = True
            self._take()
            if coming.seconds is not None:
                self._accepting.start_soon(self._refuse, coming.seconds, self._over)

    def _take(self, **who: str) -> ConnectionStep | None:
        taken = self.script.take() if self.script else None
        if taken is None:
            return None
        number, step = taken
        self._log.info("connexion.scripted", host=self._host, number=number, does=step.do, **who)
        return step

    def _turn(self, door: Callable[[], None]) -> bool:
        """Open or shut the door; whether that could be done."""
        try:
            door()
        except OSError as error:
            self._log.error("connexion.script_failed", host=self._host, error=error.strerror)
            return False
        return True

    async def _refuse(self, seconds: float, over: trio.Event) -> None:
        """Go on to the next step in so many seconds, unless the script is another by then."""
        with trio.move_on_after(seconds):
            await over.wait()
        if not over.is_set():
            self._obey()
