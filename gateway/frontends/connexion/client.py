"""The sender: exports records to a gateway as Connexion does, and reads the answers. It judges no record.

    async with sending(Destination(address="127.0.0.1", logon=Logon(logon_id=b"01CARLI_XYZ", password=b"…"))) as sender:
        sent = await sender.send(record)

Source: spec, connexion.md, "Clients and their settings" and "The reply".
"""

import errno
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import trio
from msgspec import Struct

from gateway.errors import GatewayError
from gateway.frontends.base import CHUNK_BYTES, GONE
from gateway.frontends.connexion import wire
from gateway.frontends.connexion.readings import LengthForm
from gateway.importer import replies
from gateway.marc.splitting import declared_bytes, is_whole
from gateway.model import Logon, Outcome

TIMEOUT_SECONDS: Final = 90.0
RETRIES: Final = 3
DELAY_SECONDS: Final = 0.0
"""Timeout, Retries and Delay of Connexion's destination, as every vendor's instructions have them [doc]."""
REPLY_LIMIT_BYTES: Final = 65_536
"""Most that is read of a reply without its NUL: the gateway's own end at 2,000, another server's may be longer."""
PROCESSED: Final = replies.REPLIES[Outcome.CREATED, None].text.partition("\n")[0]
"""How the reply to a record that was filed begins [doc]."""

REFUSALS: Final[dict[int | None, str]] = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ETIMEDOUT: "no answer",
    errno.EHOSTUNREACH: "no way there",
    errno.ENETUNREACH: "no way there",
}
"""Why a connection could not be made, where the system's own words name calls and numbers."""

_MMS_ID = re.compile(r"MMS ID:\s*([0-9]+)")


class Destination(Struct, frozen=True, kw_only=True):
    """Where to export to and how: what one types into Connexion."""

    address: str
    port: int = wire.DEFAULT_PORT
    logon: Logon
    form: LengthForm = "desktop"
    keep_open: bool = False
    """One connection for all records ("Permanent Connection"); each record still comes with its logon items."""
    timeout: float = TIMEOUT_SECONDS
    """Seconds that one try may take, from connecting to the end of the reply."""
    retries: int = RETRIES
    """Further tries after one that brought no reply; there is none after a reply, whatever it says."""
    delay: float = DELAY_SECONDS
    """Seconds between two tries."""


class Sent(Struct, frozen=True):
    """What came of sending one record."""

    filed: bool
    """Whether the reply says that the record was processed."""
    reply: str
    """Empty where there was none."""
    mms_id: str
    """As the reply gives it; may be empty."""
    seconds: float
    """From the beginning of the first try to the end of the last."""
    tries: int
    error: str = ""
    """Why there was no reply."""
    reached: bool = True
    """Whether there was ever a connection."""


class _NoReply(GatewayError):
    """A try that brought none."""


class Sender:
    """Sends records one after the other, as a cataloguer would. Made by `sending`."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._stream: trio.SocketStream | None = None

    async def send(self, record: bytes) -> Sent:
        """Send one record and wait for what is answered; network errors are told in the result.

        A record whose bytes are fewer than it declares, or which declares no length, is followed by the end of our
        side, so that the answer need not wait for what never comes. Raises ValueError for a logon item that `form`
        cannot state.
        """
        destination = self._destination
        message = wire.compose(destination.logon, record, destination.form)
        began = trio.current_time()
        reached = False
        tries = 0
        while True:
            tries += 1
            try:
                reply = await self._try(message, record)
            except _NoReply as error:
                reached = reached or self._stream is not None
                await self.aclose()
                if tries <= destination.retries:
                    await trio.sleep(destination.delay)
                    continue
                return Sent(False, "", "", _since(began), tries, str(error), reached)
            if not destination.keep_open or not is_whole(record):
                await self.aclose()
            filed = reply.startswith(PROCESSED)
            mms_id = _MMS_ID.search(reply) if filed else None
            return Sent(filed, reply, mms_id[1] if mms_id else "", _since(began), tries)

    async def aclose(self) -> None:
        """Close the connection if one is open; the next record opens another."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.aclose()

    async def _try(self, message: bytes, record: bytes) -> str:
        """Send the message once. Raises `_NoReply`; the connection is then still there, if there was one."""
        timeout = self._destination.timeout
        try:
            with trio.fail_after(timeout):
                if self._stream is None:
                    self._stream = await self._connect()
                reply = await _exchange(self._stream, message, end=not 0 < declared_bytes(record) <= len(record))
        except trio.TooSlowError:
            what = "no connection" if self._stream is None else "no reply"
            raise _NoReply(f"{what} within {timeout:g} s") from None
        if reply is None:
            raise _NoReply("the connection was closed without a reply")
        return reply.decode("utf-8", "replace")

    async def _connect(self) -> trio.SocketStream:
        address, port = self._destination.address, self._destination.port
        try:
            return await trio.open_tcp_stream(address, port)
        except OSError as error:
            raise _NoReply(f"cannot connect to {address} port {port}: {refusal(error)}") from error


@asynccontextmanager
async def sending(destination: Destination) -> AsyncIterator[Sender]:
    """A sender whose connection, where it keeps one open, is closed at the end of the context."""
    sender = Sender(destination)
    try:
        yield sender
    finally:
        await sender.aclose()


def refusal(error: OSError) -> str:
    """Why `trio.open_tcp_stream` could not connect, in plain words, for one of the addresses that it tried."""
    cause = error.__cause__
    if isinstance(cause, ExceptionGroup) and isinstance(cause.exceptions[0], OSError):
        error = cause.exceptions[0]
    if isinstance(error, socket.gaierror):
        return "no computer is known by this name"
    return REFUSALS.get(error.errno, error.strerror or str(error))


async def _exchange(stream: trio.SocketStream, message: bytes, *, end: bool) -> bytes | None:
    """The reply without its NUL; None if the connection was closed before a byte of it."""
    with suppress(*GONE):  # one that has answered already may read no further: what it said counts
        await stream.send_all(message)
        if end:
            await stream.send_eof()
    reply = bytearray()
    with suppress(*GONE):
        while wire.NUL not in reply and len(reply) < REPLY_LIMIT_BYTES:
            chunk = await stream.receive_some(CHUNK_BYTES)
            if not chunk:
                break
            reply += chunk
    return bytes(reply).partition(wire.NUL)[0] if reply else None


def _since(began: float) -> float:
    return round(trio.current_time() - began, 6)
