"""Every attempt that is asked for is delivered at least once, in order, by whichever gateway, whatever fails."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from gateway.model import Attempt, Outcome, Zone
from gateway.stores import open_store
from gateway.stores.base import KeptZone
from gateway.webhooks import rounds
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.signing import Root
from tests.desk.kept import keep
from tests.stores.conftest import KINDS
from tests.stores.postgres_server import SHARED
from tests.webhooks.delivering import QUICK, ROOT, Noticing, add, body, delivering, exported
from tests.webhooks.receiver import PATIENCE, Reply, receiving

ERROR = Reply(500)


@pytest.fixture(autouse=True)
def time_to_save(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is stopped has the time to say how far it has come, also where the disk is busy."""
    monkeypatch.setattr(rounds, "LAST_SAVE_SECONDS", PATIENCE)


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Noticing]:
    with trio.fail_after(PATIENCE):
        async with open_store(KINDS[request.param](tmp_path)) as store:
            yield Noticing(store)


async def test_attempts_are_delivered_in_their_order_and_signed(store: Noticing):
    async with receiving() as receiver:
        made = await add(store, receiver.url)
        seqs = await exported(store, "Rivers", "Tides")
        async with delivering(store) as deliverer:
            told = [await receiver.next() for _ in seqs]
            assert [one.content["seq"] for one in told] == seqs
            assert all(one.is_signed(deliverer.secret(made)) for one in told)
            found = await store.kept(lambda one: one.told == seqs[-1] and not one.sender)
        assert (found.delivered, found.given_up, found.fault, found.failing_since) == (2, 0, "", None)
        attempts = [await store.attempt(seq) for seq in seqs]
        assert [one.id for one in told] == [attempt.submission.id for attempt in attempts if attempt]


async def test_who_is_woken_is_told_at_once(store: Noticing):
    slow = QUICK._replace(poll=PATIENCE * 2, save=0.01)
    async with receiving() as receiver:
        await add(store, receiver.url)
        async with delivering(store, patience=slow) as deliverer:
            for title in ("Rivers", "Tides", "Harbors"):
                await exported(store, title)
                deliverer.wake()
                assert (await receiver.next()).content["title"] == title


async def test_export_to_a_zone_without_webhooks_wakes_nobody():
    async with open_store("memory:") as kept_in, receiving() as receiver:
        store = Noticing(kept_in)
        await add(store, receiver.url)
        async with delivering(store, patience=QUICK._replace(poll=PATIENCE * 2)) as deliverer:
            await wait_all_tasks_blocked()
            looks = store.looks
            deliverer.wake("abc")
            await wait_all_tasks_blocked()
            assert store.looks == looks
            deliverer.wake("xyz")
            await store.looked(1)


async def test_what_was_kept_by_another_process_is_found(store: Noticing):
    async with receiving() as receiver, delivering(store):
        await add(store, receiver.url)
        await exported(store, "Rivers")
        assert (await receiver.next()).content["title"] == "Rivers"


async def test_only_what_is_asked_for_is_delivered_and_the_rest_is_passed(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url, outcomes=(Outcome.REFUSED,))
        await keep(store, title="Rivers", outcome=Outcome.CREATED)
        await keep(store, title="Tides", outcome=Outcome.REFUSED)
        last = await keep(store, title="Harbors", outcome=Outcome.MERGED)
        async with delivering(store):
            found = await store.kept(lambda one: one.told == last)
        assert [one.content["title"] for one in receiver.told] == ["Tides"]
        assert found.delivered == 1


async def test_only_its_own_zone_is_told_of(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers", zone="abc")
        await exported(store, "Tides", zone="xyz")
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 1)
        assert [one.content["title"] for one in receiver.told] == ["Tides"]


async def test_what_came_before_is_not_told(store: Noticing):
    async with receiving() as receiver:
        [before] = await exported(store, "Rivers")
        await add(store, receiver.url, told=before)
        await exported(store, "Tides")
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 1)
        assert [one.content["title"] for one in receiver.told] == ["Tides"]


