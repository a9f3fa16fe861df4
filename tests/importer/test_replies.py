"""What Connexion is answered: every way an attempt can end has its words, and a site may have its own."""

import string
from collections.abc import Sequence

import pytest

from gateway.config import tree
from gateway.frontends.connexion import wire
from gateway.importer import replies
from gateway.importer.decide import reason_for
from gateway.importer.match import METHODS
from gateway.importer.replies import Replies, fault
from gateway.marc import rules
from gateway.model import REPLY_BYTES, Facts, Finding, Hit, MatchMethod, Outcome, Reason, Receipt, Severity
from tests.importer.desk import answered, is_one_line

REACHABLE: dict[Outcome, tuple[Reason | None, ...]] = {
    Outcome.CREATED: (None,),
    Outcome.MERGED: (None,),
    Outcome.UNCHANGED: (None,),
    Outcome.REFUSED: (
        Reason.STRUCTURE,
        Reason.CHARSET,
        Reason.REQUIRED,
        Reason.NOT_BIBLIOGRAPHIC,
        Reason.RULES,
        Reason.SEVERAL_MATCHES,
        Reason.LOWER_BRIEF_LEVEL,
        Reason.OLDER_VERSION,
        Reason.CZ_LINKED,
        Reason.LOCKED,
        Reason.TOO_LONG,
    ),
    Outcome.LOGON_FAILED: (Reason.NO_LOGON, Reason.UNKNOWN_LOGON, Reason.WRONG_PASSWORD),
    Outcome.NO_PROFILE: (Reason.NONE_NAMED, Reason.SEVERAL_NAMED),
    Outcome.MALFORMED: (Reason.MALFORMED, Reason.INCOMPLETE, Reason.MESSAGE_TOO_LONG),
    Outcome.FOREIGN: (Reason.HTTP, Reason.TLS, Reason.TELNET, Reason.NOT_MARC),
    Outcome.BUSY: (None,),
    Outcome.TIMED_OUT: (Reason.STORE_SLOW, Reason.LOGON_SLOW),
    Outcome.ERROR: (
        Reason.STORE_FAILED,
        Reason.OUTCOME_UNKNOWN,
        Reason.LINK_PENDING,
        Reason.INTERNAL,
        Reason.CRASHED,
    ),
}
ENDS = [(outcome, reason) for outcome, reasons in REACHABLE.items() for reason in reasons]
SILENT = {(Outcome.FOREIGN, Reason.TLS), (Outcome.FOREIGN, Reason.TELNET)}
"""Ends whose connection is closed without a word."""

FACTS = Facts(
    offset=17,
    arrived=600,
    expected=714,
    institution="01CARLI_XYZ",
    match_method="unique-oclc-identifier",
    keys=("123", "45"),
    matched=("123", "45"),
    hits=(Hit("9910000000015867", "Tides"), Hit("9910000000025867", "Waves")),
    network="network",
    linked="9910000000019999",
)
COMPARED = {
    Reason.LOWER_BRIEF_LEVEL: Facts(hits=FACTS.hits[:1], compared=(" ", "3"), levels=(10, 3)),
    Reason.OLDER_VERSION: Facts(hits=FACTS.hits[:1], compared=("20260301120000.0", "20251102093000.0")),
}
"""Facts of the reasons in which two values were compared."""


def receipt(outcome: Outcome, reason: Reason | None, facts: Facts | None = None, title: str = "Tides") -> Receipt:
    """A receipt as the importer would give it, with every finding that leads to its reason."""
    findings = tuple(
        finding
        for code in rules.RULES
        if reason_for(finding := Finding(code, Severity.REFUSE, "245", 1, 9, "the detail")) is reason
    )
    facts = facts or (COMPARED.get(reason, FACTS) if reason else FACTS)
    return Receipt("xyz", outcome, reason, "9910000000015867", ("123",), title, findings, facts)


