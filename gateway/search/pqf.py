"""A search for records in PQF, the prefix notation of Z39.50's type 1 query, such as `@and @attr 1=4 rivers lakes`.

Reads the notation; what attributes mean is for others to say. Source: the prefix query format of YAZ, which
`yaz-client` and `zoomsh` take. Attributes before an operator hold for all terms behind it that have no other of their
type. There are no result sets to be named here, and no nearness (`@prox`).
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from gateway.errors import BadQuery
from gateway.search.query import And, AndNot, Or, Query, Term
from gateway.search.terms import cleaned, not_closed, suggestion

Attributes = Mapping[int, int]
"""Of a term, by their types."""
MakeTerm = Callable[[Attributes, str], Term]
"""A server's rules: a term of the tree. Raises `BadQuery`."""

OPERATORS: Final[Mapping[str, Callable[[Query, Query], Query]]] = {"@and": And, "@or": Or, "@not": AndNot}
ATTRIBUTE: Final = "@attr"
SET: Final = "@attrset"
"""Before all else: which attributes are meant where none are named."""
KNOWN: Final = (ATTRIBUTE, *OPERATORS)
BIB_1: Final = frozenset({"bib-1", "1.2.840.10003.3.1"})
"""Names of the one set of attributes that there is."""
_PIECE: Final = re.compile(r'\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<open>".*)|(?P<plain>\S+))')
_ESCAPED: Final = re.compile(r"\\(.)")
_VALUE: Final = re.compile(r"([0-9]{1,9})=([0-9]{1,9})")


def parse(text: str, make_term: MakeTerm) -> Query:
    """The tree that is asked for. Raises `BadQuery`, which names the place that means nothing."""
    return _Reading(cleaned(text), make_term).all()


class _Piece(NamedTuple):
    """What stands between blanks, or in quotes."""

    text: str
    quoted: bool

    @property
    def keyword(self) -> str:
        """Such as `@and`; empty where it is a term."""
        return "" if self.quoted or not self.text.startswith("@") else self.text.lower()


class _Reading:
    """Of one query."""

    def __init__(self, text: str, make_term: MakeTerm) -> None:
        self._pieces = deque(_pieces(text))
        self._make_term = make_term

    def all(self) -> Query:
        if self._pieces and self._pieces[0].keyword == SET:
            self._pieces.popleft()
            self._attribute_set(SET)
        found = self._node({}, "the search is empty; write a term, such as @attr 1=4 rivers")
        if self._pieces:
            raise BadQuery(f"{self._pieces[0].text}: is left over; quote several words, or join two terms by @and")
        return found

    def _node(self, attributes: Attributes, missing: str) -> Query:
        """A term, or an operator with its sides; `missing` is said where nothing stands there."""
        while self._pieces and self._pieces[0].keyword == ATTRIBUTE:
            self._pieces.popleft()
            attributes = {**attributes, **self._attribute()}
        if not self._pieces:
            raise BadQuery(missing)
        piece = self._pieces.popleft()
        if piece.keyword in OPERATORS:
            missing = f"{piece.text}: joins two terms; one is missing at the end"
            left = self._node(attributes, missing)
            return OPERATORS[piece.keyword](left, self._node(attributes, missing))
        if piece.keyword:
            raise BadQuery(f"{piece.text}: is not known here; {suggestion(piece.keyword, KNOWN)}")
        return self._make_term(attributes, piece.text)

    def _attribute(self) -> Attributes:
        if self._pieces and "=" not in self._pieces[0].text:
            self._attribute_set(ATTRIBUTE)
        text = self._pieces.popleft().text if self._pieces else ""
        value = _VALUE.fullmatch(text)
        if not value:
            raise BadQuery(f"{ATTRIBUTE} {text}: write the numbers of its type and value, such as {ATTRIBUTE} 1=4")
        return {int(value[1]): int(value[2])}

    def _attribute_set(self, behind: str) -> None:
        name = self._pieces.popleft().text if self._pieces else ""
        if name.lower() not in BIB_1:
            raise BadQuery(f"{behind} {name}: only the attributes of bib-1 are known")


def _pieces(text: str) -> Iterator[_Piece]:
    """Raises `BadQuery` where a quote is not closed."""
    for match in _PIECE.finditer(text):
        if match["open"] is not None:
            raise not_closed(match["open"])
        is_quoted = match["quoted"] is not None
        yield _Piece(_ESCAPED.sub(r"\1", match["quoted"]) if is_quoted else match["plain"], is_quoted)
