"""Each service: what is answered where it goes well, and each problem, to messages as ReShare's client sends them."""

import pytest
import trio
from msgspec.structs import replace

from gateway.circulation.lending import pins
from gateway.frontends.ncip.answers import ITEMS_TOLD
from gateway.frontends.ncip.layout import Service
from gateway.frontends.ncip.problems import FAILED, REFUSALS, REFUSALS_OF
from gateway.model import Patron, ProcessType
from gateway.stores.base import Stacks
from tests.circulation.counter import PATRONS, PIN, hash_of
from tests.ncip.messages import (
    CODE,
    DESIRED,
    LOAN,
    authentication,
    book,
    due,
    item,
    record,
    request,
    reshare,
    user,
)
from tests.ncip.window import Window
from tests.stores.nouns import holding, loan, oclc, put, shelving
from tests.stores.nouns import item as shelved
from tests.stores.nouns import record as bib
from tests.stores.nouns import request as asked_for

OPTIONAL = "UserOptionalFields/"
NAME = f"{OPTIONAL}NameInformation/PersonalNameInformation/"
PRIVILEGE = f"{OPTIONAL}UserPrivilege/"
HOLD = request("RS-1") + LOAN


def answer(*lines: str) -> list[str]:
    """Lines of an answer, in its order."""
    return [*lines]


def is_item(barcode: str) -> str:
    return f"ItemId/ItemIdentifierValue {barcode}".rstrip()


def is_user(barcode: str) -> str:
    return f"UserId/UserIdentifierValue {barcode}".rstrip()


def is_request(number: str) -> str:
    return f"RequestId/RequestIdentifierValue {number}"


async def enrol(window: Window, *patrons: Patron) -> None:
    """Keep patrons."""

    def plan(stacks: Stacks) -> None:
        for patron in patrons:
            stacks.put_patron(patron)

    await window.counter.store.rearrange("xyz", plan)


