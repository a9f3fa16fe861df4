"""A query of type 1 as a tree of `search.query`; what a server does not have is refused with its bib-1 diagnostic.

What the use attributes and the other attributes mean is for the servers to say (`alma`, `wms`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from gateway.errors import BadQuery, GatewayError
from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.rpn import (
    Attribute,
    AttributesPlusTerm,
    Boolean,
    DateTime,
    Node,
    Operation,
    RestrictedResultSet,
    ResultSet,
    RpnQuery,
)
from gateway.frontends.z3950.apdus.rpn import Term as RpnTerm
from gateway.frontends.z3950.apdus.search import (
    Query,
    Type0Query,
    Type2Query,
    Type100Query,
    Type101Query,
    Type102Query,
    Type104Query,
)
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.bib1 import UNSUPPORTED_VALUE, Kind
from gateway.search import query as tree
from gateway.search.asking import asked

Attributes = Mapping[Kind, int]
"""Of a term, by their types; no type is there twice."""
MakeTerm = Callable[[Attributes, str], tree.Term]
"""A server's own rules: a term of the tree. Raises `Refused`."""
Sets = Mapping[str, tuple[str, ...]]
"""By the name of a result set, the MMS IDs of its records."""

OTHER_TYPES: Final[Mapping[type, str]] = {
    Type0Query: "0",
    Type2Query: "2",
    Type100Query: "100",
    Type102Query: "102",
    Type104Query: "104",
}
"""Query types that no server here has, by their numbers."""
OPERATORS: Final[Mapping[Boolean, Callable[[tree.Query, tree.Query], tree.Query]]] = {
    Boolean.AND: tree.And,
    Boolean.OR: tree.Or,
    Boolean.AND_NOT: tree.AndNot,
}
KINDS: Final = frozenset(Kind)
PROXIMITY: Final = "prox"
"""What is said of the one operator that there is not."""


class Refused(GatewayError):
    """What was asked for is not to be had: the diagnostic says why."""

    def __init__(self, condition: int, additional: str | int = "") -> None:
        """`condition` is of bib-1, `additional` what its definition says: a name, a value, a number."""
        super().__init__(f"{condition} {additional}")
        self.diagnostic = Diagnostic(condition, str(additional))


def tree_of(query: Query, make_term: MakeTerm, sets: Sets) -> tree.Query:
    """The tree that a search asks for; `sets` has those of `sets_of`. Raises `Refused`."""
    rpn = _rpn(query)
    return _Translation(rpn.attribute_set, make_term, sets).node(rpn.root)


def sets_of(query: Query) -> set[str]:
    """Names of the result sets that are operands of a query. Raises `Refused`."""
    return set(_names(_rpn(query).root))


def _rpn(query: Query) -> RpnQuery:
    match query:
        case RpnQuery():
            return query
        case Type101Query(rpn):
            return rpn
        case _:
            raise Refused(107, OTHER_TYPES[type(query)])


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Operation):
        yield from _names(node.left)
        yield from _names(node.right)
    elif isinstance(node, ResultSet):
        yield node.name


class _Translation:
    """Of one query."""

    def __init__(self, attribute_set: Oid, make_term: MakeTerm, sets: Sets) -> None:
        self._attribute_set = attribute_set
        self._make_term = make_term
        self._sets = sets
        self._operands = 0

    def node(self, node: Node) -> tree.Query:
        if isinstance(node, Operation):
            if not isinstance(node.operator, Boolean):
                raise Refused(110, PROXIMITY)
            return OPERATORS[node.operator](self.node(node.left), self.node(node.right))
        self._operands += 1
        if self._operands > tree.TREE_TERMS:
            raise Refused(6, tree.TREE_TERMS - 1)
        match node:
            case AttributesPlusTerm(attributes, term):
                return checked(self._make_term(attributes_of(attributes, self._attribute_set), text_of(term)))
            case ResultSet(name):
                return tree.Among(self._sets[name])
            case RestrictedResultSet(name, _):
                raise Refused(245, name)


def checked(term: tree.Term) -> tree.Term:
    """The term, if its index can be asked so. Raises `Refused`."""
    try:
        asked(term)
    except BadQuery:
        raise Refused(125, term.text) from None
    return term


def attributes_of(attributes: Sequence[Attribute], attribute_set: Oid | None) -> dict[Kind, int]:
    """Attributes of bib-1, each type once. Raises `Refused`; `attribute_set` is that of the whole query."""
    found: dict[Kind, int] = {}
    for attribute in attributes:
        of = attribute.attribute_set or attribute_set
        if of not in (oids.BIB_1, None):
            raise Refused(121, of)
        if attribute.type not in KINDS:
            raise Refused(113, attribute.type)
        if not isinstance(attribute.value, int):
            raise Refused(246)
        if found.setdefault(Kind(attribute.type), attribute.value) != attribute.value:
            raise Refused(123)
    return found


def unsupported(kind: Kind, value: int) -> Refused:
    """Why this value of an attribute is not taken."""
    return Refused(UNSUPPORTED_VALUE[kind], value)


def text_of(term: RpnTerm) -> str:
    """What a term says. Octets are UTF-8, or else Latin-1, which clients send that have negotiated nothing.

    Raises `Refused` for what is no text.
    """
    match term:
        case bytes():
            try:
                return term.decode()
            except UnicodeDecodeError:
                return term.decode("latin-1")
        case Oid():
            raise Refused(229)
        case str() | int():
            return str(term)
        case DateTime(text):
            return text
        case _:
            raise Refused(229)
