"""NCIP's XML as both directions know it: elements, their names in either edition, the services that there are.

Sources: NCIP 2.02's schema; for the first edition the messages of public clients. Reads and sends nothing.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final


class Edition(StrEnum):
    """Two protocols of one name. The value is what `Exchange.protocol` says."""

    ONE = "NCIP 1"
    TWO = "NCIP 2"


class Service(StrEnum):
    """What Alma can be asked for [doc]."""

    LOOKUP_USER = "LookupUser"
    REQUEST_ITEM = "RequestItem"
    CANCEL_REQUEST_ITEM = "CancelRequestItem"
    ACCEPT_ITEM = "AcceptItem"
    CHECK_OUT_ITEM = "CheckOutItem"
    CHECK_IN_ITEM = "CheckInItem"
    RENEW_ITEM = "RenewItem"
    RECALL_ITEM = "RecallItem"


class Element:
    """An element that came. Prefixes and name spaces are gone, as is the white space round the text."""

    __slots__ = ("children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.children: list[Element] = []

    def all(self, path: str) -> Iterator["Element"]:
        """Those behind this path of child names, such as `UserId/UserIdentifierValue`, in their order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def value(self, *paths: str) -> str:
        """Of the first element at any of these paths that says something; empty where none does.

        The first edition puts a value into an element of its own, beside its scheme.
        """
        for path in paths:
            for found in self.all(path):
                value = found.text or found.value("Value") if found.children else found.text
                if value:
                    return value
        return ""


Tag = tuple[str, "str | Sequence[Tag]"]
"""An element to be sent: its name in the second edition, and its text or what stands in it."""

NAMESPACE: Final = "http://www.niso.org/2008/ncip"
VERSION_TWO: Final = "http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd"
"""What Alma's answers name, whichever second edition was asked in [seen]."""
VERSION_ONE: Final = "http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd"

UNIQUE: Final = {
    "AgencyId": "UniqueAgencyId",
    "UserId": "UniqueUserId",
    "ItemId": "UniqueItemId",
    "RequestId": "UniqueRequestId",
    "BibliographicId": "UniqueBibliographicId",
}
"""Names that the first edition has otherwise."""
SCHEMES: Final = {
    "AgencyId": "NCIP Unique Agency Id",
    "AgencyUserPrivilegeType": "NCIP Agency User Privilege Type Academic Scheme",
    "BlockOrTrapType": "NCIP Block Or Trap Type Scheme",
    "CirculationStatus": "NCIP Circulation Status Scheme",
    "CurrencyCode": "NCIP Currency Code Scheme",
    "ElectronicAddressType": "IANA URI Scheme",
    "ProblemType": "NCIP General Processing Error Scheme",
    "RequestScopeType": "NCIP Request Scope Type Scheme",
    "RequestStatusType": "NCIP Request Status Type Scheme",
    "RequestType": "NCIP Request Type Scheme",
    "UserAddressRoleType": "NCIP User Address Role Type Scheme",
    "UserPrivilegeStatusType": "NCIP User Privilege Status Type Scheme",
    "VisibleUserIdentifierType": "NCIP Visible User Identifier Type Scheme",
}
"""By the name of an element that the first edition writes as a scheme and a value; that of agencies is Alma's [seen],
the others are those of public answers or of their like [assumed]."""
