"""The SQL of the SQLite store for what sets publish. Runs in a thread, within somebody's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from gateway.model import Inventory
from gateway.stores.publishing import (
    FEW,
    NEAR,
    Published,
    Sets,
    Shown,
    Span,
    Unpublished,
    keep_now,
    late_now,
    sets_of,
)
from gateway.stores.sqlite import unpublished
from gateway.stores.sqlite.index import SqliteSource
from gateway.stores.sqlite.rows import Execute, to_json
from gateway.stores.sqlite.unpublished import listed

ROWS_AT_ONCE: Final = 500
"""Rows of one statement, with six values each: SQLite takes 32,766."""
IN_ZONE: Final = ("unpublished", "unpublished_state", "published", "publishing_run")
"""Tables of which a reset leaves nothing."""

_PUBLISHED: Final = "mms_id, at, digest, form"
_OF_SET: Final = "zone = ? AND set_key = ?"
_FIRST: Final = f"SELECT {_PUBLISHED} FROM published WHERE {_OF_SET} AND mms_id > ? ORDER BY mms_id LIMIT ?"  # noqa: S608
_NEAR: Final = f"""
SELECT mms_id FROM (
    SELECT mms_id, at FROM published INDEXED BY published_by_id
    WHERE {_OF_SET} AND mms_id > ? ORDER BY mms_id LIMIT ? * {NEAR}
) WHERE at BETWEEN ? AND ? LIMIT ?
"""  # noqa: S608 - words of its own, as all here
_COUNT: Final = f"""
SELECT count(*) FROM (
    SELECT 1 FROM published INDEXED BY published_by_time WHERE {_OF_SET} AND at BETWEEN ? AND ? LIMIT {FEW}
)
"""  # noqa: S608 - words of its own, as all here
_WITHIN: Final = {
    index: f"SELECT mms_id FROM published INDEXED BY {index} "  # noqa: S608
    f"WHERE {_OF_SET} AND at BETWEEN ? AND ? AND mms_id > ? ORDER BY mms_id LIMIT ?"
    for index in ("published_by_time", "published_by_id")
}
_SETS: Final = """
WITH RECURSIVE has (set_key) AS (
    SELECT min(set_key) FROM published WHERE zone = ?1
    UNION ALL SELECT (SELECT min(set_key) FROM published WHERE zone = ?1 AND set_key > has.set_key) FROM has
    WHERE has.set_key IS NOT NULL
)
SELECT set_key FROM has WHERE set_key IS NOT NULL
"""
"""One look into an index for each set."""
_SHOWN: Final = """
SELECT published.mms_id, published.set_key, at, length(form) = 0
FROM json_each(?2) AS of_set CROSS JOIN json_each(?3) AS wanted CROSS JOIN published
ON published.zone = ?1 AND published.set_key = of_set.value AND published.mms_id = wanted.value
"""
_THESE: Final = f"""
SELECT {_PUBLISHED} FROM json_each(?3) AS wanted CROSS JOIN published
ON published.zone = ?1 AND published.set_key = ?2 AND published.mms_id = wanted.value
"""  # noqa: S608
_KEEP: Final = """
ON CONFLICT (zone, set_key, mms_id) DO UPDATE SET at = excluded.at, digest = excluded.digest, form = excluded.form
"""


class SqliteSets(Sets):
    """One zone's sets."""

    def __init__(self, execute: Execute, zone: str) -> None:
        self._execute = execute
        self._zone = zone

    def first(self, set_: str, after: str, limit: int) -> list[Published]:
        """The contract's, as all below."""
        return [*map(Published._make, self._execute(_FIRST, (self._zone, set_, after, limit)))]

    def within(self, set_: str, span: Span, after: str, limit: int) -> list[str]:
        near = self._execute(_NEAR, (self._zone, set_, after, limit, *span, limit)).fetchall()
        if len(near) == limit:
            return [str(mms_id) for (mms_id,) in near]
        few = self._execute(_COUNT, (self._zone, set_, *span)).get < FEW
        query = _WITHIN["published_by_time" if few else "published_by_id"]
        return [mms_id for (mms_id,) in self._execute(query, (self._zone, set_, *span, after, limit))]

    def shown(self, sets: Sequence[str], mms_ids: Sequence[str]) -> Iterable[Shown]:
        rows = self._execute(_SHOWN, (self._zone, listed(sets), listed(mms_ids)))
        return [Shown(mms_id, set_, at, bool(deleted)) for mms_id, set_, at, deleted in rows]

    def published(self, set_: str, mms_ids: Sequence[str]) -> Iterable[Published]:
        return [Published(*row) for row in self._execute(_THESE, (self._zone, set_, listed(mms_ids)))]

    def all(self) -> list[str]:
        """Those in which anything is published, rising."""
        return [set_ for (set_,) in self._execute(_SETS, (self._zone,))]


