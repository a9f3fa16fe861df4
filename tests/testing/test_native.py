"""The fixture under trio: what it asks is awaited, and other tasks of the test go on meanwhile."""

from datetime import UTC, datetime
from functools import partial

import pytest
import trio

from gateway.testing import faults, replies
from gateway.testing.native import TrioGateway
from tests.server.running import record
from tests.testing.sending import PATIENCE, exported

SAMPLE = record(1234567, "A notebook of rivers")
FIRST = "9910000000015867"


async def test_waits_beside_the_task_that_exports(connexion_gateway_trio: TrioGateway) -> None:
    gateway = connexion_gateway_trio
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, partial(exported, gateway, SAMPLE))
        attempt = await gateway.wait_for(oclc=1234567, timeout=PATIENCE)
    assert (attempt.outcome, attempt.record, attempt.delivered) == ("created", SAMPLE, True)
    assert attempt.stored == await gateway.store.record(FIRST)
    await gateway.assert_nothing_else()


async def test_has_the_methods_of_the_other(connexion_gateway_trio: TrioGateway) -> None:
    gateway, at = connexion_gateway_trio, datetime(2031, 3, 1, tzinfo=UTC)
    assert await gateway.put(SAMPLE) == FIRST
    await gateway.flag(FIRST, locked=True)
    await gateway.freeze(at)
    await gateway.script(replies.text("Later"), may_be_left=True)
    await gateway.connections(faults.served())
    assert await trio.to_thread.run_sync(exported, gateway, SAMPLE) == b"Later\0"
    [attempt] = await gateway.attempts()
    assert (attempt.reason, attempt.at) == ("locked", at)
    assert [held.mms_id for held in await gateway.store.find(oclc="1234567")] == [FIRST]
    await gateway.unfreeze()
    await gateway.reset()
    assert await gateway.store.records() == []


async def test_a_wait_can_be_cancelled(connexion_gateway_trio: TrioGateway) -> None:
    with trio.move_on_after(0.01) as scope:
        await connexion_gateway_trio.wait_for(timeout=1.0)
    assert scope.cancelled_caught


async def test_a_wait_in_vain_is_told(connexion_gateway_trio: TrioGateway) -> None:
    with pytest.raises(AssertionError, match="no client has sent a record to"):
        await connexion_gateway_trio.wait_for(timeout=0.01)
