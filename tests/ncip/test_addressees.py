"""Whom a message is for and from: institution, partner, edition; and what is no message at all."""

import random
import re

import pytest
from structlog.testing import capture_logs

from gateway.errors import NotFound, StoreError
from gateway.frontends.ncip.layout import Service
from gateway.frontends.ncip.services import NEEDED
from tests.ncip.messages import (
    CODE,
    authentication,
    first,
    illiad_accept,
    illiad_check_in,
    item,
    profile_of_first,
    request,
    reshare,
    unique,
    user,
)
from tests.ncip.window import Window

LOOKUP = reshare("LookupUser", user("jane"))
PLACE = "//LookupUser/InitiationHeader/"


class TestInstitution:
    @pytest.mark.parametrize(
        ("hosts", "zone"),
        [
            (["i-share-xyz", "sandbox"], "xyz"),
            (["sandbox", "i-share-xyz"], "xyz-there"),
            (["third", "sandbox"], "xyz-there"),
        ],
    )
    async def test_is_that_of_the_first_host_that_has_it(self, window: Window, hosts: list[str], zone: str) -> None:
        await window.ask(LOOKUP, hosts=hosts)
        assert (await window.kept()).zone == zone

    async def test_is_none_that_only_another_host_has(self, window: Window) -> None:
        answered = await window.ask(reshare("LookupUser", user("jane"), to="01CARLI_ABC"), hosts=["i-share-xyz"])
        assert answered.problem == f"Unknown Agency {PLACE}ToAgencyId 01CARLI_ABC"
        assert (await window.kept()).zone == "@i-share-xyz"

    async def test_is_who_sends_it_where_nobody_is_named(self, window: Window) -> None:
        assert (await window.ask(reshare("LookupUser", user("jane"), to=""))).problem == ""

    @pytest.mark.parametrize("code", ["01CARLI_QQQ", "01carli_xyz", "01CARLI_XYZ_"])
    async def test_is_none_of_another_code(self, window: Window, code: str) -> None:
        answered = await window.ask(reshare("LookupUser", user("jane"), to=code))
        assert answered.problem == f"Unknown Agency {PLACE}ToAgencyId {code}"
        assert (await window.kept()).zone == "@i-share-xyz"

    async def test_answers_who_sent_it(self, window: Window) -> None:
        answered = await window.ask(reshare("LookupUser", user("jane"), sender="RESHARE"))
        agencies = answered.root.findall(".//ResponseHeader/*/AgencyId")
        assert [agency.text for agency in agencies] == [CODE, "RESHARE"]


class TestPartner:
    @pytest.mark.parametrize("profile", ["", "ReShare", "reshareindexdata", "ReShareIndexData2", "Re Share"])
    async def test_is_known_by_its_exact_code(self, window: Window, profile: str) -> None:
        answered = await window.ask(reshare("LookupUser", user("jane"), profile=profile))
        assert answered.problem == f"Unknown partner {PLACE}ApplicationProfileType {profile}".rstrip()

    @pytest.mark.parametrize("service", Service)
    async def test_is_asked_for_in_all_but_two(self, window: Window, service: Service) -> None:
        answered = await window.ask(reshare(service, profile=""))
        unchecked = service in ("RequestItem", "CancelRequestItem")
        assert answered.problem.startswith("Needed Data Missing" if unchecked else "Unknown partner")

    async def test_where_there_are_none_nobody_is(self, window: Window) -> None:
        window.partners = ()
        assert (await window.ask(LOOKUP)).problem.startswith("Unknown partner")


