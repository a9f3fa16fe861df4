"""What every store promises of what is to be published, and of who publishes it."""

from collections.abc import Sequence

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.stores import open_store
from gateway.stores.base import Published, Stacks, Store, Unpublished
from gateway.stores.publishing import ROWS_OF_A_TURN
from tests.stores.conftest import LASTING
from tests.stores.nouns import PATIENCE, holding, item, library, made_zone, published, put, record, shelving


def deleted(mms_id: str, at: int = 1) -> Published:
    """A record that was deleted then."""
    return published(mms_id, at, form=b"")


async def waiting(store: Store, zone: str = "xyz") -> list[str]:
    """MMS IDs of all that is unpublished."""
    return [one.mms_id for one in await store.unpublished(zone, limit=10_000)]


async def all_done(store: Store, zone: str = "xyz") -> None:
    """Let nothing be unpublished."""
    await store.publish(zone, "", [], await store.unpublished(zone, limit=10_000))
    assert await waiting(store, zone) == []


def places(unpublished: Sequence[Unpublished]) -> dict[str, int]:
    return {one.mms_id: one.place for one in unpublished}


class TestUnpublished:
    async def test_is_nothing_at_first(self, store: Store) -> None:
        assert await store.unpublished("xyz") == []

    async def test_are_records_that_were_written(self, store: Store) -> None:
        await put(store, record("B"), record("A"))
        await put(store, record("C"), zone="abc")
        assert await waiting(store) == ["A", "B"]
        assert await waiting(store, "abc") == ["C"]

    async def test_come_page_by_page(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in "EDCBA"))
        assert [one.mms_id for one in await store.unpublished("xyz", after="B", limit=2)] == ["C", "D"]
        assert [one.mms_id for one in await store.unpublished("xyz", after="D")] == ["E"]

    async def test_are_records_with_a_next_version_or_an_amended_one(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in "ABCD"))
        await all_done(store)
        await put(store, record("A", version=2))
        await put(store, record("B", marc=b"other"))
        await put(store, replace(record("C"), management_tag="do-not-publish"))
        assert await waiting(store) == ["A", "B", "C"]

    async def test_are_not_what_a_plan_wrote_that_failed(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await put(store, record("A"), record("B", version=3))
        assert await waiting(store) == []

    async def test_are_records_that_were_removed_whether_there_was_one_or_not(self, store: Store) -> None:
        await put(store, record("A"))
        await all_done(store)
        assert await store.remove_record("xyz", "A")
        assert not await store.remove_record("xyz", "B")
        assert await waiting(store) == ["A", "B"]

    async def test_are_records_of_which_a_holding_was_put_or_removed(self, store: Store) -> None:
        await put(store, record("A"), record("B"))
        await all_done(store)
        await store.rearrange("xyz", shelving(library(), holding("1")))
        assert await waiting(store) == ["A"]
        await all_done(store)
        await store.rearrange("xyz", lambda stacks: stacks.remove_holding("1"))
        assert await waiting(store) == ["A"]

    async def test_are_records_of_which_an_item_was_put_or_moved_or_removed(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in "ABC"))
        await store.rearrange("xyz", shelving(holding("1"), holding("2", "B"), item("11", "1")))
        await all_done(store)
        await store.rearrange("xyz", shelving(item("12", "1")))
        assert await waiting(store) == ["A"]
        await all_done(store)
        await store.rearrange("xyz", shelving(item("11", "2", "B")))
        assert await waiting(store) == ["A", "B"]
        await all_done(store)
        await store.rearrange("xyz", lambda stacks: stacks.remove_item("11"))
        assert await waiting(store) == ["B"]

    async def test_are_not_records_of_which_nothing_was_found_or_kept(self, store: Store) -> None:
        await put(store, record("A"))
        await all_done(store)

        def plan(stacks: Stacks) -> None:
            stacks.put_holding(holding("1"))
            raise KeyError("1")

        with pytest.raises(KeyError):
            await store.rearrange("xyz", plan)
        assert not await store.rearrange("xyz", lambda stacks: stacks.remove_item("11"))
        assert not await store.rearrange("xyz", lambda stacks: stacks.remove_holding("1"))
        await store.rearrange("xyz", shelving(library()))
        assert await waiting(store) == []

    async def test_have_another_place_where_they_changed_meanwhile(self, store: Store) -> None:
        await put(store, record("A"), record("B"), record("C"))
        before = places(await store.unpublished("xyz"))
        assert places(await store.unpublished("xyz")) == before
        await put(store, record("A", version=2))
        await store.rearrange("xyz", shelving(holding("1", "B")))
        after = places(await store.unpublished("xyz"))
        assert {mms_id for mms_id in before if before[mms_id] != after[mms_id]} == {"A", "B"}

    async def test_stay_what_they_are_whatever_becomes_of_the_index(self, store: Store) -> None:
        await put(store, record("A"), record("B"))
        await all_done(store)
        await put(store, record("B", version=2))
        await store.index_records("xyz")
        assert await waiting(store) == ["B"]
        await put(store, record("C"))
        assert await store.remove_record("xyz", "A")
        await store.index_records("xyz", anew=True)
        assert await waiting(store) == ["A", "B", "C"]
        await all_done(store)
        await store.index_records("xyz", anew=True)
        await store.index_records("xyz")
        assert await waiting(store) == []
        await put(store, record("D"))
        assert await waiting(store) == ["D"]

    async def test_may_be_more_than_are_brought_at_once(self, store: Store) -> None:
        many = [f"{number:06}" for number in range(ROWS_OF_A_TURN + 1)]
        await put(store, *(record(mms_id) for mms_id in many))
        assert await waiting(store) == many

    async def test_are_forgotten_with_their_zone(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        for zone in ("t1", "xyz"):
            await put(store, record("A"), zone=zone)
        await store.reset("xyz")
        await store.remove_zone("t1")
        assert (await waiting(store), await waiting(store, "t1")) == ([], [])
        await put(store, record("B"))
        assert await waiting(store) == ["B"]

    @pytest.mark.parametrize("url", LASTING, indirect=True)
    async def test_are_seen_by_who_may_only_read(self, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"), record("B"), record("C"))
            await store.publish("xyz", "", [], (await store.unpublished("xyz"))[:2])
            await put(store, record("A", version=2))
            async with open_store(url, purpose="read") as reader:
                assert await waiting(reader) == ["A", "C"]
                assert [one.mms_id for one in await reader.unpublished("xyz", after="A", limit=1)] == ["C"]
                with pytest.raises(StoreError):
                    await reader.publish("xyz", "", [])


class TestUnpublish:
    async def test_is_of_all_records_and_of_all_that_is_published(self, store: Store) -> None:
        await put(store, record("A"), record("C"))
        await store.publish("xyz", "one", [published("A"), deleted("B")])
        await store.publish("xyz", "two", [published("D")])
        await all_done(store)
        assert await store.unpublish("xyz", "me")
        assert await waiting(store) == ["A", "B", "C", "D"]
        assert await waiting(store, "abc") == []

    async def test_is_done_once_by_each(self, store: Store) -> None:
        await put(store, record("A"))
        assert await store.unpublish("xyz", "me")
        await all_done(store)
        assert not await store.unpublish("xyz", "me")
        assert await waiting(store) == []
        assert await store.unpublish("xyz", "somebody else")
        assert await store.unpublish("xyz", "me")
        assert await waiting(store) == ["A"]

    async def test_is_told_by_whom(self, store: Store) -> None:
        assert not await store.unpublished_by("xyz")
        await store.unpublish("xyz", "me")
        assert await store.unpublished_by("xyz") == "me"
        await store.reset("xyz")
        assert not await store.unpublished_by("xyz")

    async def test_gives_another_place(self, store: Store) -> None:
        await put(store, record("A"))
        looked_at = await store.unpublished("xyz")
        await store.unpublish("xyz", "me")
        await store.publish("xyz", "", [published("A")], looked_at)
        assert await waiting(store) == ["A"]
        assert await store.published("xyz", [""]) == []


class TestPublish:
    async def test_keeps_the_last_of_each_record(self, store: Store) -> None:
        long = published("B", 2**40, form=bytes(range(256)) * 200)
        await store.publish("xyz", "one", [published("A", 5), long, deleted("C", 7)])
        await store.publish("xyz", "one", [published("A", 6, form=b"<other/>"), published("A", 7, form=b"<last/>")])
        await store.publish("xyz", "two", [published("A", 8)])
        assert await store.published("xyz", ["one"]) == [published("A", 7, form=b"<last/>"), long, deleted("C", 7)]
        assert [one.deleted for one in await store.published("xyz", ["one"])] == [False, False, True]
        assert await store.published("abc", ["one"]) == []

    async def test_ends_what_is_done_and_not_what_is_seen(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in "ABC"))
        a, b, _ = await store.unpublished("xyz")
        await store.publish("xyz", "one", [published("A"), published("B")], seen=[a, b])
        assert await waiting(store) == ["A", "B", "C"]
        await store.publish("xyz", "two", [published("A")], [a, b])
        assert await waiting(store) == ["C"]
        assert [one.mms_id for one in await store.published("xyz", ["one"])] == ["A", "B"]

    async def test_keeps_nothing_of_what_has_changed_since(self, store: Store) -> None:
        await put(store, record("A"), record("B"))
        looked_at = await store.unpublished("xyz")
        await put(store, record("A", version=2))
        await store.publish("xyz", "", [published("A"), published("B")], looked_at)
        assert await waiting(store) == ["A"]
        assert await store.published("xyz", [""]) == [published("B")]

    async def test_keeps_nothing_of_what_another_has_published_since(self, store: Store) -> None:
        await put(store, record("A"))
        late = await store.unpublished("xyz")
        await put(store, record("A", version=2))
        await store.publish("xyz", "", [published("A", 2, form=b"<second/>")], await store.unpublished("xyz"))
        await store.publish("xyz", "", [published("A", 3, form=b"<first/>")], late)
        await store.publish("xyz", "", [published("A", 3, form=b"<first/>")], seen=late)
        assert await store.published("xyz", [""]) == [published("A", 2, form=b"<second/>")]

    async def test_keeps_nothing_of_a_record_that_is_not_as_it_was_read(self, store: Store) -> None:
        await put(store, *(record(mms_id) for mms_id in "ABCD"))
        await store.rearrange("xyz", shelving(library(), holding("1", "B")))
        every = [*map(published, "ABCDE"), deleted("F")]
        read = await store.inventory("xyz", "ABCDEF")
        assert not await store.publish("xyz", "", [published("A", 2), published("C", 2), deleted("F", 2)], read=read)
        await put(store, record("A", version=2), record("E"))
        await store.rearrange("xyz", shelving(item("11", "1", "B")))
        await store.remove_record("xyz", "D")
        assert {*await store.publish("xyz", "", every, read=read)} == {"A", "B", "D", "E"}
        assert await store.published("xyz", [""]) == [published("A", 2), published("C"), deleted("F")]

    async def test_leaves_unpublished_what_is_not_as_it_was_read(self, store: Store) -> None:
        await put(store, record("A"), record("B"))
        await store.rearrange("xyz", shelving(library(), holding("1", "B")))
        looked_at = await store.unpublished("xyz")
        read = await store.inventory("xyz", "AB")
        await store.rearrange("xyz", shelving(library(name="Another name")))
        assert await store.publish("xyz", "", [published("A"), published("B")], looked_at, read=read) == {"B"}
        assert await waiting(store) == ["B"]
        assert await store.publish("xyz", "", [published("B")], read={}) == {"B"}

    async def test_of_a_zone_that_was_reset_keeps_nothing(self, store: Store) -> None:
        await put(store, record("A"))
        late = await store.unpublished("xyz")
        await store.reset("xyz")
        await store.publish("xyz", "", [published("A")], late)
        assert await store.published("xyz", [""]) == []

    @pytest.mark.parametrize("url", LASTING, indirect=True)
    async def test_is_durable(self, url: str) -> None:
        async with open_store(url) as store:
            await put(store, record("A"), record("B"))
            await store.publish("xyz", "", [published("A")], (await store.unpublished("xyz"))[:1])
        async with open_store(url) as store:
            assert await store.published("xyz", [""]) == [published("A")]
            assert await waiting(store) == ["B"]


class TestMeanwhile:
    """Some write, and rearrange, and index; others publish what they find. At the end all is published as it is."""

    IDS = tuple(f"{number:02}" for number in range(12))

    async def test_no_change_is_lost(self, store: Store) -> None:
        await self.race(store, store)

    @pytest.mark.parametrize("url", LASTING, indirect=True)
    async def test_no_change_is_lost_between_processes(self, url: str) -> None:
        async with open_store(url) as store, open_store(url, purpose="change") as beside:
            await self.race(store, beside)

    async def race(self, one: Store, other: Store) -> None:
        """Both write and publish, each what it likes."""
        await put(one, *(record(mms_id, marc=b"0") for mms_id in self.IDS))
        written = trio.Event()

        async def publish(store: Store) -> None:
            while not written.is_set():
                await self.publish_some(store)

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as publishers:
                publishers.start_soon(publish, one)
                publishers.start_soon(publish, other)
                async with trio.open_nursery() as writers:
                    writers.start_soon(self.write, one, self.IDS[::2])
                    writers.start_soon(self.write, other, self.IDS[1::2])
                    writers.start_soon(self.shelve, other)
                    writers.start_soon(self.index, one)
                written.set()
            while await self.publish_some(other):
                pass
        forms = {one.mms_id: one.form for one in await other.published("xyz", [""])}
        assert forms == dict.fromkeys(self.IDS, b"7 with 1")

    @staticmethod
    async def publish_some(store: Store) -> bool:
        """Publish the first that are to be; whether there were any."""
        found = await store.unpublished("xyz", limit=5)
        there = await store.inventory("xyz", [one.mms_id for one in found])
        forms = {mms_id: b"%b with %d" % (of.record.marc, len(of.holdings)) for mms_id, of in there.items()}
        await store.publish("xyz", "", [published(mms_id, form=form) for mms_id, form in forms.items()], found)
        return bool(found)

    @staticmethod
    async def write(store: Store, mms_ids: Sequence[str]) -> None:
        for version in range(2, 8):
            for mms_id in mms_ids:
                await put(store, record(mms_id, version=version, marc=b"%d" % version))

    async def shelve(self, store: Store) -> None:
        for mms_id in self.IDS:
            await store.rearrange("xyz", shelving(holding(mms_id, mms_id)))

    @staticmethod
    async def index(store: Store) -> None:
        for anew in (False, True, False):
            await store.index_records("xyz", anew=anew)
