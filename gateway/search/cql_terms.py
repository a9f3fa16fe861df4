"""A relation of CQL and its term as terms of the tree: what `all`, `==`, `*` and `^` ask of an index.

=        several words beside each other [seen of titles]; a number, a code, a year
==       nothing else in the field
all any  each of the words; one of them
*        at the end of a word: it may go on [seen]; before a word it is passed over [seen]
^        before the first word: it begins the field; behind the last one too: nothing else stands there
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Final

from gateway.errors import BadQuery
from gateway.search.asking import asked
from gateway.search.cql_indexes import (
    ALL,
    EXACT,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    SAME,
    SOME,
    WITHIN,
    CqlIndex,
)
from gateway.search.cql_tokens import Diagnostic, Token, Wrong
from gateway.search.indexes import TEXTS
from gateway.search.query import TREE_TERMS, And, Or, Position, Query, Relation, Structure, Term, Truncation

OTHER_RELATIONS: Final[Mapping[str, str]] = {"exact": EXACT, "adj": SAME, "scr": SAME, "eq": SAME}
"""Relations that say the same, as earlier versions of CQL have them."""
ORDERED: Final[Mapping[str, Relation]] = {
    LESS: Relation.LESS,
    LESS_OR_EQUAL: Relation.LESS_OR_EQUAL,
    GREATER_OR_EQUAL: Relation.GREATER_OR_EQUAL,
    GREATER: Relation.GREATER,
    WITHIN: Relation.WITHIN,
}
JOINS: Final[Mapping[str, Callable[[Query, Query], Query]]] = {ALL: And, SOME: Or}
MASK: Final = "*"
ANCHOR: Final = "^"
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL: Final = re.compile(r"(?<!\\)((?:\\\\)*)([*^])")
"""One of the two that is not escaped."""


def term(index: CqlIndex, relation: str, wanted: Token) -> Query:
    """What is asked. Raises `Wrong`."""
    relation = OTHER_RELATIONS.get(relation, relation)
    if relation not in {*JOINS, SAME, EXACT, *ORDERED}:
        raise Wrong(Diagnostic.RELATION, wanted.at, f"{relation}: is no relation that is known here", relation)
    if relation not in index.relations:
        words = f"alma.{index.name} is not asked with {relation}; write {', '.join(index.relations)}"
        raise Wrong(Diagnostic.RELATION_AND_INDEX, wanted.at, words, relation)
    text = " ".join(wanted.text.split())
    if not text:
        raise _empty(wanted)
    if relation in JOINS:
        if len(text.split()) > TREE_TERMS:
            raise too_many(wanted.at)
        return reduce(JOINS[relation], _each(index, relation, text.split(), wanted))
    if relation in ORDERED:
        return _checked(Term(index.place, _plain(text), ORDERED[relation]), wanted)
    return _whole(index, relation, text, wanted)


def _each(index: CqlIndex, relation: str, of: Sequence[str], wanted: Token) -> Iterator[Query]:
    """Words that may go on stand by themselves; the others are one term where all of them are wanted."""
    for is_cut, words in groupby(of, _is_cut):
        together = [*words]
        if relation == ALL and not is_cut and index.place in TEXTS:
            together = [" ".join(together)]
        for text in together:
            yield _checked(Term(index.place, _masked(text, wanted), truncation=_truncation(is_cut)), wanted)


def _whole(index: CqlIndex, relation: str, text: str, wanted: Token) -> Query:
    first = text.startswith(ANCHOR)
    last = _is_last(text, ANCHOR) and len(text) > 1
    text = text[first : len(text) - last]
    if index.place not in TEXTS:
        if first or last:
            raise _anchored(wanted)
        return _checked(Term(index.place, _masked(text, wanted), truncation=_truncation(_is_cut(text))), wanted)
    complete = relation == EXACT or (first and last)
    if (
        (last and not complete)
        or (complete and EXACT not in index.relations)
        or (first and EXACT not in index.relations)
    ):
        raise _anchored(wanted)
    words = text.split()
    if any(map(_is_cut, words[:-1])):
        raise Wrong(
            Diagnostic.MASKING_IN_PHRASE, wanted.at, "* stands behind the last word of a phrase alone; write all"
        )
    return _checked(
        Term(
            index.place,
            _masked(text, wanted),
            structure=Structure.PHRASE if len(words) > 1 else Structure.WORDS,
            position=Position.FIRST if first else Position.ANY,
            truncation=_truncation(_is_cut(text)),
            complete=complete,
        ),
        wanted,
    )


def _masked(text: str, wanted: Token) -> str:
    """The words without their `*`. Raises `Wrong` for one within a word, and for a `^`."""
    bare = " ".join([word.lstrip(MASK)[: -1 if _is_cut(word) else None] for word in text.split()])
    if not bare:
        raise _empty(wanted)
    special = _SPECIAL.search(bare)
    if special and special[2] == ANCHOR:
        raise _anchored(wanted)
    if special:
        raise Wrong(Diagnostic.MASKING_POSITION, wanted.at, "* stands at the end of a word alone", MASK)
    return _plain(bare)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _is_cut(word: str) -> bool:
    """Whether it may go on."""
    return _is_last(word, MASK) and word.strip(MASK) != ""


def _is_last(text: str, sign: str) -> bool:
    """Whether it ends with the sign, which is not escaped."""
    return bool(re.search(rf"(?<!\\)(\\\\)*{re.escape(sign)}$", text))


def _truncation(is_cut: bool) -> Truncation:
    return Truncation.RIGHT if is_cut else Truncation.NONE


def too_many(at: int) -> Wrong:
    """Why a query is not asked that has more terms than a tree."""
    return Wrong(Diagnostic.MANY_BOOLEANS, at, f"the query may have {TREE_TERMS} terms", str(TREE_TERMS - 1))


def _empty(wanted: Token) -> Wrong:
    return Wrong(Diagnostic.EMPTY_TERM, wanted.at, "an empty term finds nothing; write one")


def _anchored(wanted: Token) -> Wrong:
    return Wrong(Diagnostic.ANCHOR_POSITION, wanted.at, "^ stands before the first word of a title, creator or subject")


def _checked(made: Term, wanted: Token) -> Term:
    """The term, if its index can be asked so."""
    try:
        asked(made)
    except BadQuery as error:
        raise Wrong(Diagnostic.TERM_FORMAT, wanted.at, str(error), made.text) from error
    return made
