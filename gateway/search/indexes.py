"""What of a record stands in which index: tables that a librarian can check.

Source: spec/z3950.md; the "Attribute Set Bib-1: Semantics" of the Library of Congress says which fields its use
attributes mean. A field 880 stands where the field stands that its $6 names. Where something in a table changes,
`RULES` is one more, and every store indexes its records anew.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from gateway.marc.table import is_local
from gateway.search.query import Index

RULES: Final = 2
"""Version of all that makes a record's entries: these tables, the folding, the keys."""

TEXTS: Final = (Index.TITLE, Index.KEY_TITLE, Index.AUTHOR, Index.SUBJECT, Index.ANY)
"""Indexes of words, in which a phrase can be asked."""
HEADED: Final = frozenset({Index.TITLE, Index.KEY_TITLE, Index.AUTHOR, Index.SUBJECT})
"""Those of them that also have whole fields, in which the beginning of a field and a complete field can be asked."""
NUMBERS: Final = (Index.ISBN, Index.ISSN, Index.OCLC, Index.MMS, Index.SYSTEM, Index.STANDARD)
"""Indexes of whole numbers."""
CODES: Final = (Index.LANGUAGE, Index.FORMAT, Index.SUPPRESSED)
"""Indexes of codes and of the words for them."""

EVERY: Final = ""
"""For `Source.codes`: every subfield but `UNREAD`."""
UNREAD: Final = "012345678w"
"""Subfields that no word index reads: numbers of authorities, institutions, links, materials, and sources of terms."""


class Source(NamedTuple):
    """Fields that stand in an index."""

    place: Index
    tags: str
    codes: str
    """Subfields whose words stand there."""
    headings: tuple[str, ...] = ()
    """Subfields that together are a heading, each time another; what is complete begins and ends with them."""
    article: int = 0
    """Which indicator tells how many characters of the first subfield are no part of the heading; 0 for none."""


_PARTS: Final = ("a", "anp", "abnp")
_UNIFORM: Final = ("a", "adfgklmnoprst")
_PERSON: Final = ("a", "abcdq")
_BODY: Final = ("a", "ab", "abcdng")
_MEETING: Final = ("a", "acdengq")
_TOPIC: Final = ("a", "abcdfghklmnopqrstuvxyz")

SOURCES: Final = (
    Source(Index.TITLE, "130 730", "adfgklmnoprst", _UNIFORM, 1),
    Source(Index.TITLE, "240 243", "adfgklmnoprst", _UNIFORM, 2),
    Source(Index.TITLE, "245", "abfgknps", _PARTS, 2),
    Source(Index.TITLE, "242", "abnp", _PARTS, 2),
    Source(Index.TITLE, "246 247", "abfgnp", _PARTS),
    Source(Index.TITLE, "210", "ab", ("a", "ab")),
    Source(Index.TITLE, "222", "ab", ("a", "ab"), 2),
    Source(Index.TITLE, "440", "anp", ("a", "anp"), 2),
    Source(Index.TITLE, "490", "a", ("a",)),
    Source(Index.TITLE, "740", "anp", ("a", "anp"), 1),
    Source(Index.TITLE, "830", "adfgklmnoprst", _UNIFORM, 2),
    Source(Index.TITLE, "600 610 611 700 710 711 800 810 811", "t", ("t",)),
    Source(Index.KEY_TITLE, "222", "ab", ("a", "ab"), 2),
    Source(Index.AUTHOR, "100 700 800", "abcdqu", _PERSON),
    Source(Index.AUTHOR, "110 710 810", "abcdgnu", _BODY),
    Source(Index.AUTHOR, "111 711 811", "acdegnqu", _MEETING),
    Source(Index.AUTHOR, "720", "a", ("a",)),
    Source(Index.SUBJECT, "600 610 611 630 647 648 650 651", EVERY, _TOPIC),
    Source(Index.SUBJECT, "653 654 655 656 657 658 662", EVERY, _TOPIC),
    Source(Index.SUBJECT, "690 691 692 693 694 695 696 697 698 699", EVERY, _TOPIC),
)
"""Indexes of words but `ANY`. Fields for local use are kept apart (`LOCAL`)."""

LOCAL: Final = {Index.SUBJECT: "s9", Index.ANY: "k9"}
"""The local halves of indexes: what only `Term.local` finds."""

ANYWHERE: Final = (
    "010 013 015 017 020 022 024 025 026 027 028 030 032 033 034 035 036 037 043 045 046 047 048 050 051 052 055 060 "
    "061 070 071 074 080 082 083 084 085 086 088"
)
"""Fields below 100 that stand in `ANY`, as all from 100 on do but `NOWHERE`; those for local use are kept apart."""
NOWHERE: Final = "336 337 338"
"""Codes and terms of content, media and carrier: a search for `text` or `volume` means other records."""


