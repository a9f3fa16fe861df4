"""What every store promises of attempts: their order and numbers, notes on their replies, and how long they stay."""

from datetime import UTC, datetime, timedelta

import trio

from gateway.model import Attempt, Delivery
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Retention, Store, Transaction
from tests.stores.nouns import PATIENCE, file, filing, names, put, receipt, record, soon, submission


class TestAttempts:
    async def test_come_newest_first(self, store: Store) -> None:
        await file(store, "a", "b")
        await file(store, "c")
        assert names(await store.attempts()) == ["c", "b", "a"]

    async def test_are_filed_under_the_zone_of_the_receipt(self, store: Store) -> None:
        await store.transact("xyz", filing("a", zone="@i-share-xyz"), seconds=PATIENCE)
        await file(store, "b")
        assert names(await store.attempts(zone="@i-share-xyz")) == ["a"]
        assert names(await store.attempts(zone="xyz")) == ["b"]
        assert names(await store.attempts()) == ["b", "a"]
        assert await store.transact("@i-share-xyz", lambda t: (t.filed("a"), t.filed("b")), seconds=PATIENCE) == (
            True,
            False,
        )

    async def test_have_numbers_that_rise_within_their_zone(self, store: Store) -> None:
        for number in range(12):
            await file(store, f"{number}", f"{number}'", zone=("xyz", "network", "@h")[number % 3])
        for zone in ("xyz", "network", "@h"):
            kept = await store.attempts(zone=zone)
            numbers = [attempt.seq for attempt in reversed(kept)]
            assert len(kept) == 8
            assert numbers == sorted({*numbers})
        every = [attempt.seq for attempt in await store.attempts()]
        assert len({*every}) == 24

    async def test_are_had_by_their_number(self, store: Store) -> None:
        await file(store, "a", "b", "c")
        for kept in await store.attempts():
            assert await store.attempt(kept.seq) == kept
        assert await store.attempt(max(kept.seq for kept in await store.attempts()) + 1) is None
        assert await store.attempt(0) is None
        assert await store.attempt(-1) is None

    async def test_listing_goes_on_before_the_last_one(self, store: Store) -> None:
        await file(store, *"abcdefg")
        await file(store, *"ABC", zone="network")
        pages: list[list[str]] = []
        before = None
        for _ in range(3):
            page = await store.attempts(zone="xyz", before=before, limit=3)
            pages.append(names(page))
            before = page[-1].seq
        assert pages == [["g", "f", "e"], ["d", "c", "b"], ["a"]]
        assert await store.attempts(zone="xyz", before=before, limit=3) == []
        (newest,) = await store.attempts(limit=1)
        assert names([newest]) == ["C"]
        assert names(await store.attempts(before=newest.seq, limit=4)) == ["B", "A", "g", "f"]

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await file(store, *(f"{number}" for number in range(PAGE_ROWS + 1)))
        assert len(await store.attempts()) == PAGE_ROWS
        assert len(await store.attempts(limit=PAGE_ROWS + 5)) == PAGE_ROWS + 1


class TestFiled:
    @staticmethod
    async def filed(store: Store, *names: str) -> list[str]:
        """Those of these whose attempts are kept."""
        return await store.transact("xyz", lambda t: [name for name in names if t.filed(name)], seconds=PATIENCE)

    async def test_is_what_is_kept(self, store: Store) -> None:
        await file(store, "a", "b")
        assert await self.filed(store, "a", "b", "c", "A", "", "a b") == ["a", "b"]

    async def test_is_not_what_has_expired(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=1)) as store:
            await file(store, "a")
            await file(store, *(f"{number}" for number in range(300)))

            async def is_gone() -> bool:
                return await self.filed(store, "a", "299") == ["299"]

            await soon(is_gone)

    async def test_is_known_to_plans_that_run_at_once(self, store: Store) -> None:
        def plan(transaction: Transaction) -> bool:
            if transaction.filed("a"):
                return False
            transaction.file(submission("a"), receipt())
            return True

        answers: list[bool] = []

        async def export() -> None:
            answers.append(await store.transact("xyz", plan, seconds=PATIENCE))

        async with trio.open_nursery() as nursery:
            for _ in range(64):
                nursery.start_soon(export)
        assert sorted(answers) == [False] * 63 + [True]
        assert names(await store.attempts()) == ["a"]


