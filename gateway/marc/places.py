"""Where in a record something is wrong: the field, which of its tag it is, and its first byte as it arrived."""

from typing import Final, NamedTuple

from gateway.marc import iso2709
from gateway.marc.record import Record, printable
from gateway.model import Finding, Severity

DETAIL_CHARACTERS: Final = 40
"""Longest value a finding quotes: enough to know it again, and a finding still fits on a line."""


class Place(NamedTuple):
    """A field of a record."""

    tag: str
    occurrence: int
    """Which of the fields of that tag, from 1."""
    entry: int
    """Which of the record's fields, from 0."""


def by_tag(record: Record) -> dict[str, list[int]]:
    """Tag -> which of the record's fields have it; tags in the order in which they first stand there."""
    entries: dict[str, list[int]] = {}
    for entry, field in enumerate(record.fields):
        entries.setdefault(field[0], []).append(entry)
    return entries


def fault(code: str, raw: bytes, place: Place, detail: str, severity: Severity = Severity.WARN) -> Finding:
    """A finding about a field, with the byte at which the field begins in `raw`."""
    return Finding(code, severity, place.tag, place.occurrence, iso2709.field_start(raw, place.entry), detail)


def short(text: str) -> str:
    """A value to quote in a finding: printable, and cut with an ellipsis where it is long."""
    return printable(text if len(text) <= DETAIL_CHARACTERS else f"{text[: DETAIL_CHARACTERS - 1]}…")
