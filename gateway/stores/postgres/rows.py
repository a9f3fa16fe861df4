"""Nouns to rows and back, and the SQL that reads. Runs in a thread.

The subqueries with OFFSET 0 are looked up by their index, one value after the other. Without it the planner may read a
whole zone instead, while it knows nothing of a table that has just grown.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast

import msgspec
from msgspec.structs import replace

from gateway.model import Attempt, BibRecord, Flag, Identifier, IdentifierKind, PendingLink, Receipt, Submission
from gateway.stores.base import Counts, Indexed
from gateway.stores.postgres.batch import Statement
from gateway.stores.postgres.binary import TEXT, TEXTS
from gateway.stores.postgres.session import Connection, Row
from gateway.stores.postgres.words import words_of

RecordRow = tuple[str, int, bytes, str]
"""mms_id, version, marc, body."""
AttemptRow = tuple[str, str, datetime, bytes, str, str]
"""zone, id, at, raw, body, words."""

BIGGEST: Final = 2**63 - 1
"""Of PostgreSQL's numbers."""

_to_json = msgspec.json.Encoder(order="deterministic").encode
_record_of = msgspec.json.Decoder(BibRecord).decode
_attempt_of = msgspec.json.Decoder(tuple[Submission, Receipt]).decode
_link_of = msgspec.json.Decoder(PendingLink).decode

_RECORD: Final = "mms_id, version, marc, body"
HOLDERS: Final = Statement(
    "holders",
    """
    SELECT wanted.number, holder.mms_id FROM unnest($1::text[]) AS wanted (number)
    CROSS JOIN LATERAL (
        SELECT mms_id FROM identifier WHERE zone = $2 AND identifier.number = wanted.number OFFSET 0
    ) AS holder
    """,
    (TEXTS, TEXT),
)
"""Number and MMS ID of each record that bears one of these numbers, of a zone."""
NEWEST: Final = Statement(
    "newest",
    f"""
    SELECT newest.* FROM unnest($1::text[]) AS wanted (mms_id)
    CROSS JOIN LATERAL (
        SELECT {_RECORD} FROM record WHERE zone = $2 AND record.mms_id = wanted.mms_id OFFSET 0
    ) AS newest
    """,  # noqa: S608 - column names of its own
    (TEXTS, TEXT),
)
"""The newest versions of those of these records that a zone has."""
FILED: Final = Statement(
    "filed",
    """
    SELECT wanted.id FROM unnest($1::text[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT 1 FROM attempt WHERE zone = $2 AND attempt.id = wanted.id OFFSET 0) AS kept
    """,
    (TEXTS, TEXT),
)
"""Those of these attempts that are there, by their keys."""
_FIND: Final = f"""
SELECT newest.* FROM (SELECT DISTINCT mms_id FROM ({HOLDERS.sql}) AS held) AS wanted
CROSS JOIN LATERAL (
    SELECT {_RECORD} FROM record WHERE zone = $2 AND record.mms_id = wanted.mms_id OFFSET 0
) AS newest ORDER BY mms_id
"""  # noqa: S608 - column names of its own
VERSIONS: Final = f"""
SELECT {_RECORD} FROM record_version WHERE zone = $1 AND mms_id = $2
UNION ALL SELECT {_RECORD} FROM record WHERE zone = $1 AND mms_id = $2
"""  # noqa: S608 - column names of its own
_SOME_VERSIONS: Final = f"""
SELECT {_RECORD} FROM record_version WHERE zone = $1 AND mms_id = $2 AND version = ANY($3::bigint[])
UNION ALL SELECT {_RECORD} FROM record WHERE zone = $1 AND mms_id = $2 AND version = ANY($3::bigint[])
ORDER BY version
"""  # noqa: S608 - column names of its own
_HISTORY: Final = """
SELECT body FROM (
    SELECT version, body FROM record_version WHERE zone = $1 AND mms_id = $2 AND version < $3
    UNION ALL SELECT version, body FROM record WHERE zone = $1 AND mms_id = $2 AND version < $3
) AS made ORDER BY version DESC LIMIT $4
"""
_ATTEMPTS: Final = """
SELECT seq, raw, body, seconds, delivered FROM attempt LEFT JOIN delivery USING (zone, seq)
"""
NEWER: Final = """
WITH later AS MATERIALIZED (
    SELECT seq FROM unnest($1::text[], $2::bigint[]) AS mark (of, behind)
    JOIN attempt ON zone = mark.of AND seq > mark.behind
)
SELECT seq FROM later ORDER BY seq LIMIT $3
"""
"""Numbers of attempts behind the marks of these zones. Not in one query, or the planner might walk all attempts in the
order of their numbers."""


