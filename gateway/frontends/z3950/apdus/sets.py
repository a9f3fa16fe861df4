"""DeleteResultSet. Source: Z39.50-1995, 3.2.4 and 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.external import OTHER, REFERENCE_ID, OtherInformation
from gateway.frontends.z3950.apdus.rpn import RESULT_SET_NAME
from gateway.frontends.z3950.asn1 import (
    INTEGER,
    STRING,
    enumerated,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Universal

SETS: Final = 10_000
"""Result sets named in one request or answer: more than a session may have."""


class DeleteFunction(IntEnum):
    """Which result sets are to go."""

    LIST = 0
    ALL = 1


class DeleteStatus(IntEnum):
    """What became of a result set, or of the whole request."""

    SUCCESS = 0
    DID_NOT_EXIST = 1
    DELETED_BEFORE = 2
    SYSTEM_PROBLEM = 3
    ACCESS_NOT_ALLOWED = 4
    CLIENT_RESOURCES = 5
    SERVER_RESOURCES = 6
    ALL_NOT_SUPPORTED = 7
    NOT_ALL_OF_ALL = 8
    NOT_ALL_OF_LIST = 9
    IN_USE = 10


class SetStatus(Struct, frozen=True):
    """What became of one result set."""

    name: str
    status: DeleteStatus


class DeleteResultSetRequest(Struct, frozen=True):
    """Asks that result sets go."""

    function: DeleteFunction
    names: tuple[str, ...] = ()
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class DeleteResultSetResponse(Struct, frozen=True):
    """What became of them."""

    status: DeleteStatus
    statuses: tuple[SetStatus, ...] = ()
    """Of each that was named."""
    number_not_deleted: int | None = None
    bulk_statuses: tuple[SetStatus, ...] = ()
    """Where all were to go: of each that did not."""
    message: str | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_STATUS = enumerated(DeleteStatus)
_STATUSES = sequence_of(
    tagged(Universal.SEQUENCE, sequence(SetStatus, name=RESULT_SET_NAME, status=tagged(33, _STATUS))), SETS
)

DELETE_RESULT_SET_REQUEST: Final = sequence(
    DeleteResultSetRequest,
    reference_id=REFERENCE_ID,
    function=tagged(32, enumerated(DeleteFunction)),
    names=tagged(Universal.SEQUENCE, sequence_of(RESULT_SET_NAME, SETS)),
    other_information=OTHER,
)
DELETE_RESULT_SET_RESPONSE: Final = sequence(
    DeleteResultSetResponse,
    reference_id=REFERENCE_ID,
    status=tagged(0, _STATUS),
    statuses=tagged(1, _STATUSES),
    number_not_deleted=tagged(34, INTEGER),
    bulk_statuses=tagged(35, _STATUSES),
    message=tagged(36, STRING),
    other_information=OTHER,
)
