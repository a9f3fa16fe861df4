"""Why an attempt ended as it did, in plain words, and which entry of Connexion's menus to change."""

import re
import string
from itertools import chain

import pytest
from msgspec.structs import replace

from gateway.importer import advice, replies
from gateway.importer.advice import ADVICE, CLIENT, LINKED, NOT_LINKED, THEN_TOO, Words
from gateway.importer.diagnose import (
    BESIDE,
    FAULTS,
    INFOS,
    NEARER,
    PASSED_VALIDATION,
    SLOW_ARRIVAL_SECONDS,
    SLOW_SECONDS,
    diagnose,
)
from gateway.importer.steps import RIGHT, STEPS
from gateway.model import Diagnosis, Facts, Finding, Hit, Outcome, Reason, Receipt, Severity, Submission
from tests.importer.desk import NOON, Desk, answered
from tests.importer.exports import TIDES
from tests.importer.test_logon import DENIED
from tests.importer.test_replies import COMPARED, ENDS, FACTS, receipt
from tests.marc.mnemonic import raw, sample

EXPORT = Submission("export-1", NOON, "i-share-xyz", "192.0.2.7", "01carli_xyz", b"")
OBSERVED = replace(FACTS, items="AP", lengths="desktop", first_bytes="GET /favicon.ico", network="", linked="")

MENU = "Tools > Options > Export"
WITH_MENU_ENTRY = {
    *("case", "white_space", "case_and_white_space", "other_host", "swapped", "user_id_sent", "unknown_logon"),
    *("wrong_password", "no_password", "password_case", "password_white_space", "other_password", "password_too"),
    *("no_logon", "logon_empty", "telnet", "plain_tcp_ip", "malformed", "message_too_long", "permanent_connection"),
    *("slow_reply", "client_gone", "sent_twice", "not_marc", "charset", "many_029s"),
}
"""Codes that a setting of Connexion is to blame for."""
NOTHING_TO_CHANGE = {"created", "merged", "unchanged", "network_zone"}

JARGON = re.compile(
    r"foreign|probe|fram(e|ing)|guard|malformed|parse|exception|traceback|payload|directory entry|frozen|socket", re.I
)
FAILED = [(outcome, reason) for outcome, reason in ENDS if not outcome.filed]
MARC8 = Finding("marc8", Severity.REFUSE, "100", 1, 320, "byte E2")
AUTHORITY = Finding("notBibliographic", Severity.REFUSE, "Leader/06", detail="an authority record")
NO_TITLE = Finding("titleMissing", Severity.REFUSE, "245")
ISBN = Finding("invalidISBN", Severity.WARN, "020", 1, 90, "978")
MANY_029S = Finding("many029", Severity.WARN, "029", 51, 400, "60")


ALL_WORDS: dict[str, Words] = {**ADVICE, **{f"not_linked: {why}": words for why, words in NOT_LINKED.items()}}


def codes(found: tuple[Diagnosis, ...]) -> list[str]:
    return [diagnosis.code for diagnosis in found]


