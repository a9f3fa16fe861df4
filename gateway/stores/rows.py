"""The SQL of the SQLite store: rows to nouns and back. Runs in a thread, within somebody's transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

import apsw
import msgspec

from gateway.model import Attempt, BibRecord, Delivery, Facts, Finding, Identifier, Outcome, Reason, Receipt, Submission
from gateway.stores.base import Retention

Execute = Callable[..., apsw.Cursor]
"""`Connection.execute` of the writer or of a reader."""
Row = tuple[Any, ...]
"""What apsw gives: the types are those of the STRICT tables."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_to_json = msgspec.json.Encoder(order="deterministic").encode
_identifiers_of = msgspec.json.Decoder(frozenset[Identifier]).decode
_findings_of = msgspec.json.Decoder(tuple[Finding, ...]).decode
_facts_of = msgspec.json.Decoder(Facts).decode
_numbers_of = msgspec.json.Decoder(tuple[str, ...]).decode

ROWS_A_STATEMENT: Final = (32, 8, 1)
"""Rows that one statement inserts, the most that fit first: few enough kinds that all stay prepared."""

_RECORD = "mms_id, version, marc, title, identifiers, originating_system, originating_version, at, submission"
_COLUMNS = f"zone, {_RECORD}"
_INSERTED = "id, at, host, peer, logon_id, raw, zone, outcome, reason, mms_id, oclc_numbers, title, findings, facts"
_ATTEMPT = f"seq, {_INSERTED}, seconds, delivered"


def holders(execute: Execute, zone: str, identifiers: Iterable[Identifier]) -> list[str]:
    """MMS IDs, rising, of the records that bear one of `identifiers`."""
    wanted = set(identifiers)
    found: set[str] = set()
    for number in {value for _, value in wanted}:
        rows = execute("SELECT kind, mms_id FROM identifier WHERE zone = ? AND value = ?", (zone, number))
        found.update(mms_id for kind, mms_id in rows if (kind, number) in wanted)
    return sorted(found)


def record(execute: Execute, zone: str, mms_id: str) -> BibRecord | None:
    """A record's newest version."""
    row = execute(f"SELECT {_RECORD} FROM record WHERE zone = ? AND mms_id = ?", (zone, mms_id)).fetchone()
    return _to_record(row) if row else None


def records(execute: Execute, zone: str, after: str, limit: int) -> list[BibRecord]:
    """The zone's records by rising MMS ID."""
    query = f"SELECT {_RECORD} FROM record WHERE zone = ? AND mms_id > ? ORDER BY mms_id LIMIT ?"
    return [_to_record(row) for row in execute(query, (zone, after, limit))]


def versions(execute: Execute, zone: str, mms_id: str) -> list[BibRecord]:
    """Every version of a record, oldest first."""
    query = f"SELECT {_RECORD} FROM record_version WHERE zone = ? AND mms_id = ? ORDER BY version"
    earlier = [_to_record(row) for row in execute(query, (zone, mms_id))]
    newest = record(execute, zone, mms_id)
    return [*earlier, newest] if newest else []


def attempt(execute: Execute, seq: int) -> Attempt | None:
    """One attempt by its number."""
    row = execute(f"SELECT {_ATTEMPT} FROM attempt WHERE seq = ?", (seq,)).fetchone()
    return _to_attempt(row) if row else None


def attempts(execute: Execute, zone: str | None, before: int | None, limit: int) -> list[Attempt]:
    """Attempts, newest first."""
    conditions = {"zone = ?": zone, "seq < ?": before}
    given = {condition: value for condition, value in conditions.items() if value is not None}
    where = f"WHERE {' AND '.join(given)}" if given else ""
    query = f"SELECT {_ATTEMPT} FROM attempt {where} ORDER BY seq DESC LIMIT ?"
    return [_to_attempt(row) for row in execute(query, (*given.values(), limit))]


def insert_records(execute: Execute, records: Sequence[tuple[str, BibRecord]]) -> None:
    """Keep versions of records, (zone, record) each, in this order; a version before moves to the earlier ones."""
    for is_first, run in groupby(records, key=lambda pair: pair[1].version == 1):
        if is_first:
            _insert_first_versions(execute, list(run))
        else:
            for zone, record in run:
                _insert_next_version(execute, zone, record)


def _insert_first_versions(execute: Execute, records: Sequence[tuple[str, BibRecord]]) -> None:
    _insert(execute, "record", _COLUMNS, [_from_record(*pair) for pair in records])
    found_by = [
        (zone, value, kind, record.mms_id) for zone, record in records for kind, value in sorted(record.identifiers)
    ]
    _insert(execute, "identifier", "zone, value, kind, mms_id", found_by)


