"""Scripts of zones, byte by byte: what of a reply goes out, when, and how the connection goes on or ends."""

from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from tests.api.gateways import api
from tests.server.raw import FILED, SLACK_SECONDS, Raw, ask, attempts, records, script
from tests.server.running import message

LATE_SECONDS = 0.3
PAUSE_SECONDS = 0.25
SEED = {"send": "garbage", "seed": 6, "garbage_bytes": 300}


async def test_without_its_nul_a_reply_ends_in_nothing_and_the_connection_goes_on() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"nul": False})
        client.send(message(1))
        assert await client.exactly(len(FILED) - 1) == FILED[:-1]
        [attempt] = await attempts(one)
        assert client.waits
        assert (attempt["reply"].encode(), attempt["delivered"]) == (FILED[:-1], True)
        assert await client.asks(message(1)) == FILED


async def test_pieces_come_one_by_one_with_a_pause_between(mock_clock: MockClock) -> None:
    """The clock stands still, but for the test that moves it on: no pause is over before a piece has been read."""
    async with api() as one, Raw(one.port) as client:
        await script(one, {"text": "0123456789", "piece_bytes": 4, "pause_seconds": PAUSE_SECONDS})
        client.send(message(1))
        for piece in (b"0123", b"4567", b"89\0"):
            assert await client.piece() == piece
            await wait_all_tasks_blocked()
            assert client.waits
            mock_clock.jump(PAUSE_SECONDS)
        [attempt] = await attempts(one)
        assert client.times == [0, PAUSE_SECONDS, 2 * PAUSE_SECONDS]
        assert attempt["seconds"] == 2 * PAUSE_SECONDS


async def test_pieces_follow_each_other_at_once_where_no_pause_is_asked_for() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"piece_bytes": 1, "pause_seconds": 0})
        assert await client.asks(message(1)) == FILED
        assert client.times[-1] < SLACK_SECONDS


async def test_a_slow_drip_takes_as_long_as_its_pauses() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"piece_bytes": 1, "pause_seconds": 0.01})
        assert await client.asks(message(1)) == FILED
        dripped = 0.01 * (len(FILED) - 1)
        assert dripped <= client.times[-1] < dripped + SLACK_SECONDS
        assert len(client.pieces) > 1  # how they were sent: `tests/connexion/test_faults.py`


@pytest.mark.parametrize("count", [0, 1, 13, len(FILED) - 1, len(FILED), 9_999])
async def test_a_reply_is_cut_off_after_so_many_bytes(count: int) -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"cut": count})
        client.send(message(1))
        sent = FILED[:count]
        assert await client.exactly(len(sent)) == sent
        [attempt] = await attempts(one)
        assert client.waits
        assert attempt["outcome"] == "created"
        assert attempt["reply"].encode() == sent.removesuffix(b"\0")
        assert attempt["delivered"] is bool(sent)
        assert await client.asks(message(1)) == FILED


async def test_a_reply_that_is_cut_within_a_character_is_told_up_to_it() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"text": "née", "cut": 2})
        client.send(message(1))
        assert await client.exactly(2) == b"n\xc3"
        [attempt] = await attempts(one)
        assert attempt["reply"] == "n"


async def test_late_is_after_the_record_was_filed() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"late_seconds": LATE_SECONDS})
        assert await client.asks(message(1)) == FILED
        assert LATE_SECONDS <= client.times[0] < LATE_SECONDS + SLACK_SECONDS
        [attempt] = await attempts(one)
        assert LATE_SECONDS <= attempt["seconds"] < LATE_SECONDS + SLACK_SECONDS


async def test_until_a_late_reply_is_sent_nothing_is_though_the_record_is_there() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"late_seconds": 600})
        client.send(message(1))
        while not await records(one):
            await trio.lowlevel.checkpoint()
        assert client.waits
        [attempt] = (await one.get("/submissions", zone="xyz"))["submissions"]
        assert (attempt["outcome"], attempt["delivered"]) == ("created", None)


async def test_garbage_of_ones_own_stands_in_place_of_the_reply() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"send": "garbage", "garbage": "00ff 17 00"})
        client.send(message(1))
        assert await client.exactly(4) == b"\x00\xff\x17\x00"
        [attempt] = await attempts(one)
        assert client.waits
        assert (attempt["outcome"], attempt["delivered"]) == ("created", True)
        assert "successfully" not in attempt["reply"]
        assert await records(one) == 1


