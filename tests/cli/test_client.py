"""The sender against servers that behave and servers that do not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.client import REPLY_LIMIT_BYTES, Destination, sending
from gateway.model import Logon

from .gateways import MARC

LOGON = Logon(logon_id=b"01CARLI_XYZ", password=b"xyz-secret")
RECORD = (MARC / "minimal.mrc").read_bytes()
SHORT = (MARC / "broken-truncated.mrc").read_bytes()
MESSAGE = b"AK01CARLI_XYZPJxyz-secret" + RECORD
FILED = b"The record has been processed successfully.\nMMS ID: 9910000000015867\0"
REFUSED = b"Import Failed\nNot imported: because.\0"


@dataclass
class Server:
    """Serves each connection in turn as the next of `habits` says, and keeps what came."""

    habits: list[Callable[["Server", trio.SocketStream], Awaitable[None]]]
    port: int = 0
    connections: int = 0
    arrived: list[bytes] = field(default_factory=list)

    async def serve(self, stream: trio.SocketStream) -> None:
        """One connection."""
        self.connections += 1
        await self.habits.pop(0)(self, stream)

    async def message(self, stream: trio.SocketStream) -> bool:
        """Read a message up to its record's end, or to that of the stream; whether one came."""
        arrived = b""
        async for chunk in stream:
            arrived += chunk
            if arrived.endswith(b"\x1d") and not arrived.endswith(SHORT):
                break
        if arrived:
            self.arrived.append(arrived)
        return bool(arrived)


async def answers(server: Server, stream: trio.SocketStream, *, reply: bytes = FILED) -> None:
    """Answer every message until the client has gone."""
    while await server.message(stream):
        await stream.send_all(reply)


async def closes(server: Server, stream: trio.SocketStream) -> None:
    """Read the message and go without a word."""
    await server.message(stream)


async def talks_and_closes(server: Server, stream: trio.SocketStream, *, reply: bytes) -> None:
    """Answer before anything has come, without a NUL, and go. The client may be gone first, with all that it wants."""
    with suppress(trio.BrokenResourceError):
        await stream.send_all(reply)
        await stream.send_eof()
        await server.message(stream)


@asynccontextmanager
async def listening(*habits: Callable[..., Awaitable[None]]) -> AsyncIterator[Server]:
    server = Server(list(habits))
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    server.port = listeners[0].socket.getsockname()[1]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, server.serve, listeners)
        yield server
        nursery.cancel_scope.cancel()


def to(server: Server, **more: object) -> Destination:
    return Destination(address="127.0.0.1", port=server.port, logon=LOGON, **more)


async def test_filed():
    async with listening(answers) as server, sending(to(server)) as sender:
        sent = await sender.send(RECORD)
    assert server.arrived == [MESSAGE]
    assert (sent.filed, sent.mms_id, sent.tries, sent.error) == (True, "9910000000015867", 1, "")
    assert sent.reply == FILED.decode().rstrip("\0")
    assert sent.seconds > 0


async def test_browser_form_and_user_id():
    logon = Logon(user_id=b"100-123-456", logon_id=b"01CARLI_XYZ", password=b"")
    async with listening(answers) as server:
        where = Destination(address="127.0.0.1", port=server.port, logon=logon, form="browser")
        async with sending(where) as sender:
            await sender.send(RECORD)
    assert server.arrived == [b"U11100-123-456A1101CARLI_XYZP0" + RECORD]


async def test_no_retry_after_a_reply():
    async with listening(partial(answers, reply=REFUSED)) as server, sending(to(server)) as sender:
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.mms_id, sent.tries, sent.error) == (False, "", 1, "")
    assert sent.reply == "Import Failed\nNot imported: because."


async def test_retries_when_closed_without_a_reply():
    async with listening(closes, closes, answers) as server, sending(to(server, retries=2)) as sender:
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.tries, server.connections) == (True, 3, 3)
    assert server.arrived == [MESSAGE] * 3


