"""What stands between a client and a server: on real sockets, to a gateway or to a server that the test plays."""

import os
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from gateway.errors import Unusable
from gateway.frontends.connexion import capture, wire
from gateway.frontends.connexion.capture import ABORTED, Place, Recording, Tap
from gateway.frontends.connexion.captures import End, Message, NotKept, Session, parse, read
from gateway.frontends.connexion.vectors import feed
from gateway.model import Logon
from tests.server.running import LOGON, PATIENCE, Client, ask, gateway, message
from tests.server.running import record as marc

from .captured import OK
from .transcript import BROWSER, DESKTOP, ONE, TWO, cut


@dataclass
class Capture:
    """One that is under way."""

    port: int
    file: Path
    tap: Tap
    stop: trio.Event
    said: list[str]

    def sessions(self) -> list[Session]:
        """What the file has so far."""
        return read(self.file)


@asynccontextmanager
async def capturing(upstream: int, file: Path, *, append: bool = False) -> AsyncIterator[Capture]:
    """A capture between clients and that port, stopped at the end of the block."""
    said: list[str] = []
    with trio.fail_after(PATIENCE), Recording(file, append=append) as recording:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        tap = Tap(Place("127.0.0.1", upstream), recording, said.append)
        async with trio.open_nursery() as nursery:
            stop = trio.Event()
            nursery.start_soon(tap.run, listeners, stop)
            yield Capture(listeners[0].socket.getsockname()[1], file, tap, stop, said)
            stop.set()


@dataclass
class Upstream:
    """A server that the test plays: it takes connections, and the test speaks for it."""

    listener: trio.SocketListener
    streams: list[trio.SocketStream] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.socket.getsockname()[1])

    async def taken(self) -> trio.SocketStream:
        """The next connection."""
        stream = await self.listener.accept()
        self.streams.append(stream)
        return stream


@asynccontextmanager
async def playing() -> AsyncIterator[Upstream]:
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    upstream = Upstream(listener)
    try:
        yield upstream
    finally:
        for stream in (listener, *upstream.streams):
            await trio.aclose_forcefully(stream)


async def received(stream: trio.SocketStream, size: int) -> bytes:
    """So many bytes."""
    some = b""
    while len(some) < size:
        chunk = await stream.receive_some(size - len(some))
        assert chunk, f"ended after {len(some)} of {size} bytes"
        some += chunk
    return some


