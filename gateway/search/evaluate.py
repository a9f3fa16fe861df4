"""Which records a query finds: one evaluation for all stores, over whatever index they hold (`volumes`).

So no store understands a query, and all of them find the same. All keys of a query are read at once; ranges of keys,
and the texts of records that may have a phrase, are read where a term needs them.
"""

from collections.abc import Iterator
from typing import Final

from gateway.errors import BadQuery
from gateway.search.asking import Asked, Keys, asked, stands_in
from gateway.search.numbering import NONE, Numbers, both, falling, numbers_of, union, without
from gateway.search.query import TREE_TERMS, Among, And, AndNot, Or, Query, Term
from gateway.search.volumes import Volume

RANGE_KEYS: Final = 50_000
"""Most keys of a range that are read: some 200 ms. The letter `a` alone begins more words than that."""
TEXTS_AT_ONCE: Final = 1_000
"""Records whose texts are looked at together: some MB."""


class TooShort(BadQuery):
    """So many words begin with what is written of one that they are not gone through."""


def evaluate(query: Query, volume: Volume, *, suppressed: bool = True) -> Numbers:
    """The records that are found; `suppressed`: also those that are suppressed from discovery.

    Raises `BadQuery`, and `TooShort`.
    """
    evaluation = _Evaluation(query, volume, suppressed)
    return without(evaluation.found(query), evaluation.unfound)


def terms_of(query: Query) -> Iterator[Term]:
    """The terms of a tree, from left to right."""
    if isinstance(query, Term):
        yield query
    elif not isinstance(query, Among):
        yield from terms_of(query.left)
        yield from terms_of(query.right)


class _Evaluation:
    """Of one tree."""

    def __init__(self, query: Query, volume: Volume, suppressed: bool) -> None:
        self._volume = volume
        self.unfound = volume.dead if suppressed else volume.hidden
        """What is left out of all that is found."""
        terms = [*terms_of(query)]
        if len(terms) > TREE_TERMS:
            raise BadQuery(f"the search has {len(terms):,} terms; it may have {TREE_TERMS}")
        self._asked: dict[Term, Asked] = {term: asked(term) for term in terms}
        keys = {key for of in self._asked.values() for one in of.all_of for key in one.keys}
        self._having = volume.having(keys) if keys else {}

    def found(self, query: Query) -> Numbers:
        """What a branch finds, `unfound` too."""
        match query:
            case Term():
                return self._by_term(self._asked[query])
            case Among(mms_ids):
                return numbers_of(self._volume.newest(mms_ids).values())
            case And(left, right):
                return both(found, self.found(right)) if (found := self.found(left)) else NONE
            case Or(left, right):
                return union((self.found(left), self.found(right)))
            case AndNot(left, right):
                return without(found, self.found(right)) if (found := self.found(left)) else NONE

    def _by_term(self, of: Asked) -> Numbers:
        found: Numbers | None = None
        for keys in sorted(of.all_of, key=lambda keys: len(keys.ranges)):  # ranges cost more: perhaps nothing is left
            having = self._by_keys(keys)
            found = having if found is None else both(found, having)
            if not found:
                return NONE
        if found is None:
            return NONE
        return self._with_phrases(found, of) if of.phrases else found

    def _by_keys(self, keys: Keys) -> Numbers:
        having = [self._having[key] for key in keys.keys if key in self._having]
        for first, last in keys.ranges:
            ranged = self._volume.between(first, last, RANGE_KEYS + 1)
            if len(ranged) > RANGE_KEYS:
                raise TooShort(f"more than {RANGE_KEYS:,} terms begin with {first[3:]}; write more of it")
            having += [numbers for _, numbers in ranged]
        return having[0] if len(having) == 1 else union(having)

    def _with_phrases(self, found: Numbers, of: Asked) -> Numbers:
        candidates = [*falling(without(found, self.unfound))]
        kept: list[int] = []
        for start in range(0, len(candidates), TEXTS_AT_ONCE):
            documents = self._volume.documents(candidates[start : start + TEXTS_AT_ONCE])
            kept += [
                number
                for number, document in documents.items()
                if all(stands_in(document.text, phrase, of.codes) for phrase in of.phrases)
            ]
        return numbers_of(kept)
