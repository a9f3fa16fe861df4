"""The SQL for libraries, holdings and items. Runs in a thread.

Who rearranges a zone's stacks has them for himself, by a lock of their own: exports do not wait for him. Those who
forget records of the zone do (`removal`), so that no holding is left of a record that has gone.
"""

from collections.abc import Callable, Collection
from typing import Final, Generic

import msgspec

from gateway.errors import OutcomeUnknown
from gateway.model import Holding, Item, Library
from gateway.stores import lent
from gateway.stores.base import (
    ShelfPlace,
    Shelves,
    Stacks,
    T,
)
from gateway.stores.postgres import lending, locks, unpublished
from gateway.stores.postgres.lending import PostgresLendingStacks
from gateway.stores.postgres.rows import plain, unescaped
from gateway.stores.postgres.session import Connection
from gateway.stores.shelving import check_same_record, no_holding, no_record

WAIT_SECONDS: Final = 10
"""For others who rearrange to end: people wait for it, and no longer than for an export."""
HOLDING: Final = 0
ITEM: Final = 1
"""Which kind of row it is, where one statement gives both."""

_to_json = msgspec.json.Encoder(order="deterministic").encode
_library_of = msgspec.json.Decoder(Library).decode
_holding_of = msgspec.json.Decoder(Holding).decode
_item_of = msgspec.json.Decoder(Item).decode

SHELVES: Final = f"""
SELECT {HOLDING}, mms_id, id, '' AS barcode, body FROM holding WHERE zone = $1 AND mms_id = ANY($2::text[])
UNION ALL SELECT {ITEM}, mms_id, holding, barcode, body FROM item WHERE zone = $1 AND mms_id = ANY($2::text[])
ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - numbers of its own
"""One statement, so that it reads one state of the zone."""


class Rearrangement(Generic[T]):
    """One plan on one zone's stacks; it may be run again over another connection."""

    def __init__(self, zone: str, plan: Callable[[Stacks], T]) -> None:
        self._zone = zone
        self._plan = plan
        self._ended = False
        """The plan came to its end before the connection was lost: it may have been committed."""

    def run(self, connection: Connection) -> T:
        """What the plan returned, after the commit. Raises `OutcomeUnknown` where it may be done already."""
        if self._ended:
            raise OutcomeUnknown("the connection to the store was lost while it committed; it may have happened")
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
            connection.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            connection.execute("SELECT pg_advisory_xact_lock_shared($1)", (locks.key(self._zone, "import", ""),))
            connection.execute("SELECT pg_advisory_xact_lock($1)", (locks.key(self._zone, "stacks", ""),))
            stacks = PostgresStacks(connection, self._zone)
            result = self._plan(stacks)
            if stacks.changed:
                unpublished.changed(connection, self._zone, stacks.changed)
            self._ended = True
        return result


