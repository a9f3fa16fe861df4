"""The OPAC record syntax: a record with its holdings and whether items are in. Source: Z39.50-1995, appendix REC."""

from typing import Final

from msgspec import Struct

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.external import EXTERNAL_CONTENT, Encoded, External
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    STRING,
    choice,
    sequence,
    sequence_of,
    tagged,
    whole,
)
from gateway.frontends.z3950.ber import Malformed, Reader, Universal

HOLDINGS: Final = 10_000
"""Holdings of a record, and volumes and items of a holding: more than a library has of anything."""
ELEMENTS: Final = 1_000_000
"""Elements of a record that is read: what so many holdings and items take in a record of some megabytes."""


class Volume(Struct, frozen=True):
    """A volume held."""

    enumeration: str | None = None
    chronology: str | None = None
    enumeration_and_chronology: str | None = None


class Circulation(Struct, frozen=True):
    """A circulating item."""

    available_now: bool
    renewable: bool
    on_hold: bool
    availability_date: str | None = None
    available_thru: str | None = None
    """Alma puts the item policy here."""
    restrictions: str | None = None
    item_id: str | None = None
    """The barcode."""
    enumeration_and_chronology: str | None = None
    midspine: str | None = None
    temporary_location: str | None = None


class Holding(Struct, frozen=True):
    """A holding as Leader, 007, 008 and 852 of its record say, with its items. All are texts for people."""

    type_of_record: str | None = None
    """Leader/06."""
    encoding_level: str | None = None
    """Leader/17."""
    format: str | None = None
    """007/00-01."""
    receipt_status: str | None = None
    """008/06."""
    general_retention: str | None = None
    """008/12."""
    completeness: str | None = None
    """008/16."""
    date_of_report: str | None = None
    """008/26-31."""
    nuc_code: str | None = None
    """852 $a."""
    local_location: str | None = None
    """852 $b."""
    shelving_location: str | None = None
    """852 $c."""
    call_number: str | None = None
    """852 $h and $i."""
    shelving_data: str | None = None
    """852 $j to $m."""
    copy_number: str | None = None
    """852 $t."""
    public_note: str | None = None
    """852 $z."""
    reproduction_note: str | None = None
    """843."""
    terms_of_use: str | None = None
    """845."""
    enumeration_and_chronology: str | None = None
    """All 85X and 86X."""
    volumes: tuple[Volume, ...] = ()
    circulation: tuple[Circulation, ...] = ()


class OpacRecord(Struct, frozen=True):
    """A bibliographic record and what the library has of it."""

    bibliographic: External | None = None
    holdings: tuple[Holding | External, ...] | None = None
    """An External is a MARC holdings record. Empty and absent differ: an electronic title has an empty list."""


_VOLUME = sequence(
    Volume,
    enumeration=tagged(1, STRING),
    chronology=tagged(2, STRING),
    enumeration_and_chronology=tagged(3, STRING),
)
_CIRCULATION = sequence(
    Circulation,
    available_now=tagged(1, BOOLEAN),
    availability_date=tagged(2, STRING),
    available_thru=tagged(3, STRING),
    restrictions=tagged(4, STRING),
    item_id=tagged(5, STRING),
    renewable=tagged(6, BOOLEAN),
    on_hold=tagged(7, BOOLEAN),
    enumeration_and_chronology=tagged(8, STRING),
    midspine=tagged(9, STRING),
    temporary_location=tagged(10, STRING),
)
_HOLDING = sequence(
    Holding,
    type_of_record=tagged(1, STRING),
    encoding_level=tagged(2, STRING),
    format=tagged(3, STRING),
    receipt_status=tagged(4, STRING),
    general_retention=tagged(5, STRING),
    completeness=tagged(6, STRING),
    date_of_report=tagged(7, STRING),
    nuc_code=tagged(8, STRING),
    local_location=tagged(9, STRING),
    shelving_location=tagged(10, STRING),
    call_number=tagged(11, STRING),
    shelving_data=tagged(12, STRING),
    copy_number=tagged(13, STRING),
    public_note=tagged(14, STRING),
    reproduction_note=tagged(15, STRING),
    terms_of_use=tagged(16, STRING),
    enumeration_and_chronology=tagged(17, STRING),
    volumes=tagged(18, sequence_of(tagged(Universal.SEQUENCE, _VOLUME), HOLDINGS)),
    circulation=tagged(19, sequence_of(tagged(Universal.SEQUENCE, _CIRCULATION), HOLDINGS)),
)
_HOLDINGS_RECORD = choice((External, tagged(1, EXTERNAL_CONTENT)), (Holding, tagged(2, _HOLDING)))
_OPAC_RECORD = tagged(
    Universal.SEQUENCE,
    sequence(
        OpacRecord,
        bibliographic=tagged(1, EXTERNAL_CONTENT),
        holdings=tagged(2, sequence_of(_HOLDINGS_RECORD, HOLDINGS)),
    ),
)
_READ = whole(_OPAC_RECORD)


def external(record: OpacRecord) -> External:
    """An OPAC record as a search or a present brings it."""
    return External(oids.OPAC, Encoded(_OPAC_RECORD.write(record)))


def opac(external: External) -> OpacRecord:
    """The OPAC record that a search or a present has brought. Raises `Malformed` where it is none."""
    if external.direct_reference != oids.OPAC or not isinstance(external.encoding, Encoded):
        raise Malformed("no OPAC record", 0)
    record: OpacRecord = _READ(Reader(external.encoding.octets, ELEMENTS))
    return record
