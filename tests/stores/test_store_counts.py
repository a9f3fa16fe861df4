"""What every store promises to those who look through all of it: counts, the index itself, deliveries that stay."""

import math

import pytest

from gateway.model import Delivery, Identifier
from gateway.stores.base import PAGE_ROWS, Counts, Indexed, Store, Transaction
from tests.stores.nouns import (
    PATIENCE,
    cancelled,
    creating,
    file,
    link,
    made_from,
    oclc,
    pend,
    put,
    receipt,
    record,
    submission,
)


async def entries(store: Store, zone: str = "xyz", limit: int = PAGE_ROWS) -> list[Indexed]:
    """The whole index of a zone, page by page."""
    found: list[Indexed] = []
    while page := await store.indexed(zone, after=found[-1] if found else None, limit=limit):
        assert len(page) <= limit
        found += page
    return found


class TestCounts:
    async def test_of_an_empty_store_are_none(self, store: Store) -> None:
        assert await store.counts() == {}

    async def test_are_of_records_versions_attempts_and_ordinals(self, store: Store) -> None:
        for _ in range(3):
            await store.transact("xyz", creating(""), seconds=PATIENCE)
        await put(store, record(made_from(1), version=2), record(made_from(1), version=3))
        await put(store, record("A"), zone="network")
        await file(store, "a", "b", zone="@i-share-xyz")
        assert await store.counts() == {
            "xyz": Counts(records=3, versions=5, attempts=3, ordinal=3),
            "network": Counts(records=1, versions=1, attempts=0, ordinal=0),
            "@i-share-xyz": Counts(records=0, versions=0, attempts=2, ordinal=0),
        }

    async def test_leave_out_what_came_to_nothing(self, store: Store) -> None:
        await store.transact("xyz", lambda transaction: transaction.get("A"), seconds=PATIENCE)
        assert await store.counts() == {}

    async def test_count_an_amended_version_once(self, store: Store) -> None:
        await put(store, record("A"))
        await put(store, record("A", title="Amended"))
        assert (await store.counts())["xyz"] == Counts(records=1, versions=1)

    async def test_count_ordinals_of_which_no_record_was_made(self, store: Store) -> None:
        await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE)
        assert await store.counts() == {"xyz": Counts(ordinal=1)}


class TestIndexed:
    async def test_of_an_empty_zone_is_nothing(self, store: Store) -> None:
        await put(store, record("A"))
        assert await store.indexed("xyz") == []
        assert await store.indexed("network") == []

    async def test_has_each_record_under_all_that_it_bears_now(self, store: Store) -> None:
        await put(store, record("A", oclc("1", "2") | cancelled("1")), record("B", oclc("1")))
        await put(store, record("B", oclc("3"), version=2))
        await put(store, record("A", oclc("4")), zone="network")
        found = await entries(store)
        assert sorted(found) == [
            *(Indexed(identifier, "A") for identifier in sorted(oclc("1", "2"))),
            Indexed(Identifier("oclc", "3"), "B"),
            Indexed(Identifier("oclc_cancelled", "1"), "A"),
        ]

    @pytest.mark.parametrize("limit", [1, 2, 7, 1000])
    async def test_comes_whole_however_it_is_paged(self, store: Store, limit: int) -> None:
        kept = [record(f"{number:02}", oclc("7", f"{number}") | cancelled(f"{number % 3}")) for number in range(20)]
        await put(store, *kept)
        found = await entries(store, limit=limit)
        borne = {Indexed(identifier, one.mms_id) for one in kept for identifier in one.identifiers}
        assert len(found) == len(borne)
        assert {*found} == borne
        assert found == await entries(store)

    async def test_page_has_so_many_unless_told(self, store: Store) -> None:
        await put(store, record("A", oclc(*(f"{number}" for number in range(1, PAGE_ROWS + 2)))))
        assert len(await store.indexed("xyz")) == PAGE_ROWS

    async def test_takes_any_text(self, store: Store) -> None:
        texts = ["", "\0", "a\0b", "Ω 漢字 🌊", "%", "'; --", "A", "a", "\uffff", "\U0010ffff"]
        await put(store, record("A", (Identifier("system", text) for text in texts)))
        found = await entries(store, limit=1)
        assert sorted(entry.identifier.value for entry in found) == sorted(texts)


class TestNoteInAPlan:
    @pytest.fixture
    async def filed(self, store: Store) -> Store:
        """A store that keeps an attempt."""
        await file(store, "a")
        return store

    async def test_is_there_when_the_plan_is_done(self, filed: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.file(submission("b"), receipt())
            transaction.note(Delivery("b", 0.5, delivered=False))
            transaction.note(Delivery("a", 1.25, delivered=True))

        await filed.transact("xyz", plan, seconds=PATIENCE)
        newest, first = await filed.attempts()
        assert (newest.submission.id, newest.seconds, newest.delivered) == ("b", 0.5, False)
        assert (first.submission.id, first.seconds, first.delivered) == ("a", 1.25, True)

    async def test_before_it_is_filed_does_the_same(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.note(Delivery("a", 0.5, delivered=True))
            transaction.file(submission("a"), receipt())

        await store.transact("xyz", plan, seconds=PATIENCE)
        (attempt,) = await store.attempts()
        assert (attempt.seconds, attempt.delivered) == (0.5, True)

    async def test_of_an_attempt_that_is_not_kept_does_nothing(self, filed: Store) -> None:
        await filed.transact("xyz", lambda t: t.note(Delivery("b", 1.0, delivered=True)), seconds=PATIENCE)
        (attempt,) = await filed.attempts()
        assert (attempt.seconds, attempt.delivered) == (None, None)

    async def test_of_a_plan_that_fails_is_not_kept(self, filed: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.note(Delivery("a", 1.0, delivered=True))
            raise ArithmeticError

        with pytest.raises(ArithmeticError):
            await filed.transact("xyz", plan, seconds=PATIENCE)
        (attempt,) = await filed.attempts()
        assert attempt.seconds is None

    @pytest.mark.parametrize("seconds", [0.0, 0.1, 1 / 3, math.pi * 1e-7, 123456.78901234567, 2**-40])
    async def test_keeps_the_time_to_its_last_digit(self, filed: Store, seconds: float) -> None:
        await filed.transact("xyz", lambda t: t.note(Delivery("a", seconds, delivered=True)), seconds=PATIENCE)
        (attempt,) = await filed.attempts()
        assert attempt.seconds == seconds


async def test_links_count_as_nothing(store: Store) -> None:
    await pend(store, link("a"))
    assert await store.counts() == {}
