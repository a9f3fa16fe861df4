"""A search for records in people's words, such as `title:rivers author="le guin" not year:1990-1999`, as a tree.

`named.NAMES` are what may stand before a word, with a colon or a sign of CQL between them; a word without one is looked
for anywhere. Words beside each other are joined by `and`; `and`, `or` and `not` are taken from left to right, as in
CQL, unless parentheses say otherwise. CQL itself is not read here.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from gateway.errors import BadQuery
from gateway.marc.standard_numbers import isbn13, issn
from gateway.search.box import NOT
from gateway.search.folding import words
from gateway.search.named import CUT, NAMES, SHORT, Word, named, term
from gateway.search.numbers import oclc_number
from gateway.search.query import And, AndNot, Index, Or, Query, Term
from gateway.search.terms import AS_IT_IS, cleaned, no_word, not_closed

JOINS: Final[dict[str, Callable[[Query, Query], Query]]] = {"and": And, "or": Or, "not": AndNot}
"""Words between terms, in capitals or not."""
NESTED: Final = 20
"""Most parentheses within each other; people write two or three."""
NUMBER_DIGITS: Final = 5
"""Fewest digits of what is also looked for as a number where no name stands before it: others are years, volumes."""
_OPEN: Final = "("
_CLOSE: Final = ")"
_NAMED: Final = re.compile(r"(?P<name>[^\W\d][\w-]*|[0-9X]{3})(?P<sign>:|\s*(?:==|<=|>=|[=<>])\s*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"(?P<text>[^"]*)"(?P<cut>\*?)')
_PLAIN: Final = re.compile(r"[^\s()]+")
_WITH_SOURCE: Final = re.compile(r"\([A-Za-z-]+\)[^\s()]*[0-9][^\s()]*")
"""A number that another system gave, such as `(OCoLC)1234567`."""


def parse(text: str) -> Query:
    """The tree that is asked for. Raises `BadQuery`, which names the word that means nothing, and what may be meant."""
    found = _Reading(cleaned(text)).all()
    if found is None:
        raise BadQuery("the search has no word; write one, such as title:rivers")
    return found


class _Reading:
    """Of one search."""

    def __init__(self, text: str) -> None:
        self._pieces = _pieces(text)
        """Read once, by all groups: an inner one goes on where the outer one stands."""

    def all(self) -> Query | None:
        """The tree; None where nothing is asked."""
        found, is_closed = self._joined(0)
        if is_closed:
            raise BadQuery("a parenthesis is closed that was not opened")
        return found

    def _joined(self, depth: int) -> tuple[Query | None, bool]:
        """What is asked up to the end, or to the parenthesis that closes it; and whether that one stood there."""
        found: Query | None = None
        join = ""
        is_closed = False
        for piece in self._pieces:
            if piece == _CLOSE:
                is_closed = True
                break
            if isinstance(piece, str) and piece != _OPEN:
                join = _next_join(join, piece, found)
                continue
            one = self._group(depth + 1) if isinstance(piece, str) else piece
            if one is not None:
                found = JOINS[join.lower() or "and"](found, one) if found is not None else one
                join = ""
        if join:
            raise BadQuery(f"{join}: nothing stands behind it. {AS_IT_IS}")
        return found, is_closed

    def _group(self, depth: int) -> Query | None:
        if depth > NESTED:
            raise BadQuery(f"more than {NESTED} parentheses stand within each other; leave some out")
        found, is_closed = self._joined(depth)
        if not is_closed:
            raise BadQuery("a parenthesis is not closed")
        return found


def _next_join(join: str, piece: str, found: Query | None) -> str:
    """What joins the next term, of what stood there already and what stands there now."""
    if join.lower() == "and" and piece.lower() == "not":
        return piece
    if join:
        raise BadQuery(f"{join} {piece}: one of them can stand between two words. {AS_IT_IS}")
    if found is None:
        raise BadQuery(f"{piece}: nothing stands before it. {AS_IT_IS}")
    return piece


def _pieces(text: str) -> Iterator[str | Query]:
    """Terms, joins and parentheses. What has neither letter nor digit, as the punctuation of titles, is left out."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] in (_OPEN, _CLOSE) and not _WITH_SOURCE.match(text, at):
            yield text[at]
            at += 1
        else:
            word, at = _word(text, at)
            if not word.name and not word.phrase and word.written.lower() in JOINS:
                yield word.written
            elif word.name:
                yield named(word)
            elif word.cut or words(word.text):
                yield _anywhere(word)


def _word(text: str, start: int) -> tuple[Word, int]:
    """What stands here, and where it ends."""
    name, sign, at = _name(text, start)
    quoted = _QUOTED.match(text, at)
    if quoted:
        value, end = quoted["text"].strip(), quoted.end()
    elif text[at : at + 1] == '"':
        raise not_closed(text[at:])
    else:
        plain = _WITH_SOURCE.match(text, at) or _PLAIN.match(text, at)
        value, end = (plain[0], plain.end()) if plain else ("", at)
    is_cut = bool(quoted and quoted["cut"]) or value.endswith(CUT)
    return Word(text[start:end], name, sign, value.rstrip(CUT), quoted is not None, is_cut), end


def _name(text: str, start: int) -> tuple[str, str, int]:
    """The name and the sign that stand here, both empty where none do, and where they end."""
    match = _NAMED.match(text, start)
    if not match:
        return "", "", start
    key, sign, at = match["name"].lower(), match["sign"].strip(), match.end()
    if key not in NAMES and (sign != match["sign"] or text[at : at + 1].strip() == ""):
        return "", "", start  # punctuation, as in `Rivers: a history` and `Rivers = Rivières`
    name = SHORT.get(key, key)
    if name not in NAMES:
        raise no_word(match["name"], NAMES)
    if text.startswith(_OPEN, at) and not _WITH_SOURCE.match(text, at):
        raise BadQuery(f"{match[0]}( … ): a name stands before a word or a quote; write it before each of them")
    return name, sign, at


def _anywhere(word: Word) -> Query:
    """A word without a name; a number that is one may be that of the record."""
    if not word.phrase and word.text.startswith(NOT) and len(word.text) > 1:
        raise BadQuery(f"{word.written}: write not {word.text.lstrip(''.join(NOT))} to leave it out. {AS_IT_IS}")
    found = term(word, Index.ANY)
    if word.phrase or word.cut or not _is_number(word.text):
        return found
    return Or(found, Or(Term(Index.STANDARD, word.text), Term(Index.SYSTEM, word.text)))


def _is_number(text: str) -> bool:
    if sum(map(str.isdigit, text)) < NUMBER_DIGITS:
        return False
    is_known = isbn13(text) or issn(text) or oclc_number(text)
    return bool(is_known) or text.isdigit() or text.startswith(_OPEN)
