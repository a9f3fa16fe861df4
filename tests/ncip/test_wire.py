"""Messages become what is asked, and answers become bytes, in either edition."""

import pytest
from msgspec.structs import asdict

from gateway.frontends.ncip import wire
from gateway.frontends.ncip.layout import Edition
from gateway.frontends.ncip.reading import read
from tests.ncip.messages import (
    CODE,
    DESIRED,
    LOAN,
    PROFILE,
    authentication,
    book,
    due,
    first,
    illiad_accept,
    illiad_check_in,
    item,
    profile_of_first,
    record,
    request,
    reshare,
    scheme,
    unique,
    user,
)

HEADER = {"edition": "NCIP 2", "from_agency": CODE, "to_agency": CODE}
WITH_PROFILE = {**HEADER, "profile": PROFILE}
FIRST_HEADER = {"edition": "NCIP 1", "from_agency": "RESHARE", "to_agency": CODE}


def said(message: bytes) -> dict[str, object]:
    """What a message says, without what it leaves out."""
    return {name: value for name, value in asdict(wire.message(read(message))).items() if value not in ("", None)}


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (
            reshare("LookupUser", user("jane"), DESIRED),
            {
                **WITH_PROFILE,
                "service": "LookupUser",
                "user": "jane",
                "desired": {"Name Information", "User Address Information", "User Privilege"},
            },
        ),
        (
            reshare("LookupUser", authentication("jane", "4711"), "<ns1:LoanedItemsDesired/>"),
            {**WITH_PROFILE, "service": "LookupUser", "user": "jane", "pin": "4711", "desired": {"LoanedItemsDesired"}},
        ),
        (
            reshare("RequestItem", user("partner"), record("99123"), request("RS-1"), LOAN),
            {
                **HEADER,
                "service": "RequestItem",
                "user": "partner",
                "record": "99123",
                "record_kind": "SYSNUMBER",
                "request": "RS-1",
                "request_type": "Loan",
                "request_scope": "Bibliographic Item",
            },
        ),
        (
            reshare("CheckOutItem", user("partner"), item("11"), request("RS-1"), due("2026-04-01")),
            {
                **WITH_PROFILE,
                "service": "CheckOutItem",
                "user": "partner",
                "item": "11",
                "request": "RS-1",
                "due": "2026-04-01",
            },
        ),
        (
            reshare("AcceptItem", request("RS-2"), user("jane"), item("RS-2"), book("T & T", "Ünal", "Main")),
            {
                **WITH_PROFILE,
                "service": "AcceptItem",
                "user": "jane",
                "item": "RS-2",
                "request": "RS-2",
                "title": "T & T",
                "author": "Ünal",
                "pickup": "Main",
            },
        ),
        (
            illiad_accept("7001", "jane", "Die Brücke"),
            {
                **HEADER,
                "profile": "ILLiad",
                "service": "AcceptItem",
                "user": "jane",
                "item": "7001",
                "request": "7001",
                "title": "Die Brücke",
                "due": "2026-04-17T23:59:00",
                "pickup": "MAIN",
            },
        ),
        (
            illiad_check_in("7001", "jane"),
            {
                **HEADER,
                "profile": "ILLiad",
                "service": "CheckInItem",
                "user": "jane",
                "item": "7001",
                "request": "7001",
            },
        ),
        (
            first("CheckOutItem", unique("User", "partner"), unique("Item", "11"), unique("Request", "RS-1")),
            {**FIRST_HEADER, "service": "CheckOutItem", "user": "partner", "item": "11", "request": "RS-1"},
        ),
        (
            first(
                "LookupUser",
                f"<AuthenticationInput><AuthenticationInputData>jane</AuthenticationInputData><AuthenticationInputType>"
                f"{scheme('type')}<Value>Barcode Id</Value></AuthenticationInputType></AuthenticationInput>",
                f"<AuthenticationInput><AuthenticationInputData>4711</AuthenticationInputData><AuthenticationInputType>"
                f"{scheme('type')}<Value>PIN</Value></AuthenticationInputType></AuthenticationInput>",
                f"<UserElementType>{scheme('element')}<Value>Name Information</Value></UserElementType>",
                header=profile_of_first(),
            ),
            {
                **FIRST_HEADER,
                "profile": PROFILE,
                "service": "LookupUser",
                "user": "jane",
                "pin": "4711",
                "desired": {"Name Information"},
            },
        ),
    ],
    ids=[
        *("lookup", "with-pin", "request", "check-out", "accept"),
        *("illiad-accept", "illiad-check-in", "first-check-out", "first-lookup"),
    ],
)
def test_message_says(message: bytes, asked: dict[str, object]) -> None:
    assert said(message) == {"desired": frozenset(), **asked}


