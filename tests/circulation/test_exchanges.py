"""What of an exchange is kept, and what people are told of it."""

from datetime import UTC, datetime
from string import Formatter

import pytest

from gateway.circulation.exchange_advice import CASES, Known
from gateway.circulation.exchanges import KEPT_BYTES, diagnose, kept
from gateway.model import Exchange, Zone

KNOWN = Known(
    {"xyz": Zone(key="xyz", host="i-share-xyz", kind="institution", code="01CARLI_XYZ", mms_suffix="5867")},
    ("ReShareIndexData", "ILLiad"),
)


class TestKept:
    @pytest.mark.parametrize(
        ("message", "left"),
        [
            (
                "<A><UserIdentifierValue>1</UserIdentifierValue></A>",
                "<A><UserIdentifierValue>1</UserIdentifierValue></A>",
            ),
            ("<n:AuthenticationInputData>47</n:AuthenticationInputData>!", "<n:AuthenticationInputData>***{}!"),
            ('<AuthenticationInputData a="b">47</AuthenticationInputData >', '<AuthenticationInputData a="b">***{}'),
            (
                "<FromAgencyAuthentication><Value>47</Value></FromAgencyAuthentication>",
                "<FromAgencyAuthentication>***{}",
            ),
            ("<FromSystemAuthentication><![CDATA[47]]></FromSystemAuthentication>", "<FromSystemAuthentication>***{}"),
            ("<AuthenticationInputData><!-- > -->47</AuthenticationInputData>", "<AuthenticationInputData>***{}"),
            ("<authenticationinputdata>47</authenticationInputData>", "<authenticationinputdata>***{}"),
            ("<AuthenticationInputData>47</B></A> 47", "<AuthenticationInputData>***"),
            ("<AuthenticationInputData/><B>1</B>", "<AuthenticationInputData/><B>1</B>"),
            (
                "<ü:a.b:AuthenticationInputData>47</ü:a.b:AuthenticationInputData>!",
                "<ü:a.b:AuthenticationInputData>***{}!",
            ),
            ('<AuthenticationInputData a="/>">47</AuthenticationInputData>', '<AuthenticationInputData a="/>">***{}'),
            ('<AuthenticationInputData a=">47</AuthenticationInputData>"', '<AuthenticationInputData a=">***{}"'),
            (
                "<AuthenticationInputData><!-- </AuthenticationInputData> -->47</AuthenticationInputData>",
                "<AuthenticationInputData>***{}",
            ),
            (
                "<AuthenticationInputData><![CDATA[</AuthenticationInputData>]]>47</AuthenticationInputData>",
                "<AuthenticationInputData>***{}",
            ),
            (
                "<AuthenticationInputData>47</AuthenticationInputData><AuthenticationInputData>47</AuthenticationInputData>",
                "<AuthenticationInputData>***{}<AuthenticationInputData>***{}",
            ),
        ],
        ids=[
            *("none", "prefix", "attribute", "within", "cdata", "remark", "letters", "unclosed", "empty"),
            *("odd-prefix", "end-in-attribute", "open-attribute", "end-in-remark", "end-in-cdata", "two"),
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_has_no_pin(self, message: str, left: str, encoding: str) -> None:
        found = (
            kept(message.encode(encoding))
            .removeprefix(b"\xff\xfe")
            .decode("latin-1" if encoding == "utf-16" else encoding)
        )
        assert "47" not in found
        pieces = left.split("{}")
        assert found.startswith(pieces[0])
        assert found.endswith(pieces[-1])

    def test_is_cut(self) -> None:
        secret = b"<AuthenticationInputData>" + b"4" * KEPT_BYTES
        assert kept(b"x" * (KEPT_BYTES + 1)) == b"x" * KEPT_BYTES
        assert kept(secret + b"</AuthenticationInputData>") == b"<AuthenticationInputData>***"

    def test_a_long_one_is_soon_done(self) -> None:
        assert len(kept(b"<AuthenticationInputData>" * 40_000)) == len("<AuthenticationInputData>***")
        assert kept(b"<AuthenticationInputData" * 40_000).endswith(b"<Authent***")


def exchange(
    problem: str, value: str = "", *, service: str = "CheckOutItem", element: str = "", asked: bytes = b"x"
) -> Exchange:
    return Exchange(
        at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        zone="xyz",
        peer="192.0.2.7",
        protocol="NCIP 2",
        service=service,
        problem=problem,
        element=element,
        value=value,
        asked=asked,
    )


PLACEHOLDERS = {
    *("service", "protocol", "zone", "value", "element"),
    *("a_code", "a_partner", "partners", "near_code", "near_partner"),
}
NCIP_MENU = "Settings > Resource sharing > Local NCIP settings"


class TestDiagnosis:
    @pytest.mark.parametrize(
        ("seen", "code", "says"),
        [
            (exchange(""), "done", "It was done."),
            (
                exchange("Service is not known", "the message is empty", asked=b""),
                "no_message",
                "Nothing was sent with it: a browser looked at the address, or a program whether it is there.",
            ),
            (
                exchange("Service is not known", "NCIP 1"),
                "other_edition",
                "The message is of NCIP 1, and this is the address of NCIP 2.",
            ),
            (
                exchange("Service is not known", "line 1: the entity &a; is not known"),
                "unreadable",
                "What arrived cannot be read: line 1: the entity &a; is not known.",
            ),
            (exchange("Unsupported Service", service="LookupItem"), "unsupported", "Alma has no LookupItem."),
            (exchange("Unknown Agency"), "no_agency", "The message says to no institution that it is for it."),
            (
                exchange("Unknown Agency", "01carli_xyz"),
                "agency_spelling",
                "The to-agency 01carli_xyz differs from the institution code 01CARLI_XYZ by capitals or spaces only.",
            ),
            (
                exchange("Unknown Agency", "01UNIV_INST"),
                "other_agency",
                "The to-agency 01UNIV_INST is not this institution.",
            ),
            (exchange("Unknown partner"), "no_profile", "The message names no profile, and CheckOutItem wants one."),
            (
                exchange("Unknown partner", "ReShare IndexData"),
                "profile_space",
                "The profile name ReShare IndexData has a space.",
            ),
            (
                exchange("Unknown partner", "reshareindexdata"),
                "profile_spelling",
                "The profile name reshareindexdata differs from the partner's code ReShareIndexData by capitals only.",
            ),
            (
                exchange("Unknown partner", "{value}"),
                "other_profile",
                "The institution has no resource sharing partner {value}: there is ReShareIndexData, ILLiad.",
            ),
            (exchange("Unknown User", "9"), "unknown_user", "There is no patron with the barcode 9."),
            (
                exchange("Needed Data Missing", element="//CheckOutItem/ItemId"),
                "missing",
                "The message leaves out ItemId, which CheckOutItem cannot do without.",
            ),
        ],
        ids=lambda one: one if isinstance(one, str) and " " not in one else "",
    )
    def test_says_what_is_wrong(self, seen: Exchange, code: str, says: str) -> None:
        found = diagnose(seen, KNOWN)
        assert (found.code, found.says) == (code, says)

    def test_names_the_menu_to_change_it_at(self) -> None:
        assert diagnose(exchange("Unknown Agency", "01UNIV_INST"), KNOWN).fix == (
            f"Enter the institution code, 01CARLI_XYZ, at {NCIP_MENU} > NCIP to agency and NCIP from agency: "
            "with Alma the two are the same."
        )

    @pytest.mark.parametrize("code", CASES)
    def test_words_hold_nothing_that_is_not_known(self, code: str) -> None:
        words = CASES[code].words
        assert {name for _, name, _, _ in Formatter().parse(words.says + words.fix) if name} <= PLACEHOLDERS

    def test_last_case_of_each_type_always_holds(self) -> None:
        last = {case.problem: case for case in CASES.values()}
        assert all(case.holds(exchange(case.problem, "1"), KNOWN) for case in last.values())

    def test_a_problem_of_another_version_is_told_as_such(self) -> None:
        assert diagnose(exchange("Item Has Wings"), KNOWN).code == "unknown"
