"""What every store promises of zones that were made at run time."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import StoreError
from gateway.stores import open_store
from gateway.stores.base import Counts, Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import NOON, PATIENCE, creating, file, link, made_zone, mms_ids, names, pend, put, record


class TestKept:
    async def test_are_none_at_first(self, store: Store) -> None:
        assert await store.zones() == []

    async def test_are_as_they_were_made(self, store: Store) -> None:
        kept = made_zone("t1", at=NOON + timedelta(microseconds=1))
        await store.keep_zone(kept)
        assert await store.zones() == [kept]

    async def test_come_by_rising_key(self, store: Store) -> None:
        for key in ("b", "a", "ä", "B", "t10", "t9"):
            await store.keep_zone(made_zone(key))
        assert [kept.zone.key for kept in await store.zones()] == ["B", "a", "b", "t10", "t9", "ä"]

    async def test_are_there_once_and_as_they_were_made_last(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await store.keep_zone(made_zone("t2"))
        later = made_zone("t1", code="01TEST_DEF", secret="another", at=datetime.now(UTC))
        await store.keep_zone(later)
        assert await store.zones() == [later, made_zone("t2")]

    async def test_hold_what_they_held(self, store: Store) -> None:
        await put(store, record("A"), zone="t1")
        await file(store, "a", zone="t1")
        await store.keep_zone(made_zone("t1"))
        await store.keep_zone(made_zone("t1", code="01TEST_DEF"))
        assert mms_ids(await store.records("t1")) == ["A"]
        assert names(await store.attempts(zone="t1")) == ["a"]

    async def test_count_as_nothing(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        assert await store.counts() == {}


class TestRemoved:
    async def test_are_forgotten_and_the_others_are_not(self, store: Store) -> None:
        for key in ("t1", "t2"):
            await store.keep_zone(made_zone(key))
        assert await store.remove_zone("t1")
        assert await store.zones() == [made_zone("t2")]
        assert not await store.remove_zone("t1")

    async def test_are_forgotten_with_all_that_they_hold(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await store.transact("t1", creating("a"), seconds=PATIENCE)
        await file(store, "b", zone="t1")
        await pend(store, link("c", network="t1"), zone="t1")
        await put(store, record("A"))
        assert await store.remove_zone("t1")
        assert await store.records("t1") == []
        assert await store.attempts(zone="t1") == []
        assert await store.pending() == []
        assert await store.counts() == {"xyz": Counts(records=1, versions=1, attempts=1)}

    async def test_begin_anew_when_they_are_made_again(self, store: Store) -> None:
        for _ in range(2):
            await store.keep_zone(made_zone("t1"))
            drawn = [await store.transact("t1", creating(""), seconds=PATIENCE) for _ in range(2)]
            assert drawn == [1, 2]
            assert await store.remove_zone("t1")

    async def test_can_only_be_those_that_were_made(self, store: Store) -> None:
        await put(store, record("A"))
        await store.keep_zone(made_zone("t1"))
        assert not await store.remove_zone("xyz")
        assert not await store.remove_zone("T1")
        assert mms_ids(await store.records("xyz")) == ["A"]
        assert await store.zones() == [made_zone("t1")]


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestBesideOthers:
    async def test_stay(self, url: str) -> None:
        async with open_store(url) as store:
            await store.keep_zone(made_zone("t1"))
        async with open_store(url, purpose="read") as store:
            assert await store.zones() == [made_zone("t1")]

    async def test_commands_make_and_remove_them_beside_a_gateway(self, url: str, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        async with open_store(url, purpose="change") as command:
            await command.keep_zone(made_zone("t2"))
            assert await command.remove_zone("t1")
        assert await store.zones() == [made_zone("t2")]

    async def test_who_only_reads_changes_nothing(self, url: str, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await file(store, "a")
        await put(store, record("A"))
        (attempt,) = await store.attempts()
        async with open_store(url, purpose="read") as reader:
            for change in (
                reader.keep_zone(made_zone("t2")),
                reader.remove_zone("t1"),
                reader.reset("xyz"),
                reader.remove_attempt(attempt.seq),
                reader.remove_record("xyz", "A"),
            ):
                with pytest.raises(StoreError, match=r"^the store was opened to read, not to write$"):
                    await change
        assert await store.zones() == [made_zone("t1")]
        assert await store.counts() == {"xyz": Counts(records=1, versions=1, attempts=1)}
