"""A run that is asked for while another of the set goes on."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import trio

from gateway.errors import Conflict
from gateway.model import PublishingRun
from gateway.publishing import Publisher, ZonePublishing
from gateway.stores.base import Store
from tests.publishing.zone import ZONE, Held, Room, a_set, running, tides

SET = a_set()


@asynccontextmanager
async def under_way(store: Store) -> AsyncIterator[tuple[Room, trio.Event]]:
    """A room where a run is under way, and has read the one record that there is; it goes on with the event."""
    room = Room(store)
    read, go_on = trio.Event(), trio.Event()

    async def hold() -> None:
        read.set()
        await go_on.wait()

    held: Any = Held(store, hold)
    ticks = count()  # else all runs would have begun at the same time
    said = {ZONE: ZonePublishing(profiles=(SET,))}
    room.publisher = Publisher(held, said, now=lambda: room.at + timedelta(microseconds=next(ticks)))
    await room.put(tides("1"))
    async with running(room):
        await trio.testing.wait_all_tasks_blocked()
        await room.publisher.begin(ZONE, SET.key, "run")
        await read.wait()
        yield room, go_on


async def test_begins_when_that_has_ended_and_has_what_came_meanwhile(store: Store) -> None:
    begun: list[PublishingRun] = []
    async with under_way(store) as (room, go_on):

        async def begin() -> None:
            begun.append(await room.publisher.begin(ZONE, SET.key, "run", until=math.inf))

        await room.put(tides("2"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(begin)
            nursery.start_soon(begin)
            await trio.testing.wait_all_tasks_blocked()
            assert begun == []
            go_on.set()
        await room.publisher.ended(ZONE, SET.key)
    third, second, first = await store.publishing_runs(ZONE, SET.key)
    assert [(one.new, one.unchanged) for one in (first, second, third)] == [(1, 0), (1, 1), (0, 2)]
    assert [one.began_at for one in begun] == [second.began_at, third.began_at]


async def test_waits_no_longer_than_it_may(store: Store) -> None:
    async with under_way(store) as (room, go_on):
        with pytest.raises(Conflict, match="a run of the set ReShare of zone xyz goes on"):
            await room.publisher.begin(ZONE, SET.key, "run", until=trio.current_time())
        go_on.set()
        await room.publisher.ended(ZONE, SET.key)
    assert len(await store.publishing_runs(ZONE, SET.key)) == 1
