"""Present. Source: Z39.50-1995, 3.2.3 and 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.elements import COMP_SPEC, ELEMENT_SET_NAMES, CompSpec, ElementSetNames
from gateway.frontends.z3950.apdus.external import OTHER, REFERENCE_ID, OtherInformation
from gateway.frontends.z3950.apdus.records import RECORDS, Records
from gateway.frontends.z3950.apdus.rpn import RESULT_SET_NAME
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    OID,
    choice,
    enumerated,
    explicit,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Oid, Universal

RANGES: Final = 1_000
"""Ranges of a present beside the first."""


class PresentStatus(IntEnum):
    """Whether all records that were wanted are there."""

    SUCCESS = 0
    ACCESS_CONTROL = 1
    """partial-1: some are missing; the client's access ended."""
    MESSAGE_SIZE = 2
    """partial-2: some did not fit the preferred message size."""
    CLIENT_ENDED = 3
    """partial-3: some are missing by the client's wish."""
    SERVER_ENDED = 4
    """partial-4: some are missing by the server's wish."""
    FAILURE = 5
    """None is there; a diagnostic says why."""


class Range(Struct, frozen=True):
    """So many records from one position on."""

    start: int
    count: int


class PresentRequest(Struct, frozen=True):
    """Asks for records of a result set."""

    result_set: str
    start: int
    """Position of the first; they count from 1."""
    count: int
    additional_ranges: tuple[Range, ...] = ()
    composition: ElementSetNames | CompSpec | None = None
    record_syntax: Oid | None = None
    max_segment_count: int | None = None
    """With the two below for segmentation only."""
    max_record_size: int | None = None
    max_segment_size: int | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class PresentResponse(Struct, frozen=True):
    """The answer to a present."""

    records_returned: int
    next_position: int
    """Of the first record behind those that were asked for; 0 after the last."""
    present_status: PresentStatus
    records: Records | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_RANGE = sequence(Range, start=tagged(1, INTEGER), count=tagged(2, INTEGER))

PRESENT_REQUEST: Final = sequence(
    PresentRequest,
    reference_id=REFERENCE_ID,
    result_set=RESULT_SET_NAME,
    start=tagged(30, INTEGER),
    count=tagged(29, INTEGER),
    additional_ranges=tagged(212, sequence_of(tagged(Universal.SEQUENCE, _RANGE), RANGES)),
    composition=choice(((str, tuple), explicit(19, ELEMENT_SET_NAMES)), (CompSpec, tagged(209, COMP_SPEC))),
    record_syntax=tagged(104, OID),
    max_segment_count=tagged(204, INTEGER),
    max_record_size=tagged(206, INTEGER),
    max_segment_size=tagged(207, INTEGER),
    other_information=OTHER,
)
PRESENT_RESPONSE: Final = sequence(
    PresentResponse,
    reference_id=REFERENCE_ID,
    records_returned=tagged(24, INTEGER),
    next_position=tagged(25, INTEGER),
    present_status=tagged(27, enumerated(PresentStatus)),
    records=RECORDS,
    other_information=OTHER,
)
