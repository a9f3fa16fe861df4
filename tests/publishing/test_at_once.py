"""Sets that are published when somebody harvests."""

from datetime import timedelta

import trio

from gateway.model import Enrichment, Inventory
from gateway.publishing import Publisher
from gateway.publishing.batch import BATCH
from gateway.publishing.members import members
from gateway.stores.base import Store
from tests.publishing.zone import MAIN, NOON, ZONE, Room, a_set, holding, item, tides, told

LAZY = a_set("lazy", at_once=True)
ITEMS = Enrichment(tag="952", of="item", subfields={"p": "barcode"})


async def test_all_of_a_zone_of_which_nobody_said_anything(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"), tides("2"), tides("3"))
    assert told(await room.harvest()) == ["1", "2", "3"]


async def test_what_changes_comes_again_and_what_is_removed_comes_as_deleted(store: Store) -> None:
    room = Room(store)
    await room.put(*[tides(str(number)) for number in range(1, 6)])
    await room.harvest()
    change = room.later()
    await room.put(tides("2", "Ebb", version=2))
    await store.remove_record(ZONE, "4")
    assert told(await room.harvest(since=change)) == ["2", "-4"]
    assert told(await room.harvest()) == ["1", "2", "3", "-4", "5"]


async def test_what_was_written_for_longer_than_its_second_has_the_next(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"), tides("2"))
    seconds = [NOON, NOON + timedelta(seconds=1), NOON + timedelta(seconds=1.9)]
    publisher = Publisher(store, {}, now=iter(seconds).__next__)
    page = await publisher.page(ZONE, [""])
    assert [row.at for row in page] == [room.later()] * 2


async def test_a_change_of_005_alone_is_none(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"))
    before = await room.harvest()
    change = room.later()
    await room.put(tides("1", stamp="20260401000000.0", version=2))
    assert await room.harvest(since=change) == []
    assert await room.harvest() == before


async def test_holdings_and_items_count_where_the_profile_tells_of_them(store: Store) -> None:
    room = Room(store, LAZY, a_set("full", at_once=True, enrichment=(ITEMS,)))
    await room.put(tides("1"))
    await room.harvest(["lazy", "full"])
    change = room.later()
    here = holding("11", "1")
    await room.shelve(MAIN, here, item("b1", here))
    assert told(await room.harvest(["full"], since=change)) == ["1"]
    assert told(await room.harvest(["lazy"], since=change)) == []
    [row] = await room.harvest(["full"])
    assert b'<subfield code="p">b1</subfield>' in row.form


async def test_a_page_publishes_its_own_records_and_no_more(store: Store) -> None:
    room = Room(store)
    numbers = [f"{number:04}" for number in range(3 * BATCH)]
    await room.put(*map(tides, numbers))
    assert told(await room.publisher.page(ZONE, [""], limit=5)) == numbers[:5]
    assert (await store.published_counts(ZONE))[""] == (BATCH, 0)
    assert told(await room.publisher.page(ZONE, [""], after=numbers[2 * BATCH], limit=5)) == numbers[201:206]
    assert len(await store.unpublished(ZONE, limit=1000)) == BATCH + 1


async def test_a_record_that_comes_before_the_page_does_not_move_it(store: Store) -> None:
    room = Room(store)
    await room.put(tides("2"), tides("4"), tides("6"))
    assert told(await room.publisher.page(ZONE, [""], limit=2)) == ["2", "4"]
    await room.put(tides("1"), tides("5"))
    assert told(await room.publisher.page(ZONE, [""], after="4", limit=2)) == ["5", "6"]


async def test_what_is_no_longer_of_the_set_is_deleted_there(store: Store) -> None:
    room = Room(store, a_set("rivers", at_once=True, query="title:rivers"))
    await room.put(tides("1", "Rivers"), tides("2", "Lakes"), tides("3", "More rivers"))
    assert told(await room.harvest(["rivers"])) == ["1", "3"]
    await room.put(tides("3", "More lakes", version=2), tides("2", "Rivers after all", version=2))
    assert told(await room.harvest(["rivers"])) == ["1", "2", "-3"]


async def test_a_set_that_is_made_later_has_what_was_there_before(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"), tides("2"))
    await room.harvest()
    await room.publisher.keep(LAZY)
    assert told(await room.harvest(["lazy"])) == ["1", "2"]
    await store.remove_record(ZONE, "1")
    await room.harvest(["lazy"])
    assert await room.publisher.remove(ZONE, "lazy")
    assert told(await room.harvest()) == ["-1", "2"]


async def test_a_set_that_is_removed_and_made_again_has_everything(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"), tides("2"))
    await room.publisher.keep(LAZY)
    assert told(await room.harvest(["lazy"])) == ["1", "2"]
    await room.publisher.remove(ZONE, "lazy")
    await room.publisher.keep(LAZY)
    assert told(await room.harvest(["lazy"])) == ["1", "2"]


async def test_a_time_that_is_over_is_not_changed_any_more(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"))
    [before] = await room.harvest()
    then = before.at
    room.later()
    await room.put(tides("1", "Ebb", version=2), tides("2"))
    assert await room.harvest(until=then) == [before]
    assert len(await store.unpublished(ZONE)) == 2


async def test_one_record_alone(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"), tides("12"), tides("2"))
    found = await room.publisher.one(ZONE, "12", [""])
    assert found
    assert not found.deleted
    assert [one.mms_id for one in await store.unpublished(ZONE)] == ["1", "2"]
    assert await room.publisher.one(ZONE, "13", [""]) is None


async def test_one_record_of_several_sets_has_the_time_that_all_of_them_tell(store: Store) -> None:
    room = Room(store, LAZY, a_set("full", at_once=True, enrichment=(ITEMS,)))
    await room.put(tides("1"))
    await room.harvest(["full", "lazy"])
    change = room.later()
    here = holding("11", "1")
    await room.shelve(MAIN, here, item("b1", here))
    [listed] = await room.harvest(["lazy", "full"], since=change)
    assert await room.publisher.one(ZONE, "1", ["lazy", "full"]) == listed


async def test_several_sets_are_told_of_a_record_and_the_one_without_a_name_is_not(store: Store) -> None:
    room = Room(store, LAZY, a_set("rivers", at_once=True, query="title:rivers"))
    await room.put(tides("1", "Rivers"), tides("2"))
    assert told(await room.harvest(["lazy", "rivers"])) == ["1", "2"]
    assert await room.publisher.sets_of(ZONE, ["1", "2", "3"]) == {"1": ["lazy", "rivers"], "2": ["lazy"]}
    assert await Room(store).publisher.sets_of(ZONE, ["1"]) == {}


async def test_two_who_harvest_at_once_both_have_everything(store: Store) -> None:
    room = Room(store)
    numbers = [f"{number:04}" for number in range(BATCH + 50)]
    await room.put(*map(tides, numbers))
    found: list[list[str]] = []

    async def harvest() -> None:
        found.append(told(await room.harvest(limit=30)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(harvest)
        nursery.start_soon(harvest)
    assert found == [numbers, numbers]


async def test_members_of_a_set_without_anything_to_look_at(store: Store) -> None:
    none: dict[str, Inventory] = {}
    assert await members(store, a_set(query="title:rivers"), none) == {}


async def test_the_first_time_of_a_zone(store: Store) -> None:
    room = Room(store)
    assert await room.publisher.earliest(ZONE) == int(room.at.timestamp())
    await room.put(tides("1"))
    [row] = await room.harvest()
    room.later(60)
    assert await room.publisher.earliest(ZONE) == row.at


async def test_a_set_that_is_made_while_another_is_published_lacks_nothing(store: Store) -> None:
    room = Room(store, LAZY)
    numbers = [f"{number:04}" for number in range(5 * BATCH)]
    await room.put(*map(tides, numbers))
    pages: list[list[str]] = []

    async def harvest(key: str) -> None:
        pages.append(told(await room.publisher.page(ZONE, [key], limit=len(numbers))))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(harvest, "lazy")
        while not await store.published_counts(ZONE):
            pass  # asking is a checkpoint
        await room.publisher.keep(a_set("later", at_once=True))
        nursery.start_soon(harvest, "later")
    assert pages == [numbers, numbers]
    assert told(await room.harvest(["later"], limit=BATCH)) == numbers


async def test_what_is_asked_for_until_now_is_not_published_for_longer_than_that(store: Store) -> None:
    room = Room(store)
    await room.put(*[tides(f"{number:04}") for number in range(3 * BATCH)])
    until = int(NOON.timestamp())
    moments = iter([NOON] * 4 + [NOON + timedelta(seconds=number) for number in range(1, 20)])
    publisher = Publisher(store, {}, now=moments.__next__)
    await publisher.page(ZONE, [""], until=until, limit=2 * BATCH)
    assert (await store.published_counts(ZONE))[""] == (BATCH, 0)