class Numbers(NamedTuple):
    """Fields with numbers."""

    place: Index
    tags: str
    codes: str


NUMBER_SOURCES: Final = (
    Numbers(Index.ISBN, "020", "az"),
    Numbers(Index.ISSN, "022", "alyz"),
    Numbers(Index.OCLC, "035", "az"),
    Numbers(Index.SYSTEM, "019 035", "az"),
    Numbers(Index.SYSTEM, "773 774 775 777 786 800 810 811 830", "w"),
    Numbers(Index.STANDARD, "010 015 020 024 027 030", "az"),
    Numbers(Index.STANDARD, "022", "alyz"),
    Numbers(Index.STANDARD, "028 037", "a"),
)
"""Beside these: 001 in `OCLC` where it is OCLC's, and the MMS ID in `MMS` and `SYSTEM`."""

DATE_FIELDS: Final = "260 264"
"""Fields whose $c holds years, beside 008/07-10 and /11-14."""
DATES: Final = {"c": 2, "d": 2, "i": 2, "k": 2, "m": 2, "p": 2, "q": 2, "r": 2, "t": 2, "u": 2, "e": 1, "s": 1}
"""008/06 -> how many years stand in 008/07-14. The first and the last year are found, those between them are not."""
UNKNOWN: Final = "u"
"""What stands in a year of 008 for a digit that is not known: 19uu is 1900 and 1999."""
OPEN: Final = "9999"
"""The last year of what has not ended; no date."""

LANGUAGE_CODES: Final = "ad"
"""Subfields of 041 with languages of the text; those of a summary, an original or a table of contents are none."""

MATERIALS: Final = {
    "a": ("bks", "book"),
    "c": ("sco", "score"),
    "d": ("sco", "score"),
    "e": ("map", "map"),
    "f": ("map", "map"),
    "g": ("vis", "visual"),
    "i": ("rec", "recording", "spoken"),
    "j": ("rec", "recording", "music"),
    "k": ("vis", "visual"),
    "m": ("com", "computer"),
    "o": ("vis", "visual"),
    "p": ("mix", "mixed"),
    "r": ("vis", "visual"),
    "t": ("bks", "book", "manuscript"),
}
"""Leader/06 -> formats, by OCLC's codes as Connexion's search writes them (`mt:`), and in words [assumed]."""
CONTINUING: Final = ("ser", "serial")
"""Instead of a book's, where Leader/07 is one of `CONTINUING_LEVELS`."""
CONTINUING_LEVELS: Final = "bis"
CARRIERS: Final = {
    "a": ("map",),
    "c": ("elr", "electronic"),
    "d": ("glb", "globe"),
    "f": ("tac", "tactile"),
    "h": ("mic", "microform"),
    "m": ("flm", "film"),
    "s": ("snd", "sound"),
    "v": ("vid", "video"),
}
"""007/00 -> formats beside those of the Leader."""
FORMS: Final = {
    "a": ("mic", "microform"),
    "b": ("mic", "microform"),
    "c": ("mic", "microform"),
    "d": ("lpt", "large"),
    "f": ("brl", "braille"),
    "o": ("elr", "electronic"),
    "q": ("elr", "electronic"),
    "s": ("elr", "electronic"),
}
"""Form of item in 008 -> formats beside those."""
FORM_PLACES: Final = {"e": 29, "f": 29, "g": 29, "k": 29, "o": 29, "r": 29}
"""Leader/06 -> position of the form of item in 008; 23 for the others."""
FORM_PLACE: Final = 23


TAGS_KEPT: Final = 1_000
"""Tags whose plans are kept ready: MARC 21 has some 250, and a damaged record may have any."""


class Plan(NamedTuple):
    """What becomes of the fields of a tag."""

    anywhere: str
    """The code of `ANY` for it; empty where the field does not stand there."""
    sources: tuple[tuple[str, Source], ...]
    """Each with the code of its index."""
    numbers: tuple[Numbers, ...]
    dates: bool


@lru_cache(TAGS_KEPT)
def plan(tag: str) -> Plan:
    """The rows of the tables for a field."""
    return Plan(
        anywhere=_code(Index.ANY, tag) if _is_anywhere(tag) else "",
        sources=tuple((_code(source.place, tag), source) for source in SOURCES if tag in source.tags.split()),
        numbers=tuple(source for source in NUMBER_SOURCES if tag in source.tags.split()),
        dates=tag in DATE_FIELDS.split(),
    )


def codes_asked(index: Index, local: bool) -> tuple[str, ...]:
    """The codes under which an index is asked."""
    return (index.value, LOCAL[index]) if local and index in LOCAL else (index.value,)


def _code(index: Index, tag: str) -> str:
    return LOCAL[index] if index in LOCAL and is_local(tag) else index.value


def _is_anywhere(tag: str) -> bool:
    return tag in ANYWHERE.split() or ("100" <= tag <= "999" and tag not in NOWHERE.split())
