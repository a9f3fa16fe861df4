"""Init: what both sides speak and can, and who asks. Source: Z39.50-1995, 3.2.1 and 4.1."""

from enum import Enum, IntFlag
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.external import (
    EXTERNAL,
    OTHER,
    REFERENCE_ID,
    External,
    OtherInformation,
)
from gateway.frontends.z3950.asn1 import (
    BITS,
    BOOLEAN,
    INTEGER,
    STRING,
    alone,
    choice,
    explicit,
    named,
    sequence,
    tagged,
)
from gateway.frontends.z3950.ber import Universal


class Version(IntFlag):
    """Bits of `protocolVersion`. Versions 1 and 2 are one; what is above 3 is passed over."""

    V1 = 1
    V2 = 2
    V3 = 4


class Option(IntFlag):
    """Bits of `options`: services, and ways of theirs, that a side has."""

    SEARCH = 1 << 0
    PRESENT = 1 << 1
    DELETE_SET = 1 << 2
    RESOURCE_REPORT = 1 << 3
    TRIGGER_RESOURCE_CONTROL = 1 << 4
    RESOURCE_CONTROL = 1 << 5
    ACCESS_CONTROL = 1 << 6
    SCAN = 1 << 7
    SORT = 1 << 8
    EXTENDED_SERVICES = 1 << 10
    LEVEL_1_SEGMENTATION = 1 << 11
    LEVEL_2_SEGMENTATION = 1 << 12
    CONCURRENT_OPERATIONS = 1 << 13
    NAMED_RESULT_SETS = 1 << 14
    ENCAPSULATION = 1 << 15
    RESULT_COUNT = 1 << 16
    NEGOTIATION_MODEL = 1 << 17
    DUPLICATE_DETECTION = 1 << 18
    QUERY_TYPE_104 = 1 << 19
    CORRECTED_ES = 1 << 20
    STRING_SCHEMA = 1 << 21


class IdPass(Struct, frozen=True):
    """Group, user ID and password; a client may leave out any of them. `repr` hides the password."""

    group_id: str | None = None
    user_id: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"IdPass(group_id={self.group_id!r}, user_id={self.user_id!r}, password=…)"


class Open(Struct, frozen=True):
    """One text, as many a client sends `user/password`; hidden in `repr`."""

    text: str

    def __repr__(self) -> str:
        return "Open(text=…)"


class Anonymous(Enum):
    """The client says that it has no name."""

    ANONYMOUS = "anonymous"


Authentication = Open | IdPass | Anonymous | External


class InitRequest(Struct, frozen=True):
    """The first unit of a connection."""

    protocol_version: int
    """A sum of `Version`."""
    options: int
    """A sum of `Option`."""
    preferred_message_size: int
    """Octets."""
    exceptional_record_size: int
    """Octets."""
    authentication: Authentication | None = None
    implementation_id: str | None = None
    implementation_name: str | None = None
    implementation_version: str | None = None
    user_information: External | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class InitResponse(Struct, frozen=True):
    """The answer to an Init; a refusal may have its reason in `user_information`."""

    protocol_version: int
    options: int
    preferred_message_size: int
    exceptional_record_size: int
    result: bool
    implementation_id: str | None = None
    implementation_name: str | None = None
    implementation_version: str | None = None
    user_information: External | None = None
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_TEXTS = (
    *(Universal.OCTET_STRING, Universal.UTF8_STRING, Universal.PRINTABLE_STRING, Universal.IA5_STRING),
    *(Universal.GENERAL_STRING, Universal.VISIBLE_STRING),
)
"""What an open text is sent as: the field's type is ANY. The last is what version 3 asks for."""
_ID_PASS = sequence(IdPass, group_id=tagged(0, STRING), user_id=tagged(1, STRING), password=tagged(2, STRING))
_AUTHENTICATION = choice(
    *((Open, tagged(tag, alone(Open, STRING))) for tag in _TEXTS),
    (IdPass, tagged(Universal.SEQUENCE, _ID_PASS)),
    (Anonymous, named({Universal.NULL: Anonymous.ANONYMOUS})),
    (External, EXTERNAL),
)

INIT_REQUEST: Final = sequence(
    InitRequest,
    reference_id=REFERENCE_ID,
    protocol_version=tagged(3, BITS),
    options=tagged(4, BITS),
    preferred_message_size=tagged(5, INTEGER),
    exceptional_record_size=tagged(6, INTEGER),
    authentication=explicit(7, _AUTHENTICATION),
    implementation_id=tagged(110, STRING),
    implementation_name=tagged(111, STRING),
    implementation_version=tagged(112, STRING),
    user_information=explicit(11, EXTERNAL),
    other_information=OTHER,
)
INIT_RESPONSE: Final = sequence(
    InitResponse,
    reference_id=REFERENCE_ID,
    protocol_version=tagged(3, BITS),
    options=tagged(4, BITS),
    preferred_message_size=tagged(5, INTEGER),
    exceptional_record_size=tagged(6, INTEGER),
    result=tagged(12, BOOLEAN),
    implementation_id=tagged(110, STRING),
    implementation_name=tagged(111, STRING),
    implementation_version=tagged(112, STRING),
    user_information=explicit(11, EXTERNAL),
    other_information=OTHER,
)
