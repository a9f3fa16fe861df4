"""Whatever keeps the shelves: of those who want one item at once, one gets it, and what has gone leaves nothing."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import pytest
import trio

from gateway.circulation.lending import Arrived, Refused, RequestWanted
from gateway.stores.base import Store
from tests.circulation.counter import Counter, fill

RIVALS = 8
"""Who want the same at once."""
MMS_ID = "9910000000015867"
"""Of the first record that comes."""


@pytest.fixture
async def counter(store: Store) -> Counter:
    """The counter of a library in each store."""
    await fill(store)
    return Counter(store)


async def at_once(asked: Sequence[Callable[[], Awaitable[object]]]) -> list[str]:
    """What became of each: `done`, or why not."""
    ended: list[str] = []

    async def ask(one: Callable[[], Awaitable[object]]) -> None:
        try:
            await one()
        except Refused as refused:
            ended.append(refused.kind)
        else:
            ended.append("done")

    async with trio.open_nursery() as nursery:
        for one in asked:
            nursery.start_soon(ask, one)
    return sorted(ended)


async def test_item_is_lent_once(counter: Counter) -> None:
    asked = [partial(counter.out, "11", patron) for patron in ("jane", "max") for _ in range(RIVALS // 2)]
    assert await at_once(asked) == ["done"] + ["item-checked-out"] * (RIVALS - 1)
    loans, _ = await counter.store.lent_of("xyz", "A")
    assert [(loan.item, loan.patron in ("jane", "max")) for loan in loans] == [("11", True)]
    assert await counter.looks("11") == "LOAN not_in_place until 30 Mar 23:59"


async def test_item_comes_back_once(counter: Counter) -> None:
    await counter.out("31", "jane")
    await counter.wants("B", patron="max")
    assert await at_once([lambda: counter.back("31")] * RIVALS) == ["done"] + ["item-not-checked-out"] * (RIVALS - 1)
    assert await counter.waiting("B") == ["max: 31"]


async def test_request_is_made_once_and_has_its_item_alone(counter: Counter) -> None:
    same = RequestWanted(mms_id="A", external_id="RS-1")
    asked = [lambda: counter.lender.request("xyz", same)] * RIVALS
    assert await at_once(asked) == ["done"] + ["duplicate-request"] * (RIVALS - 1)
    others = [partial(counter.wants, "A", patron="", id_=f"RS-{number}") for number in range(2, 5)]
    assert await at_once(others) == ["done"] * 3
    assert sorted(one.partition(": ")[2] for one in await counter.waiting("A")) == ["11", "12", "13", "any"]


async def test_what_arrives_is_taken_in_once(counter: Counter) -> None:
    arrived = Arrived(patron="jane", item="RS-B1", external_id="RS-1", title="Tides")
    asked = [lambda: counter.lender.accept("xyz", arrived)] * RIVALS
    assert await at_once(asked) == ["done"] + ["duplicate-request"] * (RIVALS - 1)
    assert len(await counter.store.records("xyz")) == len("ABCD") + 1
    assert await counter.out(request="RS-1") == "RS-B1 to jane until 30 Mar 23:59"
    assert await counter.back("RS-B1") == "gone"
    assert [record.mms_id for record in await counter.store.records("xyz")] == [*"ABCD"]
    assert (await counter.store.loans("xyz"), await counter.store.requests("xyz")) == ([], [])


async def test_day_of_a_loan(counter: Counter) -> None:
    made = await counter.wants("B", patron="partner", id_="RS-1")
    assert await counter.looks("31") == "REQUESTED in_place"
    assert await counter.out(request="RS-1") == "31 to partner until 30 Mar 23:59"
    await counter.wants("B", patron="jane")
    await counter.lender.recall("xyz", item="31", wanted=None)
    assert await counter.looks("31") == "LOAN not_in_place until 9 Mar 23:59"
    assert await counter.back("31") == "for jane"
    assert await counter.out("31", "jane") == "31 to jane until 30 Mar 23:59"
    assert await counter.renewed("31") == "until 30 Mar 23:59, 1"
    assert await counter.back("31") == "to its place"
    assert await counter.store.lent_of("xyz", made.mms_id) == ([], [])
