"""The SQL that writes what a group has made, in batches of its transaction.

Rows that are new go in one statement a table, which costs a third of one a row. Others go one by one, each by its key.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.model import Delivery, PendingLink
from gateway.stores.postgres import rows
from gateway.stores.postgres.batch import Answer, Batch, Statement
from gateway.stores.postgres.binary import (
    BIGINTS,
    BOOLEAN,
    BOOLEANS,
    BYTEA,
    BYTEAS,
    DOUBLE,
    DOUBLES,
    INTEGER,
    INTEGERS,
    TEXT,
    TEXTS,
    TIMESTAMPTZS,
)
from gateway.stores.postgres.rows import Kept, RecordRow
from gateway.stores.postgres.session import Row
from gateway.stores.postgres.shelf import Made

_COLUMNS: Final = "SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::bytea[], $5::text[])"
_OF_COLUMNS: Final = (TEXT, TEXTS, INTEGERS, BYTEAS, TEXTS)
_INSERT_RECORDS: Final = Statement("insert_records", f"INSERT INTO record {_COLUMNS}", _OF_COLUMNS)
_INSERT_VERSIONS: Final = Statement("insert_versions", f"INSERT INTO record_version {_COLUMNS}", _OF_COLUMNS)
_UPDATE_RECORD: Final = Statement(
    "update_record",
    "UPDATE record SET version = $3, marc = $4, body = $5 WHERE zone = $1 AND mms_id = $2",
    (TEXT, TEXT, INTEGER, BYTEA, TEXT),
)
_INSERT_NUMBERS: Final = Statement(
    "insert_numbers",
    "INSERT INTO identifier SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING",
    (TEXT, TEXTS, TEXTS),
)
_DELETE_NUMBER: Final = Statement(
    "delete_number",
    "DELETE FROM identifier WHERE zone = $1 AND number = $2 AND mms_id = $3",
    (TEXT, TEXT, TEXT),
)
_INSERT_INDEX_CHANGES: Final = Statement(
    "insert_index_changes",
    "INSERT INTO index_change SELECT $1, nextval('index_place'), * FROM unnest($2::text[])",
    (TEXT, TEXTS),
)
_INSERT_ATTEMPTS: Final = Statement(
    "insert_attempts",
    """
    INSERT INTO attempt (zone, seq, id, at, raw, body, words)
    SELECT zone, nextval('attempt_seq'), id, at, raw, body, words
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bytea[], $5::text[], $6::text[])
        AS new (zone, id, at, raw, body, words)
    RETURNING zone, id, seq
    """,
    (TEXTS, TEXTS, TIMESTAMPTZS, BYTEAS, TEXTS, TEXTS),
)
_PUT_LINK: Final = Statement(
    "put_link",
    "INSERT INTO pending_link VALUES ($1, $2, $3) ON CONFLICT (zone, submission) DO UPDATE SET link = excluded.link",
    (TEXT, TEXT, TEXT),
)
_DELETE_LINK: Final = Statement(
    "delete_link", "DELETE FROM pending_link WHERE zone = $1 AND submission = $2", (TEXT, TEXT)
)
_PUT_DELIVERIES: Final = Statement(
    "put_deliveries",
    """
    INSERT INTO delivery SELECT $1, * FROM unnest($2::bigint[], $3::double precision[], $4::boolean[])
    ON CONFLICT (zone, seq) DO UPDATE SET seconds = excluded.seconds, delivered = excluded.delivered
    """,
    (TEXT, BIGINTS, DOUBLES, BOOLEANS),
)
_ADD_DELIVERY: Final = Statement(
    "add_delivery",
    """
    INSERT INTO delivery SELECT zone, seq, $3, $4 FROM attempt WHERE zone = $1 AND id = $2
    ON CONFLICT (zone, seq) DO UPDATE SET seconds = excluded.seconds, delivered = excluded.delivered
    """,
    (TEXT, TEXT, DOUBLE, BOOLEAN),
)
_LINK_IS_THERE: Final = Statement(
    "link_is_there", "SELECT 1 FROM pending_link WHERE zone = $1 AND submission = $2", (TEXT, TEXT)
)
_VERSION_IS_THERE: Final = Statement(
    "version_is_there",
    f"SELECT 1 FROM ({rows.VERSIONS}) AS kept WHERE version = $3 AND marc = $4 AND body = $5",  # noqa: S608
    (TEXT, TEXT, INTEGER, BYTEA, TEXT),
)


class Change(NamedTuple):
    """What becomes of one record's rows."""

    newest: RecordRow
    is_new: bool
    earlier: list[RecordRow]
    """Versions that are no longer the newest."""
    gained: frozenset[str]
    """Numbers by which it is found, and was not."""
    lost: frozenset[str]
    is_rewritten: bool
    """It is new, or has another version, or other MARC, or is suppressed as it was not: who searches must read it
    again.
    """

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
        newest = made[-1].row
        rewritten = (
            stored is None
            or newest[1:3] != stored.row[1:3]
            or made[-1].record.is_suppressed is not stored.record.is_suppressed
        )
        return cls(newest, stored is None, earlier, after - before, before - after, rewritten)


