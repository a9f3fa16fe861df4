"""In which order records are found.

Relevance is the same in every store, and cheap for a million records: it looks at keys alone. First come records of
which a title is what was searched for; then those that have all of its words in their titles; then the others. Within
each, the record that was written last comes first. How often a word stands in a record does not count: catalogue
records are short, and repeat a word where cataloguers must, not where it matters.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import chain, islice
from typing import Final, NamedTuple

from gateway.search.evaluate import terms_of
from gateway.search.folding import words
from gateway.search.numbering import Frugal, Numbers, both, falling, highest, listed, octets, size, without
from gateway.search.query import And, AndNot, Index, Or, Order, Query, Term
from gateway.search.tokens import whole_key, word_key
from gateway.search.volumes import Document, Volume

RESULT_RECORDS: Final = 10_000
"""Most records of a result, as in Alma [doc: spec/z3950.md]; how many there are is counted beyond it."""
FEW: Final = 2_000
"""Numbers that a result has one by one, 4 kB of them: more are quicker kept as they were found."""
RANKED: Final = frozenset({Index.ANY, Index.TITLE, Index.KEY_TITLE})
"""Indexes whose terms may be words of a title."""


class SortKey(StrEnum):
    """By what a result is sorted. What is equal stays in its order."""

    TITLE = "title"
    AUTHOR = "author"
    DATE = "date"
    MMS = "mms_id"


class Sorting(NamedTuple):
    """One of several keys."""

    key: SortKey
    descending: bool = False


class Result(NamedTuple):
    """What a query found, in order: its first `RESULT_RECORDS`."""

    total: int
    """How many were found, those beyond the first, too."""
    tiers: tuple[Frugal, ...]
    """Those of the first come before those of the next; within each the highest number comes first."""

    def numbers(self, first: int = 0, most: int = RESULT_RECORDS) -> list[int]:
        """So many from a place on, counted from 0; fewer at the end. The first twenty cost some 0.1 ms, all 2 ms."""
        return [*islice(chain.from_iterable(map(falling, self.tiers)), first, min(first + most, RESULT_RECORDS))]

    @property
    def octets(self) -> int:
        """About how much memory it takes."""
        return sum(map(octets, self.tiers))


def ordered(found: Numbers, query: Query, order: Order, volume: Volume) -> Result:
    """What a query found, put in order."""
    tiers = _tiers(found, query, volume) if order is Order.RELEVANCE else [found]
    return Result(size(found), tuple(map(_kept, tiers)))


def _kept(tier: Numbers) -> Frugal:
    return listed(tier) if size(tier) <= FEW else highest(tier, RESULT_RECORDS)


def sort(documents: Iterable[Document], by: Sequence[Sorting]) -> list[Document]:
    """The records by these keys, the first of which counts most. Those without a value come last, either way."""
    found = [*documents]
    for key, descending in reversed(by):
        with_value = [document for document in found if getattr(document, key)]
        without_value = [document for document in found if not getattr(document, key)]
        found = sorted(with_value, key=lambda one: _value(one, key), reverse=descending) + without_value
    return found


def _value(document: Document, key: SortKey) -> str:
    return str(getattr(document, key))


def _tiers(found: Numbers, query: Query, volume: Volume) -> list[Numbers]:
    texts = [*wanted_texts(query)]
    if not texts or not found:
        return [found]
    title = whole_key(Index.TITLE, " ".join(word for text in texts for word in text))
    keys = {word_key(Index.TITLE, word) for text in texts for word in text}
    having = volume.having({title, *keys})
    exact = both(found, having.get(title, {}))
    in_title = found
    for key in keys:
        in_title = both(in_title, having.get(key, {}))
    return [exact, without(in_title, exact), without(without(found, in_title), exact)]


def wanted_texts(query: Query) -> Iterable[list[str]]:
    """The words that a record is wanted for, term by term; what must not be there does not count."""
    if isinstance(query, AndNot):
        return wanted_texts(query.left)
    if isinstance(query, And | Or):
        return [*wanted_texts(query.left), *wanted_texts(query.right)]
    return [
        of for term in terms_of(query) if isinstance(term, Term) and term.index in RANKED and (of := words(term.text))
    ]