def _insert_next_version(execute: Execute, zone: str, record: BibRecord) -> None:
    key = (zone, record.mms_id)
    before: frozenset[Identifier] = _identifiers_of(
        execute("SELECT identifiers FROM record WHERE zone = ? AND mms_id = ?", key).get
    )
    execute(f"INSERT INTO record_version SELECT {_COLUMNS} FROM record WHERE zone = ? AND mms_id = ?", key)
    execute("DELETE FROM record WHERE zone = ? AND mms_id = ?", key)
    _insert(execute, "record", _COLUMNS, [_from_record(zone, record)])
    for kind, value in record.identifiers - before:
        execute("INSERT INTO identifier VALUES (?, ?, ?, ?)", (zone, value, kind, record.mms_id))
    for kind, value in before - record.identifiers:
        query = "DELETE FROM identifier WHERE zone = ? AND value = ? AND kind = ? AND mms_id = ?"
        execute(query, (zone, value, kind, record.mms_id))


def insert_attempts(execute: Execute, attempts: Sequence[tuple[Submission, Receipt]]) -> None:
    """Keep attempts, numbered in this order."""
    _insert(execute, "attempt", _INSERTED, [_from_attempt(*attempt) for attempt in attempts])


def _insert(execute: Execute, table: str, columns: str, rows: Sequence[Row]) -> None:
    """Insert rows, several a statement: during each another thread takes the interpreter, and taking it back costs."""
    start = 0
    while start < len(rows):
        size = next(size for size in ROWS_A_STATEMENT if size <= len(rows) - start)
        some = rows[start : start + size]
        marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * size)
        execute(f"INSERT INTO {table} ({columns}) VALUES {marks}", [value for row in some for value in row])
        start += size


def update_deliveries(execute: Execute, deliveries: Sequence[Delivery]) -> None:
    """Add to attempts what became of their replies."""
    execute(
        "UPDATE attempt SET seconds = note.value ->> 'seconds', delivered = note.value ->> 'delivered' "
        "FROM json_each(?) AS note WHERE attempt.id = note.value ->> 'submission'",
        (_to_json(deliveries).decode(),),
    )


def ordinal(execute: Execute, zone: str) -> int:
    """How many records the zone has had."""
    return int(execute("SELECT ordinal FROM zone WHERE zone = ?", (zone,)).get or 0)


def set_ordinal(execute: Execute, zone: str, value: int) -> None:
    """Keep that number."""
    execute("INSERT INTO zone VALUES (?, ?) ON CONFLICT (zone) DO UPDATE SET ordinal = excluded.ordinal", (zone, value))


def expire(execute: Execute, retention: Retention, now: datetime) -> None:
    """Delete the attempts that need not be kept."""
    newest_expired = execute("SELECT seq FROM attempt ORDER BY seq DESC LIMIT 1 OFFSET ?", (retention.keep,)).get
    if newest_expired is not None:
        execute("DELETE FROM attempt WHERE seq <= ?", (newest_expired,))
    if retention.age is not None:
        oldest_kept = _to_microseconds(now - retention.age)
        first_kept = execute("SELECT seq FROM attempt WHERE at >= ? ORDER BY seq LIMIT 1", (oldest_kept,)).get
        execute("DELETE FROM attempt WHERE seq < coalesce(?, seq + 1)", (first_kept,))


def _to_microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _from_microseconds(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND


def _to_record(row: Row) -> BibRecord:
    mms_id, version, marc, title, found_by, system, originating, at, submission = row
    return BibRecord(
        mms_id=mms_id,
        version=version,
        marc=marc,
        title=title,
        identifiers=_identifiers_of(found_by),
        originating_system=system,
        originating_version=originating,
        at=_from_microseconds(at),
        submission=submission,
    )


def _from_attempt(submission: Submission, receipt: Receipt) -> Row:
    return (
        submission.id,
        _to_microseconds(submission.at),
        submission.host,
        submission.peer,
        submission.logon_id,
        submission.raw,
        receipt.zone,
        receipt.outcome.value,
        receipt.reason and receipt.reason.value,
        receipt.mms_id,
        _to_json(receipt.oclc_numbers),
        receipt.title,
        _to_json(receipt.findings),
        _to_json(receipt.facts),
    )


def _from_record(zone: str, record: BibRecord) -> Row:
    return (
        zone,
        record.mms_id,
        record.version,
        record.marc,
        record.title,
        _to_json(record.identifiers),
        record.originating_system,
        record.originating_version,
        _to_microseconds(record.at),
        record.submission,
    )


def _to_attempt(row: Row) -> Attempt:
    seq, id_, at, host, peer, logon_id, raw, *rest = row
    zone, outcome, reason, mms_id, numbers, title, findings, facts, seconds, delivered = rest
    return Attempt(
        seq=seq,
        submission=Submission(id_, _from_microseconds(at), host, peer, logon_id, raw),
        receipt=Receipt(
            zone=zone,
            outcome=Outcome(outcome),
            reason=Reason(reason) if reason else None,
            mms_id=mms_id,
            oclc_numbers=_numbers_of(numbers),
            title=title,
            findings=_findings_of(findings),
            facts=_facts_of(facts),
        ),
        seconds=seconds,
        delivered=None if delivered is None else bool(delivered),
    )
