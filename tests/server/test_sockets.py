"""Connections as `gateway.frontends.sockets` takes and serves them, over real sockets."""

import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator

import pytest
import trio
import trio.testing

from gateway.frontends import sockets
from gateway.frontends.sockets import CALLS_AT_ONCE, Door, Stream
from tests.server.running import PATIENCE

MORE_THAN_FITS = b"much" * 4_000_000
"""Bytes that no system keeps for a client who does not read."""
RESET_AT_CLOSE = struct.pack("ii", 1, 0)

FEW_OPEN_FILES = """
import resource
import socket

from functools import partial

import trio

from gateway.frontends import sockets

async def main():
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    address = listener.socket.getsockname()
    clients = [socket.socket() for _ in range(3)]
    served = []
    leave = trio.Event()

    async def serve(stream, peer):
        with stream:
            served.append(peer)
            await leave.wait()

    async with trio.open_nursery() as nursery:
        opened = max(client.fileno() for client in clients)
        resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 3, opened + 3))
        nursery.start_soon(sockets.Door([listener]).accept, partial(nursery.start_soon, serve))
        for client in clients:
            client.setblocking(False)
            client.connect_ex(address)
        while len(served) < 2:
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        print(len(served))
        leave.set()
        while len(served) < len(clients):
            await trio.lowlevel.checkpoint()
        print(len(served))
        nursery.cancel_scope.cancel()

import trio.testing
trio.run(main)
"""
"""Three clients where the system has two open files left: the third is served when the others have gone."""


def begin(serve: Callable[[Stream, str], Awaitable[None]], connections: trio.Nursery) -> sockets.Begin:
    """Has each connection served by a task of its own."""

    def start(stream: Stream, peer: str) -> None:
        connections.start_soon(serve, stream, peer)

    return start


@pytest.fixture
def pair() -> Iterator[tuple[Stream, socket.socket]]:
    """A connection: the gateway's end and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        client.connect(listener.getsockname())
        with Stream(listener.accept()[0]) as stream:
            yield stream, client


async def test_what_arrives_is_received_and_then_its_end(pair: tuple[Stream, socket.socket]) -> None:
    stream, client = pair
    client.sendall(b"one")
    assert await stream.receive() == b"one"
    client.shutdown(socket.SHUT_WR)
    assert await stream.receive() == b""


async def test_what_has_not_arrived_is_waited_for(
    pair: tuple[Stream, socket.socket], autojump_clock: trio.testing.MockClock
) -> None:
    stream, client = pair
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def receive() -> None:
            assert await stream.receive() == b"late"

        await trio.testing.wait_all_tasks_blocked()
        client.sendall(b"late")


async def test_all_is_sent_however_slowly_it_is_read(pair: tuple[Stream, socket.socket]) -> None:
    stream, client = pair
    reader = trio.SocketStream(trio.socket.from_stdlib_socket(client))
    received = bytearray()
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send, MORE_THAN_FITS)
            while len(received) < len(MORE_THAN_FITS):
                received += await reader.receive_some()
    assert received == MORE_THAN_FITS


@pytest.mark.parametrize("wait", ["receive", "send"])
async def test_a_wait_can_be_interrupted(pair: tuple[Stream, socket.socket], wait: str) -> None:
    stream, _ = pair
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def waits() -> None:
                with pytest.raises(trio.ClosedResourceError):
                    await (stream.receive() if wait == "receive" else stream.send(MORE_THAN_FITS))

            await trio.testing.wait_all_tasks_blocked()
            stream.interrupt()


async def test_an_interruption_that_finds_nobody_waiting_ends_the_next_wait(pair: tuple[Stream, socket.socket]) -> None:
    stream, client = pair
    stream.interrupt()
    client.sendall(b"had come")
    assert await stream.receive() == b"had come"
    with pytest.raises(trio.ClosedResourceError):
        await stream.receive()
    client.sendall(b"and comes again")
    assert await stream.receive() == b"and comes again"


async def test_a_reset_connection_is_broken(pair: tuple[Stream, socket.socket]) -> None:
    stream, client = pair
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    client.close()
    with pytest.raises(trio.BrokenResourceError):
        await stream.receive()
    with pytest.raises(trio.BrokenResourceError):
        await stream.send(b"anybody?")


async def test_a_peer_that_is_reset_has_what_was_sent_and_then_a_lost_connection(
    pair: tuple[Stream, socket.socket],
) -> None:
    stream, client = pair
    await stream.send(b"last words")
    client.sendall(b"not read")
    stream.reset()
    stream.reset()
    assert client.recv(100) == b"last words"
    with pytest.raises(ConnectionResetError):
        client.recv(100)


async def test_a_peer_that_is_parted_from_has_an_orderly_end_though_it_was_not_read(
    pair: tuple[Stream, socket.socket],
) -> None:
    stream, client = pair
    client.sendall(b"not read")
    await stream.send(b"last words")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream.part)
        await trio.testing.wait_all_tasks_blocked()
        assert client.recv(100) == b"last words"
        assert client.recv(100) == b""
        client.shutdown(socket.SHUT_WR)


async def test_who_never_has_to_wait_lets_others_have_a_turn(pair: tuple[Stream, socket.socket]) -> None:
    stream, _ = pair
    with trio.testing.assert_checkpoints():
        for _ in range(CALLS_AT_ONCE):
            await stream.send(b".")


async def test_listeners_are_closed_when_nothing_more_is_accepted() -> None:
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    host, port = listener.socket.getsockname()

    async def serve(stream: Stream, peer: str) -> None:
        with stream:
            await stream.send(peer.encode())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(Door([listener]).accept, begin(serve, nursery))
        async with await trio.open_tcp_stream(host, port) as client:
            assert await client.receive_some() == b"127.0.0.1"
        nursery.cancel_scope.cancel()
    with pytest.raises(OSError, match="all attempts to connect"):
        await trio.open_tcp_stream(host, port)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on open files that a process can set")
def test_without_open_files_a_client_waits_until_there_are_some() -> None:
    done = subprocess.run([sys.executable, "-c", FEW_OPEN_FILES], capture_output=True, text=True, timeout=PATIENCE)
    told = done.stdout.splitlines()
    served = [line for line in told if "connexion.not_accepted" not in line]  # which is said again and again meanwhile
    assert (done.returncode, served) == (0, ["2", "3"]), done.stderr
    assert len(told) > len(served)
