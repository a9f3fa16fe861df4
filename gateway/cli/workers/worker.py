"""A worker: serves on listeners that it was handed, until it is told to stop or its supervisor is gone."""

import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import trio

from gateway import app, logs
from gateway.cli.serve import prepare
from gateway.cli.workers.channel import AT_ONCE, WEB_WORKER, Orders, Report, taken
from gateway.errors import failing
from gateway.frontends.base import GONE
from gateway.listeners import Places

EXIT_FAULT: Final = 2
"""As of every command for settings and a store that cannot be used."""


def main() -> None:
    """Serve by the orders that come over the channel whose descriptor is the first argument."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        orders = Orders.received(channel)
    except EOFError:
        return
    log = orders.settings.log
    logs.configure(
        level=log.level,
        form=log.format,
        secrets=orders.settings.secrets(),
        terminal=orders.terminal,
        worker=orders.worker,
    )
    prepare()
    failure = failing(lambda: trio.run(_serve, orders, channel))
    if failure is not None:
        with suppress(OSError):
            channel.sendall(Report(str(failure)).sent())
        sys.exit(EXIT_FAULT)


async def _serve(orders: Orders, channel: socket.socket) -> None:
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(channel))
    stop = trio.Event()
    places = taken(orders.places)
    if orders.worker != WEB_WORKER:
        Places([], places.web, places.z3950, places.wms).close()
        places = Places(places.hosts)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as arrivals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_heed_signals, arrivals, stop)
            nursery.start_soon(_heed_supervisor, stream, stop, nursery.cancel_scope)
            async with app.serving(orders.settings, places, workers=orders.workers):
                with suppress(*GONE):
                    await stream.send_all(Report().sent())
                await stop.wait()
            nursery.cancel_scope.cancel()


async def _heed_signals(arrivals: AsyncIterator[int], stop: trio.Event) -> None:
    """A second one changes nothing: a service manager may signal the worker just when the supervisor tells it."""
    async for _ in arrivals:
        stop.set()


async def _heed_supervisor(stream: trio.SocketStream, stop: trio.Event, everything: trio.CancelScope) -> None:
    """Stop when it says so, and when it is gone."""
    told = b""
    with suppress(*GONE):
        while told != AT_ONCE and (told := await stream.receive_some(1)):
            stop.set()
    stop.set()
    if told == AT_ONCE:
        everything.cancel()