class TestLookupUser:
    async def test_tells_who_it_is(self, window: Window) -> None:
        await enrol(window, replace(PATRONS[0], email="jane@example.org"))
        assert (await window.ask(reshare("LookupUser", user("jane"), DESIRED))).lines == answer(
            is_user("jane"),
            f"{NAME}StructuredPersonalUserName/GivenName Jane",
            f"{NAME}StructuredPersonalUserName/Surname Doe",
            f"{OPTIONAL}UserAddressInformation/UserAddressRoleType Multi-Purpose",
            f"{OPTIONAL}UserAddressInformation/ElectronicAddress/ElectronicAddressType mailto",
            f"{OPTIONAL}UserAddressInformation/ElectronicAddress/ElectronicAddressData jane@example.org",
            f"{PRIVILEGE}AgencyId {CODE}",
            f"{PRIVILEGE}AgencyUserPrivilegeType PROFILE",
            f"{PRIVILEGE}UserPrivilegeStatus/UserPrivilegeStatusType undergrad",
            f"{PRIVILEGE}AgencyId {CODE}",
            f"{PRIVILEGE}AgencyUserPrivilegeType STATUS",
            f"{PRIVILEGE}UserPrivilegeStatus/UserPrivilegeStatusType OK",
        )

    @pytest.mark.parametrize(("barcode", "status"), [("jane", "OK"), ("blocked", "BLOCKED"), ("expired", "BLOCKED")])
    async def test_tells_whether_he_may_borrow(self, window: Window, barcode: str, status: str) -> None:
        answered = await window.ask(reshare("LookupUser", user(barcode)))
        *_, last = answered.values("UserOptionalFields/UserPrivilege/UserPrivilegeStatus/UserPrivilegeStatusType")
        assert (answered.problem, last) == ("", status)

    async def test_name_without_a_comma_is_not_parted(self, window: Window) -> None:
        await enrol(window, Patron(zone="xyz", barcode="ill", name="Inter-Library Loans"))
        answered = await window.ask(reshare("LookupUser", user("ill")))
        assert f"{NAME}UnstructuredPersonalUserName Inter-Library Loans" in answered.lines

    async def test_tells_no_more_than_is_desired(self, window: Window) -> None:
        desired = "<ns1:UserElementType>User Id</ns1:UserElementType>"
        answered = await window.ask(reshare("LookupUser", user("jane"), desired))
        assert answered.lines == answer(is_user("jane"), f"{OPTIONAL}{is_user('jane')}")

    async def test_tells_why_he_is_blocked(self, window: Window) -> None:
        desired = "<ns1:UserElementType>Block Or Trap</ns1:UserElementType>"
        answered = await window.ask(reshare("LookupUser", user("blocked"), desired))
        assert answered.values("UserOptionalFields/BlockOrTrap/BlockOrTrapType") == ["owes 12.00"]

    async def test_tells_loans_and_requests(self, window: Window) -> None:
        await window.counter.out("11", "jane")
        await window.counter.wants("B", id_="RS-7")
        wanted = reshare("LookupUser", user("jane"), "<ns1:LoanedItemsDesired/><ns1:RequestedItemsDesired/>")
        assert (await window.ask(wanted)).lines == answer(
            is_user("jane"),
            "LoanedItemsCount/CirculationStatus On Loan",
            "LoanedItemsCount/LoanedItemCountValue 1",
            f"LoanedItem/{is_item('11')}",
            "LoanedItem/ReminderLevel 1",
            "LoanedItem/DateDue 2026-03-30T23:59:00.000Z",
            "LoanedItem/Amount/CurrencyCode USD",
            "LoanedItem/Amount/MonetaryValue 0",
            "RequestedItemsCount/CirculationStatus On Order",
            "RequestedItemsCount/RequestedItemCountValue 1",
            f"RequestedItem/{is_request('RS-7')}",
            f"RequestedItem/{is_item('31')}",
            "RequestedItem/RequestType Hold",
            "RequestedItem/RequestStatusType In Process",
            "RequestedItem/DatePlaced 2026-03-02T12:00:01.000Z",
            "UserOptionalFields",
        )

    async def test_tells_of_a_partner_with_thousands_so_many_and_how_many_there_are(self, window: Window) -> None:
        many = [f"{number:04}" for number in range(ITEMS_TOLD + 2)]

        def plan(stacks: Stacks) -> None:
            for name in many:
                stacks.put_loan(loan(name, "partner"))
                stacks.put_request(asked_for(name, "partner"))

        await window.counter.store.rearrange("xyz", plan)
        wanted = reshare("LookupUser", user("partner"), "<ns1:LoanedItemsDesired/><ns1:RequestedItemsDesired/>")
        answered = await window.ask(wanted)
        assert answered.values("LoanedItem/ItemId/ItemIdentifierValue") == many[:ITEMS_TOLD]
        assert answered.values("LoanedItemsCount/LoanedItemCountValue") == [str(len(many))]
        assert answered.values("RequestedItem/RequestId/RequestIdentifierValue") == many[:ITEMS_TOLD]
        assert answered.values("RequestedItemsCount/RequestedItemCountValue") == [str(len(many))]

    @pytest.mark.parametrize(
        "desired",
        ["", DESIRED, "<ns1:UserFiscalAccountDesired/>", "<ns1:LoanedItemsDesired/>", "<ns1:RequestedItemsDesired/>"],
    )
    async def test_tells_loans_and_requests_and_no_fines_only_where_they_are_desired(
        self, window: Window, desired: str
    ) -> None:
        await window.counter.out("11", "jane")
        await window.counter.wants("B", id_="RS-7")
        answered = await window.ask(reshare("LookupUser", user("jane"), desired))
        told = {one.tag.removesuffix("sCount") for one in answered.root[0]} & {"LoanedItem", "RequestedItem"}
        assert told == {name for name in ("LoanedItem", "RequestedItem") if name in desired}
        assert answered.values("UserFiscalAccount") == []

    async def test_lets_in_by_pin(self, window: Window) -> None:
        await enrol(window, replace(PATRONS[0], pin=hash_of(PIN)))
        assert (await window.ask(reshare("LookupUser", authentication("jane", PIN)))).lines[0] == is_user("jane")
        wrong = await window.ask(reshare("LookupUser", authentication("jane", "4712")))
        assert wrong.problem == "User Authentication Failed //LookupUser/UserId jane"

    @pytest.mark.parametrize("kind", ["Barcode Id", "username", "User ID"])
    async def test_is_told_the_barcode_by_any_name(self, window: Window, kind: str) -> None:
        await enrol(window, replace(PATRONS[0], pin=hash_of(PIN)))
        answered = await window.ask(reshare("LookupUser", authentication("jane", PIN, kind=kind)))
        assert answered.problem == ""