def put_records(batch: Batch, zone: str, changes: Sequence[Change]) -> None:
    """Keep these versions, and by what each record is found."""
    new = [change.newest for change in changes if change.is_new]
    if new:
        batch.add(_INSERT_RECORDS, zone, *_columns(new))
    for change in changes:
        if not change.is_new:
            batch.add(_UPDATE_RECORD, zone, *change.newest)
    earlier = [row for change in changes for row in change.earlier]
    if earlier:
        batch.add(_INSERT_VERSIONS, zone, *_columns(earlier))
    gained = [(number, change.newest[0]) for change in changes for number in sorted(change.gained)]
    if gained:
        batch.add(_INSERT_NUMBERS, zone, *_columns(gained))
    for change in changes:
        for number in sorted(change.lost):
            batch.add(_DELETE_NUMBER, zone, number, change.newest[0])


def insert_index_changes(batch: Batch, zone: str, changes: Sequence[Change]) -> None:
    """Note which records are to be read by who searches next; under the zone's lock, as `insert_attempts`."""
    rewritten = [change.newest[0] for change in changes if change.is_rewritten]
    if rewritten:
        batch.add(_INSERT_INDEX_CHANGES, zone, rewritten)


def insert_attempts(batch: Batch, attempts: Sequence[rows.AttemptRow]) -> Answer:
    """Keep attempts under the next numbers, in their order. Zone, ID and number of each."""
    return batch.add(_INSERT_ATTEMPTS, *_columns(attempts))


def put_links(batch: Batch, zone: str, links: Mapping[str, PendingLink | None]) -> None:
    """Keep links that are still to be made, and forget those that are not."""
    for name, link in links.items():
        if link is not None:
            batch.add(_PUT_LINK, zone, rows.plain(name), rows.link_row(link))
        else:
            batch.add(_DELETE_LINK, zone, rows.plain(name))


def put_deliveries(batch: Batch, zone: str, notes: Mapping[int, Delivery]) -> None:
    """Add to attempts, by their numbers, what became of their replies."""
    if notes:
        columns = _columns([(seq, note.seconds, note.delivered) for seq, note in notes.items()])
        batch.add(_PUT_DELIVERIES, zone, *columns)


def add_deliveries(batch: Batch, deliveries: Iterable[tuple[str, str, Delivery]]) -> None:
    """The same by zone and key of the attempts, those of this transaction too; nothing where one is not kept."""
    for zone, id_, note in deliveries:
        batch.add(_ADD_DELIVERY, zone, id_, note.seconds, note.delivered)


def traces(batch: Batch, zone: str, made: Made) -> list[Answer]:
    """Ask for a row of each kind that was made together: if there is one in any answer, all of it was committed.

    Of each kind, for attempts expire, links are settled and records amended. What forgets links alone may be done
    again, so it is no matter; it counts as not there.
    """
    asked = [batch.add(rows.FILED, [id_], attempted) for attempted, id_, *_ in made.attempts[-1:]]
    pended = [name for name, link in made.links.items() if link is not None]
    asked += [batch.add(_LINK_IS_THERE, zone, rows.plain(name)) for name in pended[-1:]]
    asked += [batch.add(_VERSION_IS_THERE, zone, *versions[-1].row) for versions in [*made.versions.values()][-1:]]
    return asked


def _columns(table: Sequence[Row]) -> tuple[list[object], ...]:
    """Rows as the arrays that unnest takes."""
    return tuple(map(list, zip(*table, strict=True)))
