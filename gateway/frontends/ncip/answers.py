"""What each service answers when it went well: nouns of circulation to elements, in the order of NCIP 2.02's schema.

Which of the elements that a schema allows Alma sends is known for RenewItem alone [seen]; for the others it is what
ReShare's client reads [seen], and else the least [assumed].
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gateway.frontends.ncip.layout import Edition, Tag
from gateway.frontends.ncip.wire import Desired, Message
from gateway.model import Loan, Patron, Request, RequestKind
from gateway.stores.base import Lent

OK: Final = "OK"
BLOCKED: Final = "BLOCKED"
"""A patron's status, in the words that ReShare's client passes on as they are [seen]."""
STATUS: Final = "STATUS"
"""The privilege that holds the status."""
GROUP: Final = "PROFILE"
"""The privilege that holds the user group [assumed: another system's name for it]."""
UNASKED: Final = frozenset({Desired.NAME, Desired.ADDRESS, Desired.PRIVILEGE})
"""What is told of a user where the message does not say what is wanted [assumed]."""
ITEMS_TOLD: Final = 500
"""Most loans, and most requests, that are told of a user, some 200 kB of an answer: a patron has some tens of them, but
one that stands for all borrowers of a partner may have thousands. The counts are of all [assumed]."""
KINDS: Final = {
    RequestKind.HOLD: "Hold",
    RequestKind.BORROWING: "Loan",
    RequestKind.RECALL: "Hold",
}
"""A request's type, of the protocol's words."""
ON_LOAN: Final = "On Loan"
IN_PROGRESS: Final = "In Process"
"""Circulation status of a user's items, and status of each of his requests [assumed]."""


def moment(at: datetime) -> str:
    """As Alma writes one: `2022-06-20T00:00:00.000Z` [seen]."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def user(lent: Lent, asked: Message, agency: str, now: datetime) -> list[Tag]:
    """A patron, with as much as is desired. `now`: whether he has expired."""
    desired = asked.desired or UNASKED
    tags = [_user(lent.patron.barcode)]
    if Desired.LOANS in desired and lent.loans:
        counted: list[Tag] = [("CirculationStatus", ON_LOAN), ("LoanedItemCountValue", str(len(lent.loans)))]
        tags.append(("LoanedItemsCount", counted))
        tags += [_loaned_item(loan) for loan in lent.loans[:ITEMS_TOLD]]
    if Desired.REQUESTS in desired and lent.requests:
        counted = [("CirculationStatus", "On Order"), ("RequestedItemCountValue", str(len(lent.requests)))]
        tags.append(("RequestedItemsCount", counted))
        tags += [_requested_item(request) for request in lent.requests[:ITEMS_TOLD]]
    # Always there: ReShare's client looks into it without asking whether it is [seen].
    return [*tags, ("UserOptionalFields", list(_about(lent.patron, asked, desired, agency, now)))]


def _about(patron: Patron, asked: Message, desired: frozenset[str], agency: str, now: datetime) -> Iterator[Tag]:
    if asked.edition is Edition.ONE:
        kind: Tag = ("VisibleUserIdentifierType", "Barcode")
        yield "VisibleUserId", [("AgencyId", agency), kind, ("VisibleUserIdentifier", patron.barcode)]
    if Desired.NAME in desired:
        yield "NameInformation", [("PersonalNameInformation", [_name(patron.name)])]
    if Desired.ADDRESS in desired and patron.email:
        address: list[Tag] = [("ElectronicAddressType", "mailto"), ("ElectronicAddressData", patron.email)]
        yield "UserAddressInformation", [("UserAddressRoleType", "Multi-Purpose"), ("ElectronicAddress", address)]
    if Desired.PRIVILEGE in desired:
        expired = patron.expires_at is not None and patron.expires_at <= now
        told = {GROUP: patron.group, STATUS: BLOCKED if expired or patron.blocks else OK}
        yield from (_privilege(agency, name, value) for name, value in told.items() if value)
    if Desired.BLOCKS in desired:
        yield from (("BlockOrTrap", [("AgencyId", agency), ("BlockOrTrapType", block)]) for block in patron.blocks)
    if Desired.USER_ID in desired and asked.edition is Edition.TWO:
        yield _user(patron.barcode)


def _name(name: str) -> Tag:
    """In parts where a comma parts it, as people write names of others."""
    surname, comma, given = name.partition(",")
    if not comma or not given.strip():
        return "UnstructuredPersonalUserName", name
    return "StructuredPersonalUserName", [("GivenName", given.strip()), ("Surname", surname.strip())]


def _privilege(agency: str, name: str, value: str) -> Tag:
    status: Tag = ("UserPrivilegeStatus", [("UserPrivilegeStatusType", value)])
    return "UserPrivilege", [("AgencyId", agency), ("AgencyUserPrivilegeType", name), status]


def _loaned_item(loan: Loan) -> Tag:
    """With a level of reminders and an amount, which NCIP 2.0 wants: the least of either."""
    amount: Tag = ("Amount", [("CurrencyCode", "USD"), ("MonetaryValue", "0")])
    return "LoanedItem", [_item(loan.item), ("ReminderLevel", "1"), ("DateDue", moment(loan.due_at)), amount]


def _requested_item(request: Request) -> Tag:
    which = [_request(request), *([_item(request.item)] if request.item else [])]
    kind: list[Tag] = [
        ("RequestType", KINDS[request.kind]),
        ("RequestStatusType", IN_PROGRESS),
        ("DatePlaced", moment(request.made_at)),
    ]
    pickup: list[Tag] = [("PickupLocation", request.pickup)] if request.pickup else []
    return "RequestedItem", [*which, *kind, *pickup]


def requested(request: Request, asked: Message) -> list[Tag]:
    """A request that was made. An item is always there: ReShare's client takes its barcode without asking [seen]."""
    return [
        _request(request),
        _item(request.item),
        _user(request.patron),
        ("RequestType", asked.request_type or "Loan"),
        ("RequestScopeType", asked.request_scope or "Bibliographic Item"),
    ]


def cancelled(request: Request, asked: Message) -> list[Tag]:
    """A request that is over."""
    item = [_item(request.item)] if request.item else []
    return [_request(request), *item, _user(request.patron or asked.user)]


def accepted(request: Request, item: str) -> list[Tag]:
    """A thing that was taken in, and for whom."""
    return [_request(request), _item(item)]


def lent(loan: Loan) -> list[Tag]:
    """A loan as it is now: begun, renewed or recalled."""
    return [_item(loan.item), _user(loan.patron), ("DateDue", moment(loan.due_at))]


def returned(item: str, loan: Loan | None) -> list[Tag]:
    """An item that came back, and whose loan it was."""
    return [_item(item), *([_user(loan.patron)] if loan else [])]


def _user(barcode: str) -> Tag:
    return "UserId", [("UserIdentifierValue", barcode)]


def _item(barcode: str) -> Tag:
    return "ItemId", [("ItemIdentifierValue", barcode)]


def _request(request: Request) -> Tag:
    """By the number that the client gave it, so that he finds it again."""
    return "RequestId", [("RequestIdentifierValue", request.external_id or request.id)]
