"""What became of a reply is added to the attempt, soon after it."""

import socket
from itertools import count
from pathlib import Path

import trio

from gateway.model import Attempt
from gateway.stores import open_store
from tests.server.running import PATIENCE, Client, gateway, message


async def delivered(store: Path, number: int = 1) -> Attempt:
    """The attempt of this number, the newest, once it is known what became of its reply and the connection."""
    async with open_store(f"sqlite:{store}", purpose="read") as reader:
        while True:
            newest = await reader.attempts(limit=1)
            if newest and newest[0].seq == number and newest[0].delivered is not None:
                return newest[0]
            await trio.lowlevel.checkpoint()


async def test_a_reply_that_was_read_is_marked_delivered_with_its_time(tmp_path: Path) -> None:
    store = tmp_path / "gateway.db"
    async with gateway(f"store.url=sqlite:{store}") as port, Client(port) as client:
        await client.asks(message(1))
        attempt = await delivered(store)
        assert attempt.delivered
        assert attempt.seconds is not None
        assert 0 < attempt.seconds < PATIENCE


async def test_a_client_that_left_before_its_reply_keeps_its_record_and_the_attempt_says_so(tmp_path: Path) -> None:
    """The gateway knows of it if the system did when the connection was closed: mostly so, and sooner or later."""
    store = tmp_path / "gateway.db"
    async with gateway(f"store.url=sqlite:{store}") as port:
        for number in count(1):
            sock = socket.create_connection(("127.0.0.1", port))
            sock.sendall(message(number))
            sock.close()
            attempt = await delivered(store, number)
            if not attempt.delivered:
                break
        assert attempt.receipt.outcome == "created"
        async with open_store(f"sqlite:{store}", purpose="read") as reader:
            assert await reader.record("xyz", attempt.receipt.mms_id) is not None
