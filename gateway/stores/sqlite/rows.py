"""The SQL of the SQLite store: rows to nouns and back. Runs in a thread, within somebody's transaction."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final

import apsw
import msgspec

from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Facts,
    Finding,
    Flag,
    Identifier,
    Outcome,
    PendingLink,
    Reason,
    Receipt,
    Submission,
)
from gateway.stores.base import Counts, Indexed, Retention
from gateway.stores.transacting import out_of_turn

Execute = Callable[..., apsw.Cursor]
"""`Connection.execute` of the writer or of a reader."""
Row = tuple[Any, ...]
"""What apsw gives: the types are those of the STRICT tables."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
to_json = msgspec.json.Encoder(order="deterministic").encode
identifiers_of = msgspec.json.Decoder(frozenset[Identifier]).decode
flags_of = msgspec.json.Decoder(frozenset[Flag]).decode
_findings_of = msgspec.json.Decoder(tuple[Finding, ...]).decode
_facts_of = msgspec.json.Decoder(Facts).decode
_numbers_of = msgspec.json.Decoder(tuple[str, ...]).decode
_link_of = msgspec.json.Decoder(PendingLink).decode

IDENTIFIERS_AT_ONCE: Final = 8
"""Rows of one statement: most records have fewer, and a statement costs more than a row."""

_RECORD = (
    "mms_id, version, marc, title, identifiers, originating_system, originating_version, at, submission, "
    "made_by, flags, management_tag, linked_to"
)
_WITHOUT_MARC = _RECORD.replace("marc", "x''")
_COLUMNS = f"zone, {_RECORD}"
_INSERT_RECORD = f"INSERT INTO record ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
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


def records_of(execute: Execute, zone: str, mms_ids: Collection[str]) -> list[BibRecord]:
    """The newest versions of these records, of those that are there."""
    query = f"SELECT {_RECORD} FROM record WHERE zone = ? AND mms_id IN (SELECT value FROM json_each(?))"
    return [*map(_to_record, execute(query, (zone, to_json([*mms_ids]).decode())))]


def records(execute: Execute, zone: str, after: str, limit: int) -> list[BibRecord]:
    """The zone's records by rising MMS ID."""
    query = f"SELECT {_RECORD} FROM record WHERE zone = ? AND mms_id > ? ORDER BY mms_id LIMIT ?"
    return [_to_record(row) for row in execute(query, (zone, after, limit))]


def versions(execute: Execute, zone: str, mms_id: str, numbers: Collection[int] | None) -> list[BibRecord]:
    """Every version of a record or some, oldest first."""
    which = "zone = ?1 AND mms_id = ?2"
    if numbers is not None:
        which += " AND version IN (SELECT value FROM json_each(?3))"
    query = (
        f"SELECT {_RECORD} FROM record_version WHERE {which} "
        f"UNION ALL SELECT {_RECORD} FROM record WHERE {which} ORDER BY version"
    )
    given = (zone, mms_id) if numbers is None else (zone, mms_id, to_json([*numbers]).decode())
    return [_to_record(row) for row in execute(query, given)]


def history(execute: Execute, zone: str, mms_id: str, before: int | None, limit: int) -> list[BibRecord]:
    """The versions of a record without their MARC, newest first."""
    which = "zone = ?1 AND mms_id = ?2 AND version < ?3"
    query = (
        f"SELECT {_WITHOUT_MARC} FROM record_version WHERE {which} "
        f"UNION ALL SELECT {_WITHOUT_MARC} FROM record WHERE {which} ORDER BY version DESC LIMIT ?4"
    )
    return [_to_record(row) for row in execute(query, (zone, mms_id, math.inf if before is None else before, limit))]


def filed(execute: Execute, zone: str, submission: str) -> bool:
    """Whether the attempt with this ID is there."""
    return execute("SELECT 1 FROM attempt WHERE id = ? AND zone = ?", (submission, zone)).get is not None


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


def attempts_of(execute: Execute, seqs: Iterable[int]) -> list[Attempt]:
    """Those of these numbers that are there, by rising number."""
    query = f"SELECT {_ATTEMPT} FROM attempt WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq"
    return [_to_attempt(row) for row in execute(query, (to_json([*seqs]).decode(),))]


def newer(execute: Execute, marks: Mapping[str, int], limit: int) -> list[Attempt]:
    """Attempts behind each zone's mark, by rising number. Where there are none, one look a zone into an index."""
    query = (
        "SELECT seq FROM json_each(?) AS mark CROSS JOIN attempt INDEXED BY attempt_by_zone "
        "ON attempt.zone = mark.key AND attempt.seq > mark.value ORDER BY seq LIMIT ?"
    )
    seqs = [seq for (seq,) in execute(query, (to_json(marks).decode(), limit))]
    return attempts_of(execute, seqs) if seqs else []