def publish(
    execute: Execute,
    zone: str,
    set_: str,
    published: Sequence[Published],
    done: Collection[Unpublished],
    seen: Collection[Unpublished],
    read: Mapping[str, Inventory] | None,
) -> set[str]:
    """Keep these, but what comes late; which those are."""
    looked_at = [*done, *seen]
    unpublished.bring_some(execute, zone)
    query = """
    SELECT mms_id FROM json_each(?2) AS wanted CROSS JOIN unpublished
    ON unpublished.zone = ?1 AND mms_id = wanted.key AND place = wanted.value
    """
    unchanged = {mms_id for (mms_id,) in execute(query, (zone, to_json(dict(looked_at)).decode()))}
    late = late_now(published, looked_at, unchanged, read, SqliteSource(execute, zone).inventory)
    kept = keep_now(published, late)
    for start in range(0, len(kept), ROWS_AT_ONCE):
        some = kept[start : start + ROWS_AT_ONCE]
        places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(some))
        values = chain.from_iterable((zone, set_, *row) for row in some)
        execute(f"INSERT INTO published VALUES {places} {_KEEP}", [*values])  # noqa: S608
    ended = {one.mms_id for one in done} - late
    query = "DELETE FROM unpublished WHERE zone = ? AND mms_id IN (SELECT value FROM json_each(?))"
    execute(query, (zone, listed(ended)))
    return late


def unpublish(execute: Execute, zone: str, after: str, limit: int) -> list[str]:
    """Let the next records behind `after`, and what is published, be unpublished again; those, by rising MMS ID."""
    query = "SELECT mms_id FROM record WHERE zone = ? AND mms_id > ? ORDER BY mms_id LIMIT ?"
    found = {mms_id for (mms_id,) in execute(query, (zone, after, limit))}
    query = f"SELECT mms_id FROM published WHERE {_OF_SET} AND mms_id > ? ORDER BY mms_id LIMIT ?"  # noqa: S608
    for set_ in SqliteSets(execute, zone).all():
        found.update(mms_id for (mms_id,) in execute(query, (zone, set_, after, limit)))
    some = sorted(found)[:limit]
    unpublished.changed(execute, zone, some)
    return some


def published_in(execute: Execute, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
    """By MMS ID, in which sets a record is."""
    sets = SqliteSets(execute, zone)
    return sets_of(sets.shown(sets.all(), [*mms_ids]))


def counts(execute: Execute, zone: str) -> dict[str, tuple[int, int]]:
    """By set, how many are in it, and how many of those are deleted."""
    query = "SELECT DISTINCT set_key FROM publishing_run WHERE zone = ?"
    found = {set_: (0, 0) for (set_,) in execute(query, (zone,))}
    deleted = f"SELECT count(*) FROM published INDEXED BY published_deleted WHERE {_OF_SET} AND form = x''"  # noqa: S608
    for set_ in SqliteSets(execute, zone).all():
        in_all = execute(f"SELECT count(*) FROM published WHERE {_OF_SET}", (zone, set_)).get  # noqa: S608
        found[set_] = (in_all, execute(deleted, (zone, set_)).get)
    return found


def earliest(execute: Execute, zone: str) -> int | None:
    """The least time of any set: one look into an index for each."""
    query = f"SELECT min(at) FROM published INDEXED BY published_by_time WHERE {_OF_SET}"  # noqa: S608
    return min((execute(query, (zone, set_)).get for set_ in SqliteSets(execute, zone).all()), default=None)


def withdraw(execute: Execute, zone: str, set_: str, limit: int) -> int:
    """Forget so many of those that are published in it; how many there were."""
    some = f"SELECT rowid FROM published WHERE {_OF_SET} LIMIT ?"  # noqa: S608
    execute(f"DELETE FROM published WHERE rowid IN ({some})", (zone, set_, limit))  # noqa: S608
    return int(execute("SELECT changes()").get)


def empty(execute: Execute, zone: str) -> None:
    """Forget all of a zone, but what was made at run time."""
    for table in IN_ZONE:
        execute(f"DELETE FROM {table} WHERE zone = ?", (zone,))  # noqa: S608
