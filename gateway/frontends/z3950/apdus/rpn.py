"""The type 1 query: operands with attributes, and operators between them. Source: Z39.50-1995, 3.7 and 4.1."""

from enum import Enum
from typing import Any, Final, TypeAlias

from msgspec import Struct

from gateway.frontends.z3950.apdus.external import EXTERNAL_CONTENT, External
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    INTEGER,
    NULL,
    OBJECT,
    OCTETS,
    OID,
    STRING,
    Content,
    Element,
    alone,
    choice,
    explicit,
    named,
    sequence,
    sequence_of,
    tagged,
    up_to,
)
from gateway.frontends.z3950.ber import Malformed, Oid, Reader, Universal

OPERANDS: Final = 1_000
"""Operands of a query: a list of titles to be found at once has some dozens."""
ATTRIBUTES: Final = 100
"""Attributes of an operand: bib-1 has six types."""
VALUES: Final = 100
"""Values of a complex attribute."""
TERM_OCTETS: Final = 10_000
"""Octets of a term: an abstract that somebody has pasted in."""


class DateTime(Struct, frozen=True):
    """A term that is a GeneralizedTime: `20261122153000Z`."""

    text: str


class Unit(Struct, frozen=True):
    """Of what something is so many."""

    system: str | None = None
    type: str | int | None = None
    unit: str | int | None = None
    scale: int | None = None
    """Power of ten."""


class Quantity(Struct, frozen=True):
    """A number of units (`IntUnit`)."""

    value: int
    unit: Unit


Term: TypeAlias = bytes | int | str | Oid | DateTime | External | Quantity | None
"""`general` in whatever character set the client has, `numeric`, `characterString`, `oid` and so on; None: `null`."""


class Complex(Struct, frozen=True):
    """A list of values, and what is meant by there being several."""

    values: tuple[str | int, ...]
    semantic_actions: tuple[int, ...] = ()


class Attribute(Struct, frozen=True):
    """How a term is meant, in one respect."""

    type: int
    """Of bib-1: `bib1.Kind`."""
    value: int | Complex
    attribute_set: Oid | None = None
    """Where it is not that of the whole query."""


class AttributesPlusTerm(Struct, frozen=True):
    """A term to look for."""

    attributes: tuple[Attribute, ...]
    term: Term


class ResultSet(Struct, frozen=True):
    """What an earlier search has found."""

    name: str


class RestrictedResultSet(Struct, frozen=True):
    """What an earlier search has found, restricted by attributes."""

    result_set: str
    attributes: tuple[Attribute, ...]


Operand = AttributesPlusTerm | ResultSet | RestrictedResultSet


class Boolean(Enum):
    """Operators between two sets."""

    AND = "and"
    OR = "or"
    AND_NOT = "and-not"


class KnownUnit(Struct, frozen=True):
    """A unit of proximity from the standard's list: 1 characters, 2 words, 3 sentences, and so on."""

    code: int


class PrivateUnit(Struct, frozen=True):
    """A unit of proximity that both sides know."""

    code: int


class Proximity(Struct, frozen=True):
    """Operator between two terms that stand near each other."""

    distance: int
    ordered: bool
    relation: int
    """1 less, 2 less or equal, 3 equal, 4 greater or equal, 5 greater, 6 not equal."""
    unit: KnownUnit | PrivateUnit
    exclusion: bool | None = None


class Operation(Struct, frozen=True):
    """Two operands or operations, and what is between them."""

    left: "Node"
    right: "Node"
    operator: Boolean | Proximity


Node = Operand | Operation


class RpnQuery(Struct, frozen=True):
    """A query of type 1, and with that of type 101, which is the same in version 3."""

    attribute_set: Oid
    """Of every attribute that names none itself."""
    root: Node


