"""The SQL of the SQLite store for what is to be published again. Runs in a thread, within somebody's transaction.

An export leaves nothing here: that a record was written stands in `index_change` for who searches, and is brought from
there to `unpublished` by who publishes (`bring`), or by who is done with it there.
"""

from collections.abc import Collection
from typing import Final

from gateway.stores.publishing import ROWS_OF_A_TURN, Unpublished, new_place
from gateway.stores.sqlite.rows import Execute, to_json

_WAITING: Final = """
FROM index_change
WHERE zone = ?1 AND place > coalesce((SELECT place FROM unpublished_state WHERE zone = ?1), 0)
"""
"""What of `index_change` is not here yet."""
_NEXT: Final = f"SELECT max(place) FROM (SELECT place {_WAITING} ORDER BY place LIMIT {ROWS_OF_A_TURN})"  # noqa: S608
_BRING: Final = f"""
INSERT OR REPLACE INTO unpublished
SELECT ?1, mms_id, ?2 FROM (SELECT DISTINCT mms_id {_WAITING} AND place <= ?3 ORDER BY mms_id)
"""  # noqa: S608
_STATE: Final = "INSERT INTO unpublished_state VALUES (?, ?, ?) ON CONFLICT (zone)"
_UNPUBLISHED: Final = "SELECT mms_id, place FROM unpublished WHERE zone = ?1 AND mms_id > ?2"
_ALL_UNPUBLISHED: Final = f"""
SELECT mms_id, max(place) FROM ({_UNPUBLISHED} UNION ALL SELECT mms_id, 0 {_WAITING} AND mms_id > ?2)
GROUP BY mms_id ORDER BY mms_id LIMIT ?3
"""  # noqa: S608
"""With what is not here yet, for who may not bring it."""


def listed(words: Collection[str]) -> str:
    """As SQL takes a list, by `json_each`."""
    return to_json([*words]).decode()


def changed(execute: Execute, zone: str, mms_ids: Collection[str]) -> None:
    """Note that these records are to be published again, though nobody need index them."""
    query = "INSERT OR REPLACE INTO unpublished SELECT ?1, value, ?2 FROM json_each(?3)"
    execute(query, (zone, new_place(), listed(mms_ids)))


def bring(execute: Execute, zone: str, last: int) -> None:
    """Bring here what stands in `index_change` up to this place. Who deletes it there has it brought before."""
    execute(_BRING, (zone, new_place(), last))
    execute(f"{_STATE} DO UPDATE SET place = max(place, excluded.place)", (zone, last, ""))


def bring_some(execute: Execute, zone: str) -> bool:
    """Bring the next; whether there was anything."""
    last = execute(_NEXT, (zone,)).get
    if last is not None:
        bring(execute, zone, last)
    return last is not None


def brought(execute: Execute, zone: str) -> None:
    """All that is in `index_change` now is here. When it is empty its places begin anew."""
    _set_place(execute, zone, execute("SELECT max(place) FROM index_change WHERE zone = ?", (zone,)).get or 0)


def deleted(execute: Execute, zone: str) -> None:
    """Something was deleted in `index_change`."""
    if execute("SELECT 1 FROM index_change WHERE zone = ? LIMIT 1", (zone,)).get is None:
        _set_place(execute, zone, 0)


def _set_place(execute: Execute, zone: str, place: int) -> None:
    execute(f"{_STATE} DO UPDATE SET place = excluded.place", (zone, place, ""))


def is_waiting(execute: Execute, zone: str) -> bool:
    """Whether there is anything to be brought."""
    return execute(f"SELECT 1 {_WAITING} LIMIT 1", (zone,)).get is not None


def unpublished(execute: Execute, zone: str, after: str, limit: int) -> list[Unpublished]:
    """Those behind `after`, when all was brought."""
    return [Unpublished(*row) for row in execute(f"{_UNPUBLISHED} ORDER BY mms_id LIMIT ?3", (zone, after, limit))]


def all_unpublished(execute: Execute, zone: str, after: str, limit: int) -> list[Unpublished]:
    """The same in a store that was opened to read; slow where much was not brought."""
    return [Unpublished(*row) for row in execute(_ALL_UNPUBLISHED, (zone, after, limit))]


def unpublished_by(execute: Execute, zone: str) -> str | None:
    """Who did that last to all of them."""
    name: str | None = execute("SELECT made_by FROM unpublished_state WHERE zone = ?", (zone,)).get
    return name


def set_unpublished_by(execute: Execute, zone: str, name: str) -> None:
    """Keep who did that."""
    execute(f"{_STATE} DO UPDATE SET made_by = excluded.made_by", (zone, 0, name))
