"""The life of one worker as its supervisor sees it: started, told what to do, heard, waited for."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, NamedTuple

import structlog
import trio

from gateway.cli.workers.channel import AT_ONCE, STOP, Orders, Report
from gateway.cli.workers.relay import relay
from gateway.frontends.base import GONE

GRACE_SECONDS: Final = 5.0
"""What a worker may take beyond its shutdown seconds, to close its store; then it is killed."""
AT_ONCE_SECONDS: Final = 2.0
"""The same where it is to end at once."""


class Stop:
    """Whether the workers are to end, for those who wait for that."""

    def __init__(self) -> None:
        self.asked = trio.Event()
        self.at_once = trio.Event()
        """Without waiting for what is in flight; `asked` comes first."""


class End(NamedTuple):
    """How a worker has ended."""

    how: str
    """Completes "worker 2 …"."""
    fault: str = ""
    """What it said why; empty where it said nothing."""
    pid: int = 0


class Worker(NamedTuple):
    """A process, and the way to speak to it."""

    orders: Orders
    process: trio.Process
    channel: trio.SocketStream


async def start(orders: Orders) -> Worker:
    """A fresh interpreter that finds the modules that this one finds, and no others.

    In a process group of its own, for a terminal sends its Ctrl-C to whole groups. Raises `OSError` where the system
    has no more processes to give.
    """
    ours, theirs = socket.socketpair()
    inherited = [theirs.fileno(), *(number for place in orders.places for number in place.descriptors)]
    named = f"worker={orders.worker}"  # for who lists processes
    channel = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
    with theirs:
        try:
            process = await trio.lowlevel.open_process(
                [sys.executable, "-P", "-m", "gateway.cli.workers", str(theirs.fileno()), named],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=inherited,
                process_group=0,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            )
        except OSError:
            ours.close()
            raise
    return Worker(orders, process, channel)


async def live(worker: Worker, stop: Stop, serves: Callable[[], None]) -> End:
    """See a worker through to its end; `serves` is called once it serves."""
    process, channel = worker.process, worker.channel
    assert process.stderr is not None
    faults: list[str] = []

    async def hear() -> None:
        async for report in _reports(channel):
            if report.fault:
                faults.append(report.fault)
            else:
                serves()

    async with channel, process.stderr, trio.open_nursery() as nursery:
        nursery.start_soon(_instruct, worker, stop)
        async with trio.open_nursery() as until_its_end:
            until_its_end.start_soon(hear)
            until_its_end.start_soon(relay, process.stderr, sys.stderr.buffer)
            until_its_end.start_soon(process.wait)
        nursery.cancel_scope.cancel()
    assert process.returncode is not None
    return End(_how(process.returncode), "; ".join(faults), process.pid)


async def _instruct(worker: Worker, stop: Stop) -> None:
    """Until cancelled, tell it what to do; kill it where it does not end, also one that does not listen."""
    orders, process, _ = worker
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_tell, worker, stop)
        await stop.asked.wait()
        with trio.move_on_after(orders.settings.limits.shutdown_seconds + GRACE_SECONDS):
            await stop.at_once.wait()
            await trio.sleep(AT_ONCE_SECONDS)
        log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.workers")
        log.error("workers.killed", worker=orders.worker, pid=process.pid)
        process.kill()


async def _tell(worker: Worker, stop: Stop) -> None:
    """Its orders, and later when to end. Waits for a worker that does not listen."""
    with suppress(*GONE):
        await worker.channel.send_all(worker.orders.sent())
        await stop.asked.wait()
        await worker.channel.send_all(STOP)
        await stop.at_once.wait()
        await worker.channel.send_all(AT_ONCE)


async def _reports(channel: trio.SocketStream) -> AsyncIterator[Report]:
    rest = b""
    with suppress(*GONE):
        async for chunk in channel:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield Report.received(line)


def _how(returncode: int) -> str:
    if returncode >= 0:
        return f"exited with code {returncode}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"was ended by signal {-returncode}"