class TestWords:
    """Every code has plain words, and says what to change."""

    def test_are_there_for_every_way_to_end_and_every_fault(self) -> None:
        ends = {(reason or outcome).value for outcome, reason in ENDS}
        hints = {hint for _, _, verdict in DENIED.values() for hint in (verdict.hint, verdict.also) if hint}
        assert {*ADVICE} == ends | hints | {*NEARER, *BESIDE, *FAULTS, *INFOS, "password_too"}

    @pytest.mark.parametrize("code", ALL_WORDS)
    def test_are_plain_sentences(self, code: str) -> None:
        says, fix = ALL_WORDS[code]
        assert says.endswith(".")
        assert fix.endswith((".", "?")) != (code in NOTHING_TO_CHANGE)
        for text in (says, fix):
            assert text.isprintable()
            assert not JARGON.search(text)

    @pytest.mark.parametrize("code", ADVICE)
    def test_name_a_menu_entry_where_a_setting_is_to_blame(self, code: str) -> None:
        fix = ADVICE[code].fix.format_map({**dict.fromkeys(GIVEN, "…"), **CLIENT._asdict()})
        assert (MENU in fix) == (code in WITH_MENU_ENTRY)

    def test_take_only_what_is_given(self) -> None:
        texts = [*chain.from_iterable(ALL_WORDS.values()), LINKED, advice.IN_NETWORK, *THEN_TOO.values()]
        texts += [advice.KEPT, advice.NOT_TAKEN]
        used = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
        assert {*OWN, *CLIENT._fields} <= used <= {*GIVEN}

    @pytest.mark.parametrize(("outcome", "reason"), ENDS)
    def test_leave_nothing_to_fill_in(self, outcome: Outcome, reason: Reason | None) -> None:
        facts = COMPARED.get(reason, OBSERVED) if reason else OBSERVED
        ended = receipt(outcome, reason, replace(facts, arriving=20.0))
        for diagnosis in diagnose(EXPORT, ended, seconds=40.0, delivered=False, again_after=9.0, not_taken=True):
            for text in (diagnosis.says, diagnosis.fix):
                assert text.isprintable()
                assert not {*"{}"} & {*text}
                assert "None" not in text
                assert "  " not in text

    def test_belong_to_one_step_of_a_set_up_each(self) -> None:
        assert sorted(chain.from_iterable(STEPS.values())) == sorted(ADVICE)
        assert {*STEPS} == {*RIGHT}


OWN = (
    *("logon_id", "host", "zone", "points_to", "first_bytes", "earlier", "again_after", "seconds"),
    *("network", "linked", "number_name", "number_fields", "arriving", "in_the_way", "merge_method"),
)
GIVEN = (*OWN, *CLIENT._fields, *replies.PLACES)


@pytest.mark.parametrize(("outcome", "reason"), FAILED)
def test_first_is_what_made_the_outcome(outcome: Outcome, reason: Reason | None) -> None:
    facts = replace(COMPARED.get(reason, OBSERVED) if reason else OBSERVED, items="")
    found = diagnose(EXPORT, receipt(outcome, reason, facts), seconds=60.0, delivered=False)
    assert found[0].code == (reason or outcome).value


class TestLogon:
    @pytest.mark.parametrize("how", [how for how, (*_, verdict) in DENIED.items() if verdict.hint])
    def test_near_miss_says_more_than_the_reason(self, how: str) -> None:
        _, _, verdict = DENIED[how]
        facts = Facts(items="AP", logon_hint=verdict.hint, logon_hint_for=verdict.hint_for)
        (diagnosis,) = diagnose(EXPORT, Receipt("@h", Outcome.LOGON_FAILED, verdict.reason, facts=facts))
        assert diagnosis.code == verdict.hint
        assert verdict.hint_for in diagnosis.says

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
            (
                Reason.WRONG_PASSWORD,
                "other_password",
                "The password is that of 01CARLI_XYZ, not the zone's own.",
                "Retype it at Tools > Options > Export > your destination > Password.",
            ),
        ],
    )
    def test_words(self, reason: Reason, hint: str, says: str, fix: str) -> None:
        facts = Facts(items="AP", logon_hint=hint, logon_hint_for="01CARLI_XYZ")
        failed = Receipt("@h", Outcome.LOGON_FAILED, reason, facts=facts)
        assert diagnose(EXPORT, failed) == (Diagnosis(hint or reason.value, says, fix),)

    async def test_at_another_host_and_in_small_letters_are_both_told(self, desk: Desk) -> None:
        failed = await desk.export(raw(TIDES), "01carli_abc", "abc-secret")
        submission = desk.submission(b"", None)
        submission = replace(submission, logon_id="01carli_abc")
        assert [diagnosis.says for diagnosis in diagnose(submission, failed)] == [
            "Logon ID 01carli_abc belongs to the host sandbox02-na, not to i-share-xyz.",
            "Logon ID 01carli_abc differs from 01CARLI_ABC only in capitals.",
        ]

    async def test_with_a_wrong_password_too_tells_that_behind(self, desk: Desk) -> None:
        failed = await desk.export(raw(TIDES), "01CARLI_XYZ ", "network-secret")
        assert [diagnosis.says for diagnosis in diagnose(EXPORT, failed)] == [
            "Logon ID '01carli_xyz' differs from 01CARLI_XYZ only by spaces.",
            "The password is that of 01CARLI_NETWORK, not the zone's own.",
        ]

    @pytest.mark.parametrize("logon_id", ["{host}", "{", "01CARLI_XYZ{0}"])
    def test_braces_are_a_logon_id_s_own(self, logon_id: str) -> None:
        submission = replace(EXPORT, logon_id=logon_id)
        first, *_ = diagnose(submission, Receipt("@h", Outcome.LOGON_FAILED, Reason.UNKNOWN_LOGON))
        assert f"has the logon ID {logon_id}." in first.says

    def test_of_the_other_clients_is_changed_in_their_own_menus(self) -> None:
        facts = Facts(items="AP", lengths="browser")
        (diagnosis,) = diagnose(EXPORT, Receipt("xyz", Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD, facts=facts))
        assert MENU not in diagnosis.fix
        assert "Connexion browser: General > Admin > Export Options" in diagnosis.fix