class TestFirstEdition:
    async def test_has_an_address_of_its_own(self, window: Window) -> None:
        asked = first("CheckOutItem", unique("User", "jane"), unique("Item", "11"), header=profile_of_first())
        answered = await window.ask_first(asked)
        agency = ["Scheme NCIP Unique Agency Id", f"Value {CODE}"]
        assert answered.lines == [
            *(f"UniqueItemId/UniqueAgencyId/{line}" for line in agency),
            "UniqueItemId/ItemIdentifierValue 11",
            *(f"UniqueUserId/UniqueAgencyId/{line}" for line in agency),
            "UniqueUserId/UserIdentifierValue jane",
            "DateDue 2026-03-30T23:59:00.000Z",
        ]

    async def test_says_what_reshare_looks_for_in_a_user(self, window: Window) -> None:
        answered = await window.ask_first(first("LookupUser", unique("User", "jane"), header=profile_of_first()))
        about = "UserOptionalFields/"
        assert answered.values(f"{about}VisibleUserId/VisibleUserIdentifier") == ["jane"]
        assert answered.values(f"{about}NameInformation/PersonalNameInformation/*/Surname") == ["Doe"]
        assert answered.values(f"{about}UserPrivilege/AgencyUserPrivilegeType/Value") == ["PROFILE", "STATUS"]
        assert answered.values(f"{about}UserPrivilege/*/UserPrivilegeStatusType/Value") == ["undergrad", "OK"]

    async def test_says_what_is_wrong_in_its_own_way(self, window: Window) -> None:
        answered = await window.ask_first(first("CheckInItem", unique("Item", "11"), header=profile_of_first()))
        assert answered.first_problem == "Item Not Checked Out UniqueItemId 11"
        assert answered.root.findtext(".//ProcessingErrorType/Scheme") == (
            "http://www.niso.org/ncip/v1_0/schemes/processingerrortype/checkinitemprocessingerror.scm"
        )

    @pytest.mark.parametrize(("service", "problem"), [("LookupUser", ""), ("CheckInItem", "Unknown partner")])
    async def test_lookup_may_have_the_partner_as_authentication(
        self, window: Window, service: str, problem: str
    ) -> None:
        header = "<FromAgencyAuthentication>ReShareIndexData</FromAgencyAuthentication>"
        answered = await window.ask_first(first(service, unique("User", "jane"), unique("Item", "11"), header=header))
        assert answered.first_problem.partition(" Application")[0] == problem

    async def test_what_may_be_a_password_is_not_told(self, window: Window) -> None:
        header = "<FromAgencyAuthentication>hush</FromAgencyAuthentication>"
        answered = await window.ask_first(first("LookupUser", unique("User", "jane"), header=header))
        assert answered.first_problem == "Unknown partner ApplicationProfileType"
        assert b"hush" not in (await window.kept()).asked


class TestNoService:
    @pytest.mark.parametrize(
        ("message", "problem"),
        [
            (reshare("LookupItem", item("11")), "Unsupported Service"),
            (b"", "Service is not known the message is empty"),
            (b"hello", "Service is not known line 1, column 0: the message is no XML (syntax error)"),
            (b"<html/>", "Service is not known the message is a html, not an NCIPMessage"),
            (first("LookupUser", unique("User", "jane")), "Service is not known //LookupUser NCIP 1"),
        ],
        ids=["unsupported", "empty", "no-xml", "no-message", "other-edition"],
    )
    async def test_says_so(self, window: Window, message: bytes, problem: str) -> None:
        assert (await window.ask(message)).problem == problem

    async def test_says_so_in_the_edition_of_the_address(self, window: Window) -> None:
        assert (await window.ask_first(LOOKUP)).first_problem == "Service is not known LookupUser NCIP 2"
        assert (await window.ask_first(b"")).first_problem == "Service is not known"

    async def test_other_address_is_none(self, window: Window) -> None:
        with pytest.raises(NotFound, match=r"there is no NCIPServlet/v3; NCIP 2 goes to NCIPServlet, NCIP 1"):
            await window.ask(LOOKUP, path="NCIPServlet/v3")

    def test_every_service_says_what_it_needs(self) -> None:
        assert set(NEEDED) == set(Service)


