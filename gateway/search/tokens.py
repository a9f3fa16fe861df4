"""Keys: what a record's entries and a query's terms have in common. A record is found by a key that it has.

    ti lantern                    a word of the index
    ti^the                        the word with which a field begins
    ti=the lantern keepers        a heading: all the words of a field, or of a part that stands for it
    ib=9786990001012              a number in the one form that compares; a code; a year

A key is a text that is compared character by character (in databases: byte by byte in UTF-8, which is the same). It
begins with the two characters of its index, so that a range of keys is a range of one index.
"""

import re
from typing import Final

from gateway.marc.identifiers import oclc_key
from gateway.marc.standard_numbers import isbn13, issn
from gateway.search.folding import words
from gateway.search.numbers import oclc_number
from gateway.search.query import Index

WORD_CHARACTERS: Final = 60
"""Longest word that is compared; what is beyond does not count. Longer ones are addresses and damaged text."""
HEADING_CHARACTERS: Final = 250
"""The same of a heading: at most 1,000 bytes, which an index entry of every database holds."""
WORD: Final = " "
FIRST: Final = "^"
WHOLE: Final = "="
"""What stands between the index and the rest of the three kinds of keys."""
LAST: Final = "\U0010ffff"
"""Behind all that a key goes on with."""
NEXT: Final = "\x01"
"""Before all that a key goes on with; NUL, which comes before it, some databases do not take."""
_SYSTEM: Final = re.compile(r"\s*\(([^()]*)\)\s*(.*)", re.DOTALL)
_QUALIFIER: Final = re.compile(r"(?<=[0-9Xx]) *[(:;,]")
"""Where the number ends in `0123456789 (pbk.)`."""


def word_key(code: str, word: str) -> str:
    """Of a word, or the beginning of one."""
    return f"{code}{WORD}{word[:WORD_CHARACTERS]}"


def first_key(code: str, word: str) -> str:
    """Of a field that begins with the word."""
    return f"{code}{FIRST}{word[:WORD_CHARACTERS]}"


def whole_key(code: str, value: str) -> str:
    """Of a heading, or its beginning; of a number, code or year."""
    return f"{code}{WHOLE}{value[:HEADING_CHARACTERS]}"


SUPPRESSED: Final = {True: whole_key(Index.SUPPRESSED, "true"), False: whole_key(Index.SUPPRESSED, "false")}
"""Whether a record is suppressed -> the key that says so. Each record has one of them."""


def heading(text: str) -> str:
    """Words with blanks between them, as far as they stand in a heading."""
    return text[:HEADING_CHARACTERS]


def compact(value: str) -> str:
    """Letters and digits of a number, without what qualifies it."""
    return "".join(words(_QUALIFIER.split(value, maxsplit=1)[0]))


def number_forms(index: Index, value: str) -> list[str]:
    """By what a number of a record is found; none where it is no number of that kind."""
    match index:
        case Index.OCLC:
            forms = [oclc_key(value)]
        case Index.SYSTEM:
            forms = _system_forms(value)
        case _:
            forms = asked_forms(index, value)
    return [form for form in forms if form]


def asked_forms(index: Index, text: str) -> list[str]:
    """What a number that is asked for may be kept as; a record with one of these is meant."""
    match index:
        case Index.ISBN:
            forms = [isbn13(text) or compact(text)]
        case Index.ISSN:
            forms = [issn(text) or compact(text)]
        case Index.STANDARD:
            forms = [isbn13(text) or issn(text) or compact(text)]
        case Index.OCLC:
            forms = [oclc_number(text)]
        case Index.SYSTEM:
            forms = _system_forms(text)[:1]
        case _:
            forms = [compact(text)]
    return [form for form in forms if form]


def _system_forms(value: str) -> list[str]:
    """With its source first, if it has one, then without.

    OCLC's number loses its prefixes, and every number leading zeros.
    """
    match = _SYSTEM.fullmatch(value)
    source, number = (match[1], match[2]) if match else ("", value)
    bare = _bare(number)
    if not source:
        return [bare]
    return [f"({''.join(words(source))}){bare}", bare] if bare else []


def _bare(number: str) -> str:
    return oclc_number(number) or compact(number).lstrip("0")
