"""What there is to say of an attempt to people: worked out when somebody reads it, as data that any face can show.

Holds no layout, and no credential: an attempt has none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.importer import replies
from gateway.importer.diagnose import diagnose
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import title_of
from gateway.importer.profile import ORDINARY
from gateway.importer.replies import Replies
from gateway.marc import rules
from gateway.marc.identifiers import identifiers
from gateway.marc.iso2709 import LEADER_BYTES, Damaged
from gateway.marc.record import Record, printable
from gateway.model import (
    Attempt,
    ChosenGroup,
    Diagnosis,
    Facts,
    Finding,
    Host,
    MergeMethod,
    Outcome,
    Profile,
    Reason,
    Severity,
    Zone,
)

OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.CREATED: "added",
    Outcome.MERGED: "replaced",
    Outcome.UNCHANGED: "replaced, no difference",
    Outcome.REFUSED: "refused",
    Outcome.LOGON_FAILED: "logon failed",
    Outcome.NO_PROFILE: "no integration profile",
    Outcome.MALFORMED: "not readable",
    Outcome.FOREIGN: "no export",
    Outcome.BUSY: "too many connections",
    Outcome.TIMED_OUT: "store too slow",
    Outcome.ERROR: "gateway's own error",
}
"""Outcomes in plain words."""
SENDERS: Final = {
    "desktop": "Connexion client (one-byte lengths)",
    "browser": "Connexion browser or Record Manager (decimal lengths)",
    "mixed": "no Connexion (both one-byte and decimal lengths)",
    "": "a client without logon items",
}
"""Who sends logon items with lengths of this form (`Facts.lengths`)."""
SEVERITIES: Final = {Severity.REFUSE: "refused", Severity.WARN: "warning", Severity.INFO: "note"}
"""What a finding does, in plain words."""
BLOCKED: Final[dict[Reason, str]] = {
    Reason.LOWER_BRIEF_LEVEL: (
        "lower brief version: stored ELvl {stored_level} (brief level {stored_brief}), "
        "exported ELvl {incoming_level} (brief level {incoming_brief})"
    ),
    Reason.OLDER_VERSION: "older version: stored 005 {stored}, exported 005 {incoming}",
    Reason.CZ_LINKED: "the stored record {hit} is linked to the Community Zone",
    Reason.LOCKED: "the stored record {hit} is open in the Metadata Editor",
    Reason.SEVERAL_MATCHES: "{count} stored records match",
}
"""What kept a record that came in from being filed, with both values where two were compared."""
NO_ZONE: Final[dict[Outcome, str]] = {
    Outcome.LOGON_FAILED: "none: the host {host} has no zone with this logon ID",
    Outcome.TIMED_OUT: "none: the logon was not checked in time",
}
"""Why no zone was reached; of other outcomes, that no logon was read."""
UNICODE: Final = "a"
"""Leader/09 of a record in UTF-8."""

_NO_GROUPS: Final[tuple[ChosenGroup, ...]] = ()
_NOT_JUDGED = (Outcome.LOGON_FAILED, Outcome.NO_PROFILE, Outcome.TIMED_OUT, Outcome.ERROR)
"""Outcomes of a whole record that was not looked at, or not kept."""


class Known(NamedTuple):
    """What the settings say now of what an attempt names, each by its key."""

    hosts: Mapping[str, Host]
    zones: Mapping[str, Zone]
    profiles: Mapping[str, Profile]
    merge_methods: Mapping[str, MergeMethod]
    """A site's own."""
    replies: Replies


class Pair(NamedTuple):
    """A line of a report; without a label it is prose."""

    label: str
    value: str


class Section(NamedTuple):
    """Some lines under a heading."""

    heading: str
    lines: tuple[Pair, ...]


class Report(NamedTuple):
    """An attempt for people: what happened and what to change first, the record last."""

    heading: str
    sections: tuple[Section, ...]
    record: Record | None
    """None where none came that could be read."""
    record_heading: str
    unreadable: str
    """Why there is no record to show; empty where there is one."""


