"""By what one record is found, how it is sorted, and the text in which a phrase is looked up.

Made of each version that becomes a record's newest one, but not by the export: only before the next search. So it
reads bytes and makes no objects of fields.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from gateway.marc import iso2709
from gateway.marc.identifiers import OCLC_SOURCE
from gateway.marc.views.languages import CODE_CHARACTERS, language
from gateway.search import indexes
from gateway.search.folding import grams, words, words_by_subfield
from gateway.search.indexes import EVERY, UNREAD, Source
from gateway.search.query import Index
from gateway.search.tokens import (
    SUPPRESSED,
    WORD_CHARACTERS,
    asked_forms,
    first_key,
    heading,
    number_forms,
    whole_key,
    word_key,
)

SECTION: Final = "\x02"
"""Begins an index in `Entry.text`: the code of the index follows, then a line for each field."""
LOCAL_PART: Final = "\x03"
"""Begins the indexes of fields for local use, behind all others."""
_GRAPHIC: Final = "880"
_LINK: Final = re.compile(rb"\x1f6([0-9]{3})-")
_YEAR: Final = re.compile(r"(?<!\d)[0-9]{4}(?!\d)")
_ANY_CODES: Final = frozenset({Index.ANY.value, indexes.LOCAL[Index.ANY]})
_LOCAL_CODES: Final = frozenset(indexes.LOCAL.values())
_OF_MMS_ID: Final = Index.MMS, Index.SYSTEM
_BETWEEN: Final = " \n "
LANGUAGES_KEPT: Final = 1_000
"""Languages whose keys are kept: MARC 21 has half as many."""
Subfield = tuple[str, list[str]]
"""Code and words."""


class Entry(NamedTuple):
    """What the index has of one record."""

    keys: frozenset[str]
    """`search.tokens` says what they look like."""
    text: str
    """The words of each field, a line each with a blank before and behind every word, by index: `SECTION` and a code.

    `ANY` has only the lines that no other index has: a phrase of any index is one of `ANY`, too.
    """
    title: str
    """To sort by: 245 without the characters that do not file. Folded, as the next."""
    author: str
    """The first of 1XX, else of 7XX."""
    date: str
    """The year of publication; empty where none is known."""


def entry(mms_id: str, marc: bytes, *, suppressed: bool = False) -> Entry:
    """The entry of a record. Of one whose bytes are damaged there is its MMS ID, and whether it is suppressed."""
    making = _Making(mms_id, suppressed)
    try:
        fields = iso2709.split(marc)
    except iso2709.Damaged:
        fields = []
    if fields:
        making.leader(marc[: iso2709.LEADER_BYTES].decode("ascii"))
    for tag, body in fields:
        if tag.startswith("00"):
            making.control(tag, body.decode("utf-8", "replace"))
        else:
            making.add(tag, body)
    return making.entry()


class _Making:
    """An entry, field by field."""

    def __init__(self, mms_id: str, suppressed: bool) -> None:
        self._keys = {whole_key(index, form) for index in _OF_MMS_ID for form in number_forms(index, mms_id)}
        self._keys.add(SUPPRESSED[suppressed])
        self._words: dict[str, set[str]] = {}
        self._lines: dict[str, dict[str, None]] = {}
        self._title = self._author = self._date = ""
        self._author_tag = "999"
        self._kind = self._number = self._system = ""

    def entry(self) -> Entry:
        keys = self._keys
        if self._system == OCLC_SOURCE or self._number.startswith("oc"):
            keys.update([whole_key(Index.OCLC, form) for form in asked_forms(Index.OCLC, self._number)])
        for code, of in self._words.items():
            start = word_key(code, "")
            keys.update([start + word[:WORD_CHARACTERS] for word in of])
        return Entry(frozenset(keys), self._text(), self._title, self._author, self._date)

    def leader(self, leader: str) -> None:
        """What it tells of the format."""
        self._kind = leader[6]
        self._keys.update(_kinds(self._kind, leader[7]))

    def control(self, tag: str, text: str) -> None:
        """A control field."""
        match tag:
            case "001":
                self._number = text
            case "003":
                self._system = text
            case "007":
                self._keys.update(_format_keys(indexes.CARRIERS.get(text[:1], ())))
            case "008":
                place = indexes.FORM_PLACES.get(self._kind, indexes.FORM_PLACE)
                self._keys.update(_format_keys(indexes.FORMS.get(text[place : place + 1], ())))
                self._years_of_008(text)
                self._language(text[35:38])

    def add(self, tag: str, body: bytes) -> None:
        """A field with subfields."""
        if tag == _GRAPHIC and (link := _LINK.search(body)):
            tag = link[1].decode("ascii")
        plan = indexes.plan(tag)
        if plan.anywhere or plan.sources:
            subfields = words_by_subfield(body)
            every = [word for code, of in subfields if code not in UNREAD for word in of]
            for code, source in plan.sources:
                self._put(code, every if source.codes == EVERY else _chosen(subfields, source.codes))
                self._put_headings(code, tag, source, body, subfields)
            if plan.anywhere:
                self._put(plan.anywhere, every)
        for numbers in plan.numbers:
            for value in _values(body, numbers.codes):
                forms = number_forms(numbers.place, value)
                self._keys.update([whole_key(numbers.place, form) for form in forms])
        if plan.dates:
            for value in _values(body, "c"):
                self._years(_YEAR.findall(value))
        elif tag == "041":
            for value in _values(body, indexes.LANGUAGE_CODES):
                for start in range(0, len(value), CODE_CHARACTERS):
                    self._language(value[start : start + CODE_CHARACTERS])

    def _put(self, code: str, of: list[str]) -> None:
        """The words of a field."""
        if of:
            line = " ".join(of)
            if not line.isascii():
                of = [*of, *grams(of)]
            if code in self._words:
                self._words[code].update(of)
                self._lines[code][line] = None
            else:
                self._words[code] = set(of)
                self._lines[code] = {line: None}

    def _put_headings(self, code: str, tag: str, source: Source, body: bytes, subfields: list[Subfield]) -> None:
        """All the headings of a field."""
        made = dict.fromkeys([" ".join(_chosen(subfields, codes)) for codes in source.headings])
        filing = [*made]
        skipped = body[source.article - 1 : source.article] if source.article else b""
        if skipped.isdigit() and skipped != b"0":
            texts = [" ".join(_values(body, codes)) for codes in source.headings]
            filing = [" ".join(words(text[int(skipped) :])) for text in texts]
            made.update(dict.fromkeys(filing))
        headings = [*filter(None, made)]
        self._keys.update([whole_key(code, one) for one in headings])
        self._keys.update([first_key(code, one.partition(" ")[0]) for one in headings])
        if tag == "245" and not self._title:
            self._title = heading(filing[-1])
        elif source.place is Index.AUTHOR and tag < self._author_tag and tag[0] in "17":
            self._author, self._author_tag = heading(filing[-1]), tag

    def _years_of_008(self, text: str) -> None:
        years = [text[7:11], text[11:15]][: indexes.DATES.get(text[6:7], 0)]
        if indexes.UNKNOWN in text[7:15]:
            years = [year.replace(indexes.UNKNOWN, digit) for digit in "09" for year in years]
        self._years(years)

    def _years(self, years: Iterable[str]) -> None:
        for year in years:
            if len(year) == 4 and year.isascii() and year.isdigit() and year != indexes.OPEN:
                self._date = self._date or year
                self._keys.add(whole_key(Index.DATE, year))

    def _language(self, code: str) -> None:
        self._keys.update(_language_keys(code.lower()))

    def _text(self) -> str:
        present: set[str] = set()
        found = ["", ""]
        for code in sorted(self._lines, key=_place_of_section):
            lines = [*self._lines[code]]
            if code in _ANY_CODES:
                lines = [line for line in lines if line not in present]
            present.update(lines)
            if lines:
                found[code in _LOCAL_CODES] += f"{SECTION}{code}\n {_BETWEEN.join(lines)} \n"
        return LOCAL_PART.join(found)


def _place_of_section(code: str) -> tuple[bool, bool]:
    """`ANY` leaves out what stands before it, so that must be found by whoever asks for it."""
    return code in _LOCAL_CODES, code in _ANY_CODES


def _chosen(subfields: list[Subfield], codes: str) -> list[str]:
    """The words of subfields with these codes."""
    return [word for code, of in subfields if code in codes for word in of]


def _values(body: bytes, codes: str) -> list[str]:
    """The values of subfields with these codes."""
    wanted = codes.encode()
    return [part[1:].decode("utf-8", "replace") for part in body.split(b"\x1f")[1:] if part and part[0] in wanted]


@cache
def _kinds(kind: str, level: str) -> tuple[str, ...]:
    """Keys of the formats by Leader/06 and /07."""
    continues = kind == "a" and level in indexes.CONTINUING_LEVELS
    return _format_keys(indexes.CONTINUING if continues else indexes.MATERIALS.get(kind, ()))


@cache
def _format_keys(formats: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(whole_key(Index.FORMAT, code) for code in formats)


@lru_cache(LANGUAGES_KEPT)
def _language_keys(code: str) -> tuple[str, ...]:
    """The code, and the words of the language's name without its years."""
    if len(code) != CODE_CHARACTERS or not code.isalpha():
        return ()
    known = language(code)
    return tuple(
        whole_key(Index.LANGUAGE, one) for one in (code, *(words(known.name.partition("(")[0]) if known else ()))
    )
