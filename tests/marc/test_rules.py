"""What can be wrong with a record: each code found, put into words, and refused where its group is chosen."""

import string
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc import rules, table
from gateway.marc.identifiers import identifiers, oclc_numbers
from gateway.marc.iso2709 import Damaged
from gateway.marc.places import DETAIL_CHARACTERS
from gateway.marc.record import Field, Record
from gateway.model import ChosenGroup, Finding, Severity
from tests.marc.mnemonic import LEADER, raw, records_in, sample
from tests.marc.mutations import mutated

SOUND = r"""
    =001  ocn123
    =003  OCoLC
    =008  990412s1931\\\\xx\\\\\\\\\\\\000\|\eng\d
    =035  \\$a(OCoLC)123
    =245  00$aTides @
"""
DEFAULT: tuple[ChosenGroup, ...] = ("required",)
CHOSEN: tuple[ChosenGroup, ...] = get_args(ChosenGroup)


def findings(record: bytes, refuse: tuple[ChosenGroup, ...] = DEFAULT) -> list[Finding]:
    try:
        read = Record.parse(record)
    except Damaged as error:
        return [rules.damage(error)]
    return rules.findings(record, read, refuse, numbered=bool(oclc_numbers(identifiers(read))))


def refusals(record: bytes, refuse: tuple[ChosenGroup, ...] = DEFAULT) -> list[Finding]:
    return rules.refusals(record, Record.parse(record), refuse)


def leader(at: int, code: bytes) -> bytes:
    """`SOUND` with another leader."""
    record = raw(SOUND)
    return record[:at] + code + record[at + len(code) :]


def without(tag: str) -> bytes:
    """`SOUND` without a field."""
    return raw("\n".join(line for line in SOUND.splitlines() if f"={tag}" not in line))


def with_fields(*lines: str) -> bytes:
    """`SOUND` with more fields."""
    return raw("\n".join([SOUND.rstrip(), *(f"    {line}" for line in lines)]))


REACHED = {
    "recordLength": raw(SOUND)[:-1],
    "recordTerminator": raw(SOUND)[:-1] + b" ",
    "leader": leader(10, b"9"),
    "baseAddress": leader(12, b"X"),
    "directory": leader(27, b"X"),
    "fieldTerminator": raw(SOUND).replace(b"@\x1e", b"@ "),
    "fieldLength": sample("broken-field-over-9999"),
    "notUtf8": raw(SOUND).replace(b"@", b"\xe9"),
    "marc8": leader(9, b" ").replace(b"@", b"\xe9"),
    "charsetNotStated": leader(9, b" "),
    "notBibliographic": leader(6, b"z"),
    "titleMissing": without("245"),
    "titleRepeated": with_fields("=245  00$aTides again"),
    "controlValueContainsInvalidCode": leader(5, b"x"),
    "invalidLength": with_fields("=005  1999"),
    "fixedFieldMissing": without("008"),
    "fixedFieldLength": raw(SOUND.replace("990412s", "990412")),
    "undefinedField": with_fields(r"=014  \\$aCONSER"),
    "nonrepeatableField": with_fields("=001  ocn124"),
    "many029": with_fields(*[r"=029  1\$aAU@$b1"] * 51),
    "invalidIndicator": with_fields(r"=650  \9$aSea"),
    "undefinedSubfield": with_fields(r"=500  \\$aNote$q"),
    "nonrepeatableSubfield": with_fields(r"=500  \\$aNote$aAgain"),
    "invalidISBN": with_fields(r"=020  \\$a0306406153"),
    "invalidISSN": with_fields(r"=022  \\$a0378-5954"),
    "invalidLinkage": with_fields("=880  00$aTides"),
    "noOclcNumber": without("035"),
}
"""Code -> a record that has this finding and no other."""


def test_sound_record_has_no_findings() -> None:
    assert findings(raw(SOUND)) == []


@pytest.mark.parametrize("code", REACHED)
def test_code_is_found_alone(code: str) -> None:
    assert [finding.code for finding in findings(REACHED[code])] == [code]


def test_every_code_is_in_the_table() -> None:
    assert {*REACHED, "tooLong"} == {*rules.RULES}  # the import itself finds tooLong


@pytest.mark.parametrize("code", rules.RULES)
def test_words_are_a_sentence_without_braces_or_full_stop(code: str) -> None:
    found = findings(REACHED[code])[0] if code in REACHED else Finding(code, Severity.REFUSE, detail="it is too long")
    words = rules.words(found)
    assert not {*"{}"} & {*words}
    assert not words.endswith(".")
    assert "  " not in words
    assert words == words.strip()
    assert found.detail in words