class TestTelnet:
    """A destination of plain TCP/IP cannot send a logon: that is the root where none came."""

    @pytest.mark.parametrize("items", ["", "P", "U", "UP"])
    def test_comes_first_where_no_logon_id_came(self, items: str) -> None:
        facts = Facts(items=items, telnet=True)
        assert codes(diagnose(EXPORT, Receipt("@h", Outcome.LOGON_FAILED, Reason.NO_LOGON, facts=facts)))[0] == "telnet"

    @pytest.mark.parametrize("items", ["A", "AP", "PA"])
    def test_comes_behind_where_one_came(self, items: str) -> None:
        facts = Facts(items=items, telnet=True)
        found = diagnose(EXPORT, Receipt("xyz", Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD, facts=facts))
        assert codes(found) == ["wrong_password", "telnet"]

    def test_is_told_once(self) -> None:
        assert codes(diagnose(EXPORT, Receipt("@h", Outcome.FOREIGN, Reason.TELNET, facts=Facts(telnet=True)))) == [
            "telnet"
        ]

    def test_is_what_another_guess_at_the_destination_need_not_be_made_for(self) -> None:
        no_logon = Receipt("@h", Outcome.LOGON_FAILED, Reason.NO_LOGON)
        assert codes(diagnose(EXPORT, no_logon)) == ["no_logon", "plain_tcp_ip"]
        assert codes(diagnose(EXPORT, replace(no_logon, facts=Facts(telnet=True)))) == ["telnet", "no_logon"]


class TestTransfer:
    @pytest.mark.parametrize(
        ("facts", "says"),
        [
            (Facts(arrived=600, expected=714), "The transfer stopped in the middle: 600 of 714 bytes arrived."),
            (Facts(arrived=3), "The transfer stopped in the middle: only 3 bytes arrived."),
        ],
    )
    def test_that_stopped(self, facts: Facts, says: str) -> None:
        (diagnosis,) = diagnose(EXPORT, Receipt("@h", Outcome.MALFORMED, Reason.INCOMPLETE, facts=facts))
        assert (diagnosis.code, diagnosis.says) == ("incomplete", says)

    @pytest.mark.parametrize("end", [b"\x1d", b"\x1d\0", b"\x1d\r\n", b"\x1d \0"])
    def test_that_came_to_the_record_s_end_is_told_from_one_that_stopped(self, end: bytes) -> None:
        facts = Facts(arrived=600, expected=714)
        submission = replace(EXPORT, raw=b"00714nam a22" + end)
        (diagnosis,) = diagnose(submission, Receipt("@h", Outcome.MALFORMED, Reason.INCOMPLETE, facts=facts))
        assert diagnosis.code == "length"


