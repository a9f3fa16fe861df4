"""Receivers that send without end cost exports next to nothing; names that are not resolved cost others nothing."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from gateway.webhooks import network, sending
from gateway.webhooks.network import EXCHANGE_BYTES, LOOK_UPS, READ_BYTES
from gateway.webhooks.patience import Answer
from gateway.webhooks.sending import ANSWER_PIECES, CONNECT_SECONDS, Sender
from tests.webhooks.receiver import PATIENCE, Reply, receiving

PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n" * 1000
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNKS = b"1\r\nx\r\n" * 1000
OTHER, NEXT = "127.4.7.2", "127.4.7.3"
"""Addresses of this computer at which nobody else listens, whatever the port."""


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    with trio.fail_after(PATIENCE):
        sender = Sender("connexion-gateway/0")
        yield sender
        await sender.aclose()


@asynccontextmanager
async def flooding(first: bytes, then: bytes) -> AsyncIterator[str]:
    """The address of a receiver that answers with the first, and then with the other until nobody listens."""

    async def flood(stream: trio.SocketStream) -> None:
        try:
            await stream.receive_some()
            await stream.send_all(first)
            while True:
                await stream.send_all(then)
        except trio.BrokenResourceError:
            return

    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, flood, [listener])
        yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}/"
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", PROCESSING),
        (b"HTTP/1.1 200 OK\r\n", b"x-more: x\r\n" * 1000),
        (b"HTTP/1.1 200 OK\r\nx-long: ", b"x" * 10_000),
    ],
)
async def test_answer_that_never_begins_is_given_up(sender, first, then):
    async with flooding(first, then) as url:
        answer = await sender.send(url, {}, b"{}")
        assert (answer.status, answer.fault) == (None, "answers with more than 65,536 bytes")


async def test_answer_in_chunks_of_a_byte_is_read_in_part(sender):
    async with flooding(CHUNKED, CHUNKS) as url:
        answer = await sender.send(url, {}, b"{}")
        assert answer.taken
        assert ANSWER_PIECES <= len(answer.body) < ANSWER_PIECES + READ_BYTES // 6


async def test_others_have_their_turn_while_much_is_read(sender):
    answers: list[Answer] = []

    async def send(url: str) -> None:
        answers.append(await sender.send(url, {}, b"{}"))

    async with receiving() as quiet, flooding(b"", PROCESSING) as url, trio.open_nursery() as nursery:
        await sender.send(quiet.url, {}, b"{}")  # what is made with the first message is made
        nursery.start_soon(send, url)
        turns = 0
        while not answers:
            await trio.lowlevel.checkpoint()
            turns += 1
    assert turns >= EXCHANGE_BYTES // 1024


async def test_each_answer_over_a_connection_may_be_as_long(sender):
    said = Reply(200, (("x-long", "x" * (EXCHANGE_BYTES // 2)),))
    async with receiving(said, said, said) as receiver:
        assert all([(await sender.send(receiver.url, {}, b"{}")).taken for _ in range(3)])
        assert receiver.connections == 1


@pytest.fixture
def unresolved(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Names under example.org are looked up until the test ends; counts those that have begun."""
    ended, begun = threading.Event(), threading.Semaphore(0)

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        if not host.endswith(".example.org"):
            return real(host, *rest, **named)
        begun.release()
        ended.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    real: Callable[..., Any] = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield begun
    ended.set()


async def test_names_that_are_not_resolved_do_not_hold_up_others(sender, unresolved: threading.Semaphore):
    def all_begun() -> None:
        for _ in range(LOOK_UPS - 1):
            assert unresolved.acquire(timeout=PATIENCE)

    async with receiving() as receiver, trio.open_nursery() as nursery:
        for number in range(LOOK_UPS - 1):
            nursery.start_soon(sender.send, f"http://r{number}.example.org/", {}, b"{}")
        await trio.to_thread.run_sync(all_begun)
        assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
        assert (await sender.send(receiver.url.replace("127.0.0.1", "localhost"), {}, b"{}")).taken
        nursery.cancel_scope.cancel()


@pytest.mark.usefixtures("unresolved")
async def test_name_that_is_not_resolved_is_told(sender, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 0.01)
    answer = await sender.send("http://r.example.org/", {}, b"{}")
    assert answer.fault == "cannot be reached: its name is not resolved within 0.01 s"


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those of the name receiver.example.org."""

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        if host != "receiver.example.org":
            return real(host, *rest, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    found: list[str] = []
    real: Callable[..., Any] = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return found


@pytest.mark.parametrize("others", [[NEXT], []])
async def test_next_address_is_tried_where_one_refuses(sender, addresses: list[str], others: list[str]):
    addresses += [OTHER, "127.0.0.1", *others]
    async with receiving() as receiver:
        assert (await sender.send(receiver.url.replace("127.0.0.1", "receiver.example.org"), {}, b"{}")).taken
        assert receiver.told[0].headers["host"].startswith("receiver.example.org:")


async def test_next_address_is_tried_where_one_keeps_silent(
    sender, addresses: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(network, "ADDRESS_SECONDS", 0.05)
    addresses += [OTHER, "127.0.0.1"]
    async with receiving() as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])
        with socket.create_server((OTHER, port), backlog=0), ExitStack() as waiting:
            waiting.enter_context(socket.create_connection((OTHER, port)))
            for _ in range(4):  # more than wait there, so that nothing answers the next one
                one = waiting.enter_context(socket.socket())
                one.setblocking(False)
                one.connect_ex((OTHER, port))
            assert (await sender.send(receiver.url.replace("127.0.0.1", "receiver.example.org"), {}, b"{}")).taken


async def test_receiver_that_does_not_go_over_to_tls(sender: Sender, mock_clock: MockClock):
    async def keep_silent(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some()  # its hello: it waits for ours
            mock_clock.jump(CONNECT_SECONDS)
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, keep_silent, [listener])
        answer = await sender.send(f"https://127.0.0.1:{listener.socket.getsockname()[1]}/", {}, b"{}")
        assert answer.fault == "cannot be reached: does not go over to TLS within 5 s"
        nursery.cancel_scope.cancel()