def test_words_take_only_what_a_finding_has() -> None:
    names = {name for rule in rules.RULES.values() for _, name, _, _ in string.Formatter().parse(rule.words) if name}
    assert names <= {"place", "detail"}


def test_detail_with_braces_is_left_as_it_is() -> None:
    assert rules.words(Finding("tooLong", Severity.REFUSE, detail="{field} {0}")).endswith("{field} {0}")


@pytest.mark.parametrize("code", REACHED)
def test_finding_refuses_just_where_the_spec_says_or_its_group_is_chosen(code: str) -> None:
    group = rules.RULES[code].group
    always = group in ("structure", "size", "format") or code in ("notUtf8", "marc8")
    for refuse in ((), *[(chosen,) for chosen in CHOSEN], CHOSEN):
        (finding,) = findings(REACHED[code], refuse)
        severity = Severity.REFUSE if always or group in refuse else Severity.WARN
        assert (finding.code, finding.severity) == (code, severity)
        if group not in ("structure", "size"):
            assert refusals(REACHED[code], refuse) == ([finding] if severity is Severity.REFUSE else [])


@pytest.mark.parametrize("refuse", [(), DEFAULT, CHOSEN])
def test_what_informs_never_refuses(refuse: tuple[ChosenGroup, ...]) -> None:
    record = with_fields(r"=949  \\$alocal", r"=590  zz$zlocal$zlocal", r"=500  \\$aNote$9LOCAL$9")
    assert [(f.code, f.severity, f.field) for f in findings(record, refuse)] == [
        ("undefinedField", Severity.INFO, "949"),
        ("undefinedField", Severity.INFO, "590"),
        ("undefinedSubfield", Severity.INFO, "500"),
    ]
    assert refusals(record, refuse) == []


def test_every_group_that_can_be_chosen_has_its_check() -> None:
    assert {*CHOSEN} == {*rules.CHECKS} - {"charset", "format"}
    assert {*CHOSEN} <= {rule.group for rule in rules.RULES.values()}


def test_default_refusals_need_no_table() -> None:
    table.definitions.cache_clear()
    for record in (raw(SOUND), *(REACHED[code] for code in ("notUtf8", "notBibliographic", "titleRepeated"))):
        refusals(record)
    assert table.definitions.cache_info().currsize == 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("recordLength", "the record's length is wrong: the leader says '00167' bytes, the record has 166"),
        ("notUtf8", "field 245 holds characters that are not UTF-8 (byte E9), though Leader/09 says so"),
        ("marc8", "field 245 holds MARC-8 characters (byte E9); Leader/09 is not a"),
        ("charsetNotStated", "Leader/09 is ' ', not a (Unicode); taken, since all characters are plain ASCII"),
        ("notBibliographic", "this is an authority record, not a bibliographic one"),
        ("titleMissing", "there is no title field (245)"),
        ("titleRepeated", "there are 2 title fields (245); a record has one"),
        ("fixedFieldMissing", "there is no 008"),
        ("controlValueContainsInvalidCode", "Leader/05 holds 'x', a code that MARC 21 does not define there"),
        ("invalidLength", "field 005 has 4 characters; it should have 16"),
        ("fixedFieldLength", "008 has 39 characters; it should have 40"),
        ("undefinedField", "field 014 is undefined: MARC 21 has no such field"),
        ("nonrepeatableField", "field 001 occurs 2 times; it may stand once"),
        (
            "many029",
            "there are 51 fields 029: with so many Alma may make no 035 of the OCLC number, "
            "and later exports then do not overlay the record",
        ),
        ("invalidIndicator", "field 650 has second indicator 9; it may be 0-7"),
        ("undefinedSubfield", "field 500 has a subfield $q, which MARC 21 does not define there"),
        ("nonrepeatableSubfield", "field 500 has subfield $a 2 times; it may stand once"),
        ("invalidISBN", "field 020 has '0306406153' in $a, which is no valid ISBN"),
        ("invalidISSN", "field 022 has '0378-5954' in $a, which is no valid ISSN"),
        ("invalidLinkage", "field 880 has no $6"),
    ],
)
def test_words(code: str, words: str) -> None:
    assert rules.words(findings(REACHED[code])[0]) == words


