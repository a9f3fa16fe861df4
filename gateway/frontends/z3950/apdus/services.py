"""Extended services, far enough to refuse them. Source: Z39.50-1995, 3.2.9 and 4.1.

What only a server that carries a service out would read (retention, permissions, description, elements) is passed over.
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.diagnostics import DIAGNOSTIC_RECORDS, DiagnosticRecord
from gateway.frontends.z3950.apdus.external import EXTERNAL_CONTENT, OTHER, REFERENCE_ID, External, OtherInformation
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    OID,
    STRING,
    enumerated,
    sequence,
    tagged,
)
from gateway.frontends.z3950.ber import Oid


class PackageFunction(IntEnum):
    """What is to be done with a task package."""

    CREATE = 1
    DELETE = 2
    MODIFY = 3


class OperationStatus(IntEnum):
    """What became of the request."""

    DONE = 1
    ACCEPTED = 2
    FAILURE = 3


class ExtendedServicesRequest(Struct, frozen=True):
    """Asks for a service such as an update of the database."""

    function: PackageFunction
    package_type: Oid
    """Which service: `oids.UPDATE`, `oids.ITEM_ORDER`."""
    package_name: str | None = None
    user_id: str | None = None
    task: External | None = None
    wait_action: int | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class ExtendedServicesResponse(Struct, frozen=True):
    """What became of it, and why."""

    status: OperationStatus
    diagnostics: tuple[DiagnosticRecord, ...] = ()
    task_package: External | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


EXTENDED_SERVICES_REQUEST: Final = sequence(
    ExtendedServicesRequest,
    reference_id=REFERENCE_ID,
    function=tagged(3, enumerated(PackageFunction)),
    package_type=tagged(4, OID),
    package_name=tagged(5, STRING),
    user_id=tagged(6, STRING),
    task=tagged(10, EXTERNAL_CONTENT),
    wait_action=tagged(11, INTEGER),
    other_information=OTHER,
)
EXTENDED_SERVICES_RESPONSE: Final = sequence(
    ExtendedServicesResponse,
    reference_id=REFERENCE_ID,
    status=tagged(3, enumerated(OperationStatus)),
    diagnostics=tagged(4, DIAGNOSTIC_RECORDS),
    task_package=tagged(5, EXTERNAL_CONTENT),
    other_information=OTHER,
)
