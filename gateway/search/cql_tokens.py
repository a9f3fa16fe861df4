"""CQL's words, signs and quoted texts, each with its place; and what can be wrong with a query, as SRU numbers it."""

import re
from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Final, NamedTuple

from gateway.errors import BadQuery
from gateway.marc.record import printable

QUERY_CHARACTERS: Final = 4_000
"""Longest query: as many terms as a tree may have, of 40 characters each with index and relation."""


class Diagnostic(IntEnum):
    """Of a query, by the list of SRU's diagnostics (info:srw/diagnostic/1/)."""

    SYNTAX = 10
    CHARACTERS = 12
    PARENTHESES = 13
    QUOTES = 14
    CONTEXT_SET = 15
    INDEX = 16
    RELATION = 19
    RELATION_MODIFIER = 20
    RELATION_AND_INDEX = 22
    EMPTY_TERM = 27
    ANCHOR_POSITION = 32
    MASKING_IN_PHRASE = 33
    TERM_FORMAT = 36
    MANY_BOOLEANS = 38
    PROXIMITY = 39
    BOOLEAN_MODIFIER = 46
    FEATURE = 48
    MASKING_POSITION = 49
    MANY_SORT_KEYS = 84
    SORT_PATH = 88
    SORT_DIRECTION = 90


class Wrong(BadQuery):
    """A query that is not understood: where, and what would be."""

    def __init__(self, diagnostic: Diagnostic, at: int, words: str, details: str = "") -> None:
        """`at`: characters before the place; `details`: what the diagnostic's definition says is told."""
        super().__init__(f"at character {at + 1}: {words}")
        self.diagnostic = diagnostic
        self.details = details


class Kind(Enum):
    """What a token is."""

    SIGN = "sign"
    """A parenthesis, a relation or a slash."""
    WORD = "word"
    QUOTED = "quoted"


class Token(NamedTuple):
    """A piece of a query."""

    kind: Kind
    text: str
    """As it is written, escapes and all; without the quotes."""
    at: int
    """Characters before it."""

    def is_sign(self, text: str) -> bool:
        """Whether it is this sign."""
        return self.kind is Kind.SIGN and self.text == text


_TOKEN: Final = re.compile(
    r'\s*(?:(?P<sign>==|<>|<=|>=|[=<>()/])|"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<open>")|(?P<word>[^\s()=<>"/]+))',
    re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a query. Raises `Wrong`."""
    if len(text) > QUERY_CHARACTERS:
        words = f"the query has {len(text):,} characters; it may have {QUERY_CHARACTERS:,}"
        raise Wrong(Diagnostic.CHARACTERS, QUERY_CHARACTERS, words, str(QUERY_CHARACTERS))
    at = 0
    clean = printable(text.encode("utf-8", "replace").decode("utf-8"))
    end = len(clean.rstrip())
    while at < end:
        match = _TOKEN.match(clean, at)
        assert match is not None  # every character but a blank begins one
        name = match.lastgroup
        assert name is not None
        if name == "open":
            raise Wrong(Diagnostic.QUOTES, match.start(name), "a quote is not closed")
        yield Token(Kind(name), match[name], match.start(name) - (name == "quoted"))
        at = match.end()
