"""Between a client and a real server: passes bytes on, untouched and at once, and records what may be recorded.

Never waits for a message to end before it passes on what has come, and never keeps bytes from being passed on because
they cannot be recorded.
"""

import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import trio

from gateway.errors import Unusable
from gateway.frontends.base import CHUNK_BYTES, GONE, plain_address, spelled
from gateway.frontends.connexion.captures import (
    FORMAT,
    End,
    Header,
    How,
    Line,
    LogonIDs,
    NotKept,
    Opened,
    Side,
    encode,
    parse,
)
from gateway.frontends.connexion.client import refusal
from gateway.frontends.connexion.masking import Recorder

MODE: Final = 0o600
"""Of the file: what people exported is theirs."""
CONNECT_SECONDS: Final = 10.0
"""For the server to take a connection."""
CONNECTIONS: Final = 100
"""At once: many times what a class makes, and an end to a capture whose upstream leads back to it."""
PARTING_SECONDS: Final = 5.0
"""At the end, for the exports that are under way."""
HEADER_BYTES: Final = 10_000
"""Most of a file that is read to see whether it is a capture: the first line has some hundred bytes."""
ABORTED: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER with no time: the connection is reset when it is closed."""
OTHERS: Final[dict[Side, Side]] = {"client": "server", "server": "client"}
WORDS: Final[dict[str, str]] = {
    "http": "is HTTP",
    "tls": "is TLS",
    "not_marc": "is XML, no MARC record",
    "malformed": "is no Gateway Export",
    "incomplete": "was cut off",
    "message_too_long": "does not end",
    "goodbye": "is perhaps a goodbye",
    "unsafe": "has a damaged record, or one in which a credential could stand",
    "reply": "is an answer to that",
}
"""Of bytes that are not kept: what they are."""

Tell = Callable[[str], None]


class Place(NamedTuple):
    """Where something listens."""

    address: str
    port: int

    def __str__(self) -> str:
        return spelled(self.address, self.port)


class Recording:
    """The file. A line stands in it as soon as it is known, and never before it is masked."""

    def __init__(self, path: Path, *, append: bool = False) -> None:
        """Makes the file, readable for its owner alone. Raises `Unusable` where it is there already: with `append`
        only where it is no capture; and `OSError`.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(path, flags if append else flags | os.O_EXCL, MODE)
        except FileExistsError as error:
            raise Unusable(f"{path} is there already; name another file, or add to it with --append") from error
        self.path = path
        try:
            self._continue()
        except BaseException:
            os.close(self._file)
            raise

    def _continue(self) -> None:
        """Begin behind what another capture has written, in a line of our own."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        if not end:
            return
        os.lseek(self._file, 0, os.SEEK_SET)
        first, line_end, _ = os.read(self._file, HEADER_BYTES).partition(b"\n")
        parse(first + line_end, self.path.name)
        os.lseek(self._file, end - 1, os.SEEK_SET)
        if os.read(self._file, 1) != b"\n":
            os.write(self._file, b"\n")

    def write(self, lines: Iterable[Line]) -> None:
        """Put lines behind the others. Raises `OSError`; the last one may then be cut off."""
        rest = b"".join(map(encode, lines))
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


class Tap:
    """What stands between clients and the server."""

    def __init__(self, upstream: Place, recording: Recording, tell: Tell, *, mask_logon_id: bool = False) -> None:
        """`tell` is given, in a line, what people should know while it goes on."""
        self.upstream = upstream
        self.mask_logon_id = mask_logon_id
        self.connections = 0
        """So far, as are the others."""
        self.messages = 0
        self.replies = 0
        self.failed = ""
        """Why nothing more is recorded; empty while all is well."""
        self.tell = tell
        self._recording = recording
        self._open: set[_Connection] = set()

    async def run(self, listeners: list[trio.SocketListener], stop: trio.Event) -> None:
        """Serve `listeners` until `stop`; then end the connections on which nothing is under way, and after
        `PARTING_SECONDS` the others too.
        """
        bound = Place(*listeners[0].socket.getsockname()[:2])
        logon_ids: LogonIDs = "masked" if self.mask_logon_id else "kept"
        self.write([Header(FORMAT, datetime.now(UTC), str(bound), str(self.upstream), logon_ids)])
        async with trio.open_nursery() as connections:
            async with trio.open_nursery() as accepting:
                accepting.start_soon(partial(trio.serve_listeners, self._serve, listeners, handler_nursery=connections))
                await stop.wait()
                accepting.cancel_scope.cancel()
            for connection in self._open:
                connection.stop()
            connections.cancel_scope.deadline = trio.current_time() + PARTING_SECONDS

    async def _serve(self, client: trio.SocketStream) -> None:
        self.connections += 1
        if len(self._open) >= CONNECTIONS:
            self.tell(f"connection {self.connections} is closed: there are {CONNECTIONS} already")
            await trio.aclose_forcefully(client)
            return
        connection = _Connection(self, self.connections, client)
        self._open.add(connection)
        try:
            await connection.run()
        finally:
            self._open.discard(connection)

    def write(self, lines: list[Line]) -> None:
        """Record; where the file cannot be written say so, once."""
        for line in lines:
            if isinstance(line, NotKept):
                what = f"{line.side}, at most {line.up_to} bytes: not kept, for it {WORDS[line.what]}"
                self.tell(f"connection {line.connection}, {what}")
        if self.failed:
            return
        try:
            self._recording.write(lines)
        except OSError as error:
            self.failed = error.strerror or str(error)
            self.tell(f"nothing more is recorded: {self._recording.path} cannot be written: {self.failed}")


class _Connection:
    """One client's, and ours to the server."""

    def __init__(self, tap: Tap, number: int, client: trio.SocketStream) -> None:
        self._tap = tap
        self._number = number
        self._client = client
        self._recorder = Recorder(number, trio.current_time(), mask_logon_id=tap.mask_logon_id)
        self._recorded = True
        self._ended: set[Side] = set()
        self._scope = trio.CancelScope()
        self._stopping = False

    def stop(self) -> None:
        """End it now if nothing is under way, else when that is done."""
        self._stopping = True
        self._end_if_done()

    def _end_if_done(self) -> None:
        if self._stopping and self._recorder.idle:
            self._scope.cancel()

    async def run(self) -> None:
        """Pass on what comes from either side until both have ended."""
        self._tap.write([Opened(self._number, datetime.now(UTC), _peer(self._client))])
        async with self._client:
            try:
                with trio.fail_after(CONNECT_SECONDS):
                    server = await trio.open_tcp_stream(*self._tap.upstream)
            except trio.TooSlowError:
                self._unreachable(f"no answer within {CONNECT_SECONDS:g} s")
            except OSError as error:
                self._unreachable(refusal(error))
            else:
                await self._between(server)

    def _unreachable(self, why: str) -> None:
        ends: tuple[tuple[Side, How], ...] = (("server", "unreachable"), ("client", "cut"))
        self._tap.write([End(self._number, side, how, 0.0, why) for side, how in ends])
        self._tap.tell(f"connection {self._number} is closed: cannot connect to {self._tap.upstream}: {why}")

    async def _between(self, server: trio.SocketStream) -> None:
        try:
            async with server:
                with self._scope:
                    async with trio.open_nursery() as both:
                        both.start_soon(self._pass, "client", self._client, server)
                        both.start_soon(self._pass, "server", server, self._client)
        finally:
            why = "the capture was stopped" if self._stopping else "the other side was gone"
            for side in OTHERS:
                self._end(side, "cut", why)
            self._tap.messages += self._recorder.messages
            self._tap.replies += self._recorder.replies

    async def _pass(self, side: Side, source: trio.SocketStream, sink: trio.SocketStream) -> None:
        """Pass on what one side sends, and how it ends."""
        while True:
            try:
                chunk = await source.receive_some(CHUNK_BYTES)
            except trio.BrokenResourceError:
                self._end(side, "reset")
                await self._reset(sink)
                return
            except trio.ClosedResourceError:
                return
            if not chunk:
                self._end(side, "closed")
                with suppress(*GONE):
                    await sink.send_eof()
                self._end_if_done()
                return
            take = self._recorder.sent if side == "client" else self._recorder.answered
            self._record(partial(take, chunk, trio.current_time()))
            try:
                await sink.send_all(chunk)
            except GONE:
                if OTHERS[side] in self._ended:  # else the other direction finds out how, and first passes on the rest
                    await self._reset(source)
                return
            self._end_if_done()

    async def _reset(self, stream: trio.SocketStream) -> None:
        """Do to one side what the other has done."""
        with suppress(OSError, *GONE):
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORTED)
        self._scope.cancel()
        await trio.aclose_forcefully(stream)

    def _end(self, side: Side, how: How, why: str = "") -> None:
        if side not in self._ended:
            self._ended.add(side)
            self._record(partial(self._recorder.ended, side, how, trio.current_time(), why))

    def _record(self, lines: Callable[[], list[Line]]) -> None:
        """Record, or not: what a mistake in that ends is the record of this connection, not the connection."""
        if not self._recorded:
            return
        try:
            found = lines()
        except Exception as error:
            self._recorded = False
            self._tap.tell(f"connection {self._number} is recorded no further: {type(error).__name__}")
            return
        self._tap.write(found)


def _peer(client: trio.SocketStream) -> str:
    """The address of who connected; empty if that one has gone already."""
    try:
        return plain_address(client.socket.getpeername()[0])
    except OSError:
        return ""
