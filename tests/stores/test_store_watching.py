"""What every store promises to those who watch several zones: all attempts, once each, in the order of their zone."""

from collections.abc import Iterable

import trio

from gateway.model import Attempt
from gateway.stores.base import PAGE_ROWS, Store
from tests.stores.nouns import file, names


def moved(marks: dict[str, int], seen: Iterable[Attempt]) -> dict[str, int]:
    """The marks behind what has been seen."""
    return marks | {attempt.receipt.zone: attempt.seq for attempt in seen}


class TestNewer:
    async def test_is_what_lies_behind_each_zone_s_mark(self, store: Store) -> None:
        for number in range(4):
            for zone in ("xyz", "network", "@h"):
                await file(store, f"{zone} {number}", zone=zone)
        seq = {attempt.submission.id: attempt.seq for attempt in await store.attempts()}
        marks = {"xyz": seq["xyz 2"], "network": seq["network 1"]}
        assert names(await store.newer(marks)) == ["network 2", "xyz 3", "network 3"]
        assert names(await store.newer({"@h": 0})) == ["@h 0", "@h 1", "@h 2", "@h 3"]
        assert await store.newer({"@h": 0}, limit=1) == [await store.attempt(seq["@h 0"])]

    async def test_is_nothing_where_nothing_has_come(self, store: Store) -> None:
        assert await store.newer({}) == []
        assert await store.newer({"xyz": 0, "abc": 0}) == []
        await file(store, "a", "b")
        (newest, _) = await store.attempts()
        marks = {"xyz": newest.seq} | {f"t{number}": 0 for number in range(500)}
        assert await store.newer(marks) == []
        assert await store.newer({"xyz": newest.seq + 1_000}) == []
        assert await store.newer({"XYZ": 0, "": 0}) == []

    async def test_asked_again_comes_to_the_end(self, store: Store) -> None:
        for number in range(9):
            await file(store, f"{number}", f"{number}'", zone=("xyz", "network", "abc")[number % 3])
        marks = {"xyz": 0, "network": 0}
        seen: list[Attempt] = []
        while page := await store.newer(marks, limit=3):
            assert len(page) <= 3
            assert [attempt.seq for attempt in page] == sorted(attempt.seq for attempt in page)
            seen += page
            marks = moved(marks, page)
        meant = [attempt for attempt in await store.attempts() if attempt.receipt.zone in marks]
        assert seen == meant[::-1]

    async def test_has_so_many_unless_told(self, store: Store) -> None:
        await file(store, *(f"{number}" for number in range(PAGE_ROWS + 1)))
        assert len(await store.newer({"xyz": 0})) == PAGE_ROWS
        assert len(await store.newer({"xyz": 0}, limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1

    async def test_goes_on_behind_what_was_forgotten(self, store: Store) -> None:
        await file(store, "a", "b", "c")
        first, second, _ = await store.newer({"xyz": 0})
        await store.remove_attempt(second.seq)
        assert names(await store.newer({"xyz": first.seq})) == ["c"]
        await store.reset("xyz")
        assert await store.newer({"xyz": first.seq}) == []
        await file(store, "d")
        assert names(await store.newer({"xyz": first.seq})) == ["d"]

    async def test_misses_nothing_that_is_filed_at_once(self, store: Store) -> None:
        zones = ("xyz", "network", "abc")
        every = {f"{zone} {number}" for zone in zones for number in range(40)}
        seen: list[Attempt] = []

        async def export(zone: str) -> None:
            for number in range(40):
                await file(store, f"{zone} {number}", zone=zone)

        async def watch() -> None:
            marks = dict.fromkeys(zones, 0)
            while len(seen) < len(every):
                page = await store.newer(marks, limit=7)
                seen.extend(page)
                marks = moved(marks, page)

        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch)
                for zone in zones:
                    nursery.start_soon(export, zone)
        assert sorted(names(seen)) == sorted(every)
        for zone in zones:
            own = [attempt.submission.id for attempt in seen if attempt.receipt.zone == zone]
            assert own == [f"{zone} {number}" for number in range(40)]
