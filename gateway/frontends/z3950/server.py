"""A Z39.50 listener: each connection's bytes to its session, the answers back.

A client that sends what is no APDU, that says nothing for long, or that does not read what it asked for, is parted
with; nobody else notices. Source: spec, z3950.md.
"""

import math
from functools import partial
from typing import Final

import structlog
import trio
from msgspec import Struct

from gateway.frontends.base import GONE, Admission, plain_address
from gateway.frontends.conversations import Conversation, Conversations, last_words
from gateway.frontends.sockets import Door, Stream
from gateway.frontends.z3950 import wire
from gateway.frontends.z3950.apdus import Apdu, Close, CloseReason, encode
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.scan import ScanRequest
from gateway.frontends.z3950.apdus.search import SearchRequest
from gateway.frontends.z3950.bib1 import DIAGNOSTICS
from gateway.frontends.z3950.catalogue import Catalogue
from gateway.frontends.z3950.kept import Kept
from gateway.frontends.z3950.rules import Rules
from gateway.frontends.z3950.session import Session
from gateway.frontends.z3950.sets import SETS, ResultSets
from gateway.stores.base import Store

SENT_AT_ONCE: Final = 65_536
"""Octets that are sent before a client must have read some: what it takes is then known."""


class Patience(Struct, frozen=True):
    """How long a client may take, in seconds."""

    request: float = 30.0
    """From a request's first byte to its last; from connecting to the end of the Init."""
    idle: float = 600.0
    """Between an answer and the next request."""
    reading: float = 30.0
    """For each piece of an answer that it is to read."""


class Server:
    """One host's, on one or more ports."""

    def __init__(
        self,
        host: str,
        rules: Rules,
        store: Store,
        kept: Kept,
        admission: Admission,
        *,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        result_sets: int = SETS,
    ) -> None:
        self.host = host
        self.rules = rules
        self.store = store
        self.catalogue = Catalogue(store, rules, kept)
        self.patience = patience
        self.result_sets = result_sets
        self.closing = False
        self.log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.z3950").bind()
        self._admission = admission
        self._conversations: Conversations[_Conversation] = Conversations()

    def close(self) -> None:
        """End the sessions that wait for a request; others end after their answer."""
        self.closing = True
        self._conversations.end_idle()

    async def accept(self, listeners: list[trio.SocketListener], sessions: trio.Nursery) -> None:
        """Take connections from `listeners` until cancelled; they are served in `sessions`, which may outlast it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._conversations.watch)
            await Door(listeners).accept(partial(self._begin, sessions))

    def _begin(self, sessions: trio.Nursery, stream: Stream, address: str) -> None:
        peer = plain_address(address)
        if self._admission.enter(peer):
            sessions.start_soon(self._serve, stream, peer)
        else:
            sessions.start_soon(self._turn_away, stream, peer)

    async def _turn_away(self, stream: Stream, peer: str) -> None:
        self.log.warning("z3950.busy", host=self.host, peer=peer)
        with stream:
            await last_words(stream, encode(Close(CloseReason.RESOURCES, "too many sessions; try again later")))

    async def _serve(self, stream: Stream, peer: str) -> None:
        """Serve one connection to its end. What goes wrong ends this connection alone."""
        conversation = _Conversation(self, stream, peer)
        self._conversations.add(conversation)
        try:
            with stream:
                await conversation.run()
        finally:
            self._conversations.discard(conversation)
            self._admission.leave(peer)


class _Conversation(Conversation):
    """One connection."""

    def __init__(self, server: Server, stream: Stream, peer: str) -> None:
        super().__init__(stream)
        self._server = server
        self._peer = peer
        self._connection = wire.Connection()
        self._session = Session(server.rules, server.store, server.catalogue, ResultSets(server.result_sets))
        self._begun = False  # whether the client has said something that could be read

    async def run(self) -> None:
        """Answer request after request until one side ends it."""
        log = self._server.log.bind(host=self._server.host, peer=self._peer)
        began = trio.current_time()
        try:
            await self._converse()
        except wire.ProtocolError as error:
            log.info("z3950.malformed", offset=error.offset, error=str(error))
            await self._part(error.close)
        except GONE:
            log.debug("z3950.peer_gone")
        except Exception:
            log.exception("z3950.crashed")
            await self._part(Close(CloseReason.SYSTEM_PROBLEM))
        tell = log.info if self._session.counts else log.debug  # a health check asks for nothing
        tell("z3950.ended", seconds=round(trio.current_time() - began, 3), **self._session.counts)

    async def _converse(self) -> None:
        while (request := await self._next_request()) is not None:
            self._begun = True
            answer = await self._session.answer(request)
            if self._session.refusal is not None:
                self._tell_refusal(request, self._session.refusal)
            if answer is not None and not await self._send(encode(answer)):
                self._server.log.info("z3950.unread", host=self._server.host, peer=self._peer)
                self._stream.reset()
                return
            if self._session.over:
                await last_words(self._stream, b"")
                return

    def _tell_refusal(self, request: Apdu, refusal: Diagnostic) -> None:
        """Log what was refused. Terms and names may be in it, user IDs and passwords are not."""
        self._server.log.info(
            "z3950.refused",
            host=self._server.host,
            peer=self._peer,
            request=type(request).__name__.removesuffix("Request").lower(),
            databases=list(request.databases) if isinstance(request, SearchRequest | ScanRequest) else None,
            diagnostic=refusal.condition,
            says=DIAGNOSTICS.get(refusal.condition, ""),
            additional=refusal.additional,
        )

    async def _next_request(self) -> Apdu | None:
        """None where the connection is over: the client has ended it, or was parted with."""
        connection, patience = self._connection, self._server.patience
        since = trio.current_time()
        within = False
        while (event := connection.next_event()) is None:
            if connection.within and not within:
                since, within = trio.current_time(), True
            if self._server.closing:
                await self._part(Close(CloseReason.SHUTDOWN))
                return None
            seconds = patience.request if within or not self._begun else patience.idle
            self._deadline = since + seconds
            if not await self._receive() and trio.current_time() >= since + seconds:
                await self._part(Close(CloseReason.LACK_OF_ACTIVITY, f"nothing was heard for {seconds:g} seconds"))
                return None
        return None if isinstance(event, wire.Closed) else event

    async def _receive(self) -> bool:
        """Take what the client sends next; False where the wait for it was ended."""
        self._idle = True
        try:
            self._connection.receive(await self._stream.receive())
        except trio.ClosedResourceError:
            return False
        finally:
            self._idle, self._deadline = False, math.inf
        return True

    async def _send(self, answer: bytes) -> bool:
        """Send an answer; whether the client reads it."""
        for start in range(0, len(answer), SENT_AT_ONCE):
            self._deadline = trio.current_time() + self._server.patience.reading
            try:
                await self._stream.send(answer[start : start + SENT_AT_ONCE])
            except trio.ClosedResourceError:
                return False
            finally:
                self._deadline = math.inf
        return True

    async def _part(self, close: Close) -> None:
        """Say why, to a client that knows Close, and end it."""
        await last_words(self._stream, encode(close) if self._session.version_3 else b"")
