"""The SQL for what sets publish. Runs in a thread."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from gateway.model import Inventory
from gateway.stores.postgres import locks, unpublished
from gateway.stores.postgres.index import PostgresSource
from gateway.stores.postgres.session import Connection, Row
from gateway.stores.publishing import (
    EVER,
    FEW,
    NEAR,
    Published,
    Sets,
    Shown,
    Span,
    Unpublished,
    keep_now,
    late_now,
    page,
    sets_of,
)

IN_ZONE: Final = ("unpublished", "unpublished_state", "published", "publishing_run")
"""Tables of which a reset leaves nothing."""

_PUBLISHED: Final = "mms_id, at, digest, form"
_OF_SET: Final = "zone = $1 AND set_key = $2"
FIRST: Final = f"SELECT {_PUBLISHED} FROM published WHERE {_OF_SET} AND mms_id > $3 ORDER BY mms_id LIMIT $4"  # noqa: S608
NEAR_ID: Final = f"""
SELECT mms_id FROM (
    SELECT mms_id, at FROM published WHERE {_OF_SET} AND mms_id > $5 ORDER BY mms_id LIMIT $6::bigint * {NEAR}
) AS near WHERE at BETWEEN $3 AND $4 LIMIT $6
"""  # noqa: S608
BY_TIME: Final = f"""
WITH few AS MATERIALIZED (
    SELECT mms_id FROM published WHERE {_OF_SET} AND at BETWEEN $3 AND $4 ORDER BY at LIMIT {FEW}
)
SELECT (SELECT count(*) FROM few), array(SELECT mms_id FROM few WHERE mms_id > $5 ORDER BY mms_id LIMIT $6)
"""  # noqa: S608
"""How many changed within a time, as far as they are few; and the next of those."""
BY_ID: Final = f"""
SELECT mms_id FROM (
    SELECT mms_id, at FROM published WHERE {_OF_SET} AND mms_id > $5 ORDER BY mms_id OFFSET 0
) AS walked WHERE at BETWEEN $3 AND $4 LIMIT $6
"""  # noqa: S608
"""The next of them, where they are many. Without OFFSET 0 the planner might take all of them, and sort them."""
SHOWN: Final = """
SELECT shown.* FROM unnest($2::text[]) AS of (set_key) CROSS JOIN unnest($3::text[]) AS wanted (mms_id)
CROSS JOIN LATERAL (
    SELECT mms_id, set_key, at, octet_length(form) = 0 FROM published
    WHERE zone = $1 AND published.set_key = of.set_key AND published.mms_id = wanted.mms_id OFFSET 0
) AS shown
"""
THESE: Final = f"""
SELECT these.* FROM unnest($3::text[]) AS wanted (mms_id) CROSS JOIN LATERAL (
    SELECT {_PUBLISHED} FROM published WHERE {_OF_SET} AND published.mms_id = wanted.mms_id OFFSET 0
) AS these
"""  # noqa: S608
SETS: Final = """
WITH RECURSIVE has (set_key) AS (
    SELECT min(set_key) FROM published WHERE zone = $1
    UNION ALL SELECT (SELECT min(set_key) FROM published WHERE zone = $1 AND set_key > has.set_key) FROM has
    WHERE has.set_key IS NOT NULL
)
SELECT set_key FROM has WHERE set_key IS NOT NULL
"""
"""One look into an index for each set."""
_KEEP: Final = """
INSERT INTO published SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::bytea[], $6::bytea[])
ON CONFLICT (zone, set_key, mms_id) DO UPDATE SET at = excluded.at, digest = excluded.digest, form = excluded.form
"""
_LOCK: Final = """
SELECT mms_id, place FROM unpublished WHERE zone = $1 AND mms_id = ANY($2::text[]) ORDER BY mms_id FOR UPDATE
"""
_WITHDRAW: Final = f"""
DELETE FROM published WHERE {_OF_SET} AND mms_id = ANY(array(
    SELECT mms_id FROM published WHERE {_OF_SET} ORDER BY mms_id LIMIT $3
))
"""  # noqa: S608


class PostgresSets(Sets):
    """One zone's sets."""

    def __init__(self, connection: Connection, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def first(self, set_: str, after: str, limit: int) -> list[Published]:
        """The contract's, as all below."""
        return [Published(*row) for row in self._rows(FIRST, set_, after, limit)]

    def within(self, set_: str, span: Span, after: str, limit: int) -> list[str]:
        given = set_, *span, after, limit
        near = self._rows(NEAR_ID, *given)
        if len(near) == limit:
            return [mms_id for (mms_id,) in near]
        ((in_all, found),) = self._rows(BY_TIME, *given)
        return found if in_all < FEW else [mms_id for (mms_id,) in self._rows(BY_ID, *given)]

    def shown(self, sets: Sequence[str], mms_ids: Sequence[str]) -> Iterable[Shown]:
        return [Shown(*row) for row in self._rows(SHOWN, [*sets], [*mms_ids])]

    def published(self, set_: str, mms_ids: Sequence[str]) -> Iterable[Published]:
        return [Published(*row) for row in self._rows(THESE, set_, [*mms_ids])]

    def all(self) -> list[str]:
        """Those in which anything is published, rising."""
        return [set_ for (set_,) in self._rows(SETS)]

    def _rows(self, query: str, *given: object) -> list[Row]:
        return self._connection.execute(query, (self._zone, *given), binary=True).fetchall()


def read_page(
    connection: Connection, zone: str, sets: Sequence[str], span: Span, after: str, limit: int
) -> list[Published]:
    """`Publishing.published`, over one state of the zone: mostly by one statement, which sees one."""
    of = PostgresSets(connection, zone)
    if span == EVER and len(sets) < 2:
        return page(of, sets, span, after, limit)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        return page(of, sets, span, after, limit)
    finally:
        if not connection.closed:
            connection.execute("COMMIT")


def publish(
    connection: Connection,
    zone: str,
    set_: str,
    published: Sequence[Published],
    done: Collection[Unpublished],
    seen: Collection[Unpublished],
    read: Mapping[str, Inventory] | None,
) -> set[str]:
    """Keep these, but what comes late; which those are.

    Who has looked how records are now publishes them before anybody else looks: else another might publish a later form
    between the two.
    """
    looked_at = {*done, *seen}
    if unpublished.is_waiting(connection, zone):
        unpublished.bring_some(connection, zone)
    with unpublished.writing(connection, zone):
        connection.execute("SELECT pg_advisory_xact_lock($1)", (locks.key(zone, "publish", set_),))
        rows = connection.execute(_LOCK, (zone, [one.mms_id for one in looked_at]))
        unchanged = {mms_id for mms_id, place in rows if (mms_id, place) in looked_at}
        late = late_now(published, looked_at, unchanged, read, PostgresSource(connection, zone).inventory)
        kept = keep_now(published, late)
        if kept:
            connection.execute(_KEEP, (zone, set_, *map(list, zip(*kept, strict=True))))
        ended = {one.mms_id for one in done} - late
        connection.execute("DELETE FROM unpublished WHERE zone = $1 AND mms_id = ANY($2::text[])", (zone, [*ended]))
    return late


def unpublish(connection: Connection, zone: str, after: str, limit: int) -> list[str]:
    """Let the next records behind `after`, and what is published, be unpublished again; those, by rising MMS ID."""
    with unpublished.writing(connection, zone):
        query = "SELECT mms_id FROM record WHERE zone = $1 AND mms_id > $2 ORDER BY mms_id LIMIT $3"
        found = {mms_id for (mms_id,) in connection.execute(query, (zone, after, limit))}
        query = f"SELECT mms_id FROM published WHERE {_OF_SET} AND mms_id > $3 ORDER BY mms_id LIMIT $4"  # noqa: S608
        for set_ in PostgresSets(connection, zone).all():
            found.update(mms_id for (mms_id,) in connection.execute(query, (zone, set_, after, limit)))
        some = sorted(found)[:limit]
        unpublished.changed(connection, zone, some)
    return some


def published_in(connection: Connection, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
    """By MMS ID, in which sets a record is."""
    sets = PostgresSets(connection, zone)
    return sets_of(sets.shown(sets.all(), [*mms_ids]))


def counts(connection: Connection, zone: str) -> dict[str, tuple[int, int]]:
    """By set, how many are in it, and how many of those are deleted."""
    query = "SELECT DISTINCT set_key FROM publishing_run WHERE zone = $1"
    found = {set_: (0, 0) for (set_,) in connection.execute(query, (zone,))}
    query = f"""
    SELECT (SELECT count(*) FROM published WHERE {_OF_SET}),
        (SELECT count(*) FROM published WHERE {_OF_SET} AND form = ''::bytea)
    """  # noqa: S608
    for set_ in PostgresSets(connection, zone).all():
        ((in_all, deleted),) = connection.execute(query, (zone, set_)).fetchall()
        found[set_] = (in_all, deleted)
    return found


def earliest(connection: Connection, zone: str) -> int | None:
    """The least time of any set: one look into an index for each."""
    query = f"SELECT at FROM published WHERE {_OF_SET} ORDER BY at LIMIT 1"  # noqa: S608
    found = (connection.execute(query, (zone, set_)).fetchone() for set_ in PostgresSets(connection, zone).all())
    return min((row[0] for row in found if row), default=None)


def withdraw(connection: Connection, zone: str, set_: str, limit: int) -> int:
    """Forget so many of those that are published in it; how many there were."""
    return connection.execute(_WITHDRAW, (zone, set_, limit)).rowcount
