"""What there is to say of an attempt to people: worked out when somebody reads it, as data that any face can show.

Holds no layout, and no credential: an attempt has none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from gateway.importer import replies
from gateway.importer.beside import NOTHING, Beside, Replaced
from gateway.importer.beside import again_after as again_after
from gateway.importer.changes import MOVED, changes
from gateway.importer.decide import STAMPED
from gateway.importer.diagnose import KEEPS_ALL, PASSED_VALIDATION, answer_seconds, diagnose
from gateway.importer.evidence import assumed
from gateway.importer.known import NOTHING_KNOWN as NOTHING_KNOWN
from gateway.importer.known import Known as Known
from gateway.importer.known import deciding as deciding
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.match import has_key, method_for
from gateway.importer.merge import title_of
from gateway.importer.normalize import normalization
from gateway.importer.replies import listed
from gateway.importer.scripts import ended_instead, kept_back
from gateway.marc import rules
from gateway.marc.identifiers import identifiers
from gateway.marc.iso2709 import LEADER_BYTES, Damaged
from gateway.marc.record import Field, Record, one_line
from gateway.marc.views import mnemonic
from gateway.model import (
    Attempt,
    ChosenGroup,
    Diagnosis,
    Facts,
    Finding,
    Outcome,
    Profile,
    Reason,
    Severity,
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
    Outcome.TIMED_OUT: "timed out",
    Outcome.ERROR: "gateway's own error",
}
"""Outcomes in plain words."""
KEPT: Final = "not replaced"
"""In place of `unchanged`, where the merge method keeps everything."""
BY_SCRIPT: Final = " (script)"
"""Behind the outcome of an attempt that a zone's script answered."""
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
NOT_LINKED: Final = {
    "locked": "open in the Metadata Editor",
    "cz_linked": "linked to the Community Zone",
    "several_matches": "several records match",
    "too_long": "it would be too long",
    "settings": "the settings name a zone no longer",
}
"""Why no record of the institution was linked (`Facts.not_linked`)."""
WITHOUT_CLIENT: Final = {"page": "the gateway's own page, in place of a client"}
"""Who exported where no client did (`Facts.exported_by`)."""
NOTHING_SHOWN: Final = {False: "(nothing: the connection was closed)", True: "(nothing: so the zone's script says)"}
"""In place of a reply that was none, by whether a script said so."""
UNICODE: Final = "a"
"""Leader/09 of a record in UTF-8."""
ASSUMED: Final = "What of this answer is assumed"
"""Heading of what nobody has published."""
FINDINGS_SHOWN: Final = 50
"""Most findings of a report: a page; a record can have thousands, and `--json` has all of them."""
FIELDS_SHOWN: Final = 20
"""Most fields of a report that a merge took out; `gateway records diff` shows all of them."""
FIELD_CHARACTERS: Final = 300
"""Most of such a field."""
KEYS_SHOWN: Final = 50
"""Most numbers of a report that were looked for."""

Characters = Literal["", "ascii", "utf-8", "other"]
"""What the bytes of a record are; empty where none came."""

_NO_GROUPS: Final[tuple[ChosenGroup, ...]] = ()
_NOT_JUDGED = (Outcome.LOGON_FAILED, Outcome.NO_PROFILE, Outcome.TIMED_OUT, Outcome.ERROR)
"""Outcomes of a whole record that was not looked at, or not kept."""


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


def findings(attempt: Attempt, known: Known = NOTHING_KNOWN) -> tuple[Finding, ...]:
    """All that was found in the record: what refused it, then everything that would be found in it now."""
    receipt = attempt.receipt
    decided = receipt.findings
    try:
        record = Record.parse(attempt.submission.raw)
    except Damaged as error:
        return decided if decided or receipt.outcome not in _NOT_JUDGED else (rules.damage(error),)
    profile = deciding(attempt, known)
    passed = receipt.outcome.filed or receipt.reason in PASSED_VALIDATION
    refuse = _NO_GROUPS if passed else profile.refuse
    told = {*map(_less_severity, decided)}
    rest = rules.findings(attempt.submission.raw, record, refuse, numbered=_numbered(record, profile))
    return (*decided, *[one for one in rest if _less_severity(one) not in told])


def _numbered(record: Record, profile: Profile) -> bool:
    """Whether the record will have what the profile matches by; without an OCLC number only some miss it."""
    record = normalization(profile.normalization, extraneous_035=profile.extraneous_035)(record)
    if method_for(profile, record) != "unique-oclc-identifier":
        return True
    return has_key(profile, record, identifiers(record))


def _less_severity(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.INFO)


