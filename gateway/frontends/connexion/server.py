"""The Gateway Export listener of one host: each connection's bytes to the importer, its words back.

Reply before close, and then wait: a client whose connection closes first reports an error. Source: spec, connexion.md.
"""

import math
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
import trio
from msgspec import Struct
from msgspec.structs import replace

from gateway.frontends.base import GONE, Admission, plain_address
from gateway.frontends.connexion import faults, wire
from gateway.frontends.connexion.layout import Arrivals
from gateway.frontends.connexion.scripted_door import Meet, ScriptedDoor
from gateway.frontends.conversations import Conversation, Conversations, last_words
from gateway.frontends.sockets import Stream
from gateway.importer.accept import Importer
from gateway.importer.replies import Replies
from gateway.importer.scripts import Script
from gateway.model import (
    ConnectionStep,
    Delivery,
    Facts,
    Host,
    Logon,
    Outcome,
    Reason,
    ReplyStep,
    Submission,
    new_submission_id,
)

GOODBYE_SECONDS: Final = 2.0
"""How long unreadable bytes after a served message wait for the end that makes them a goodbye (assumed)."""
LIVENESS: Final = frozenset({"GET /livez", "HEAD /livez", "GET /admin/health", "HEAD /admin/health"})
"""Requests of a health check; the latter are FOLIO edge-connexion's."""


class Patience(Struct, frozen=True):
    """How long a client may take, in seconds (spec, "Limits")."""

    first_byte: float = 10.0
    """From connecting: a person's network is faster, a port scanner need not wait."""
    message: float = 30.0
    """From a message's first byte to its last: 101,000 bytes over a slow line."""
    idle: float = 90.0
    """Between a reply and the next message: Connexion's own Timeout."""


