"""The SQL of the SQLite store for libraries, holdings and items. Runs in a thread, within somebody's transaction."""

from collections.abc import Callable, Collection
from typing import Final

import msgspec

from gateway.model import Holding, Item, Library
from gateway.stores import lent
from gateway.stores.base import ShelfPlace, Shelves, Stacks, T
from gateway.stores.shelving import check_same_record, no_holding, no_record
from gateway.stores.sqlite import lending, unpublished
from gateway.stores.sqlite.lending import SqliteLendingStacks
from gateway.stores.sqlite.rows import Execute, to_json

TABLES: Final = ("library", "holding", "item", *lending.TABLES)

_WHICH: Final = "zone = ? AND mms_id IN (SELECT value FROM json_each(?))"
_HOLDINGS: Final = f"SELECT body FROM holding WHERE {_WHICH} ORDER BY mms_id, id"  # noqa: S608 - words of its own
_ITEMS: Final = f"SELECT body FROM item WHERE {_WHICH} ORDER BY mms_id, holding, barcode"  # noqa: S608 - the same

_library_of = msgspec.json.Decoder(Library).decode
_holding_of = msgspec.json.Decoder(Holding).decode
_item_of = msgspec.json.Decoder(Item).decode


class SqliteStacks(SqliteLendingStacks):
    """`stores.base.Stacks` of one zone."""

    def __init__(self, execute: Execute, zone: str) -> None:
        super().__init__(execute, zone)
        self.changed: set[str] = set()
        """MMS IDs of the records of which a holding or an item is another now."""

    def library(self, code: str) -> Library | None:
        """The contract's, as all below."""
        body = self._execute("SELECT body FROM library WHERE zone = ? AND code = ?", (self._zone, code)).get
        return _library_of(body) if body else None

    def shelved_at(self, library: str) -> set[str]:
        query = "SELECT DISTINCT location FROM holding WHERE zone = ? AND library = ?"
        return {location for (location,) in self._execute(query, (self._zone, library))}

    def holding(self, id_: str) -> Holding | None:
        return holding(self._execute, self._zone, id_)

    def holdings(self, mms_id: str) -> list[Holding]:
        query = "SELECT body FROM holding WHERE zone = ? AND mms_id = ? ORDER BY id"
        return [_holding_of(body) for (body,) in self._execute(query, (self._zone, mms_id))]

    def item(self, barcode: str) -> Item | None:
        return item(self._execute, self._zone, barcode)

    def items(self, holding: str) -> list[Item]:
        found = self.holding(holding)
        if found is None:
            return []
        query = "SELECT body FROM item WHERE zone = ? AND mms_id = ? AND holding = ? ORDER BY barcode"
        return [_item_of(body) for (body,) in self._execute(query, (self._zone, found.mms_id, holding))]

    def put_library(self, library: Library) -> None:
        self._execute("INSERT OR REPLACE INTO library VALUES (?, ?, ?)", (self._zone, library.code, to_json(library)))

    def put_holding(self, holding: Holding) -> None:
        there = "SELECT 1 FROM record WHERE zone = ? AND mms_id = ?"
        if self._execute(there, (self._zone, holding.mms_id)).get is None:
            raise no_record(self._zone, holding.mms_id)
        before = self.holding(holding.id)
        check_same_record(before.mms_id if before else holding.mms_id, holding.mms_id)
        row = (self._zone, holding.mms_id, holding.id, holding.library, holding.location, to_json(holding))
        self._execute("INSERT OR REPLACE INTO holding VALUES (?, ?, ?, ?, ?, ?)", row)
        self.changed.add(holding.mms_id)

    def put_item(self, item: Item) -> None:
        holding = self.holding(item.holding)
        if holding is None:
            raise no_holding(self._zone, item.holding)
        check_same_record(holding.mms_id, item.mms_id)
        query = "SELECT mms_id FROM item WHERE zone = ? AND barcode = ?"
        before = self._execute(query, (self._zone, item.barcode)).get
        row = (self._zone, item.mms_id, item.holding, item.barcode, to_json(item))
        self._execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?)", row)  # also where it stood elsewhere
        self.changed.update({before, item.mms_id} - {None})
        if before not in (None, item.mms_id):
            lent.move(self, item.barcode, before, item.mms_id)

    def remove_library(self, code: str) -> bool:
        query = "DELETE FROM library WHERE zone = ? AND code = ? RETURNING code"
        return self._execute(query, (self._zone, code)).get is not None

    def remove_holding(self, id_: str) -> bool:
        query = "DELETE FROM holding WHERE zone = ? AND id = ? RETURNING mms_id"
        mms_id = self._execute(query, (self._zone, id_)).get
        if mms_id is None:
            return False
        self.changed.add(mms_id)
        query = "DELETE FROM item WHERE zone = ? AND mms_id = ? AND holding = ? RETURNING barcode"
        items = self._execute(query, (self._zone, mms_id, id_)).fetchall()
        lending.forget_items(self._execute, self._zone, [str(barcode) for (barcode,) in items])
        return True

    def remove_item(self, barcode: str) -> bool:
        query = "DELETE FROM item WHERE zone = ? AND barcode = ? RETURNING mms_id"
        mms_id = self._execute(query, (self._zone, barcode)).get
        if mms_id is None:
            return False
        self.changed.add(mms_id)
        lending.forget_items(self._execute, self._zone, [barcode])
        return True


