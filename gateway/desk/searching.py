"""Records of zones that a query finds, a page at a time."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple

from msgspec import Struct

from gateway.desk import cursors
from gateway.desk.attempts import MOST_ROWS
from gateway.desk.cursors import FoundPlace
from gateway.desk.records import Held, RecordShown, shown
from gateway.errors import Unusable
from gateway.search.numbering import falling
from gateway.search.query import Order, Query
from gateway.search.ranking import RESULT_RECORDS, Result
from gateway.stores.base import PAGE_ROWS, Found, Store

LISTED: Final = RESULT_RECORDS
"""Most records of a zone that are listed of one search; how many there are is counted beyond it."""


class FoundPage(Struct, frozen=True):
    """Some of the records that are found."""

    records: tuple[RecordShown, ...]
    total: int
    """How many are found in all of the zones."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""


class _Numbered(NamedTuple):
    """A record of a result."""

    tier: int
    number: int


async def searched(
    store: Store,
    zones: Sequence[str],
    query: Query,
    *,
    order: Order = Order.RELEVANCE,
    after: str = "",
    limit: int = PAGE_ROWS,
) -> FoundPage:
    """What is found in these zones, zone after zone in the order in which they are given; at most `limit` of it.

    What is written meanwhile moves nothing to another page. Raises `BadQuery`; `Unusable` for a limit that is not 1 to
    `MOST_ROWS`, and for an `after` that no page of this search has given; `NotFound` where a zone is emptied just now.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise Unusable(f"a page has 1 to {MOST_ROWS:,} records, not {limit:,}")
    place = cursors.read_found(after) if after else None
    found = {zone: await store.find_records(zone, query, order=order) for zone in zones}
    _check(found, place)
    taken = [*islice(_behind(found, place), limit + 1)]
    listed = taken[:limit]
    page: list[RecordShown] = []
    for zone, of in groupby(listed, itemgetter(0)):
        page += await rows(store, zone, found[zone], [one.number for _, one in of])
    total = sum(one.result.total for one in found.values())
    return FoundPage(tuple(page), total, _cursor(found, *listed[-1]) if len(taken) > limit else None)


async def rows(store: Store, zone: str, found: Found, numbers: Sequence[int]) -> list[RecordShown]:
    """These records of what was found, as they are now; those that are gone are left out.

    Raises `NotFound` where the zone was emptied since.
    """
    listed = await store.found_inventory(zone, numbers, found.epoch)
    return [shown(Held(zone, one.there.record)) for one in listed if one.there]


def _check(found: dict[str, Found], place: FoundPlace | None) -> None:
    if place and (place.zone not in found or found[place.zone].epoch != place.epoch):
        raise Unusable(f"what was found in zone {place.zone!r} is no longer there to go on in; search again")


def _behind(found: dict[str, Found], place: FoundPlace | None) -> Iterator[tuple[str, _Numbered]]:
    """What stands behind a place, with its zone."""
    zones = [*found]
    for zone in zones[zones.index(place.zone) if place else 0 :]:
        for one in _listed(found[zone].result):
            is_seen = place and zone == place.zone and (one.tier, -one.number) <= (place.tier, -place.number)
            if not is_seen:
                yield zone, one


def _listed(result: Result) -> Iterator[_Numbered]:
    ranked = (_Numbered(tier, number) for tier, of in enumerate(result.tiers) for number in falling(of))
    return islice(ranked, LISTED)


def _cursor(found: dict[str, Found], zone: str, one: _Numbered) -> str:
    return cursors.written(FoundPlace(zone, found[zone].epoch, one.tier, one.number))