class TestRequests:
    async def test_item_of_a_record_is_set_aside(self, window: Window) -> None:
        answered = await window.ask(reshare("RequestItem", user("partner"), record("A"), HOLD))
        assert answered.lines == answer(
            is_request("RS-1"),
            is_item("11"),
            is_user("partner"),
            "RequestType Loan",
            "RequestScopeType Bibliographic Item",
        )
        assert await window.counter.looks("11") == "REQUESTED in_place"

    async def test_one_that_has_to_wait_names_no_item(self, window: Window) -> None:
        await window.counter.out("31", "jane")
        answered = await window.ask(reshare("RequestItem", user("partner"), record("B"), HOLD))
        assert answered.lines[:2] == answer(is_request("RS-1"), is_item(""))

    async def test_item_is_named(self, window: Window) -> None:
        answered = await window.ask(reshare("RequestItem", user("partner"), item("12"), HOLD))
        assert answered.lines[:2] == answer(is_request("RS-1"), is_item("12"))

    @pytest.mark.parametrize("number", ["1001", "ocn000001001", "(OCoLC)1001"])
    async def test_record_is_named_by_its_oclc_number(self, window: Window, number: str) -> None:
        await put(window.counter.store, bib("E", oclc("1001")))
        await window.counter.store.rearrange("xyz", shelving(holding("5", "E"), shelved("51", "5", "E")))
        answered = await window.ask(reshare("RequestItem", user("partner"), record(number, "OCLC"), HOLD))
        assert answered.lines[:2] == answer(is_request("RS-1"), is_item("51"))

    async def test_cancelled_lets_the_item_go(self, window: Window) -> None:
        await window.ask(reshare("RequestItem", user("partner"), record("A"), HOLD))
        answered = await window.ask(reshare("CancelRequestItem", user("partner"), request("RS-1")))
        assert answered.lines == answer(is_request("RS-1"), is_item("11"), is_user("partner"))
        assert await window.counter.looks("11") == "in_place"

    async def test_without_a_number_has_its_own(self, window: Window) -> None:
        made = await window.ask(reshare("RequestItem", user("jane"), record("A"), LOAN))
        [number] = made.values("RequestId/RequestIdentifierValue")
        assert number.isdigit()
        assert (await window.ask(reshare("CancelRequestItem", user("jane"), request(number)))).problem == ""


class TestLoans:
    async def test_are_lent_renewed_recalled_and_returned(self, window: Window) -> None:
        asked = [
            reshare("RequestItem", user("partner"), record("A"), HOLD),
            reshare("CheckOutItem", user("partner"), item("11"), request("RS-1")),
            reshare("RenewItem", user("partner"), item("11"), due("2026-05-01")),
            reshare("RecallItem", item("11")),
            reshare("CheckInItem", item("11")),
        ]
        assert [(await window.ask(message)).lines[-1] for message in asked] == [
            "RequestScopeType Bibliographic Item",
            "DateDue 2026-03-30T23:59:00.000Z",
            "DateDue 2026-05-01T23:59:00.000Z",
            "DateDue 2026-03-09T23:59:00.000Z",
            is_user("partner"),
        ]
        assert await window.counter.looks("11") == "in_place"

    async def test_item_of_a_request_is_lent_by_its_number(self, window: Window) -> None:
        await window.ask(reshare("RequestItem", user("partner"), record("A"), HOLD))
        answered = await window.ask(reshare("CheckOutItem", user("partner"), request("RS-1")))
        assert answered.lines[:2] == answer(is_item("11"), is_user("partner"))

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("2026-04-17", "2026-04-17T23:59:00.000Z"),
            ("2026-04-17T23:59:00", "2026-04-17T23:59:00.000Z"),
            ("2026-04-17T12:00:00.250+02:00", "2026-04-17T10:00:00.250Z"),
        ],
    )
    async def test_until_when_is_said(self, window: Window, said: str, meant: str) -> None:
        answered = await window.ask(reshare("CheckOutItem", user("jane"), item("11"), due(said)))
        assert answered.values("DateDue") == [meant]

    async def test_item_that_somebody_waits_for_goes_to_the_hold_shelf(self, window: Window) -> None:
        await window.counter.out("31", "jane")
        await window.counter.wants("B", patron="max")
        await window.ask(reshare("CheckInItem", item("31")))
        assert await window.counter.looks("31") == "HOLDSHELF not_in_place"


class TestAccepted:
    async def test_comes_for_a_patron_and_goes_back(self, window: Window) -> None:
        came = reshare(
            "AcceptItem", request("RS-2"), user("jane"), item("B-77"), book("Brücken & Wege", "Ünal", "Main")
        )
        assert (await window.ask(came)).lines == answer(is_request("RS-2"), is_item("B-77"))
        shelved = await window.counter.store.item("xyz", "B-77")
        assert shelved is not None
        kept = await window.counter.store.record("xyz", shelved.mms_id)
        assert (shelved.process_type, kept and kept.title) == (ProcessType.HOLD_SHELF, "Brücken & Wege")
        lent = await window.ask(reshare("CheckOutItem", user("jane"), item("B-77")))
        assert lent.problem == ""
        assert (await window.ask(reshare("CheckInItem", item("B-77")))).lines == answer(
            is_item("B-77"), is_user("jane")
        )
        assert await window.counter.store.record("xyz", shelved.mms_id) is None

    async def test_is_lent_no_longer_than_its_library_lends_it(self, window: Window) -> None:
        came = reshare("AcceptItem", request("RS-2"), user("jane"), item("B-77"), BACK.format("2026-03-12"))
        assert (await window.ask(came)).problem == ""
        lent = await window.ask(reshare("CheckOutItem", user("jane"), item("B-77")))
        assert lent.values("DateDue") == ["2026-03-12T23:59:00.000Z"]


