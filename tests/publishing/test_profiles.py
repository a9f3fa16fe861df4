"""Who says what a zone publishes."""

import trio.testing

from gateway.model import PublishingProfile, Repository
from gateway.publishing import Publisher, ZonePublishing
from gateway.publishing.profiles import KEPT_SECONDS
from gateway.stores.base import Store
from tests.publishing.zone import ZONE, a_set

IN_SETTINGS = ZonePublishing(
    repository=Repository(zone=ZONE, page=50), profiles=(a_set("b", every_hours=12), a_set("a"))
)


async def test_where_nobody_says_anything(store: Store) -> None:
    publisher = Publisher(store, {})
    assert await publisher.repository(ZONE) == Repository(zone=ZONE)
    assert await publisher.profiles(ZONE) == [
        PublishingProfile(zone=ZONE, key="", name="", every_hours=0, at_once=True)
    ]


async def test_settings(store: Store) -> None:
    publisher = Publisher(store, {ZONE: IN_SETTINGS})
    assert (await publisher.repository(ZONE)).page == 50
    assert [one.key for one in await publisher.profiles(ZONE)] == ["a", "b"]
    assert [one.key for one in await publisher.profiles("other")] == [""]


async def test_run_time_comes_before_the_settings_and_what_is_removed_shows_them_again(store: Store) -> None:
    publisher = Publisher(store, {ZONE: IN_SETTINGS})
    await publisher.keep(a_set("b", every_hours=1))
    await publisher.keep(a_set("c"))
    await publisher.keep(Repository(zone=ZONE, active=False))
    assert [(one.key, one.every_hours) for one in await publisher.profiles(ZONE)] == [("a", 0), ("b", 1), ("c", 0)]
    assert not (await publisher.repository(ZONE)).active
    assert await publisher.remove(ZONE, "b")
    assert not await publisher.remove(ZONE, "a")
    assert [(one.key, one.every_hours) for one in await publisher.profiles(ZONE)] == [("a", 0), ("b", 12), ("c", 0)]


async def test_what_another_process_changes_is_seen_soon(store: Store, autojump_clock: trio.testing.MockClock) -> None:
    here, there = Publisher(store, {}), Publisher(store, {})
    assert [one.key for one in await here.profiles(ZONE)] == [""]
    await there.keep(a_set("new"))
    await trio.sleep(KEPT_SECONDS * 1.1)
    assert [one.key for one in await here.profiles(ZONE)] == ["new"]