async def test_what_is_not_taken_is_sent_again_and_the_next_waits(store: Noticing):
    async with receiving(ERROR, ERROR) as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers", "Tides")
        with capture_logs() as logs:
            async with delivering(store):
                found = await store.kept(lambda one: one.delivered == 2 and not one.sender)
        assert [one.content["title"] for one in receiver.told] == ["Rivers", "Rivers", "Rivers", "Tides"]
        assert len({one.id for one in receiver.told[:3]}) == 1
        assert (found.failures, found.given_up, found.fault, found.next_at) == (0, 0, "", None)
        tries = [entry for entry in logs if entry["event"].startswith("webhooks.")]
        assert [entry["event"] for entry in tries] == ["webhooks.failed"] * 2 + ["webhooks.delivered"] * 2
        assert tries[0].items() > {"zone": "xyz", "webhook": "ci", "status": 500, "tries": 1}.items()
        assert "47110815" not in str(logs)


async def test_while_it_fails_it_says_so(store: Noticing):
    async with receiving(ERROR) as receiver:
        await add(store, receiver.url)
        [seq] = await exported(store, "Rivers")
        async with delivering(store, patience=QUICK._replace(back_off=(3600.0,))):
            found = await store.kept(lambda one: one.failures == 1)
        assert found.fault == "answered 500 Internal Server Error"
        assert (found.told, found.tried, found.sender, found.sending_until) == (0, seq, "", None)
        assert found.next_at
        assert timedelta(minutes=59) < found.next_at - datetime.now(UTC) <= timedelta(hours=1)
        assert found.failing_since == found.last_at


async def test_after_all_tries_it_is_given_up_and_the_next_is_sent(store: Noticing):
    async with receiving(*[ERROR] * 3) as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers", "Tides")
        with capture_logs() as logs:
            async with delivering(store):
                found = await store.kept(lambda one: one.delivered == 1)
        assert [one.content["title"] for one in receiver.told] == ["Rivers"] * 3 + ["Tides"]
        assert (found.given_up, found.failures, found.fault) == (1, 0, "")
        [given_up] = [entry for entry in logs if entry["event"] == "webhooks.given_up"]
        assert (given_up["tries"], given_up["log_level"]) == (3, "warning")


async def test_receiver_that_is_gone_is_told_nothing_any_more(store: Noticing):
    async with receiving(Reply(410)) as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers", "Tides")
        async with delivering(store):
            stopped = await store.kept(lambda one: one.stopped_at is not None)
            await add(store, receiver.url, key="next")
            await store.kept(lambda one: one.delivered == 2, key="next")
        assert stopped.told == 0
        assert [one.content["title"] for one in receiver.told] == ["Rivers", "Rivers", "Tides"]


async def test_slow_receiver_holds_up_nobody_else(store: Noticing):
    async with receiving() as slow, receiving() as quick:
        slow.silent = True
        await add(store, slow.url, key="a-slow")
        await add(store, quick.url, key="quick")
        await exported(store, "Rivers", "Tides")
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 2, key="quick")
            await slow.next()
        assert len(slow.told) == 1


async def test_goes_on_after_a_restart_where_it_was(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        async with delivering(store, patience=QUICK._replace(save=PATIENCE)) as deliverer:
            await exported(store, "Rivers")
            assert (await receiver.next()).content["title"] == "Rivers"
            receiver.silent = True
            await exported(store, "Tides")
            deliverer.wake()
            assert (await receiver.next()).content["title"] == "Tides"
        assert (await store.kept(lambda one: not one.sender)).delivered == 1
        receiver.silent = False
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 2)
        assert [one.content["title"] for one in receiver.told] == ["Rivers", "Tides", "Tides"]


async def test_what_was_not_confirmed_when_it_stopped_is_sent_again(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers")
        receiver.silent = True
        async with delivering(store):
            await receiver.next()
        receiver.silent = False
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 1)
        assert [one.content["title"] for one in receiver.told] == ["Rivers", "Rivers"]
        assert receiver.told[0].id == receiver.told[1].id


async def test_of_two_gateways_on_one_store_one_delivers(store: Noticing):
    async with receiving() as receiver:
        made = [(await add(store, receiver.url, key=f"ci-{number}")).key for number in range(5)]
        async with delivering(store), delivering(store):
            for number in range(10):
                await exported(store, f"Volume {number}")
            for key in made:
                await store.kept(lambda one: one.delivered == 10, key=key)
        assert len(receiver.told) == 50


