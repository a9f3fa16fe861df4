"""The SQL of the SQLite store: rows to nouns and back. Runs in a thread, within somebody's transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
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


def insert_record(execute: Execute, zone: str, record: BibRecord) -> None:
    """Keep a version; the one before it moves to the earlier ones. The newest alone is found by its identifiers."""
    before: frozenset[Identifier] = frozenset()
    if record.version > 1:
        before = _set_aside(execute, zone, record.mms_id)
    execute(
        f"INSERT INTO record ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
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
        ),
    )
    for kind, value in record.identifiers - before:
        execute("INSERT INTO identifier VALUES (?, ?, ?, ?)", (zone, value, kind, record.mms_id))
    for kind, value in before - record.identifiers:
        query = "DELETE FROM identifier WHERE zone = ? AND value = ? AND kind = ? AND mms_id = ?"
        execute(query, (zone, value, kind, record.mms_id))


def _set_aside(execute: Execute, zone: str, mms_id: str) -> frozenset[Identifier]:
    """Move the newest version to the earlier ones; returns what it was found by."""
    key = (zone, mms_id)
    execute(f"INSERT INTO record_version SELECT {_COLUMNS} FROM record WHERE zone = ? AND mms_id = ?", key)
    found_by = execute("DELETE FROM record WHERE zone = ? AND mms_id = ? RETURNING identifiers", key).get
    return _identifiers_of(found_by)


def insert_attempt(execute: Execute, submission: Submission, receipt: Receipt) -> None:
    """Keep an attempt under the next number."""
    execute(
        f"INSERT INTO attempt ({_INSERTED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
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
        ),
    )


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
    execute("DELETE FROM attempt WHERE seq <= (SELECT max(seq) FROM attempt) - ?", (retention.keep,))
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
