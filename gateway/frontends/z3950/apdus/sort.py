"""Sort. Source: Z39.50-1995, 3.2.7 and 4.1."""

from enum import Enum, IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.diagnostics import DIAGNOSTIC_RECORDS, DiagnosticRecord
from gateway.frontends.z3950.apdus.elements import DATABASE, DATABASES, SPECIFICATION, Specification
from gateway.frontends.z3950.apdus.external import OTHER, REFERENCE_ID, OtherInformation
from gateway.frontends.z3950.apdus.rpn import ATTRIBUTE_LIST, Attribute
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    OBJECT,
    OCTETS,
    STRING,
    TEXT,
    choice,
    enumerated,
    explicit,
    named,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Oid, Universal

KEYS: Final = 100
"""Sort keys in a request."""
SETS: Final = 100
"""Result sets to be sorted into one."""


class SortRelation(IntEnum):
    """Which comes first."""

    ASCENDING = 0
    DESCENDING = 1
    ASCENDING_BY_FREQUENCY = 3
    DESCENDING_BY_FREQUENCY = 4


class CaseSensitivity(IntEnum):
    """Whether capitals differ."""

    SENSITIVE = 0
    INSENSITIVE = 1


class MissingValue(Enum):
    """What is to be done when a record lacks the key, but to take a value that the client gives."""

    ABORT = "abort"
    NULL = "null"


class SortStatus(IntEnum):
    """Whether it was sorted."""

    SUCCESS = 0
    PARTIAL = 1
    FAILURE = 2


class SortedSetStatus(IntEnum):
    """What there is of the result set after a sort that has failed."""

    EMPTY = 1
    INTERIM = 2
    UNCHANGED = 3
    NONE = 4


class SortAttributes(Struct, frozen=True):
    """An access point to sort by."""

    attribute_set: Oid
    attributes: tuple[Attribute, ...]


SortKey = str | Specification | SortAttributes
"""The name of a field, elements, or an access point."""


class DatabaseSort(Struct, frozen=True):
    """The key for records of one database."""

    database: str
    key: SortKey


class SortKeySpec(Struct, frozen=True):
    """A key, and how it sorts."""

    element: SortKey | tuple[DatabaseSort, ...]
    relation: SortRelation
    case: CaseSensitivity
    missing: MissingValue | bytes | None = None


class SortRequest(Struct, frozen=True):
    """Asks that result sets be sorted into one."""

    input_sets: tuple[str, ...]
    sorted_set: str
    keys: tuple[SortKeySpec, ...]
    """The first counts most."""
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class SortResponse(Struct, frozen=True):
    """Whether it was sorted, and why not."""

    status: SortStatus
    result_set_status: SortedSetStatus | None = None
    diagnostics: tuple[DiagnosticRecord, ...] = ()
    result_count: int | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_SORT_ATTRIBUTES = sequence(SortAttributes, attribute_set=OBJECT, attributes=ATTRIBUTE_LIST)
_SORT_KEY = choice(
    (str, tagged(0, STRING)),
    (Specification, tagged(1, SPECIFICATION)),
    (SortAttributes, tagged(2, _SORT_ATTRIBUTES)),
)
_DATABASE_SORT = sequence(DatabaseSort, database=DATABASE, key=_SORT_KEY)
_KEY = sequence(
    SortKeySpec,
    element=choice(
        ((str, Specification, SortAttributes), explicit(1, _SORT_KEY)),
        (tuple, tagged(2, sequence_of(tagged(Universal.SEQUENCE, _DATABASE_SORT), DATABASES))),
    ),
    relation=tagged(1, enumerated(SortRelation)),
    case=tagged(2, enumerated(CaseSensitivity)),
    missing=explicit(
        3,
        choice(
            (MissingValue, named({1: MissingValue.ABORT, 2: MissingValue.NULL})),
            (bytes, tagged(3, OCTETS)),
        ),
    ),
)

SORT_REQUEST: Final = sequence(
    SortRequest,
    reference_id=REFERENCE_ID,
    input_sets=tagged(3, sequence_of(TEXT, SETS)),
    sorted_set=tagged(4, STRING),
    keys=tagged(5, sequence_of(tagged(Universal.SEQUENCE, _KEY), KEYS)),
    other_information=OTHER,
)
SORT_RESPONSE: Final = sequence(
    SortResponse,
    reference_id=REFERENCE_ID,
    status=tagged(3, enumerated(SortStatus)),
    result_set_status=tagged(4, enumerated(SortedSetStatus)),
    diagnostics=tagged(5, DIAGNOSTIC_RECORDS),
    result_count=tagged(6, INTEGER),
    other_information=OTHER,
)
