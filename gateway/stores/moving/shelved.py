"""Libraries, and holdings with their items, of one store into another."""

from collections.abc import Sequence
from typing import Final

from gateway.model import Holding, Item, Library
from gateway.stores.base import ShelfPlace, Stacks, Store
from gateway.stores.moving.copied import Both, Differs

HOLDINGS_AT_ONCE: Final = 50
"""Holdings of one transaction, with their items: mostly some 30 kB, with the most that there can be some 10 MB."""

_Shelved = tuple[Holding, list[Item]]
"""A holding with its items."""


async def copy_shelved(both: Both) -> None:
    """Zone by zone, libraries first."""
    wanted = await both.source.shelved()
    for zone in await both.target.shelved():
        if zone not in wanted:
            raise Differs(f"zone {zone!r} of the target has holdings or libraries, the source's has none")
    for zone in wanted:
        await _libraries(both, zone)
        await _holdings(both, zone)


async def _libraries(both: Both, zone: str) -> None:
    wanted = {one.code: one for one in await both.source.libraries(zone)}
    present = {one.code: one for one in await both.target.libraries(zone)}
    for code, library in present.items():
        if library != wanted.get(code):
            raise Differs(f"the library {code!r} of zone {zone!r} is not as the source has it")
    missing = [library for code, library in wanted.items() if code not in present]
    if missing and both.lacking(f"the library {missing[0].code!r} of zone {zone!r}"):
        await both.target.rearrange(zone, lambda stacks: _shelve(stacks, missing, []))


async def _holdings(both: Both, zone: str) -> None:
    after: ShelfPlace | None = None
    while page := await _shelved(both.source, zone, after, HOLDINGS_AT_ONCE):
        present = await _shelved(both.target, zone, after, len(page))
        for ours, theirs in zip(page, present, strict=False):
            if ours != theirs:
                raise Differs(f"the holding {theirs[0].id} of zone {zone!r} is not as the source has it")
        await _write_holdings(both, zone, page[len(present) :])
        after = ShelfPlace(page[-1][0].mms_id, page[-1][0].id)
    for more in await both.target.holdings(zone, after=after, limit=1):
        raise Differs(f"zone {zone!r} of the target has a holding {more.id}, the source's has none")


async def _write_holdings(both: Both, zone: str, holdings: Sequence[_Shelved]) -> None:
    if holdings and (copied := both.lacking(f"the holding {holdings[0][0].id} of zone {zone!r}")):
        await both.target.rearrange(zone, lambda stacks: _shelve(stacks, [], holdings))
        copied.holdings += len(holdings)
        copied.items += sum(len(items) for _, items in holdings)


async def _shelved(store: Store, zone: str, after: ShelfPlace | None, limit: int) -> list[_Shelved]:
    """The next holdings with their items."""
    holdings = await store.holdings(zone, after=after, limit=limit)
    items: dict[str, list[Item]] = {holding.id: [] for holding in holdings}
    for item in (await store.shelves(zone, {holding.mms_id for holding in holdings})).items:
        if item.holding in items:
            items[item.holding].append(item)
    return [(holding, items[holding.id]) for holding in holdings]


def _shelve(stacks: Stacks, libraries: Sequence[Library], holdings: Sequence[_Shelved]) -> None:
    for library in libraries:
        stacks.put_library(library)
    for holding, items in holdings:
        stacks.put_holding(holding)
        for item in items:
            stacks.put_item(item)
