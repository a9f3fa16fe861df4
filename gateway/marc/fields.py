"""What can be wrong with fields and subfields, by the table of what MARC 21 defines. Source: spec, "Validation".

Fields for local use are not looked into.
"""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.marc.places import Place, by_tag, fault, short
from gateway.marc.record import Record
from gateway.marc.standard_numbers import isbn13, issn
from gateway.marc.table import LOCAL_CODES, Definition, definition, is_local, spelled
from gateway.model import Finding, Severity

TITLE: Final = "245"
"""The one field no bibliographic record is without."""
MOST_029: Final = 50
"""Fields 029 beyond which a record is warned of.

"Dozens" of them have kept Alma from making a 035 of the OCLC number [doc: Orbis Cascade, CSU]; the figure is [assumed].
"""
STANDARD_NUMBERS: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "020": ("invalidISBN", isbn13),
    "022": ("invalidISSN", issn),
}
"""Tag -> the finding about a $a in which this finds no number."""
ORDINALS: Final = ("first", "second")


def required(raw: bytes, record: Record) -> list[Finding]:
    """Findings `titleMissing`, `titleRepeated`, which warn. Needs no table."""
    titles = len(record.get(TITLE))
    if titles == 1:
        return []
    if titles == 0:
        return [Finding("titleMissing", Severity.WARN, TITLE)]
    return [fault("titleRepeated", raw, Place(TITLE, 2, by_tag(record)[TITLE][1]), str(titles))]


def fields(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `undefinedField`, `nonrepeatableField`, `many029`, which warn; `required` finds a repeated 245.

    Of a local tag there is one `undefinedField` for all its fields, which informs.
    """
    for tag, entries in by_tag(record).items():
        defined = definition(tag)
        if defined is None:
            yield from _undefined(raw, tag, entries)
        elif len(entries) > 1 and not defined.repeatable and tag != TITLE:
            yield fault("nonrepeatableField", raw, Place(tag, 2, entries[1]), str(len(entries)))
        elif tag == "029" and len(entries) > MOST_029:
            yield fault("many029", raw, Place(tag, MOST_029 + 1, entries[MOST_029]), str(len(entries)))


def indicators(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `invalidIndicator`, which warn: one for each wrong indicator, or one if they are not two."""
    for place, body, defined in _data_fields(record):
        head = body.partition(b"\x1f")[0].decode("utf-8", "replace")
        if len(head) != 2:
            yield fault("invalidIndicator", raw, place, f"'{short(head)}' where its two indicators belong")
            continue
        for ordinal, value, allowed in zip(ORDINALS, head, defined.indicators, strict=True):
            if value not in allowed:
                detail = f"{ordinal} indicator {_shown(value)}; it may be {spelled(allowed)}"
                yield fault("invalidIndicator", raw, place, detail)


def subfields(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `undefinedSubfield`, `nonrepeatableSubfield`, which warn, but of a code for local use inform.

    There is one for each code in a field.
    """
    for place, body, defined in _data_fields(record):
        codes = [part[:1] for part in body.decode("utf-8", "replace").split("\x1f")[1:]]
        distinct = dict.fromkeys(codes)
        if len(distinct) == len(codes) and distinct.keys() <= defined.subfields.keys():
            continue
        for code in distinct:
            repeatable = defined.subfields.get(code)
            if repeatable is None:
                severity = Severity.INFO if code in LOCAL_CODES else Severity.WARN
                detail = f"${_shown(code)}" if code else "without a code"
                yield fault("undefinedSubfield", raw, place, detail, severity)
            elif not repeatable and (times := codes.count(code)) > 1:
                yield fault("nonrepeatableSubfield", raw, place, f"${code} {times} times")


def standard_numbers(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `invalidISBN`, `invalidISSN`, which warn: a $a that is none. Only $a is looked at."""
    for tag, (code, normalized) in STANDARD_NUMBERS.items():
        if not record.get(tag):
            continue
        for occurrence, entry in enumerate(by_tag(record)[tag], 1):
            for value in record.fields[entry].values("a"):
                if not normalized(value):
                    yield fault(code, raw, Place(tag, occurrence, entry), short(value))


def _shown(char: str) -> str:
    """An indicator or a subfield code, by name where it cannot be seen."""
    if char == " ":
        return "(blank)"
    return char if char.isprintable() else f"(U+{ord(char):04X})"


def _undefined(raw: bytes, tag: str, entries: list[int]) -> Iterator[Finding]:
    if is_local(tag):
        yield fault("undefinedField", raw, Place(tag, 1, entries[0]), "its tag is for local use", Severity.INFO)
        return
    for occurrence, entry in enumerate(entries, 1):
        yield fault("undefinedField", raw, Place(tag, occurrence, entry), "MARC 21 has no such field")


def _data_fields(record: Record) -> Iterator[tuple[Place, bytes, Definition]]:
    """Each field with subfields that MARC 21 defines."""
    for tag, entries in by_tag(record).items():
        defined = definition(tag)
        if defined is None or not defined.subfields:
            continue
        for occurrence, entry in enumerate(entries, 1):
            yield Place(tag, occurrence, entry), record.fields[entry].body, defined