READY = {
    "lent": reshare("CheckOutItem", user("jane"), item("11")),
    "lent-until-today": reshare("CheckOutItem", user("jane"), item("13")),
    "waited-for": reshare("RequestItem", user("max"), item("11"), HOLD),
    "renewed": reshare("RenewItem", user("jane"), item("11")),
    "recalled": reshare("RecallItem", item("11")),
    "accepted": reshare("AcceptItem", request("RS-1"), user("jane"), item("B-77")),
}
"""What may have been asked before."""
OUT = "CheckOutItem"
AUTHENTICATION = authentication("jane", "4711")
BACK = "<ns1:DateForReturn>{}</ns1:DateForReturn>"

PROBLEMS = [
    ("LookupUser", user("nobody"), "Unknown User UserId nobody"),
    ("LookupUser", user(""), "Needed Data Missing UserId"),
    ("LookupUser", AUTHENTICATION, "User Authentication Failed UserId jane"),
    ("RequestItem", user("nobody") + record("A") + HOLD, "Unknown User UserId nobody"),
    ("RequestItem", user("blocked") + record("A") + HOLD, "User Blocked UserId blocked"),
    ("RequestItem", user("expired") + record("A") + HOLD, "User Ineligible To Request This Item UserId expired"),
    ("RequestItem", user("jane") + record("Z") + HOLD, "Unknown Item BibliographicId Z"),
    ("RequestItem", user("jane") + record("999", "OCLC") + HOLD, "Unknown Item BibliographicId 999"),
    ("RequestItem", user("jane") + item("99") + HOLD, "Unknown Item ItemId 99"),
    ("RequestItem", user("jane") + record("B") + item("11") + HOLD, "Unknown Item ItemId 11"),
    ("RequestItem", user("jane") + record("C") + HOLD, "Item Does Not Circulate BibliographicId C"),
    ("RequestItem", user("jane") + HOLD, "Needed Data Missing ItemId"),
    (
        "RequestItem",
        user("jane") + record("A") + request("R" * 101) + LOAN,
        f"Element Rule Violated RequestId {'R' * 101}",
    ),
    ("waited-for RequestItem", user("jane") + record("A") + HOLD, "Duplicate Request RequestId RS-1"),
    ("CancelRequestItem", user("jane") + request("RS-9"), "Unknown Request RequestId RS-9"),
    ("CancelRequestItem", user("jane"), "Needed Data Missing RequestId"),
    ("AcceptItem", request("RS-1") + user("nobody"), "Unknown User UserId nobody"),
    ("AcceptItem", request("RS-1") + user("expired"), "User Ineligible To Check Out This Item UserId expired"),
    ("AcceptItem", request("RS-1"), "Needed Data Missing UserId"),
    ("AcceptItem", request("RS-1") + user("jane") + item("11"), "Cannot Accept Item ItemId 11"),
    ("accepted AcceptItem", request("RS-1") + user("jane") + item("B-78"), "Duplicate Request RequestId RS-1"),
    ("AcceptItem", user("jane") + BACK.format("soon"), "Invalid Date DateForReturn soon"),
    ("AcceptItem", user("jane") + BACK.format("0001-01-01"), "Invalid Date DateForReturn 0001-01-01T23:59:00+00:00"),
    ("AcceptItem", AUTHENTICATION, "User Authentication Failed UserId jane"),
    ("RequestItem", AUTHENTICATION + record("A") + HOLD, "User Authentication Failed UserId jane"),
    (OUT, AUTHENTICATION + item("11"), "User Authentication Failed UserId jane"),
    ("lent RenewItem", AUTHENTICATION + item("11"), "User Authentication Failed UserId jane"),
    (OUT, user("jane") + item("11") + request("R" * 101), f"Element Rule Violated RequestId {'R' * 101}"),
    (OUT, user("nobody") + item("11"), "Unknown User UserId nobody"),
    (OUT, user("blocked") + item("11"), "User Blocked UserId blocked"),
    (OUT, user("expired") + item("11"), "User Ineligible To Check Out This Item UserId expired"),
    (OUT, user("jane") + item("99"), "Unknown Item ItemId 99"),
    (OUT, user("jane") + request("RS-9"), "Unknown Request RequestId RS-9"),
    (OUT, user("jane") + item("41"), "Item Does Not Circulate ItemId 41"),
    (OUT, user("jane"), "Needed Data Missing ItemId"),
    (OUT, user("jane") + item("11") + due("soon"), "Invalid Date DesiredDateDue soon"),
    (OUT, user("jane") + item("11") + due("2026-03-01"), "Invalid Date DesiredDateDue 2026-03-01T23:59:00+00:00"),
    ("lent CheckOutItem", user("max") + item("11"), "Resource Cannot Be Provided ItemId 11"),
    ("waited-for CheckOutItem", user("jane") + item("11"), "Resource Cannot Be Provided ItemId 11"),
    ("CheckInItem", item("11"), "Item Not Checked Out ItemId 11"),
    ("CheckInItem", item("99"), "Unknown Item ItemId 99"),
    ("CheckInItem", "", "Needed Data Missing ItemId"),
    ("RenewItem", user("jane") + item("11"), "Item Not Checked Out ItemId 11"),
    ("RenewItem", user("jane") + item("99"), "Unknown Item ItemId 99"),
    ("RenewItem", user("jane"), "Needed Data Missing ItemId"),
    ("lent RenewItem", user("max") + item("11"), "User Ineligible To Renew This Item ItemId 11"),
    ("lent-until-today RenewItem", user("jane") + item("13"), "Item Not Renewable ItemId 13"),
    ("lent renewed renewed RenewItem", user("jane") + item("11"), "Maximum Renewals Exceeded ItemId 11"),
    (
        "lent waited-for RenewItem",
        user("jane") + item("11"),
        "Renewal Not Allowed - Item Has Outstanding Requests ItemId 11",
    ),
    (
        "lent recalled RenewItem",
        user("jane") + item("11"),
        "Renewal Not Allowed - Item Has Outstanding Requests ItemId 11",
    ),
    ("RecallItem", item("11"), "Item Not Checked Out ItemId 11"),
    ("RecallItem", item("99"), "Unknown Item ItemId 99"),
    ("RecallItem", "", "Needed Data Missing ItemId"),
    ("lent recalled RecallItem", item("11"), "Duplicate Request ItemId 11"),
]
"""What was asked before and the service; the message; type, element and value of the problem."""


