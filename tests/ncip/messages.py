"""Messages as clients send them: ReShare's, in both editions, and the add-ons of ILLiad for Alma."""

from xml.sax.saxutils import escape

CODE = "01CARLI_XYZ"
PROFILE = "ReShareIndexData"
UNCHECKED = ("RequestItem", "CancelRequestItem")
"""Services with which ReShare sends no profile."""
DESIRED = "".join(
    f"<ns1:UserElementType>{name}</ns1:UserElementType>"
    for name in ("Name Information", "User Address Information", "User Privilege")
)


def reshare(service: str, *parts: str, to: str = CODE, profile: str | None = None, sender: str = CODE) -> bytes:
    """In NCIP 2; the profile is that of the partner, where ReShare sends one at all."""
    named = profile if profile is not None else "" if service in UNCHECKED else PROFILE
    kind = f"<ns1:ApplicationProfileType>{escape(named)}</ns1:ApplicationProfileType>" if named else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<ns1:NCIPMessage xmlns:ns1="http://www.niso.org/2008/ncip" '
        'ns1:version="http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd">'
        f"<ns1:{service}><ns1:InitiationHeader>"
        f"<ns1:FromAgencyId><ns1:AgencyId>{sender}</ns1:AgencyId></ns1:FromAgencyId>"
        f"<ns1:ToAgencyId><ns1:AgencyId>{to}</ns1:AgencyId></ns1:ToAgencyId>{kind}</ns1:InitiationHeader>"
        f"{''.join(parts)}</ns1:{service}></ns1:NCIPMessage>"
    ).encode()


def named(kind: str, value: str) -> str:
    """A `User`, an `Item` or a `Request`."""
    agency = f"<ns1:AgencyId>{CODE}</ns1:AgencyId>"
    return (
        f"<ns1:{kind}Id>{agency}<ns1:{kind}IdentifierValue>{escape(value)}</ns1:{kind}IdentifierValue></ns1:{kind}Id>"
    )


def user(barcode: str) -> str:
    return named("User", barcode)


def item(barcode: str) -> str:
    return named("Item", barcode)


def request(number: str) -> str:
    return named("Request", number)


def record(number: str, kind: str = "SYSNUMBER") -> str:
    """The record that is requested, and for how long it is."""
    return (
        "<ns1:BibliographicId><ns1:BibliographicRecordId>"
        f"<ns1:BibliographicRecordIdentifier>{number}</ns1:BibliographicRecordIdentifier>"
        f"<ns1:BibliographicRecordIdentifierCode>{kind}</ns1:BibliographicRecordIdentifierCode>"
        "</ns1:BibliographicRecordId></ns1:BibliographicId>"
    )


LOAN = "<ns1:RequestType>Loan</ns1:RequestType><ns1:RequestScopeType>Bibliographic Item</ns1:RequestScopeType>"


def due(moment: str) -> str:
    return f"<ns1:DesiredDateDue>{moment}</ns1:DesiredDateDue>"


def book(title: str, author: str, pickup: str) -> str:
    """What comes with an AcceptItem."""
    return (
        f"<ns1:ItemOptionalFields><ns1:BibliographicDescription><ns1:Author>{escape(author)}</ns1:Author>"
        f"<ns1:Title>{escape(title)}</ns1:Title></ns1:BibliographicDescription>"
        "<ns1:ItemDescription></ns1:ItemDescription></ns1:ItemOptionalFields>"
        f"<ns1:PickupLocation>{escape(pickup)}</ns1:PickupLocation>"
    )


def authentication(barcode: str, pin: str, *, kind: str = "Barcode Id") -> str:
    """A user with a PIN, instead of a user's number."""
    return "".join(
        f"<ns1:AuthenticationInput><ns1:AuthenticationInputData>{escape(value)}</ns1:AuthenticationInputData>"
        "<ns1:AuthenticationDataFormatType>text</ns1:AuthenticationDataFormatType>"
        f"<ns1:AuthenticationInputType>{name}</ns1:AuthenticationInputType></ns1:AuthenticationInput>"
        for name, value in ((kind, barcode), ("PIN", pin))
    )