def plain(text: str) -> str:
    """The text as a key: no two texts have the same, and none holds NUL, which the database does not take."""
    return text.replace("\\", "\\\\").replace("\0", "\\0") if "\\" in text or "\0" in text else text


def unescaped(text: str) -> str:
    """The text of a key."""
    return re.sub(r"\\(.)", lambda pair: "\0" if pair[1] == "0" else pair[1], text)


def number_of(identifier: Identifier) -> str:
    """The key by which an identifier is kept."""
    return plain(f"{identifier.kind}:{identifier.value}")


def _identifier_of(number: str) -> Identifier:
    kind, _, value = number.partition(":")
    return Identifier(cast("IdentifierKind", kind), unescaped(value))


def numbers_of(record: BibRecord | None) -> frozenset[str]:
    """By what a record is found."""
    return frozenset(map(number_of, record.identifiers)) if record else frozenset()


class _Flagged(msgspec.Struct):
    """Of a record's body its flags: all else is passed over."""

    flags: frozenset[Flag]


_flagged_of = msgspec.json.Decoder(_Flagged).decode


def flags_of(body: str) -> frozenset[Flag]:
    """A version's flags."""
    return _flagged_of(body).flags


class Kept(NamedTuple):
    """A version of a record, and its row."""

    record: BibRecord
    row: RecordRow


def kept(record: BibRecord) -> Kept:
    """The version with its row. Raises where it holds what cannot be written down."""
    body = _to_json(replace(record, marc=b"")).decode()
    return Kept(record, (record.mms_id, record.version, record.marc, body))


def kept_of(row: Row) -> Kept:
    """The row with its version."""
    mms_id, version, marc, body = row
    return Kept(replace(_record_of(body), marc=marc), (mms_id, version, marc, body))


def attempt_row(submission: Submission, receipt: Receipt) -> AttemptRow:
    """The attempt's row, but for its number. Raises where it holds what cannot be written down."""
    body = _to_json((replace(submission, raw=b""), receipt)).decode()
    return receipt.zone, plain(submission.id), submission.at, submission.raw, body, words_of(submission, receipt)


def link_row(link: PendingLink) -> str:
    """The link as it is kept."""
    return _to_json(link).decode()


def _attempt(row: Row) -> Attempt:
    seq, raw, body, seconds, delivered = row
    submission, receipt = _attempt_of(body)
    return Attempt(seq, replace(submission, raw=raw), receipt, seconds, delivered)


def _records(rows: Iterable[Row]) -> list[BibRecord]:
    return [kept_of(row).record for row in rows]


def record(connection: Connection, zone: str, mms_id: str) -> BibRecord | None:
    """A record's newest version."""
    row = connection.execute(NEWEST.sql, ([mms_id], zone)).fetchone()
    return kept_of(row).record if row else None


def records_of(connection: Connection, zone: str, mms_ids: Collection[str]) -> list[BibRecord]:
    """The newest versions of these records, of those that are there."""
    return _records(connection.execute(NEWEST.sql, (sorted({*mms_ids}), zone)))


def records(connection: Connection, zone: str, after: str, limit: int) -> list[BibRecord]:
    """The zone's records by rising MMS ID."""
    return _records(connection.execute(*records_query(zone, after, limit)))


def records_query(zone: str, after: str, limit: int) -> tuple[str, Row]:
    """What is asked for a page of records."""
    query = f"SELECT {_RECORD} FROM record WHERE zone = $1 AND mms_id > $2 ORDER BY mms_id LIMIT $3"  # noqa: S608
    return query, (zone, after, limit)


def find(connection: Connection, zone: str, identifiers: Sequence[Identifier]) -> list[BibRecord]:
    """The records that bear one of `identifiers`. One statement, so that it reads one state of the zone."""
    return _records(connection.execute(_FIND, ([*map(number_of, identifiers)], zone)))


def versions(connection: Connection, zone: str, mms_id: str, numbers: Collection[int] | None) -> list[BibRecord]:
    """Every version of a record or some, oldest first."""
    if numbers is None:
        return _records(connection.execute(f"{VERSIONS} ORDER BY version", (zone, mms_id)))
    some = [number for number in numbers if 0 < number <= BIGGEST]
    return _records(connection.execute(_SOME_VERSIONS, (zone, mms_id, some)))