def findings(attempt: Attempt) -> tuple[Finding, ...]:
    """All that was found in the record: what refused it, then everything that would be found in it now."""
    receipt = attempt.receipt
    decided = receipt.findings
    try:
        record = Record.parse(attempt.submission.raw)
    except Damaged as error:
        return decided if decided or receipt.outcome not in _NOT_JUDGED else (rules.damage(error),)
    refuse = _NO_GROUPS if receipt.outcome.filed else ORDINARY.settings.refuse
    numbered = any(kind == "oclc" for kind, _ in identifiers(ORDINARY.normalize(record)))
    told = {(finding.code, finding.field, finding.occurrence) for finding in decided}
    rest = rules.findings(attempt.submission.raw, record, refuse, numbered=numbered)
    return (*decided, *[one for one in rest if (one.code, one.field, one.occurrence) not in told])


def diagnoses(attempt: Attempt, found: Sequence[Finding] | None = None) -> tuple[Diagnosis, ...]:
    """Why it ended as it did and what to change, the most important first; `found` are its `findings`, if at hand."""
    return diagnose(
        attempt.submission,
        attempt.receipt,
        seconds=attempt.seconds,
        delivered=attempt.delivered,
        findings=findings(attempt) if found is None else found,
    )


def ended(attempt: Attempt) -> str:
    """Outcome and reason in words, such as `refused: several matches`."""
    words, reason = OUTCOMES[attempt.receipt.outcome], attempt.receipt.reason
    return f"{words}: {reason.value.replace('_', ' ')}" if reason else words


def report(attempt: Attempt, known: Known) -> Report:
    """All that there is to say of an attempt."""
    found = findings(attempt)
    first, *others = diagnoses(attempt, found)
    shown = known.replies.text(attempt.receipt) or "(nothing: the connection was closed)"
    gone = attempt.delivered is False
    sections = (
        Section("What happened", (Pair("", first.says),)),
        Section("What to change", (Pair("", first.fix),) if first.fix else ()),
        *[Section("Also", (Pair("", f"{other.says} {other.fix}".strip()),)) for other in others],
        Section("The export", tuple(_labelled(_export(attempt, known)))),
        Section("What became of it", tuple(_labelled(_decision(attempt, known)))),
        Section(
            "Connexion was answered, but had gone" if gone else "Connexion showed",
            tuple([Pair("", line) for line in shown.splitlines()]),
        ),
        Section("Found in the record", tuple(_found(found))),
    )
    record, unreadable = _record(attempt.submission.raw)
    return Report(
        f"Submission {attempt.seq}: {ended(attempt)}",
        tuple([section for section in sections if section.lines]),
        record,
        f"The record as it arrived, {len(attempt.submission.raw):,} bytes",
        unreadable,
    )


def readable(raw: bytes) -> bool:
    """Whether a whole record came."""
    return _record(raw)[0] is not None


def sent_by(facts: Facts) -> str:
    """Which client it was by what it sent; empty where it sent nothing that tells."""
    if not (facts.items or facts.telnet):
        return ""
    parts = [SENDERS[facts.lengths]]
    if facts.items:
        parts.append(f"items {' '.join(facts.items)}")
    if facts.telnet:
        parts.append("opened with Telnet negotiation")
    if facts.earlier:
        parts.append(f"{facts.earlier} before it over the same connection")
    return ", ".join(parts)


def zone_and_why(attempt: Attempt, known: Known) -> str:
    """The zone that an attempt reached, or why none: the host it came to and the logon ID decide."""
    key, submission = attempt.receipt.zone, attempt.submission
    if key.startswith("@"):
        why = NO_ZONE.get(attempt.receipt.outcome, "none: no logon was read")
        if attempt.receipt.reason is Reason.NO_LOGON:
            why = "none: no logon ID was sent"
        return why.format(host=submission.host)
    if key not in known.zones:
        return f"{key} (no longer in the settings)"
    zone = known.zones[key]
    return f"{key}, because the host {zone.host} has it under the logon ID {zone.code}"


