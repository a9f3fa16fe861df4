"""Libraries, holdings and items of one zone of a store in memory."""

from collections.abc import Callable, Collection
from heapq import nsmallest

from gateway.model import Holding, Item, Library
from gateway.stores import lent
from gateway.stores.base import ShelfPlace, Shelves, Stacks, T
from gateway.stores.memory.lending import MemoryLendingStacks
from gateway.stores.memory.tables import change
from gateway.stores.shelving import check_same_record, no_holding, no_record


class MemoryStacks(MemoryLendingStacks):
    """One zone's libraries, holdings and items, and what is lent of them. Each change notes what undoes it."""

    def __init__(self) -> None:
        super().__init__()
        self._libraries: dict[str, Library] = {}
        self._holdings: dict[str, Holding] = {}
        self._items: dict[str, Item] = {}
        self._holdings_of: dict[str, dict[str, Holding]] = {}
        """By record and ID."""
        self._items_of: dict[str, dict[str, Item]] = {}
        """By holding and barcode."""
        self._has_record: Callable[[str], bool] = bool
        self.changed: set[str] = set()
        """MMS IDs of the records of which the last plan has put or removed a holding or an item."""

    def run(self, plan: Callable[[Stacks], T], has_record: Callable[[str], bool]) -> T:
        """The plan's result; what it raises undoes what it did. `has_record` knows the zone's records."""
        self._has_record = has_record
        self._undoing.clear()
        self.changed = set()
        try:
            return plan(self)
        except BaseException:
            for undo in reversed(self._undoing):
                undo()
            raise

    def library(self, code: str) -> Library | None:
        """The contract's, as all below."""
        return self._libraries.get(code)

    def shelved_at(self, library: str) -> set[str]:
        return {one.location for one in self._holdings.values() if one.library == library}

    def holding(self, id_: str) -> Holding | None:
        return self._holdings.get(id_)

    def holdings(self, mms_id: str) -> list[Holding]:
        return [one for _, one in sorted(self._holdings_of.get(mms_id, {}).items())]

    def item(self, barcode: str) -> Item | None:
        return self._items.get(barcode)

    def items(self, holding: str) -> list[Item]:
        return [one for _, one in sorted(self._items_of.get(holding, {}).items())]

    def put_library(self, library: Library) -> None:
        self._set(self._libraries, library.code, library)

    def put_holding(self, holding: Holding) -> None:
        if not self._has_record(holding.mms_id):
            raise no_record(holding.zone, holding.mms_id)
        check_same_record(self._holdings.get(holding.id, holding).mms_id, holding.mms_id)
        self.changed.add(holding.mms_id)
        self._set(self._holdings, holding.id, holding)
        self._set(self._holdings_of.setdefault(holding.mms_id, {}), holding.id, holding)

    def put_item(self, item: Item) -> None:
        if item.holding not in self._holdings:
            raise no_holding(item.zone, item.holding)
        check_same_record(self._holdings[item.holding].mms_id, item.mms_id)
        before = self._take_item(item.barcode)
        self.changed.add(item.mms_id)
        self._set(self._items, item.barcode, item)
        self._set(self._items_of.setdefault(item.holding, {}), item.barcode, item)
        if before is not None and before.mms_id != item.mms_id:
            lent.move(self, item.barcode, before.mms_id, item.mms_id)

    def remove_library(self, code: str) -> bool:
        return self._set(self._libraries, code, None) is not None

    def remove_holding(self, id_: str) -> bool:
        holding = self._set(self._holdings, id_, None)
        if holding is None:
            return False
        self.changed.add(holding.mms_id)
        self._set(self._holdings_of[holding.mms_id], id_, None)
        for item in self.items(id_):
            self.remove_item(item.barcode)
        return True

    def remove_item(self, barcode: str) -> bool:
        if self._take_item(barcode) is None:
            return False
        self.forget_items([barcode])
        return True

    def _take_item(self, barcode: str) -> Item | None:
        item = self._set(self._items, barcode, None)
        if item is not None:
            self.changed.add(item.mms_id)
            self._set(self._items_of[item.holding], barcode, None)
        return item

    def forget_record(self, mms_id: str) -> None:
        """Forget a record's holdings with their items, and what is lent of it."""
        super().forget_record(mms_id)
        for holding in self.holdings(mms_id):
            self.remove_holding(holding.id)

    def of_records(self, mms_ids: Collection[str]) -> Shelves:
        """Holdings and items of these records."""
        holdings = [one for mms_id in sorted({*mms_ids}) for one in self.holdings(mms_id)]
        return Shelves(holdings, [item for holding in holdings for item in self.items(holding.id)])

    def page(self, after: ShelfPlace | None, limit: int) -> list[Holding]:
        """Holdings behind this place."""
        places = (ShelfPlace(one.mms_id, one.id) for one in self._holdings.values())
        behind = nsmallest(limit, (place for place in places if after is None or place > after))
        return [self._holdings[place.holding] for place in behind]

    def libraries(self) -> list[Library]:
        """By rising code."""
        return [one for _, one in sorted(self._libraries.items())]

    def __bool__(self) -> bool:
        return bool(self._libraries or self._holdings)

    def _set(self, mapping: dict[str, T], key: str, value: T | None) -> T | None:
        """Put it there, or take away what is there; returns what was."""
        return change(self._undoing, mapping, key, value)
