"""The names of indexes in people's searches, and the terms that words behind them ask for."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.errors import BadQuery
from gateway.search.folding import words
from gateway.search.indexes import HEADED, TEXTS
from gateway.search.numbers import oclc_number
from gateway.search.query import Index, Position, Relation, Structure, Term, Truncation
from gateway.search.terms import AS_IT_IS
from gateway.search.tokens import compact


class Named(NamedTuple):
    """An index, as people ask it."""

    place: Index
    example: str


NAMES: Final = {
    "title": Named(Index.TITLE, "title:rivers"),
    "author": Named(Index.AUTHOR, 'author:"le guin"'),
    "subject": Named(Index.SUBJECT, "subject:lighthouses"),
    "any": Named(Index.ANY, "any:rivers"),
    "keytitle": Named(Index.KEY_TITLE, 'keytitle:"harbor journal"'),
    "isbn": Named(Index.ISBN, "isbn:9780000000002"),
    "issn": Named(Index.ISSN, "issn:1234-5678"),
    "oclc": Named(Index.OCLC, "oclc:1234567"),
    "mms": Named(Index.MMS, "mms:9910000000015867"),
    "system": Named(Index.SYSTEM, "system:(DLC)12345"),
    "standard": Named(Index.STANDARD, "standard:9780000000002"),
    "year": Named(Index.DATE, "year:1990-1999"),
    "lang": Named(Index.LANGUAGE, "lang:eng"),
    "format": Named(Index.FORMAT, "format:book"),
    "suppressed": Named(Index.SUPPRESSED, "suppressed:true"),
}
"""What may stand before a word."""
SHORT: Final = {
    "ti": "title",
    "au": "author",
    "su": "subject",
    "kw": "any",
    "bn": "isbn",
    "in": "issn",
    "no": "oclc",
    "sn": "standard",
    "yr": "year",
    "date": "year",
    "la": "lang",
    "language": "lang",
    "mt": "format",
}
"""What may stand there for it: the labels by which Connexion searches, and words that are nearest."""
RELATIONS: Final = {
    "<": Relation.LESS,
    "<=": Relation.LESS_OR_EQUAL,
    ">=": Relation.GREATER_OR_EQUAL,
    ">": Relation.GREATER,
}
"""Signs between `year` and a year."""
WHOLE: Final = "=="
"""Between a name and all words of a field."""
BEGINNING: Final = "^"
"""Before the first word of a field."""
CUT: Final = "*"
"""Behind the beginning of a word."""
ISBN_DIGITS: Final = (10, 13)
ISSN_DIGITS: Final = 8
_YEARS: Final = re.compile(r"([0-9]{4})?([-\u2013])([0-9]{4})?")
_YEAR: Final = re.compile(r"[0-9]{4}")


class Word(NamedTuple):
    """A word as it is written, and what it says."""

    written: str
    name: str
    """Of `NAMES`; empty where none stands there."""
    sign: str
    text: str
    phrase: bool
    """Whether it stood in quotes."""
    cut: bool
    """Whether its last word may go on."""


def named(word: Word) -> Term:
    """What a word behind a name asks. Raises `BadQuery`, which names it, and what may be meant."""
    index, example = NAMES[word.name]
    if not words(word.text):
        raise BadQuery(f"{word.written} asks nothing; write {example}")
    if index is Index.DATE:
        return _year(word)
    if word.sign in RELATIONS:
        raise BadQuery(f"{word.written}: only a year can be {word.sign} another; write {example}")
    if not word.cut:
        _check_number(word, index)
    return term(word, index)


def term(word: Word, index: Index) -> Term:
    """Words, or a number, in an index. Raises `BadQuery`."""
    if not words(word.text):
        raise BadQuery(f"{word.written}: write the beginning of a word before the {CUT}")
    if CUT in word.text and not word.phrase:
        raise BadQuery(f"{word.written}: a {CUT} can only stand at the end of a word. {AS_IT_IS}")
    is_first, is_whole = word.text.startswith(BEGINNING), word.sign == WHOLE and index in TEXTS
    if (is_first or is_whole) and index not in HEADED:
        headed = ", ".join(name for name, (of, _) in NAMES.items() if of in HEADED)
        raise BadQuery(f"{word.written}: only {headed} can be asked for a field's beginning, or for all of it")
    return Term(
        index,
        word.text.removeprefix(BEGINNING),
        structure=Structure.PHRASE if (word.phrase or is_whole) and index in TEXTS else Structure.WORDS,
        position=Position.FIRST if is_first or is_whole else Position.ANY,
        truncation=Truncation.RIGHT if word.cut else Truncation.NONE,
        complete=is_whole,
    )


def _year(word: Word) -> Term:
    """A year, its beginning, or a range of years."""
    relation = RELATIONS.get(word.sign, Relation.EQUAL)
    if word.cut and relation is Relation.EQUAL and word.text.isdecimal():
        return Term(Index.DATE, word.text, truncation=Truncation.RIGHT)
    ends = _YEARS.fullmatch(word.text)
    if ends and relation is Relation.EQUAL:
        first, _, last = ends.groups()
        if first and last:
            if last < first:
                raise BadQuery(f"{word.written}: no year is in it; did you mean {word.name}:{last}-{first}?")
            return Term(Index.DATE, f"{first}-{last}", Relation.WITHIN)
        return Term(Index.DATE, first or last, Relation.GREATER_OR_EQUAL if first else Relation.LESS_OR_EQUAL)
    if not _YEAR.fullmatch(word.text) or word.cut:
        raise BadQuery(
            f"{word.written}: a year has four digits; write year:1999, {NAMES['year'].example} or year>=1990"
        )
    return Term(Index.DATE, word.text, relation)


def _check_number(word: Word, index: Index) -> None:
    """Raise `BadQuery` for what is no such number; a wrong check digit is none of that: records have some."""
    if index in CHECKS:
        is_one, what = CHECKS[index]
        if not is_one(word.text):
            raise BadQuery(f"{word.written} is no {what}, such as {NAMES[word.name].example}")


CHECKS: Final[dict[Index, tuple[Callable[[str], bool], str]]] = {
    Index.OCLC: (lambda text: bool(oclc_number(text)), "OCLC number; write its digits"),
    Index.MMS: (lambda text: text.isascii() and text.isdigit(), "MMS ID; write all its digits"),
    Index.ISBN: (lambda text: len(compact(text)) in ISBN_DIGITS, "ISBN; write all 10 or 13 digits"),
    Index.ISSN: (lambda text: len(compact(text)) == ISSN_DIGITS, "ISSN; write all 8 digits"),
}
"""By index: whether a text is such a number, and what is said where it is not."""
