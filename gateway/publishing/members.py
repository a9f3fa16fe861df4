"""Which of some records are of a set."""

from collections.abc import Mapping
from typing import Final

from gateway.circulation.lending.shelf import is_of_another
from gateway.errors import NotFound, StoreError
from gateway.model import Inventory, PublishingProfile
from gateway.search.query import Among, And, Query
from gateway.search.words import parse
from gateway.stores.base import Store

TRIES: Final = 3
"""Searches for the same records before it is given up: between search and reading an index may be made anew."""


async def members(store: Store, profile: PublishingProfile, there: Mapping[str, Inventory]) -> dict[str, Inventory]:
    """Those that are of the set, of these records of its zone: no more than a result set has.

    Raises `BadQuery`, `StoreError`.
    """
    listed = frozenset(profile.mms_ids)
    found = {
        mms_id: one
        for mms_id, one in there.items()
        if (not listed or mms_id in listed) and (profile.content == "all" or one.holdings) and not _is_borrowed(one)
    }
    if not profile.query or not found:
        return found
    query = And(parse(profile.query), Among(tuple(found)))
    chosen = await _searched(store, profile.zone, query, len(found))
    return {mms_id: one for mms_id, one in found.items() if mms_id in chosen}


async def _searched(store: Store, zone: str, query: Query, most: int) -> frozenset[str]:
    for _ in range(TRIES):
        found = await store.find_records(zone, query)
        try:
            return frozenset(await store.found_records(zone, found.result.numbers(0, most), found.epoch))
        except NotFound:
            continue
    raise StoreError(f"the index of zone {zone} is being made anew; publish again when it is done")


def _is_borrowed(of: Inventory) -> bool:
    """Whether it is the brief record of another library's thing, which is not this one's to offer [assumed]."""
    return bool(of.holdings) and all(map(is_of_another, of.holdings))
