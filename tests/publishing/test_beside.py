"""Two gateways publish the same record, in an order that is forced: what is newer stays, whatever the store."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from gateway.model import Enrichment, PublishingRun
from gateway.publishing import Publisher, ZonePublishing
from gateway.publishing.walk import TRIES
from gateway.stores import open_store
from tests.publishing.zone import MAIN, NOON, ZONE, Held, Room, a_set, holding, tides, told
from tests.stores.conftest import KINDS

AT_852 = Enrichment(tag="852", of="holding", subfields={"b": "library_name"})
SET = a_set("all", at_once=True, enrichment=(AT_852,))


class Beside(Room):
    """A gateway that publishes when somebody harvests, and another that runs the set."""

    async def run(self, *meanwhile: Callable[[], Awaitable[object]], kind: str = "run") -> PublishingRun:
        """A run by the other, to its end; it has read what it publishes before that is done."""
        store: Any = Held(self.store, *meanwhile)
        publisher = Publisher(store, {ZONE: ZonePublishing(profiles=(SET,))}, now=lambda: self.at)
        return await publisher.run(ZONE, SET.key, "republish" if kind == "republish" else "run")

    async def title(self, title: str) -> None:
        """The record is called so now, and somebody harvests it."""
        self._version += 1
        await self.put(tides("1", title, version=self._version))
        await self.harvest([SET.key])

    async def shown(self) -> list[str]:
        """How the record is published."""
        [row] = await self.store.published(ZONE, [SET.key])
        return [word for word in ("Tides", "Ebb", "Flood", "Main", "Branch") if word.encode() in row.form]

    _version = 0


@pytest.fixture(params=KINDS)
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Beside]:
    """In each kind of store, with one record that is published."""
    async with open_store(KINDS[request.param](tmp_path)) as store:
        room = Beside(store, SET)
        await room.title("Tides")
        yield room


async def test_what_is_published_meanwhile_stays(room: Beside) -> None:
    await room.put(tides("1", "Ebb", version=2))
    room._version = 2
    run = await room.run(lambda: room.title("Flood"))
    assert await room.shown() == ["Flood"]
    assert (run.new, run.changed, run.unchanged) == (0, 0, 1)


async def test_what_became_again_what_was_published_stays(room: Beside) -> None:
    """Who harvests finds nothing to write then, so that nothing that is published tells of it."""
    await room.put(tides("1", "Ebb", version=2))
    room._version = 2
    await room.run(lambda: room.title("Tides"))
    assert await room.shown() == ["Tides"]


async def test_a_holding_that_came_meanwhile_stays(room: Beside) -> None:
    async def shelved() -> None:
        await room.shelve(MAIN, holding("11", "1"))
        await room.harvest([SET.key])

    await room.run(shelved, kind="republish")
    assert await room.shown() == ["Tides", "Main"]


async def test_a_record_that_went_meanwhile_is_deleted(room: Beside) -> None:
    async def removed() -> None:
        await room.store.remove_record(ZONE, "1")
        await room.harvest([SET.key])

    await room.run(removed, kind="republish")
    assert told(await room.store.published(ZONE, [SET.key])) == ["-1"]


async def test_what_changed_meanwhile_is_published_as_it_is_then(room: Beside) -> None:
    """By the run itself: nobody else does."""
    run = await room.run(lambda: room.put(tides("1", "Ebb", version=2)), kind="republish")
    assert await room.shown() == ["Ebb"]
    assert (run.changed, run.unchanged) == (1, 0)


async def test_what_changes_all_the_time_is_left(room: Beside) -> None:
    room._version = 1
    with capture_logs() as logs:
        await room.run(*[lambda: room.title("Ebb"), lambda: room.title("Flood")] * TRIES, kind="republish")
    assert [(one["event"], one.get("mms_ids")) for one in logs] == [
        ("publishing.records_left", ["1"]),
        ("publishing.run_ended", None),
    ]
    assert await room.shown() == ["Ebb"]


async def test_what_a_harvester_publishes_late_undoes_no_run(room: Beside) -> None:
    """A library has another name, of which no record is noted as changed."""

    async def renamed() -> None:
        await room.shelve(replace(MAIN, name="Branch"))
        await room.run(kind="republish")

    await room.shelve(MAIN, holding("11", "1"))
    store: Any = Held(room.store, renamed)
    await Publisher(store, {ZONE: ZonePublishing(profiles=(SET,))}, now=lambda: room.at).page(ZONE, [SET.key])
    assert await room.shown() == ["Tides", "Branch"]
    await room.harvest([SET.key])
    assert await room.store.unpublished(ZONE) == []
    assert await room.shown() == ["Tides", "Branch"]


async def test_a_write_that_lasts_for_seconds_is_given_a_second_to_come(room: Beside) -> None:
    """Else who asks by time, each time while it is written, would never be told of it."""
    room.at = NOON + timedelta(hours=1)

    async def seconds() -> None:
        room.later(2)

    await room.run(*[seconds] * 5, kind="republish")
    [row] = await room.store.published(ZONE, [SET.key])
    assert row.at >= int(room.at.timestamp())
