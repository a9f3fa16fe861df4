"""Close, by which either side ends a connection of version 3. Source: Z39.50-1995, 3.2.11 and 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.external import EXTERNAL, OTHER, REFERENCE_ID, External, OtherInformation
from gateway.frontends.z3950.asn1 import (
    OID,
    STRING,
    enumerated,
    explicit,
    sequence,
    tagged,
)
from gateway.frontends.z3950.ber import Oid


class CloseReason(IntEnum):
    """Why a side ends the connection."""

    FINISHED = 0
    SHUTDOWN = 1
    SYSTEM_PROBLEM = 2
    COST_LIMIT = 3
    RESOURCES = 4
    SECURITY_VIOLATION = 5
    PROTOCOL_ERROR = 6
    LACK_OF_ACTIVITY = 7
    PEER_ABORT = 8
    UNSPECIFIED = 9


class Close(Struct, frozen=True):
    """The end; the other side answers with its own."""

    reason: CloseReason
    diagnostic: str | None = None
    """Words for people."""
    report_format: Oid | None = None
    report: External | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


CLOSE: Final = sequence(
    Close,
    reference_id=REFERENCE_ID,
    reason=tagged(211, enumerated(CloseReason)),
    diagnostic=tagged(3, STRING),
    report_format=tagged(4, OID),
    report=explicit(5, EXTERNAL),
    other_information=OTHER,
)
