"""What is wrong with the index by which records are searched for: records that no search finds."""

from collections.abc import Callable
from typing import Final

from gateway.importer.faults import Fault, fault
from gateway.search.query import Among
from gateway.stores.base import Store

RECORDS_AT_ONCE: Final = 500
"""That are looked for together: some MB."""
BEHIND: Final = 20_000
"""Of a zone of which more records are still to be indexed nothing is said: they would have to be read for it, which
takes ten seconds, and are made searchable anyhow."""


async def check_searches(store: Store, zone: str, found: Callable[[Fault, bool], None], *, mend: bool) -> None:
    """Tell if there are records of the zone that no search finds, and whether that has been mended.

    What changes meanwhile is no fault. Raises `StoreError` where the store cannot be read.
    """
    if (await store.unindexed()).get(zone, 0) > BEHIND:
        return
    missed: list[str] = []
    after = ""
    while page := await store.records(zone, after=after, limit=RECORDS_AT_ONCE):
        after = page[-1].mms_id
        mms_ids = [record.mms_id for record in page]
        if len(await _found(store, zone, mms_ids)) < len(mms_ids):
            missed += [mms_id for mms_id in mms_ids if await _is_missed(store, zone, mms_id)]
    if not missed:
        return
    if mend:
        await store.index_records(zone, anew=True)
    found(fault("not_searchable", zone, detail=f"{len(missed):,} of its records, such as {missed[0]}"), mend)


async def _is_missed(store: Store, zone: str, mms_id: str) -> bool:
    """Whether it is still there and not found, one after the other."""
    return not await _found(store, zone, [mms_id]) and await store.record(zone, mms_id) is not None


async def _found(store: Store, zone: str, mms_ids: list[str]) -> list[int]:
    return (await store.find_records(zone, Among(tuple(mms_ids)))).result.numbers()
