"""What is found in the record of an attempt when somebody reads it, by the profile that decided on it."""

import pytest
from msgspec.structs import replace

from gateway.importer.replies import Replies
from gateway.importer.report import Known, characters_of, diagnoses, findings, leader_09
from gateway.model import Attempt, Facts, Finding, Outcome, Profile, Reason, Receipt, Severity, Submission
from gateway.stores.base import Store
from tests.importer.desk import ACCOUNTS, NOON, PROFILES, XYZ, Desk
from tests.importer.exports import TIDES, tides
from tests.marc.mnemonic import raw, sample

NO_ISBN = TIDES.replace("=245", "=020  \\\\$a978\n    =245")


def known(**profile: object) -> Known:
    """Settings in which CARLI's institutions have these other settings in their profile."""
    profiles = PROFILES | {"carli-iz": replace(PROFILES["carli-iz"], **profile)}
    return Known({}, {account.zone.key: account.zone for account in ACCOUNTS}, profiles, {}, Replies())


def attempt(record: bytes, receipt: Receipt) -> Attempt:
    """An attempt that brought this record."""
    return Attempt(1, Submission("export-1", NOON, "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", record), receipt)


def refusing(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found if finding.severity is Severity.REFUSE]


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


class TestProfile:
    """Which findings refuse, and what a record is matched by, is the profile's to say."""

    WRONG_PASSWORD = Receipt("xyz", Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD)

    def test_of_the_zone_tells_what_the_record_would_be_refused_for(self) -> None:
        failed = attempt(raw(NO_ISBN), self.WRONG_PASSWORD)
        about = known(refuse=("required", "standard-numbers"))
        assert refusing(findings(failed, about)) == ["invalidISBN"]
        assert [one.code for one in diagnoses(failed, known=about)] == ["wrong_password", "rules"]

    def test_of_the_zone_tells_what_it_would_not_be_refused_for(self) -> None:
        failed = attempt(sample("refused-no-245"), self.WRONG_PASSWORD)
        assert refusing(findings(failed)) == ["titleMissing"]
        assert refusing(findings(failed, known(refuse=()))) == []

    def test_that_decided_comes_before_that_of_the_zone(self) -> None:
        facts = Facts(profile="carli-nz")
        slow = attempt(sample("refused-no-245"), Receipt("xyz", Outcome.TIMED_OUT, Reason.STORE_SLOW, facts=facts))
        assert refusing(findings(slow, known(refuse=()))) == ["titleMissing"]

    def test_that_is_no_longer_in_the_settings_is_the_zone_s_own_now(self) -> None:
        facts = Facts(profile="of-old")
        slow = attempt(sample("refused-no-245"), Receipt("xyz", Outcome.TIMED_OUT, Reason.STORE_SLOW, facts=facts))
        assert refusing(findings(slow, known(refuse=()))) == []

    def test_is_the_ordinary_one_where_a_zone_has_none_or_several(self) -> None:
        about = known(refuse=())
        zones = {"xyz": replace(XYZ, profiles=("carli-iz", "carli-nz"))}
        failed = attempt(sample("refused-no-245"), self.WRONG_PASSWORD)
        assert refusing(findings(failed, about._replace(zones=zones))) == ["titleMissing"]
        assert refusing(findings(failed, about._replace(zones={}))) == ["titleMissing"]

    @pytest.mark.parametrize(
        ("profile", "numbers", "told"),
        [
            ({}, "$a(OCoLC)1", False),
            ({}, "$z(OCoLC)1", False),
            ({"match_cancelled": False}, "$z(OCoLC)1", True),
            ({}, "$a(DLC)1", True),
            ({}, "", True),
            ({"non_serial_match": "isbn"}, "", False),
            ({"serial_match": "isbn"}, "", True),
            ({"non_serial_match": "other-system-identifier"}, "$a(DLC)1", False),
        ],
    )
    def test_tells_of_a_missing_number_only_where_it_matches_by_that(
        self, profile: dict[str, object], numbers: str, told: bool
    ) -> None:
        created = attempt(tides(numbers), Receipt("xyz", Outcome.CREATED, facts=Facts(profile="carli-iz")))
        assert ("noOclcNumber" in codes(findings(created, known(**profile)))) == told

    def test_normalizes_before_it_looks_for_a_number(self) -> None:
        record = raw("=001  ocn000000007\n=003  OCoLC\n=245  00$aTides")
        created = attempt(record, Receipt("xyz", Outcome.CREATED, facts=Facts(profile="carli-iz")))
        assert "noOclcNumber" not in codes(findings(created, known()))
        assert "noOclcNumber" in codes(findings(created, known(normalization=())))


class TestPassed:
    """What came as far as the records of the zone has passed validation."""

    @pytest.mark.parametrize(
        "reason",
        [
            *(Reason.SEVERAL_MATCHES, Reason.LOWER_BRIEF_LEVEL, Reason.OLDER_VERSION),
            *(Reason.CZ_LINKED, Reason.LOCKED),
        ],
    )
    def test_is_not_said_to_be_refused_for_what_is_found(self, reason: Reason) -> None:
        refused = attempt(raw(NO_ISBN), Receipt("xyz", Outcome.REFUSED, reason, facts=Facts(profile="carli-iz")))
        about = known(refuse=("standard-numbers",))
        assert refusing(findings(refused, about)) == []
        assert "invalidISBN" in codes(findings(refused, about))
        assert [one.code for one in diagnoses(refused, known=about)] == [reason.value]


class TestFindings:
    async def test_that_refused_it_are_told_once(self, store: Store) -> None:
        desk = Desk(store, profiles=PROFILES | {"carli-iz": Profile(refuse=("required", "standard-numbers"))})
        await desk.export(raw(NO_ISBN))
        (refused,) = await desk.attempts()
        for about in (known(), known(refuse=("required", "standard-numbers"))):
            assert codes(findings(refused, about)).count("invalidISBN") == 1

    async def test_of_one_code_in_one_field_are_all_told(self, store: Store) -> None:
        desk = Desk(store, profiles=PROFILES | {"carli-iz": Profile(refuse=("subfields",))})
        await desk.export(raw(f"{TIDES}    =500  \\\\$9x$xbad$aTides."))
        (refused,) = await desk.attempts()
        told = [(one.severity, one.detail) for one in findings(refused, known()) if one.code == "undefinedSubfield"]
        assert sorted(told) == [(Severity.INFO, "$9"), (Severity.REFUSE, "$x")]
        assert refused.receipt.findings[0].detail == "$x"


@pytest.mark.parametrize(
    ("record", "code", "characters"),
    [
        (raw(TIDES), "a", "ascii"),
        (sample("cjk"), "a", "utf-8"),
        (sample("refused-marc8"), " ", "other"),
        (sample("refused-not-utf8"), "a", "other"),
        (b"00714cam", "", "ascii"),
        (b"", "", ""),
    ],
)
def test_characters_are_told_beside_leader_09(record: bytes, code: str, characters: str) -> None:
    assert (leader_09(record), characters_of(record)) == (code, characters)