def reset(stream: trio.SocketStream) -> None:
    """Go without a goodbye."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORTED)
    stream.socket.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "capture.jsonl"


async def test_an_export_through_it_is_answered_and_recorded(file: Path) -> None:
    async with gateway() as port, capturing(port, file) as tapped:
        direct = await ask(port, message(1))
        through = await ask(tapped.port, message(2))
    assert through.replace("5867", "").rstrip("0123456789") == direct.replace("5867", "").rstrip("0123456789")
    [session] = read(file)
    assert [reply.text for reply in session.replies] == [through]
    assert b"xyz-secret" not in file.read_bytes()
    [filed] = [event for event in feed(session, LOGON) if isinstance(event, wire.Record)]
    assert wire.compose(filed.logon or Logon(), filed.raw) == message(2)


async def test_a_capture_is_a_vector_that_a_gateway_takes(file: Path) -> None:
    """As a test of an exporter would use one: what a real session sent, with the logon of the test."""
    async with gateway() as port, capturing(port, file) as tapped, Client(tapped.port) as client:
        for number in (1, 2):
            await client.asks(message(number))
    [session] = read(file)
    records = [event for event in feed(session, LOGON) if isinstance(event, wire.Record)]
    async with gateway() as port, Client(port) as client:
        for record, recorded in zip(records, session.replies, strict=True):
            assert record.logon is not None
            assert await client.asks(wire.compose(record.logon, record.raw)) == recorded.text


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    "sent",
    [
        DESKTOP + TWO,
        BROWSER + ONE + b"\0\r\n" + BROWSER + TWO,
        b"GET / HTTP/1.0\r\nAuthorization: secret\r\n\r\n",
        b"\x16\x03\x01\x00\xff" + bytes(range(256)),
        b"\xff\xfb\x18" + DESKTOP + b"?" * 500,
        DESKTOP[:-1],
        bytes(range(256)) * 8,
    ],
    ids=["desktop", "browser", "http", "tls", "malformed", "cut-off", "binary"],
)
async def test_every_byte_is_passed_on_as_it_is(file: Path, sent: bytes, step: int) -> None:
    answer = bytes(reversed(sent)) + OK
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        for chunk in cut(sent, step):
            await client.send(chunk)
        assert await received(server, len(sent)) == sent
        await server.send_all(answer)
        assert await received(client.stream, len(answer)) == answer
    assert b"secret" not in file.read_bytes()


async def test_a_great_deal_is_passed_on_in_both_directions(file: Path) -> None:
    much = bytes(range(256)) * 20_000
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.send, much)
            nursery.start_soon(server.send_all, much)
            assert await received(server, len(much)) == much
            assert await received(client.stream, len(much)) == much


async def test_what_has_come_is_passed_on_before_the_message_ends(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        for chunk in cut(DESKTOP + TWO, 1):
            await client.send(chunk)
            assert await received(server, 1) == chunk
            assert tapped.tap.messages == 0
        await server.send_all(b"N")
        assert await received(client.stream, 1) == b"N"
        await server.send_all(b"o\0")
        assert await received(client.stream, 2) == b"o\0"
        [session] = tapped.sessions()
    assert len(session.messages[0].pieces) == 4 + len(TWO)
    assert [size for _, size in session.replies[0].pieces] == [1, 2]


async def test_a_line_is_in_the_file_when_the_other_side_has_the_bytes(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        await client.send(DESKTOP + TWO)
        await received(server, len(DESKTOP + TWO))
        assert [len(session.messages) for session in tapped.sessions()] == [1]
        await server.send_all(OK)
        await received(client.stream, len(OK))
        assert [len(session.replies) for session in tapped.sessions()] == [1]


async def test_a_client_that_has_ended_its_side_gets_its_reply(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        await client.send(DESKTOP + TWO)
        await client.stream.send_eof()
        await received(server, len(DESKTOP + TWO))
        assert await server.receive_some() == b""
        await server.send_all(OK)
        await server.aclose()
        assert await client.rest() == OK
    [session] = read(file)
    assert ended(session) == [("client", "closed", ""), ("server", "closed", "")]
    assert len(session.replies) == 1


async def test_a_server_that_has_ended_its_side_still_gets_what_comes(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        await server.send_all(OK)
        await server.send_eof()
        assert await client.rest() == OK
        await client.send(DESKTOP + TWO)
        assert await received(server, len(DESKTOP + TWO)) == DESKTOP + TWO
    [session] = read(file)
    assert [end[:2] for end in ended(session)] == [("server", "closed"), ("client", "closed")]


async def test_the_reset_of_a_client_is_passed_on(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped:
        async with Client(tapped.port) as client:
            server = await upstream.taken()
            await client.send(DESKTOP[:5])
            await received(server, 5)
            reset(client.stream)
        with pytest.raises(trio.BrokenResourceError):
            await server.receive_some()
    [session] = read(file)
    assert ended(session) == [("client", "reset", ""), ("server", "cut", "the other side was gone")]
    assert [event for event in session.events if isinstance(event, NotKept)] == [
        NotKept(1, "client", "incomplete", 256)
    ]


async def test_the_reset_of_a_server_is_passed_on(file: Path) -> None:
    async with playing() as upstream, capturing(upstream.port, file) as tapped, Client(tapped.port) as client:
        server = await upstream.taken()
        await client.send(DESKTOP + TWO)
        await received(server, len(DESKTOP + TWO))
        reset(server)
        with pytest.raises(trio.BrokenResourceError):
            await client.stream.receive_some()
    [session] = read(file)
    assert ended(session) == [("server", "reset", ""), ("client", "cut", "the other side was gone")]


def ended(session: Session) -> list[tuple[str, str, str]]:
    return [(event.side, event.how, event.why) for event in session.events if isinstance(event, End)]


async def test_clients_at_once_are_recorded_each_by_itself(file: Path) -> None:
    first, second = message(1), message(2)
    async with (
        gateway() as port,
        capturing(port, file) as tapped,
        Client(tapped.port) as one,
        Client(tapped.port) as other,
    ):
        await one.send(first[:40])
        await other.send(second[:60])
        await one.send(first[40:])
        replies = [await one.reply()]
        await other.send(second[60:])
        replies.append(await other.reply())
    sessions = read(file)
    assert [session.number for session in sessions] == [1, 2]
    assert [session.replies[0].text for session in sessions] == replies
    assert [record(session) for session in sessions] == [marc(1), marc(2)]


def record(session: Session) -> bytes | None:
    [message] = session.messages
    [raw] = [part.content for part in message.parts if part.kind == "record"]
    return raw


async def test_where_no_server_is_the_client_is_closed_and_the_file_says_so(file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with capturing(port, file) as tapped:
            async with Client(tapped.port) as client:
                assert await client.rest() == b""
            why = "nothing listens there"
            assert tapped.said == [f"connection 1 is closed: cannot connect to 127.0.0.1:{port}: {why}"]
    [session] = read(file)
    assert ended(session) == [("server", "unreachable", why), ("client", "cut", why)]


async def test_more_connections_than_it_can_have_are_closed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "CONNECTIONS", 1)
    async with gateway() as port, capturing(port, file) as tapped, Client(tapped.port) as client:
        await client.asks(message(1))
        async with Client(tapped.port) as another:
            assert await another.rest() == b""
        assert tapped.said == ["connection 2 is closed: there are 1 already"]
        assert "MMS ID" in await client.asks(message(2))


async def test_at_the_end_an_export_that_is_under_way_gets_its_reply(file: Path) -> None:
    async with (
        playing() as upstream,
        capturing(upstream.port, file) as tapped,
        Client(tapped.port) as idle,
        Client(tapped.port) as busy,
    ):
        servers = [await upstream.taken(), await upstream.taken()]
        await busy.send(DESKTOP + TWO)
        server = await first_with(servers, len(DESKTOP + TWO))
        tapped.stop.set()
        assert await idle.rest() == b""
        await server.send_all(OK)
        assert await busy.rest() == OK
    assert [ended(session)[0] for session in read(file)] == [("client", "cut", "the capture was stopped")] * 2


async def first_with(streams: list[trio.SocketStream], size: int) -> trio.SocketStream:
    """That of the connections, which come in any order, to which so much is sent."""
    found: list[trio.SocketStream] = []
    async with trio.open_nursery() as nursery:

        async def look(stream: trio.SocketStream) -> None:
            await received(stream, size)
            found.append(stream)
            nursery.cancel_scope.cancel()

        for stream in streams:
            nursery.start_soon(look, stream)
    return found[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="wants a file that cannot be written")
async def test_what_cannot_be_recorded_is_passed_on_all_the_same() -> None:
    async with gateway() as port, capturing(port, Path("/dev/full"), append=True) as tapped:
        assert "MMS ID" in await ask(tapped.port, message(1))
        assert tapped.tap.failed == "No space left on device"
        assert tapped.said == ["nothing more is recorded: /dev/full cannot be written: No space left on device"]


async def test_a_mistake_in_recording_ends_the_record_and_not_the_connection(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(self: object, chunk: bytes, at: float) -> None:
        raise ZeroDivisionError(chunk)

    monkeypatch.setattr(capture.Recorder, "sent", mistaken)
    async with gateway() as port, capturing(port, file) as tapped:
        assert "MMS ID" in await ask(tapped.port, message(1))
        assert tapped.said == ["connection 1 is recorded no further: ZeroDivisionError"]
    assert b"secret" not in file.read_bytes()


async def test_what_is_not_kept_is_said(file: Path) -> None:
    async with gateway() as port, capturing(port, file) as tapped, Client(tapped.port) as client:
        await client.send(b"GET / HTTP/1.0\r\n\r\n")
        await client.rest()
    assert tapped.said[0] == "connection 1, client, at most 256 bytes: not kept, for it is HTTP"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_its_owners_alone(file: Path) -> None:
    before = os.umask(0)
    try:
        with Recording(file):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        os.umask(before)


async def test_a_file_that_is_there_is_left_alone(file: Path) -> None:
    file.write_text("mine")
    for append, says in (
        (False, "is there already; name another file, or add to it with --append"),
        (True, "no capture"),
    ):
        with pytest.raises(Unusable, match=says):
            Recording(file, append=append)
    assert file.read_text() == "mine"


@pytest.mark.parametrize("cut_off", [0, 20])
async def test_a_capture_is_put_behind_another(file: Path, cut_off: int) -> None:
    async with gateway() as port:
        async with capturing(port, file) as tapped:
            await ask(tapped.port, message(1))
        before = file.read_bytes()
        os.truncate(file, len(before) - cut_off)
        async with capturing(port, file, append=True) as tapped:
            await ask(tapped.port, message(2))
    assert file.read_bytes().startswith(before[: len(before) - cut_off])
    assert [record(session) for session in read(file)] == [marc(1), marc(2)]
    assert all(isinstance(session.events[0], Message) for session in parse(file.read_bytes(), "capture"))