def links(execute: Execute) -> list[PendingLink]:
    """Every link that is still to be made, in the order of their submissions."""
    query = "SELECT link FROM pending_link ORDER BY submission, zone"
    return [_link_of(link) for (link,) in execute(query)]


def counts(execute: Execute) -> dict[str, Counts]:
    """How much each zone holds."""
    query = (
        "SELECT zone, sum(records), sum(versions), sum(attempts), sum(ordinal) FROM ("
        "SELECT zone, count(*) AS records, count(*) AS versions, 0 AS attempts, 0 AS ordinal FROM record GROUP BY zone "
        "UNION ALL SELECT zone, 0, count(*), 0, 0 FROM record_version GROUP BY zone "
        "UNION ALL SELECT zone, 0, 0, count(*), 0 FROM attempt GROUP BY zone "
        "UNION ALL SELECT zone, 0, 0, 0, ordinal FROM zone"
        ") GROUP BY zone ORDER BY zone"
    )
    return {zone: Counts(*numbers) for zone, *numbers in execute(query) if any(numbers)}


def indexed(execute: Execute, zone: str, after: Indexed | None, limit: int) -> list[Indexed]:
    """By what the records of a zone are found, in the order of the index."""
    (kind, value), mms_id = after or (("", ""), "")
    query = (
        "SELECT kind, value, mms_id FROM identifier WHERE zone = ? AND (value, kind, mms_id) > (?, ?, ?) "
        "ORDER BY value, kind, mms_id LIMIT ?"
    )
    found = execute(query, (zone, value, kind, mms_id, limit))
    return [Indexed(Identifier(kind, value), mms_id) for kind, value, mms_id in found]


def put_record(execute: Execute, zone: str, record: BibRecord) -> bool:
    """Keep a new record, a next version or an amended one. Raises `StoreError` for a version that is none of these.

    The newest version alone is found by its identifiers. Returns whether it is to be noted for who searches next
    (`changed`): an amended one with the same MARC, suppressed or not as before, need not.
    """
    row = _to_row(zone, record)
    before: frozenset[Identifier] = frozenset()
    same = False
    if record.version != 1 or not _is_new(execute, row):
        before, same = _make_way(execute, zone, record)
        execute(_INSERT_RECORD, row)
    new = [(zone, value, kind, record.mms_id) for kind, value in record.identifiers - before]
    for start in range(0, len(new), IDENTIFIERS_AT_ONCE):
        some = new[start : start + IDENTIFIERS_AT_ONCE]
        execute(
            f"INSERT OR IGNORE INTO identifier VALUES {', '.join(['(?, ?, ?, ?)'] * len(some))}",
            [*chain.from_iterable(some)],
        )
    for kind, value in before - record.identifiers:
        query = "DELETE FROM identifier WHERE zone = ? AND value = ? AND kind = ? AND mms_id = ?"
        execute(query, (zone, value, kind, record.mms_id))
    return not same


def _is_new(execute: Execute, row: Row) -> bool:
    """Whether the record was not there; it is now."""
    try:
        execute(_INSERT_RECORD, row)
    except apsw.ConstraintError:
        return False
    return True


def _make_way(execute: Execute, zone: str, record: BibRecord) -> tuple[frozenset[Identifier], bool]:
    """Move the version before this one to the earlier ones, or drop the same one; returns what it was found by, and
    whether the same one had the same bytes, and was suppressed or not as it is now.
    """
    key = (zone, record.mms_id, record.version)
    execute(
        f"INSERT INTO record_version ({_COLUMNS}) "
        f"SELECT {_COLUMNS} FROM record WHERE zone = ? AND mms_id = ? AND version = ? - 1",
        key,
    )
    found = execute(
        "DELETE FROM record WHERE zone = ?1 AND mms_id = ?2 AND version IN (?3 - 1, ?3) "
        "RETURNING identifiers, version = ?3 AND marc = ?4, flags",
        (*key, record.marc),
    ).fetchone()
    if found is None:
        raise out_of_turn(record)
    found_by, same, flags = found
    return identifiers_of(found_by), bool(same) and (Flag.SUPPRESSED in flags_of(flags)) is record.is_suppressed


def changed(execute: Execute, zone: str, mms_ids: Sequence[str]) -> None:
    """Note for who searches next that these records are written, or removed, in this order."""
    last = execute("SELECT max(place) FROM index_change WHERE zone = ?", (zone,)).get or 0
    query = "INSERT INTO index_change SELECT ?1, ?2 + key, value FROM json_each(?3)"
    execute(query, (zone, last + 1, to_json(mms_ids).decode()))


