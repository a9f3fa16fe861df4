"""Search. Source: Z39.50-1995, 3.2.2 and 4.1."""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.elements import DATABASE, DATABASES, ELEMENT_SET_NAMES, ElementSetNames
from gateway.frontends.z3950.apdus.external import (
    EXTERNAL_CONTENT,
    OTHER,
    OTHER_INFORMATION_CONTENT,
    REFERENCE_ID,
    External,
    OtherInformation,
)
from gateway.frontends.z3950.apdus.present import PresentStatus
from gateway.frontends.z3950.apdus.records import RECORDS, Records
from gateway.frontends.z3950.apdus.rpn import RPN_QUERY, RpnQuery
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    INTEGER,
    OCTETS,
    OID,
    STRING,
    Content,
    alone,
    around,
    choice,
    enumerated,
    explicit,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Oid, Universal


class Type101Query(Struct, frozen=True):
    """A query of type 101, which version 2 has for proximity and restricted result sets."""

    rpn: RpnQuery


class Type0Query(Struct, frozen=True):
    """A query that both sides have agreed upon; kept unread."""

    octets: bytes


class Type2Query(Struct, frozen=True):
    """A query of ISO 8777, in text."""

    octets: bytes


class Type100Query(Struct, frozen=True):
    """A query of Z39.58, in text."""

    octets: bytes


class Type102Query(Struct, frozen=True):
    """A ranked list query; kept unread."""

    octets: bytes


class Type104Query(Struct, frozen=True):
    """A query of another language, such as CQL (`oids.CQL`)."""

    external: External


Query = RpnQuery | Type101Query | Type0Query | Type2Query | Type100Query | Type102Query | Type104Query


class ResultSetStatus(IntEnum):
    """What there is of a result set after a search that has failed."""

    SUBSET = 1
    INTERIM = 2
    NONE = 3
    ESTIMATE = 4


class SearchRequest(Struct, frozen=True):
    """A search, and which of the records are wanted with its answer.

    Up to `small_set_upper_bound` hits all records are to come; from `large_set_lower_bound` none; between them up to
    `medium_set_present_number`.
    """

    small_set_upper_bound: int
    large_set_lower_bound: int
    medium_set_present_number: int
    replace: bool
    """Whether a result set of this name may be replaced."""
    result_set: str
    databases: tuple[str, ...]
    query: Query
    small_set_elements: ElementSetNames | None = None
    medium_set_elements: ElementSetNames | None = None
    record_syntax: Oid | None = None
    additional_search_information: tuple[OtherInformation, ...] = ()
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


class SearchResponse(Struct, frozen=True):
    """The answer to a search."""

    result_count: int
    records_returned: int
    next_position: int
    """Of the first record that has not been sent; 0 after the last."""
    search_status: bool
    """Whether the search was carried out."""
    result_set_status: ResultSetStatus | None = None
    """If and only if `search_status` is false."""
    present_status: PresentStatus | None = None
    """If records were wanted with the answer."""
    records: Records | None = None
    additional_search_information: tuple[OtherInformation, ...] = ()
    other_information: tuple[OtherInformation, ...] = ()
    reference_id: bytes | None = None


_TEXT = tagged(Universal.OCTET_STRING, OCTETS)
_QUERY = choice(
    (Type0Query, tagged(0, alone(Type0Query, Content(None, OCTETS.primitive, OCTETS.write)))),
    (RpnQuery, tagged(1, RPN_QUERY)),
    (Type2Query, tagged(2, alone(Type2Query, around(_TEXT)))),
    (Type100Query, tagged(100, alone(Type100Query, around(_TEXT)))),
    (Type101Query, tagged(101, alone(Type101Query, RPN_QUERY))),
    (Type102Query, tagged(102, alone(Type102Query, around(_TEXT)))),
    (Type104Query, tagged(104, alone(Type104Query, EXTERNAL_CONTENT))),
)

SEARCH_REQUEST: Final = sequence(
    SearchRequest,
    reference_id=REFERENCE_ID,
    small_set_upper_bound=tagged(13, INTEGER),
    large_set_lower_bound=tagged(14, INTEGER),
    medium_set_present_number=tagged(15, INTEGER),
    replace=tagged(16, BOOLEAN),
    result_set=tagged(17, STRING),
    databases=tagged(18, sequence_of(DATABASE, DATABASES)),
    small_set_elements=explicit(100, ELEMENT_SET_NAMES),
    medium_set_elements=explicit(101, ELEMENT_SET_NAMES),
    record_syntax=tagged(104, OID),
    query=explicit(21, _QUERY),
    additional_search_information=tagged(203, OTHER_INFORMATION_CONTENT),
    other_information=OTHER,
)
SEARCH_RESPONSE: Final = sequence(
    SearchResponse,
    reference_id=REFERENCE_ID,
    result_count=tagged(23, INTEGER),
    records_returned=tagged(24, INTEGER),
    next_position=tagged(25, INTEGER),
    search_status=tagged(22, BOOLEAN),
    result_set_status=tagged(26, enumerated(ResultSetStatus)),
    present_status=tagged(27, enumerated(PresentStatus)),
    records=RECORDS,
    additional_search_information=tagged(203, OTHER_INFORMATION_CONTENT),
    other_information=OTHER,
)
