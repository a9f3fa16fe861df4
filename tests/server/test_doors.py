"""Doors: where clients connect, shut and opened again at the same port, over real sockets."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from gateway.frontends.sockets import Door, Stream
from tests.server.running import PATIENCE

Address = tuple[str, int]
MORE_THAN_FITS = b"much" * 4_000_000
"""Bytes that no system keeps for a client who does not read."""
RECEIVED_BYTES = 4_096
"""That a client's system is to keep, so that what the gateway's keeps can be told."""


class Hall:
    """Who came in, and has not gone."""

    def __init__(self) -> None:
        self.there: list[Stream] = []

    def begin(self, stream: Stream, peer: str) -> None:
        """Let one in."""
        assert peer == "127.0.0.1"
        self.there.append(stream)

    async def has(self, count: int) -> None:
        """Wait until so many are there; nobody else is about to come."""
        while len(self.there) < count:
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        assert len(self.there) == count


@asynccontextmanager
async def accepting(begin: Callable[[Stream, str], None]) -> AsyncIterator[tuple[Door, Address]]:
    """A door that is open, and where it is; it has no errors to tell of."""
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    address: Address = listener.socket.getsockname()
    door = Door([listener])
    with capture_logs() as logs, trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(door.accept, begin)
            yield door, address
            nursery.cancel_scope.cancel()
    assert logs == []


def connected(address: Address) -> socket.socket:
    """A client."""
    return socket.create_connection(address, PATIENCE)


def refused(address: Address) -> bool:
    """Whether who connects is refused."""
    try:
        connected(address).close()
    except ConnectionRefusedError:
        return True
    return False


def was_reset(client: socket.socket) -> bool:
    """Whether the connection has been."""
    try:
        client.recv(1)
    except ConnectionResetError:
        return True
    return False


async def test_a_shut_door_refuses_and_an_open_one_takes_clients_at_the_same_port() -> None:
    hall = Hall()
    async with accepting(hall.begin) as (door, address):
        for count in (1, 2, 3):
            with connected(address):
                await hall.has(count)
            door.shut()
            door.shut()
            assert refused(address)
            await trio.testing.wait_all_tasks_blocked()
            assert refused(address)
            door.open()
            door.open()
    for stream in hall.there:
        stream.reset()
    assert refused(address)


async def test_a_door_that_is_shut_before_it_is_stood_at_is_shut() -> None:
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    address = listener.socket.getsockname()
    door, hall = Door([listener]), Hall()
    door.shut()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(door.accept, hall.begin)
        await trio.testing.wait_all_tasks_blocked()
        assert refused(address)
        door.open()
        with connected(address):
            await hall.has(1)
        nursery.cancel_scope.cancel()
    hall.there[0].reset()


async def test_who_has_connected_and_was_not_let_in_is_reset() -> None:
    hall = Hall()
    async with accepting(hall.begin) as (door, address):
        with connected(address) as one, connected(address) as other:
            door.shut()
            assert was_reset(one)
            assert was_reset(other)
            door.open()
            await trio.testing.wait_all_tasks_blocked()
            assert hall.there == []


async def test_a_door_that_is_shut_and_opened_at_once_has_lost_those_who_waited_and_takes_others() -> None:
    hall = Hall()
    async with accepting(hall.begin) as (door, address):
        with connected(address):
            door.shut()
            door.open()
            with connected(address):
                await hall.has(1)
    hall.there[0].reset()


async def test_the_one_who_is_let_in_may_be_the_last() -> None:
    there: list[Stream] = []

    def begin(stream: Stream, peer: str) -> None:
        there.append(stream)
        door.shut()

    async with accepting(begin) as (door, address):
        clients = [connected(address) for _ in range(3)]
        while not there:
            await trio.lowlevel.checkpoint()
        assert refused(address)
        assert [was_reset(client) for client in clients[1:]] == [True, True]
        await there[0].send(b"welcome")
        assert clients[0].recv(7) == b"welcome"
        door.open()
        with connected(address):
            while len(there) == 1:
                await trio.lowlevel.checkpoint()
    for client in clients:
        client.close()
    for stream in there:
        stream.reset()


async def test_the_port_of_a_shut_door_is_free_when_nobody_stands_at_it_any_more() -> None:
    async with accepting(Hall().begin) as (door, address):
        door.shut()
    with socket.socket() as other:
        other.bind(address)
        other.listen()


async def test_a_port_that_somebody_else_got_is_said_so_and_had_again_when_it_is_free() -> None:
    """Another may have bound it before the door was there: who does not listen is in nobody's way."""
    hall = Hall()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        other.bind(("127.0.0.1", 0))
        address = other.getsockname()
        [listener] = await trio.open_tcp_listeners(address[1], host="127.0.0.1")
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, False)
        door = Door([listener])
        with pytest.raises(OSError, match="in use"):
            door.shut()
        assert refused(address)
        with pytest.raises(OSError, match="in use"):
            door.open()
    door.open()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(door.accept, hall.begin)
        with connected(address):
            await hall.has(1)
        nursery.cancel_scope.cancel()
    hall.there[0].reset()


async def kept_for_unreading(hall: Hall, address: Address) -> int:
    """How many bytes wait for a client who reads none, before the gateway has to wait too."""
    with socket.socket() as client:
        client.settimeout(PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
        client.connect(address)
        await hall.has(1)
        with hall.there.pop() as stream:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(stream.send, MORE_THAN_FITS)
                await trio.testing.wait_all_tasks_blocked()
                nursery.cancel_scope.cancel()
        kept = 0
        while chunk := client.recv(65_536):
            kept += len(chunk)
        return kept


async def test_connections_are_the_same_however_often_the_door_was_shut() -> None:
    hall = Hall()
    async with accepting(hall.begin) as (door, address):
        before = await kept_for_unreading(hall, address)
        for _ in range(4):
            door.shut()
            door.open()
        assert await kept_for_unreading(hall, address) < 1.5 * before