@pytest.mark.parametrize(
    ("service", "message", "problem"), PROBLEMS, ids=[f"{one[0]}: {one[2]}"[:70] for one in PROBLEMS]
)
async def test_problem(window: Window, service: str, message: str, problem: str) -> None:
    *before, service = service.split()
    for name in before:
        assert (await window.ask(READY[name])).problem == ""
    answered = await window.ask(reshare(service, message))
    assert answered.problem.replace(f" //{service}/", " ") == problem
    assert answered.service == f"{service}Response"
    assert answered.root.findtext(".//Problem/ProblemDetail") == answered.root.findtext(".//Problem/ProblemType")


async def test_item_that_is_gone_is_not_requested(window: Window) -> None:
    for process in (ProcessType.MISSING, ProcessType.TECHNICAL):
        await window.counter.becomes("31", process)
        answered = await window.ask(reshare("RequestItem", user("jane"), item("31"), request(process), LOAN))
        told = {ProcessType.MISSING: "Resource Cannot Be Provided //RequestItem/ItemId 31"}
        assert answered.problem == told.get(process, "")


async def test_pins_of_a_user_that_are_too_many_are_not_looked_at(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "MOST_WAITING", 0)
    await enrol(window, replace(PATRONS[0], pin=hash_of(PIN)))
    problems: list[str] = []

    async def ask() -> None:
        problems.append((await window.ask(reshare("LookupUser", authentication("jane", "4712")))).problem)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        nursery.start_soon(ask)
    assert sorted(problems) == [
        "Temporary Processing Failure //LookupUser/UserId jane",
        "User Authentication Failed //LookupUser/UserId jane",
    ]


def test_every_service_has_its_problems() -> None:
    assert {service.split()[-1] for service, _, _ in PROBLEMS} == set(Service)


def test_every_type_of_the_lenders_refusals_is_met() -> None:
    types = {kind.words for kind in (*REFUSALS.values(), *REFUSALS_OF.values())} - {FAILED.words}
    assert {words for words in types if any(problem.startswith(words) for _, _, problem in PROBLEMS)} == types
