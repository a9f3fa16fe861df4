"""The part of a record's page on its holdings and items."""

from typing import Final, NamedTuple

from gateway.desk.desk import Desk
from gateway.desk.shelves import HoldingShown, ItemShown, item_shown, shown_all

ITEMS_SHOWN: Final = 200
"""Most items of a record on its page, some screens full; the others are counted."""


class Shelf(NamedTuple):
    """A holding on the page."""

    holding: HoldingShown
    items: tuple[ItemShown, ...]
    more: int
    """Items that are not shown."""


async def shelves(desk: Desk, zone: str, mms_id: str) -> tuple[Shelf, ...]:
    """The holdings of a record, by library, location and call number. Raises `StoreError`."""
    found = await desk.store.shelves(zone, [mms_id])
    if not found.holdings:
        return ()
    room = ITEMS_SHOWN
    made = []
    for holding in shown_all(found, await desk.store.libraries(zone)):
        items = [item for item in found.items if item.holding == holding.id]
        shown = tuple([item_shown(item) for item in items[:room]])
        room -= len(shown)
        made.append(Shelf(holding, shown, len(items) - len(shown)))
    return tuple(made)
