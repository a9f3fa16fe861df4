"""A small library that lends: its shelves, its patrons, and a day that tests move on."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import argon2
import pytest
from msgspec.structs import replace

from gateway.circulation.entries import usual_status
from gateway.circulation.lending import Lender, Policies, Refused, RequestWanted
from gateway.importer.mms import mms_id
from gateway.model import Item, LoanPolicy, Patron, ProcessType, Request
from gateway.stores import open_store
from gateway.stores.base import Stacks, Store
from tests.stores.nouns import holding, item, library, put, record, shelving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAST_KIB = 8
"""The least that argon2 computes with: the tests' PINs are no secrets."""
POLICIES = Policies(
    loan_days=28,
    renewals=2,
    recall_days=7,
    rules=(
        LoanPolicy(items=("Reference",), lent=False),
        LoanPolicy(items=("Reserve",), groups=("faculty",), days=14, renewals=1),
        LoanPolicy(items=("Reserve",), groups=("visitor",), lent=False),
        LoanPolicy(items=("Reserve",), days=0, renewals=0),
    ),
)
PIN = "4711"
PATRONS = (
    Patron(zone="xyz", barcode="jane", name="Doe, Jane", group="undergrad"),
    Patron(zone="xyz", barcode="max", name="Roe, Max", group="faculty", expires_at=NOON + timedelta(days=365)),
    Patron(zone="xyz", barcode="partner", name="Other Library", group="ill"),
    Patron(zone="xyz", barcode="visitor", name="Moe, Kim", group="visitor"),
    Patron(zone="xyz", barcode="blocked", name="Poe, Ann", blocks=("owes 12.00",)),
    Patron(zone="xyz", barcode="expired", name="Loe, Jim", expires_at=NOON),
)
SHELVES = (
    library(),
    *(holding("1"), item("11", "1"), item("12", "1"), item("13", "1", policy="Reserve")),
    *(holding("3", "B"), item("31", "3", "B")),
    *(holding("4", "C"), item("41", "4", "C", policy="Reference")),
)
"""Of the records A, B and C; D has nothing."""


def hash_of(pin: str) -> str:
    """Its argon2id hash, made quickly."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=LEAST_KIB, parallelism=1).hash(pin)


def lender(store: Store, *, now: datetime = NOON) -> Lender:
    """One whose day is always the same."""
    return Lender(
        store,
        POLICIES,
        new_mms_id=lambda _, ordinal: mms_id(ordinal, "5867"),
        clock=lambda: now,
        wrong_pin_seconds=0,
    )


async def fill(store: Store) -> None:
    """Keep records, shelves and patrons."""
    await put(store, *(record(name) for name in "ABCD"))

    def plan(stacks: Stacks) -> None:
        shelving(*SHELVES)(stacks)
        for patron in PATRONS:
            stacks.put_patron(patron)

    await store.rearrange("xyz", plan)


async def refused(asked: Awaitable[object]) -> str:
    """Why it is not done: kind, element and value."""
    with pytest.raises(Refused) as caught:
        await asked
    return f"{caught.value.kind} {caught.value.element} {caught.value.value}".strip()


def day(moment: datetime) -> str:
    """Such as `30 Mar 23:59`; tests stay within a year."""
    return f"{moment:%-d %b %H:%M}"


def seen(item: Item) -> str:
    """What an item says of itself."""
    said = [item.process_type, item.base_status, f"until {day(item.due_at)}" if item.due_at else None]
    return " ".join(filter(None, said))


class Counter:
    """What a test does there, and what it sees. The zone is `xyz`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON
        self.lender = Lender(
            store,
            POLICIES,
            new_mms_id=lambda _, ordinal: mms_id(ordinal, "5867"),
            clock=lambda: self.now,
            wrong_pin_seconds=0,
        )

    def later(self, *, days: int = 0, seconds: int = 1) -> None:
        """Let time pass."""
        self.now += timedelta(days=days, seconds=seconds)

    async def wants(self, mms_id: str = "", *, item: str = "", patron: str = "jane", id_: str = "") -> Request:
        """A request, a second after whatever was before."""
        self.later()
        wanted = RequestWanted(mms_id=mms_id, item=item, patron=patron, external_id=id_)
        return await self.lender.request("xyz", wanted)

    async def out(self, item: str = "", patron: str = "", *, request: str = "", due_at: datetime | None = None) -> str:
        """Who has it until when, after it was lent."""
        loan = await self.lender.check_out("xyz", item=item, patron=patron, request=request, due_at=due_at)
        return f"{loan.item} to {loan.patron or loan.external_id} until {day(loan.due_at)}"

    async def back(self, item: str) -> str:
        """Where it goes, after it was taken back."""
        checked = await self.lender.check_in("xyz", item=item)
        assert (await self.store.item("xyz", item)) == (None if checked.gone else checked.item)
        if checked.gone:
            return "gone"
        return f"for {checked.waits.patron}" if checked.waits else "to its place"

    async def renewed(self, item: str, patron: str = "", *, due_at: datetime | None = None) -> str:
        """Until when he has it then, and for the how manieth time."""
        loan = await self.lender.renew("xyz", item=item, patron=patron, due_at=due_at)
        return f"until {day(loan.due_at)}, {loan.renewals}"

    async def looks(self, barcode: str) -> str:
        """What the item says of itself."""
        found = await self.store.item("xyz", barcode)
        assert found is not None
        return seen(found)

    async def becomes(self, barcode: str, process: ProcessType | None) -> None:
        """Let somebody change the item by hand."""
        found = await self.store.item("xyz", barcode)
        assert found is not None
        changed = replace(found, process_type=process, base_status=usual_status(process))
        await self.store.rearrange("xyz", shelving(changed))

    async def waiting(self, mms_id: str) -> list[str]:
        """Who waits for what of a record."""
        _, requests = await self.store.lent_of("xyz", mms_id)
        return [f"{one.patron or one.external_id}: {one.item or 'any'}" for one in requests]


@asynccontextmanager
async def open_counter() -> AsyncIterator[Counter]:
    """With a store in memory."""
    async with open_store("memory:") as store:
        await fill(store)
        yield Counter(store)
