"""NCIP's messages: elements to what is asked, answers to bytes. Sans-IO: no clock, no file, no log.

Reading goes by names, not by order, and takes those of either edition: clients send elements in places where no schema
has them. What is written has a schema's order. Sources: spec, oai-ncip.md; NCIP 2.02's schema; messages of ReShare's
client and of ILLiad's add-ons [seen].
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from gateway.frontends.ncip.layout import (
    NAMESPACE,
    SCHEMES,
    UNIQUE,
    VERSION_ONE,
    VERSION_TWO,
    Edition,
    Element,
    Tag,
)

CONTENT_TYPE: Final = "text/xml;charset=UTF-8"


class Desired(StrEnum):
    """What an answer is to hold beside the least."""

    NAME = "Name Information"
    ADDRESS = "User Address Information"
    PRIVILEGE = "User Privilege"
    BLOCKS = "Block Or Trap"
    USER_ID = "User Id"
    LOANS = "LoanedItemsDesired"
    REQUESTS = "RequestedItemsDesired"
    ACCOUNT = "UserFiscalAccountDesired"
    """What he owes: nobody here knows that, and the answer has no account."""


class Message(Struct, frozen=True, kw_only=True):
    """What is asked, whatever the service; what was not said is empty."""

    edition: Edition
    service: str
    from_agency: str = ""
    to_agency: str = ""
    profile: str = ""
    """Application profile type: the resource sharing partner's code."""
    credential: str = ""
    """The agency's own. Never told on."""
    user: str = ""
    """Barcode."""
    pin: str | None = None
    """None where none was sent. Never told on."""
    item: str = ""
    """Barcode."""
    request: str = ""
    record: str = ""
    record_kind: str = ""
    """What the number of the record is, in the client's words."""
    title: str = ""
    author: str = ""
    pickup: str = ""
    due: str = ""
    """As it was written."""
    note: str = ""
    request_type: str = ""
    request_scope: str = ""
    desired: frozenset[str] = frozenset()
    """Of `Desired`, and words that mean nothing here."""

    def __repr__(self) -> str:
        return f"<Message {self.service} {self.named}>"

    @property
    def named(self) -> tuple[str, ...]:
        """Barcodes and numbers that it names, by which people look for it."""
        return tuple(filter(None, (self.user, self.item, self.request, self.record)))


_RECORD: Final = "BibliographicId/BibliographicRecordId/BibliographicRecordIdentifier"
_ITEM: Final = "BibliographicId/BibliographicItemId/BibliographicItemIdentifier"
_BOOK: Final = "ItemOptionalFields/BibliographicDescription"

PATHS: Final[dict[str, tuple[str, ...]]] = {
    "from_agency": ("InitiationHeader/FromAgencyId/AgencyId", "InitiationHeader/FromAgencyId/UniqueAgencyId"),
    "to_agency": ("InitiationHeader/ToAgencyId/AgencyId", "InitiationHeader/ToAgencyId/UniqueAgencyId"),
    "profile": ("InitiationHeader/ApplicationProfileType",),
    "credential": ("InitiationHeader/FromAgencyAuthentication",),
    "user": ("UserId/UserIdentifierValue", "UniqueUserId/UserIdentifierValue"),
    "item": ("ItemId/ItemIdentifierValue", "UniqueItemId/ItemIdentifierValue"),
    "request": ("RequestId/RequestIdentifierValue", "UniqueRequestId/RequestIdentifierValue"),
    "record": (_RECORD, f"Unique{_RECORD}", _ITEM, f"Unique{_ITEM}"),
    "record_kind": (f"{_RECORD}Code", f"Unique{_RECORD}Code", f"{_ITEM}Code", f"Unique{_ITEM}Code"),
    "title": (f"{_BOOK}/Title",),
    "author": (f"{_BOOK}/Author",),
    "pickup": ("PickupLocation",),
    "due": ("DesiredDateDue", "DateForReturn"),
    "note": ("Ext/ItemNote", "ShippingInformation/ShippingNote"),
    "request_type": ("RequestType",),
    "request_scope": ("RequestScopeType",),
}
"""Where, within its service, each value of a message stands; the first that says something counts.

`BibliographicRecordId` has the code of what its number is beside it, which ends in `Code`.
"""
SECRET_KINDS: Final = ("pin", "pass", "secret")
"""In the type of an authentication input: it is the user's secret."""
NAME_KINDS: Final = ("barcode", "user", "patron", "borrower", "card", "login", "name")
"""The same, or the word `id`: it is what he is called. Of any other type is his secret, unless nothing else says who he
is [assumed]: so nobody is let in for want of a word, and no secret is taken for a barcode, and kept."""
FIRST_ONLY: Final = frozenset({"UniqueAgencyId", "UniqueUserId", "UniqueItemId", "UniqueRequestId"})
"""Elements that only the first edition has."""


