"""Diagnostics: what went wrong, in the words of a diagnostic set. Source: Z39.50-1995, 4.1 and appendix DIAG."""

from typing import Any, Final

from msgspec import Struct

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.external import EXTERNAL, OTHER, Encoded, External, OtherInformation
from gateway.frontends.z3950.apdus.init import InitResponse
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    OBJECT,
    STRING,
    Element,
    choice,
    explicit,
    sequence,
    sequence_of,
    tagged,
    whole,
)
from gateway.frontends.z3950.ber import Oid, Reader, Universal

AT_ONCE: Final = 1_000
"""Diagnostics in one answer."""
ELEMENTS: Final = 10_000
"""Elements of the diagnostics of an Init."""


class Diagnostic(Struct, frozen=True):
    """A condition of a diagnostic set."""

    condition: int
    """Of bib-1: `bib1.DIAGNOSTICS`."""
    additional: str
    """What it is about, as `1.2.840.10003.5.10` or a database's name; may be empty."""
    diagnostic_set: Oid = oids.BIB_1_DIAGNOSTICS


DiagnosticRecord = Diagnostic | External


class Explained(Struct, frozen=True):
    """A diagnostic of format diag-1."""

    diagnostic: Diagnostic | None = None
    message: str | None = None


_V2, _V3 = tagged(Universal.VISIBLE_STRING, STRING), tagged(Universal.GENERAL_STRING, STRING)


def _additional(value: Any) -> bytes:
    return (_V2 if value.isascii() else _V3).write(value)


DIAGNOSTIC: Final = sequence(
    Diagnostic,
    diagnostic_set=OBJECT,
    condition=tagged(Universal.INTEGER, INTEGER),
    additional=Element({**_V2.readers, **_V3.readers}, _additional),
)
DIAGNOSTIC_RECORD: Final = choice((Diagnostic, tagged(Universal.SEQUENCE, DIAGNOSTIC)), (External, EXTERNAL))
DIAGNOSTIC_RECORDS: Final = sequence_of(DIAGNOSTIC_RECORD, AT_ONCE)

_EXPLAINED = sequence(Explained, diagnostic=explicit(1, tagged(1, DIAGNOSTIC)), message=tagged(2, STRING))
_FORMAT_1 = tagged(Universal.SEQUENCE, sequence_of(tagged(Universal.SEQUENCE, _EXPLAINED), AT_ONCE))
_READ_OTHER, _READ_FORMAT_1 = whole(OTHER), whole(_FORMAT_1)


def refusal(diagnostic: Diagnostic) -> External:
    """The `user_information` of an Init's answer that says why it refuses, as YAZ's clients look for it."""
    octets = _FORMAT_1.write((Explained(diagnostic),))
    inside = OtherInformation(External(oids.DIAG_1, Encoded(octets)))
    return External(oids.USER_INFO_1, Encoded(OTHER.write((inside,))))


def reasons(response: InitResponse) -> tuple[Diagnostic, ...]:
    """Why an Init was refused; empty where its answer does not say. Raises `Malformed`."""
    match response.user_information:
        case External(direct_reference=oids.USER_INFO_1, encoding=Encoded(octets)):
            carried: tuple[OtherInformation, ...] = _READ_OTHER(Reader(octets, ELEMENTS))
            return tuple(found for other in carried for found in _explained(other))
        case _:
            return ()


def _explained(other: OtherInformation) -> tuple[Diagnostic, ...]:
    match other.information:
        case External(direct_reference=oids.DIAG_1, encoding=Encoded(octets)):
            found: tuple[Explained, ...] = _READ_FORMAT_1(Reader(octets, ELEMENTS))
            return tuple(one.diagnostic for one in found if one.diagnostic)
        case _:
            return ()