class TestRefusal:
    @pytest.mark.parametrize(
        ("reason", "place"),
        [
            (Reason.REQUIRED, "finding"),
            (Reason.RULES, "finding"),
            (Reason.TOO_LONG, "finding"),
            (Reason.SEVERAL_MATCHES, "hits"),
            (Reason.LOWER_BRIEF_LEVEL, "hit"),
            (Reason.OLDER_VERSION, "stored_version"),
            (Reason.CZ_LINKED, "hit"),
            (Reason.LOCKED, "hit"),
        ],
    )
    def test_tells_what_the_reply_tells(self, reason: Reason, place: str) -> None:
        refused = receipt(Outcome.REFUSED, reason)
        told = str(replies.Values(refused)[place])
        assert told
        assert told in answered(refused)
        assert told in diagnose(EXPORT, refused)[0].says

    def test_is_told_whole_where_a_title_has_several_lines(self) -> None:
        facts = replace(OBSERVED, matched=("1",), hits=(Hit("A", "One\nTwo"), Hit("B", "Waves")))
        (diagnosis,) = diagnose(EXPORT, Receipt("xyz", Outcome.REFUSED, Reason.SEVERAL_MATCHES, facts=facts))
        assert diagnosis.says == "OCLC number 1 matches two records: A (One Two), B (Waves)."
        assert diagnosis.fix == "Merge the records, or correct their 035, then export again."

    def test_of_marc8_names_field_byte_and_setting(self) -> None:
        (diagnosis,) = diagnose(EXPORT, Receipt("xyz", Outcome.REFUSED, Reason.CHARSET, findings=(MARC8,)))
        assert diagnosis.says == (
            "Alma cannot read the characters: field 100 holds MARC-8 characters (byte E2); Leader/09 is not a."
        )
        assert diagnosis.fix == (
            "Choose UTF-8 Unicode at Tools > Options > Export > Record Characteristics, "
            "for bibliographic and authority records."
        )

    def test_says_where_it_was_matched_if_not_in_the_zone(self) -> None:
        facts = Facts(hits=(Hit("A", "Tides"),), network="network")
        (diagnosis,) = diagnose(EXPORT, Receipt("xyz", Outcome.REFUSED, Reason.LOCKED, facts=facts))
        assert diagnosis.says == (
            "A is open in the Metadata Editor. It was held against the records of the Network Zone (network)."
        )

    def test_tells_the_next_one_behind_the_first(self) -> None:
        refused = Receipt("xyz", Outcome.REFUSED, Reason.CHARSET, findings=(MARC8, NO_TITLE))
        first, second = diagnose(EXPORT, refused, findings=(MARC8, NO_TITLE, ISBN))
        assert (first.code, second.code) == ("charset", "required")
        assert second.says == (
            "Once that is mended, the record will be refused for another reason. "
            "Alma does not take it as it is: there is no title field (245)."
        )

    @pytest.mark.parametrize("reason", sorted(PASSED_VALIDATION))
    def test_by_what_the_zone_holds_is_of_a_record_that_nothing_else_refuses(self, reason: Reason) -> None:
        outcome = Outcome.ERROR if reason is Reason.LINK_PENDING else Outcome.REFUSED
        assert codes(diagnose(EXPORT, Receipt("xyz", outcome, reason), findings=(NO_TITLE,))) == [reason.value]

    def test_of_another_kind_of_record_is_the_last_that_means_anything(self) -> None:
        refused = Receipt("xyz", Outcome.REFUSED, Reason.NOT_BIBLIOGRAPHIC, findings=(AUTHORITY, NO_TITLE))
        assert codes(diagnose(EXPORT, refused)) == ["not_bibliographic"]


class TestLookingAhead:
    """People mend one thing at a time: behind a failed logon stands what the record would be refused for."""

    FAILED = Receipt("xyz", Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD, facts=Facts(items="AP"))

    def test_tells_what_the_record_would_be_refused_for(self) -> None:
        first, second = diagnose(EXPORT, self.FAILED, findings=(MARC8, ISBN))
        assert (first.code, second.code) == ("wrong_password", "charset")
        assert second.says == (
            "Once the logon is right, the record will be refused too. "
            "Alma cannot read the characters: field 100 holds MARC-8 characters (byte E2); Leader/09 is not a."
        )
        assert second.fix.startswith("Choose UTF-8 Unicode at ")

    def test_tells_each_reason_once(self) -> None:
        assert codes(diagnose(EXPORT, self.FAILED, findings=(MARC8, NO_TITLE, NO_TITLE))) == [
            *("wrong_password", "charset", "required")
        ]

    def test_ends_with_another_kind_of_record(self) -> None:
        assert codes(diagnose(EXPORT, self.FAILED, findings=(MARC8, AUTHORITY, NO_TITLE))) == [
            *("wrong_password", "charset", "not_bibliographic")
        ]

    def test_tells_nothing_of_a_good_record(self) -> None:
        assert codes(diagnose(EXPORT, self.FAILED, findings=(ISBN,))) == ["wrong_password"]

    @pytest.mark.parametrize(
        ("outcome", "reason", "begins"),
        [
            (Outcome.NO_PROFILE, Reason.NONE_NAMED, "Once there is one profile, "),
            (Outcome.TIMED_OUT, Reason.STORE_SLOW, "Apart from that, "),
            (Outcome.ERROR, Reason.STORE_FAILED, "Apart from that, "),
        ],
    )
    def test_goes_beyond_every_other_obstacle(self, outcome: Outcome, reason: Reason, begins: str) -> None:
        first, second = diagnose(EXPORT, Receipt("xyz", outcome, reason), findings=(MARC8,))
        assert (first.code, second.code) == (reason.value, "charset")
        assert second.says.startswith(begins)


