"""What can be wrong with a record, found and put into words. Source: spec, "Validation"; marks as there."""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from gateway.marc import charset
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record, printable
from gateway.model import Finding, Identifier, Reason, Severity

BIBLIOGRAPHIC_TYPES: Final = frozenset("abcdefghijkmnoprt")
"""Leader/06 of a bibliographic record (MARC 21 Bibliographic, with the obsolete b, h and n)."""
OTHER_FORMATS: Final = {
    "z": "an authority record",
    "q": "a community information record",
    "w": "a classification record",
    "u": "a holdings record",
    "v": "a holdings record",
    "x": "a holdings record",
    "y": "a holdings record",
}
"""Leader/06 of the other MARC 21 formats."""
FIXED_FIELD_CHARACTERS: Final = 40
"""Length of a bibliographic 008."""


class Rule(NamedTuple):
    """What a finding's code stands for."""

    group: Reason | None
    """The reason an import is refused for when the finding refuses."""
    words: str
    """For people; `{place}` is the finding's field, or the record, and `{detail}` its own."""


RULES: Final[dict[str, Rule]] = {
    "recordLength": Rule(Reason.STRUCTURE, "the record's length is wrong: {detail}"),
    "recordTerminator": Rule(Reason.STRUCTURE, "the end of the record is missing: {detail}"),
    "leader": Rule(Reason.STRUCTURE, "the Leader is damaged: {detail}"),
    "baseAddress": Rule(Reason.STRUCTURE, "the Leader is damaged: {detail}"),
    "directory": Rule(Reason.STRUCTURE, "the record's directory is damaged: {detail}"),
    "fieldTerminator": Rule(Reason.STRUCTURE, "the fields are damaged: {detail}"),
    "fieldLength": Rule(Reason.TOO_LONG, "{detail}"),
    "notUtf8": Rule(Reason.CHARSET, "{place} holds characters that are not UTF-8 ({detail}), though Leader/09 says so"),
    "marc8": Rule(Reason.CHARSET, "{place} holds MARC-8 characters ({detail}); Leader/09 is not a"),
    "charsetNotStated": Rule(
        Reason.CHARSET, "Leader/09 is '{detail}', not a (Unicode); taken, since all characters are plain ASCII"
    ),
    "notBibliographic": Rule(Reason.NOT_BIBLIOGRAPHIC, "this is {detail}, not a bibliographic one"),
    "titleMissing": Rule(Reason.REQUIRED, "there is no title field (245)"),
    "titleRepeated": Rule(Reason.REQUIRED, "there are {detail} title fields (245); a record has one"),
    "tooLong": Rule(Reason.TOO_LONG, "after the import's own changes {detail}"),
    "fixedFieldMissing": Rule(None, "there is no 008"),
    "fixedFieldLength": Rule(None, "008 has {detail} characters; it should have 40"),
    "noOclcNumber": Rule(
        None, "there is no OCLC number in 035: it matches nothing and will always create a new record"
    ),
}
"""Every code a finding can have, in the order in which they are looked for."""


def words(finding: Finding) -> str:
    """The finding as a sentence without its full stop."""
    place = f"field {finding.field}" if finding.field else "the record"
    return RULES[finding.code].words.format(place=place, detail=finding.detail)


def damage(error: Damaged) -> Finding:
    """The finding that a record's structure is damaged; its field is the last that could be read."""
    return Finding(error.code, Severity.REFUSE, error.after, offset=error.offset, detail=error.detail)


def check(raw: bytes, record: Record, found_by: Collection[Identifier]) -> list[Finding]:
    """Every finding in a record whose structure is sound.

    `raw` is what `record` was read from, `found_by` the identifiers it will have in a zone.
    """
    findings = [*charset.check(raw, record), *_required(record), *_advised(record)]
    if not found_by:
        findings.append(Finding("noOclcNumber", Severity.WARN, "035"))
    return findings


def _required(record: Record) -> Iterator[Finding]:
    kind = chr(record.leader[6])
    if kind not in BIBLIOGRAPHIC_TYPES:
        what = OTHER_FORMATS.get(kind, f"a record of unknown type ({printable(kind)})")
        yield Finding("notBibliographic", Severity.REFUSE, "Leader/06", detail=what)
    titles = len(record.get("245"))
    if titles == 0:
        yield Finding("titleMissing", Severity.REFUSE, "245")
    elif titles > 1:
        yield Finding("titleRepeated", Severity.REFUSE, "245", occurrence=2, detail=str(titles))


def _advised(record: Record) -> Iterator[Finding]:
    fixed = record.first("008")
    if fixed is None:
        yield Finding("fixedFieldMissing", Severity.WARN, "008")
    elif len(fixed.text) != FIXED_FIELD_CHARACTERS:
        yield Finding("fixedFieldLength", Severity.WARN, "008", occurrence=1, detail=str(len(fixed.text)))
