"""What the PostgreSQL store does with holdings when it loses its server, and who waits for whom."""

from collections.abc import AsyncIterator, Callable

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import OutcomeUnknown
from gateway.stores import open_store
from gateway.stores.base import Stacks, Store
from tests.stores.cable import Cable, Fault, cable_to
from tests.stores.nouns import PATIENCE, creating, exchange, holding, item, library, put, record, shelving, soon
from tests.stores.postgres_server import SHARED

COMMIT = b"COMMIT\0"


@pytest.fixture
async def cable() -> AsyncIterator[Cable]:
    """A cable to the server that the tests share."""
    async with cable_to(SHARED.server()) as cable:
        yield cable


@pytest.fixture
async def far(cable: Cable) -> AsyncIterator[Store]:
    """A store by way of the cable, with an item."""
    async with open_store(cable.url(SHARED.new_url())) as store:
        await put(store, record("A"))
        await store.rearrange("xyz", shelving(library(), holding("1"), item("11", "1")))
        yield store


def counting(ran: list[str]) -> Callable[[Stacks], int]:
    """A plan that adds one to the item's copy ID, and notes each run."""

    def plan(stacks: Stacks) -> int:
        ran.append("ran")
        present = stacks.item("11")
        assert present is not None
        number = int(present.copy_id or 0) + 1
        stacks.put_item(replace(present, copy_id=f"{number}"))
        return number

    return plan


async def copy_id(store: Store) -> str:
    """What the item has there."""
    found = await store.item("xyz", "11")
    assert found is not None
    return found.copy_id


class TestCutOff:
    async def test_before_the_plan_has_ended_it_is_run_again(self, cable: Cable, far: Store) -> None:
        ran: list[str] = []
        cable.break_at(b"INSERT INTO item", Fault.LOST)
        assert await far.rearrange("xyz", counting(ran)) == 1
        assert cable.broke.is_set()
        assert len(ran) == 2
        assert await copy_id(far) == "1"

    @pytest.mark.parametrize(("fault", "kept"), [(Fault.LOST, ""), (Fault.ANSWER_LOST, "1")])
    async def test_while_it_commits_it_is_not(self, cable: Cable, far: Store, fault: Fault, kept: str) -> None:
        ran: list[str] = []
        cable.break_at(COMMIT, fault)
        with pytest.raises(OutcomeUnknown, match="was lost while it committed; it may have happened"):
            await far.rearrange("xyz", counting(ran))
        assert cable.broke.is_set()
        assert len(ran) == 1
        assert await copy_id(far) == kept
        assert await far.rearrange("xyz", counting(ran)) == int(kept or 0) + 1


async def test_exchange_is_kept_over_another_connection(cable: Cable, far: Store) -> None:
    cable.break_at(b"INSERT INTO exchange", Fault.LOST)
    far.note_exchange(exchange("CheckOutItem"))

    async def kept() -> bool:
        return [one.service for one in await far.exchanges()] == ["CheckOutItem"]

    with trio.fail_after(PATIENCE):
        await cable.broke.wait()
    await soon(kept)


async def test_exports_do_not_wait_for_it() -> None:
    async with open_store(SHARED.new_url()) as store:
        await put(store, record("A"))
        begun, ended = trio.Event(), trio.Event()

        def plan(stacks: Stacks) -> None:
            stacks.put_holding(holding("1"))
            trio.from_thread.run_sync(begun.set)
            trio.from_thread.run(ended.wait)

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(store.rearrange, "xyz", plan)
                await begun.wait()
                assert await store.transact("xyz", creating("a"), seconds=PATIENCE) == 1
                assert await store.holding("xyz", "1") is None
                ended.set()
        assert await store.holding("xyz", "1") == holding("1")
