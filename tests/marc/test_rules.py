"""What can be wrong with a record: each code found, and put into words."""

import string

import pytest

from gateway.importer.decide import examine
from gateway.marc import rules
from gateway.marc.identifiers import identifiers
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Finding, Reason, Severity
from tests.marc.mnemonic import LEADER, raw, sample

SOUND = r"""
    =001  ocn123
    =003  OCoLC
    =008  990412s1931\\\\xx\\\\\\\\\\\\000\|\eng\d
    =035  \\$a(OCoLC)123
    =245  00$aTides @
"""


def findings(record: bytes) -> list[Finding]:
    try:
        read = Record.parse(record)
    except Damaged as error:
        return [rules.damage(error)]
    return rules.check(record, read, identifiers(read))


def leader(at: int, code: bytes) -> bytes:
    """`SOUND` with another leader."""
    record = raw(SOUND)
    return record[:at] + code + record[at + len(code) :]


def without(tag: str) -> bytes:
    """`SOUND` without a field."""
    return raw("\n".join(line for line in SOUND.splitlines() if f"={tag}" not in line))


def with_field(line: str) -> bytes:
    """`SOUND` with one more field."""
    return raw(f"{SOUND.rstrip()}\n    {line}\n")


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
    "titleRepeated": with_field("=245  00$aTides again"),
    "fixedFieldMissing": without("008"),
    "fixedFieldLength": raw(SOUND.replace("990412s", "990412")),
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


def test_findings_refuse_just_where_the_spec_says() -> None:
    warned = {"charsetNotStated", "fixedFieldMissing", "fixedFieldLength", "noOclcNumber"}
    severities = {code: findings(record)[0].severity for code, record in REACHED.items()}
    assert {code for code, severity in severities.items() if severity is Severity.WARN} == warned
    assert {code for code, severity in severities.items() if severity is Severity.REFUSE} == {*REACHED} - warned


@pytest.mark.parametrize("code", REACHED)
def test_refusal_has_the_reason_of_its_group(code: str) -> None:
    (finding,) = findings(REACHED[code])
    refused = examine(REACHED[code]).obstacle
    assert refused == (rules.RULES[code].group if finding.severity is Severity.REFUSE else None)
    assert finding.severity is not Severity.REFUSE or isinstance(refused, Reason)


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
        ("fixedFieldLength", "008 has 39 characters; it should have 40"),
    ],
)
def test_words(code: str, words: str) -> None:
    assert rules.words(findings(REACHED[code])[0]) == words


class TestKindOfRecord:
    @pytest.mark.parametrize("kind", sorted(rules.BIBLIOGRAPHIC_TYPES))
    def test_bibliographic_is_taken(self, kind: str) -> None:
        assert findings(leader(6, kind.encode())) == []

    @pytest.mark.parametrize(
        ("kind", "what"),
        [
            ("z", "an authority record"),
            ("u", "a holdings record"),
            ("v", "a holdings record"),
            ("x", "a holdings record"),
            ("y", "a holdings record"),
            ("w", "a classification record"),
            ("q", "a community information record"),
            (" ", "a record of unknown type ( )"),
            ("1", "a record of unknown type (1)"),
            ("A", "a record of unknown type (A)"),
        ],
    )
    def test_other_is_refused_by_its_name(self, kind: str, what: str) -> None:
        assert findings(leader(6, kind.encode())) == [
            Finding("notBibliographic", Severity.REFUSE, "Leader/06", detail=what)
        ]

    @pytest.mark.parametrize("kind", [b"\0", b"\x1b", b"\n", b"\x1d"])
    def test_detail_can_be_printed(self, kind: bytes) -> None:
        (finding,) = findings(leader(6, kind))
        assert finding.detail.isprintable()

    def test_kinds_do_not_overlap(self) -> None:
        assert not rules.BIBLIOGRAPHIC_TYPES & {*rules.OTHER_FORMATS}


class TestFixedField:
    @pytest.mark.parametrize("characters", [0, 1, 39, 41, 400])
    def test_of_another_length_is_a_warning(self, characters: int) -> None:
        record = raw(f"=008  {'x' * characters}\n=035  9\\$a(OCoLC)1\n=245  00$aTides")
        assert findings(record) == [
            Finding("fixedFieldLength", Severity.WARN, "008", 1, detail=str(characters)),
        ]

    def test_characters_are_counted_not_bytes(self) -> None:
        assert findings(raw(f"=008  {'é' * 40}\n=035  9\\$a(OCoLC)1\n=245  00$aTides")) == []


def test_findings_come_in_the_order_in_which_they_are_looked_for() -> None:
    record = raw("=LDR  " + LEADER.decode().replace("nam a", "nzm  ") + "\n=008  short")
    codes = [finding.code for finding in findings(record)]
    assert codes == ["charsetNotStated", "notBibliographic", "titleMissing", "fixedFieldLength", "noOclcNumber"]
    assert codes == [code for code in rules.RULES if code in codes]


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
