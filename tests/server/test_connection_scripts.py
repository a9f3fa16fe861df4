"""Scripts of hosts: what becomes of those who connect, before a byte of theirs is read."""

from typing import Any

import pytest
import trio

from gateway.importer.replies import Replies
from tests.api.gateways import api
from tests.server.raw import FILED, SLACK_SECONDS, Raw, ask, attempts, counts, host_script, records
from tests.server.running import HOST, message

OTHER = "sandbox02-na"
BUSY = Replies().busy.encode() + b"\0"
LATE_SECONDS = 0.3
ENDS = [
    ({"do": "busy"}, (BUSY, "closed")),
    ({"do": "close"}, (b"", "closed")),
    ({"do": "reset"}, (b"", "reset")),
]


@pytest.mark.parametrize("late", [0, LATE_SECONDS])
@pytest.mark.parametrize("sent", [b"", message(1)])
@pytest.mark.parametrize(("step", "seen"), ENDS)
async def test_a_connection_is_ended_as_the_script_says_whatever_the_client_sent(
    step: dict[str, Any], seen: tuple[bytes, str], sent: bytes, late: float
) -> None:
    async with api() as one:
        await host_script(one, {**step, "late_seconds": late})
        async with Raw(one.port) as client:
            client.send(sent)
            assert await client.rest() == seen
            assert late <= trio.current_time() - client.since < late + SLACK_SECONDS
        assert await ask(one.port, message(1)) == FILED
        assert [attempt["outcome"] for attempt in await attempts(one)] == ["created"]


async def test_who_is_accepted_late_is_served_then() -> None:
    async with api() as one:
        await host_script(one, {"late_seconds": LATE_SECONDS})
        async with Raw(one.port) as client:
            assert await client.asks(message(1)) == FILED
            assert LATE_SECONDS <= client.times[0] < LATE_SECONDS + SLACK_SECONDS
            assert await client.asks(message(1)) == FILED  # as ever from then on
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0)]


async def test_who_is_not_read_waits_for_so_many_seconds_and_is_let_go() -> None:
    async with api() as one:
        await host_script(one, {"do": "stop_reading", "seconds": LATE_SECONDS, "times": 2})
        async with Raw(one.port) as silent, Raw(one.port) as sending:
            sending.send(message(1))
            assert await silent.rest() == (b"", "closed")
            assert LATE_SECONDS <= trio.current_time() - silent.since < LATE_SECONDS + SLACK_SECONDS
            assert await sending.rest() == (b"", "reset")  # its record was there, and nobody had read it
        assert (await one.get("/submissions"))["submissions"] == []
        assert await ask(one.port, message(1)) == FILED


async def test_who_is_not_read_can_send_until_the_system_takes_nothing_more() -> None:
    async with api() as one:
        await host_script(one, {"do": "stop_reading"})
        async with Raw(one.port) as client:
            while client.send_much():  # this does not end where somebody reads
                await trio.lowlevel.checkpoint()
            assert client.waits
            assert await ask(one.port, message(1)) == FILED  # others are read
            assert client.waits


@pytest.mark.parametrize("steps", [None, [], [{"do": "busy"}]])
async def test_who_is_not_read_is_let_go_when_the_script_changes(steps: list[dict[str, Any]] | None) -> None:
    async with api() as one:
        await host_script(one, {"do": "stop_reading"})
        async with Raw(one.port) as client:
            while await counts(one, f"/hosts/{HOST}") != [(1, 0)]:
                await trio.lowlevel.checkpoint()
            assert client.waits
            if steps is None:
                await one.asks("DELETE", f"/hosts/{HOST}/script")
            else:
                await host_script(one, *steps)
            assert await client.rest() == (b"", "closed")


async def test_who_is_to_wait_waits_no_longer_when_the_script_changes() -> None:
    async with api() as one:
        await host_script(one, {"do": "busy", "late_seconds": 600})
        async with Raw(one.port) as client:
            while await counts(one, f"/hosts/{HOST}") != [(1, 0)]:
                await trio.lowlevel.checkpoint()
            assert client.waits
            await one.asks("DELETE", f"/hosts/{HOST}/script")
            assert await client.rest() == (BUSY, "closed")


