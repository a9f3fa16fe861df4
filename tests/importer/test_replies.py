"""What Connexion is answered: every way an attempt can end has its words."""

import string

import pytest

from gateway.frontends.connexion import wire
from gateway.importer import replies
from gateway.marc import rules
from gateway.model import Facts, Finding, Hit, Outcome, Reason, Receipt, Severity
from tests.importer.desk import is_one_line

REACHABLE: dict[Outcome, tuple[Reason | None, ...]] = {
    Outcome.CREATED: (None,),
    Outcome.MERGED: (None,),
    Outcome.UNCHANGED: (None,),
    Outcome.REFUSED: (
        Reason.STRUCTURE,
        Reason.CHARSET,
        Reason.REQUIRED,
        Reason.NOT_BIBLIOGRAPHIC,
        Reason.SEVERAL_MATCHES,
        Reason.TOO_LONG,
    ),
    Outcome.LOGON_FAILED: (Reason.NO_LOGON, Reason.UNKNOWN_LOGON, Reason.WRONG_PASSWORD),
    Outcome.MALFORMED: (Reason.MALFORMED, Reason.INCOMPLETE, Reason.MESSAGE_TOO_LONG),
    Outcome.FOREIGN: (Reason.HTTP, Reason.TLS, Reason.TELNET, Reason.NOT_MARC),
    Outcome.BUSY: (None,),
    Outcome.TIMED_OUT: (Reason.STORE_SLOW, Reason.LOGON_SLOW),
    Outcome.ERROR: (Reason.STORE_FAILED, Reason.INTERNAL),
}
ENDS = [(outcome, reason) for outcome, reasons in REACHABLE.items() for reason in reasons]
SILENT = {(Outcome.FOREIGN, Reason.TLS), (Outcome.FOREIGN, Reason.TELNET)}
"""Ends whose connection is closed without a word."""

FACTS = Facts(
    offset=17,
    arrived=600,
    expected=714,
    matched=("123", "45"),
    hits=(Hit("9910000000015867", "Tides"), Hit("9910000000025867", "Waves")),
)


def receipt(outcome: Outcome, reason: Reason | None, facts: Facts = FACTS, title: str = "Tides") -> Receipt:
    """A receipt as the importer would give it, with every finding that leads to its reason."""
    findings = tuple(
        Finding(code, Severity.REFUSE, "245", 1, 9, "the detail")
        for code, rule in rules.RULES.items()
        if reason is not None and rule.group is reason
    )
    return Receipt("xyz", outcome, reason, "9910000000015867", ("123",), title, findings, facts)


def test_every_end_has_its_words_and_every_word_its_end() -> None:
    assert {*ENDS} == {*replies.REPLIES}
    assert {*REACHABLE} == {*Outcome}
    assert {reason for _, reason in ENDS if reason} == {*Reason}


@pytest.mark.parametrize(("outcome", "reason"), ENDS)
def test_reply_says_what_became_of_the_record_and_leaves_nothing_to_fill_in(
    outcome: Outcome, reason: Reason | None
) -> None:
    text = replies.text(receipt(outcome, reason))
    assert (text == "") == ((outcome, reason) in SILENT)
    assert not {*"{}\0\r"} & {*text}
    assert "None" not in text
    assert "  " not in text
    assert text == text.strip()
    assert len(text.encode()) <= wire.REPLY_BYTES
    match outcome:
        case _ if outcome.filed:
            assert text == "The record has been processed successfully.\nMMS ID: 9910000000015867"
        case Outcome.LOGON_FAILED:
            assert text == "Logon Failed--the Logon ID and/or password is/are not valid"
        case _ if text and reason is not Reason.HTTP:
            assert text.startswith("Import Failed\nNot imported: ")
            assert text.endswith(".")
            assert text.count("\n") == 1


@pytest.mark.parametrize(("outcome", "reason"), ENDS)
def test_evidence_is_doc_where_a_page_has_the_words(outcome: Outcome, reason: Reason | None) -> None:
    published = outcome.filed or outcome is Outcome.LOGON_FAILED
    assert replies.REPLIES[outcome, reason].evidence == ("doc" if published else "assumed")


def test_texts_take_only_what_is_given() -> None:
    given = {"mms_id", "finding", "after", "number", "count", "hits", "offset", "arrived"}
    texts = [reply.text for reply in replies.REPLIES.values()]
    assert {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name} == given


