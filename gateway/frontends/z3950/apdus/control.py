"""Access control, resource control, resource reports: known, to be answered. Source: Z39.50-1995, 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.diagnostics import DIAGNOSTIC_RECORD, DiagnosticRecord
from gateway.frontends.z3950.apdus.external import EXTERNAL, OTHER, REFERENCE_ID, External, OtherInformation
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    INTEGER,
    OCTETS,
    OID,
    choice,
    enumerated,
    explicit,
    sequence,
    tagged,
)
from gateway.frontends.z3950.ber import Oid


class TriggeredAction(IntEnum):
    """What a client asks for while a request of its runs."""

    RESOURCE_REPORT = 1
    RESOURCE_CONTROL = 2
    CANCEL = 3


class ReportStatus(IntEnum):
    """Whether there is a resource report."""

    SUCCESS = 0
    PARTIAL = 1
    FAILURE_1 = 2
    FAILURE_2 = 3
    FAILURE_3 = 4
    FAILURE_4 = 5
    FAILURE_5 = 6
    FAILURE_6 = 7


class AccessControlRequest(Struct, frozen=True):
    """A server's challenge."""

    challenge: bytes | External
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class AccessControlResponse(Struct, frozen=True):
    """A client's answer to it."""

    response: bytes | External | None = None
    diagnostic: DiagnosticRecord | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ResourceControlRequest(Struct, frozen=True):
    """A server asks whether to go on."""

    response_required: bool
    suspended: bool | None = None
    report: External | None = None
    partial_results: int | None = None
    triggered: bool | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ResourceControlResponse(Struct, frozen=True):
    """A client says whether to go on."""

    go_on: bool
    result_set_wanted: bool | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class TriggerResourceControlRequest(Struct, frozen=True):
    """A client wants a report, control, or that its request be given up; it has no answer of its own."""

    action: TriggeredAction
    report_format: Oid | None = None
    result_set_wanted: bool | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ResourceReportRequest(Struct, frozen=True):
    """A client wants to know what has been used."""

    operation: bytes | None = None
    """The reference ID of the request that it is about."""
    report_format: Oid | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ResourceReportResponse(Struct, frozen=True):
    """What has been used, or that it is not told."""

    status: ReportStatus
    report: External | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


ACCESS_CONTROL_REQUEST: Final = sequence(
    AccessControlRequest,
    reference_id=REFERENCE_ID,
    challenge=choice((bytes, tagged(37, OCTETS)), (External, explicit(0, EXTERNAL))),
    other_information=OTHER,
)
ACCESS_CONTROL_RESPONSE: Final = sequence(
    AccessControlResponse,
    reference_id=REFERENCE_ID,
    response=choice((bytes, tagged(38, OCTETS)), (External, explicit(0, EXTERNAL))),
    diagnostic=explicit(223, DIAGNOSTIC_RECORD),
    other_information=OTHER,
)
RESOURCE_CONTROL_REQUEST: Final = sequence(
    ResourceControlRequest,
    reference_id=REFERENCE_ID,
    suspended=tagged(39, BOOLEAN),
    report=explicit(40, EXTERNAL),
    partial_results=tagged(41, INTEGER),
    response_required=tagged(42, BOOLEAN),
    triggered=tagged(43, BOOLEAN),
    other_information=OTHER,
)
RESOURCE_CONTROL_RESPONSE: Final = sequence(
    ResourceControlResponse,
    reference_id=REFERENCE_ID,
    go_on=tagged(44, BOOLEAN),
    result_set_wanted=tagged(45, BOOLEAN),
    other_information=OTHER,
)
TRIGGER_RESOURCE_CONTROL_REQUEST: Final = sequence(
    TriggerResourceControlRequest,
    reference_id=REFERENCE_ID,
    action=tagged(46, enumerated(TriggeredAction)),
    report_format=tagged(47, OID),
    result_set_wanted=tagged(48, BOOLEAN),
    other_information=OTHER,
)
RESOURCE_REPORT_REQUEST: Final = sequence(
    ResourceReportRequest,
    reference_id=REFERENCE_ID,
    operation=tagged(210, OCTETS),
    report_format=tagged(49, OID),
    other_information=OTHER,
)
RESOURCE_REPORT_RESPONSE: Final = sequence(
    ResourceReportResponse,
    reference_id=REFERENCE_ID,
    status=tagged(50, enumerated(ReportStatus)),
    report=explicit(51, EXTERNAL),
    other_information=OTHER,
)