async def test_clients_that_connect_at_once_take_the_steps_in_the_order_in_which_they_connected() -> None:
    async with api() as one:
        await host_script(one, *[{"do": "reset"}, {"do": "accept"}, {"do": "busy"}, {"do": "close"}] * 2)
        clients = [Raw(one.port) for _ in range(8)]
        for number in (1, 5):
            assert b"successfully" in await clients[number].asks(message(number))
            clients[number].close()
        seen = [await clients[number].rest() for number in (0, 2, 3, 4, 6, 7)]
        assert seen == [(b"", "reset"), (BUSY, "closed"), (b"", "closed")] * 2
        for client in clients:
            client.close()
        assert await counts(one, f"/hosts/{HOST}") == [(1, 0)] * 8


async def test_steps_are_counted_and_behind_the_last_clients_are_served_as_ever() -> None:
    async with api() as one:
        await host_script(one, {"do": "busy", "times": 2}, {"times": 2}, {"do": "reset"})
        for seen in ((BUSY, "closed"), (BUSY, "closed")):
            async with Raw(one.port) as client:
                assert await client.rest() == seen
        assert await counts(one, f"/hosts/{HOST}") == [(2, 0), (0, 2), (0, 1)]
        assert await ask(one.port, message(1)) == FILED
        assert await ask(one.port, message(1)) == FILED
        async with Raw(one.port) as client:
            assert await client.rest() == (b"", "reset")
        told = await one.get(f"/hosts/{HOST}/script")
        assert (told["used"], told["left"]) == (5, 0)
        assert await ask(one.port, message(1)) == FILED


async def test_a_connection_that_is_served_takes_one_step_however_often_it_exports() -> None:
    async with api() as one:
        await host_script(one, {"do": "accept", "times": 2})
        async with Raw(one.port) as client:
            for _ in range(3):
                assert await client.asks(message(1)) == FILED
        assert await counts(one, f"/hosts/{HOST}") == [(1, 1)]


async def test_other_hosts_are_as_ever() -> None:
    async with api() as one:
        await host_script(one, {"do": "reset", "times": 9})
        await host_script(one, {"do": "busy"}, host=OTHER)
        other = await one.get(f"/hosts/{OTHER}")
        async with Raw(other["port"], other["address"]) as client:
            assert await client.rest() == (BUSY, "closed")
        async with Raw(other["port"], other["address"]) as client:
            assert (await client.asks(message(1))).startswith(b"Logon Failed")
        assert await counts(one, f"/hosts/{HOST}") == [(0, 9)]


async def test_a_connection_that_was_there_before_the_script_is_left_alone() -> None:
    async with api() as one, Raw(one.port) as client:
        assert await client.asks(message(1)) == FILED
        await host_script(one, {"do": "reset", "times": 9})
        assert await client.asks(message(1)) == FILED
        assert await records(one) == 1


async def test_whether_the_gateway_is_ready_is_told_without_taking_a_step() -> None:
    async with api() as one:
        await host_script(one, {"do": "refuse"}, host=OTHER)
        await host_script(one, {"do": "reset"})
        assert (await one.client.get("/readyz")).status_code == 200
        assert await counts(one, f"/hosts/{HOST}") == [(0, 1)]
        assert await counts(one, f"/hosts/{OTHER}") == [(1, 0)]  # it has begun


async def test_a_connection_too_many_is_told_so_and_takes_no_step() -> None:
    async with api("limits.connections=1") as one, Raw(one.port) as client:
        assert await client.asks(message(1)) == FILED
        await host_script(one, {"do": "reset"})
        async with Raw(one.port) as second:
            assert await second.rest() == (BUSY, "closed")
        assert await counts(one, f"/hosts/{HOST}") == [(0, 1)]