def illiad(service: str, body: str, *, profile: str = "ILLiad", encoding: str = "iso-8859-1") -> bytes:
    """NCIP 2 without a prefix, its version not qualified, and an encoding that is not always the one it says."""
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>'
        '<NCIPMessage xmlns="http://www.niso.org/2008/ncip" '
        'version="http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd">'
        f"<{service}><InitiationHeader><FromAgencyId><AgencyId>{CODE}</AgencyId></FromAgencyId>"
        f"<ToAgencyId><AgencyId>{CODE}</AgencyId></ToAgencyId>"
        f"<ApplicationProfileType>{profile}</ApplicationProfileType></InitiationHeader>"
        f"{body}</{service}></NCIPMessage>"
    ).encode(encoding)


def illiad_accept(number: str, patron: str, title: str, *, encoding: str = "iso-8859-1") -> bytes:
    """A borrowed book has come."""
    body = (
        f"<RequestId><AgencyId>{CODE}</AgencyId><RequestIdentifierValue>{number}</RequestIdentifierValue></RequestId>"
        "<RequestedActionType>Hold For Pickup And Notify</RequestedActionType>"
        f"<UserId><AgencyId>{CODE}</AgencyId><UserIdentifierType>Barcode Id</UserIdentifierType>"
        f"<UserIdentifierValue>{patron}</UserIdentifierValue></UserId>"
        f"<ItemId><ItemIdentifierValue>{number}</ItemIdentifierValue></ItemId>"
        "<DateForReturn>2026-04-17T23:59:00</DateForReturn><PickupLocation>MAIN</PickupLocation>"
        f"<ItemOptionalFields><BibliographicDescription><Author></Author><Title>{title}</Title>"
        "</BibliographicDescription></ItemOptionalFields>"
    )
    return illiad("AcceptItem", body, encoding=encoding)


def illiad_check_in(number: str, patron: str) -> bytes:
    """It goes back; user and request stand where no schema has them."""
    body = (
        f"<UserId><UserIdentifierValue>{patron}</UserIdentifierValue></UserId>"
        f"<ItemId><AgencyId>{CODE}</AgencyId><ItemIdentifierValue>{number}</ItemIdentifierValue></ItemId>"
        f"<RequestId><AgencyId>{CODE}</AgencyId><RequestIdentifierValue>{number}</RequestIdentifierValue></RequestId>"
    )
    return illiad("CheckInItem", body)


def first(service: str, *parts: str, to: str = CODE, header: str = "") -> bytes:
    """ReShare's NCIP 1, which has no XML declaration and no name space."""
    agencies = "".join(
        f"<{name}>{agency(code)}</{name}>" for name, code in (("FromAgencyId", "RESHARE"), ("ToAgencyId", to))
    )
    return (
        '<NCIPMessage version="http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd">\n'
        f"  <{service}>\n    <InitiationHeader>{agencies}{header}</InitiationHeader>\n"
        f"    {''.join(parts)}\n  </{service}>\n</NCIPMessage>"
    ).encode()


def agency(code: str) -> str:
    return f"<UniqueAgencyId>{scheme('agency')}<Value>{code}</Value></UniqueAgencyId>"


def scheme(name: str) -> str:
    return f"<Scheme>http://www.niso.org/ncip/v1_0/schemes/{name}.scm</Scheme>"


def unique(kind: str, value: str) -> str:
    """A user, an item or a request in NCIP 1."""
    return f"<Unique{kind}Id>{agency(CODE)}<{kind}IdentifierValue>{value}</{kind}IdentifierValue></Unique{kind}Id>"


def profile_of_first(name: str = PROFILE) -> str:
    """Of its header."""
    return f"<ApplicationProfileType>{scheme('profile')}<Value>{name}</Value></ApplicationProfileType>"