class TestIlliad:
    @pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
    async def test_borrowed_book_comes_and_goes(self, window: Window, encoding: str) -> None:
        came = await window.ask(illiad_accept("7001", "jane", "Die Brücke", encoding=encoding))
        assert came.lines == ["RequestId/RequestIdentifierValue 7001", "ItemId/ItemIdentifierValue 7001"]
        [record] = [one for one in await window.counter.store.records("xyz") if one.mms_id not in "ABCD"]
        assert record.title == "Die Brücke"
        assert (await window.ask(illiad_check_in("7001", "jane"))).problem == ""
        assert (await window.ask(illiad_check_in("7001", "jane"))).problem == "Unknown Item //CheckInItem/ItemId 7001"


class TestKept:
    async def test_exchange_is_kept_for_people(self, window: Window) -> None:
        asked = reshare("CheckOutItem", user("jane"), item("11"), request("RS-1"))
        answered = await window.ask(asked)
        kept = await window.kept()
        assert (kept.zone, kept.peer, kept.protocol, kept.service) == ("xyz", "192.0.2.7", "NCIP 2", "CheckOutItem")
        assert (kept.problem, kept.subject, kept.at) == ("", "jane 11 RS-1", window.counter.now)
        assert (kept.asked, kept.answered) == (asked, answered.raw)

    async def test_problem_too(self, window: Window) -> None:
        await window.ask(reshare("CheckInItem", item("11")))
        kept = await window.kept()
        assert (kept.problem, kept.element, kept.value) == ("Item Not Checked Out", "//CheckInItem/ItemId", "11")

    @pytest.mark.parametrize("kind", ["PIN", "Password", "passcode", "Secret"])
    async def test_without_pin(self, window: Window, kind: str) -> None:
        asked = reshare("LookupUser", authentication("jane", "4711")).replace(b">PIN<", f">{kind}<".encode())
        with capture_logs() as logs:
            await window.ask(asked)
        kept = await window.kept()
        assert kept.problem == "User Authentication Failed"
        assert not any(b"4711" in said for said in (kept.asked, kept.answered, repr((kept, logs)).encode()))

    async def test_what_is_long_is_cut(self, window: Window) -> None:
        await window.ask(reshare("CheckInItem", item("9" * 20_000)))
        kept = await window.kept()
        assert (len(kept.value), len(kept.subject), len(kept.asked)) == (200, 200, 8_192)

    async def test_is_logged(self, window: Window) -> None:
        with capture_logs() as logs:
            await window.ask(reshare("CheckInItem", item("11")))
            await window.ask(reshare("LookupUser", user("jane")))
        told = {"zone": "xyz", "peer": "192.0.2.7"}
        problem = {"problem": "Item Not Checked Out", "element": "//CheckInItem/ItemId"}
        assert logs == [
            {"event": "ncip.refused", "log_level": "info", **told, "service": "CheckInItem", **problem},
            {"event": "ncip.done", "log_level": "debug", **told, "service": "LookupUser"},
        ]


async def test_store_that_fails_is_told_as_passing(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*asked: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(window.counter.store, "lent", failing)
    with capture_logs() as logs:
        answered = await window.ask(LOOKUP)
    assert answered.problem == "Temporary Processing Failure"
    assert logs[0] == {
        "event": "ncip.failed",
        "log_level": "warning",
        "service": "LookupUser",
        "error": "the disk is full",
    }


async def test_whatever_is_sent_is_answered(window: Window) -> None:
    """Messages with bytes, names and elements lost, doubled and changed."""
    chance = random.Random(1)
    messages = [LOOKUP, illiad_accept("7001", "jane", "Die Brücke"), reshare("CheckOutItem", user("jane"), item("11"))]
    for _ in range(300):
        tags = re.split(rb"(?=<)", chance.choice(messages))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(tags))
            tags[at] = chance.choice(
                [b"", tags[at] * 2, tags[at][:-1], chance.choice(tags), b"\xff", b"<a:1b/>", b"&x;"]
            )
        await window.ask(b"".join(tags))