def test_every_end_has_its_words_and_every_word_its_end() -> None:
    assert {*ENDS} == {*replies.REPLIES}
    assert {*REACHABLE} == {*Outcome}
    assert {reason for _, reason in ENDS if reason} == {*Reason}


def test_every_entry_has_evidence() -> None:
    assert {reply.evidence for reply in replies.REPLIES.values()} == {"doc", "assumed"}


@pytest.mark.parametrize(("outcome", "reason"), ENDS)
def test_reply_says_what_became_of_the_record_and_leaves_nothing_to_fill_in(
    outcome: Outcome, reason: Reason | None
) -> None:
    text = answered(receipt(outcome, reason))
    assert (text == "") == ((outcome, reason) in SILENT)
    assert not {*"{}\0\r"} & {*text}
    assert "None" not in text
    assert "  " not in text
    assert text == text.strip()
    assert len(text.encode()) <= REPLY_BYTES
    match outcome:
        case _ if outcome.filed:
            assert text == "The record has been processed successfully.\nMMS ID: 9910000000015867"
        case Outcome.LOGON_FAILED:
            assert text == "Logon Failed--the Logon ID and/or password is/are not valid"
        case Outcome.NO_PROFILE:
            assert text == "No integration profile found for institution 01CARLI_XYZ"
        case _ if text and reason is not Reason.HTTP:
            failed, said = text.split("\n")
            assert failed == "Import Failed"
            assert said.startswith(("Not imported: ", "Not finished: ", "Not known whether it was imported: "))
            assert text.endswith(".")


@pytest.mark.parametrize(("outcome", "reason"), ENDS)
def test_evidence_is_doc_where_a_page_has_the_words(outcome: Outcome, reason: Reason | None) -> None:
    published = outcome.filed or outcome in (Outcome.LOGON_FAILED, Outcome.NO_PROFILE)
    assert replies.REPLIES[outcome, reason].evidence == ("doc" if published else "assumed")


def test_texts_take_only_what_is_given() -> None:
    texts = [reply.text for reply in replies.REPLIES.values()]
    assert {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name} <= {*replies.PLACES}


@pytest.mark.parametrize(
    ("outcome", "reason", "facts", "text"),
    [
        (
            Outcome.REFUSED,
            Reason.SEVERAL_MATCHES,
            FACTS,
            "OCLC numbers 123, 45 match two records: 9910000000015867 (Tides), 9910000000025867 (Waves). "
            "Merge them or correct their 035, then export again.",
        ),
        (
            Outcome.REFUSED,
            Reason.SEVERAL_MATCHES,
            Facts(match_method="isbn", matched=("9786990001036",), hits=(Hit("A", "Tides"),) * 27),
            "ISBN 9786990001036 matches 27 records: A (Tides), A (Tides), A (Tides), A (Tides), A (Tides), A, A, A, A, "
            "A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A and 2 more. "
            "Merge them or correct their 020, then export again.",
        ),
        (
            Outcome.REFUSED,
            Reason.SEVERAL_MATCHES,
            Facts(match_method="isbn", matched=("9786990001036",), hits=FACTS.hits, hit_count=1_200),
            "ISBN 9786990001036 matches 1200 records: 9910000000015867 (Tides), 9910000000025867 (Waves) "
            "and 1198 more. Merge them or correct their 020, then export again.",
        ),
        (
            Outcome.REFUSED,
            Reason.LOWER_BRIEF_LEVEL,
            COMPARED[Reason.LOWER_BRIEF_LEVEL],
            "the stored record 9910000000015867 is fuller (ELvl blank, brief level 10) than yours (ELvl 3, level 03).",
        ),
        (
            Outcome.REFUSED,
            Reason.OLDER_VERSION,
            COMPARED[Reason.OLDER_VERSION],
            "9910000000015867 already holds a later OCLC version (005 2026-03-01) than yours (2025-11-02).",
        ),
        (
            Outcome.REFUSED,
            Reason.OLDER_VERSION,
            Facts(hits=FACTS.hits, compared=("20260301120000.1", "20260301120000.0")),
            "9910000000015867 already holds a later OCLC version (005 2026-03-01 12:00:00.1) "
            "than yours (2026-03-01 12:00:00.0).",
        ),
        (
            Outcome.REFUSED,
            Reason.CZ_LINKED,
            FACTS,
            "9910000000015867 is linked to the Community Zone; Connexion cannot replace it.",
        ),
        (
            Outcome.REFUSED,
            Reason.LOCKED,
            FACTS,
            "9910000000015867 is open in the Metadata Editor. Release it and export again.",
        ),
        (Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=0), "what arrived is no OCLC Gateway Export."),
        (
            Outcome.MALFORMED,
            Reason.INCOMPLETE,
            Facts(arrived=600, expected=714),
            "600 of 714 bytes arrived. Export again.",
        ),
        (Outcome.MALFORMED, Reason.INCOMPLETE, Facts(arrived=3), "only 3 bytes arrived. Export again."),
    ],
)
def test_text(outcome: Outcome, reason: Reason, facts: Facts, text: str) -> None:
    assert answered(Receipt("xyz", outcome, reason, facts=facts)) == f"Import Failed\nNot imported: {text}"


