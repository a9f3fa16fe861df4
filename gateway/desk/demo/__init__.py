"""The demo set: records, and items of each base status and process type, for who tries out what libraries show of them.

`records.mrk` and `holdings.toml` have it. A record is known again by its OCLC number, one of `RESERVED`.
"""

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final

import trio
from msgspec import Struct

from gateway.desk import shelving
from gateway.desk.changing import CHANGE_SECONDS
from gateway.desk.shelving import Loaded
from gateway.importer.loading import Loader
from gateway.marc.forms import mrk
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Record
from gateway.model import Identifier, Zone
from gateway.stores.base import Store

RESERVED: Final = range(9_990_000_101, 9_990_000_200)
"""OCLC numbers of the demo set's records; WorldCat's have not come to a fifth of that, and lessons have others."""
HOLDINGS: Final = "holdings.toml"


class DemoLoaded(Struct, frozen=True):
    """What was done."""

    records: int
    """How many the demo set has."""
    made: int
    """How many of them were not in the zone yet."""
    shelves: Loaded
    """Of its holdings and items."""


async def load(store: Store, zone: Zone) -> DemoLoaded:
    """See that a zone has the demo set: what it has of it already stays as it is, but for holdings and items.

    Raises `StoreError`.
    """
    missing = [raw for number, raw in await trio.to_thread.run_sync(_records) if not await _has(store, zone, number)]
    if missing:
        await Loader(store, zone, _now, seconds=CHANGE_SECONDS).as_is(missing)
    content = files(__name__).joinpath(HOLDINGS).read_bytes()
    file = await shelving.read(HOLDINGS, content, zone.key)
    return DemoLoaded(len(_records()), len(missing), await shelving.load(store, zone, file))


async def _has(store: Store, zone: Zone, number: Identifier) -> bool:
    return bool(await store.find(zone.key, [number]))


@lru_cache(maxsize=1)
def _records() -> list[tuple[Identifier, bytes]]:
    """Each by its OCLC number, in ISO 2709."""
    content = files(__name__).joinpath("records.mrk").read_bytes()
    records = [record for record in mrk.read([content]) if isinstance(record, Record)]
    return [(next(iter(identifiers(record))), record.serialize()) for record in records]


def _now() -> datetime:
    return datetime.now(UTC)
