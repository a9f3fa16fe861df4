"""What the listener keeps of how a message came, over real sockets and out of a store."""

from pathlib import Path

import pytest

from gateway.desk.transcript import Run, transcript
from gateway.model import Attempt
from gateway.stores import open_store
from tests.server.running import Client, gateway, message, record

pytestmark = pytest.mark.usefixtures("keeps_every_attempt")


async def newest(url: str) -> Attempt:
    async with open_store(url, purpose="read") as store:
        (attempt,) = await store.attempts(limit=1)
    return attempt


def received(runs: tuple[Run, ...]) -> list[tuple[str, float | None]]:
    return [(run.kind, run.start) for run in runs if run.direction == "received"]


async def test_an_export_that_comes_in_pieces_is_timed(tmp_path: Path) -> None:
    """Each piece comes when the one before has surely been read: the gateway answered its Telnet command."""
    url = f"sqlite:{tmp_path / 'gateway.db'}"
    async with gateway(f"store.url={url}") as port, Client(port) as client:
        await client.send(b"\r\n\xff\xfd\x18")
        assert await client.stream.receive_some() == b"\xff\xfc\x18"
        sent = message(1)
        await client.send(sent[:40])
        reply = await client.asks(sent[40:] + b"\0")
    runs = transcript(await newest(url), reply)
    kinds = [run.kind for run in runs]
    assert kinds[:3] == ["separators", "telnet", "answer"]
    assert kinds[3:] == ["tag", "length", "value", "tag", "length", "value", "record", "separators", "reply", "end"]
    starts = [start for _, start in received(runs) if start is not None]
    assert len(starts) == len(received(runs))
    assert starts == sorted(starts)
    assert starts[1] <= 0.0 == starts[2]
    assert runs[-2].shown == reply


async def test_a_message_sent_with_the_one_before_had_come_before_that_was_answered(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'gateway.db'}"
    async with gateway(f"store.url={url}") as port, Client(port) as client:
        await client.send(message(1) + record(2))
        await client.stream.send_eof()
        _, reply, _ = (await client.rest()).decode().split("\0")
    runs = transcript(await newest(url), reply)
    assert [(kind, start is not None and start <= 0) for kind, start in received(runs)] == [("record", True)]
    assert runs[0].length == len(record(2))


async def test_unreadable_bytes_after_a_message_began_when_they_came(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'gateway.db'}"
    async with gateway(f"store.url={url}") as port, Client(port) as client:
        await client.asks(message(1))
        reply = await client.asks(b"\0?and nothing more")
    attempt = await newest(url)
    assert received(transcript(attempt, reply)) == [("separators", 0.0), ("unread", 0.0)]
    assert (attempt.receipt.facts.arriving or 0.0) >= 1.5
