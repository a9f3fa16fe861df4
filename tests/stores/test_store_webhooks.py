"""What every store promises of webhooks."""

from datetime import timedelta

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Outcome, Webhook
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import NOON, PATIENCE, creating, file, made_zone, names, webhook

RIVALS = 20
"""Who swap at once."""


async def kept(store: Store, *webhooks: Webhook) -> None:
    """Keep webhooks where none are."""
    for one in webhooks:
        assert await store.swap_webhook(None, one)


async def swap_at_once(stores: tuple[Store, ...], old: Webhook | None, rivals: list[Webhook]) -> list[Webhook]:
    """Let the rivals take the place of `old`, one store after the other; those that were told that they have it."""
    won: list[Webhook] = []

    async def swap(store: Store, rival: Webhook) -> None:
        if await store.swap_webhook(old, rival):
            won.append(rival)

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            for number, rival in enumerate(rivals):
                nursery.start_soon(swap, stores[number % len(stores)], rival)
    return won


class TestKept:
    async def test_are_none_at_first(self, store: Store) -> None:
        assert await store.webhooks() == []

    async def test_are_as_they_were_made(self, store: Store) -> None:
        full = Webhook(
            zone="xyz",
            key="ci-1",
            url="http://127.0.0.1:9/söme\0where?a=%20",
            outcomes=tuple(Outcome),
            made_at=NOON + timedelta(microseconds=1),
            told=2**63 - 1,
            delivered=7,
            given_up=2,
            failures=3,
            next_at=NOON + timedelta(microseconds=2),
            fault="500 \U0001f600 ä",
            last_at=NOON + timedelta(microseconds=3),
            sender="one",
            sending_until=NOON + timedelta(microseconds=4),
        )
        none = replace(webhook("ci-2"), outcomes=())
        await kept(store, full, none)
        assert await store.webhooks() == [full, none]

    async def test_come_by_rising_zone_and_key(self, store: Store) -> None:
        places = [("b", "a"), ("a", "b"), ("ä", "a"), ("a", "a"), ("B", "z"), ("a", "a-1"), ("a", "a1")]
        await kept(store, *(webhook(key, zone=zone) for zone, key in places))
        assert [(one.zone, one.key) for one in await store.webhooks()] == sorted(places)

    async def test_count_as_nothing(self, store: Store) -> None:
        await kept(store, webhook("ci"))
        assert await store.counts() == {}


class TestSwap:
    async def test_takes_the_place_of_what_is_there(self, store: Store) -> None:
        await kept(store, webhook("ci"), webhook("other"))
        assert await store.swap_webhook(webhook("ci"), webhook("ci", told=7))
        assert await store.swap_webhook(webhook("ci", told=7), webhook("ci", told=8))
        assert await store.webhooks() == [webhook("ci", told=8), webhook("other")]

    async def test_for_the_same_leaves_it(self, store: Store) -> None:
        await kept(store, webhook("ci"))
        assert await store.swap_webhook(webhook("ci"), webhook("ci"))
        assert await store.webhooks() == [webhook("ci")]

    async def test_is_refused_where_something_is_there_already(self, store: Store) -> None:
        await kept(store, webhook("ci"))
        assert not await store.swap_webhook(None, webhook("ci", told=7))
        assert not await store.swap_webhook(None, webhook("ci"))
        assert await store.webhooks() == [webhook("ci")]

    async def test_is_refused_where_something_else_is_there(self, store: Store) -> None:
        await kept(store, webhook("ci", told=7))
        for old in (webhook("ci"), webhook("ci", told=7, at=NOON + timedelta(microseconds=1))):
            assert not await store.swap_webhook(old, webhook("ci", told=8))
            assert not await store.swap_webhook(old, None)
        assert await store.webhooks() == [webhook("ci", told=7)]

    async def test_is_refused_where_nothing_is_there(self, store: Store) -> None:
        await kept(store, webhook("ci", zone="network"))
        assert not await store.swap_webhook(webhook("ci"), webhook("ci", told=7))
        assert not await store.swap_webhook(webhook("ci"), None)
        assert await store.webhooks() == [webhook("ci", zone="network")]

    async def test_for_none_forgets_it_and_it_can_be_made_anew(self, store: Store) -> None:
        await kept(store, webhook("ci"), webhook("other"))
        assert await store.swap_webhook(webhook("ci"), None)
        assert await store.webhooks() == [webhook("other")]
        assert not await store.swap_webhook(webhook("ci"), None)
        later = webhook("ci", at=NOON + timedelta(days=1))
        await kept(store, later)
        assert await store.webhooks() == [later, webhook("other")]

    @pytest.mark.parametrize(
        ("old", "new"),
        [(None, None), (webhook("ci"), webhook("ic")), (webhook("ci"), webhook("ci", zone="network"))],
        ids=["of nothing", "of another key", "of another zone"],
    )
    async def test_is_of_one_place(self, store: Store, old: Webhook | None, new: Webhook | None) -> None:
        await kept(store, webhook("ci"))
        with pytest.raises(ValueError, match="of the same zone and key"):
            await store.swap_webhook(old, new)
        assert await store.webhooks() == [webhook("ci")]


