"""The demo set: records, items of each base status and process type, and patrons.

For who tries out what libraries show of them, and lend. `records.mrk`, `holdings.toml` and `patrons.toml` have it. A
record is known again by its OCLC number, one of `RESERVED`.
"""

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final

import trio
from msgspec import Struct

from gateway.desk import enrolling, shelving
from gateway.desk.changing import CHANGE_SECONDS
from gateway.desk.enrolling import PatronsLoaded
from gateway.desk.shelving import Loaded
from gateway.importer.loading import Loader
from gateway.marc.forms import mrk
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Record
from gateway.model import Identifier, Loan, Zone
from gateway.stores.base import Stacks, Store

RESERVED: Final = range(9_990_000_101, 9_990_000_200)
"""OCLC numbers of the demo set's records; WorldCat's have not come to a fifth of that, and lessons have others."""
HOLDINGS: Final = "holdings.toml"
PATRONS: Final = "patrons.toml"
LENT: Final = "31111200048397"
"""Barcode of the item on loan."""
BORROWER: Final = "21111200000017"
"""Barcode of the patron who has it."""


class DemoLoaded(Struct, frozen=True):
    """What was done."""

    records: int
    """How many the demo set has."""
    made: int
    """How many of them were not in the zone yet."""
    shelves: Loaded
    """Of its holdings and items."""
    patrons: PatronsLoaded
    """Of its patrons."""


async def load(store: Store, zone: Zone) -> DemoLoaded:
    """See that a zone has the demo set: what it has of it already stays as it is, but for holdings, items and patrons.

    Its items are on loan as the set says, and not otherwise.

    Raises `StoreError`.
    """
    missing = [raw for number, raw in await trio.to_thread.run_sync(_records) if not await _has(store, zone, number)]
    if missing:
        await Loader(store, zone, _now, seconds=CHANGE_SECONDS).as_is(missing)
    shelves = await shelving.load(store, zone, await shelving.read(HOLDINGS, _content(HOLDINGS), zone.key))
    patrons = await enrolling.load(store, zone.key, await enrolling.read(PATRONS, _content(PATRONS)))
    await store.rearrange(zone.key, _lend)
    return DemoLoaded(len(_records()), len(missing), shelves, patrons)


def _lend(stacks: Stacks) -> None:
    """Have the item that is on loan be so to somebody."""
    item = stacks.item(LENT)
    if item is not None and item.due_at is not None and stacks.loan(LENT) is None:
        loan = Loan(zone=item.zone, item=LENT, mms_id=item.mms_id, patron=BORROWER, lent_at=_now(), due_at=item.due_at)
        stacks.put_loan(loan)


def _content(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes()


async def _has(store: Store, zone: Zone, number: Identifier) -> bool:
    return bool(await store.find(zone.key, [number]))


@lru_cache(maxsize=1)
def _records() -> list[tuple[Identifier, bytes]]:
    """Each by its OCLC number, in ISO 2709."""
    records = [record for record in mrk.read([_content("records.mrk")]) if isinstance(record, Record)]
    return [(next(iter(identifiers(record))), record.serialize()) for record in records]


def _now() -> datetime:
    return datetime.now(UTC)
