"""Records that are to be shown, with all that their layout depends on."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from gateway.model import BibRecord, Holding, Item, Library
from gateway.stores.base import Store


class Subject(NamedTuple):
    """A record. Two that are equal look alike."""

    record: BibRecord
    holdings: tuple[Holding, ...]
    """By rising ID."""
    items: tuple[Item, ...]
    """By rising holding and barcode."""
    libraries: tuple[Library | None, ...]
    """Of each holding; None for one that is not known."""


async def subjects(store: Store, zone: str, mms_ids: Sequence[str]) -> dict[str, Subject]:
    """Records as they are now, by MMS ID; those that are no longer there are left out. Raises `StoreError`."""
    records = [record for mms_id in mms_ids if (record := await store.record(zone, mms_id))]
    shelves = await store.shelves(zone, mms_ids)
    libraries = {one.code: one for one in await store.libraries(zone)} if shelves.holdings else {}
    holdings = {mms_id: tuple(of) for mms_id, of in groupby(shelves.holdings, attrgetter("mms_id"))}
    items = {mms_id: tuple(of) for mms_id, of in groupby(shelves.items, attrgetter("mms_id"))}
    found = {}
    for record in records:
        of = holdings.get(record.mms_id, ())
        at = tuple([libraries.get(holding.library) for holding in of])
        found[record.mms_id] = Subject(record, of, items.get(record.mms_id, ()), at)
    return found