def filed(outcome: Outcome = Outcome.CREATED, **facts: object) -> Receipt:
    """A record that came in, and what was observed of it."""
    observed = replace(Facts(items="AP", match_method="unique-oclc-identifier", keys=("123",)), **facts)
    return Receipt("xyz", outcome, None, "9910000000015867", ("123",), "Tides", facts=observed)


class TestFiled:
    @pytest.mark.parametrize(
        ("outcome", "says"),
        [
            (Outcome.CREATED, "Added as a new record."),
            (Outcome.MERGED, "Replaced the record that has the same OCLC number."),
            (Outcome.UNCHANGED, "Replaced, no difference: the zone holds this record already."),
        ],
    )
    def test_needs_nothing_changed_where_nothing_is_wrong(self, outcome: Outcome, says: str) -> None:
        found = diagnose(EXPORT, filed(outcome), seconds=SLOW_SECONDS, delivered=True, findings=(ISBN,))
        assert found == (Diagnosis(outcome.value, says),)

    def test_says_by_which_number_it_was_found(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(Outcome.MERGED, match_method="issn"))
        assert diagnosis.says == "Replaced the record that has the same ISSN."

    def test_with_a_fault_begins_with_the_outcome_and_says_what_to_change(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(earlier=2))
        assert diagnosis == Diagnosis(
            "permanent_connection",
            "Added as a new record. Before it the same connection brought other records (2): "
            "Permanent Connection is on.",
            "Turn Permanent Connection off at Tools > Options > Export > your destination.",
        )

    def test_with_all_faults_tells_them_by_their_weight(self) -> None:
        receipt = filed(Outcome.UNCHANGED, telnet=True, earlier=1, arriving=11.0)
        found = diagnose(EXPORT, receipt, seconds=23.0, delivered=False, findings=(MANY_029S,), again_after=12.4)
        assert codes(found) == [
            *("telnet", "permanent_connection", "many_029s"),
            *("slow_arrival", "slow_reply", "client_gone", "sent_twice"),
        ]
        assert found[0].says.startswith("Replaced, no difference: the zone holds this record already. The client ")
        assert found[3].says.startswith("The export took 11.0 s to arrive:")
        assert found[4].says.startswith("The answer took 12.0 s;")
        assert found[6].says.startswith("The same record had come 12 s before:")

    @pytest.mark.parametrize(
        ("arriving", "seconds", "told"),
        [
            (None, SLOW_SECONDS, "created"),
            (None, SLOW_SECONDS + 0.1, "slow_reply"),
            (SLOW_ARRIVAL_SECONDS, SLOW_ARRIVAL_SECONDS + SLOW_SECONDS, "created"),
            (SLOW_ARRIVAL_SECONDS + 0.1, SLOW_ARRIVAL_SECONDS + 0.2, "slow_arrival"),
            (1.0, SLOW_SECONDS + 1.1, "slow_reply"),
        ],
    )
    def test_that_came_slowly_is_not_said_to_be_answered_slowly(
        self, arriving: float | None, seconds: float, told: str
    ) -> None:
        assert codes(diagnose(EXPORT, filed(arriving=arriving), seconds=seconds)) == [told]

    @pytest.mark.parametrize(
        ("merge_method", "not_taken", "says"),
        [
            ("replace-all", False, "Replaced, no difference: the zone holds this record already."),
            (
                "overlay-all-fields-but-local",
                True,
                "Not replaced: what is different in the exported record is not taken by the merge method "
                "Overlay all fields but local.",
            ),
            (
                "keep-only-old-value",
                False,
                "Not replaced: the merge method Keep only old value keeps the stored record as it is, whatever is "
                "exported.",
            ),
        ],
    )
    def test_without_a_change_says_what_the_merge_method_has_to_do_with_it(
        self, merge_method: str, not_taken: bool, says: str
    ) -> None:
        found = diagnose(EXPORT, filed(Outcome.UNCHANGED, merge_method=merge_method), not_taken=not_taken)
        assert found == (Diagnosis("unchanged", says),)

    def test_029s_name_the_box_to_fill_in(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(), findings=(MANY_029S,))
        assert diagnosis.fix == (
            "Enter 029 at Tools > Options > Export > Field Export Options > Fields to Delete - Bibliographic Records."
        )

    def test_without_a_number_always_makes_a_new_record(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(keys=()))
        assert diagnosis.code == "no_number"
        assert diagnosis.says == (
            "Added as a new record. It has no OCLC number in 035, so that it matches nothing: "
            "each export of it adds a new record."
        )

    def test_less_than_a_second_later_says_so(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(Outcome.UNCHANGED), again_after=0.2)
        assert "had come less than 1 s before" in diagnosis.says

    @pytest.mark.parametrize("delivered", [None, True])
    def test_is_not_said_to_be_unanswered_before_that_is_known(self, delivered: bool | None) -> None:
        assert codes(diagnose(EXPORT, filed(), delivered=delivered)) == ["created"]