def insert_attempt(execute: Execute, submission: Submission, receipt: Receipt) -> None:
    """Keep an attempt under the next number."""
    execute(
        f"INSERT INTO attempt ({_INSERTED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            submission.id,
            to_microseconds(submission.at),
            submission.host,
            submission.peer,
            submission.logon_id,
            submission.raw,
            receipt.zone,
            receipt.outcome.value,
            receipt.reason and receipt.reason.value,
            receipt.mms_id,
            to_json(receipt.oclc_numbers),
            receipt.title,
            to_json(receipt.findings),
            to_json(receipt.facts),
        ),
    )


def put_link(execute: Execute, zone: str, link: PendingLink) -> None:
    """Keep a link that is still to be made; the network zone is `zone`."""
    execute("INSERT OR REPLACE INTO pending_link VALUES (?, ?, ?)", (zone, link.submission.id, to_json(link)))


def delete_link(execute: Execute, zone: str, submission: str) -> None:
    """Keep it no longer."""
    execute("DELETE FROM pending_link WHERE zone = ? AND submission = ?", (zone, submission))


def update_deliveries(execute: Execute, deliveries: Sequence[Delivery]) -> None:
    """Add to attempts what became of their replies."""
    execute(
        "UPDATE attempt SET seconds = note.value ->> 'seconds', delivered = note.value ->> 'delivered' "
        "FROM json_each(?) AS note WHERE attempt.id = note.value ->> 'submission'",
        (to_json(deliveries).decode(),),
    )


def set_delivery(execute: Execute, delivery: Delivery) -> None:
    """Add to an attempt what became of its reply, to the last digit."""
    query = "UPDATE attempt SET seconds = ?, delivered = ? WHERE id = ?"
    execute(query, (delivery.seconds, delivery.delivered, delivery.submission))


def ordinal(execute: Execute, zone: str) -> int:
    """How many records the zone has had."""
    return int(execute("SELECT ordinal FROM zone WHERE zone = ?", (zone,)).get or 0)


def set_ordinal(execute: Execute, zone: str, value: int) -> None:
    """Keep that number."""
    execute("INSERT INTO zone VALUES (?, ?) ON CONFLICT (zone) DO UPDATE SET ordinal = excluded.ordinal", (zone, value))


def expire(execute: Execute, retention: Retention, now: datetime) -> None:
    """Delete the attempts that need not be kept."""
    beyond = (execute("SELECT count(*) FROM attempt").get or 0) - retention.keep  # of an index: SQLite takes the least
    if beyond > 0:
        last = "SELECT seq FROM attempt ORDER BY seq LIMIT 1 OFFSET ?"
        execute(f"DELETE FROM attempt WHERE seq <= ({last})", (beyond - 1,))
    if retention.age is not None:
        oldest_kept = to_microseconds(now - retention.age)
        first_kept = execute("SELECT seq FROM attempt WHERE at >= ? ORDER BY seq LIMIT 1", (oldest_kept,)).get
        execute("DELETE FROM attempt WHERE seq < coalesce(?, seq + 1)", (first_kept,))


def to_microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND


def _to_row(zone: str, record: BibRecord) -> Row:
    return (
        zone,
        record.mms_id,
        record.version,
        record.marc,
        record.title,
        to_json(record.identifiers),
        record.originating_system,
        record.originating_version,
        to_microseconds(record.at),
        record.submission,
        record.made_by,
        to_json(record.flags),
        record.management_tag,
        record.linked_to,
    )


def _to_record(row: Row) -> BibRecord:
    mms_id, version, marc, title, found_by, system, originating, at, submission, *rest = row
    made_by, flags, management_tag, linked_to = rest
    return BibRecord(
        mms_id=mms_id,
        version=version,
        marc=marc,
        title=title,
        identifiers=identifiers_of(found_by),
        originating_system=system,
        originating_version=originating,
        at=from_microseconds(at),
        submission=submission,
        made_by=made_by,
        flags=flags_of(flags),
        management_tag=management_tag,
        linked_to=linked_to,
    )


def _to_attempt(row: Row) -> Attempt:
    seq, id_, at, host, peer, logon_id, raw, *rest = row
    zone, outcome, reason, mms_id, numbers, title, findings, facts, seconds, delivered = rest
    return Attempt(
        seq=seq,
        submission=Submission(id_, from_microseconds(at), host, peer, logon_id, raw),
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