def diagnoses(
    attempt: Attempt,
    found: Sequence[Finding] | None = None,
    *,
    known: Known = NOTHING_KNOWN,
    beside: Beside = NOTHING,
) -> tuple[Diagnosis, ...]:
    """Why it ended as it did and what to change, the most important first; `found` are its `findings`, if at hand."""
    return diagnose(
        attempt.submission,
        attempt.receipt,
        seconds=attempt.seconds,
        delivered=attempt.delivered,
        findings=findings(attempt, known) if found is None else found,
        again_after=beside.again_after,
        not_taken=beside.not_taken,
    )


def ended(attempt: Attempt) -> str:
    """Outcome and reason in words, such as `refused: several matches`, and whether a script answered."""
    receipt = attempt.receipt
    kept = receipt.outcome is Outcome.UNCHANGED and receipt.facts.merge_method == KEEPS_ALL
    words = KEPT if kept else end_words(receipt.outcome, receipt.reason)
    return f"{words}{BY_SCRIPT}" if receipt.facts.scripted else words


def end_words(outcome: Outcome, reason: Reason | None) -> str:
    """The same of an end that is not an attempt's, or not known to be."""
    words = OUTCOMES[outcome]
    return f"{words}: {reason.value.replace('_', ' ')}" if reason else words


