"""What is wrong with a message, or with what it asks for, as the answer says it.

The types are the protocol's own words, of its version 1 schemes, and Alma's where these are known. HTTP's status is 200
all the same: ReShare takes any from 400 on for a failure of the transport [seen].
"""

from typing import Final, NamedTuple

from gateway.circulation.lending import Refusal, Refused
from gateway.frontends.ncip.layout import Service
from gateway.frontends.ncip.wire import Problem
from gateway.model import Basis

_SCHEME: Final = Basis("assumed", "the protocol's word; which Alma has is not published")
_LIKE: Final = Basis("assumed", "the protocol has no word for it; this is its nearest")
_ILLIAD: Final = Basis("seen", "looked for by ILLiad's add-ons for Alma")
_RENEWAL: Final = Basis("seen", "Alma's answer to a RenewItem, in a client's tests")
_RESHARE: Final = Basis("seen", "ReShare's guide to NCIP errors")
_SPEC: Final = Basis("doc", "Alma lists the services it has; the type is the protocol's word")


class Kind(NamedTuple):
    """A problem type."""

    words: str
    basis: Basis


UNREAD: Final = Kind("Service is not known", _ILLIAD)
"""What arrived is no message: Alma says so to one whose characters it cannot read."""
UNSUPPORTED: Final = Kind("Unsupported Service", _SPEC)
UNKNOWN_AGENCY: Final = Kind("Unknown Agency", _SCHEME)
UNKNOWN_PARTNER: Final = Kind("Unknown partner", _RESHARE)
MISSING: Final = Kind("Needed Data Missing", _SCHEME)
UNKNOWN_ITEM: Final = Kind("Unknown Item", _RENEWAL)
INVALID_DATE: Final = Kind("Invalid Date", _SCHEME)
FAILED: Final = Kind("Temporary Processing Failure", _SCHEME)
"""The store could not do it, or somebody else changed meanwhile what it was about; with a user, too many of his PINs
came at once."""

OUTSTANDING: Final = Kind("Renewal Not Allowed - Item Has Outstanding Requests", _SCHEME)

REFUSALS: Final[dict[Refusal, Kind]] = {
    Refusal.UNKNOWN_USER: Kind("Unknown User", _RESHARE),
    Refusal.USER_BLOCKED: Kind("User Blocked", _SCHEME),
    Refusal.USER_EXPIRED: Kind("User Ineligible To Check Out This Item", _SCHEME),
    Refusal.AUTHENTICATION_FAILED: Kind("User Authentication Failed", _ILLIAD),
    Refusal.TOO_MANY_PINS: Kind(FAILED.words, _LIKE),
    Refusal.UNKNOWN_ITEM: UNKNOWN_ITEM,
    Refusal.DUPLICATE_ITEM: Kind("Cannot Accept Item", _LIKE),
    Refusal.ITEM_NOT_BY_RECORD: Kind("Unknown Item", _LIKE),
    Refusal.ITEM_NOT_LENT: Kind("Item Does Not Circulate", _SCHEME),
    Refusal.ITEM_NOT_AVAILABLE: Kind("Resource Cannot Be Provided", _LIKE),
    Refusal.ITEM_CHECKED_OUT: Kind("Resource Cannot Be Provided", _LIKE),
    Refusal.ITEM_NOT_CHECKED_OUT: Kind("Item Not Checked Out", _ILLIAD),
    Refusal.ITEM_REQUESTED: Kind("Resource Cannot Be Provided", _LIKE),
    Refusal.LENT_TO_ANOTHER: Kind("User Ineligible To Renew This Item", _LIKE),
    Refusal.UNKNOWN_REQUEST: Kind("Unknown Request", _SCHEME),
    Refusal.DUPLICATE_REQUEST: Kind("Duplicate Request", _SCHEME),
    Refusal.NOT_RENEWABLE: Kind("Item Not Renewable", _SCHEME),
    Refusal.MOST_RENEWALS: Kind("Maximum Renewals Exceeded", _SCHEME),
    Refusal.RECALLED: Kind("Duplicate Request", _LIKE),
    Refusal.UNUSABLE_VALUE: Kind("Element Rule Violated", _SCHEME),
}
"""What the lender refuses, whatever the service."""
REFUSALS_OF: Final[dict[tuple[Refusal, Service], Kind]] = {
    (Refusal.USER_EXPIRED, Service.REQUEST_ITEM): Kind("User Ineligible To Request This Item", _SCHEME),
    (Refusal.USER_EXPIRED, Service.RENEW_ITEM): Kind("User Ineligible To Renew This Item", _SCHEME),
    (Refusal.ITEM_REQUESTED, Service.RENEW_ITEM): OUTSTANDING,
    (Refusal.RECALLED, Service.RENEW_ITEM): OUTSTANDING,
}
"""What it is called otherwise in one service."""
PLACES: Final = {
    "patron": "UserId",
    "item": "ItemId",
    "record": "BibliographicId",
    "request": "RequestId",
    "due_at": "DesiredDateDue",
    "return_by": "DateForReturn",
    "pickup": "PickupLocation",
    "note": "Ext",
    "profile": "InitiationHeader/ApplicationProfileType",
    "agency": "InitiationHeader/ToAgencyId",
}
"""Where a message has what is wrong, by the lender's word for it, or ours."""
DATES: Final = ("due_at", "return_by")
PROFILE, AGENCY = "profile", "agency"


def problem(kind: Kind, service: str, place: str = "", value: str = "") -> Problem:
    """With something in a message to this service; `place` is one of `PLACES`."""
    return Problem(kind.words, f"//{service}/{PLACES[place]}" if place else "", value)


def refused(why: Refused, service: Service) -> Problem:
    """What the lender refuses."""
    kind = REFUSALS_OF.get((why.kind, service)) or REFUSALS[why.kind]
    if why.kind is Refusal.UNUSABLE_VALUE and why.element in DATES:
        kind = INVALID_DATE
    return problem(kind, service, why.element, why.value)
