"""One client's connection: its bytes to Hypercorn's HTTP/1.1 and back, with an end to every wait.

HTTP/1.1 alone: nothing here needs another version, and no browser asks for one unless it is offered.
"""

import math
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NamedTuple

import h11
import trio
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.task_group import TaskGroup
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState

from gateway.frontends.base import CHUNK_BYTES, GONE
from gateway.frontends.http.bodies import DRAIN_SECONDS

HEAD_SECONDS: Final = 10.0
"""From the first byte of a request to the end of its head, which fits into one packet mostly."""
IDLE_SECONDS: Final = 75.0
"""Between two requests over one connection: longer than a person looks at a page, so that the next one is quick."""
SEND_SECONDS: Final = 20.0
"""For the client to take a piece of an answer: who takes none so long has gone, or does not read."""

Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]


class Patience(NamedTuple):
    """How long a connection is waited for, in seconds."""

    head: float = HEAD_SECONDS
    idle: float = IDLE_SECONDS
    send: float = SEND_SECONDS


class Connection:
    """One that has been accepted. Whoever made it closes its stream."""

    def __init__(
        self, app: AppWrapper, config: Config, context: WorkerContext, stream: Stream, patience: Patience
    ) -> None:
        self.idle = True
        """Whether no request is under way but, perhaps, the first part of a head."""
        self._app = app
        self._config = config
        self._context = context
        self._stream = stream
        self._patience = patience
        self._reading = trio.CancelScope(deadline=trio.current_time() + patience.idle)
        self._sending = trio.Lock()
        self._head_begun = False
        self._was_no_request = False

    def end(self) -> None:
        """Wait for no more requests; what is under way is answered."""
        self._reading.cancel()

    async def serve(self) -> None:
        """Answer its requests until one side has had enough. Raises `GONE` where the client has gone."""
        if isinstance(self._stream, trio.SSLStream):
            with trio.move_on_after(self._patience.head) as shaking_hands:
                await self._stream.do_handshake()
            if shaking_hands.cancelled_caught:
                return
            tls, socket = True, self._stream.transport_stream.socket
        else:
            tls, socket = False, self._stream.socket
        try:
            client, server = socket.getpeername()[:2], socket.getsockname()[:2]
        except OSError as error:
            raise trio.BrokenResourceError from error
        async with TaskGroup() as requests:
            protocol = _Http1(
                self._app,
                self._config,
                self._context,
                requests,
                ConnectionState({}),
                tls,
                client,
                server,
                self._heed,
            )
            with self._reading:
                await self._read(protocol)
            await protocol.handle(Closed())
        if self._was_no_request:
            await self._part()

    async def _read(self, protocol: "_Http1") -> None:
        received = b"nothing yet"
        while received:
            try:
                received = bytes(await self._stream.receive_some(CHUNK_BYTES))
            except GONE:
                return
            if self.idle and not self._head_begun:
                self._head_begun = True
                self._reading.deadline = trio.current_time() + self._patience.head
            await protocol.handle(RawData(received))

    async def _heed(self, event: Event) -> None:
        """What the protocol wants done."""
        if isinstance(event, RawData):
            async with self._sending:
                await self._send(event.data)
        elif isinstance(event, Updated):
            self.idle, self._head_begun = event.idle, False
            self._reading.deadline = trio.current_time() + self._patience.idle if event.idle else math.inf
        elif isinstance(event, Closed):
            self._was_no_request = self.idle
            self.end()

    async def _send(self, some: bytes) -> None:
        """In pieces; where one is not taken in time the connection is over."""
        try:
            for begin in range(0, len(some), CHUNK_BYTES):
                with trio.fail_after(self._patience.send):
                    await self._stream.send_all(some[begin : begin + CHUNK_BYTES])
        except (*GONE, trio.TooSlowError):
            self.end()
            await trio.aclose_forcefully(self._stream)

    async def _part(self) -> None:
        """Read for a while what still comes: to close with it unread would reset the connection, answer and all."""
        with suppress(*GONE), trio.move_on_after(DRAIN_SECONDS):
            while await self._stream.receive_some(CHUNK_BYTES):
                pass


class _Http1(H11Protocol):
    """Hypercorn's, without its ways to other protocols."""

    async def _check_protocol(self, event: h11.Request) -> None:
        """Refuse what is neither 1.0 nor 1.1."""
        if event.http_version not in (b"1.0", b"1.1"):
            await self._send_error_response(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
            raise trio.BrokenResourceError("HTTP/2")

    async def _create_stream(self, request: h11.Request) -> None:
        """An offer to go on with another protocol is passed over (RFC 9110, 7.8)."""
        kept = [(name, value) for name, value in request.headers if name != b"upgrade"]
        method, target, version = request.method, request.target, request.http_version
        await super()._create_stream(h11.Request(method=method, target=target, headers=kept, http_version=version))
