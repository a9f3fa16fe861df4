"""Resets and removals on a PostgreSQL database that several gateways serve: each import comes before them or after."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import trio

from gateway.errors import StoreError
from gateway.search.attempts import Wanted
from gateway.stores import open_store
from gateway.stores.base import Counts, Store
from gateway.stores.postgres import removal
from gateway.stores.postgres.locks import key
from tests.stores.nouns import PATIENCE, creating, file, made_from, mms_ids, names, oclc, put, record
from tests.stores.postgres_server import SHARED, somebody_waits_for_a_lock

MANY = 60
"""Exports at once, after which a gateway has leased more ordinals than it has used."""


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


@pytest.fixture
async def gateways(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two gateways that serve it."""
    async with open_store(url) as one, open_store(url) as other:
        yield one, other


@contextmanager
def another_holds(of: int, how: str = "pg_advisory_xact_lock") -> Iterator[None]:
    """Hold a lock, as another gateway does."""
    with psycopg.connect(SHARED.server().url(SHARED.database)) as other:
        other.execute(f"SELECT {how}(%s)".encode(), (of,))
        yield


async def waited_for() -> None:
    """Until somebody waits for a lock."""
    with trio.fail_after(PATIENCE):
        while not await somebody_waits_for_a_lock():
            pass


async def create(store: Store, drawn: list[int], times: int = MANY) -> None:
    """Export so many titles at once, and take down the ordinals they have drawn."""

    async def export() -> None:
        drawn.append(await store.transact("xyz", creating(""), seconds=PATIENCE))

    async with trio.open_nursery() as nursery:
        for _ in range(times):
            nursery.start_soon(export)


class TestOrdinals:
    async def test_that_another_gateway_leased_before_are_not_drawn_after(self, gateways: tuple[Store, Store]) -> None:
        one, other = gateways
        for store in gateways:
            for _ in range(3):
                await create(store, [])
        await one.reset("xyz")
        drawn: list[int] = []
        for store in (other, one, other, one):
            await create(store, drawn)
        assert min(drawn[:MANY]) == 1
        assert len({*drawn}) == len(drawn) == 4 * MANY
        assert mms_ids(await one.records("xyz", limit=1_000)) == [made_from(ordinal) for ordinal in sorted(drawn)]

    async def test_leave_no_gap_though_exports_go_on_while_the_zone_is_reset(
        self, gateways: tuple[Store, Store]
    ) -> None:
        one, other = gateways
        async with trio.open_nursery() as nursery:
            nursery.start_soon(create, one, [])
            for _ in range(4):
                await other.reset("xyz")
        held = mms_ids(await one.records("xyz", limit=1_000))
        assert held == [made_from(ordinal) for ordinal in range(1, len(held) + 1)]
        assert (await one.counts()).get("xyz", Counts()).ordinal == len(held)

    async def test_are_counted_as_they_are_whoever_has_leased(self, gateways: tuple[Store, Store]) -> None:
        one, other = gateways
        await create(one, [])
        await create(one, [])
        await other.reset("xyz")
        assert await one.counts() == await other.counts() == {}
        await other.transact("xyz", creating("a"), seconds=PATIENCE)
        assert await one.counts() == await other.counts() == {"xyz": Counts(1, 1, 1, 1)}

    async def test_are_not_given_back_to_a_zone_that_was_reset(self, url: str) -> None:
        async with open_store(url) as one:
            async with open_store(url) as other:
                await create(other, [])
                await create(other, [], times=2)
                await one.reset("xyz")
                await create(one, [], times=3)
            assert await one.transact("xyz", creating(""), seconds=PATIENCE) == 4


class TestSerialOrder:
    @pytest.mark.usefixtures("locks_waited_for")
    async def test_reset_waits_for_an_import_that_has_begun(self, gateways: tuple[Store, Store]) -> None:
        """Else the import's version would be there in the end."""
        one, other = gateways
        await put(one, record("A", oclc("1")))
        async with trio.open_nursery() as nursery:
            with another_holds(key("xyz", "record", "A")):
                nursery.start_soon(put, one, record("A", oclc("1"), version=2))
                await waited_for()
                nursery.start_soon(other.reset, "xyz")
                assert await one.records("xyz") != []
        assert await one.records("xyz") == []
        assert await one.counts() == {}

    async def test_import_waits_for_a_reset_that_has_begun(self, gateways: tuple[Store, Store]) -> None:
        one, _ = gateways
        async with trio.open_nursery() as nursery:
            with another_holds(key("xyz", "import", "")):
                nursery.start_soon(file, one, "a")
                await waited_for()
                await file(one, "b", zone="network")
                assert names(await one.attempts()) == ["b"]
        assert names(await one.attempts()) == ["a", "b"]

    async def test_zone_that_is_not_had_in_time_stays_as_it_is(
        self, gateways: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(removal, "WAIT_SECONDS", 1)
        one, _ = gateways
        await put(one, record("A"))
        with (
            another_holds(key("xyz", "import", ""), "pg_advisory_xact_lock_shared"),
            pytest.raises(StoreError, match=r"^the store could not write: .*lock timeout"),
        ):
            await one.reset("xyz")
        assert mms_ids(await one.records("xyz")) == ["A"]


async def test_attempts_of_a_gateway_that_kept_no_words_are_found(url: str) -> None:
    async with open_store(url) as store:
        await file(store, "a", "b")
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("UPDATE attempt SET words = ''")
        assert names(await store.attempts(wanted=Wanted(mms="A", anywhere=("carli",)))) == ["b", "a"]
        assert await store.attempts(wanted=Wanted(mms="B")) == []
