"""The table of fields that MARC 21 defines: how it is read, and whether it says what MARC 21 says."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.marc.table import ANY_CODE, ANY_INDICATOR, FILE, Definition, definition, definitions, is_local, spelled

FIELD = re.compile(r"[0-9]{3} (?:R |NR) +(?:[#0-9-]+|\*) +(?:[#0-9-]+|\*) +(?:(?:[a-z0-9]\+?)+|[*-]) +\S.*")

LEFT_OUT = "the schema leaves it out; the Library of Congress has it"
STATED = "the schema leaves out the indicator's values"
DELIBERATE = {
    "017 $8": LEFT_OUT,
    "017 $i": LEFT_OUT,
    "022 $l": LEFT_OUT,
    "022 $m": LEFT_OUT,
    "028 first indicator": "6, distributor number, came in 2016; the schema has 0-5",
    "046 first indicator": STATED,
    "222 $8": LEFT_OUT,
    "222 $b": LEFT_OUT,
    "242 $n": LEFT_OUT,
    "542 $8": LEFT_OUT,
    "542 $k": LEFT_OUT,
    "580 $5": "OCLC has it (Bibliographic Formats and Standards), and sends it",
    "588 first indicator": STATED,
    "730 $7": "data provenance, as in 700, 710 and 711",
    "880 first indicator": "any, that of the field it stands for: the schema has none",
    "880 second indicator": "any, that of the field it stands for: the schema has none",
    "880 subfields": "any, those of the field it stands for: the schema has them as ranges, not repeatable",
    "886 subfields": "any, those of another format's field: the schema has them as ranges",
}
"""Where the table is not as the schema is -> why."""


def lines() -> list[str]:
    text = files("gateway.marc").joinpath(FILE).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class TestFile:
    def test_every_line_is_a_field_in_columns(self) -> None:
        assert [line for line in lines() if not FIELD.fullmatch(line) or len(line) > 120] == []
        starts = {tuple(match.start() for match in re.finditer(r"(?<= )\S+", line))[:5] for line in lines()}
        assert len(starts) == 1

    def test_fields_stand_in_order_once(self) -> None:
        tags = [line[:3] for line in lines()]
        assert tags == sorted({*tags}) == [*definitions()]

    def test_no_subfield_stands_twice(self) -> None:
        codes = {line[:3]: line.split()[4].replace("+", "") for line in lines()}
        assert [tag for tag, found in codes.items() if len({*found}) != len(found)] == []

    def test_control_fields_alone_are_without_indicators_and_subfields(self) -> None:
        assert {d.tag for d in definitions().values() if not d.subfields} == {
            *("001", "003", "005", "006", "007", "008")
        }
        assert {d.tag for d in definitions().values() if not all(d.indicators)} == {
            *("001", "003", "005", "006", "007", "008")
        }


class TestDefinition:
    def test_of_a_field(self) -> None:
        assert definition("024") == Definition(
            tag="024",
            name="Other standard identifier",
            repeatable=True,
            indicators=("0123478", " 01"),
            subfields={"a": False, "c": False, "d": False, "q": True, "z": True, "2": False, "6": False, "8": True},
        )

    def test_of_oclc_s_fields(self) -> None:
        assert definition("012") == Definition(
            "012", "CONSER control elements (OCLC)", False, (" ", " "), dict.fromkeys("abcdefghijklmz", False)
        )
        assert definition("019") == Definition(
            "019", "Former OCLC control numbers (OCLC)", False, (" ", " "), {"a": True}
        )
        assert definition("029") == Definition(
            "029", "Other system control number (OCLC)", True, ("01", " "), dict.fromkeys("abct", False)
        )

    def test_of_a_control_field(self) -> None:
        assert definition("001") == Definition("001", "Control number", False, ("", ""), {})

    def test_of_a_field_in_which_anything_goes(self) -> None:
        graphic = definition("880")
        assert graphic is not None
        assert graphic.indicators == (ANY_INDICATOR, ANY_INDICATOR)
        assert graphic.subfields == dict.fromkeys(ANY_CODE, True)

    @pytest.mark.parametrize("tag", ["000", "002", "004", "014", "949", "59X", "LKR", "", "2450"])
    def test_there_is_none_of_another_tag(self, tag: str) -> None:
        assert definition(tag) is None


@pytest.mark.parametrize(
    ("tag", "local"),
    [
        *((tag, True) for tag in ("009", "039", "049", "090", "099", "199", "590", "599", "690", "859", "900", "999")),
        *((tag, False) for tag in ("019", "029", "490", "245", "014", "880", "LKR", "A19", "")),
    ],
)
def test_local_is_a_tag_with_a_9_that_nobody_defines(tag: str, local: bool) -> None:
    assert is_local(tag) is local


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (" ", "blank"),
        ("01", "0 or 1"),
        ("013", "0, 1 or 3"),
        (" 2", "blank or 2"),
        ("01234567", "0-7"),
        ("0123478", "0-4, 7 or 8"),
        (" 012348", "blank, 0-4 or 8"),
        (ANY_INDICATOR, "blank, 0-9 or a-z"),
    ],
)
def test_values_are_spelled_for_people(allowed: str, words: str) -> None:
    assert spelled(allowed) == words


def expanded(codes: list[str]) -> str:
    """The schema's indicator values, of which `1-9` is one."""
    ranges = (re.fullmatch("([0-9])-([0-9])", code) for code in codes)
    values = [
        [str(digit) for digit in range(int(ends[1]), int(ends[2]) + 1)] if ends else [code]
        for code, ends in zip(codes, ranges, strict=True)
    ]
    return "".join(sorted({value for run in values for value in run}))


def differences(tag: str, ours: Definition | None, schema: dict[str, object]) -> Iterator[str]:
    """Where the table says other than the schema's `schema` of a field."""
    if ours is None or ours.repeatable != schema["repeatable"]:
        yield tag
        return
    for ordinal, allowed, key in zip(("first", "second"), ours.indicators, ("indicator1", "indicator2"), strict=True):
        stated = schema[key]
        assert isinstance(stated, dict)
        if "".join(sorted(allowed)) != expanded([*stated["codes"]]):
            yield f"{tag} {ordinal} indicator"
    stated = schema["subfields"]
    assert isinstance(stated, dict)
    theirs = {code: subfield["repeatable"] for code, subfield in stated.items()}
    if any(len(code) > 1 for code in theirs):
        yield f"{tag} subfields"
        return
    yield from (f"{tag} ${code}" for code in theirs | ours.subfields if theirs.get(code) != ours.subfields.get(code))


def test_table_says_what_the_schema_says_but_for_what_is_meant(conformance: Path) -> None:
    schema = json.loads((conformance / "schema" / "timathom_bibliographic.json").read_text("utf-8"))["fields"]
    fields = {tag: stated for tag, stated in schema.items() if re.fullmatch("[0-9]{3}", tag)}
    data_fields = {tag: stated for tag, stated in fields.items() if "subfields" in stated}
    found = {line for tag, stated in data_fields.items() for line in differences(tag, definition(tag), stated)}
    assert found == {*DELIBERATE}
    assert len(data_fields) == 230
    for tag in ("001", "003", "005", "006"):
        assert definitions()[tag].repeatable == fields[tag]["repeatable"]