async def test_garbage_that_is_made_is_the_same_of_the_same_seed() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, SEED, SEED, {**SEED, "seed": 7}, {**SEED, "cut": 5})
        made = []
        for size in (300, 300, 300, 5):
            client.send(message(1))
            made.append(await client.exactly(size))
        first, again, other, cut = made
        assert first == again != other
        assert cut == first[:5]


@pytest.mark.parametrize(
    ("step", "received"),
    [
        ({"send": "nothing", "then": "close"}, b""),
        ({"then": "close"}, FILED),
        ({"then": "close", "nul": False}, FILED[:-1]),
        ({"then": "close", "cut": 3}, b"The"),
        ({"then": "close", "send": "garbage", "garbage": "ff"}, b"\xff"),
        ({"then": "close", "late_seconds": LATE_SECONDS}, FILED),
    ],
)
async def test_the_connection_is_closed_before_the_reply_within_it_or_after(
    step: dict[str, Any], received: bytes
) -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, step)
        client.send(message(1) + message(2)[:50])  # what is unread does not make a reset of it
        assert await client.rest() == (received, "closed")
        late = step.get("late_seconds", 0)
        assert late <= trio.current_time() - client.since < late + SLACK_SECONDS
        assert [attempt["outcome"] for attempt in await attempts(one)] == ["created"]


@pytest.mark.parametrize(
    ("step", "received"),
    [({"send": "nothing", "then": "reset"}, b""), ({"then": "reset"}, FILED), ({"cut": 3, "then": "reset"}, b"The")],
)
async def test_the_connection_is_reset_before_the_reply_within_it_or_after(
    step: dict[str, Any], received: bytes
) -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, step)
        client.send(message(1))
        assert await client.rest() == (received, "reset")
        [attempt] = await attempts(one)
        assert (attempt["outcome"], attempt["delivered"]) == ("created", bool(received))
        assert await ask(one.port, message(1)) == FILED


async def test_a_reset_may_come_late_too() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"send": "nothing", "late_seconds": LATE_SECONDS, "then": "reset"})
        client.send(message(1))
        assert await client.rest() == (b"", "reset")
        assert LATE_SECONDS <= trio.current_time() - client.since < LATE_SECONDS + SLACK_SECONDS


async def test_who_is_read_no_more_can_send_until_the_system_takes_nothing_more() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"then": "stop_reading"})
        assert await client.asks(message(1)) == FILED
        while client.send_much():  # this does not end where somebody reads
            await trio.lowlevel.checkpoint()
        assert client.waits
        assert await ask(one.port, message(1)) == FILED  # others are read
        assert await records(one) == 1


async def test_who_is_read_no_more_is_let_go_when_an_idle_connection_is() -> None:
    async with api("limits.idle_seconds=0.4") as one, Raw(one.port) as client:
        await script(one, {"then": "stop_reading"})
        assert await client.asks(message(1)) == FILED
        assert await client.rest() == (b"", "closed")
        assert 0.4 <= trio.current_time() - client.since < 0.4 + SLACK_SECONDS


async def test_who_does_not_read_what_is_sent_is_let_go_in_time() -> None:
    async with api("limits.message_seconds=0.4") as one, Raw(one.port) as client:
        await script(one, {"send": "garbage", "seed": 6, "garbage_bytes": 65_536, "times": 20})
        client.send(b"".join(message(number) for number in range(1, 21)))
        while (told := await attempts(one))[-1]["delivered"]:
            await trio.lowlevel.checkpoint()
        assert [attempt["delivered"] for attempt in told[:-1]] == [True] * (len(told) - 1)
        assert len(told) < 20


async def test_a_client_that_leaves_before_a_late_reply_has_its_record_and_the_attempt_says_so() -> None:
    async with api() as one:
        await script(one, {"late_seconds": LATE_SECONDS, "piece_bytes": 1, "pause_seconds": 0.01})
        async with Raw(one.port) as client:
            client.send(message(1))
        while (await attempts(one))[0]["delivered"]:
            await trio.lowlevel.checkpoint()
        [attempt] = await attempts(one)
        assert (attempt["outcome"], attempt["delivered"]) == ("created", False)
