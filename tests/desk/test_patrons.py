"""Patrons one by one: how they are made, changed, listed and forgotten."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio

from gateway.desk import passwords, patrons
from gateway.desk.patrons import PatronWanted, PatronWhole
from gateway.errors import Conflict, NotFound, Unfit
from gateway.model import Loan, Patron, Request, RequestKind
from gateway.stores import open_store
from gateway.stores.base import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOAN = Loan(zone="xyz", item="31", mms_id="A", patron="7", lent_at=NOON, due_at=NOON + timedelta(days=28))
REQUEST = Request(zone="xyz", id="1", kind=RequestKind.HOLD, mms_id="A", patron="7", made_at=NOON)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """A store in memory."""
    async with open_store("memory:") as store:
        yield store


async def put(store: Store, barcode: str = "7", **said: Any) -> PatronWhole:
    """Have a patron be so."""
    wanted = PatronWanted(**{"name": "Doe, Jane", **said})
    return await patrons.put(store, "xyz", barcode, wanted, trio.CapacityLimiter(1))


async def pin(store: Store) -> str:
    """What is kept of the PIN."""
    lent = await store.lent("xyz", "7")
    assert lent is not None
    return lent.patron.pin


async def test_is_made_and_changed_whole(store: Store) -> None:
    made = await put(store, group="staff", email="jane@example.org", expires_at=NOON, blocks=("Lost a key",))
    assert (made.patron.group, made.patron.expires_at, made.patron.blocks) == ("staff", NOON, ("Lost a key",))
    assert (made.loans, made.requests, made.patron.has_pin) == ((), (), False)
    changed = await put(store, name="Doe, J.")
    assert changed.patron == patrons.shown(Patron(zone="xyz", barcode="7", name="Doe, J."))
    assert await patrons.one(store, "xyz", "7") == changed


async def test_pin_stays_unless_it_is_said(store: Store) -> None:
    assert (await put(store, pin="4711")).patron.has_pin
    kept = await pin(store)
    assert passwords.opens(kept, "4711")
    await put(store, group="staff")
    assert await pin(store) == kept
    assert not (await put(store, pin="")).patron.has_pin
    await put(store, pin=kept)
    assert await pin(store) == kept
    assert "4711" not in repr(PatronWanted(name="J", pin="4711"))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"name": " "}, ("name", "is empty")),
        ({"barcode": " 7"}, ("barcode", "' 7' has spaces at its ends")),
        ({"pin": " 47"}, ("pin", "has spaces at its ends, which a message would lose")),
        ({"pin": "$argon2i$"}, ("pin", "is a damaged hash; make it anew with: gateway config hash-password")),
        ({"blocks": ("",)}, ("blocks.1", "is empty")),
        ({"expires_at": datetime(2026, 3, 1)}, ("expires_at", "has no time zone; write it as 2026-12-31T18:00:00Z")),
    ],
)
async def test_that_cannot_be_is_told_by_field(store: Store, said: dict[str, Any], fault: tuple[str, str]) -> None:
    with pytest.raises(Unfit) as caught:
        await put(store, **said)
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({}, True),
        ({"expires_at": NOON}, False),
        ({"expires_at": datetime.now(UTC) + timedelta(days=1)}, True),
        ({"blocks": ("Lost a key",)}, False),
    ],
)
async def test_may_borrow_without_blocks_until_the_time_is_over(store: Store, said: dict[str, Any], may: bool) -> None:
    assert (await put(store, **said)).patron.may_borrow is may


async def test_are_listed_a_page_at_a_time(store: Store) -> None:
    for barcode in ("7", "9", "8"):
        await put(store, barcode)
    first = await patrons.listed(store, "xyz", limit=2)
    assert [one.barcode for one in first.patrons] == ["7", "8"]
    assert first.after == "8"
    second = await patrons.listed(store, "xyz", after=first.after, limit=2)
    assert ([one.barcode for one in second.patrons], second.after) == (["9"], None)
    assert (await patrons.listed(store, "network")).patrons == ()


async def test_is_forgotten_when_nothing_is_lent_or_wanted(store: Store) -> None:
    await put(store)
    await store.rearrange("xyz", lambda stacks: (stacks.put_loan(LOAN), stacks.put_request(REQUEST)))
    whole = await patrons.one(store, "xyz", "7")
    assert (whole.loans, whole.requests) == ((LOAN,), (REQUEST,))
    with pytest.raises(Conflict, match="has 1 loans and 1 requests; check the items in and cancel the requests first"):
        await patrons.remove(store, "xyz", "7")
    await store.rearrange("xyz", lambda stacks: (stacks.remove_loan("31"), stacks.remove_request("1")))
    await patrons.remove(store, "xyz", "7")
    for gone in (patrons.one, patrons.remove):
        with pytest.raises(NotFound, match="zone xyz has no patron with the barcode '7'"):
            await gone(store, "xyz", "7")
