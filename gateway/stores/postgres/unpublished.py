"""The SQL for what is to be published again. Runs in a thread, but for `note_changed`.

An export leaves nothing here: that a record was written stands in `index_change` for who searches, and is brought from
there to `unpublished` by who publishes, or by who is done with it there. Places there rise in the order of the commits:
what is brought is all up to a place.
Rows of `unpublished` are locked by rising MMS ID, whoever writes them, and in one statement of a transaction: so no
ring closes. Who publishes shares the lock of those who import (`locks.enter`): nothing is published of a zone that is
being reset.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from gateway.stores.postgres import locks
from gateway.stores.postgres.batch import Batch, Statement
from gateway.stores.postgres.binary import BIGINT, TEXT, TEXTS
from gateway.stores.postgres.rows import BIGGEST
from gateway.stores.postgres.session import Connection
from gateway.stores.publishing import ROWS_OF_A_TURN, Unpublished, new_place

_CHANGED: Final = Statement(
    "unpublish",
    """
    INSERT INTO unpublished SELECT $1, mms_id, $2 FROM unnest($3::text[]) AS changed (mms_id)
    ON CONFLICT (zone, mms_id) DO UPDATE SET place = excluded.place
    """,
    (TEXT, BIGINT, TEXTS),
)
WAITING: Final = """
FROM index_change WHERE zone = $1
AND place > coalesce((SELECT place FROM unpublished_state WHERE zone = $1), 0)
"""
"""What of `index_change` is not here yet."""
NEXT: Final = """
SELECT mms_id, place FROM index_change WHERE zone = $1 AND place > $2 AND place <= $3 ORDER BY place LIMIT $4
"""
UNPUBLISHED: Final = "SELECT mms_id, place FROM unpublished WHERE zone = $1 AND mms_id > $2"
_ALL_UNPUBLISHED: Final = f"""
SELECT mms_id, max(place) FROM ({UNPUBLISHED} UNION ALL SELECT mms_id, 0 {WAITING} AND mms_id > $2) AS changed
GROUP BY mms_id ORDER BY mms_id LIMIT $3
"""  # noqa: S608 - words of its own, as all here
"""With what is not here yet, for who may not bring it."""


def note_changed(batch: Batch, zone: str, mms_ids: Sequence[str]) -> None:
    """Note that these records are to be published again, though nobody need index them. They rise."""
    if mms_ids:
        batch.add(_CHANGED, zone, new_place(), mms_ids)


def changed(connection: Connection, zone: str, mms_ids: Collection[str]) -> None:
    """The same within somebody's transaction."""
    connection.execute(_CHANGED.sql, (zone, new_place(), sorted(mms_ids)))


def bring(connection: Connection, zone: str, last: int = BIGGEST, limit: int | None = None) -> None:
    """Bring here what stands in `index_change` up to a place, or the next so many. Who deletes it there does it before.

    Within a transaction.
    """
    place = _lock_state(connection, zone)
    waiting = connection.execute(NEXT, (zone, place, last, limit)).fetchall()
    if waiting:
        changed(connection, zone, {mms_id for mms_id, _ in waiting})
        _set_place(connection, zone, waiting[-1][1])


def bring_some(connection: Connection, zone: str) -> None:
    """Bring the next, in a transaction of its own."""
    with writing(connection, zone):
        bring(connection, zone, limit=ROWS_OF_A_TURN)


def forget_brought(connection: Connection, zone: str) -> None:
    """Delete in `index_change` what was brought here."""
    query = """
    DELETE FROM index_change WHERE zone = $1 AND place <= (SELECT place FROM unpublished_state WHERE zone = $1)
    """
    connection.execute(query, (zone,))


def take(connection: Connection, zone: str) -> None:
    """Bring here all that stands in `index_change`, and delete it there; by who lets nobody else put anything there."""
    bring(connection, zone)
    forget_brought(connection, zone)


def brought(connection: Connection, zone: str) -> None:
    """All that is in `index_change` now is here; to be called by who has put it there, and lets nobody else."""
    row = connection.execute("SELECT max(place) FROM index_change WHERE zone = $1", (zone,)).fetchone()
    if row and row[0]:
        _set_place(connection, zone, row[0])


def _lock_state(connection: Connection, zone: str) -> int:
    """How far `index_change` was brought; nobody else brings anything until the end of the transaction."""
    connection.execute("INSERT INTO unpublished_state VALUES ($1, 0, '') ON CONFLICT (zone) DO NOTHING", (zone,))
    row = connection.execute("SELECT place FROM unpublished_state WHERE zone = $1 FOR UPDATE", (zone,)).fetchone()
    return row[0] if row else 0


def _set_place(connection: Connection, zone: str, place: int) -> None:
    connection.execute("UPDATE unpublished_state SET place = $2 WHERE zone = $1", (zone, place))


def is_waiting(connection: Connection, zone: str) -> bool:
    """Whether there is anything to be brought."""
    return connection.execute(f"SELECT 1 {WAITING} LIMIT 1", (zone,)).fetchone() is not None


def unpublished(connection: Connection, zone: str, after: str, limit: int) -> list[Unpublished]:
    """Those behind `after`, when all was brought."""
    rows = connection.execute(f"{UNPUBLISHED} ORDER BY mms_id LIMIT $3", (zone, after, limit))
    return [Unpublished(*row) for row in rows]


def all_unpublished(connection: Connection, zone: str, after: str, limit: int) -> list[Unpublished]:
    """The same in a store that was opened to read; slow where much was not brought."""
    return [Unpublished(*row) for row in connection.execute(_ALL_UNPUBLISHED, (zone, after, limit))]


def unpublished_by(connection: Connection, zone: str) -> str | None:
    """Who did that last to all of them."""
    row = connection.execute("SELECT made_by FROM unpublished_state WHERE zone = $1", (zone,)).fetchone()
    return row[0] if row else None


def set_unpublished_by(connection: Connection, zone: str, name: str) -> None:
    """Keep who did that."""
    query = """
    INSERT INTO unpublished_state VALUES ($1, 0, $2) ON CONFLICT (zone) DO UPDATE SET made_by = excluded.made_by
    """
    with writing(connection, zone):
        connection.execute(query, (zone, name))


@contextmanager
def writing(connection: Connection, zone: str) -> Iterator[None]:
    """A transaction in which nobody forgets what the zone holds."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        connection.execute("SELECT pg_advisory_xact_lock_shared($1)", (locks.key(zone, "import", ""),))
        yield