def answered(attempt: Attempt) -> str:
    """When the answer went out."""
    if attempt.seconds is None:
        return "not known"
    gone = ", but the client had gone" if attempt.delivered is False else ""
    return f"after {attempt.seconds:.3f} s{gone}"


def characters(raw: bytes) -> str:
    """Leader/09 held against the bytes of the record; empty where not so much of it came."""
    if len(raw) < LEADER_BYTES:
        return ""
    code = printable(raw[9:10].decode("ascii", "replace"))
    stated = {UNICODE: "a (UTF-8)", " ": "blank (MARC-8)"}.get(code, f"{code} (undefined)")
    above = re.search(rb"[\x80-\xff]", raw)
    if above is None:
        return f"{stated}; all bytes are plain ASCII"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"{stated}; the bytes are not UTF-8 (byte {error.start} is {raw[error.start]:02X})"
    return f"{stated}; the bytes are UTF-8 (the first above 7F is byte {above.start()})"


def _labelled(values: Mapping[str, str]) -> Iterator[Pair]:
    return (Pair(label, value) for label, value in values.items() if value)


def _export(attempt: Attempt, known: Known) -> dict[str, str]:
    """When, from where, by which client, and to which zone."""
    submission, receipt = attempt.submission, attempt.receipt
    names = ", ".join(known.hosts[submission.host].names) if submission.host in known.hosts else ""
    return {
        "When": f"{submission.at.astimezone():%Y-%m-%d %H:%M:%S %z}",
        "From": submission.peer,
        "Sent by": sent_by(receipt.facts),
        "Host": f"{submission.host} ({names})" if names else submission.host,
        "Logon ID": printable(submission.logon_id),
        "Zone": zone_and_why(attempt, known),
        "Title": receipt.title,
        "OCLC number": ", ".join(receipt.oclc_numbers),
        "Leader/09": characters(submission.raw),
        "Answered": answered(attempt),
        "ID": submission.id,
    }


def _decision(attempt: Attempt, known: Known) -> dict[str, str]:
    """How it was decided, as far as that went."""
    receipt, facts = attempt.receipt, attempt.receipt.facts
    profile = known.profiles.get(facts.profile)
    match = MATCH_METHODS[facts.match_method] if facts.match_method else None
    hits = "; ".join(f"{hit.mms_id} ({printable(hit.title)})" for hit in facts.hits)
    stored, incoming = facts.compared or ("", "")
    values = {**replies.Values(receipt), "stored": stored, "incoming": incoming}
    return {
        "Outcome": ended(attempt),
        "MMS ID": receipt.mms_id,
        "Profile": f"{facts.profile} ({profile.title})" if profile else facts.profile,
        "Network zone": facts.network,
        "Linked": facts.linked,
        "Match method": match.title if match else "",
        "Looked for": (", ".join(facts.keys) or "nothing: the record has no such number") if match else "",
        "Found": (hits or "no record") if match else "",
        "Blocked by": BLOCKED[receipt.reason].format_map(values) if receipt.reason in BLOCKED else "",
        "Merge method": title_of(facts.merge_method, known.merge_methods) if facts.merge_method else "",
    }


def _found(found: tuple[Finding, ...]) -> Iterator[Pair]:
    """What was found, field by field, the whole record and the Leader first."""
    for finding in sorted(found, key=lambda one: ("/" not in one.field and bool(one.field), one.field)):
        place = f"{finding.field} ({finding.occurrence})" if finding.occurrence > 1 else finding.field
        at = f" (byte {finding.offset})" if finding.offset is not None else ""
        yield Pair(place or "record", f"{SEVERITIES[finding.severity]}: {rules.words(finding)}{at}")


def _record(raw: bytes) -> tuple[Record | None, str]:
    if not raw:
        return None, "none arrived"
    try:
        return Record.parse(raw), ""
    except Damaged as error:
        return None, f"it cannot be shown: {error.detail}"