@pytest.mark.parametrize("reason", [Reason.OUTCOME_UNKNOWN, Reason.CRASHED])
def test_where_it_is_not_known_whether_it_was_filed_nothing_else_is_said(reason: Reason) -> None:
    text = answered(Receipt("xyz", Outcome.ERROR, reason))
    assert "Not imported" not in text
    assert "Nothing was changed" not in text
    assert text.endswith("Export again; the same record is not filed twice.")


@pytest.mark.parametrize("method", METHODS)
def test_several_matches_name_the_numbers_of_every_method(method: MatchMethod) -> None:
    facts = Facts(match_method=method, matched=("1",), hits=FACTS.hits)
    text = answered(Receipt("xyz", Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts=facts))
    assert f"Not imported: {METHODS[method].number} 1 matches two records: " in text
    assert f"correct their {METHODS[method].fields}, " in text


def refused(reason: Reason, *findings: Finding) -> str:
    """The reply to a record that has these findings."""
    return answered(Receipt("xyz", Outcome.REFUSED, reason, findings=findings))


@pytest.mark.parametrize(
    ("code", "characters"),
    [
        ("marc8", "the characters are MARC-8, Alma needs UTF-8. "),
        ("notUtf8", "the characters are not UTF-8, though Leader/09 says so, Alma needs UTF-8. "),
    ],
)
def test_charset_names_the_setting(code: str, characters: str) -> None:
    assert refused(Reason.CHARSET, Finding(code, Severity.REFUSE, "100", 1, 320, "byte E2")) == (
        f"Import Failed\nNot imported: {characters}Tools > Options > Export > Record Characteristics > UTF-8 Unicode."
    )


def test_authority_record_is_named() -> None:
    finding = Finding("notBibliographic", Severity.REFUSE, "Leader/06", detail="an authority record")
    assert refused(Reason.NOT_BIBLIOGRAPHIC, finding) == (
        "Import Failed\nNot imported: this is an authority record; this connection takes bibliographic records only."
    )


@pytest.mark.parametrize(("field", "after"), [("505", " after field 505"), ("", "")])
def test_structure_names_the_last_field_that_could_be_read_if_there_is_one(field: str, after: str) -> None:
    damage = Finding("fieldTerminator", Severity.REFUSE, field, offset=9, detail="field 520 does not lie there")
    assert refused(Reason.STRUCTURE, damage) == (
        f"Import Failed\nNot imported: the record arrived damaged{after}. "
        "Export again; if it repeats, send this report to your systems librarian."
    )


