"""What becomes of one record: examined without a store, then decided in a plan that may run again."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gateway.importer import guards
from gateway.importer.match import Match, match
from gateway.importer.mms import mms_id
from gateway.importer.profile import Prepared
from gateway.marc import rules
from gateway.marc.charset import UNICODE
from gateway.marc.identifiers import identifiers, oclc_numbers
from gateway.marc.iso2709 import Damaged, TooLong
from gateway.marc.record import Field, Record
from gateway.model import (
    BibRecord,
    Facts,
    Finding,
    Group,
    Hit,
    Identifier,
    Outcome,
    Reason,
    Receipt,
    Severity,
    Zone,
)
from gateway.stores.base import Transaction

Now = Callable[[], datetime]
"""The time, UTC."""

REASONS: Final[dict[Group, Reason]] = {
    "structure": Reason.STRUCTURE,
    "size": Reason.TOO_LONG,
    "charset": Reason.CHARSET,
    "format": Reason.NOT_BIBLIOGRAPHIC,
    "required": Reason.REQUIRED,
}
"""Why a record is refused by what the finding is about; for all other groups `Reason.RULES`."""
STAMPED: Final = frozenset({"001", "003", "005"})
"""Made anew, or taken out, by every import."""
NOT_COMPARED: Final = frozenset({"001", "003", "005", "994"})
"""What differs between two exports of one record: OCLC's 005 is the time of export, and it adds the 994 [doc]."""
SURELY_SHORT_BYTES: Final = 3_000
"""A record that arrives shorter stays within MARC 21's lengths: an OCLC number in 019 triples on its way to 035."""
FINDINGS_KEPT: Final = 50
"""Most refusing findings that an attempt keeps; one says why, the others are found again when somebody reads."""


class Examined(Struct, frozen=True):
    """A record as far as it can be judged without the store."""

    record: Record | None = None
    """Normalized; None where its structure is damaged."""
    findings: tuple[Finding, ...] = ()
    """Those that refuse it; what else there is to say of it is found when somebody reads it."""
    found_by: frozenset[Identifier] = frozenset()
    oclc_numbers: tuple[str, ...] = ()
    title: str = ""
    originating_system: str = ""
    originating_version: str = ""

    @property
    def obstacle(self) -> Reason | None:
        """Why it cannot come in, whatever the zone holds."""
        return reason_for(self.findings[0]) if self.findings else None

    def receipt(self, zone: str, outcome: Outcome, reason: Reason | None, facts: Facts) -> Receipt:
        """What becomes of it, with what it is."""
        return Receipt(
            zone,
            outcome,
            reason,
            oclc_numbers=self.oclc_numbers,
            title=self.title,
            findings=self.findings,
            facts=facts,
        )


def reason_for(finding: Finding) -> Reason:
    """Why a record is refused that has this finding."""
    return REASONS.get(rules.RULES[finding.code].group, Reason.RULES)


def examine(raw: bytes, profile: Prepared) -> Examined:
    """Validate and normalize."""
    try:
        arrived = Record.parse(raw)
    except Damaged as error:
        return Examined(findings=(rules.damage(error),))
    record = profile.normalize(arrived)
    found_by = identifiers(record)
    findings = rules.refusals(raw, arrived, profile.settings.refuse)
    if len(raw) > SURELY_SHORT_BYTES:
        findings += _lengths(record)
    return Examined(
        record=record,
        findings=tuple(findings[:FINDINGS_KEPT]),
        found_by=found_by,
        oclc_numbers=oclc_numbers(found_by),
        title=arrived.title,
        originating_system=arrived.control_value("003").strip(),
        originating_version=arrived.control_value("005").strip(),
    )


def _lengths(record: Record) -> list[Finding]:
    """Whether the normalization has made the record too long."""
    try:
        record.serialize()
    except TooLong as error:
        return [too_long(error)]
    return []


def too_long(error: TooLong) -> Finding:
    """The finding that the import's own changes make a record too long."""
    return Finding("tooLong", Severity.REFUSE, detail=str(error))


class Case(NamedTuple):
    """What is to be decided on, and what marks the version it makes."""

    zone: Zone
    """The zone whose records it is held against."""
    profile: Prepared
    examined: Examined
    observed: Facts
    now: datetime
    submission: str
    """ID."""

    def receipt(self, outcome: Outcome, reason: Reason | None, facts: Facts, mms_id: str = "") -> Receipt:
        """What becomes of it."""
        return replace(self.examined.receipt(self.zone.key, outcome, reason, facts), mms_id=mms_id)


