"""EXTERNAL, and what any unit may carry besides: other information. Source: X.690 8.18; Z39.50-1995, 4.1."""

from typing import Any, Final

from msgspec import Struct

from gateway.frontends.z3950.asn1 import (
    BITS,
    INTEGER,
    OBJECT,
    OCTETS,
    OID,
    STRING,
    Content,
    alone,
    choice,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Malformed, Oid, Reader, Universal

OTHER_INFORMATION: Final = 100
"""Pieces of other information in a unit: clients send one or two, a proxy some more."""


class Encoded(Struct, frozen=True):
    """One element as its own bytes, for whom its type concerns."""

    octets: bytes


class Arbitrary(Struct, frozen=True):
    """A bit string whose meaning the object identifier tells."""

    bits: int


class External(Struct, frozen=True):
    """A value of a type that the object identifier names."""

    direct_reference: Oid | None
    encoding: Encoded | bytes | Arbitrary
    """`single-ASN1-type`, `octet-aligned` or `arbitrary`."""
    indirect_reference: int | None = None
    descriptor: str | None = None


class Category(Struct, frozen=True):
    """What kind a piece of other information is."""

    value: int
    type_id: Oid | None = None


class OtherInformation(Struct, frozen=True):
    """A piece of other information."""

    information: str | bytes | External | Oid
    category: Category | None = None


def _read_encoded(reader: Reader, start: int, stop: int, depth: int) -> Encoded:
    if len(reader.elements(start, stop)) != 1:
        raise Malformed("one element must stand here", start)
    return Encoded(reader.buffer[start:stop])


def _write_encoded(value: Any) -> bytes:
    octets: bytes = value.octets
    return octets


EXTERNAL_CONTENT: Final = sequence(
    External,
    direct_reference=OBJECT,
    indirect_reference=tagged(Universal.INTEGER, INTEGER),
    descriptor=tagged(Universal.OBJECT_DESCRIPTOR, STRING),
    encoding=choice(
        (Encoded, tagged(0, Content(None, _read_encoded, _write_encoded))),
        (bytes, tagged(1, OCTETS)),
        (Arbitrary, tagged(2, alone(Arbitrary, BITS))),
    ),
)
EXTERNAL: Final = tagged(Universal.EXTERNAL, EXTERNAL_CONTENT)

_PIECE: Final = sequence(
    OtherInformation,
    category=tagged(1, sequence(Category, type_id=tagged(1, OID), value=tagged(2, INTEGER))),
    information=choice(
        (str, tagged(2, STRING)),
        (bytes, tagged(3, OCTETS)),
        (External, tagged(4, EXTERNAL_CONTENT)),
        (Oid, tagged(5, OID)),
    ),
)
OTHER_INFORMATION_CONTENT: Final = sequence_of(tagged(Universal.SEQUENCE, _PIECE), OTHER_INFORMATION)
OTHER: Final = tagged(201, OTHER_INFORMATION_CONTENT)
"""`otherInfo` of every unit."""
REFERENCE_ID: Final = tagged(2, OCTETS)
"""`referenceId` of every unit: an answer has its request's."""