def test_first_finding_that_refuses_gives_the_words() -> None:
    findings = (
        Finding("charsetNotStated", Severity.WARN, "Leader/09", detail=" "),
        Finding("titleMissing", Severity.REFUSE, "245"),
        Finding("titleRepeated", Severity.REFUSE, "245", detail="2"),
    )
    assert refused(Reason.REQUIRED, *findings) == "Import Failed\nNot imported: there is no title field (245)."


LONG = "Ü" * 4_500
"""A title of 9,000 bytes."""


TURNS = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
"""Characters that embed or override a direction."""


def matching(numbers: Sequence[str], *hits: Hit) -> Receipt:
    """A record whose OCLC numbers these stored ones bear."""
    facts = Facts(match_method="unique-oclc-identifier", matched=tuple(numbers), hits=hits)
    return Receipt("xyz", Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts=facts)


class TestLongTitles:
    @pytest.mark.parametrize(("outcome", "reason"), ENDS)
    def test_reply_goes_out_in_2000_bytes_and_one_nul(self, outcome: Outcome, reason: Reason | None) -> None:
        facts = matching(["1"], Hit("A", LONG), Hit("B", LONG)).facts
        sent = wire.reply(answered(receipt(outcome, reason, facts, LONG)))
        assert len(sent) <= 2_001
        assert sent.decode().count("\0") == 1

    def test_reply_to_several_matches_still_names_each_mms_id_and_what_to_do(self) -> None:
        text = answered(matching(["1"], Hit("9910000000015867", LONG), Hit("9910000000025867", LONG)))
        assert len(text.encode()) <= REPLY_BYTES
        assert "9910000000015867 (ÜÜÜÜ" in text
        assert "9910000000025867 (ÜÜÜÜ" in text
        assert text.endswith("Merge them or correct their 035, then export again.")

    def test_reply_to_very_many_matches_still_says_what_to_do(self) -> None:
        numbers = [str(number) for number in range(1_000, 1_500)]
        text = answered(matching(numbers, *[Hit(f"991000000{number}5867", "Tides") for number in numbers]))
        assert len(text.encode()) <= REPLY_BYTES
        assert "match 500 records: 99100000010005867 (Tides)" in text
        assert text.endswith("Merge them or correct their 035, then export again.")


class TestTextFromRecords:
    """What stands in a record stands in the reply as it is, and makes nothing of its own there."""

    @pytest.mark.parametrize("title", ["{mms_id}", "{", "}", "{0}", "{hits!r}", "100 % {x:>9999}"])
    def test_braces_are_a_title_s_own(self, title: str) -> None:
        assert f"A ({title}), B (Waves)" in answered(matching(["1"], Hit("A", title), Hit("B", "Waves")))

    @pytest.mark.parametrize("title", ["One\nTwo", "One\rTwo", "One\0Two", "One\x1bTwo"])
    def test_title_of_several_lines_stays_within_its_line(self, title: str) -> None:
        failed, reason = answered(matching(["1"], Hit("A", title), Hit("B", "Waves"))).split("\n")
        assert failed == "Import Failed"
        assert is_one_line(reason)

    @pytest.mark.parametrize("turn", TURNS)
    def test_nothing_in_a_title_turns_the_rest_of_the_line_about(self, turn: str) -> None:
        text = answered(matching(["1"], Hit("A", f"One{turn} Two"), Hit("B", "Waves")))
        assert "A (One Two), B (Waves)" in text

    @pytest.mark.parametrize("turn", TURNS)
    def test_nor_does_it_in_another_value(self, turn: str) -> None:
        finding = Finding("invalidISBN", Severity.REFUSE, "020", detail=f"978{turn}0")
        assert "has '9780' in $a" in refused(Reason.RULES, finding)

    def test_marks_that_a_script_needs_stay(self) -> None:
        title = "می\u200cروم \u200fהר\u200e"
        assert f"A ({title})" in answered(matching(["1"], Hit("A", title), Hit("B", "Waves")))


