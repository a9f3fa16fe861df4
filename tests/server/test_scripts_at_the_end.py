"""The end of a gateway while scripts are carried out: none holds it up, and what was still to be sent is."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
import trio

from tests.api.gateways import Api, api
from tests.server.raw import FILED, Raw, counts, host_script, script
from tests.server.running import HOST, PATIENCE, message

SHUTDOWN_SECONDS = 600
"""That a gateway would wait for what is under way: were it to, the test would fail."""
PROMPT_SECONDS = PATIENCE / 2
"""That the end may take: many times what it does, for machines that are busy."""


async def taken(one: Api, path: str) -> None:
    """Wait until a script's step was taken."""
    while await counts(one, path) != [(1, 0)]:
        await trio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ({"late_seconds": 600}, b"", FILED),
        ({"piece_bytes": 9, "pause_seconds": 600}, FILED[:9], FILED[9:]),
        ({"send": "nothing", "late_seconds": 600}, b"", b""),
        ({"then": "stop_reading"}, FILED, b""),
        ({"send": "nothing"}, b"", b""),
    ],
    ids=["late", "in pieces", "nothing, late", "read no more", "nothing"],
)
async def test_replies_that_are_under_way_are_sent_at_once(step: dict[str, Any], before: bytes, after: bytes) -> None:
    async with AsyncExitStack() as clients:
        async with api(f"limits.shutdown_seconds={SHUTDOWN_SECONDS}") as one:
            await script(one, step)
            client = await clients.enter_async_context(Raw(one.port))
            client.send(message(1))
            await taken(one, "/zones/xyz")
            assert await client.exactly(len(before)) == before
            assert client.waits
            began = trio.current_time()
        assert trio.current_time() - began < PROMPT_SECONDS
        assert await client.rest() == (after, "closed")


@pytest.mark.parametrize(
    ("step", "seen"),
    [
        ({"late_seconds": 600}, (b"", "closed")),
        ({"do": "close", "late_seconds": 600}, (b"", "closed")),
        ({"do": "reset", "late_seconds": 600}, (b"", "reset")),
        ({"do": "stop_reading"}, (b"", "closed")),
        ({"do": "stop_reading", "seconds": 600}, (b"", "closed")),
    ],
    ids=["served late", "closed late", "reset late", "never read", "not read for long"],
)
async def test_who_waits_by_a_script_is_let_go_at_once(step: dict[str, Any], seen: tuple[bytes, str]) -> None:
    async with AsyncExitStack() as clients:
        async with api(f"limits.shutdown_seconds={SHUTDOWN_SECONDS}") as one:
            await host_script(one, step)
            client = await clients.enter_async_context(Raw(one.port))
            await taken(one, f"/hosts/{HOST}")
            assert client.waits
            began = trio.current_time()
        assert trio.current_time() - began < PROMPT_SECONDS
        assert await client.rest() == seen


@pytest.mark.parametrize("lasts", [{}, {"seconds": 600}])
async def test_a_refusal_ends_with_the_gateway(lasts: dict[str, Any]) -> None:
    async with api(f"limits.shutdown_seconds={SHUTDOWN_SECONDS}") as one:
        await host_script(one, {"do": "refuse", **lasts})
        began = trio.current_time()
    assert trio.current_time() - began < PROMPT_SECONDS
    with pytest.raises(ConnectionRefusedError):
        Raw(one.port)