class PostgresStacks(PostgresLendingStacks):
    """`stores.base.Stacks` of one zone."""

    def __init__(self, connection: Connection, zone: str) -> None:
        super().__init__(connection, zone)
        self.changed: set[str] = set()
        """MMS IDs of the records of which a holding or an item is another now."""

    def library(self, code: str) -> Library | None:
        """The contract's, as all below."""
        row = self._row("SELECT body FROM library WHERE zone = $1 AND code = $2", plain(code))
        return _library_of(row[0]) if row else None

    def shelved_at(self, library: str) -> set[str]:
        query = "SELECT DISTINCT location FROM holding WHERE zone = $1 AND library = $2"
        return {unescaped(location) for (location,) in self._connection.execute(query, (self._zone, plain(library)))}

    def holding(self, id_: str) -> Holding | None:
        return holding(self._connection, self._zone, id_)

    def holdings(self, mms_id: str) -> list[Holding]:
        query = "SELECT body FROM holding WHERE zone = $1 AND mms_id = $2 ORDER BY id"
        return [_holding_of(body) for (body,) in self._connection.execute(query, (self._zone, mms_id))]

    def item(self, barcode: str) -> Item | None:
        return item(self._connection, self._zone, barcode)

    def items(self, holding: str) -> list[Item]:
        found = self.holding(holding)
        if found is None:
            return []
        query = "SELECT body FROM item WHERE zone = $1 AND mms_id = $2 AND holding = $3 ORDER BY barcode"
        rows = self._connection.execute(query, (self._zone, found.mms_id, plain(holding)))
        return [_item_of(body) for (body,) in rows]

    def put_library(self, library: Library) -> None:
        query = "INSERT INTO library VALUES ($1, $2, $3) ON CONFLICT (zone, code) DO UPDATE SET body = excluded.body"
        self._connection.execute(query, (self._zone, plain(library.code), _json(library)))

    def put_holding(self, holding: Holding) -> None:
        if not self._row("SELECT 1 FROM record WHERE zone = $1 AND mms_id = $2", holding.mms_id):
            raise no_record(self._zone, holding.mms_id)
        before = self.holding(holding.id)
        check_same_record(before.mms_id if before else holding.mms_id, holding.mms_id)
        query = """
        INSERT INTO holding VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (zone, mms_id, id) DO UPDATE
        SET library = excluded.library, location = excluded.location, body = excluded.body
        """
        codes = plain(holding.library), plain(holding.location)
        self._connection.execute(query, (self._zone, holding.mms_id, plain(holding.id), *codes, _json(holding)))
        self.changed.add(holding.mms_id)

    def put_item(self, item: Item) -> None:
        holding = self.holding(item.holding)
        if holding is None:
            raise no_holding(self._zone, item.holding)
        check_same_record(holding.mms_id, item.mms_id)
        before = self._row("DELETE FROM item WHERE zone = $1 AND barcode = $2 RETURNING mms_id", plain(item.barcode))
        row = self._zone, item.mms_id, plain(item.holding), plain(item.barcode), _json(item)
        self._connection.execute("INSERT INTO item VALUES ($1, $2, $3, $4, $5)", row)
        self.changed.update((item.mms_id, *(before or ())))
        if before is not None and before[0] != item.mms_id:
            lent.move(self, item.barcode, before[0], item.mms_id)

    def remove_library(self, code: str) -> bool:
        return self._removed("DELETE FROM library WHERE zone = $1 AND code = $2", plain(code))

    def remove_holding(self, id_: str) -> bool:
        found = self.holding(id_)
        if found is None:
            return False
        self.changed.add(found.mms_id)
        query = "DELETE FROM item WHERE zone = $1 AND mms_id = $2 AND holding = $3 RETURNING barcode"
        items = self._connection.execute(query, (self._zone, found.mms_id, plain(id_)))
        lending.forget_items(self._connection, self._zone, [barcode for (barcode,) in items])
        return self._removed("DELETE FROM holding WHERE zone = $1 AND id = $2", plain(id_))

    def remove_item(self, barcode: str) -> bool:
        row = self._row("DELETE FROM item WHERE zone = $1 AND barcode = $2 RETURNING mms_id", plain(barcode))
        if row is None:
            return False
        self.changed.add(row[0])
        lending.forget_items(self._connection, self._zone, [plain(barcode)])
        return True


def _json(noun: Library | Holding | Item) -> str:
    return _to_json(noun).decode()


def libraries(connection: Connection, zone: str) -> list[Library]:
    """The zone's, by rising code."""
    found = connection.execute("SELECT body FROM library WHERE zone = $1 ORDER BY code", (zone,))
    return [_library_of(body) for (body,) in found]


def shelves(connection: Connection, zone: str, mms_ids: Collection[str]) -> Shelves:
    """Holdings and items of these records."""
    found = Shelves([], [])
    for kind, _, _, _, body in connection.execute(SHELVES, (zone, sorted({*mms_ids}))):
        if kind == HOLDING:
            found.holdings.append(_holding_of(body))
        else:
            found.items.append(_item_of(body))
    return found


def holding(connection: Connection, zone: str, id_: str) -> Holding | None:
    """The holding of this ID."""
    query = "SELECT body FROM holding WHERE zone = $1 AND id = $2"
    row = connection.execute(query, (zone, plain(id_))).fetchone()
    return _holding_of(row[0]) if row else None


def item(connection: Connection, zone: str, barcode: str) -> Item | None:
    """The item of this barcode."""
    query = "SELECT body FROM item WHERE zone = $1 AND barcode = $2"
    row = connection.execute(query, (zone, plain(barcode))).fetchone()
    return _item_of(row[0]) if row else None


def holdings(connection: Connection, zone: str, after: ShelfPlace | None, limit: int) -> list[Holding]:
    """The zone's holdings behind this place."""
    query = """
    SELECT body FROM holding WHERE zone = $1 AND (mms_id, id) > ($2, $3) ORDER BY mms_id, id LIMIT $4
    """
    mms_id, id_ = after or ("", "")
    return [_holding_of(body) for (body,) in connection.execute(query, (zone, mms_id, plain(id_), limit))]


def shelved(connection: Connection) -> list[str]:
    """Zones that have libraries or holdings."""
    query = "SELECT zone FROM library UNION SELECT zone FROM holding"
    return sorted(zone for (zone,) in connection.execute(query))


def forget(connection: Connection, zone: str, mms_id: str) -> None:
    """Forget the holdings of a record, their items, and what is lent of them."""
    lending.forget_record(connection, zone, mms_id)
    connection.execute("DELETE FROM holding WHERE zone = $1 AND mms_id = $2", (zone, mms_id))
    connection.execute("DELETE FROM item WHERE zone = $1 AND mms_id = $2", (zone, mms_id))