class TestTextsOfASite:
    """A site that knows Alma's words better writes them into its settings."""

    @pytest.mark.parametrize("key", replies.KEYS)
    def test_stands_in_place_of_the_gateway_s_own_and_of_no_other(self, key: str) -> None:
        own = Replies({key: "In our words: {mms_id}."})
        for end in ENDS:
            expected = "In our words: 9910000000015867." if replies.key(end) == key else answered(receipt(*end))
            assert own.text(receipt(*end)) == expected

    def test_of_a_failed_logon_does_not_tell_what_was_wrong_with_it(self) -> None:
        own = Replies({"logon_failed": "No."})
        reasons = REACHABLE[Outcome.LOGON_FAILED]
        assert {own.text(receipt(Outcome.LOGON_FAILED, reason)) for reason in reasons} == {"No."}
        assert {*replies.KEYS}.isdisjoint(reasons)

    @pytest.mark.parametrize("key", ["busy", "crashed"])
    def test_may_be_one_that_no_attempt_is_kept_of(self, key: str) -> None:
        own = Replies({key: "Come back {{at noon}}{mms_id}{offset}{hits}."})
        assert getattr(own, key) == "Come back {at noon}."

    def test_has_what_the_gateway_s_own_have(self) -> None:
        own = Replies({"several_matches": "{count} of {{{number}}}:\n{hits}"})
        text = own.text(matching(["123"], Hit("A", "Tides"), Hit("B", "Waves")))
        assert text == "two of {OCLC number 123}:\nA (Tides), B (Waves)"

    def test_keys_are_those_of_the_settings(self) -> None:
        assert sorted(replies.KEYS) == sorted(tree.REPLY_KEYS)
        assert {*map(replies.key, replies.REPLIES)} == {*replies.KEYS}

    @pytest.mark.parametrize("place", sorted(replies.PLACES))
    def test_may_name_every_place(self, place: str) -> None:
        assert fault(f"{{{place}}}") == ""
        assert isinstance(Replies({"locked": f"{{{place}}}"}).text(receipt(Outcome.REFUSED, Reason.LOCKED)), str)

    @pytest.mark.parametrize("place", sorted(replies.PLACES))
    def test_shows_nothing_where_an_attempt_has_no_such_value(self, place: str) -> None:
        for end in ENDS:
            own = Replies({replies.key(end): f"<{{{place}}}>"})
            assert own.text(Receipt("xyz", *end)) == "<>"

    @pytest.mark.parametrize("text", ["", "Not today.", "Line\nLine", "{{not a place}}", "{mms_id} {hits}"])
    def test_has_no_fault_where_every_brace_is_a_place_or_doubled(self, text: str) -> None:
        assert fault(text) == ""

    @pytest.mark.parametrize("text", ["{", "}", "{mms_id", "mms_id}", "{mms_id!", "{{}"])
    def test_has_a_fault_with_a_single_brace(self, text: str) -> None:
        assert fault(text).startswith("has a brace that belongs to no name; write {{ or }}")

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("{mms}", "{mms}"),
            ("{}", "{}"),
            ("{0}", "{0}"),
            ("{password}", "{password}"),
            ("{mms_id.__class__}", "{mms_id.__class__}"),
            ("{hits[0]}", "{hits[0]}"),
        ],
    )
    def test_has_a_fault_with_anything_but_a_place(self, text: str, named: str) -> None:
        assert fault(text).startswith(f"has {named}, which there is not; there are after, ")

    @pytest.mark.parametrize("text", ["{mms_id!r}", "{mms_id:>99999999}", "{mms_id:{count}}"])
    def test_has_a_fault_with_more_than_a_place_s_name(self, text: str) -> None:
        assert fault(text) == "has more than a name in {mms_id}; write {mms_id} alone"


def test_fixed_texts_are_those_of_the_table() -> None:
    assert answered(Receipt("@h", Outcome.BUSY)) == Replies().busy
    assert answered(Receipt("@h", Outcome.ERROR, Reason.CRASHED)) == Replies().crashed
