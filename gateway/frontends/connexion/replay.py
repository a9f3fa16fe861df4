"""Sends the sessions of a capture again, with a logon, and holds the replies against those that were recorded."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import trio
from msgspec import Struct

from gateway.errors import GatewayError
from gateway.frontends.base import CHUNK_BYTES, GONE
from gateway.frontends.connexion import wire
from gateway.frontends.connexion.captures import End, Message, Reply, Session, readable
from gateway.frontends.connexion.client import REPLY_LIMIT_BYTES, Destination, refusal
from gateway.frontends.connexion.vectors import composed, pieces

MMS_IDS: Final = re.compile(rb"(?<=MMS ID: )[0-9]+|\b99[0-9]{6,17}\b")
"""MMS IDs in a reply: what is called so, and numbers of 8 to 19 digits that begin with 99 [doc: Alma, MMS ID]."""
NONE_SENT: Final = "the connection was closed without a reply"


class Unreached(GatewayError):
    """There was no connection."""


class Answered(Struct, frozen=True):
    """What came of sending one message again."""

    connection: int
    message: int
    """Within its connection, from 1."""
    recorded: bytes | None
    """The recorded reply, without its NUL; None where there was none, or it was not kept."""
    reply: bytes | None
    """The reply now; None where there was none."""
    compared: bool
    """Whether there is anything to compare: False where the recorded reply was not kept."""
    same: bool
    """Whether nothing differs."""
    error: str = ""
    """Why there was no reply, or how it ended otherwise."""


Same = Callable[[bytes, bytes], bool]
Tell = Callable[[Answered], None]


def without_mms_ids(reply: bytes) -> bytes:
    """The reply with `…` for each MMS ID."""
    return MMS_IDS.sub("…".encode(), reply)


def alike(recorded: bytes, reply: bytes) -> bool:
    """Whether two replies differ in their MMS IDs at most."""
    return without_mms_ids(recorded) == without_mms_ids(reply)


def exactly(recorded: bytes, reply: bytes) -> bool:
    """Whether two replies are the same to the byte."""
    return recorded == reply


async def replay(
    sessions: Sequence[Session], destination: Destination, tell: Tell, *, same: Same = alike, timing: bool = False
) -> None:
    """Send session after session, and tell of each message in its turn. `timing` keeps the pauses that clients made,
    else there are none.

    A session is over when a recorded reply does not come within the destination's timeout. Raises `Unreached` where
    there is no connection; ValueError for a logon item that a message cannot carry.
    """
    started = trio.current_time()
    before: Session | None = None
    for session in sessions:
        if not session.messages:
            continue
        if timing and before is not None:
            await trio.sleep_until(started + max(0.0, (session.at - before.at).total_seconds()))
        started, before = trio.current_time(), session
        await _Replay(session, destination, tell, same, timing=timing).run()


class _Replay:
    """One session."""

    def __init__(self, session: Session, destination: Destination, tell: Tell, same: Same, *, timing: bool) -> None:
        self._session = session
        self._destination = destination
        self._tell = tell
        self._same = same
        self._timing = timing
        self._buffer = b""
        self._unanswered: deque[int] = deque()

    async def run(self) -> None:
        async with await self._connect() as stream:
            if await self._follow(stream):
                await self._rest(stream)

    async def _follow(self, stream: trio.SocketStream) -> bool:
        """Do what the client did, in the order of the capture. Whether no reply is missing."""
        sent = 0
        for event in readable(self._session.events):
            match event:
                case Message():
                    sent += 1
                    self._unanswered.append(sent)
                    await self._send(stream, event)
                case Reply() if self._unanswered:
                    if not await self._answer(stream, event):
                        return False
                case End(side="client"):
                    await self._end(stream, event)
                case _:
                    pass
        return True

    async def _rest(self, stream: trio.SocketStream) -> None:
        """Messages that the capture has no reply to: where the server had ended instead, none is expected."""
        ended = any(isinstance(event, End) and event.side == "server" for event in self._session.events)
        while self._unanswered:
            if ended and self._session.kept:
                await self._answer(stream, None)
            else:
                number = self._unanswered.popleft()
                self._tell(Answered(self._session.number, number, None, None, compared=False, same=True))

    async def _connect(self) -> trio.SocketStream:
        address, port, timeout = self._destination.address, self._destination.port, self._destination.timeout
        try:
            with trio.fail_after(timeout):
                return await trio.open_tcp_stream(address, port)
        except trio.TooSlowError:
            why = f"no answer within {timeout:g} s"
        except OSError as error:
            why = refusal(error)
        raise Unreached(f"cannot connect to {address} port {port}: {why}")

    async def _pause(self, seconds: float) -> None:
        if self._timing:
            await trio.sleep(seconds)

    async def _send(self, stream: trio.SocketStream, message: Message) -> None:
        """The message, cut as it came. A server that has gone is noticed by the reply, or by none."""
        await self._pause(message.after)
        with suppress(*GONE):
            for gap, some in pieces(message, self._destination.logon):
                await self._pause(gap)
                await stream.send_all(some)

    async def _end(self, stream: trio.SocketStream, end: End) -> None:
        await self._pause(end.after)
        with suppress(*GONE):
            await stream.send_all(b"".join(composed(end.parts, self._destination.logon)))
            await stream.send_eof()

    async def _answer(self, stream: trio.SocketStream, recorded: Reply | None) -> bool:
        """Read the reply and tell what it is beside the recorded one. Whether there is one."""
        number = self._unanswered.popleft()
        known = recorded.content if recorded else None
        error = NONE_SENT
        reply, nul = None, False
        try:
            with trio.fail_after(self._destination.timeout):
                reply, nul = await self._reply(stream)
        except trio.TooSlowError:
            error = f"no reply within {self._destination.timeout:g} s"
        compared = recorded is None or known is not None
        same = reply is None if recorded is None else reply is not None
        if recorded and reply is not None:
            error = "" if nul == recorded.ended else "no NUL behind it" if recorded.ended else "a NUL behind it"
            same = known is None or (self._same(known, reply) and not error)
        self._tell(Answered(self._session.number, number, known, reply, compared, same, "" if same else error))
        return reply is not None

    async def _reply(self, stream: trio.SocketStream) -> tuple[bytes | None, bool]:
        """The next reply without its NUL, None where there is no byte of one; and whether it had the NUL."""
        received, nul, self._buffer = self._buffer.partition(wire.NUL)
        with suppress(*GONE):
            while not nul and len(received) < REPLY_LIMIT_BYTES:
                chunk = await stream.receive_some(CHUNK_BYTES)
                if not chunk:
                    break
                words, nul, self._buffer = chunk.partition(wire.NUL)
                received += words
        return (received if received or nul else None), bool(nul)
