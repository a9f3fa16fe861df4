"""Records as searches and presents bring them. Source: Z39.50-1995, 3.2.3.1 and 4.1.

kept = encoded(External(oids.USMARC, marc), "01CARLI_XYZ")     # once, for as long as the record lives
PresentResponse(…, records=(kept, …))
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
from gateway.frontends.z3950.apdus.external import EXTERNAL, External
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

    record: External | SurrogateDiagnostic
    database: str | None = None


class EncodedRecord(Struct, frozen=True):
    """A record that goes out, as its bytes; what arrives is a `NamePlusRecord`."""

    octets: bytes
    """The whole element."""
    size: int
    """Octets of the record itself."""


class Diagnostics(Struct, frozen=True):
    """Several diagnostics in place of records; version 3 alone has them."""

    diagnostics: tuple[DiagnosticRecord, ...]


Records = tuple[NamePlusRecord | EncodedRecord, ...] | Diagnostic | Diagnostics


def _octets(value: Any) -> bytes:
    octets: bytes = value.octets
    return octets


_RECORD = choice(
    (External, explicit(1, EXTERNAL)),
    (SurrogateDiagnostic, tagged(2, alone(SurrogateDiagnostic, around(DIAGNOSTIC_RECORD)))),
)
_NAME_PLUS_RECORD = sequence(NamePlusRecord, database=tagged(0, STRING), record=explicit(1, _RECORD))
_ONE = tagged(Universal.SEQUENCE, _NAME_PLUS_RECORD)
RECORDS: Final = choice(
    (
        tuple,
        tagged(
            28, sequence_of(choice((NamePlusRecord, _ONE), (EncodedRecord, Element(_ONE.readers, _octets))), AT_ONCE)
        ),
    ),
    (Diagnostic, tagged(130, DIAGNOSTIC)),
    (Diagnostics, tagged(205, alone(Diagnostics, DIAGNOSTIC_RECORDS))),
)


def encoded(external: External, database: str) -> EncodedRecord:
    """A record's bytes as every answer has them."""
    return EncodedRecord(_ONE.write(NamePlusRecord(external, database)), len(EXTERNAL.write(external)))
