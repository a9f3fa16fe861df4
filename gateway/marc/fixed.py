"""What can be wrong with the Leader and the control fields. Source: MARC 21, Leader and 00X; spec, "Validation"."""

from collections.abc import Iterator
from typing import Final

from gateway.marc.places import Place, by_tag, fault
from gateway.marc.record import Record, printable
from gateway.model import Finding, Severity

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
LEADER_CODES: Final = {
    5: "acdnp",
    7: "abcdims" + "p",
    8: " a",
    17: " 1234578uz" + "EIJKLM" + "06",
    18: " acinu" + "pr",
    19: " abc" + "r2",
}
"""Position in the Leader -> MARC 21's codes, and behind them OCLC's own encoding levels and obsolete ones."""
FIXED_FIELD_CHARACTERS: Final = 40
"""Length of a bibliographic 008."""
LENGTHS: Final = {"005": (16, 16), "006": (18, 18), "007": (2, 23)}
"""Shortest and longest length of a control field, in characters; of a 007 where its 007/00 does not tell."""
PHYSICAL_LENGTHS: Final = {
    "a": (8, 8),
    "c": (6, 14),
    "d": (6, 6),
    "f": (10, 10),
    "g": (9, 9),
    "h": (13, 13),
    "k": (6, 6),
    "m": (9, 23),
    "o": (2, 2),
    "q": (2, 2),
    "r": (11, 11),
    "s": (14, 14),
    "t": (2, 2),
    "v": (9, 9),
    "z": (2, 2),
}
"""007/00 -> shortest and longest length of that 007.

Those of an electronic resource (c) on its digitization and of a motion picture (m) for archives are often left out.
"""
MATERIAL_CODES: Final = {"006": frozenset("acdefgijkmoprst"), "007": frozenset(PHYSICAL_LENGTHS)}
"""What may stand in position 00 of a field whose other positions depend on it."""

INVALID_CODE: Final = "controlValueContainsInvalidCode"


def kind(_raw: bytes, record: Record) -> list[Finding]:
    """Finding `notBibliographic`, which refuses."""
    code = chr(record.leader[6])
    if code in BIBLIOGRAPHIC_TYPES:
        return []
    what = OTHER_FORMATS.get(code, f"a record of unknown type ({printable(code)})")
    return [Finding("notBibliographic", Severity.REFUSE, "Leader/06", offset=6, detail=what)]


def fixed_fields(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `controlValueContainsInvalidCode`, `invalidLength`, `fixedFieldMissing`, `fixedFieldLength`.

    All of them warn.
    """
    yield from _leader(record)
    places = by_tag(record)
    for tag in LENGTHS:
        for occurrence, entry in enumerate(places.get(tag, ()), 1):
            yield from _control_field(raw, Place(tag, occurrence, entry), record.fields[entry].text)
    if "008" not in places:
        yield Finding("fixedFieldMissing", Severity.WARN, "008")
    for occurrence, entry in enumerate(places.get("008", ()), 1):
        characters = len(record.fields[entry].text)
        if characters != FIXED_FIELD_CHARACTERS:
            yield fault("fixedFieldLength", raw, Place("008", occurrence, entry), str(characters))


def _leader(record: Record) -> Iterator[Finding]:
    for at, codes in LEADER_CODES.items():
        code = chr(record.leader[at])
        if code not in codes:
            yield Finding(INVALID_CODE, Severity.WARN, f"Leader/{at:02}", offset=at, detail=printable(code))


def _control_field(raw: bytes, place: Place, text: str) -> Iterator[Finding]:
    material = text[:1]
    if material and place.tag in MATERIAL_CODES and material not in MATERIAL_CODES[place.tag]:
        yield fault(INVALID_CODE, raw, place._replace(tag=f"{place.tag}/00"), printable(material))
    by_material = PHYSICAL_LENGTHS if place.tag == "007" else {}
    shortest, longest = by_material.get(material, LENGTHS[place.tag])
    if not shortest <= len(text) <= longest:
        allowed = str(longest) if shortest == longest else f"{shortest} to {longest}"
        yield fault("invalidLength", raw, place, f"{len(text)} characters; it should have {allowed}")