@pytest.mark.parametrize(
    ("outcome", "reason", "facts", "text"),
    [
        (
            Outcome.REFUSED,
            Reason.SEVERAL_MATCHES,
            FACTS,
            "Import Failed\nNot imported: OCLC number 123, 45 matches 2 records: 9910000000015867 (Tides), "
            "9910000000025867 (Waves). Merge them or correct their 035, then export again.",
        ),
        (
            Outcome.MALFORMED,
            Reason.MALFORMED,
            Facts(offset=0),
            "Import Failed\nNot imported: what arrived is no OCLC Gateway Export (byte 0 cannot be read).",
        ),
        (
            Outcome.MALFORMED,
            Reason.INCOMPLETE,
            Facts(arrived=600, expected=714),
            "Import Failed\nNot imported: 600 of 714 bytes arrived. Export again.",
        ),
        (
            Outcome.MALFORMED,
            Reason.INCOMPLETE,
            Facts(arrived=3),
            "Import Failed\nNot imported: only 3 bytes arrived. Export again.",
        ),
    ],
)
def test_text(outcome: Outcome, reason: Reason, facts: Facts, text: str) -> None:
    assert replies.text(Receipt("xyz", outcome, reason, facts=facts)) == text


def test_structure_names_the_last_field_that_could_be_read_if_there_is_one() -> None:
    detail = "field 520 does not lie where the directory says"
    damage = Finding("fieldTerminator", Severity.REFUSE, "505", offset=9, detail=detail)
    first = Finding("recordLength", Severity.REFUSE, offset=0, detail="too short")
    assert replies.text(Receipt("xyz", Outcome.REFUSED, Reason.STRUCTURE, findings=(damage,))) == (
        "Import Failed\nNot imported: the record arrived damaged after field 505: the fields are damaged: "
        "field 520 does not lie where the directory says. "
        "Export again; if it repeats, send this report to your systems librarian."
    )
    assert "damaged: the record's length is wrong: too short. Export" in replies.text(
        Receipt("xyz", Outcome.REFUSED, Reason.STRUCTURE, findings=(first,))
    )


def test_first_finding_that_refuses_gives_the_words() -> None:
    findings = (
        Finding("charsetNotStated", Severity.WARN, "Leader/09", detail=" "),
        Finding("titleMissing", Severity.REFUSE, "245"),
        Finding("titleRepeated", Severity.REFUSE, "245", detail="2"),
    )
    text = replies.text(Receipt("xyz", Outcome.REFUSED, Reason.REQUIRED, findings=findings))
    assert text == "Import Failed\nNot imported: there is no title field (245)."


LONG = "Ü" * 4_500
"""A title of 9,000 bytes."""


class TestLongTitles:
    @pytest.mark.parametrize(("outcome", "reason"), ENDS)
    def test_reply_goes_out_in_2000_bytes_and_one_nul(self, outcome: Outcome, reason: Reason | None) -> None:
        facts = Facts(matched=("1",), hits=(Hit("A", LONG), Hit("B", LONG)), offset=0, arrived=1)
        sent = wire.reply(replies.text(receipt(outcome, reason, facts, LONG)))
        assert len(sent) <= 2_001
        assert sent.decode().count("\0") == 1

    def test_reply_to_several_matches_still_names_each_mms_id_and_what_to_do(self) -> None:
        facts = Facts(matched=("1",), hits=(Hit("9910000000015867", LONG), Hit("9910000000025867", LONG)))
        text = replies.text(receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts))
        assert len(text.encode()) <= wire.REPLY_BYTES
        assert "9910000000015867 (ÜÜÜÜ" in text
        assert "9910000000025867 (ÜÜÜÜ" in text
        assert text.endswith("Merge them or correct their 035, then export again.")

    def test_reply_to_very_many_matches_still_says_what_to_do(self) -> None:
        numbers = tuple(str(number) for number in range(1_000, 1_500))
        hits = tuple(Hit(f"991000000{number}5867", "Tides") for number in numbers)
        text = replies.text(receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, Facts(matched=numbers, hits=hits)))
        assert len(text.encode()) <= wire.REPLY_BYTES
        assert "matches 500 records: 99100000010005867 (Tides)" in text
        assert text.endswith("Merge them or correct their 035, then export again.")


class TestTextFromRecords:
    """What stands in a record stands in the reply as it is, and makes nothing of its own there."""

    @pytest.mark.parametrize("title", ["{mms_id}", "{", "}", "{0}", "{hits!r}", "100 % {x:>9999}"])
    def test_braces_are_a_title_s_own(self, title: str) -> None:
        facts = Facts(matched=("1",), hits=(Hit("A", title), Hit("B", "Waves")))
        assert f"A ({title}), B (Waves)" in replies.text(receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts))

    @pytest.mark.parametrize("title", ["One\nTwo", "One\rTwo", "One\0Two", "One\x1bTwo"])
    def test_title_of_several_lines_stays_within_its_line(self, title: str) -> None:
        facts = Facts(matched=("1",), hits=(Hit("A", title), Hit("B", "Waves")))
        text = replies.text(receipt(Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts))
        failed, reason = text.split("\n")
        assert failed == "Import Failed"
        assert is_one_line(reason)


def test_fixed_texts_are_those_of_the_table() -> None:
    assert replies.text(Receipt("@h", Outcome.BUSY)) == replies.BUSY
    assert "Nothing was changed" not in replies.CRASHED


def test_version_is_a_whole_number_from_1() -> None:
    assert replies.VERSION >= 1