async def test_gateways_that_share_a_database_share_the_work():
    url = SHARED.new_url()
    async with receiving() as receiver, open_store(url) as one, open_store(url) as other:
        store = Noticing(one)
        made = [(await add(store, receiver.url, key=f"ci-{number}")).key for number in range(5)]
        async with delivering(store) as deliverer, delivering(Noticing(other)):
            for number in range(10):
                await exported(store, f"Volume {number}")
                deliverer.wake("xyz")
            for key in made:
                await store.kept(lambda one: one.delivered == 10, key=key)
        assert len(receiver.told) == 10 * len(made)


async def test_what_another_gateway_holds_is_left_to_it_until_its_time_is_over(store: Noticing):
    async with receiving() as receiver:
        soon = datetime.now(UTC) + timedelta(seconds=0.5)
        held = await add(store, receiver.url, sender="another", sending_until=datetime.now(UTC) + timedelta(days=1))
        await add(store, receiver.url, key="next")
        await exported(store, "Rivers")
        async with delivering(store):
            await store.kept(lambda one: one.delivered == 1, key="next")
            assert (await store.kept(lambda one: True)).told == 0
            assert await store.swap_webhook(held, replace(held, sending_until=soon))
            await store.kept(lambda one: one.delivered == 1)
            assert datetime.now(UTC) >= soon


async def test_webhook_that_is_deleted_while_it_delivers_is_not_kept_again(store: Noticing):
    async with receiving() as receiver:
        receiver.silent = True
        await add(store, receiver.url)
        await exported(store, "Rivers", "Tides")
        async with delivering(store) as deliverer:
            await receiver.next()
            [current] = await store.webhooks()
            assert await store.swap_webhook(current, None)
            receiver.silent = False
            deliverer.wake()
            await add(store, receiver.url, key="next")
            await store.kept(lambda one: one.delivered == 2, key="next")
            assert [one.key for one in await store.webhooks()] == ["next"]
        assert len(receiver.told) == 3


async def test_zone_that_is_deleted_takes_its_webhooks_along(store: Noticing):
    zone = Zone("abc", "host", "institution", "01CARLI_ABC", "5900")
    async with receiving() as receiver:
        receiver.silent = True
        await store.keep_zone(KeptZone(zone, "hash", datetime.now(UTC)))
        await add(store, receiver.url, zone=zone.key)
        await exported(store, "Rivers", zone=zone.key)
        async with delivering(store):
            await receiver.next()
            await store.remove_zone(zone.key)
            assert await store.webhooks() == []
        assert await store.webhooks() == []


async def test_zone_that_is_emptied_is_told_of_further_on(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        async with delivering(store):
            await exported(store, "Rivers")
            await receiver.next()
            await store.reset("xyz")
            await exported(store, "Tides")
            assert (await receiver.next()).content["title"] == "Tides"


async def test_without_a_secret_nothing_is_sent_and_nothing_lost(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers")
        async with delivering(store, root=Root("")) as deliverer:
            assert not deliverer.signs
            await store.looked(2)
        assert receiver.told == []
        async with delivering(store):
            await receiver.next()


async def test_lives_through_a_store_that_fails(store: Noticing):
    async with receiving() as receiver:
        await add(store, receiver.url)
        await exported(store, "Rivers")
        store.fails = True
        with capture_logs() as logs:
            async with delivering(store):
                await store.looked(2)
                store.fails = False
                await receiver.next()
        assert [one["error"] for one in logs if one["event"] == "webhooks.not_read"] == ["the disk is gone"]


async def test_attempt_that_cannot_be_told_disturbs_no_other_webhook(store: Noticing):
    def mostly(attempt: Attempt) -> bytes:
        if attempt.receipt.zone == "xyz":
            raise RuntimeError("as it happens")
        return body(attempt)

    async with receiving() as receiver:
        await add(store, receiver.url)
        await add(store, receiver.url, zone="abc", key="next")
        await exported(store, "Rivers", zone="xyz")
        await exported(store, "Tides", zone="abc")
        with capture_logs() as logs:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(Deliverer(store, ROOT, "test", QUICK).run, mostly)
                await store.kept(lambda one: one.delivered == 1, key="next")
                while not (crashed := [one["webhook"] for one in logs if one["event"] == "webhooks.crashed"]):
                    await store.looked(1)
                nursery.cancel_scope.cancel()
        assert crashed == ["ci"]
