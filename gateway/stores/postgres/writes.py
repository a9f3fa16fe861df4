"""The SQL that writes what a group has made. Runs in a thread, within the group's transaction and pipeline.

Rows that are new go in one statement a table, which costs a third of one a row. Others go one by one, each by its key.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.model import Delivery, PendingLink
from gateway.stores.postgres import rows
from gateway.stores.postgres.rows import Kept, RecordRow
from gateway.stores.postgres.session import Connection
from gateway.stores.postgres.shelf import Made

_VERSIONS: Final = "SELECT %s, * FROM unnest(%b::text[], %b::integer[], %b::bytea[], %b::text[])"


class Change(NamedTuple):
    """What becomes of one record's rows."""

    newest: RecordRow
    is_new: bool
    earlier: list[RecordRow]
    """Versions that are no longer the newest."""
    gained: frozenset[str]
    """Numbers by which it is found, and was not."""
    lost: frozenset[str]

    @property
    def numbers(self) -> frozenset[str]:
        """Numbers of which somebody may have asked whose they are."""
        return self.gained | self.lost

    @classmethod
    def of(cls, stored: Kept | None, made: Sequence[Kept]) -> "Change":
        """From the version in the database to those that were made."""
        earlier = [version.row for version in made[:-1]]
        if stored is not None and stored.record.version < made[0].record.version:
            earlier.insert(0, stored.row)
        before, after = rows.numbers_of(stored and stored.record), rows.numbers_of(made[-1].record)
        return cls(made[-1].row, stored is None, earlier, after - before, before - after)


def put_records(connection: Connection, zone: str, changes: Iterable[Change]) -> None:
    """Keep these versions, and by what each record is found."""
    changes = [*changes]
    new = [change.newest for change in changes if change.is_new]
    if new:
        connection.execute(f"INSERT INTO record {_VERSIONS}", (zone, *_columns(new)))
    changed = [
        (version, marc, body, zone, mms_id)
        for mms_id, version, marc, body in (change.newest for change in changes if not change.is_new)
    ]
    if changed:
        query = "UPDATE record SET version = %s, marc = %b, body = %s WHERE zone = %s AND mms_id = %s"
        connection.cursor().executemany(query, changed)
    earlier = [row for change in changes for row in change.earlier]
    if earlier:
        connection.execute(f"INSERT INTO record_version {_VERSIONS}", (zone, *_columns(earlier)))
    gained = [(number, change.newest[0]) for change in changes for number in sorted(change.gained)]
    if gained:
        query = "INSERT INTO identifier SELECT %s, * FROM unnest(%b::text[], %b::text[])"
        connection.execute(query, (zone, *_columns(gained)))
    lost = [(zone, number, change.newest[0]) for change in changes for number in sorted(change.lost)]
    if lost:
        query = "DELETE FROM identifier WHERE zone = %s AND number = %s AND mms_id = %s"
        connection.cursor().executemany(query, lost)


def insert_attempts(connection: Connection, attempts: Sequence[rows.AttemptRow]) -> Iterable[rows.Row]:
    """Keep attempts under the next numbers, in their order. Zone, ID and number of each."""
    query = """
    INSERT INTO attempt (zone, seq, id, at, raw, body)
    SELECT zone, nextval('attempt_seq'), id, at, raw, body
    FROM unnest(%b::text[], %b::text[], %b::timestamptz[], %b::bytea[], %b::text[]) AS new (zone, id, at, raw, body)
    RETURNING zone, id, seq
    """
    return connection.execute(query, _columns(attempts))


def put_links(connection: Connection, zone: str, links: Mapping[str, PendingLink | None]) -> None:
    """Keep links that are still to be made, and forget those that are not."""
    kept = [(zone, rows.plain(name), rows.link_row(link)) for name, link in links.items() if link is not None]
    if kept:
        query = """
        INSERT INTO pending_link VALUES (%s, %s, %s) ON CONFLICT (zone, submission) DO UPDATE SET link = excluded.link
        """
        connection.cursor().executemany(query, kept)
    settled = [(zone, rows.plain(name)) for name, link in links.items() if link is None]
    if settled:
        query = "DELETE FROM pending_link WHERE zone = %s AND submission = %s"
        connection.cursor().executemany(query, settled)


def put_deliveries(connection: Connection, zone: str, notes: Mapping[int, Delivery]) -> None:
    """Add to attempts, by their numbers, what became of their replies."""
    if not notes:
        return
    query = """
    INSERT INTO delivery SELECT %s, * FROM unnest(%b::bigint[], %b::double precision[], %b::boolean[])
    ON CONFLICT (zone, seq) DO UPDATE SET seconds = excluded.seconds, delivered = excluded.delivered
    """
    columns = _columns([(seq, float(note.seconds), note.delivered) for seq, note in notes.items()])
    connection.execute(query, (zone, *columns))


def add_deliveries(connection: Connection, deliveries: Iterable[tuple[str, str, Delivery]]) -> None:
    """The same by zone and key of the attempts, those of this transaction too; nothing where one is not kept."""
    given = [(note.seconds, note.delivered, zone, id_) for zone, id_, note in deliveries]
    if given:
        query = """
        INSERT INTO delivery SELECT zone, seq, %s, %s FROM attempt WHERE zone = %s AND id = %s
        ON CONFLICT (zone, seq) DO UPDATE SET seconds = excluded.seconds, delivered = excluded.delivered
        """
        connection.cursor().executemany(query, given)


def are_there(connection: Connection, zone: str, made: Made) -> bool:
    """Whether this was committed, which was made together: any one row of it tells.

    What forgets links alone may be done again, so it is no matter; it counts as not there.
    """
    for attempted, id_, *_ in made.attempts[:1]:
        return bool([*rows.select_filed(connection, attempted, [id_])])
    for name, link in made.links.items():
        if link is not None:
            query = "SELECT 1 FROM pending_link WHERE zone = %s AND submission = %s"
            return connection.execute(query, (zone, rows.plain(name))).fetchone() is not None
    for mms_id, versions in made.versions.items():
        return versions[-1].record in rows.versions(connection, zone, mms_id)
    return False


def _columns(table: Sequence[rows.Row]) -> tuple[list[object], ...]:
    """Rows as the arrays that unnest takes."""
    return tuple(map(list, zip(*table, strict=True)))
