"""What becomes of one record: examined without a store, then decided in a plan that may run again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gateway.importer.match import unique_oclc_identifier
from gateway.importer.merge import METHODS, merge
from gateway.importer.mms import mms_id
from gateway.importer.normalize import normalize
from gateway.marc import rules
from gateway.marc.identifiers import by_size, identifiers, oclc_numbers
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Facts, Finding, Hit, Identifier, Outcome, Reason, Receipt, Severity, Zone
from gateway.stores.base import Transaction

MERGE_METHOD: Final = METHODS["overlay-all-fields-but-local"]
_STAMPED: Final = frozenset({"001", "003", "005"})
NOT_COMPARED: Final = frozenset({"001", "003", "005", "994"})
"""What differs between two exports of one record: OCLC's 005 is the time of export, and it adds the 994 [doc]."""


class Examined(Struct, frozen=True):
    """A record as far as it can be judged without the store."""

    record: Record | None = None
    """Normalized; None where its structure is damaged."""
    findings: tuple[Finding, ...] = ()
    found_by: frozenset[Identifier] = frozenset()
    oclc_numbers: tuple[str, ...] = ()
    title: str = ""
    originating_system: str = ""
    originating_version: str = ""

    @property
    def obstacle(self) -> Reason | None:
        """Why it cannot come in, whatever the zone holds."""
        return next((rules.RULES[f.code].group for f in self.findings if f.severity is Severity.REFUSE), None)

    def receipt(self, zone: Zone, facts: Facts) -> Receipt:
        """A refusal, to be made more of."""
        return Receipt(
            zone.key,
            Outcome.REFUSED,
            self.obstacle,
            oclc_numbers=self.oclc_numbers,
            title=self.title,
            findings=self.findings,
            facts=facts,
        )


def examine(raw: bytes) -> Examined:
    """Validate and normalize."""
    try:
        arrived = Record.parse(raw)
    except Damaged as error:
        return Examined(findings=(rules.damage(error),))
    record = normalize(arrived)
    found_by = identifiers(record)
    return Examined(
        record=record,
        findings=tuple(rules.check(raw, arrived, found_by)),
        found_by=found_by,
        oclc_numbers=oclc_numbers(found_by),
        title=arrived.title,
        originating_system=arrived.control_value("003").strip(),
        originating_version=arrived.control_value("005").strip(),
    )


def decide(
    transaction: Transaction, zone: Zone, examined: Examined, facts: Facts, *, now: datetime, submission: str
) -> Receipt:
    """Match, merge or create, put. Changes nothing where it refuses. `now` and `submission` mark the new version.

    Raises `TooLong` where the record would be too long as it is to be kept.
    """
    record = examined.record
    if record is None or examined.obstacle is not None:
        return examined.receipt(zone, facts)
    matches = unique_oclc_identifier(transaction, examined.found_by)
    stored = [bib for match in matches if (bib := transaction.get(match)) is not None]
    receipt = examined.receipt(zone, _with_matches(facts, examined, stored))
    if len(stored) > 1:
        return replace(receipt, reason=Reason.SEVERAL_MATCHES)
    if not stored:
        made = mms_id(transaction.next_ordinal(), zone.mms_suffix)
        transaction.put(
            BibRecord(
                mms_id=made,
                version=1,
                marc=stamp(record, made, now).serialize(),
                title=examined.title,
                identifiers=examined.found_by,
                originating_system=examined.originating_system,
                originating_version=examined.originating_version,
                at=now,
                submission=submission,
            )
        )
        return replace(receipt, outcome=Outcome.CREATED, mms_id=made)
    present = Record.parse(stored[0].marc)
    merged = merge(present, record, MERGE_METHOD)
    if same(merged, present):
        return replace(receipt, outcome=Outcome.UNCHANGED, mms_id=stored[0].mms_id)
    transaction.put(
        replace(
            stored[0],
            version=stored[0].version + 1,
            marc=stamp(merged, stored[0].mms_id, now).serialize(),
            title=merged.title,
            identifiers=identifiers(merged),
            originating_system=examined.originating_system,
            originating_version=examined.originating_version,
            at=now,
            submission=submission,
        )
    )
    return replace(receipt, outcome=Outcome.MERGED, mms_id=stored[0].mms_id)


def _with_matches(facts: Facts, examined: Examined, stored: Sequence[BibRecord]) -> Facts:
    numbers = {number for _, number in examined.found_by}
    borne = {number for bib in stored for _, number in bib.identifiers}
    return replace(
        facts,
        keys=by_size(numbers),
        matched=by_size(numbers & borne),
        hits=tuple([Hit(bib.mms_id, bib.title) for bib in stored]),
    )


def stamp(record: Record, mms_id: str, now: datetime) -> Record:
    """As it is kept: 001 is the MMS ID, 003 is gone, 005 is the time of import in UTC [assumed]."""
    rest = [field for field in record.fields if field[0] not in _STAMPED]
    made = f"{now:%Y%m%d%H%M%S}.{now.microsecond // 100_000}"
    return Record(record.leader, [Field("001", mms_id.encode()), Field("005", made.encode()), *rest])


def same(one: Record, other: Record) -> bool:
    """Whether two records differ only in what every export changes. The order of fields counts within a tag."""
    return _compared(one) == _compared(other)


def _compared(record: Record) -> tuple[bytes, bytes, list[Field]]:
    fields = sorted(record.fields, key=lambda field: field.tag)
    kept = [field for field in fields if field.tag not in NOT_COMPARED]
    return record.leader[5:12], record.leader[17:], kept
