"""The application protocol data units (APDUs) of Z39.50, read and written. Source: Z39.50-1995, 4.1."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.frontends.z3950.apdus import close, control, init, present, scan, search, services, sets, sort
from gateway.frontends.z3950.apdus.close import Close, CloseReason
from gateway.frontends.z3950.apdus.rpn import OPERANDS
from gateway.frontends.z3950.asn1 import Content, choice, tagged, whole
from gateway.frontends.z3950.ber import Limits, Reader

Request = (
    init.InitRequest
    | search.SearchRequest
    | present.PresentRequest
    | sets.DeleteResultSetRequest
    | control.AccessControlResponse
    | control.ResourceControlResponse
    | control.TriggerResourceControlRequest
    | control.ResourceReportRequest
    | scan.ScanRequest
    | sort.SortRequest
    | services.ExtendedServicesRequest
    | Close
)
"""What a client sends."""
Response = (
    init.InitResponse
    | search.SearchResponse
    | present.PresentResponse
    | sets.DeleteResultSetResponse
    | control.AccessControlRequest
    | control.ResourceControlRequest
    | control.ResourceReportResponse
    | scan.ScanResponse
    | sort.SortResponse
    | services.ExtendedServicesResponse
    | Close
)
"""What a server sends."""
Apdu = Request | Response

REQUEST_LIMITS: Final = Limits(octets=512 * 1024, elements=30_000)
"""Of what a server reads. Octets: some records to be updated at once, of 99,999 at most. Elements: a query of a
thousand operands with six attributes each has up to 24 for each."""
RESPONSE_LIMITS: Final = Limits(octets=64 * 1024 * 1024, elements=500_000)
"""Of what a client reads. Octets: what YAZ proposes as message size. Elements: ten thousand records, with eight for
each, and several times that for a list of terms; a record's own holdings are counted apart."""

_REQUESTS: dict[int, tuple[type, Content]] = {
    20: (init.InitRequest, init.INIT_REQUEST),
    22: (search.SearchRequest, search.SEARCH_REQUEST),
    24: (present.PresentRequest, present.PRESENT_REQUEST),
    26: (sets.DeleteResultSetRequest, sets.DELETE_RESULT_SET_REQUEST),
    29: (control.AccessControlResponse, control.ACCESS_CONTROL_RESPONSE),
    31: (control.ResourceControlResponse, control.RESOURCE_CONTROL_RESPONSE),
    32: (control.TriggerResourceControlRequest, control.TRIGGER_RESOURCE_CONTROL_REQUEST),
    33: (control.ResourceReportRequest, control.RESOURCE_REPORT_REQUEST),
    35: (scan.ScanRequest, scan.SCAN_REQUEST),
    43: (sort.SortRequest, sort.SORT_REQUEST),
    46: (services.ExtendedServicesRequest, services.EXTENDED_SERVICES_REQUEST),
    48: (Close, close.CLOSE),
}
_RESPONSES: dict[int, tuple[type, Content]] = {
    21: (init.InitResponse, init.INIT_RESPONSE),
    23: (search.SearchResponse, search.SEARCH_RESPONSE),
    25: (present.PresentResponse, present.PRESENT_RESPONSE),
    27: (sets.DeleteResultSetResponse, sets.DELETE_RESULT_SET_RESPONSE),
    28: (control.AccessControlRequest, control.ACCESS_CONTROL_REQUEST),
    30: (control.ResourceControlRequest, control.RESOURCE_CONTROL_REQUEST),
    34: (control.ResourceReportResponse, control.RESOURCE_REPORT_RESPONSE),
    36: (scan.ScanResponse, scan.SCAN_RESPONSE),
    44: (sort.SortResponse, sort.SORT_RESPONSE),
    47: (services.ExtendedServicesResponse, services.EXTENDED_SERVICES_RESPONSE),
    48: (Close, close.CLOSE),
}
_APDU = choice(*((kind, tagged(tag, content)) for tag, (kind, content) in (_REQUESTS | _RESPONSES).items()))
_READ = whole(_APDU)

KEYS: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    {
        "requests": frozenset(key for tag, (_, content) in _REQUESTS.items() for key in tagged(tag, content).readers),
        "responses": frozenset(key for tag, (_, content) in _RESPONSES.items() for key in tagged(tag, content).readers),
    }
)
"""By who sends them, the keys of the elements that APDUs are."""


def encode(apdu: Apdu) -> bytes:
    """An APDU as it is sent."""
    return _APDU.write(apdu)


def decode(octets: bytes, limits: Limits = RESPONSE_LIMITS) -> Apdu:
    """The APDU that `octets` are, whole and nothing behind it. Raises `Malformed`."""
    apdu: Apdu = _READ(Reader(octets, limits.elements, OPERANDS))
    return apdu


__all__ = ["KEYS", "REQUEST_LIMITS", "RESPONSE_LIMITS", "Apdu", "Close", "CloseReason", "Request", "Response"]
__all__ += ["decode", "encode"]