_STRING_OR_NUMBER = choice((str, tagged(1, STRING)), (int, tagged(2, INTEGER)))
_UNIT = sequence(
    Unit,
    system=explicit(1, tagged(Universal.GENERAL_STRING, STRING)),
    type=explicit(2, _STRING_OR_NUMBER),
    unit=explicit(3, _STRING_OR_NUMBER),
    scale=tagged(4, INTEGER),
)
TERM: Final = choice(
    (bytes, tagged(45, up_to(TERM_OCTETS, OCTETS))),
    (int, tagged(215, INTEGER)),
    (str, tagged(216, up_to(TERM_OCTETS, STRING))),
    (Oid, tagged(217, OID)),
    (DateTime, tagged(218, up_to(TERM_OCTETS, alone(DateTime, STRING)))),
    (External, tagged(219, up_to(TERM_OCTETS, EXTERNAL_CONTENT))),
    (Quantity, tagged(220, sequence(Quantity, value=tagged(1, INTEGER), unit=tagged(2, _UNIT)))),
    (type(None), tagged(221, NULL)),
)
_COMPLEX = sequence(
    Complex,
    values=tagged(1, sequence_of(_STRING_OR_NUMBER, VALUES)),
    semantic_actions=tagged(2, sequence_of(tagged(Universal.INTEGER, INTEGER), VALUES)),
)
_ATTRIBUTE = sequence(
    Attribute,
    attribute_set=tagged(1, OID),
    type=tagged(120, INTEGER),
    value=choice((int, tagged(121, INTEGER)), (Complex, tagged(224, _COMPLEX))),
)
ATTRIBUTE_LIST: Final = tagged(44, sequence_of(tagged(Universal.SEQUENCE, _ATTRIBUTE), ATTRIBUTES))
ATTRIBUTES_PLUS_TERM: Final = tagged(102, sequence(AttributesPlusTerm, attributes=ATTRIBUTE_LIST, term=TERM))
RESULT_SET_NAME: Final = tagged(31, STRING)

_OPERAND = choice(
    (AttributesPlusTerm, ATTRIBUTES_PLUS_TERM),
    (ResultSet, tagged(31, alone(ResultSet, STRING))),
    (
        RestrictedResultSet,
        tagged(214, sequence(RestrictedResultSet, result_set=RESULT_SET_NAME, attributes=ATTRIBUTE_LIST)),
    ),
)
_PROXIMITY = sequence(
    Proximity,
    exclusion=tagged(1, BOOLEAN),
    distance=tagged(2, INTEGER),
    ordered=tagged(3, BOOLEAN),
    relation=tagged(4, INTEGER),
    unit=explicit(
        5,
        choice(
            (KnownUnit, tagged(1, alone(KnownUnit, INTEGER))),
            (PrivateUnit, tagged(2, alone(PrivateUnit, INTEGER))),
        ),
    ),
)
_OPERATOR = explicit(
    46,
    choice(
        (Boolean, named({0: Boolean.AND, 1: Boolean.OR, 2: Boolean.AND_NOT})),
        (Proximity, tagged(3, _PROXIMITY)),
    ),
)


def _read_operand(reader: Reader, start: int, stop: int, depth: int) -> Any:
    reader.operands_left -= 1
    if reader.operands_left < 0:
        raise Malformed("too many operands", start)
    return _WRAPPED_OPERAND(reader, start, stop, depth)


def _read_operation(reader: Reader, start: int, stop: int, depth: int) -> Operation:
    if depth <= 0:
        raise Malformed("nested too deep", start)
    parts = reader.elements(start, stop)
    if len(parts) != 3:
        raise Malformed("an operation that is not two operands and an operator", start)
    try:
        left, right, operator = (
            readers[key](reader, begin, end, depth - 1)
            for readers, (key, begin, end) in zip((_NODE.readers, _NODE.readers, _OPERATOR.readers), parts, strict=True)
        )
    except KeyError:
        raise Malformed("an operation that is not two operands and an operator", start) from None
    return Operation(left, right, operator)


def _write_operation(value: Operation) -> bytes:
    return _NODE.write(value.left) + _NODE.write(value.right) + _OPERATOR.write(value.operator)


def _write_node(value: Any) -> bytes:
    return (_AN_OPERATION if type(value) is Operation else _AN_OPERAND).write(value)


_WRAPPED_OPERAND = next(iter(explicit(0, _OPERAND).readers.values()))
_AN_OPERAND = tagged(0, Content(None, _read_operand, _OPERAND.write))
_AN_OPERATION = tagged(1, Content(None, _read_operation, _write_operation))
_NODE = Element({**_AN_OPERAND.readers, **_AN_OPERATION.readers}, _write_node)

RPN_QUERY: Final = sequence(RpnQuery, attribute_set=OBJECT, root=_NODE)
