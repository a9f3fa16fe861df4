"""One message to a real receiver, and what is told of its answer."""

import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpcore
import pytest
import trio
from trio.testing import MockClock

from gateway.webhooks import sending
from gateway.webhooks.patience import SEND_SECONDS
from gateway.webhooks.sending import ANSWER_BYTES, Sender
from tests.webhooks.receiver import PATIENCE, Reply, receiving


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    with trio.fail_after(PATIENCE):
        sender = Sender("connexion-gateway/0")
        yield sender
        await sender.aclose()


async def test_message_arrives_as_it_is(sender):
    async with receiving() as receiver:
        answer = await sender.send(receiver.url, {"webhook-id": "1"}, b'{"a":1}')
        assert (answer.status, answer.taken, answer.fault) == (204, True, "")
        [told] = receiver.told
        assert told.target == "/exports?key=47110815"
        assert told.body == b'{"a":1}'
        assert told.headers["webhook-id"] == "1"
        assert told.headers["user-agent"] == "connexion-gateway/0"


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(500), "answered 500 Internal Server Error"),
        (Reply(599), "answered 599"),
        (Reply(410), "answered 410 Gone: it wants to be told nothing any more"),
        (Reply(429, (("retry-after", "7"),)), "answered 429 Too Many Requests"),
    ],
)
async def test_objection(sender, reply, fault):
    async with receiving(reply) as receiver:
        answer = await sender.send(receiver.url, {}, b"{}")
        assert (answer.status, answer.taken, answer.fault) == (reply.status, False, fault)
        assert answer.gone == (reply.status == 410)
        assert answer.retry_after == (7 if reply.status == 429 else 0)


async def test_redirections_are_not_followed(sender):
    async with receiving() as elsewhere, receiving(Reply(307, (("location", elsewhere.url),))) as receiver:
        answer = await sender.send(receiver.url, {}, b"{}")
        assert answer.fault == "answered 307 Temporary Redirect; redirections are not followed"
        assert elsewhere.told == []


async def test_beginning_of_what_is_said_is_told_and_no_more(sender):
    async with receiving(Reply(400, body=b"x" * 1_000_000), Reply(200, body=b"thanks")) as receiver:
        assert (await sender.send(receiver.url, {}, b"{}")).body == b"x" * ANSWER_BYTES
        assert (await sender.send(receiver.url, {}, b"{}")).body == b"thanks"


async def test_connection_is_used_again(sender):
    async with receiving() as receiver:
        for _ in range(3):
            await sender.send(receiver.url, {}, b"{}")
        assert receiver.connections == 1


async def test_cookies_are_not_kept(sender):
    async with receiving(Reply(200, (("set-cookie", "who=1; Path=/"),))) as receiver:
        for _ in range(2):
            await sender.send(receiver.url, {}, b"{}")
        assert "cookie" not in receiver.told[1].headers


async def test_receiver_that_does_not_answer(sender):
    async with receiving() as receiver:
        receiver.silent = True
        answer = await sender.send(receiver.url, {}, b"{}", seconds=0.1)
        assert (answer.status, answer.fault) == (None, "does not answer within 0.1 s")
        assert answer.seconds >= 0.1


async def test_receiver_that_is_not_there(sender):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = await sender.send(f"http://127.0.0.1:{taken.getsockname()[1]}/", {}, b"{}")
    assert answer.status is None
    assert answer.fault.startswith("cannot be reached: ")


async def test_receiver_that_takes_no_connection(sender, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 1e-9)
    async with receiving() as receiver:
        answer = await sender.send(receiver.url, {}, b"{}")
        assert answer.fault == "cannot be reached: takes no connection within 1e-09 s"


async def test_receiver_that_speaks_something_else(sender):
    async def speak(stream: trio.SocketStream) -> None:
        await stream.send_all(b"220 mail.example.org ESMTP\r\n")
        await stream.receive_some()

    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, speak, [listener])
        port = listener.socket.getsockname()[1]
        assert (await sender.send(f"http://127.0.0.1:{port}/", {}, b"{}")).fault.startswith("cannot be reached: ")
        assert (await sender.send(f"https://127.0.0.1:{port}/", {}, b"{}")).fault.startswith("cannot be reached: ")
        nursery.cancel_scope.cancel()


async def test_answer_that_does_not_end_counts_by_its_status(
    sender: Sender, mock_clock: MockClock, monkeypatch: pytest.MonkeyPatch
):
    async def beginning(response: httpcore.Response) -> bytes:
        mock_clock.jump(SEND_SECONDS)  # the time is over when the status is known
        return await read(response)

    read = sending._beginning
    monkeypatch.setattr(sending, "_beginning", beginning)

    async def drip(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, drip, [listener])
        url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}/"
        answer = await sender.send(url, {}, b"{}")
        assert (answer.taken, answer.body, answer.seconds) == (True, b"", SEND_SECONDS)
        nursery.cancel_scope.cancel()


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes the certificate, is not installed")
async def test_over_tls_the_receiver_must_be_trusted_and_be_who_it_says(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=receiver"
    named = ["-addext", "subjectAltName=IP:127.0.0.1"]
    await trio.run_process(["openssl", *made.split(), *named], cwd=tmp_path, capture_stderr=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with receiving(tls=tls) as receiver:
        assert "certificate verify failed" in (await sender.send(receiver.url, {}, b"{}")).fault
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        trusting = Sender("test")
        assert (await trusting.send(receiver.url, {}, b"{}")).taken
        elsewhere = receiver.url.replace("127.0.0.1", "localhost")
        assert "certificate verify failed" in (await trusting.send(elsewhere, {}, b"{}")).fault
        await trusting.aclose()
        assert len(receiver.told) == 1


async def test_proxies_of_the_environment_are_not_asked(sender, monkeypatch: pytest.MonkeyPatch):
    async with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (await sender.send(receiver.url, {}, b"{}")).taken
        assert proxy.told == []