class TestNetworkZone:
    def test_names_the_institution_s_record_that_was_linked(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(network="network", linked="9910000000029999"))
        assert diagnosis == Diagnosis(
            "created",
            "Added as a new record. It is in the Network Zone (network), and the institution's record "
            "9910000000029999 is linked to it.",
        )

    def test_says_where_no_record_of_the_institution_was_linked(self) -> None:
        (diagnosis,) = diagnose(EXPORT, filed(network="network"))
        assert diagnosis.code == "not_linked"
        assert diagnosis.says == (
            "Added as a new record. It is in the Network Zone (network), but no record of the institution is linked "
            "to it."
        )

    @pytest.mark.parametrize("why", NOT_LINKED)
    def test_says_why_none_was_and_what_stands_in_the_way(self, why: str) -> None:
        in_the_way = ("9910000000029999", "9910000000039999") if why in ("locked", "several_matches") else ()
        facts = {"network": "network", "not_linked": why, "in_the_way": in_the_way}
        (diagnosis,) = diagnose(EXPORT, filed(**facts))
        assert diagnosis.code == "not_linked"
        assert "It is in the Network Zone (network), but " in diagnosis.says
        assert ", ".join(in_the_way) in diagnosis.says
        assert diagnosis.fix == NOT_LINKED[why].fix.format(number_fields="035")

    def test_has_words_for_every_reason_that_a_link_can_have(self) -> None:
        assert {*NOT_LINKED} == {"locked", "cz_linked", "several_matches", "too_long", "settings"}

    def test_says_that_the_second_half_was_done_later(self) -> None:
        first, second = diagnose(EXPORT, filed(network="network", linked="9910000000029999", resumed=True))
        assert (first.code, second.code) == ("created", "resumed")
        assert "Connexion may have shown no answer" in second.says
        assert "stopped" not in second.says

    async def test_itself_says_what_one_would_do_next_in_alma(self, desk: Desk) -> None:
        receipt = await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-secret", host="i-share-network")
        first, second = diagnose(EXPORT, receipt)
        assert (first.code, second.code) == ("created", "network_zone")
        assert "add inventory" in second.says

    async def test_itself_says_nothing_of_that_where_nothing_was_filed(self, desk: Desk) -> None:
        receipt = await desk.export(
            sample("refused-marc8"), "01CARLI_NETWORK", "network-secret", host="i-share-network"
        )
        assert codes(diagnose(EXPORT, receipt)) == ["charset"]
