"""Patrons of zones: which there are, what each has and waits for, and what people change in them one by one.

A PIN goes in and never out; what is kept of it is its hash.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import trio
from msgspec import Struct
from msgspec.structs import replace

from gateway.circulation.patrons import patron_faults, pin_faults
from gateway.circulation.rules import in_utc
from gateway.desk import passwords
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.logon import HASH_PREFIX
from gateway.model import Loan, Patron, Request
from gateway.stores.base import PAGE_ROWS, Lent, Stacks, Store


class PatronShown(Struct, frozen=True, kw_only=True):
    """A patron, without the PIN."""

    zone: str
    barcode: str
    """Unique in the zone: what is scanned."""
    name: str
    """As people write it: `Doe, Jane`."""
    group: str
    """User group, such as `undergrad`: with the item's policy it decides for how long is lent."""
    email: str
    has_pin: bool
    """Whether one can authenticate by a PIN."""
    expires_at: datetime | None
    """Since when nothing is lent any more, UTC; null = never."""
    blocks: tuple[str, ...]
    """Why nothing is lent, in words for people; none = it is."""
    may_borrow: bool
    """Whether anything is lent now: there are no blocks, and the time is not over."""


class PatronWhole(Struct, frozen=True, kw_only=True):
    """A patron with what he has and waits for."""

    patron: PatronShown
    loans: tuple[Loan, ...]
    """By rising item."""
    requests: tuple[Request, ...]
    """Those that have waited longest first."""


class PatronWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A patron as he is to be."""

    name: str
    """As people write it: `Doe, Jane`."""
    group: str = ""
    """User group."""
    email: str = ""
    pin: str | None = None
    """The PIN, or its argon2id hash; empty = none; null = as it is. It is told nowhere."""
    expires_at: datetime | None = None
    """Since when nothing is lent any more; null = never."""
    blocks: tuple[str, ...] = ()
    """Why nothing is lent, in words for people."""

    def __repr__(self) -> str:
        return f"<PatronWanted {self.name}>"


class Page(NamedTuple):
    """Some patrons of a zone."""

    patrons: tuple[PatronShown, ...]
    after: str | None
    """Barcode behind which the next page begins; None where this is the last."""


async def listed(store: Store, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> Page:
    """Those of a zone by rising barcode, behind `after`. Raises `StoreError`."""
    found = await store.patrons(zone, after=after, limit=limit + 1)
    return Page(tuple(map(shown, found[:limit])), found[limit - 1].barcode if len(found) > limit else None)


async def one(store: Store, zone: str, barcode: str) -> PatronWhole:
    """The patron of this barcode. Raises `NotFound`, `StoreError`."""
    lent = await store.lent(zone, barcode)
    if lent is None:
        raise absent(zone, barcode)
    return whole(lent)


async def put(
    store: Store, zone: str, barcode: str, wanted: PatronWanted, hashing: trio.CapacityLimiter
) -> PatronWhole:
    """Make a patron, or have one be so. Raises `Unfit` with what is wrong in which field, `StoreError`."""
    patron = _patron(zone, barcode, wanted)
    faults = [*patron_faults(patron), *[("pin", words) for words in faults_of_pin(wanted.pin or "")]]
    if faults:
        raise Unfit(faults)
    hash_ = await passwords.hashed(wanted.pin, hashing) if wanted.pin else ""

    def plan(stacks: Stacks) -> None:
        present = stacks.patron(barcode)
        stays = wanted.pin is None and present is not None
        stacks.put_patron(replace(patron, pin=present.pin if stays and present else hash_))

    await store.rearrange(zone, plan)
    return await one(store, zone, barcode)


async def remove(store: Store, zone: str, barcode: str) -> None:
    """Forget a patron. Raises `NotFound`, `Conflict` for one who has or waits for something, `StoreError`.

    [assumed: as Alma keeps users with active loans or requests]
    """

    def plan(stacks: Stacks) -> None:
        loans, requests = len(stacks.loans(barcode)), len(stacks.requests_by(barcode))
        if loans or requests:
            raise Conflict(
                f"patron {barcode} of zone {zone} has {loans:,} loans and {requests:,} requests; check the items in "
                "and cancel the requests first"
            )
        if not stacks.remove_patron(barcode):
            raise absent(zone, barcode)

    await store.rearrange(zone, plan)


def whole(lent: Lent) -> PatronWhole:
    """A patron with what he has and waits for, for those who look."""
    return PatronWhole(patron=shown(lent.patron), loans=tuple(lent.loans), requests=tuple(lent.requests))


def shown(patron: Patron) -> PatronShown:
    """A patron for those who look."""
    over = patron.expires_at is not None and patron.expires_at <= datetime.now(UTC)
    return PatronShown(
        zone=patron.zone,
        barcode=patron.barcode,
        name=patron.name,
        group=patron.group,
        email=patron.email,
        has_pin=bool(patron.pin),
        expires_at=patron.expires_at,
        blocks=patron.blocks,
        may_borrow=not patron.blocks and not over,
    )


def faults_of_pin(pin: str) -> Iterator[str]:
    """What is wrong with a PIN, or with a hash of one, in words that go on from its name; an empty one is none."""
    if pin.startswith(HASH_PREFIX):
        wrong = passwords.hash_fault(pin)
        yield from [wrong] if wrong else []
    elif pin:
        yield from pin_faults(pin)


def absent(zone: str, barcode: str) -> NotFound:
    """What to raise where there is no such patron."""
    return NotFound(f"zone {zone} has no patron with the barcode {barcode!r}")


def _patron(zone: str, barcode: str, wanted: PatronWanted) -> Patron:
    """As it is wanted, without a PIN."""
    return Patron(
        zone=zone,
        barcode=barcode,
        name=wanted.name,
        group=wanted.group,
        email=wanted.email,
        expires_at=wanted.expires_at and in_utc(wanted.expires_at),
        blocks=wanted.blocks,
    )