class TestSwapsAtOnce:
    async def test_one_makes_it(self, store: Store) -> None:
        (won,) = await swap_at_once((store,), None, [webhook("ci", told=told) for told in range(RIVALS)])
        assert await store.webhooks() == [won]

    async def test_one_takes_its_place(self, store: Store) -> None:
        await kept(store, webhook("ci"))
        rivals = [webhook("ci", told=told) for told in range(1, RIVALS)]
        (won,) = await swap_at_once((store,), webhook("ci"), rivals)
        assert await store.webhooks() == [won]

    async def test_of_several_places_are_all_made(self, store: Store) -> None:
        rivals = [webhook(f"{number:02}") for number in range(RIVALS)]
        await swap_at_once((store,), None, rivals)
        assert await store.webhooks() == rivals

    async def test_beside_exports_hold_up_none(self, store: Store) -> None:
        """Each goes on from what it has read, as one who delivers does."""
        await kept(store, webhook("ci"))

        async def tell() -> None:
            for told in range(RIVALS):
                assert await store.swap_webhook(webhook("ci", told=told), webhook("ci", told=told + 1))

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(tell)
                for number in range(RIVALS):
                    nursery.start_soon(lambda n=number: store.transact("xyz", creating(f"{n:02}"), seconds=PATIENCE))
        assert await store.webhooks() == [webhook("ci", told=RIVALS)]
        assert sorted(names(await store.attempts())) == [f"{number:02}" for number in range(RIVALS)]


class TestZone:
    async def test_reset_leaves_them(self, store: Store) -> None:
        await kept(store, webhook("ci", told=7))
        await file(store, "a")
        await store.reset("xyz")
        assert await store.webhooks() == [webhook("ci", told=7)]

    async def test_attempts_after_a_reset_are_behind_what_was_told(self, store: Store) -> None:
        await file(store, "a", "b")
        (newest, _) = await store.attempts()
        await store.reset("xyz")
        await file(store, "c")
        assert names(await store.newer({"xyz": newest.seq})) == ["c"]

    async def test_removed_takes_its_own_along(self, store: Store) -> None:
        for key in ("t1", "t2"):
            await store.keep_zone(made_zone(key))
        await kept(store, webhook("ci", zone="t1"), webhook("other", zone="t1"), webhook("ci", zone="t2"))
        assert await store.remove_zone("t1")
        assert await store.webhooks() == [webhook("ci", zone="t2")]
        assert not await store.swap_webhook(webhook("ci", zone="t1"), webhook("ci", zone="t1", told=7))

    async def test_that_was_not_made_at_run_time_keeps_them(self, store: Store) -> None:
        await kept(store, webhook("ci"))
        assert not await store.remove_zone("xyz")
        assert await store.webhooks() == [webhook("ci")]


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestBesideOthers:
    async def test_stay(self, url: str) -> None:
        async with open_store(url) as store:
            await kept(store, webhook("ci", at=NOON + timedelta(microseconds=1)))
            assert await store.swap_webhook(
                webhook("ci", at=NOON + timedelta(microseconds=1)),
                webhook("ci", at=NOON + timedelta(microseconds=1), told=7),
            )
        async with open_store(url, purpose="read") as store:
            assert await store.webhooks() == [webhook("ci", at=NOON + timedelta(microseconds=1), told=7)]

    async def test_a_gateway_and_a_command_that_swap_at_once_do_not_both_win(self, url: str, store: Store) -> None:
        async with open_store(url, purpose="change") as command:
            present: Webhook | None = None
            for told in range(0, 5 * RIVALS, RIVALS):
                rivals = [webhook("ci", told=told + number) for number in range(1, RIVALS)]
                (present,) = await swap_at_once((store, command), present, rivals)
                assert await store.webhooks() == await command.webhooks() == [present]

    async def test_who_only_reads_changes_nothing(self, url: str, store: Store) -> None:
        await kept(store, webhook("ci"))
        async with open_store(url, purpose="read") as reader:
            with pytest.raises(StoreError, match=r"^the store was opened to read, not to write$"):
                await reader.swap_webhook(webhook("ci"), None)
            assert await reader.webhooks() == [webhook("ci")]