def rearrange(execute: Execute, zone: str, plan: Callable[[Stacks], T]) -> T:
    """Run a plan, and note of which records it has changed anything."""
    of_zone = SqliteStacks(execute, zone)
    result = plan(of_zone)
    if of_zone.changed:
        unpublished.changed(execute, zone, of_zone.changed)
    return result


def libraries(execute: Execute, zone: str) -> list[Library]:
    """The zone's, by rising code."""
    return [_library_of(body) for (body,) in execute("SELECT body FROM library WHERE zone = ? ORDER BY code", (zone,))]


def shelves(execute: Execute, zone: str, mms_ids: Collection[str]) -> Shelves:
    """Holdings and items of these records."""
    given = (zone, to_json(sorted({*mms_ids})).decode())
    found = [_holding_of(body) for (body,) in execute(_HOLDINGS, given)]
    items = execute(_ITEMS, given) if found else ()
    return Shelves(found, [_item_of(body) for (body,) in items])


def holding(execute: Execute, zone: str, id_: str) -> Holding | None:
    """The holding of this ID."""
    body = execute("SELECT body FROM holding WHERE zone = ? AND id = ?", (zone, id_)).get
    return _holding_of(body) if body else None


def item(execute: Execute, zone: str, barcode: str) -> Item | None:
    """The item of this barcode."""
    body = execute("SELECT body FROM item WHERE zone = ? AND barcode = ?", (zone, barcode)).get
    return _item_of(body) if body else None


def holdings(execute: Execute, zone: str, after: ShelfPlace | None, limit: int) -> list[Holding]:
    """The zone's holdings behind this place."""
    query = "SELECT body FROM holding WHERE zone = ? AND (mms_id, id) > (?, ?) ORDER BY mms_id, id LIMIT ?"
    return [_holding_of(body) for (body,) in execute(query, (zone, *(after or ("", "")), limit))]


def shelved(execute: Execute) -> list[str]:
    """Zones that have libraries or holdings."""
    query = "SELECT zone FROM library UNION SELECT zone FROM holding ORDER BY zone"
    return [zone for (zone,) in execute(query)]


def forget(execute: Execute, zone: str, mms_id: str) -> None:
    """Forget the holdings of a record, their items, and what is lent of them."""
    lending.forget_where(execute, zone, "mms_id", mms_id)
    for table in ("holding", "item"):
        execute(f"DELETE FROM {table} WHERE zone = ? AND mms_id = ?", (zone, mms_id))  # noqa: S608 - names of its own


def empty(execute: Execute, zone: str) -> None:
    """Forget all of a zone."""
    for table in TABLES:
        execute(f"DELETE FROM {table} WHERE zone = ?", (zone,))  # noqa: S608 - table names of its own
