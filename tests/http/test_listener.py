"""Connections that browsers and others have, and what becomes of them."""

import socket
import struct
from contextlib import AsyncExitStack, suppress

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs
from trio.testing import MockClock

from gateway.frontends.http.listener import HEADER_BYTES
from tests.server.running import PATIENCE, http_client

from .site import LONG, connected, rest, serving, some

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
FOLLOW = b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPLOAD = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
SHORT = 0.5
"""Seconds of a patience that is over when a test moves the clock on."""


async def is_let_go(stream: trio.SocketStream, clock: MockClock) -> None:
    """Send letter after letter, until nobody takes them any more."""
    with suppress(trio.BrokenResourceError):
        while True:
            await stream.send_all(b"x")
            await trio.testing.wait_all_tasks_blocked()
            clock.jump(SHORT / 10)


@pytest.fixture
def _reads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody wants is read as long as it comes, however slowly that is."""
    for module in ("bodies", "connection"):
        monkeypatch.setattr(f"gateway.frontends.http.{module}.DRAIN_SECONDS", PATIENCE)


class TestRequests:
    async def test_many_over_one_connection(self) -> None:
        async with serving() as client, connected(client) as stream:
            for _ in range(3):
                await stream.send_all(GET)
                assert (await some(stream, b"something")).startswith(b"HTTP/1.1 200")

    async def test_several_at_once_over_one_connection_are_answered_in_turn(self) -> None:
        async with serving() as client, connected(client) as stream:
            await stream.send_all(GET * 2 + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert (await rest(stream)).count(b"something") == 3

    async def test_what_fails_in_one_harms_no_other(self) -> None:
        with capture_logs() as logs:
            async with serving() as client:
                assert (await client.get("/broken")).status_code == 500
                assert (await client.get("/livez")).status_code == 200
        assert [line["event"] for line in logs] == ["http.crashed"]

    @pytest.mark.usefixtures("_reads_on")
    async def test_a_body_that_nobody_reads_is_no_obstacle(self) -> None:
        async with serving() as client:
            for path, status in (("/records", 201), ("/nowhere", 404)):
                assert (await client.post(path, content=b"x" * 3_000_000)).status_code == status
            refused = await client.post("/records", content=b"x" * 3_000_000, headers={"Origin": "null"})
            assert refused.status_code == 403

    async def test_a_body_is_read(self) -> None:
        async with serving() as client:
            assert (await client.post("/upload", content=b"x" * 3_000_000)).json() == 3_000_000

    async def test_a_body_that_is_cut_off_is_no_fault_of_ours(self) -> None:
        with capture_logs() as logs:
            async with serving() as client, connected(client) as stream:
                await stream.send_all(UPLOAD)
                await stream.send_eof()
                assert (await rest(stream)).startswith(b"HTTP/1.1 400")
        assert logs == []


class TestOtherRequests:
    async def test_head_has_the_head_alone(self) -> None:
        async with serving() as client:
            for path in ("/livez", "/api/v1/events"):
                answer = await client.head(path)
                assert (answer.status_code, answer.content) == (200, b"")

    async def test_options_tells_what_there_is(self) -> None:
        async with serving() as client:
            answer = await client.options("/livez")
            assert answer.status_code == 204
            assert {"GET", "OPTIONS"} <= set(answer.headers["allow"].replace(" ", "").split(","))

    async def test_a_method_that_is_not_there(self) -> None:
        async with serving() as client:
            answer = await client.delete("/livez")
            assert answer.status_code == 405
            assert answer.json()["title"] == "Method Not Allowed"

    async def test_an_offer_of_a_web_socket_or_another_version_is_passed_over(self) -> None:
        async with serving() as client:
            for other in ("websocket", "h2c"):
                offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": other, "HTTP2-Settings": "AAMAAABk"}
                answer = await client.get("/livez", headers={**offer, "Sec-WebSocket-Version": "13"})
                assert (answer.status_code, answer.text) == (200, "something")

    async def test_another_version_that_is_not_asked_for_is_refused(self) -> None:
        async with serving() as client, connected(client) as stream:
            await stream.send_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
            assert (await rest(stream)).startswith(b"HTTP/1.1 505")

    @pytest.mark.usefixtures("_reads_on")
    @pytest.mark.parametrize(
        ("sent", "answer"),
        [
            (b"\0\0\0\0\r\n\r\n", b"HTTP/1.1 400"),
            (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"HTTP/1.1 400"),
            (b"GET / HTTP/9\r\n\r\n", b"HTTP/1.1 400"),
            (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400"),
            (b"GET /" + b"a" * HEADER_BYTES, b"HTTP/1.1 431"),
            (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 3_000_000, b"HTTP/1.1 431"),
            (b"AK01CARLI_XYZ", b""),
            (b"", b""),
        ],
    )
    async def test_what_is_no_request_is_told_so_and_harms_nobody(self, sent: bytes, answer: bytes) -> None:
        with capture_logs() as logs:
            async with serving() as client:
                async with connected(client) as stream:
                    await stream.send_all(sent)
                    await stream.send_eof()
                    assert (await rest(stream)).startswith(answer)
                assert (await client.get("/livez")).status_code == 200
        assert logs == []


class TestPatience:
    """The clock stands still, but for the test that moves it on."""

    async def test_who_asks_nothing_is_let_go(self, mock_clock: MockClock) -> None:
        async with serving(patience=LONG._replace(idle=SHORT)) as client:
            for sent, answer in ((b"", b""), (GET, b"something")):
                async with connected(client) as stream:
                    await stream.send_all(sent)
                    await trio.testing.wait_all_tasks_blocked()
                    mock_clock.jump(SHORT)
                    assert (await rest(stream)).endswith(answer)

    async def test_a_head_that_does_not_end_is_not_waited_for(self, mock_clock: MockClock) -> None:
        async with serving(patience=LONG._replace(head=SHORT)) as client, connected(client) as stream:
            await stream.send_all(GET)
            await some(stream, b"something")
            await is_let_go(stream, mock_clock)

    async def test_a_request_that_takes_long_is_waited_for(self, mock_clock: MockClock) -> None:
        async with serving(patience=LONG._replace(head=SHORT, idle=SHORT)) as client, connected(client) as stream:
            await stream.send_all(FOLLOW)
            for _ in range(10):
                assert await stream.receive_some()
                mock_clock.jump(SHORT)

    async def test_who_does_not_read_is_let_go(self, mock_clock: MockClock) -> None:
        async with serving(patience=LONG._replace(send=SHORT)) as client, connected(client) as stream:
            await stream.send_all(FOLLOW)
            await is_let_go(stream, mock_clock)


class TestConnections:
    async def test_one_that_is_idle_makes_room(self) -> None:
        async with serving(connections=1) as client, connected(client) as idle:
            await idle.send_all(GET)
            await some(idle, b"something")
            while (await client.get("/livez")).status_code == 503:
                pass  # the answer was here before the gateway knew that it was the whole
            assert await rest(idle) == b""

    async def test_half_a_head_does_not_keep_others_out(self) -> None:
        async with serving(connections=1) as client, connected(client) as slow:
            await slow.send_all(GET[:9])
            await trio.testing.wait_all_tasks_blocked()
            assert (await client.get("/livez")).status_code == 200
            assert await rest(slow) == b""

    async def test_one_too_many_is_told_so(self) -> None:
        async with serving(connections=1) as client, connected(client) as busy:
            await busy.send_all(FOLLOW)
            await some(busy, b"\r\n\r\n")
            answer = await client.get("/livez")
            assert answer.status_code == 503
            assert "http.connections" in answer.text
            await busy.aclose()
            while (await client.get("/livez")).status_code == 503:
                pass

    async def test_those_that_go_at_once_are_no_matter(self) -> None:
        with capture_logs() as logs:
            async with serving() as client:
                for sent in (b"", GET, FOLLOW, UPLOAD) * 5:
                    stream = await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0)
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # to be reset
                    if sent:
                        await stream.send_all(sent)
                    await stream.aclose()
                assert (await client.get("/livez")).status_code == 200
        assert logs == []


class TestTheEnd:
    async def test_is_not_held_up_by_anybody(self) -> None:
        async with serving() as client:
            idle, follower, uploads, half = [
                await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0) for _ in range(4)
            ]
            await idle.send_all(GET)
            await some(idle, b"something")
            await follower.send_all(FOLLOW)
            await some(follower, b"\r\n\r\n")
            await uploads.send_all(UPLOAD)
            await half.send_all(GET[:9])
            began = trio.current_time()
        assert trio.current_time() - began < PATIENCE / 2
        assert await rest(idle) == b""
        for stream in (idle, follower, uploads, half):
            await trio.aclose_forcefully(stream)

    async def test_comes_at_once_where_nothing_is_under_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And not when the time for what is under way is over, which is here longer than the test's."""
        monkeypatch.setattr("gateway.frontends.http.listener.CLOSE_SECONDS", 2 * PATIENCE)
        async with AsyncExitStack() as still_open:
            async with serving() as client:
                idle = await still_open.enter_async_context(connected(client))
                await idle.send_all(GET)
                await some(idle, b"something")
                await trio.testing.wait_all_tasks_blocked()  # now the gateway knows that it was the whole
            assert await rest(idle) == b""


async def test_a_client_without_keep_alive() -> None:
    async with serving() as client, http_client(client.base_url, http1=True) as other:
        answer = await other.get("/livez", headers={"Connection": "close"})
        assert answer.headers["connection"] == "close"
