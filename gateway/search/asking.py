"""What a term asks of an index: keys that must be there, and text that must stand in what they find.

A term of one word, a heading, a number is answered by its keys. A phrase of several words is not: its words may stand
apart. Then the texts of the records that have them all are looked at.
"""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from gateway.errors import BadQuery
from gateway.search.entries import LOCAL_PART, SECTION
from gateway.search.folding import is_single, words
from gateway.search.indexes import CODES, HEADED, TEXTS, codes_asked
from gateway.search.query import Index, Position, Relation, Structure, Term, Truncation
from gateway.search.tokens import LAST, asked_forms, compact, first_key, whole_key, word_key

_FIRST_YEAR: Final = whole_key(Index.DATE, "")
_YEAR: Final = re.compile(r"[0-9]{4}(?![0-9])")
_TWO_YEARS: Final = re.compile(r"\s*([0-9]{4})\s*[-/, ]\s*([0-9]{4})\s*")


class Keys(NamedTuple):
    """Who has one of the keys, or a key in the range, has this."""

    keys: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    """`first <= key < last`"""


class Asked(NamedTuple):
    """What must hold of a record."""

    all_of: tuple[Keys, ...]
    """None: nothing is found, as by a term without a letter or digit."""
    phrases: tuple[str, ...] = ()
    """Each must stand in a line of the record's text, in one of these indexes."""
    codes: tuple[str, ...] = ()


def asked(term: Term) -> Asked:
    """What a term asks. Raises `BadQuery` where its index cannot be asked so."""
    if term.index is Index.DATE:
        return _date(term)
    if term.relation is not Relation.EQUAL:
        raise BadQuery(f"{term.index.name.lower()} has no order: only a date can be {term.relation.value} another")
    if term.index not in TEXTS:
        return _number(term)
    codes = codes_asked(term.index, term.local)
    if term.complete or term.position is Position.FIRST:
        return _heading(term, codes)
    if term.structure is Structure.PHRASE:
        return _phrase(words(term.text), codes, term.truncation)
    return _words(term, codes)


def stands_in(text: str, phrase: str, codes: Sequence[str]) -> bool:
    """Whether a phrase stands in a record's text, in one of these indexes."""
    if phrase not in text:
        return False
    if Index.ANY in codes:
        is_all = len(codes) > 1
        return is_all or phrase in text.partition(LOCAL_PART)[0]
    sections = (section for section in re.split(f"[{SECTION}{LOCAL_PART}]+", text) if section.startswith(tuple(codes)))
    return any(phrase in section for section in sections)


def _words(term: Term, codes: tuple[str, ...]) -> Asked:
    """Each word somewhere; characters that are words stand beside each other where they do so in the term."""
    all_of: list[Keys] = []
    phrases: list[str] = []
    pieces = [words(piece) for piece in term.text.split()]
    runs = [[*run] for piece in pieces for _, run in groupby(piece, is_single)]
    for place, run in enumerate(runs, 1):
        truncation = term.truncation if place == len(runs) else Truncation.NONE
        if is_single(run[0]):
            of = _phrase(run, codes, truncation)
            all_of += of.all_of
            phrases += of.phrases
        else:
            for at, word in enumerate(run, 1):
                all_of.append(_word(word, codes, truncation if at == len(run) else Truncation.NONE))
    return Asked(tuple(all_of), tuple(phrases), codes)


def _phrase(of: Sequence[str], codes: tuple[str, ...], truncation: Truncation) -> Asked:
    keys = [*_phrase_words(of)]
    all_of = tuple(
        _word(key, codes, truncation if place == len(keys) else Truncation.NONE) for place, key in enumerate(keys, 1)
    )
    if len(keys) < 2:
        return Asked(all_of)
    end = "" if truncation is Truncation.RIGHT else " "
    return Asked(all_of, (f" {' '.join(of)}{end}",), codes)


def _phrase_words(of: Sequence[str]) -> list[str]:
    """Words, and pairs of characters that are words: these are in fewer records than the characters."""
    if len(of) == 1:
        return [*of]
    found = []
    paired = False
    for first, second in pairwise((*of, "")):
        is_pair = is_single(first) and is_single(second)
        if is_pair:
            found.append(first + second)
        elif not paired:
            found.append(first)
        paired = is_pair
    return found


def _word(word: str, codes: tuple[str, ...], truncation: Truncation) -> Keys:
    keys = tuple(word_key(code, word) for code in codes)
    return Keys(keys) if truncation is Truncation.NONE else Keys(ranges=_beginning(*keys))


def _beginning(*starts: str) -> tuple[tuple[str, str], ...]:
    """Keys that begin so."""
    return tuple((start, start + LAST) for start in starts)


def _heading(term: Term, codes: tuple[str, ...]) -> Asked:
    if term.index not in HEADED:
        raise BadQuery(f"{term.index.name.lower()} has no fields of its own: a term can stand anywhere in it alone")
    of = words(term.text)
    text = " ".join(of)
    wholes = [whole_key(code, text) for code in codes]
    if not of:
        return Asked(())
    if term.truncation is Truncation.RIGHT:
        keys = Keys(ranges=_beginning(*wholes))
    elif term.complete:
        keys = Keys(tuple(wholes))
    elif len(of) == 1:
        keys = Keys(tuple(first_key(code, text) for code in codes))
    else:
        keys = Keys(tuple(wholes), _beginning(*(whole_key(code, f"{text} ") for code in codes)))
    return Asked((keys,))


def _number(term: Term) -> Asked:
    if term.truncation is Truncation.RIGHT:
        start = compact(term.text)
        return Asked((Keys(ranges=_beginning(whole_key(term.index, start))),) if start else ())
    if term.index in CODES:
        return Asked(tuple(Keys((whole_key(term.index, word),)) for word in words(term.text)))
    forms = asked_forms(term.index, term.text)
    return Asked((Keys(tuple(whole_key(term.index, form) for form in forms)),) if forms else ())


def _date(term: Term) -> Asked:
    if term.relation is Relation.WITHIN:
        two = _TWO_YEARS.fullmatch(term.text)
        if not two:
            raise BadQuery(f"{term.text} is no range of years; write two of four digits, such as 1999-2003")
        ends = whole_key(Index.DATE, two[1]), whole_key(Index.DATE, two[2]) + LAST
        return Asked((Keys(ranges=(ends,)),))
    if term.truncation is Truncation.RIGHT:
        return _number(term)
    text = term.text.strip()
    if not _YEAR.match(text):
        raise BadQuery(f"{term.text} is no year; write its four digits, such as 1999")
    key = whole_key(Index.DATE, text[:4])
    first, last = {
        Relation.LESS: (_FIRST_YEAR, key),
        Relation.LESS_OR_EQUAL: (_FIRST_YEAR, key + LAST),
        Relation.EQUAL: (key, key + LAST),
        Relation.GREATER_OR_EQUAL: (key, _FIRST_YEAR + LAST),
        Relation.GREATER: (key + LAST, _FIRST_YEAR + LAST),
    }[term.relation]
    return Asked((Keys(ranges=((first, last),)),))