_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a name or a block may hold, and XML may not."""
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
PROBLEM_SCHEME: Final = "http://www.niso.org/ncip/v1_0/schemes/processingerrortype/{}processingerror.scm"
"""Of problem types, by service [seen]."""


class NoMessage(Exception):
    """It is XML, but no message of NCIP; says what it is."""


def message(root: Element) -> Message:
    """What is asked. Raises `NoMessage`."""
    if root.name != "NCIPMessage":
        raise NoMessage(f"the message is a {root.name[:40]}, not an NCIPMessage")
    if not root.children:
        raise NoMessage("the message asks for nothing: its NCIPMessage is empty")
    service = root.children[0]
    said = {field: service.value(*paths) for field, paths in PATHS.items()}
    user, pin = _authentication(service, said["user"])
    return Message(
        edition=_edition(service),
        service=service.name,
        pin=pin,
        desired=frozenset(_desired(service)),
        **(said | {"user": user}),
    )


def _edition(service: Element) -> Edition:
    """By the names: the version that a client gives is not always that of what it sends."""
    agencies = (*service.all("InitiationHeader/ToAgencyId"), *service.all("InitiationHeader/FromAgencyId"))
    named = {child.name for parent in (service, *agencies) for child in parent.children}
    return Edition.ONE if named & FIRST_ONLY else Edition.TWO


def _authentication(service: Element, user: str) -> tuple[str, str | None]:
    """User and PIN of those who say both instead of naming a `user`."""
    pin = None
    others = []
    for given in service.all("AuthenticationInput"):
        kind = given.value("AuthenticationInputType").lower()
        value = given.value("AuthenticationInputData")
        if any(word in kind for word in SECRET_KINDS):
            pin = value
        elif "id" in kind.split() or any(word in kind for word in NAME_KINDS):
            user = user or value
        else:
            others.append(value)
    if others and not user:
        user = others.pop(0)
    return user, others[-1] if others and pin is None else pin


def _desired(service: Element) -> Iterator[str]:
    for given in service.children:
        if given.name == "UserElementType":
            yield given.text or given.value("Value")
        elif given.name in (Desired.LOANS, Desired.REQUESTS, Desired.ACCOUNT):
            yield given.name


class Problem(Struct, frozen=True):
    """Why it was not done."""

    kind: str
    """Problem type, such as `Unknown Item`."""
    element: str = ""
    """Path of what is wrong, such as `//RenewItem/ItemId`."""
    value: str = ""

    @property
    def tag(self) -> Tag:
        """As an element. The detail repeats the type, as Alma's does [seen]."""
        beside = [("ProblemElement", self.element), ("ProblemValue", self.value)]
        told: list[Tag] = [("ProblemType", self.kind), ("ProblemDetail", self.kind)]
        return "Problem", [*told, *(tag for tag in beside if tag[1])]


def header(from_agency: str, to_agency: str) -> Tag:
    """Of an answer: who says it, and to whom."""
    return "ResponseHeader", [
        ("FromAgencyId", [("AgencyId", from_agency)]),
        ("ToAgencyId", [("AgencyId", to_agency)]),
    ]


def answer(edition: Edition, service: str, content: Sequence[Tag], *, agency: str = "") -> bytes:
    """What is said to a client: to what he asked for, or as no answer to anything where he asked for nothing.

    `agency`: of which numbers are, where the edition wants that said.
    """
    tags = [(f"{service}Response", content)] if service else content
    if edition is Edition.TWO:
        opening = f'<ns1:NCIPMessage xmlns:ns1="{NAMESPACE}" ns1:version="{VERSION_TWO}">'
        written = f"{opening}{_written(tags, 'ns1:')}</ns1:NCIPMessage>"
    else:
        tags = [_first_edition(tag, service, agency) for tag in tags]
        written = f'<NCIPMessage version="{VERSION_ONE}">{_written(tags, "")}</NCIPMessage>'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{written}'.encode()


def _written(tags: Sequence[Tag], prefix: str) -> str:
    """With the prefix that Alma's answers have: there are clients that look for it [seen]."""
    pieces = []
    for name, content in tags:
        within = _escaped(content) if isinstance(content, str) else _written(content, prefix)
        pieces.append(f"<{prefix}{name}>{within}</{prefix}{name}>")
    return "".join(pieces)


def _escaped(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text).translate(_ESCAPES)


def _first_edition(tag: Tag, service: str, agency: str) -> Tag:
    """The element as the first edition has it."""
    name, content = tag
    if name == "Problem":
        return name, [("ProcessingError", _processing_error(dict(content), service))]  # type: ignore[arg-type]
    own = UNIQUE.get(name, name)
    if isinstance(content, str):
        if name not in SCHEMES:
            return own, content
        return own, [("Scheme", SCHEMES[name]), ("Value", content)]
    children = [_first_edition(child, service, agency) for child in content]
    if own in FIRST_ONLY and children[0][0] != "UniqueAgencyId":
        children.insert(0, _first_edition(("AgencyId", agency), service, agency))
    return own, children


def _processing_error(said: dict[str, str], service: str) -> list[Tag]:
    where = said.get("ProblemElement", "").rpartition("/")[2]
    scheme = PROBLEM_SCHEME.format((service or "General").lower())
    kind: Tag = ("ProcessingErrorType", [("Scheme", scheme), ("Value", said["ProblemType"])])
    if not where:
        return [kind]
    element: list[Tag] = [("ElementName", UNIQUE.get(where, where))]
    if "ProblemValue" in said:
        element.append(("ProcessingErrorValue", said["ProblemValue"]))
    return [kind, ("ProcessingErrorElement", element)]
