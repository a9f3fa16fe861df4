"""What libraries, holdings and items may say, and how much of it: tables of their texts, and what goes together."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from unicodedata import category

from gateway.model import Holding, Item, Library, Location, ProcessType

LIBRARIES_OF_ZONE: Final = 500
"""Most libraries of a zone: every listing has them all; the largest institutions have some hundred."""
LOCATIONS_OF_LIBRARY: Final = 1_000
"""Most locations of a library: they are kept together, some 100 kB."""
HOLDINGS_OF_RECORD: Final = 100
"""Most holdings of a record: an OPAC record has them all."""
ITEMS_OF_HOLDING: Final = 500
"""Most items of a holding, some 200 kB: an OPAC record has them all, and a page shows them."""
SUMMARIES_OF_HOLDING: Final = 50
"""Most fields 866 of a holding."""

CODE_CHARACTERS: Final = 100
"""Longest code of a library, a location or an item policy; Alma's are shorter."""
BARCODE_CHARACTERS: Final = 100
"""Longest barcode: what scanners read has some 14."""
NAME_CHARACTERS: Final = 200
"""Longest name of a library or a location."""
CALL_NUMBER_CHARACTERS: Final = 500
"""Longest part of a call number."""
COPY_CHARACTERS: Final = 50
"""Longest copy number or copy ID."""
TEXT_CHARACTERS: Final = 1_000
"""Longest note, summary or description: some lines on a page. All of an 852 then fit into a field of MARC."""
SHOWN_CHARACTERS: Final = 60
"""How much of a wrong text a fault repeats."""

DATE_OF_REPORT: Final = re.compile(r"[0-9]{6}")
UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of what is in no text of a catalogue: controls, among them MARC's delimiters, and line ends."""

YEARS: Final = range(1900, 9_999)
"""In which something can be due."""

Fault = tuple[str, str]
"""A field, and words that go on from its name."""


class Text(NamedTuple):
    """What a text may be."""

    characters: int
    """At most."""
    needed: bool = False
    is_key: bool = False
    """It stands in URLs and in columns of its own: no spaces at its ends."""


LOCATION: Final = {"code": Text(CODE_CHARACTERS, needed=True, is_key=True), "name": Text(NAME_CHARACTERS)}
LIBRARY: Final = {
    "code": Text(CODE_CHARACTERS, needed=True, is_key=True),
    "name": Text(NAME_CHARACTERS, needed=True),
}
HOLDING: Final = {
    "library": Text(CODE_CHARACTERS, needed=True, is_key=True),
    "location": Text(CODE_CHARACTERS, needed=True, is_key=True),
    "call_number": Text(CALL_NUMBER_CHARACTERS),
    "item_part": Text(CALL_NUMBER_CHARACTERS),
    "prefix": Text(CALL_NUMBER_CHARACTERS),
    "suffix": Text(CALL_NUMBER_CHARACTERS),
    "copy_number": Text(COPY_CHARACTERS),
    "public_note": Text(TEXT_CHARACTERS),
}
ITEM: Final = {
    "barcode": Text(BARCODE_CHARACTERS, needed=True, is_key=True),
    "enumeration": Text(TEXT_CHARACTERS),
    "chronology": Text(TEXT_CHARACTERS),
    "description": Text(TEXT_CHARACTERS),
    "copy_id": Text(COPY_CHARACTERS),
    "policy": Text(CODE_CHARACTERS),
}
"""By field of the noun, its text."""


def library_faults(library: Library) -> list[Fault]:
    """What is wrong with it and its locations, in the order of their fields."""
    found = [*_texts(library, LIBRARY)]
    if len(library.locations) > LOCATIONS_OF_LIBRARY:
        found.append(("locations", f"are {len(library.locations):,}; a library has at most {LOCATIONS_OF_LIBRARY:,}"))
    seen: set[str] = set()
    for number, location in enumerate(library.locations, 1):
        found += [(f"locations.{number}.{field}", words) for field, words in location_faults(location)]
        if location.code in seen:
            found.append((f"locations.{number}.code", f"{shown(location.code)} is there twice"))
        seen.add(location.code)
    return found


def location_faults(location: Location) -> list[Fault]:
    """What is wrong with it."""
    return [*_texts(location, LOCATION)]


def holding_faults(holding: Holding) -> list[Fault]:
    """What is wrong with it, in the order of its fields."""
    found = [*_texts(holding, HOLDING)]
    if len(holding.summary) > SUMMARIES_OF_HOLDING:
        found.append(("summary", f"has {len(holding.summary):,} texts; a holding has at most {SUMMARIES_OF_HOLDING}"))
    for number, text in enumerate(holding.summary, 1):
        found += [(f"summary.{number}", words) for words in text_faults(text, Text(TEXT_CHARACTERS, needed=True))]
    if not DATE_OF_REPORT.fullmatch(holding.date_of_report):
        found.append(("date_of_report", f"is {shown(holding.date_of_report)}; write six digits, yymmdd, or 000000"))
    return found


def item_faults(item: Item) -> list[Fault]:
    """What is wrong with it, in the order of its fields."""
    found = [*_texts(item, ITEM)]
    if item.due_at is not None and item.due_at.tzinfo is None:
        found.append(("due_at", "has no time zone; write it as 2026-12-31T18:00:00Z"))
    if item.due_at is not None and item.due_at.year not in YEARS:
        found.append(("due_at", f"is in the year {item.due_at.year}; write one from {YEARS[0]} to {YEARS[-1]}"))
    if item.due_at is not None and item.process_type is not ProcessType.LOAN:
        found.append(("due_at", "is only of an item on loan; give it the process type LOAN, or leave this out"))
    return found


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC; one without a time zone, or of a year that cannot be, as it is."""
    return at.astimezone(UTC) if at.tzinfo is not None and at.year in YEARS else at


def text_faults(text: str, rule: Text) -> Iterator[str]:
    """What is wrong with a text, in words that go on from its name."""
    if rule.needed and not text.strip():
        yield "is empty"
    elif rule.is_key and text != text.strip():
        yield f"{shown(text)} has spaces at its ends"
    if len(text) > rule.characters:
        yield f"has {len(text):,} characters; at most {rule.characters:,} can be kept"
    unseen = next((character for character in text if category(character) in UNSEEN), "")
    if unseen:
        yield f"has a character that nobody sees, U+{ord(unseen):04X}"


def shown(text: str) -> str:
    """A wrong text for a fault."""
    return repr(text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…")


def _texts(noun: object, rules: dict[str, Text]) -> Iterator[Fault]:
    for field, rule in rules.items():
        for words in text_faults(getattr(noun, field), rule):
            yield field, words
