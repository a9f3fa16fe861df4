"""The supervisor: binds each listener once, starts the workers, starts a dead one anew, and stops them all."""

import math
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

import structlog
import trio

from gateway.cli.workers.channel import Orders, handed
from gateway.cli.workers.life import End, Stop, live, start
from gateway.config import Settings
from gateway.listeners import Places, Running, listening

STEADY_SECONDS: Final = 10.0
"""A worker that dies after serving so long is started anew at once; so is one that died early for the first time."""
FIRST_PAUSE: Final = 0.5
"""Seconds before a worker is started anew that has died early twice in a row; twice as long each further time."""
LONGEST_PAUSE: Final = 30.0
"""Seconds: a database that comes back is found soon, and a fault that stays costs a start in half a minute."""


class Failure(NamedTuple):
    """Why the gateway could not start."""

    words: str
    foreseen: bool
    """Whether a worker said so: settings or a store that cannot be used. Else it died without a word."""


async def supervise(
    settings: Settings, *, lan: bool, workers: int, announce: Callable[[Running], None]
) -> Failure | None:
    """Serve with so many workers until stopped; `announce` is called once, when all of them serve.

    Raises `SettingsError` when a listener cannot be had.
    """
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as arrivals:
        async with listening(settings, lan=lan) as places, trio.open_nursery() as nursery:
            crew = Crew(settings, places, workers)
            nursery.start_soon(crew.heed_signals, arrivals)
            await crew.run(lambda: announce(Running.at(places)))
            nursery.cancel_scope.cancel()
    return crew.failure


class Crew:
    """The workers of one gateway."""

    def __init__(self, settings: Settings, places: Places, workers: int) -> None:
        self.failure: Failure | None = None
        """Why they could not all start: the first reason."""
        self._places = places
        self._orders = Orders(0, workers, settings, handed(places), sys.stderr.isatty())
        self._awaited = set(range(1, workers + 1))
        self._served_since: dict[int, float] = {}
        """By worker; infinite while it does not serve yet."""
        self._decided = trio.Event()
        self._stop = Stop()
        self._handing_over = trio.Lock()
        """Held while a worker inherits the listeners, and while they are closed."""
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.workers").bind()

    async def run(self, announce: Callable[[], None]) -> None:
        """Until the last worker has ended: after a signal, or because one could not start."""
        async with trio.open_nursery() as nursery:
            for number in tuple(self._awaited):
                nursery.start_soon(self._keep, number)
            await self._decided.wait()
            if not self._stop.asked.is_set():
                announce()
            await self._stop.asked.wait()
            async with self._handing_over:
                self._places.close()  # clients are refused when nobody has the listeners any more

    async def heed_signals(self, arrivals: AsyncIterator[int]) -> None:
        """Stop on the first; who stops it twice does not want to wait for what is in flight."""
        await anext(arrivals)
        self._end()
        await anext(arrivals)
        self._stop.at_once.set()

    def _end(self) -> None:
        self._stop.asked.set()
        self._decided.set()

    async def _keep(self, number: int) -> None:
        """Have a worker of this number, one after the other."""
        early = 0
        while not self._stop.asked.is_set():
            self._served_since[number] = math.inf
            end = await self._life(number)
            if self._stop.asked.is_set():
                return
            if number in self._awaited:
                self.failure = Failure(end.fault or f"worker {number} {end.how} before it served", bool(end.fault))
                self._end()
                return
            early = early + 1 if trio.current_time() - self._served_since[number] < STEADY_SECONDS else 0
            pause = pause_after(early)
            self._tell(number, end, pause)
            with trio.move_on_after(pause):
                await self._stop.asked.wait()

    async def _life(self, number: int) -> End:
        try:
            async with self._handing_over:
                worker = await start(self._orders._replace(worker=number))
        except OSError as error:
            return End(f"could not be started: {error.strerror}")
        return await live(worker, self._stop, lambda: self._serves(number, worker.process.pid))

    def _serves(self, number: int, pid: int) -> None:
        self._log.info("workers.serves", worker=number, pid=pid)
        self._served_since[number] = trio.current_time()
        self._awaited.discard(number)
        if not self._awaited:
            self._decided.set()

    def _tell(self, number: int, end: End, pause: float) -> None:
        why = {"error": end.fault} if end.fault else {}
        self._log.error("workers.ended", worker=number, pid=end.pid, how=end.how, again_in=pause, **why)


def pause_after(early: int) -> float:
    """Seconds before a worker is started anew, of which so many in a row have died early."""
    return min(FIRST_PAUSE * 2.0 ** min(early - 2, 10), LONGEST_PAUSE) if early > 1 else 0.0