async def test_gives_up_after_the_last_retry():
    async with listening(closes, closes) as server, sending(to(server, retries=1)) as sender:
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.reply, sent.tries, sent.reached) == (False, "", 2, True)
    assert sent.error == "the connection was closed without a reply"


async def test_timeout_and_delay(mock_clock: MockClock):
    async def lets_time_pass(server: Server, stream: trio.SocketStream) -> None:
        while await server.message(stream):
            mock_clock.jump(2)
        await wait_all_tasks_blocked()
        mock_clock.jump(1)

    impatient = {"retries": 1, "timeout": 2, "delay": 1}
    async with listening(lets_time_pass, lets_time_pass) as server, sending(to(server, **impatient)) as sender:
        sent = await sender.send(RECORD)
    assert (sent.tries, sent.error, sent.reached) == (2, "no reply within 2 s", True)
    assert sent.seconds == 2 + 1 + 2


async def test_nobody_there(deaf_port):
    where = Destination(address="127.0.0.1", port=deaf_port, logon=LOGON, retries=1)
    async with sending(where) as sender:
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.tries, sent.reached) == (False, 2, False)
    assert sent.error == f"cannot connect to 127.0.0.1 port {deaf_port}: nothing listens there"


async def test_keeps_the_connection_open():
    async with listening(answers) as server, sending(to(server, keep_open=True)) as sender:
        results = [await sender.send(RECORD) for _ in range(3)]
    assert all(sent.filed for sent in results)
    assert server.connections == 1
    assert server.arrived == [MESSAGE] * 3


async def test_a_connection_an_export_unless_asked():
    async with listening(answers, answers) as server, sending(to(server)) as sender:
        await sender.send(RECORD)
        await sender.send(RECORD)
    assert server.connections == 2


async def test_a_short_record_ends_our_side_and_the_connection():
    """The server reads to the end of the stream, which it would not see if the sender waited for the answer first."""
    async with listening(answers, answers) as server, sending(to(server, keep_open=True)) as sender:
        short = await sender.send(SHORT)
        after = await sender.send(RECORD)
    assert (short.filed, after.filed) == (True, True)
    assert server.connections == 2
    assert server.arrived[0].endswith(SHORT)


async def test_a_closed_connection_is_opened_again():
    async def answers_once(server: Server, stream: trio.SocketStream) -> None:
        await server.message(stream)
        await stream.send_all(FILED)

    async with listening(answers_once, answers) as server, sending(to(server, keep_open=True)) as sender:
        await sender.send(RECORD)
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.tries, server.connections) == (True, 2, 2)


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", "HTTP/1.0 400 Bad Request\r\n\r\n"),
        (b"\xff\xfe\0", "\N{REPLACEMENT CHARACTER}" * 2),
        (b"\0", ""),
        (b"x" * (REPLY_LIMIT_BYTES + 10), "x" * REPLY_LIMIT_BYTES),
    ],
)
async def test_any_answer_is_a_reply(reply, read):
    async with listening(partial(talks_and_closes, reply=reply)) as server, sending(to(server)) as sender:
        sent = await sender.send(RECORD)
    assert (sent.filed, sent.tries, sent.error) == (False, 1, "")
    assert sent.reply[: len(read) or None] == read


async def test_what_the_protocol_cannot_carry():
    logon = Logon(logon_id=b"x" * 192)
    async with sending(Destination(address="127.0.0.1", logon=logon)) as sender:
        with pytest.raises(ValueError, match="item A is 192 bytes long"):
            await sender.send(RECORD)


def test_defaults_are_those_of_the_vendors_instructions():
    destination = Destination(address="127.0.0.1", logon=LOGON)
    assert (destination.port, destination.timeout, destination.retries, destination.delay) == (5500, 90, 3, 0)
    assert destination.port == wire.DEFAULT_PORT
    assert "secret" not in repr(destination)