class Server:
    """One host's listener."""

    def __init__(
        self,
        host: Host,
        importer: Importer,
        admission: Admission,
        *,
        replies: Replies = Replies(),  # noqa: B008 - never changes
        patience: Patience = Patience(),  # noqa: B008 - frozen
        message_bytes: int = wire.MESSAGE_BYTES,
    ) -> None:
        self.host = host
        self.importer = importer
        self.replies = replies
        self.patience = {
            wire.State.FIRST: patience.first_byte,
            wire.State.MESSAGE: patience.message,
            wire.State.BETWEEN: patience.idle,
            wire.State.PARTING: GOODBYE_SECONDS,
            wire.State.SKIPPING: patience.message,
            wire.State.CLOSED: 0.0,
        }
        """Seconds by where a connection stands."""
        self.message_bytes = message_bytes
        self.closing = trio.Event()
        self.counts: Counter[str] = Counter()
        """Connections that are not kept as attempts: `probe`, `busy`, `goodbye`, `scripted`."""
        self.log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.connexion").bind()
        self._admission = admission
        self._conversations: Conversations[_Conversation] = Conversations()
        self._door = ScriptedDoor(host.key, replies.busy)

    def close(self) -> None:
        """End the connections on which nothing is under way; those within a message end after their reply."""
        self.closing.set()
        self._door.hurry()
        self._conversations.end_idle()

    async def accept(self, listeners: list[trio.SocketListener], connections: trio.Nursery) -> None:
        """Take connections from `listeners` until cancelled; they are served in `connections`, which may outlast it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._conversations.watch)
            await self._door.accept(listeners, partial(self._begin, connections))

    @property
    def script(self) -> Script[ConnectionStep] | None:
        """What is done with those who connect; None where they are served as ever."""
        return self._door.script

    def follow(self, script: Script[ConnectionStep] | None) -> None:
        """Do from now on with those who connect what this script says; without one, serve them as ever."""
        self._door.follow(script)

    def add_step(self, step: ConnectionStep) -> None:
        """Do this too with one who connects, behind the other steps of the script."""
        self._door.add_step(step)

    def _begin(self, connections: trio.Nursery, stream: Stream, address: str) -> None:
        """Have a connection served. Its step of a script is taken here, where clients come one after the other."""
        peer = plain_address(address)
        if not self._admission.enter(peer):
            connections.start_soon(self._turn_away, stream, peer)
        else:
            connections.start_soon(self._serve, stream, peer, self._door.meeting(peer))

    async def _turn_away(self, stream: Stream, peer: str) -> None:
        """Answer a connection too many."""
        self.counts["busy"] += 1
        self.log.warning("connexion.busy", host=self.host.key, peer=peer)
        with stream:
            await last_words(stream, wire.reply(self.replies.busy))

    async def _serve(self, stream: Stream, peer: str, meet: Meet | None) -> None:
        """Serve one connection to its end, unless `meet` ends it. What goes wrong ends this connection alone."""
        conversation = _Conversation(self, stream, peer)
        try:
            with stream:
                if meet is None or await meet(stream):
                    self._conversations.add(conversation)
                    await conversation.run()
                else:
                    self.counts["scripted"] += 1
        finally:
            self._conversations.discard(conversation)
            self._admission.leave(peer)


class _Conversation(Conversation):
    """One connection."""

    def __init__(self, server: Server, stream: Stream, peer: str) -> None:
        super().__init__(stream)
        self._server = server
        self._peer = peer
        self._connection = wire.Connection(message_bytes=server.message_bytes)
        self._arrivals = Arrivals()
        self._state: wire.State | None = None
        self._until = math.inf
        self._logon: Logon | None = None
        self._telnet = False
        self._served = 0
        self._now = 0.0  # when something came last, or an event had been served
        self._began = 0.0
        self._delivery: Delivery | None = None

    async def run(self) -> None:
        """Serve message after message until one side ends it."""
        host = self._server.host.key
        try:
            await self._converse()
        except GONE:
            self._server.log.debug("connexion.peer_gone", host=host, peer=self._peer)
        except Exception:
            self._server.log.exception("connexion.crashed", host=host, peer=self._peer)
            await last_words(self._stream, wire.reply(self._server.replies.crashed))

    async def _converse(self) -> None:
        self._now = self._began = trio.current_time()
        while True:
            try:
                event = await self._next_event()
            except wire.Malformed as error:
                await self._malformed(error)
                return
            match event:
                case wire.Record():
                    if not await self._record(event):
                        return
                case wire.Telnet():
                    self._telnet = True
                    await self._send(event.answer)
                case wire.Foreign():
                    await self._foreign(event)
                    return
                case wire.Probe() | wire.Goodbye() | wire.Closed():
                    await self._ended(event)
                    return
            self._now = self._began = trio.current_time()

    async def _next_event(self) -> wire.Event:
        """The next event of the wire; how long it is waited for depends on where the connection stands."""
        connection = self._connection
        while (event := connection.next_event()) is None:
            if connection.state is not self._state:
                self._state = connection.state
                self._until = self._now + self._server.patience[self._state]
            idle = self._state is not wire.State.MESSAGE
            if idle and self._server.closing.is_set():
                return wire.Closed()
            await self._receive(idle=idle)
        return event

    async def _receive(self, *, idle: bool) -> None:
        """Take what the client sends next. The wait can be ended in here alone: nobody is cut off during an import."""
        self._idle, self._deadline = idle, self._until
        try:
            chunk = await self._stream.receive()
        except trio.ClosedResourceError:  # interrupted
            chunk = None
        self._now = trio.current_time()
        if chunk is not None:
            self._connection.receive(chunk)
            self._arrivals.add(self._now, len(chunk))
        elif not (idle and self._server.closing.is_set()):
            self._connection.expire()
        if idle and self._state is not wire.State.PARTING:  # there the message has begun
            self._began = self._now
        self._idle, self._deadline = False, math.inf

    async def _record(self, event: wire.Record) -> bool:
        """Have it imported, and answer; whether the connection goes on."""
        self._logon = event.logon or self._logon
        observed = self._facts(event.logon)
        self._served += 1
        submission = self._submission(self._logon, event.raw)
        receipt = await self._server.importer.accept(submission, self._logon, observed)
        words = self._server.replies.words(receipt)
        self._state = None  # patience begins anew
        if receipt.facts.scripted is not None:
            step = receipt.facts.scripted.step
            over = self._server.importer.script_over(receipt.zone, step)
            return await self._answer_as_scripted(submission, words, step, over)
        await self._answer(submission, wire.reply(words))
        return True

    async def _malformed(self, error: wire.Malformed) -> None:
        """Answer, and close: nothing after it can be framed."""
        submission = self._submission(error.logon, error.raw)
        incomplete = error.reason is Reason.INCOMPLETE
        observed = replace(
            self._facts(error.logon),
            offset=None if incomplete else error.offset,
            arrived=error.offset if incomplete else None,
            expected=error.expected,
        )
        receipt = await self._server.importer.turn_away(submission, Outcome.MALFORMED, error.reason, observed)
        await self._answer(submission, wire.reply(self._server.replies.text(receipt)))
        await self._stream.part()

    async def _foreign(self, event: wire.Foreign) -> None:
        """Answer another protocol in its own words, or not at all."""
        if event.begins in LIVENESS:
            self._server.counts["probe"] += 1
            await last_words(self._stream, wire.http_response("200 OK", f"ok {self._server.host.key}"))
            return
        submission = self._submission(event.logon, b"")
        observed = replace(self._facts(event.logon), first_bytes=event.begins)
        receipt = await self._server.importer.turn_away(submission, Outcome.FOREIGN, event.kind, observed)
        words = self._server.replies.text(receipt)
        if event.kind is Reason.HTTP:
            await self._answer(submission, wire.http_response("400 Bad Request", words))
        elif words:
            await self._answer(submission, wire.reply(words))
        await self._stream.part()

    async def _ended(self, event: wire.Probe | wire.Goodbye | wire.Closed) -> None:
        if self._telnet and self._delivery is None:
            submission = self._submission(None, b"")
            observed = replace(self._facts(None), arriving=None)  # no message has begun
            await self._server.importer.turn_away(submission, Outcome.FOREIGN, Reason.TELNET, observed)
        elif isinstance(event, wire.Probe):
            self._server.counts["probe"] += 1
        elif isinstance(event, wire.Goodbye):
            self._server.counts["goodbye"] += 1
            self._server.log.info("connexion.goodbye", host=self._server.host.key, peer=self._peer, size=event.size)
        if self._delivery is not None and self._delivery.delivered and self._stream.refused():
            self._server.importer.note(replace(self._delivery, delivered=False))

    async def _answer(self, submission: Submission, words: bytes) -> None:
        """Send a reply and note what became of it."""
        try:
            await self._send(words)
        except (*GONE, trio.Cancelled):
            self._note(submission, delivered=False)
            raise
        self._note(submission, delivered=True)

    async def _answer_as_scripted(self, submission: Submission, words: str, step: ReplyStep, over: trio.Event) -> bool:
        """Answer as the step says; whether the connection goes on. `over`: the step's script is at its end."""
        sent = faults.octets(words, step)
        try:
            await faults.deliver(self._send, sent, step, over)
        except (*GONE, trio.Cancelled):
            self._note(submission, delivered=False)
            raise
        self._note(submission, delivered=bool(sent))
        return await faults.part(self._stream, step, self._server.patience[wire.State.BETWEEN], over)

    async def _send(self, words: bytes) -> None:
        """Send; who does not read is waited for as long as for a message, and then let go."""
        self._deadline = trio.current_time() + self._server.patience[wire.State.MESSAGE]
        await self._stream.send(words)
        self._deadline = math.inf

    def _note(self, submission: Submission, *, delivered: bool) -> None:
        self._delivery = Delivery(submission.id, round(trio.current_time() - self._began, 6), delivered)
        self._server.importer.note(self._delivery)

    def _submission(self, logon: Logon | None, raw: bytes) -> Submission:
        claimed = logon.claimed.decode("utf-8", "backslashreplace") if logon else ""
        return Submission(new_submission_id(), datetime.now(UTC), self._server.host.key, self._peer, claimed, raw)

    def _facts(self, logon: Logon | None) -> Facts:
        """What the wire tells of the message that has just ended, or is waited for no longer."""
        items, lengths = (logon.tags, logon.lengths) if logon else ("", "")
        return Facts(
            items=items,
            lengths=lengths,
            telnet=self._telnet,
            earlier=self._served,
            arriving=round(trio.current_time() - self._began, 3),
            transcript=self._arrivals.take(self._connection.layout, self._began),
        )