def test_findings_come_in_the_order_in_which_they_are_looked_for() -> None:
    leader = LEADER.decode().replace("nam a", "xzm  ")
    record = raw(
        f"""
        =LDR  {leader}
        =880  00$aTides
        =022  \\\\$a1
        =020  \\\\$a1$a2$q
        =650  99$aSea
        =001  1
        =001  2
        =014  \\\\
        =008  short
        =005  short
        """
    )
    codes = [*dict.fromkeys(finding.code for finding in findings(record))]
    assert codes == [
        *("charsetNotStated", "notBibliographic", "titleMissing"),
        *("controlValueContainsInvalidCode", "invalidLength", "fixedFieldLength"),
        *("nonrepeatableField", "undefinedField", "invalidIndicator"),
        *("nonrepeatableSubfield", "invalidISBN", "invalidISSN", "invalidLinkage", "noOclcNumber"),
    ]
    groups = [rules.RULES[code].group for code in codes]
    assert [*dict.fromkeys(groups)] == [
        group for group in dict.fromkeys(r.group for r in rules.RULES.values()) if group in groups
    ]


def test_refusals_come_in_one_order_however_the_profile_names_their_groups() -> None:
    record = raw("=LDR  " + LEADER.decode().replace("nam", "nzm") + "\n=500  1\\$q")
    assert [finding.code for finding in refusals(record, ("subfields", "indicators", "required"))] == [
        *("notBibliographic", "titleMissing", "invalidIndicator", "undefinedSubfield")
    ]


def test_damage_names_the_last_field_that_could_be_read() -> None:
    assert findings(sample("broken-field-no-terminator")) == [
        Finding(
            "fieldTerminator",
            Severity.REFUSE,
            "100",
            offset=939,
            detail="field 245 does not lie where the directory says",
        )
    ]


ANY_RECORD = st.builds(
    lambda head, rest, fields: Record(head + LEADER[9:17] + rest, fields).serialize(),
    st.from_regex(r"00000[ -~]{3}[ -~]", fullmatch=True).map(str.encode),
    st.from_regex(r"[ -~]{7}", fullmatch=True).map(str.encode),
    st.lists(
        st.builds(
            Field,
            st.sampled_from([*table.definitions(), "014", "590", "949", "LKR"])
            | st.from_regex("[0-9A-Za-z]{3}", fullmatch=True),
            st.binary(max_size=40).map(lambda body: body.replace(b"\x1e", b"\x1f"))
            | st.from_regex("(?s)[ 0-9a-z]{2}(\x1f[a-z0-9][ -~é]*)*", fullmatch=True).map(str.encode)
            | st.from_regex("  \x1f6[0-9]{3}-[0-9]{2}(/.{0,5})?", fullmatch=True).map(
                lambda text: text.replace("\x1e", "").encode()
            ),
        ),
        max_size=12,
    ),
)
"""A record whose structure is sound, and nothing else need be."""


@given(ANY_RECORD | mutated())
def test_any_record_that_can_be_read_can_be_judged(record: bytes) -> None:
    try:
        read = Record.parse(record)
    except Damaged:
        return
    for finding in rules.findings(record, read, CHOSEN, numbered=False):
        words = rules.words(finding)
        assert words
        assert len(finding.detail) < DETAIL_CHARACTERS + 100
        assert finding.offset is None or 0 <= finding.offset < len(record)
        assert "\n" not in words
    for refuse in ((), DEFAULT, CHOSEN):
        found = rules.findings(record, read, refuse, numbered=False)
        assert rules.refusals(record, read, refuse) == [f for f in found if f.severity is Severity.REFUSE]


class TestRealRecords:
    """What is found in them was read through, code by code, and is wrong by MARC 21."""

    def test_none_is_refused_by_default(self, conformance: Path) -> None:
        for record in records_in(conformance / "marc" / "uva_2000_utf8.mrc"):
            assert refusals(record) == []

    @pytest.mark.parametrize(
        ("name", "warnings"),
        [
            (
                "uva_2000_utf8",
                {
                    "invalidLength": 1,
                    "invalidIndicator": 970,
                    "undefinedSubfield": 1505,
                    "nonrepeatableSubfield": 3,
                },
            ),
            ("blacklight_30_utf8", {"invalidIndicator": 1}),
            ("yaz_nonlatin_utf8", {"controlValueContainsInvalidCode": 2, "invalidIndicator": 52}),
            ("traject_misc_utf8", {"invalidIndicator": 4, "invalidLinkage": 2}),
        ],
    )
    def test_warnings(self, conformance: Path, name: str, warnings: dict[str, int]) -> None:
        found = Counter(
            finding.code
            for record in records_in(conformance / "marc" / f"{name}.mrc")
            for finding in rules.findings(record, Record.parse(record), DEFAULT, numbered=True)
            if finding.severity is not Severity.INFO
        )
        assert found == warnings

    def test_all_of_every_file_can_be_judged(self, conformance: Path) -> None:
        for file in sorted((conformance / "marc").glob("*.mrc")):
            for record in records_in(file):
                for finding in findings(record, CHOSEN):
                    assert rules.words(finding)
