"""Why an attempt ended as it did, in plain words, and which entry of Connexion's menus to change."""

import re
import string

import pytest
from msgspec.structs import replace

from gateway.importer import replies
from gateway.importer.diagnose import FILED, LOGON_HINTS, REASONS, diagnose
from gateway.model import Diagnosis, Facts, Finding, Hit, Outcome, Reason, Receipt, Severity, Submission
from tests.importer.desk import NOON
from tests.importer.test_logon import DENIED
from tests.importer.test_replies import ENDS, receipt

FACTS = Facts(
    offset=17,
    arrived=600,
    expected=714,
    first_bytes="GET /favicon.ico",
    logon_hint_for="01CARLI_XYZ",
    matched=("123",),
    hits=(Hit("9910000000015867", "Tides"), Hit("9910000000025867", "Waves")),
)
EXPORT = Submission("export-1", NOON, "i-share-xyz", "192.0.2.7", "01carli_xyz", b"")

MENU = "Tools > Options > Export"
WITH_MENU_ENTRY = {
    Reason.NO_LOGON,
    Reason.UNKNOWN_LOGON,
    Reason.WRONG_PASSWORD,
    Reason.CHARSET,
    Reason.NOT_MARC,
    Reason.MALFORMED,
    Reason.MESSAGE_TOO_LONG,
    Reason.TELNET,
}
"""Reasons that a setting of Connexion is to blame for."""

FAILED = [(outcome, reason) for outcome, reason in ENDS if reason is not None]
JARGON = re.compile(
    r"foreign|probe|fram(e|ing)|guard|malformed|parse|exception|traceback|payload|directory entry", re.I
)


def words_of(outcome: Outcome, reason: Reason | None, hint: str = "") -> Diagnosis:
    facts = replace(FACTS, logon_hint=hint)
    return diagnose(EXPORT, receipt(outcome, reason, facts))


@pytest.mark.parametrize(("outcome", "reason"), FAILED)
def test_reason_has_words_and_what_to_do(outcome: Outcome, reason: Reason) -> None:
    diagnosis = words_of(outcome, reason)
    assert diagnosis.code == reason.value
    for text in (diagnosis.says, diagnosis.fix):
        assert text.endswith((".", "?"))
        assert text.isprintable()
        assert not {*"{}"} & {*text}
        assert "None" not in text
        assert not JARGON.search(text)


@pytest.mark.parametrize("reason", Reason)
def test_reason_names_a_menu_entry_where_there_is_one(reason: Reason) -> None:
    assert (MENU in REASONS[reason].fix) == (reason in WITH_MENU_ENTRY)


def test_every_reason_is_in_the_table() -> None:
    assert {*REASONS} == {*Reason}


def test_every_hint_of_a_logon_is_in_the_table() -> None:
    assert {verdict.hint for _, _, verdict in DENIED.values() if verdict.hint} == {*LOGON_HINTS}


@pytest.mark.parametrize("hint", LOGON_HINTS)
def test_hint_has_words_and_a_menu_entry(hint: str) -> None:
    diagnosis = words_of(Outcome.LOGON_FAILED, Reason.UNKNOWN_LOGON, hint)
    assert diagnosis.code == hint
    assert MENU in diagnosis.fix
    assert diagnosis.fix.endswith(".")
    for text in (diagnosis.says, diagnosis.fix):
        assert text.isprintable()
        assert not {*"{}"} & {*text}
        assert not JARGON.search(text)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.filed])
def test_filed_record_needs_nothing_changed(outcome: Outcome) -> None:
    assert words_of(outcome, None) == Diagnosis(outcome.value, FILED[outcome])


def test_words_take_only_what_is_given() -> None:
    own = {"logon_id", "host", "points_to", "first_bytes"}
    given = own | replies.values(receipt(Outcome.REFUSED, Reason.STRUCTURE, FACTS)).keys()
    texts = [text for words in (*REASONS.values(), *LOGON_HINTS.values()) for text in words]
    used = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    assert own <= used <= given


