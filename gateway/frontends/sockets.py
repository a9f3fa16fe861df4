"""Connections at their cheapest: accepted several at a time, and waited for only where there is nothing to do.

trio's streams go through the scheduler at every call, and set up and take down each socket with care that a listener
can take once. For a server that is given a connection for each export that was a third of its time.
"""

import errno
import socket
import struct
import sys
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
RESET_AT_CLOSE: Final = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER: what is not sent yet is thrown away when the connection is closed."""
KEPT_OPTIONS: Final = (
    (socket.SOL_SOCKET, "SO_REUSEADDR"),
    (socket.SOL_SOCKET, "SO_EXCLUSIVEADDRUSE"),
    (socket.IPPROTO_IPV6, "IPV6_V6ONLY"),
)
"""What a socket must have, before it is bound, that takes another's place: the second on Windows, the third of IPv6."""
WAITING_TO_BE_ACCEPTED: Final = 0xFFFF
"""Clients that the system keeps until they are accepted: as many as it allows, as trio's listeners do."""
DRAIN_SECONDS: Final = 1.0
"""How long a connection that we must close is read empty, so that the client gets the reply before the reset."""
DRAIN_BYTES: Final = 1_000_000
"""And how much of it: ten of the longest messages."""

Begin = Callable[["Stream", str], None]
"""Has a connection served by a task of its own, which closes it; given the client's IP address."""


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

    def reset(self) -> None:
        """End both sides at once: the peer is told that the connection is lost, and may lose what was sent."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


class Door:
    """Where clients connect: each is served, or, while the door is shut, refused by the system."""

    def __init__(self, listeners: Iterable[trio.SocketListener]) -> None:
        """Takes the sockets of the listeners, and closes them when `accept` ends."""
        self._entrances = [_Entrance(listener.socket) for listener in listeners]

    async def accept(self, begin: Begin) -> None:
        """Until cancelled, `begin` with each client that connects, in their order; it may shut the door.

        At the end the sockets are closed, so that who connects later is turned away at once.
        """
        async with trio.open_nursery() as nursery:
            for entrance in self._entrances:
                nursery.start_soon(entrance.accept, begin)

    def shut(self) -> None:
        """Refuse those who connect from now on; the port stays ours. Raises OSError.

        Who has connected, and was not accepted yet, is reset.
        """
        for entrance in self._entrances:
            entrance.shut()

    def open(self) -> None:
        """Take them again. Raises OSError."""
        for entrance in self._entrances:
            entrance.open()


class _Entrance:
    """One listening socket."""

    def __init__(self, listening: trio.socket.SocketType) -> None:
        self._kind = listening.family, listening.type, listening.proto
        self._name = listening.getsockname()
        self._reused = listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        self._socket = socket.socket(*self._kind, fileno=listening.detach())
        _prepare(self._socket)
        self._bound = True
        self._opened = trio.Event()
        self._opened.set()

    async def accept(self, begin: Begin) -> None:
        log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.sockets")
        try:
            while True:
                try:
                    while not self._opened.is_set():
                        await self._opened.wait()
                    await trio.lowlevel.wait_readable(self._socket)
                    for _ in range(ACCEPTED_AT_ONCE):
                        connection, address = self._socket.accept()
                        begin(Stream(connection), address[0])
                except (BlockingIOError, trio.ClosedResourceError):
                    continue
                except ConnectionError:
                    continue  # who connected has gone already
                except OSError as error:  # no more open files, mostly; others may be closed meanwhile
                    if not self._opened.is_set():
                        continue  # shut since there was somebody to accept
                    log.error("connexion.not_accepted", error=error.strerror)
                    await trio.sleep(EXHAUSTED_SECONDS)
        finally:
            self._socket.close()

    def shut(self) -> None:
        """Another socket has the port then, which does not listen: so nobody else can take it."""
        if not self._opened.is_set():
            return
        shut = socket.socket(*self._kind)
        for level, name in KEPT_OPTIONS:
            with suppress(AttributeError, OSError):
                option: int = getattr(socket, name)
                shut.setsockopt(level, option, self._socket.getsockopt(level, option))
        _prepare(shut)
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()
        self._socket, self._bound, self._opened = shut, False, trio.Event()
        self._bind()

    def open(self) -> None:
        if self._opened.is_set():
            return
        if not self._bound:
            self._bind()
        if self._reused:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        self._socket.listen(WAITING_TO_BE_ACCEPTED)
        self._opened.set()

    def _bind(self) -> None:
        """Have the port. Two sockets that both allow it could share it as long as neither listens: so we no longer do.

        To allow it was needed for the binding, beside connections that there still are.
        """
        self._socket.bind(self._name)
        self._bound = True
        if self._reused:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, False)


def _prepare(listening: socket.socket) -> None:
    """Set what its connections inherit."""
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
    listening.setblocking(False)