def report(attempt: Attempt, known: Known, beside: Beside = NOTHING) -> Report:
    """All that there is to say of an attempt."""
    found = findings(attempt, known)
    first, *others = diagnoses(attempt, found, known=known, beside=beside)
    shown = known.replies.text(attempt.receipt) or NOTHING_SHOWN[attempt.receipt.facts.scripted is not None]
    gone = _gone(attempt)
    sections = (
        Section("What happened", (Pair("", first.says),)),
        Section("What to change", (Pair("", first.fix),) if first.fix else ()),
        *[Section("Also", (Pair("", f"{other.says} {other.fix}".strip()),)) for other in others],
        Section("The export", tuple(_labelled(_export(attempt, known)))),
        Section("What became of it", tuple(_labelled(_decision(attempt, known)))),
        *[Section(_went_from(one, attempt), tuple(_went(one, known))) for one in beside.replaced],
        Section(
            "Connexion was answered, but had gone" if gone else "Connexion showed",
            tuple([Pair("", line) for line in shown.splitlines()]),
        ),
        Section(ASSUMED, tuple(_assumed(attempt, known, found, beside))),
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
    if facts.exported_by:
        return WITHOUT_CLIENT.get(facts.exported_by, facts.exported_by)
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
    seconds = answer_seconds(attempt.seconds, attempt.receipt.facts)
    if seconds is None:
        return "not known"
    gone = ", but the client had gone" if _gone(attempt) else ""
    return f"after {seconds:.3f} s{gone}"


def _gone(attempt: Attempt) -> bool:
    """Whether the client had gone before a reply that was sent."""
    return attempt.delivered is False and not kept_back(attempt.receipt.facts)


def characters(raw: bytes) -> str:
    """Leader/09 held against the bytes of the record; empty where not so much of it came."""
    code = leader_09(raw)
    if not code:
        return ""
    stated = {UNICODE: "a (UTF-8)", " ": "blank (MARC-8)"}.get(code, f"{one_line(code)} (undefined)")
    above = re.search(rb"[\x80-\xff]", raw)
    if above is None:
        return f"{stated}; all bytes are plain ASCII"
    odd = _not_utf8(raw)
    if odd is not None:
        return f"{stated}; the bytes are not UTF-8 (byte {odd} is {raw[odd]:02X})"
    return f"{stated}; the bytes are UTF-8 (the first above 7F is byte {above.start()})"


def leader_09(raw: bytes) -> str:
    """The character that says which characters the record has; empty where not so much of it came."""
    return raw[9:10].decode("ascii", "replace") if len(raw) >= LEADER_BYTES else ""


def characters_of(raw: bytes) -> Characters:
    """What the bytes are, whatever the Leader says."""
    if not raw:
        return ""
    if raw.isascii():
        return "ascii"
    return "utf-8" if _not_utf8(raw) is None else "other"


def _not_utf8(raw: bytes) -> int | None:
    """The first byte that is none."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


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
        "Logon ID": one_line(submission.logon_id),
        "Zone": zone_and_why(attempt, known),
        "Title": receipt.title,
        "OCLC number": ", ".join(receipt.oclc_numbers),
        "Leader/09": characters(submission.raw),
        "Arrived": "" if receipt.facts.arriving is None else f"within {receipt.facts.arriving:.3f} s",
        "Answered": answered(attempt),
        "ID": submission.id,
    }


def _decision(attempt: Attempt, known: Known) -> dict[str, str]:
    """How it was decided, as far as that went."""
    receipt, facts = attempt.receipt, attempt.receipt.facts
    profile = known.profiles.get(facts.profile)
    match = MATCH_METHODS[facts.match_method] if facts.match_method else None
    hits = "; ".join(f"{hit.mms_id} ({one_line(hit.title)})" for hit in facts.hits)
    more = replies.hit_count(facts) - len(facts.hits)
    hits += f" and {more} more" if more else ""
    stored, incoming = facts.compared or ("", "")
    values = {**replies.Values(receipt), "stored": stored, "incoming": incoming}
    blocked = BLOCKED.get(receipt.reason, "") if receipt.reason and not ended_instead(facts) else ""
    return {
        "Outcome": ended(attempt),
        "MMS ID": receipt.mms_id,
        "Profile": f"{facts.profile} ({profile.title})" if profile else facts.profile,
        "Network zone": facts.network,
        "Linked": facts.linked,
        "Not linked": _not_linked(facts),
        "Match method": match.title if match else "",
        "Looked for": (listed(facts.keys, KEYS_SHOWN) or "nothing: the record has no such number") if match else "",
        "Found": (hits or "no record") if match else "",
        "Blocked by": blocked.format_map(values),
        "Merge method": title_of(facts.merge_method, known.merge_methods) if facts.merge_method else "",
    }


def _not_linked(facts: Facts) -> str:
    """Why no record of the institution was linked, and which stand in the way."""
    why = NOT_LINKED.get(facts.not_linked, facts.not_linked)
    return f"{why}: {listed(facts.in_the_way)}" if facts.in_the_way else why


def _assumed(attempt: Attempt, known: Known, found: Sequence[Finding], beside: Beside) -> Iterator[Pair]:
    """Each with the reason for it; none where all that the answer rests on is published, or seen."""
    for words, basis in assumed(attempt, known, found, beside):
        yield Pair("", f"{words} ({basis.source}).")


def _went_from(one: Replaced, attempt: Attempt) -> str:
    if one.after.mms_id == attempt.receipt.mms_id:
        return "What went"
    return f"What went from the institution's record {one.after.mms_id}"


def _went(one: Replaced, known: Known) -> Iterator[Pair]:
    """The fields of a stored record that the merge took out, and why; what every import makes anew is none."""
    before, after = Record.parse(one.before.marc), Record.parse(one.after.marc)
    gone = [
        Pair(change.field.tag, f"{_spelled(change.field)} ({change.why})")
        for change in changes(before, after, one.after.made_by, known.merge_methods)
        if change.kind == "removed" and change.why != MOVED and change.field.tag not in {*STAMPED, "LDR"}
    ]
    yield from gone[:FIELDS_SHOWN]
    more = len(gone) - FIELDS_SHOWN
    what = f"and {more} more fields" if more > 0 else "what came instead" if gone else "No field; what came"
    yield Pair("", f"{what}: gateway records diff {one.after.mms_id} {one.after.version} --zone {one.zone}")


def _spelled(field: Field) -> str:
    """A field in mnemonic form, less its tag, of a length that people read."""
    text = one_line(mnemonic(Record(b"", [field])).partition(f"={field.tag}  ")[2])
    return text if len(text) <= FIELD_CHARACTERS else f"{text[: FIELD_CHARACTERS - 1]}…"


def _found(found: Sequence[Finding]) -> Iterator[Pair]:
    """What was found: what refuses it first, then field by field, the whole record and the Leader before the others."""
    for finding in sorted(found, key=_weight)[:FINDINGS_SHOWN]:
        place = f"{finding.field} ({finding.occurrence})" if finding.occurrence > 1 else finding.field
        at = f" (byte {finding.offset})" if finding.offset is not None else ""
        yield Pair(place or "record", f"{SEVERITIES[finding.severity]}: {rules.words(finding)}{at}")
    more = len(found) - FINDINGS_SHOWN
    if more > 0:
        yield Pair("", f"and {more} more")


def _weight(finding: Finding) -> tuple[bool, bool, str]:
    of_a_field = "/" not in finding.field and bool(finding.field)
    return finding.severity is not Severity.REFUSE, of_a_field, finding.field


def _record(raw: bytes) -> tuple[Record | None, str]:
    if not raw:
        return None, "none arrived"
    try:
        return Record.parse(raw), ""
    except Damaged as error:
        return None, f"it cannot be shown: {error.detail}"
