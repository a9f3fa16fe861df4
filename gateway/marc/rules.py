"""What can be wrong with a record, found and put into words. Source: spec, "Validation"; marks as there."""

from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple

from gateway.marc import charset, fields, fixed, linkage
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import ChosenGroup, Finding, Group, Severity


class Rule(NamedTuple):
    """What a finding's code stands for."""

    group: Group
    words: str
    """For people; `{place}` is the finding's field, or the record, and `{detail}` its own."""


RULES: Final[dict[str, Rule]] = {
    "recordLength": Rule("structure", "the record's length is wrong: {detail}"),
    "recordTerminator": Rule("structure", "the end of the record is missing: {detail}"),
    "leader": Rule("structure", "the Leader is damaged: {detail}"),
    "baseAddress": Rule("structure", "the Leader is damaged: {detail}"),
    "directory": Rule("structure", "the record's directory is damaged: {detail}"),
    "fieldTerminator": Rule("structure", "the fields are damaged: {detail}"),
    "fieldLength": Rule("size", "{detail}"),
    "notUtf8": Rule("charset", "{place} holds characters that are not UTF-8 ({detail}), though Leader/09 says so"),
    "marc8": Rule("charset", "{place} holds MARC-8 characters ({detail}); Leader/09 is not a"),
    "charsetNotStated": Rule(
        "charset", "Leader/09 is '{detail}', not a (Unicode); taken, since all characters are plain ASCII"
    ),
    "notBibliographic": Rule("format", "this is {detail}, not a bibliographic one"),
    "titleMissing": Rule("required", "there is no title field (245)"),
    "titleRepeated": Rule("required", "there are {detail} title fields (245); a record has one"),
    "controlValueContainsInvalidCode": Rule(
        "fixed-fields", "{place} holds '{detail}', a code that MARC 21 does not define there"
    ),
    "invalidLength": Rule("fixed-fields", "{place} has {detail}"),
    "fixedFieldMissing": Rule("fixed-fields", "there is no 008"),
    "fixedFieldLength": Rule("fixed-fields", "008 has {detail} characters; it should have 40"),
    "undefinedField": Rule("fields", "{place} is undefined: {detail}"),
    "nonrepeatableField": Rule("fields", "{place} occurs {detail} times; it may stand once"),
    "many029": Rule(
        "fields",
        "there are {detail} fields 029: with so many Alma may make no 035 of the OCLC number, "
        "and later exports then do not overlay the record",
    ),
    "invalidIndicator": Rule("indicators", "{place} has {detail}"),
    "undefinedSubfield": Rule("subfields", "{place} has a subfield {detail}, which MARC 21 does not define there"),
    "nonrepeatableSubfield": Rule("subfields", "{place} has subfield {detail}; it may stand once"),
    "invalidISBN": Rule("standard-numbers", "{place} has '{detail}' in $a, which is no valid ISBN"),
    "invalidISSN": Rule("standard-numbers", "{place} has '{detail}' in $a, which is no valid ISSN"),
    "invalidLinkage": Rule("linkage", "{place} {detail}"),
    "noOclcNumber": Rule(
        "oclc-number", "there is no OCLC number in 035: it matches nothing and will always create a new record"
    ),
    "tooLong": Rule("size", "after the import's own changes {detail}"),
}
"""Every code a finding can have, group by group in the order in which they are looked for."""

Check = Callable[[bytes, Record], Iterable[Finding]]
"""Finds what a group is about in a record whose structure is sound; the bytes are those it was read from."""

CHECKS: Final[dict[Group, Check]] = {
    "charset": charset.check,
    "format": fixed.kind,
    "required": fields.required,
    "fixed-fields": fixed.fixed_fields,
    "fields": fields.fields,
    "indicators": fields.indicators,
    "subfields": fields.subfields,
    "standard-numbers": fields.standard_numbers,
    "linkage": linkage.linkage,
}
"""Group -> its check, in the order in which findings stand."""


def words(finding: Finding) -> str:
    """The finding as a sentence without its full stop."""
    return RULES[finding.code].words.format(place=_place(finding.field), detail=finding.detail)


def damage(error: Damaged) -> Finding:
    """The finding that a record's structure is damaged; its field is the last that could be read."""
    return Finding(error.code, Severity.REFUSE, error.after, offset=error.offset, detail=error.detail)


def refusals(raw: bytes, record: Record, refuse: Collection[ChosenGroup]) -> list[Finding]:
    """The findings that keep a record out; no others are looked for, since every export goes through here.

    They are what is wrong with character set and format, then what the groups of `refuse` find unless it merely
    informs, in the order of `CHECKS`. The record's structure is sound, and `raw` is what it was read from.
    """
    found = [*charset.check(raw, record), *fixed.kind(raw, record)]
    for group in refuse if len(refuse) < 2 else [group for group in CHECKS if group in refuse]:
        found += map(_chosen, CHECKS[group](raw, record))
    return [finding for finding in found if finding.severity is Severity.REFUSE] if found else found


def findings(raw: bytes, record: Record, refuse: Collection[ChosenGroup], *, numbered: bool) -> list[Finding]:
    """All findings, for a person who reads the report: those of `refusals`, and those that warn or inform.

    `numbered` is whether the record will have an OCLC number in its zone.
    """
    found: list[Finding] = []
    for group, check in CHECKS.items():
        found += map(_chosen, check(raw, record)) if group in refuse else check(raw, record)
    if not numbered:
        found.append(Finding("noOclcNumber", Severity.WARN, "035"))
    return found


def _chosen(finding: Finding) -> Finding:
    """The finding as it is in a group that refuses."""
    if finding.severity is not Severity.WARN:
        return finding
    return Finding(finding.code, Severity.REFUSE, finding.field, finding.occurrence, finding.offset, finding.detail)


def _place(field: str) -> str:
    if not field:
        return "the record"
    return field if "/" in field else f"field {field}"
