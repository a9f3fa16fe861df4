"""A cable between a store and its database server, that goes dead at a word of the client's."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from urllib.parse import quote

import trio

from tests.stores.postgres_server import Server

SOCKET = ".s.PGSQL.5432"
COMMITTED = b"COMMIT\0"
"""In the server's answer to COMMIT."""
FATAL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
SYNC = b"S\0\0\0\4"
"""The client's message upon which the server sends all that it has to say, and last of it:"""
READY = b"Z"
EXECUTE = b"E", b"Q"
"""The last of a statement's messages."""
CHUNK = 1 << 20


class Fault(Enum):
    """What becomes of the client's statement with the word in it."""

    LOST = auto()
    """It never arrives; the connection breaks."""
    SHUT_DOWN = auto()
    """It never arrives; what the client said before is answered, then the server says that it is shut down."""
    SHUT_DOWN_LATER = auto()
    """The same, but it arrives, and the server commits before."""
    ANSWER_LOST = auto()
    """It arrives, and the connection breaks when the server has committed."""
    LATE = auto()
    """The client's end breaks at once; it arrives when the cable is mended, and is answered to nobody."""
    HALF_LOST = auto()
    """It arrives, and the client's end breaks when the server has committed; the server's, when the cable is mended."""
    SILENCE = auto()
    """From then on nothing arrives, on whatever connection, until the cable is mended; no connection breaks."""


class Cable:
    """Its client's end is a socket in `folder`."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.there = server.folder
        self.here = folder
        self.word: bytes | None = None
        self.fault = Fault.LOST
        self.done = COMMITTED
        """In the server's answer to the statement with the word."""
        self.broke = trio.Event()
        self.whole = trio.Event()
        self.whole.set()
        self.late = trio.Event()

    def url(self, url: str) -> str:
        """The same database by way of the cable."""
        there, here = (quote(str(folder), safe="") for folder in (self.there, self.here))
        assert there in url
        return url.replace(there, here)

    def break_at(self, word: bytes, fault: Fault, done: bytes = COMMITTED) -> None:
        """The next time that the client says the word, this happens, once. `done` is what the server says to it."""
        self.word, self.fault, self.done, self.broke, self.late = word, fault, done, trio.Event(), trio.Event()

    def mend(self) -> None:
        """What waits in it goes on."""
        self.whole.set()
        self.late.set()

    async def carry(self, listening: trio.socket.SocketType) -> None:
        """Carry what is said, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:
                client, _ = await listening.accept()
                nursery.start_soon(self._connect, trio.SocketStream(client))

    async def _connect(self, client: trio.SocketStream) -> None:
        async with client:
            await self.whole.wait()
            async with await trio.open_unix_socket(str(self.there / SOCKET)) as server:
                await _Line(self, client, server).run()


class _Line:
    """One connection."""

    def __init__(self, cable: Cable, client: trio.SocketStream, server: trio.SocketStream) -> None:
        self._cable = cable
        self._client = client
        self._server = server
        self._statement: bytes | None = None
        """The one with the word, as far as it has been said."""
        self._muted = False
        """The server's answers go to nobody any more."""
        self._synchronizing = False
        """The server has been asked, by the cable, for all that it has to say."""
        self._answered = trio.Event()
        """That has been carried."""
        self._committed = trio.Event()

    async def run(self) -> None:
        """Carry what either says, until one of them has gone, or the line is to break."""
        async with trio.open_nursery() as nursery, aclosing(_messages(self._client, 0)) as messages:
            nursery.start_soon(self._answer, nursery.cancel_scope)
            async for message in messages:
                if self._cable.word is not None and self._cable.word in message and not _prepares(message):
                    self._cable.word = None
                    self._statement = b""
                if self._statement is None:
                    await self._cable.whole.wait()
                    await _say(self._server, message)
                    continue
                self._statement += message
                if message[:1] in EXECUTE:
                    await self._break(self._statement)
                    if self._cable.fault is not Fault.SILENCE:
                        break
                    await self._cable.whole.wait()
                    await _say(self._server, self._statement)
                    self._statement = None
            nursery.cancel_scope.cancel()

    async def _break(self, words: bytes) -> None:
        cable = self._cable
        if cable.fault is Fault.SILENCE:
            cable.whole = trio.Event()
            cable.broke.set()
            return
        if cable.fault in (Fault.SHUT_DOWN, Fault.SHUT_DOWN_LATER):
            self._synchronizing = True
            await _say(self._server, SYNC)
            await self._answered.wait()
        self._muted = True
        if cable.fault is Fault.LATE:
            await self._client.aclose()
            cable.broke.set()
            await cable.late.wait()
        if cable.fault in (Fault.ANSWER_LOST, Fault.LATE, Fault.SHUT_DOWN_LATER, Fault.HALF_LOST):
            await _say(self._server, words + SYNC)
            await self._committed.wait()
        if cable.fault in (Fault.SHUT_DOWN, Fault.SHUT_DOWN_LATER):
            await _say(self._client, b"E" + (len(FATAL) + 4).to_bytes(4) + FATAL)
        cable.broke.set()
        if cable.fault is Fault.HALF_LOST:
            await self._client.aclose()
            await cable.late.wait()

    async def _answer(self, scope: trio.CancelScope) -> None:
        async with aclosing(_messages(self._server, 1)) as answers:
            async for answer in answers:
                if self._synchronizing and answer[:1] == READY:
                    self._synchronizing = False
                    self._answered.set()
                elif not self._muted:
                    await self._cable.whole.wait()
                    await _say(self._client, answer)
                elif self._cable.done in answer:
                    self._committed.set()
        scope.cancel()


def _prepares(message: bytes) -> bool:
    """Whether it gives a statement a name, by which it is executed later."""
    return message[:1] == b"P" and message[5:6] != b"\0"


async def _messages(stream: trio.SocketStream, letter: int) -> AsyncGenerator[bytes]:
    """What is said, in units that have a letter and their length in front; the client's first has none: `letter` 0."""
    said = b""
    while more := await _received(stream):
        said += more
        while len(said) >= letter + 4 and len(said) >= (end := letter + int.from_bytes(said[letter : letter + 4])):
            yield said[:end]
            letter, said = 1, said[end:]


async def _received(stream: trio.SocketStream) -> bytes:
    """What is said next; nothing where the speaker has gone."""
    try:
        return bytes(await stream.receive_some(CHUNK))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return b""


async def _say(stream: trio.SocketStream, words: bytes) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        await stream.send_all(words)


@asynccontextmanager
async def cable_to(server: Server) -> AsyncIterator[Cable]:
    """A cable to a server, whole until it is told otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-cable-"))
    cable = Cable(server, folder)
    listening = trio.socket.socket(trio.socket.AF_UNIX)
    try:
        with listening:
            await listening.bind(str(folder / SOCKET))
            listening.listen()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(cable.carry, listening)
                yield cable
                nursery.cancel_scope.cancel()
    finally:
        shutil.rmtree(folder)
