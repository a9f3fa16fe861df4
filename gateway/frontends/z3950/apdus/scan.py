"""Scan. Source: Z39.50-1995, 3.2.8 and 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.diagnostics import DIAGNOSTIC_RECORD, DIAGNOSTIC_RECORDS, DiagnosticRecord
from gateway.frontends.z3950.apdus.elements import DATABASE, DATABASES
from gateway.frontends.z3950.apdus.external import OTHER, REFERENCE_ID, OtherInformation
from gateway.frontends.z3950.apdus.records import SurrogateDiagnostic
from gateway.frontends.z3950.apdus.rpn import (
    ATTRIBUTE_LIST,
    ATTRIBUTES_PLUS_TERM,
    TERM,
    Attribute,
    AttributesPlusTerm,
    Term,
)
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    OBJECT,
    OID,
    STRING,
    alone,
    around,
    choice,
    enumerated,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Oid

ENTRIES: Final = 10_000
"""Terms in one answer."""
ALTERNATIVES: Final = 100
"""Other terms that an entry refers to."""


class ScanStatus(IntEnum):
    """Whether all terms that were wanted are there."""

    SUCCESS = 0
    ACCESS_CONTROL = 1
    MESSAGE_SIZE = 2
    CLIENT_ENDED = 3
    SERVER_ENDED = 4
    LIST_ENDS = 5
    """partial-5: the list of terms begins or ends there."""
    FAILURE = 6


class TermInfo(Struct, frozen=True):
    """A term of an index."""

    term: Term
    display_term: str | None = None
    suggested_attributes: tuple[Attribute, ...] = ()
    occurrences: int | None = None
    """Records that have it."""
    alternatives: tuple[AttributesPlusTerm, ...] = ()
    other_information: tuple[OtherInformation, ...] = ()


class ScanRequest(Struct, frozen=True):
    """Asks for terms around one."""

    databases: tuple[str, ...]
    term: AttributesPlusTerm
    count: int
    attribute_set: Oid | None = None
    step: int | None = None
    """Terms to be left out between two."""
    position: int | None = None
    """Where in the answer the term is wanted; it counts from 1."""
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ListEntries(Struct, frozen=True):
    """Terms, diagnostics that say why there are none, or both."""

    entries: tuple[TermInfo | SurrogateDiagnostic, ...] = ()
    diagnostics: tuple[DiagnosticRecord, ...] = ()


class ScanResponse(Struct, frozen=True):
    """The terms, or why there are none."""

    status: ScanStatus
    count: int
    step: int | None = None
    position: int | None = None
    entries: ListEntries | None = None
    attribute_set: Oid | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_TERM_INFO = sequence(
    TermInfo,
    term=TERM,
    display_term=tagged(0, STRING),
    suggested_attributes=ATTRIBUTE_LIST,
    alternatives=tagged(4, sequence_of(ATTRIBUTES_PLUS_TERM, ALTERNATIVES)),
    occurrences=tagged(2, INTEGER),
    other_information=OTHER,
)
_ENTRY = choice(
    (TermInfo, tagged(1, _TERM_INFO)),
    (SurrogateDiagnostic, tagged(2, alone(SurrogateDiagnostic, around(DIAGNOSTIC_RECORD)))),
)
_LIST_ENTRIES = sequence(
    ListEntries, entries=tagged(1, sequence_of(_ENTRY, ENTRIES)), diagnostics=tagged(2, DIAGNOSTIC_RECORDS)
)

SCAN_REQUEST: Final = sequence(
    ScanRequest,
    reference_id=REFERENCE_ID,
    databases=tagged(3, sequence_of(DATABASE, DATABASES)),
    attribute_set=OBJECT,
    term=ATTRIBUTES_PLUS_TERM,
    step=tagged(5, INTEGER),
    count=tagged(6, INTEGER),
    position=tagged(7, INTEGER),
    other_information=OTHER,
)
SCAN_RESPONSE: Final = sequence(
    ScanResponse,
    reference_id=REFERENCE_ID,
    step=tagged(3, INTEGER),
    status=tagged(4, enumerated(ScanStatus)),
    count=tagged(5, INTEGER),
    position=tagged(6, INTEGER),
    entries=tagged(7, _LIST_ENTRIES),
    attribute_set=tagged(8, OID),
    other_information=OTHER,
)
