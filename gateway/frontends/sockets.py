"""Connections at their cheapest: accepted several at a time, and waited for only where there is nothing to do.

trio's streams go through the scheduler at every call, and set up and take down each socket with care that a listener
can take once. For a server that is given a connection for each export that was a third of its time.
"""

import errno
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final, Self

import structlog
import trio

from gateway.frontends.base import CHUNK_BYTES, GONE

ACCEPTED_AT_ONCE: Final = 16
"""Connections taken before others have a turn: the other workers that wait for the same port among them."""
EXHAUSTED_SECONDS: Final = 0.1
"""Before another try where the system gives no connection."""
CALLS_AT_ONCE: Final = 8
"""Calls of one connection that need not wait before others have a turn: who sends without end holds up nobody."""
UNREAD_BYTES: Final = 65_536
"""About how much waits in the system for a client who does not read, before we wait too: thirty of the longest replies.
"""
DRAIN_SECONDS: Final = 1.0
"""How long a connection that we must close is read empty, so that the client gets the reply before the reset."""
DRAIN_BYTES: Final = 1_000_000
"""And how much of it: ten of the longest messages."""

Serve = Callable[["Stream", str], Awaitable[None]]
"""Serves a connection, given the client's IP address, and closes it."""


class Stream:
    """One connection, a context manager that closes it. Nobody may be waiting for it then."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._calls = 0
        self._interrupted = False

    async def receive(self) -> bytes:
        """What has arrived, at most `CHUNK_BYTES`; empty where the peer has ended its side.

        Raises `trio.BrokenResourceError` when the connection is lost, `trio.ClosedResourceError` after `interrupt`.
        """
        await self._let_others_have_a_turn()
        while True:
            try:
                return self._socket.recv(CHUNK_BYTES)
            except BlockingIOError:
                await self._wait(trio.lowlevel.wait_readable)
            except OSError as error:
                raise trio.BrokenResourceError from error

    async def send(self, words: bytes) -> None:
        """Send all of it. Raises as `receive` does."""
        await self._let_others_have_a_turn()
        rest = memoryview(words)
        while True:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                await self._wait(trio.lowlevel.wait_writable)
            except OSError as error:
                raise trio.BrokenResourceError from error
            if not rest:
                return

    async def _wait(self, until: Callable[[socket.socket], Awaitable[None]]) -> None:
        try:
            if self._interrupted:
                raise trio.ClosedResourceError
            await until(self._socket)
        except trio.ClosedResourceError:
            self._interrupted = False
            raise

    async def _let_others_have_a_turn(self) -> None:
        self._calls += 1
        if self._calls % CALLS_AT_ONCE == 0:
            await trio.lowlevel.checkpoint()

    def interrupt(self) -> None:
        """End the wait for the peer, or the next one where nobody waits; what has arrived is received before."""
        self._interrupted = True
        trio.lowlevel.notify_closing(self._socket)

    def refused(self) -> bool:
        """Whether the peer had closed before what was sent reached it: the system then reports a broken pipe."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.EPIPE

    async def part(self) -> None:
        """Shut down writing, and read what the peer still sends.

        To close with input unread would reset the connection, and Windows may then lose the reply.
        """
        with suppress(*GONE, OSError), trio.move_on_after(DRAIN_SECONDS):
            self._socket.shutdown(socket.SHUT_WR)
            drained = 0
            while drained < DRAIN_BYTES and (chunk := await self.receive()):
                drained += len(chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


async def accept(listeners: Iterable[trio.SocketListener], serve: Serve, connections: trio.Nursery) -> None:
    """Until cancelled, start `serve` in `connections` for each client that connects to one of `listeners`.

    They are closed at the end, so that who connects later is turned away at once.
    """
    async with trio.open_nursery() as nursery:
        for listener in listeners:
            nursery.start_soon(_accept, listener.socket, serve, connections)


async def _accept(listening: trio.socket.SocketType, serve: Serve, connections: trio.Nursery) -> None:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.sockets")
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # connections inherit what is set here
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
    kind = listening.family, listening.type, listening.proto
    with socket.socket(*kind, fileno=listening.detach()) as listener:
        listener.setblocking(False)
        while True:
            await trio.lowlevel.wait_readable(listener)
            try:
                for _ in range(ACCEPTED_AT_ONCE):
                    connection, address = listener.accept()
                    connections.start_soon(serve, Stream(connection), address[0])
            except BlockingIOError:
                continue
            except ConnectionError:
                continue  # who connected has gone already
            except OSError as error:  # no more open files, mostly; others may be closed meanwhile
                log.error("connexion.not_accepted", error=error.strerror)
                await trio.sleep(EXHAUSTED_SECONDS)
