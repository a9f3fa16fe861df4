"""A record as in Connexion's editor: the fixed field by its labels, a row a field, each 880 above its field."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc import rules
from gateway.marc.record import Field, Record
from gateway.marc.table import definitions
from gateway.marc.views.beside import findings_by_field
from gateway.marc.views.fieldwise import Parts
from gateway.marc.views.fixed_block import block
from gateway.marc.views.fixed_tables import COMMON_008, FORMATS, MATERIALS, PHYSICAL, ROWS
from gateway.marc.views.grid import Grid, Row, grid
from gateway.marc.views.labelled import labelled
from gateway.marc.views.texts import json_lines, mnemonic_lines, xml_lines
from gateway.marc.views.visible import BYTE_ERRORS, joined, shown
from gateway.model import Finding, Severity
from tests.marc.mnemonic import LEADER, mrk, raw, records_in

BOOK = r"""
    =LDR  00000cam\a2200000Ii\4500
    =001  ocn123456789
    =005  20260301120000.0
    =006  m\\\\\o\\d\\\\\\\\
    =007  cr\cna---
    =008  960408s1997\\\\nyua\\\\\b\\\\001\0\rus\d
    =100  1\$6880-01$aTolstoĭ, Lev
    =245  10$6880-02$aVoĭna i mir
    =500  \\$aWith an index.
    =880  10$6245-02/(N$aВойна и мир
    =880  1\$6100-01/(N$aТолстой, Лев
    =880  \\$6500-00/(N$aС указателем.
    =949  \\$aOurs
"""
FIELDS = st.builds(
    Field,
    st.sampled_from(["001", "006", "007", "008", "041", "245", "880", "949", "XYZ"]),
    st.binary() | st.sampled_from([b"10\x1f6880-01\x1fa\xd7\x90", b"10\x1f6245-01/(2/r\x1fa\xd7\x90", b"s|c"]),
)
LONG = (b"<script>x", b"\x1b\x00\xe2\x80\xae", b"\xe9t\xe9 ", "שיר ".encode(), b" " * 9)
"""Values that are shown with care, some ten times over in a record."""
RECORDS = st.builds(Record, st.binary(max_size=24) | st.just(LEADER), st.lists(FIELDS))


def fixed(text: str) -> list[str]:
    """The rows of the fixed field: each label and what stands there."""
    found = block(mrk(text))
    rows = [found.head, *found.rows]
    return [found.format, *["  ".join(f"{cell.label} {shown(cell.value)}" for cell in row) for row in rows]]


def row(shown_row: Row) -> str:
    """A row as one reads it."""
    parts = shown_row.parts
    indicators = "".join(map(shown, parts.indicators))
    subfields = "".join(f" ${shown(code)} {shown(value.line)}" for code, value in parts.subfields)
    return " ".join([shown_row.place.tag, indicators + shown(parts.value.line) + subfields])


def body(parts: Parts) -> bytes:
    """The bytes that a row shows."""
    texts = [joined((*[run for line in parts.indicators for run in line], *parts.value.line))]
    texts += [joined((*code, *value.line)) for code, value in parts.subfields]
    return "\x1f".join(texts).encode("utf-8", BYTE_ERRORS)


def test_fixed_field_of_a_book() -> None:
    assert fixed(BOOK) == [
        "BKS",
        "Rec stat c  Entered 960408  Replaced 20260301120000.0",
        "Type a  ELvl I  Srce d  Audn ·  Ctrl ·  Lang rus",
        "BLvl m  Form ·  Conf 0  Biog ·  MRec ·  Ctry nyu",
        "Cont b···  GPub ·  LitF 0  Indx 1",
        "Desc i  Ills a···  Fest 0  DtSt s  Dates 1997····",
    ]


@pytest.mark.parametrize(
    ("leader", "form", "lines"),
    [
        (
            "00000nas",
            "SER",
            [
                "Type a  ELvl ·  Srce 9  GPub 8  Ctrl ·  Lang 567",
                "BLvl s  Form 3  Conf 9  Freq 8  MRec 8  Ctry 567",
                "S/L 4  Orig 2  EntW 4  Regl 9  Alph 3",
                "Desc i  SrTp 1  Cont 567  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000ngm",
            "VIS",
            [
                "Type g  ELvl ·  Srce 9  Audn 2  Ctrl ·  Lang 567",
                "BLvl m  Form 9  GPub 8  Time 890  MRec 8  Ctry 567",
                "Desc i  TMat 3  Tech 4  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000npc",
            "MIX",
            [
                "Type p  ELvl ·  Srce 9  Ctrl ·  Lang 567",
                "BLvl c  Form 3  MRec 8  Ctry 567",
                "Desc i  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000nem",
            "MAP",
            [
                "Type e  ELvl ·  Srce 9  Relf 8901  Ctrl ·  Lang 567",
                "BLvl m  Form 9  GPub 8  SpFm 34  MRec 8  Ctry 567",
                "CrTp 5  Indx 1  Proj 23  DtSt 6  Dates 78901234",
                "Desc i",
            ],
        ),
        (
            "00000ncm",
            "SCO",
            [
                "Type c  ELvl ·  Srce 9  Audn 2  Ctrl ·  Lang 567",
                "BLvl m  Form 3  Comp 89  AccM 456789  MRec 8  Ctry 567",
                "Part 1  TrAr 3",
                "Desc i  FMus 0  LTxt 01  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000njm",
            "REC",
            [
                "Type j  ELvl ·  Srce 9  Audn 2  Ctrl ·  Lang 567",
                "BLvl m  Form 3  Comp 89  AccM 456789  MRec 8  Ctry 567",
                "Part 1  TrAr 3",
                "Desc i  FMus 0  LTxt 01  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000nmm",
            "COM",
            [
                "Type m  ELvl ·  Srce 9  Audn 2  Ctrl ·  Lang 567",
                "BLvl m  Form 3  GPub 8  MRec 8  Ctry 567",
                "Desc i  File 6  DtSt 6  Dates 78901234",
            ],
        ),
        (
            "00000nzm",
            "",
            ["Type z  ELvl ·  Srce 9  Ctrl ·  Lang 567", "BLvl m  MRec 8  Ctry 567", "Desc i  DtSt 6  Dates 78901234"],
        ),
    ],
)
def test_fixed_field_of_each_format(leader: str, form: str, lines: list[str]) -> None:
    text = rf"""
        =LDR  {leader}\a2200000\i\4500
        =008  {"0123456789" * 4}
    """
    assert fixed(text) == [form, "Rec stat n  Entered 012345  Replaced ", *lines]


def test_fixed_field_of_a_record_without_control_fields() -> None:
    assert fixed("=245  10$aTides")[1:3] == [
        "Rec stat n  Entered   Replaced ",
        "Type a  ELvl ·  Srce   Audn   Ctrl ·  Lang ",
    ]


def test_cell_names_its_place() -> None:
    cells = {cell.label: (cell.place, cell.name) for cells in block(mrk(BOOK)).rows for cell in cells}
    assert cells["Lang"] == ("008/35-37", "Language")
    assert cells["ELvl"] == ("Leader/17", "Encoding level")
    assert cells["Form"] == ("008/23", "Form of item")


def test_tables_fit_together() -> None:
    assert {*FORMATS.values(), "SER"} == MATERIALS.keys() == ROWS.keys() - {""}
    for form, table in MATERIALS.items():
        labels = [element.label for element in (*COMMON_008, *table)]
        told = " ".join(ROWS[form]).split()
        assert sorted(told) == sorted({*labels, "Type", "BLvl", "ELvl", "Desc", "Ctrl"} - {"Entered"})
        places = sorted((element.start, element.end) for element in (*COMMON_008, *table))
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert PHYSICAL.keys() == set("acdfghkmoqrstvz")


def test_rows() -> None:
    assert [row(one) for one in grid(mrk(BOOK)).rows[5:]] == [
        "100 1· $6 880-01 $a Tolstoĭ, Lev",
        "245 10 $6 880-02 $a Voĭna i mir",
        "500 ·· $a With an index.",
        "880 10 $6 245-02/(N $a Война и мир",
        "880 1· $6 100-01/(N $a Толстой, Лев",
        "880 ·· $6 500-00/(N $a С указателем.",
        "949 ·· $a Ours",
    ]


def test_880_stands_above_its_field() -> None:
    found = grid(mrk(BOOK))
    told = [f"{found.rows[at].place.tag} as {found.rows[at].stands_for}" for at in found.order]
    assert told[5:] == [
        "880 as 100",
        "100 as 100",
        "880 as 245",
        "245 as 245",
        "500 as 500",
        "880 as 500",
        "949 as 949",
    ]
    assert [(one.place.entry, one.partners) for one in found.rows if one.partners] == [
        (5, (9,)),
        (6, (8,)),
        (8, (6,)),
        (9, (5,)),
    ]


def test_names_and_places_of_rows() -> None:
    rows = grid(mrk(BOOK)).rows
    assert rows[8].place == ("880", 1, 8)
    assert rows[9].place == ("880", 2, 9)
    assert rows[8].name == rows[6].name == definitions()["245"].name
    assert rows[11].name == "Local field"


def test_language_and_direction_of_a_row() -> None:
    rows = grid(mrk(BOOK)).rows
    assert [(shown(code), value.lang, value.dir) for code, value in rows[8].parts.subfields] == [
        ("6", "", "ltr"),
        ("a", "ru", "ltr"),
    ]
    assert rows[6].parts.subfields[1].value.lang == "ru-Latn"


def test_elements_of_006_and_007() -> None:
    rows = grid(mrk(BOOK)).rows
    assert [f"{cell.label} {cell.place} {shown(cell.value)}" for cell in rows[2].cells] == [
        "T006 006/00 m",
        "Audn 006/05 ·",
        "Form 006/06 o",
        "File 006/09 d",
        "GPub 006/11 ·",
    ]
    assert [f"{cell.label} {shown(cell.value)}" for cell in rows[3].cells][:5] == ["a c", "b r", "d c", "e n", "f a"]


def test_what_is_odd_in_a_field_is_shown() -> None:
    odd = Record(LEADER, [Field("245", b"1x stray\x1f\x1f\x1b \x1fa\xe9"), Field("500", b""), Field("001", b"\x1f")])
    assert [row(one) for one in grid(odd).rows] == ["245 1x·stray $  $␛ · $a ⟨E9⟩", "500 ", "001 ␟"]


def check_grid(record: Record) -> None:
    """Every byte of the record is in its grid, and every field once in Connexion's order."""
    found: Grid = grid(record)
    assert [body(one.parts) for one in found.rows] == [field.body for field in record.fields]
    assert joined(found.leader).encode("utf-8", BYTE_ERRORS) == record.leader
    assert sorted(found.order) == [*range(len(record.fields))]
    assert all(one.place.entry == at for at, one in enumerate(found.rows))


@given(RECORDS)
def test_grid_shows_every_byte(record: Record) -> None:
    check_grid(record)


def test_real_records_have_every_view(conformance: Path) -> None:
    for file in sorted((conformance / "marc").glob("*.mrc")):
        for arrived in records_in(file):
            record = Record.parse(arrived)
            check_grid(record)
            found = labelled(record)
            assert found.sections
            assert all(len(view(record)) > len(record.fields) for view in (mnemonic_lines, xml_lines, json_lines))


def test_longest_record_has_every_view_at_once() -> None:
    longest = [Field(tag, b"10\x1f6880-01\x1fa" + text * 900) for tag in ("245", "880") for text in LONG]
    many = [Field("880", b"10\x1f6245-01\x1fa\xd7\x90")] * 2_000 + [Field("245", b"10\x1f6880-01\x1fa")] * 2_000
    for fields in (longest, many):
        record = Record(LEADER, fields)
        before = time.process_time()
        grid(record)
        labelled(record)
        xml_lines(record)
        assert time.process_time() - before < 5


def test_findings_stand_beside_their_fields() -> None:
    text = r"""
        =LDR  00000nam\a2200000xi\4500
        =020  \\$a1
        =020  \\$a2
        =245  10$aTides$xodd
        =880  10$aTides
    """
    record, arrived = mrk(text), raw(text)
    found = findings_by_field(rules.findings(arrived, record, (), numbered=False), record)
    assert {entry: [one.code for one in ones] for entry, ones in found.fields.items()} == {
        0: ["invalidISBN"],
        1: ["invalidISBN"],
        2: ["undefinedSubfield"],
        3: ["invalidLinkage"],
    }
    assert [one.field for one in found.leader] == ["Leader/17"]
    assert [one.code for one in found.record] == ["fixedFieldMissing", "noOclcNumber"]


@given(RECORDS, st.lists(st.tuples(st.sampled_from(["", "245", "006/00", "Leader/09", "999"]), st.integers(-1, 9))))
def test_every_finding_has_one_place(record: Record, given_places: list[tuple[str, int]]) -> None:
    findings = [Finding("x", Severity.WARN, field, occurrence) for field, occurrence in given_places]
    found = findings_by_field(findings, record)
    placed = [one for ones in found.fields.values() for one in ones]
    assert sorted(map(repr, (*placed, *found.leader, *found.record))) == sorted(map(repr, findings))