def decide(transaction: Transaction, case: Case) -> Receipt:
    """Match, guard, merge or create, put. Changes nothing where it refuses.

    Raises `TooLong` where the record would be too long as it is to be kept.
    """
    examined, profile = case.examined, case.profile
    record = examined.record
    if record is None or examined.obstacle is not None:
        return case.receipt(Outcome.REFUSED, examined.obstacle, case.observed)
    found = match(transaction, profile.settings, record, examined.found_by)
    facts = _with_match(case.observed, found)
    if found.number > 1:
        return case.receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts)
    if not found.stored:
        return _create(transaction, case, facts, record)
    (stored,) = found.stored
    incoming = guards.Incoming(chr(record.leader[17]), examined.originating_system, examined.originating_version)
    obstacle = guards.obstacle(profile.settings, stored, incoming)
    if obstacle is not None:
        facts = replace(facts, compared=obstacle.compared, levels=obstacle.levels)
        return case.receipt(Outcome.REFUSED, obstacle.reason, facts)
    return _merge(transaction, case, facts, stored, record)


def _create(transaction: Transaction, case: Case, facts: Facts, record: Record) -> Receipt:
    examined = case.examined
    made = mms_id(transaction.next_ordinal(), case.zone.mms_suffix)
    transaction.put(
        BibRecord(
            mms_id=made,
            version=1,
            marc=stamp(record, made, case.now).serialize(),
            title=examined.title,
            identifiers=examined.found_by,
            originating_system=examined.originating_system,
            originating_version=examined.originating_version,
            at=case.now,
            submission=case.submission,
            management_tag=case.profile.settings.synchronize,
        )
    )
    return case.receipt(Outcome.CREATED, None, facts, made)


def _merge(transaction: Transaction, case: Case, facts: Facts, stored: BibRecord, record: Record) -> Receipt:
    """Replace the stored record; where that would change nothing, only remember which version was seen last."""
    merger = case.profile.merger
    facts = replace(facts, merge_method=merger.key)
    seen = replace(
        stored,
        originating_system=case.examined.originating_system,
        originating_version=case.examined.originating_version,
        management_tag=case.profile.settings.synchronize,
    )
    present = Record.parse(stored.marc)
    merged = merger.merge(present, record)
    if same(merged, present):
        if seen != stored:
            transaction.put(seen)
        return case.receipt(Outcome.UNCHANGED, None, facts, stored.mms_id)
    transaction.put(
        succeeding(seen, merged, now=case.now, submission=case.submission, made_by=merger.key),
    )
    return case.receipt(Outcome.MERGED, None, facts, stored.mms_id)


def succeeding(stored: BibRecord, record: Record, *, now: datetime, submission: str, made_by: str) -> BibRecord:
    """The stored record's next version, which holds `record`. Raises `TooLong`."""
    return replace(
        stored,
        version=stored.version + 1,
        marc=stamp(record, stored.mms_id, now).serialize(),
        title=record.title,
        identifiers=found_by(record, stored.linked_to),
        at=now,
        submission=submission,
        made_by=made_by,
    )


def found_by(record: Record, linked_to: str) -> frozenset[Identifier]:
    """What a stored record can be found by: also by the network's record that it is linked to."""
    found = identifiers(record)
    return found | {Identifier("network", linked_to)} if linked_to else found


def _with_match(facts: Facts, found: Match) -> Facts:
    return replace(
        facts,
        match_method=found.method,
        keys=found.keys,
        matched=found.matched,
        hits=tuple([Hit(bib.mms_id, bib.title) for bib in found.stored]),
        hit_count=found.number,
    )


def stamp(record: Record, mms_id: str, now: datetime) -> Record:
    """As it is kept: 001 is the MMS ID, 003 is gone, 005 is the time of import in UTC, Leader/09 is `a` [assumed].

    A merge can bring fields in UTF-8 together with a Leader that does not say so.
    """
    rest = [field for field in record.fields if field[0] not in STAMPED]
    made = f"{now:%Y%m%d%H%M%S}.{now.microsecond // 100_000}"
    leader = record.leader[:9] + UNICODE + record.leader[10:]
    return Record(leader, [Field("001", mms_id.encode()), Field("005", made.encode()), *rest])


def same(one: Record, other: Record) -> bool:
    """Whether two records differ only in what every export changes. The order of fields counts within a tag."""
    return _compared(one) == _compared(other)


def _compared(record: Record) -> tuple[bytes, bytes, list[Field]]:
    fields = sorted(record.fields, key=lambda field: field.tag)
    kept = [field for field in fields if field.tag not in NOT_COMPARED]
    return record.leader[5:9] + record.leader[10:12], record.leader[17:], kept
