"""What is wrong with the holdings in a store: those of records, libraries or locations that are not there."""

from collections.abc import AsyncGenerator, Callable

from gateway.importer.faults import Fault, fault
from gateway.model import Holding
from gateway.stores.base import ShelfPlace, Store


async def check_shelves(store: Store, found: Callable[[Fault, bool], None]) -> int:
    """Tell each fault, and that it has not been mended; returns how many holdings were looked at.

    What changes meanwhile is no fault. Raises `StoreError` where the store cannot be read.
    """
    looked_at = 0
    for zone in await store.shelved():
        async for holding in _holdings(store, zone):
            looked_at += 1
            for code in await _faults(store, holding):
                found(fault(code, zone, holding.mms_id, detail=holding.id), False)
    return looked_at


async def _holdings(store: Store, zone: str) -> AsyncGenerator[Holding]:
    after: ShelfPlace | None = None
    while page := await store.holdings(zone, after=after):
        for holding in page:
            yield holding
        after = ShelfPlace(page[-1].mms_id, page[-1].id)


async def _faults(store: Store, holding: Holding) -> list[str]:
    """Codes of what is wrong with it, and still is at a second look."""
    faults = await _look(store, holding)
    if not faults or await store.holding(holding.zone, holding.id) != holding:
        return []
    return await _look(store, holding)


async def _look(store: Store, holding: Holding) -> list[str]:
    found = []
    if await store.record(holding.zone, holding.mms_id) is None:
        found.append("no_record_of_holding")
    libraries = {library.code: library for library in await store.libraries(holding.zone)}
    library = libraries.get(holding.library)
    if library is None or holding.location not in {location.code for location in library.locations}:
        found.append("no_location")
    return found
