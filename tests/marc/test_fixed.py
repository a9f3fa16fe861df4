"""Leader and control fields: what is wrong with them, and what is not."""

import json
from pathlib import Path

import pytest

from gateway.marc import fixed, rules
from gateway.marc.record import Record
from gateway.model import ChosenGroup, Finding, Severity
from tests.marc.mnemonic import LEADER, mrk
from tests.marc.transcript import said, said_of

CODE = "a code that MARC 21 does not define there"


def with_leader(at: int, code: bytes) -> bytes:
    """A record with an 008 and this in its Leader."""
    raw = mrk(f"=008  {'x' * 40}\n=245  00$aTides").serialize()
    return raw[:at] + code + raw[at + len(code) :]


def of_length(tag: str, characters: int, begins: str = "") -> str:
    """A control field, and an 008."""
    return f"={tag}  {begins.ljust(characters, 'x')[:characters]}\n=008  {'x' * 40}"


class TestKindOfRecord:
    @pytest.mark.parametrize("kind", sorted(fixed.BIBLIOGRAPHIC_TYPES))
    def test_bibliographic_is_taken(self, kind: str) -> None:
        assert said_of("format", with_leader(6, kind.encode())) == []

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
    @pytest.mark.parametrize("refuse", [(), ("required",)])
    def test_other_is_refused_by_its_name_whatever_is_chosen(
        self, kind: str, what: str, refuse: tuple[ChosenGroup, ...]
    ) -> None:
        raw = with_leader(6, kind.encode())
        assert rules.refusals(raw, Record.parse(raw), refuse) == [
            Finding("notBibliographic", Severity.REFUSE, "Leader/06", offset=6, detail=what)
        ]

    @pytest.mark.parametrize("kind", [b"\0", b"\x1b", b"\n", b"\x1d"])
    def test_detail_can_be_printed(self, kind: bytes) -> None:
        raw = with_leader(6, kind)
        (finding,) = fixed.kind(raw, Record.parse(raw))
        assert finding.detail.isprintable()

    def test_kinds_do_not_overlap(self) -> None:
        assert not fixed.BIBLIOGRAPHIC_TYPES & {*fixed.OTHER_FORMATS}


class TestLeader:
    @pytest.mark.parametrize("at", fixed.LEADER_CODES)
    def test_each_code_that_is_defined_is_fine(self, at: int) -> None:
        for code in fixed.LEADER_CODES[at]:
            assert said_of("fixed-fields", with_leader(at, code.encode())) == []

    @pytest.mark.parametrize("level", "IKLM")
    def test_oclc_s_encoding_levels_are_fine(self, level: str) -> None:
        assert said_of("fixed-fields", with_leader(17, level.encode())) == []

    @pytest.mark.parametrize("at", fixed.LEADER_CODES)
    @pytest.mark.parametrize("code", "|x9")
    def test_other_code_is_named_with_its_place(self, at: int, code: str) -> None:
        raw = with_leader(at, code.encode())
        assert said_of("fixed-fields", raw) == [f"WARN Leader/{at:02} Leader/{at:02} holds '{code}', {CODE}"]
        (finding,) = fixed.fixed_fields(raw, Record.parse(raw))
        assert (finding.offset, raw[at : at + 1]) == (at, code.encode())

    def test_blank_is_no_record_status(self) -> None:
        assert said_of("fixed-fields", with_leader(5, b" ")) == [f"WARN Leader/05 Leader/05 holds ' ', {CODE}"]

    def test_codes_are_those_of_the_schema_and_more(self, conformance: Path) -> None:
        schema = json.loads((conformance / "schema" / "timathom_bibliographic.json").read_text("utf-8"))
        for at, codes in fixed.LEADER_CODES.items():
            assert {*schema["fields"]["LDR"]["positions"][f"{at}-{at}"]["codes"]} <= {*codes}


class TestControlField:
    @pytest.mark.parametrize(
        ("tag", "lengths"),
        [
            ("005 2", range(16, 17)),
            ("006 a", range(18, 19)),
            ("007 a", range(8, 9)),
            ("007 c", range(6, 15)),
            ("007 d", range(6, 7)),
            ("007 f", range(10, 11)),
            ("007 g", range(9, 10)),
            ("007 h", range(13, 14)),
            ("007 k", range(6, 7)),
            ("007 m", range(9, 24)),
            ("007 o", range(2, 3)),
            ("007 q", range(2, 3)),
            ("007 r", range(11, 12)),
            ("007 s", range(14, 15)),
            ("007 t", range(2, 3)),
            ("007 v", range(9, 10)),
            ("007 z", range(2, 3)),
        ],
    )
    def test_length(self, tag: str, lengths: range) -> None:
        tag, begins = tag.split()
        allowed = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        for length in (1, lengths[0] - 1, *lengths, lengths[-1] + 1, 100):
            wrong = f"WARN {tag}(1) field {tag} has {length} characters; it should have {allowed}"
            assert said("fixed-fields", of_length(tag, length, begins)) == ([] if length in lengths else [wrong])

    @pytest.mark.parametrize("tag", ["005", "006", "007"])
    def test_empty(self, tag: str) -> None:
        (line,) = said("fixed-fields", of_length(tag, 0))
        assert line.startswith(f"WARN {tag}(1) field {tag} has 0 characters; it should have ")

    def test_characters_are_counted_not_bytes(self) -> None:
        assert said("fixed-fields", f"=005  {'é' * 16}\n=008  {'é' * 40}") == []

    def test_of_several_the_wrong_one_is_named(self) -> None:
        assert said("fixed-fields", f"=007  ta\n=007  tax\n=007  sd\n=008  {'x' * 40}") == [
            "WARN 007(2) field 007 has 3 characters; it should have 2",
            "WARN 007(3) field 007 has 2 characters; it should have 14",
        ]

    def test_material_that_is_not_defined(self) -> None:
        assert said("fixed-fields", f"=006  {'b' * 18}\n=007  xx\n=008  {'x' * 40}") == [
            f"WARN 006/00(1) 006/00 holds 'b', {CODE}",
            f"WARN 007/00(1) 007/00 holds 'x', {CODE}",
        ]

    def test_kinds_and_lengths_are_those_of_the_schema(self, conformance: Path) -> None:
        schema = json.loads((conformance / "schema" / "timathom_bibliographic.json").read_text("utf-8"))["fields"]
        stated = {tag[3]: field["positions"].values() for tag, field in schema.items() if tag[:3] == "007"}
        longest = {kind: max(position["end"] for position in positions) + 1 for kind, positions in stated.items()}
        assert longest == {kind: longest for kind, (_, longest) in fixed.PHYSICAL_LENGTHS.items()}


class TestFixedField:
    def test_missing(self) -> None:
        assert said("fixed-fields", "=245  00$aTides") == ["WARN 008 there is no 008"]

    @pytest.mark.parametrize("characters", [0, 1, 39, 41, 400])
    def test_of_another_length(self, characters: int) -> None:
        assert said("fixed-fields", f"=008  {'x' * characters}") == [
            f"WARN 008(1) 008 has {characters} characters; it should have 40"
        ]

    def test_sound_record(self) -> None:
        assert said("fixed-fields", f"=LDR  {LEADER.decode()}\n=008  {'x' * 40}\n=245  00$aTides") == []
