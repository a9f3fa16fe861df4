"""Scripts of hosts that refuse: nobody listens for a while, and nobody else can have the port."""

import errno
import os
import socket

import pytest
import trio

from gateway.importer.replies import Replies
from tests.api.gateways import api
from tests.server.raw import FILED, SLACK_SECONDS, Raw, accepted, ask, counts, host_script
from tests.server.running import HOST, message

BUSY = Replies().busy.encode() + b"\0"
SECONDS = 0.3


def refused(port: int, address: str = "127.0.0.1") -> bool:
    """Whether who connects is refused."""
    try:
        Raw(port, address).close()
    except ConnectionRefusedError:
        return True
    return False


def listen(other: socket.socket, port: int) -> None:
    """As another program would."""
    other.bind(("127.0.0.1", port))
    other.listen()


def has_ipv6() -> bool:
    """Whether this computer has ::1."""
    try:
        with socket.socket(socket.AF_INET6) as tried:
            tried.bind(("::1", 0))
    except OSError:
        return False
    return True


async def test_everybody_is_refused_until_the_script_is_taken_away_and_then_served_at_the_same_port() -> None:
    async with api() as one:
        await host_script(one, {"do": "refuse"}, {"do": "busy"})
        assert [refused(one.port) for _ in range(3)] == [True] * 3
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (0, 1)]
        await one.asks("DELETE", f"/hosts/{HOST}/script")
        assert await ask(one.port, message(1)) == FILED


@pytest.mark.parametrize("shared", [False, True])
async def test_nobody_else_can_listen_at_the_port_meanwhile(shared: bool) -> None:
    async with api() as one, Raw(one.port) as client:
        assert await client.asks(message(1)) == FILED
        await host_script(one, {"do": "refuse"})
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shared)
            with pytest.raises(OSError, match=os.strerror(errno.EADDRINUSE)):
                listen(other, one.port)
        assert await client.asks(message(1)) == FILED  # who was there is served all the while
        await one.asks("DELETE", f"/hosts/{HOST}/script")
        assert await ask(one.port, message(1)) == FILED


async def test_a_refusal_lasts_for_its_seconds() -> None:
    async with api() as one:
        began = trio.current_time()
        await host_script(one, {"do": "refuse", "seconds": SECONDS}, {"do": "busy"})
        async with await accepted(one.port) as client:
            assert SECONDS <= trio.current_time() - began < SECONDS + SLACK_SECONDS
            assert await client.rest() == (BUSY, "closed")
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (1, 0)]
        assert await ask(one.port, message(1)) == FILED


async def test_a_refusal_begins_with_the_end_of_the_step_before_it() -> None:
    async with api() as one:
        await host_script(one, {"do": "reset"}, {"do": "refuse", "seconds": SECONDS}, {"late_seconds": 0.1})
        began = trio.current_time()
        async with Raw(one.port) as client:
            assert await client.rest() == (b"", "reset")
        async with await accepted(one.port) as client:
            assert trio.current_time() - began >= SECONDS
            assert await client.asks(message(1)) == FILED
            assert client.times[0] >= 0.1
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (1, 0), (1, 0)]


async def test_who_is_served_before_a_refusal_is_served_on_and_who_connected_behind_them_is_reset() -> None:
    async with api() as one:
        await host_script(one, {"do": "accept"}, {"do": "refuse"})
        clients = [Raw(one.port) for _ in range(3)]  # the system has connected them before the gateway looks
        assert await clients[0].asks(message(1)) == FILED
        assert [await client.rest() for client in clients[1:]] == [(b"", "reset")] * 2
        assert refused(one.port)
        assert await clients[0].asks(message(1)) == FILED
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (1, 0)]
        for client in clients:
            client.close()


async def test_refusals_follow_each_other() -> None:
    async with api() as one:
        began = trio.current_time()
        await host_script(one, {"do": "refuse", "seconds": 0.1}, {"do": "refuse", "seconds": SECONDS})
        async with await accepted(one.port) as client:
            assert trio.current_time() - began >= 0.1 + SECONDS
            assert await client.asks(message(1)) == FILED
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (1, 0)]


async def test_a_script_that_takes_the_place_of_a_refusal_is_not_ended_by_its_time() -> None:
    async with api() as one:
        await host_script(one, {"do": "refuse", "seconds": 0.1})
        began = trio.current_time()
        await host_script(one, {"do": "refuse", "seconds": 2 * SECONDS}, {"do": "busy"})
        async with await accepted(one.port) as client:
            assert trio.current_time() - began >= 2 * SECONDS
            assert await client.rest() == (BUSY, "closed")
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0), (1, 0)]


async def test_a_refusal_ends_at_once_when_another_script_is_given() -> None:
    async with api() as one:
        await host_script(one, {"do": "refuse", "seconds": 600})
        await host_script(one, {"do": "busy"})
        async with Raw(one.port) as client:
            assert await client.rest() == (BUSY, "closed")


async def test_a_host_can_refuse_again_and_again() -> None:
    async with api() as one:
        for _ in range(5):
            await host_script(one, {"do": "refuse"})
            assert refused(one.port)
            await one.asks("DELETE", f"/hosts/{HOST}/script")
            assert await ask(one.port, message(1)) == FILED


@pytest.mark.skipif(not has_ipv6(), reason="this computer has no ::1")
async def test_a_host_of_ipv6_refuses_too() -> None:
    async with api(f"hosts.{HOST}.address=::1") as one:
        await host_script(one, {"do": "reset"}, {"do": "refuse"})
        async with Raw(one.port, "::1") as client:
            assert await client.rest() == (b"", "reset")
        assert refused(one.port, "::1")
        await one.asks("DELETE", f"/hosts/{HOST}/script")
        async with Raw(one.port, "::1") as client:
            assert await client.asks(message(1)) == FILED
