"""A search for records in CQL, such as `alma.title all "rivers lakes" and alma.main_pub_date > 1999`, as a tree.

Source: CQL 1.2 of the Library of Congress. What the indexes are stands in `cql_indexes`, how words are read for what
they are, in `cql_tokens`; how a relation and its term are asked, in `cql_terms`. Not known: nearness (`prox`), result
sets, prefixes (`> dc = "…"`). What Alma does with a clause in parentheses (alone: "invalid query"; with `all`: nothing
found [seen]) is not imitated: they mean here what CQL says.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from gateway.search.cql_indexes import ALMA, ANYWHERE, INDEXES, SAME, SETS, CqlIndex, index_named
from gateway.search.cql_terms import term, too_many
from gateway.search.cql_tokens import Diagnostic, Kind, Token, Wrong, tokens
from gateway.search.evaluate import terms_of
from gateway.search.query import TREE_TERMS, And, AndNot, Or, Query
from gateway.search.ranking import Sorting
from gateway.search.terms import suggestion

BOOLEANS: Final[Mapping[str, Callable[[Query, Query], Query]]] = {"and": And, "or": Or, "not": AndNot}
PROXIMITY: Final = "prox"
SORT: Final = "sortby"
KEYWORDS: Final = frozenset({*BOOLEANS, PROXIMITY, SORT})
NAMED_RELATIONS: Final = frozenset({"all", "any", "exact", "adj", "within", "encloses", "scr", "eq"})
"""Words that are relations of CQL, or were in an earlier version of it."""
HELD: Final = frozenset({"ignorecase", "ignoreaccents", "masked", "word", "relevant"})
"""Modifiers of relations that say what is done anyway, or changes nothing of what is found."""
DIRECTIONS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("sort.ascending", "ascending"), False),
    **dict.fromkeys(("sort.descending", "descending"), True),
}
"""Modifier of a sort key -> whether the greatest comes first [seen without `sort.` too]."""
SORT_KEYS: Final = 5
"""Most keys to sort by; there are three."""
NESTED: Final = 20
"""Most parentheses within each other; people write two or three."""


class Asked(NamedTuple):
    """What a query asks."""

    query: Query
    by: tuple[Sorting, ...] = ()
    """How what is found is sorted; empty where nothing is said of it."""


def parse(text: str) -> Asked:
    """What is asked for. Raises `Wrong`, a `BadQuery`, which names the place and the diagnostic of SRU."""
    return _Reading(text).all()


class _Reading:
    """Of one query."""

    def __init__(self, text: str) -> None:
        self._tokens = deque(tokens(text))
        self._end = len(text)
        self._terms = 0
        """So far, before they are parted in words: so no tree is too deep to be gone through."""

    def all(self) -> Asked:
        if not self._tokens:
            raise self._wrong(Diagnostic.SYNTAX, "the query is empty; write one, such as alma.title = rivers")
        query = self._joined(0)
        by = self._sorting() if self._keyword() == SORT else ()
        if self._tokens:
            left = self._tokens[0]
            if left.text == ")" and left.kind is Kind.SIGN:
                raise Wrong(Diagnostic.PARENTHESES, left.at, "a parenthesis is closed that was not opened")
            raise self._left_over(left)
        if sum(1 for _ in terms_of(query)) > TREE_TERMS:
            raise too_many(self._end)
        return Asked(query, by)

    def _joined(self, depth: int) -> Query:
        found = self._clause(depth)
        while (word := self._keyword()) and word != SORT:
            token = self._tokens.popleft()
            if word == PROXIMITY:
                raise Wrong(Diagnostic.PROXIMITY, token.at, f"{token.text}: nearness is not asked here; write a phrase")
            for name, at in self._modifiers():
                raise Wrong(Diagnostic.BOOLEAN_MODIFIER, at, f"/{name}: {word} takes no modifier here", name)
            found = BOOLEANS[word](found, self._clause(depth))
        return found

    def _clause(self, depth: int) -> Query:
        token = self._next("a term is missing at the end")
        if token.is_sign("("):
            return self._group(token, depth + 1)
        self._terms += 1
        if self._terms > TREE_TERMS:
            raise too_many(token.at)
        if token.is_sign(">"):
            raise Wrong(Diagnostic.FEATURE, token.at, f"prefixes are not read here; there are {', '.join(SETS)}")
        if token.kind is Kind.SIGN:
            raise Wrong(Diagnostic.SYNTAX, token.at, f"{token.text}: a term should stand here", token.text)
        relation = self._relation()
        if relation is None:
            return term(ANYWHERE, SAME, token)
        index = self._index(token)
        for name, at in self._modifiers():
            if name.rpartition(".")[2] not in HELD:
                raise Wrong(Diagnostic.RELATION_MODIFIER, at, f"/{name}: is no modifier that is known here", name)
        wanted = self._next(f"a term is missing behind {relation.text}")
        if wanted.kind is Kind.SIGN:
            raise Wrong(Diagnostic.SYNTAX, wanted.at, f"{wanted.text}: a term should stand here", wanted.text)
        return term(index, relation.text.lower(), wanted)

    def _group(self, opened: Token, depth: int) -> Query:
        if depth > NESTED:
            words = f"more than {NESTED} parentheses stand within each other; leave some out"
            raise Wrong(Diagnostic.PARENTHESES, opened.at, words)
        found = self._joined(depth)
        if not self._tokens:
            raise Wrong(Diagnostic.PARENTHESES, opened.at, "a parenthesis is not closed")
        closed = self._tokens.popleft()
        if not closed.is_sign(")"):
            raise self._left_over(closed)
        return found

    def _relation(self) -> Token | None:
        """The relation that stands here, which is then taken; None where what stood before is a term by itself."""
        if not self._tokens:
            return None
        token = self._tokens[0]
        is_sign = token.kind is Kind.SIGN and token.text not in "()/"
        is_named = token.kind is Kind.WORD and token.text.lower().removeprefix("cql.") in NAMED_RELATIONS
        if not is_sign and not (is_named and len(self._tokens) > 1):
            return None
        self._tokens.popleft()
        return token._replace(text=token.text.lower().removeprefix("cql."))

    def _index(self, token: Token) -> CqlIndex:
        found = index_named(token.text)
        if found is not None:
            return found
        context_set, dot, _ = token.text.lower().rpartition(".")
        if dot and context_set not in SETS:
            words = f"{context_set}: is no context set that is known; {suggestion(context_set, SETS)}"
            raise Wrong(Diagnostic.CONTEXT_SET, token.at, words, context_set)
        names = [f"{ALMA}.{one.name}" for one in INDEXES]
        raise Wrong(Diagnostic.INDEX, token.at, f"{token.text}: {suggestion(token.text, names)}", token.text)

    def _modifiers(self) -> list[tuple[str, int]]:
        """Names of those that stand here, in small letters, and their places; a value belongs to its name."""
        found = []
        while self._tokens and self._tokens[0].is_sign("/"):
            self._tokens.popleft()
            name = self._next("a modifier is missing behind /")
            found.append((name.text.lower(), name.at))
            if self._tokens and self._tokens[0].is_sign("="):
                self._tokens.popleft()
                self._next("a modifier's value is missing")
        return found

    def _sorting(self) -> tuple[Sorting, ...]:
        self._tokens.popleft()
        by: list[Sorting] = []
        token = self._next("what is sorted by is missing")
        while True:
            key = self._index(token).sort
            if key is None:
                can = ", ".join([f"{ALMA}.{one.name}" for one in INDEXES if one.sort])
                raise Wrong(Diagnostic.SORT_PATH, token.at, f"{token.text}: is not sorted by; {can} are", token.text)
            descending = False
            for name, at in self._modifiers():
                if name not in DIRECTIONS:
                    raise Wrong(
                        Diagnostic.SORT_DIRECTION, at, f"/{name}: write sort.ascending or sort.descending", name
                    )
                descending = DIRECTIONS[name]
            by.append(Sorting(key, descending))
            if len(by) > SORT_KEYS:
                raise Wrong(Diagnostic.MANY_SORT_KEYS, token.at, f"more than {SORT_KEYS} keys", str(SORT_KEYS))
            if not self._tokens:
                return tuple(by)
            token = self._tokens.popleft()

    def _keyword(self) -> str:
        """In small letters, if the next word is one of CQL's own; else empty."""
        if not self._tokens or self._tokens[0].kind is not Kind.WORD:
            return ""
        word = self._tokens[0].text.lower()
        return word if word in KEYWORDS else ""

    def _next(self, missing: str) -> Token:
        if not self._tokens:
            raise self._wrong(Diagnostic.SYNTAX, missing)
        token = self._tokens.popleft()
        if token.kind is Kind.WORD and token.text.lower() in KEYWORDS:
            words = f"{token.text}: a term should stand here; quote it to look for it"
            raise Wrong(Diagnostic.SYNTAX, token.at, words, token.text)
        return token

    def _left_over(self, token: Token) -> Wrong:
        words = f"{token.text}: is left over; quote several words, or join two terms by and"
        return Wrong(Diagnostic.SYNTAX, token.at, words, token.text)

    def _wrong(self, diagnostic: Diagnostic, words: str, details: str = "") -> Wrong:
        return Wrong(diagnostic, self._end, words, details)