def test_is_the_same_without_prefix() -> None:
    """As ReShare's client sends it where its useNamespace is off."""
    message = reshare("CheckInItem", item("11"))
    assert said(message.replace(b"ns1:", b"").replace(b"xmlns:ns1", b"xmlns")) == said(message)


@pytest.mark.parametrize(
    ("message", "why"),
    [(b"<html/>", "the message is a html, not an NCIPMessage"), (b"<NCIPMessage/>", "the message asks for nothing")],
)
def test_other_xml_is_no_message(message: bytes, why: str) -> None:
    with pytest.raises(wire.NoMessage, match=why):
        wire.message(read(message))


def test_pin_is_not_shown() -> None:
    assert "4711" not in repr(wire.message(read(reshare("LookupUser", authentication("jane", "4711")))))


def test_answer_is_written_as_alma_writes_it() -> None:
    content = [wire.header(CODE, CODE), ("DateDue", "2022-06-20T00:00:00.000Z"), ("UserOptionalFields", [])]
    assert wire.answer(Edition.TWO, "RenewItem", content).decode() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<ns1:NCIPMessage xmlns:ns1="http://www.niso.org/2008/ncip" '
        'ns1:version="http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd">'
        f"<ns1:RenewItemResponse><ns1:ResponseHeader><ns1:FromAgencyId><ns1:AgencyId>{CODE}</ns1:AgencyId>"
        f"</ns1:FromAgencyId><ns1:ToAgencyId><ns1:AgencyId>{CODE}</ns1:AgencyId></ns1:ToAgencyId></ns1:ResponseHeader>"
        "<ns1:DateDue>2022-06-20T00:00:00.000Z</ns1:DateDue><ns1:UserOptionalFields></ns1:UserOptionalFields>"
        "</ns1:RenewItemResponse></ns1:NCIPMessage>"
    )


@pytest.mark.parametrize("edition", Edition)
def test_answer_escapes_what_it_says(edition: Edition) -> None:
    written = wire.answer(edition, "RenewItem", [wire.Problem("Unknown Item", "//RenewItem/ItemId", "<a>&\"'ü]]>").tag])
    found = [one.text for one in read(written).all("RenewItemResponse/Problem/ProblemValue")]
    path = "RenewItemResponse/Problem/ProcessingError/ProcessingErrorElement/ProcessingErrorValue"
    found += [one.text for one in read(written).all(path)]
    assert found == ["<a>&\"'ü]]>"]


def test_answer_has_no_character_that_xml_has_not() -> None:
    tags = [("UserIdentifierValue", "\0\x1b\ufffe\uffff\ud800"), ("BlockOrTrapType", "a\r\nb")]
    written = read(wire.answer(Edition.TWO, "LookupUser", tags))
    assert [written.value(f"LookupUserResponse/{name}") for name, _ in tags] == ["\ufffd" * 5, "a\r\nb"]


@pytest.mark.parametrize(
    ("kinds", "named", "user_and_pin"),
    [
        (("Barcode Id", "PIN"), "", ("one", "two")),
        (("Password", "User Id"), "", ("two", "one")),
        (("Barcode Id", "Kennwort"), "", ("one", "two")),
        (("Kennwort", "Barcode Id"), "", ("two", "one")),
        (("Leser", "Code"), "", ("one", "two")),
        (("Code", "PIN"), "", ("one", "two")),
        (("Institution Id Number", "Validation"), "", ("one", "two")),
        (("Code", "PIN"), "jane", ("jane", "two")),
        (("Code", "Barcode Id"), "jane", ("jane", "one")),
        (("Barcode Id", "User Id"), "", ("one", None)),
    ],
)
def test_what_may_be_a_secret_is_one(kinds: tuple[str, str], named: str, user_and_pin: tuple[str, str | None]) -> None:
    first_kind, second_kind = kinds
    inputs = authentication("one", "two", kind=first_kind).replace(">PIN<", f">{second_kind}<")
    found = wire.message(read(reshare("LookupUser", user(named) if named else "", inputs)))
    assert (found.user, found.pin) == user_and_pin
