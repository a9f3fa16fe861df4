"""What every store promises of pending links: they stay, under their network zone, until they are settled."""

import pytest

from gateway.stores.base import Store, Transaction
from tests.stores.nouns import PATIENCE, link, names, pend, record, settle


class TestPending:
    async def test_is_the_link_as_it_was_given(self, store: Store) -> None:
        given = link("a")
        await pend(store, given)
        assert await store.pending() == [given]

    async def test_comes_in_the_order_of_the_submissions_over_all_network_zones(self, store: Store) -> None:
        await pend(store, link("c"), link("a"))
        await pend(store, link("b", network="network-sandbox"), zone="network-sandbox")
        await pend(store, link("B"))
        assert names(await store.pending()) == ["B", "a", "b", "c"]
        assert [found.network for found in await store.pending()] == [
            "network",
            "network",
            "network-sandbox",
            "network",
        ]

    async def test_is_there_once_and_as_it_was_given_last(self, store: Store) -> None:
        await pend(store, link("a", mms_id="N"))
        await pend(store, link("a", mms_id="M"))
        assert [found.receipt.mms_id for found in await store.pending()] == ["M"]


class TestSettled:
    async def test_is_forgotten_and_the_others_are_not(self, store: Store) -> None:
        await pend(store, link("a"), link("b"), link("c"))
        await settle(store, "b")
        assert names(await store.pending()) == ["a", "c"]
        await settle(store, "a", "c")
        assert await store.pending() == []

    async def test_may_be_what_is_not_there(self, store: Store) -> None:
        await settle(store, "a")
        await pend(store, link("a"))
        await settle(store, "b", "A", "")
        assert names(await store.pending()) == ["a"]
        await settle(store, "a")
        await settle(store, "a")
        assert await store.pending() == []

    async def test_is_a_link_of_this_network_zone_alone(self, store: Store) -> None:
        await pend(store, link("a"))
        await pend(store, link("a", network="network-sandbox"), zone="network-sandbox")
        await settle(store, "a", zone="xyz")
        assert [found.network for found in await store.pending()] == ["network", "network-sandbox"]
        await settle(store, "a", zone="network")
        assert [found.network for found in await store.pending()] == ["network-sandbox"]

    async def test_may_be_pended_again(self, store: Store) -> None:
        await pend(store, link("a"))
        await settle(store, "a")
        await pend(store, link("a"))
        assert names(await store.pending()) == ["a"]


class TestWithinAPlan:
    async def test_last_word_counts(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.pend(link("a"))
            transaction.settle("a")
            transaction.settle("b")
            transaction.pend(link("b"))

        await pend(store, link("b", mms_id="before"))
        await store.transact("network", plan, seconds=PATIENCE)
        assert [(found.submission.id, found.receipt.mms_id) for found in await store.pending()] == [("b", "N")]

    async def test_that_raises_nothing_is_pending_or_settled(self, store: Store) -> None:
        def plan(transaction: Transaction) -> None:
            transaction.put(record("N"))
            transaction.pend(link("a"))
            transaction.settle("b")
            raise ZeroDivisionError

        await pend(store, link("b"))
        with pytest.raises(ZeroDivisionError):
            await store.transact("network", plan, seconds=PATIENCE)
        assert names(await store.pending()) == ["b"]
