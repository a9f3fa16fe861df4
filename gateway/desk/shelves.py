"""Libraries, holdings and items as people and programs see them, and as they want them."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import asdict

from gateway.circulation.availability import availability
from gateway.model import BaseStatus, Holding, HoldingFacts, Item, ItemFacts, Library, Location
from gateway.stores.base import Shelves


class LibraryWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A library as it is to be."""

    name: str
    """What readers call it."""
    locations: tuple[Location, ...] = ()
    """All of them; one at which there are holdings cannot be left out."""


class HoldingWanted(HoldingFacts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A holding as it is to be."""


class HoldingShown(HoldingFacts, frozen=True, kw_only=True):
    """A holding of a record."""

    zone: str
    id: str
    """Digits; unique in the zone."""
    mms_id: str
    library_name: str
    location_name: str
    """The location's code where it has no name."""
    items: int
    """How many it has."""
    available: int
    """How many of these can be had now."""


class ItemWanted(ItemFacts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item as it is to be."""

    base_status: BaseStatus | None = None
    """Null = in place, unless something is done with it."""


class NewItem(ItemWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item that is to be made."""

    barcode: str
    """Unique in the zone."""


class ItemShown(ItemFacts, frozen=True, kw_only=True):
    """An item."""

    zone: str
    barcode: str
    holding: str
    """ID of its holding."""
    mms_id: str
    base_status: BaseStatus
    available: bool
    """Whether one can have it now."""
    says: str
    """Its process type, or else its base status, in Alma's words."""


def shown_all(shelves: Shelves, of_zone: Iterable[Library]) -> list[HoldingShown]:
    """Holdings by record, library, location and call number, with the names of the zone's libraries."""
    by_code = {library.code: library for library in of_zone}
    items: dict[str, list[Item]] = {}
    for item in shelves.items:
        items.setdefault(item.holding, []).append(item)
    found = [_shown(holding, items.get(holding.id, []), by_code) for holding in shelves.holdings]
    return sorted(
        found, key=lambda one: (one.mms_id, one.library, one.location, one.call_number, one.item_part, one.id)
    )


def item_shown(item: Item) -> ItemShown:
    """An item, and whether one can have it."""
    now = availability(item)
    return ItemShown(**asdict(item), available=now.now, says=now.words)


def _shown(holding: Holding, items: list[Item], by_code: Mapping[str, Library]) -> HoldingShown:
    library = by_code.get(holding.library)
    return HoldingShown(
        **asdict(holding),
        library_name=library.name if library else holding.library,
        location_name=library.location_name(holding.location) if library else holding.location,
        items=len(items),
        available=sum(availability(item).now for item in items),
    )