class TestNotes:
    @staticmethod
    async def noted(store: Store, seq: int) -> Attempt:
        """The attempt as soon as something is noted of it."""
        with trio.fail_after(PATIENCE):
            while True:
                attempt = await store.attempt(seq)
                assert attempt is not None
                if attempt.delivered is not None:
                    return attempt

    async def test_arrive_soon(self, store: Store) -> None:
        await file(store, "a", "b")
        later, earlier = await store.attempts()
        assert (earlier.seconds, earlier.delivered) == (None, None)
        store.note(Delivery("a", 0.25, delivered=True))
        store.note(Delivery("b", 1.5, delivered=False))
        first, second = await self.noted(store, earlier.seq), await self.noted(store, later.seq)
        assert (first.seconds, first.delivered) == (0.25, True)
        assert (second.seconds, second.delivered) == (1.5, False)
        assert (first.submission, first.receipt) == (earlier.submission, earlier.receipt)

    async def test_of_nothing_known_disturb_nothing(self, store: Store) -> None:
        await file(store, "a")
        (kept,) = await store.attempts()
        store.note(Delivery("unknown", 0.25, delivered=True))
        store.note(Delivery("a", 0.5, delivered=True))
        assert (await self.noted(store, kept.seq)).seconds == 0.5
        assert names(await store.attempts()) == ["a"]

    async def test_of_an_attempt_that_stays_whole_do_not_touch_the_others(self, store: Store) -> None:
        await file(store, *"abc")
        newest, middle, oldest = await store.attempts()
        store.note(Delivery("b", 0.5, delivered=True))
        await self.noted(store, middle.seq)
        assert await store.attempt(newest.seq) == newest
        assert await store.attempt(oldest.seq) == oldest

    async def test_of_expired_attempts_disturb_nothing(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=1)) as store:
            for number in range(3):
                await file(store, *(f"{number}-{i}" for i in range(300)))
            store.note(Delivery("0-0", 0.25, delivered=True))
            store.note(Delivery("2-299", 0.5, delivered=True))
            (newest,) = await store.attempts(limit=1)
            assert (await self.noted(store, newest.seq)).seconds == 0.5


class TestRetention:
    async def test_keeps_the_newest_so_many_and_lets_the_oldest_go(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=10)) as store:
            for hundred in range(12):
                await file(store, *(f"{hundred:02}{number:02}" for number in range(100)), zone="ab"[hundred % 2])

            async def are_gone() -> bool:
                kept = names(await store.attempts(limit=2_000))
                assert kept[:10] == [f"11{number}" for number in range(99, 89, -1)]
                return min(kept) >= "0500"

            await soon(are_gone)

    async def test_keeps_the_young_and_lets_the_old_go(self, url: str) -> None:
        now = datetime.now(UTC)
        async with open_store(url, retention=Retention(age=timedelta(hours=1))) as store:
            await file(store, *(f"old {number}" for number in range(600)), at=now - timedelta(hours=2))
            await file(store, *(f"young {number}" for number in range(600)), at=now)

            async def are_gone() -> bool:
                kept = names(await store.attempts(limit=2_000))
                assert len([name for name in kept if name.startswith("young")]) == 600
                return len(kept) == 600

            await soon(are_gone)

    async def test_keeps_what_is_young_only_as_far_as_there_is_room(self, url: str) -> None:
        now = datetime.now(UTC)
        async with open_store(url, retention=Retention(keep=5, age=timedelta(hours=1))) as store:
            for batch in range(12):
                await file(store, *(f"{batch:02} {number:02}" for number in range(100)), at=now)

            async def are_gone() -> bool:
                kept = names(await store.attempts(limit=2_000))
                assert kept[:5] == [f"11 {number}" for number in range(99, 94, -1)]
                return len(kept) <= 600

            await soon(are_gone)

    async def test_numbers_of_expired_attempts_are_not_given_again(self, url: str) -> None:
        async with open_store(url, retention=Retention(keep=1)) as store:
            seen: list[int] = []
            for _ in range(6):
                await file(store, *("" for _ in range(200)))
                seen += [attempt.seq for attempt in await store.attempts(limit=200)][::-1]
            assert max(seen) >= 1_200

            async def are_gone() -> bool:
                return len(await store.attempts(limit=2_000)) <= 601

            await soon(are_gone)

    async def test_records_never_expire(self, url: str) -> None:
        old = datetime.now(UTC) - timedelta(days=9)
        async with open_store(url, retention=Retention(keep=1, age=timedelta(hours=1))) as store:
            await put(store, *(record(f"{number:04}") for number in range(600)))
            await put(store, record("0000", version=2))
            await file(store, *("" for _ in range(600)), at=old)
            assert len(await store.records("xyz", limit=1_000)) == 600
            assert len(await store.versions("xyz", "0000")) == 2