@pytest.mark.parametrize(
    ("reason", "hint", "says", "fix"),
    [
        (
            Reason.UNKNOWN_LOGON,
            "case",
            "Logon ID 01carli_xyz differs from 01CARLI_XYZ only in capitals.",
            "Retype it at Tools > Options > Export > your destination > Logon ID.",
        ),
        (
            Reason.UNKNOWN_LOGON,
            "white_space",
            "Logon ID '01carli_xyz' differs from 01CARLI_XYZ only by spaces.",
            "Retype it at Tools > Options > Export > your destination > Logon ID.",
        ),
        (
            Reason.UNKNOWN_LOGON,
            "other_host",
            "Logon ID 01carli_xyz belongs to the host 01CARLI_XYZ, not to i-share-xyz.",
            "Correct Host Name, or Logon ID, at Tools > Options > Export > your destination: "
            "they must correspond to each other.",
        ),
        (
            Reason.UNKNOWN_LOGON,
            "",
            "No zone of the host i-share-xyz has the logon ID 01carli_xyz.",
            "Compare Host Name and Logon ID at Tools > Options > Export > your destination "
            "with your library's instructions.",
        ),
        (
            Reason.WRONG_PASSWORD,
            "",
            "The logon ID is right, the password is not.",
            "Retype it at Tools > Options > Export > your destination > Password.",
        ),
    ],
)
def test_failed_logon(reason: Reason, hint: str, says: str, fix: str) -> None:
    assert words_of(Outcome.LOGON_FAILED, reason, hint) == Diagnosis(hint or reason.value, says, fix)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (Facts(arrived=600, expected=714), "The transfer stopped in the middle: 600 of 714 bytes arrived."),
        (Facts(arrived=3), "The transfer stopped in the middle: only 3 bytes arrived."),
    ],
)
def test_transfer_that_stopped(facts: Facts, says: str) -> None:
    assert diagnose(EXPORT, Receipt("@h", Outcome.MALFORMED, Reason.INCOMPLETE, facts=facts)).says == says


class TestRefusal:
    def test_tells_the_finding_that_the_reply_tells(self) -> None:
        for outcome, reason in FAILED:
            if outcome is Outcome.REFUSED:
                refused = receipt(outcome, reason, FACTS)
                told = replies.values(refused)["hits" if reason is Reason.SEVERAL_MATCHES else "finding"]
                assert str(told) in words_of(outcome, reason).says
                assert str(told) in replies.text(refused)

    def test_is_told_whole_where_a_title_has_several_lines(self) -> None:
        facts = Facts(matched=("1",), hits=(Hit("A", "One\nTwo"), Hit("B", "Waves")))
        says = diagnose(EXPORT, receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts)).says
        assert says.startswith("OCLC number 1 matches 2 records: A (One")
        assert "\n" not in says

    def test_of_marc8_names_field_byte_and_setting(self) -> None:
        finding = Finding("marc8", Severity.REFUSE, "100", 1, 320, "byte E2")
        diagnosis = diagnose(EXPORT, Receipt("xyz", Outcome.REFUSED, Reason.CHARSET, findings=(finding,)))
        assert diagnosis.says == (
            "Alma cannot read the characters: field 100 holds MARC-8 characters (byte E2); Leader/09 is not a."
        )
        assert diagnosis.fix == (
            "Choose UTF-8 Unicode at Tools > Options > Export > Record Characteristics, for both kinds of records."
        )


@pytest.mark.parametrize("logon_id", ["{host}", "{", "01CARLI_XYZ{0}"])
def test_braces_are_a_logon_id_s_own(logon_id: str) -> None:
    submission = replace(EXPORT, logon_id=logon_id)
    assert (
        f"has the logon ID {logon_id}."
        in diagnose(submission, Receipt("@h", Outcome.LOGON_FAILED, Reason.UNKNOWN_LOGON)).says
    )
