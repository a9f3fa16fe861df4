"""Records as searches and presents bring them. Source: Z39.50-1995, 3.2.3.1 and 4.1.

kept = encoded(External(oids.USMARC, marc))     # once, for as long as the record lives
PresentResponse(…, records=(NamePlusRecord(kept, "01CARLI_XYZ"), …))
"""

from typing import Any, Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.diagnostics import (
    DIAGNOSTIC,
    DIAGNOSTIC_RECORD,
    DIAGNOSTIC_RECORDS,
    Diagnostic,
    DiagnosticRecord,
)
from gateway.frontends.z3950.apdus.external import EXTERNAL, Encoded, External
from gateway.frontends.z3950.asn1 import (
    STRING,
    Element,
    alone,
    around,
    choice,
    explicit,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Universal

AT_ONCE: Final = 10_000
"""Records in one answer: a result set of Alma's has no more."""


class SurrogateDiagnostic(Struct, frozen=True):
    """What stands in a record's place when it cannot be had."""

    diagnostic: DiagnosticRecord


class NamePlusRecord(Struct, frozen=True):
    """A record, and the database that it is from."""

    record: External | Encoded | SurrogateDiagnostic
    """`Encoded` only goes out: the bytes that `encoded` has made of an External, which is what arrives."""
    database: str | None = None


class Diagnostics(Struct, frozen=True):
    """Several diagnostics in place of records; version 3 alone has them."""

    diagnostics: tuple[DiagnosticRecord, ...]


Records = tuple[NamePlusRecord, ...] | Diagnostic | Diagnostics


def encoded(external: External) -> Encoded:
    """A record's bytes as every answer has them."""
    return Encoded(EXTERNAL.write(external))


def _octets(value: Any) -> bytes:
    octets: bytes = value.octets
    return octets


_RECORD = choice(
    (External, explicit(1, EXTERNAL)),
    (Encoded, explicit(1, Element(EXTERNAL.readers, _octets))),
    (SurrogateDiagnostic, tagged(2, alone(SurrogateDiagnostic, around(DIAGNOSTIC_RECORD)))),
)
_NAME_PLUS_RECORD = sequence(NamePlusRecord, database=tagged(0, STRING), record=explicit(1, _RECORD))
RECORDS: Final = choice(
    (tuple, tagged(28, sequence_of(tagged(Universal.SEQUENCE, _NAME_PLUS_RECORD), AT_ONCE))),
    (Diagnostic, tagged(130, DIAGNOSTIC)),
    (Diagnostics, tagged(205, alone(Diagnostics, DIAGNOSTIC_RECORDS))),
)