def history(connection: Connection, zone: str, mms_id: str, before: int | None, limit: int) -> list[BibRecord]:
    """The versions of a record without their MARC, newest first."""
    highest = BIGGEST if before is None else max(0, min(before, BIGGEST))
    return [_record_of(body) for (body,) in connection.execute(_HISTORY, (zone, mms_id, highest, limit))]


def attempt(connection: Connection, seq: int) -> Attempt | None:
    """One attempt by its number."""
    if not 0 < seq <= BIGGEST:
        return None
    row = connection.execute(f"{_ATTEMPTS} WHERE seq = $1", (seq,)).fetchone()
    return _attempt(row) if row else None


def attempts(connection: Connection, zone: str | None, before: int | None, limit: int) -> list[Attempt]:
    """Attempts, newest first."""
    return [_attempt(row) for row in connection.execute(*attempts_query(zone, before, limit))]


def attempts_of(connection: Connection, seqs: Sequence[int]) -> list[Attempt]:
    """Those of these numbers that are there, by rising number."""
    if not seqs:
        return []
    found = connection.execute(f"{_ATTEMPTS} WHERE seq = ANY($1) ORDER BY seq", ([*seqs],))
    return [_attempt(row) for row in found]


def newer(connection: Connection, marks: Mapping[str, int], limit: int) -> list[Attempt]:
    """Attempts behind each zone's mark, by rising number. Where there are none, one look a zone into an index."""
    found = connection.execute(NEWER, ([*marks], [*marks.values()], limit)).fetchall()
    return attempts_of(connection, [seq for (seq,) in found])


def attempts_query(zone: str | None, before: int | None, limit: int) -> tuple[str, Row]:
    """What is asked for a page of attempts."""
    highest = BIGGEST if before is None else max(0, min(before, BIGGEST))
    if zone is None:
        return f"{_ATTEMPTS} WHERE seq < $1 ORDER BY seq DESC LIMIT $2", (highest, limit)
    # As a range of the key: by "zone = $3" the planner might walk the attempts of all zones, back to some of this one.
    query = f"{_ATTEMPTS} WHERE (zone, seq) < ($3, $1) AND zone >= $3 ORDER BY zone DESC, seq DESC LIMIT $2"
    return query, (highest, limit, zone)


def links(connection: Connection) -> list[PendingLink]:
    """Every link that is still to be made, in the order of their submissions."""
    found = [_link_of(link) for (link,) in connection.execute("SELECT link FROM pending_link")]
    return sorted(found, key=lambda link: (link.submission.id, link.network))


class Held(NamedTuple):
    """How much a zone holds; what gateways have leased counts as drawn."""

    counts: Counts
    epoch: int
    """Of those leases."""


def counts(connection: Connection) -> dict[str, Held]:
    """How much each zone holds."""
    query = """
    SELECT zone, sum(records)::bigint, sum(versions)::bigint, sum(attempts)::bigint, sum(ordinal)::bigint,
        sum(epoch)::bigint
    FROM (
        SELECT zone, count(*) AS records, count(*) AS versions, 0 AS attempts, 0 AS ordinal, 0 AS epoch
            FROM record GROUP BY zone
        UNION ALL SELECT zone, 0, count(*), 0, 0, 0 FROM record_version GROUP BY zone
        UNION ALL SELECT zone, 0, 0, count(*), 0, 0 FROM attempt GROUP BY zone
        UNION ALL SELECT zone, 0, 0, 0, ordinal, epoch FROM zone
    ) AS held GROUP BY zone ORDER BY zone
    """
    return {zone: Held(Counts(*numbers), epoch) for zone, *numbers, epoch in connection.execute(query)}


def indexed(connection: Connection, zone: str, after: Indexed | None, limit: int) -> list[Indexed]:
    """By what the records of a zone are found, in the order of the index."""
    number, mms_id = (number_of(after.identifier), after.mms_id) if after else ("", "")
    query = """
    SELECT number, mms_id FROM identifier WHERE zone = $1 AND (number, mms_id) > ($2, $3)
    ORDER BY number, mms_id LIMIT $4
    """
    found = connection.execute(query, (zone, number, mms_id, limit))
    return [Indexed(_identifier_of(number), mms_id) for number, mms_id in found]
