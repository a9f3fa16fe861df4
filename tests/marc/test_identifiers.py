"""Numbers by which records are found, in the one form that compares."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.identifiers import bare_oclc_key, identifiers, oclc_key, oclc_numbers
from gateway.marc.record import Record
from gateway.model import Identifier
from tests.marc.mnemonic import mrk, records_in, sample

SPELLINGS = {
    "(OCoLC)123456789": "123456789",
    "(OCoLC)ocm00001234 ": "1234",
    "(OCoLC)ocm12345678 ": "12345678",
    "(OCoLC)ocn123456789": "123456789",
    "(OCoLC)on1234567890": "1234567890",
    "(OCoLC)on12345678901234": "12345678901234",
    "(OCoLC)00001234": "1234",
    "(OCoLC)1": "1",
    "(OCoLC)100": "100",
    "(OCoLC) 1234": "1234",
    "(OCoLC)1234 ": "1234",
    "(OCoLC)12 34": "1234",
    "(OCoLC)ocm 1234": "1234",
    "(OCoLC)o c m 1234": "1234",
    "(OCoLC)0 0 1234": "1234",
    "(OCoLC)": "",
    "(OCoLC) ": "",
    "(OCoLC)0": "",
    "(OCoLC)000": "",
    "(OCoLC)ocm": "",
    "(OCoLC)ocm0": "",
    "(OCoLC)ocmocn1234": "",
    "(OCoLC)oc1234": "",
    "(OCoLC)fst01411628": "",
    "(OCoLC)NOC123456": "",
    "(OCoLC)1234x": "",
    "(OCoLC)12-34": "",
    "(OCoLC)12.34": "",
    "(OCoLC)1,234": "",
    "(OCoLC)1_000": "",
    "(OCoLC)+1000": "",
    "(OCoLC)-1000": "",
    "(OCoLC)1e3": "",
    "(OCoLC)0x10": "",
    "(OCoLC)1234\n": "",
    "(OCoLC)\t1234": "",
    "(OCoLC)١٢٣٤": "",  # Arabic-Indic digits: isdigit() and int() take them
    "(OCoLC)१२३४": "",  # Devanagari
    "(OCoLC)１２３４": "",  # noqa: RUF001 - fullwidth digits
    "(OCoLC)1٢٣": "",
    "(OCoLC)12³": "",
    "(OCoLC)123\u00a04": "",
    "(OCoLC)(OCoLC)1234": "",
    "(OCoLC-M)1234": "",
    "(OCoLC-I)1234": "",
    "RB(OCoLC)1234": "",
    "(DLC)1234": "",
    "(XYZ)(OCoLC)1234": "",
    "1234": "",
    "ocn1234": "",
    "": "",
}
"""035 $a -> what it compares by; empty where it is no OCLC number."""


@pytest.mark.parametrize("value", SPELLINGS)
def test_spelling(value: str) -> None:
    assert oclc_key(value) == SPELLINGS[value]
    if value.startswith("(OCoLC)"):
        assert bare_oclc_key(value.removeprefix("(OCoLC)")) == SPELLINGS[value]


def test_number_of_any_length_is_a_number() -> None:
    assert oclc_key("(OCoLC)" + "0" * 4_000 + "7" * 5_000) == "7" * 5_000


@given(st.integers(1, 10**12), st.sampled_from(["", "ocm", "ocn", "on"]), st.integers(0, 12))
def test_prefix_and_zeros_make_no_difference(number: int, prefix: str, zeros: int) -> None:
    assert oclc_key(f"(OCoLC){prefix}{'0' * zeros}{number} ") == str(number)


@given(st.text())
def test_any_text_is_a_number_in_plain_digits_or_none(text: str) -> None:
    key = oclc_key(f"(OCoLC){text}")
    assert key == "" or (key.isascii() and key.isdigit() and not key.startswith("0"))


def test_record_is_found_by_035_020_and_022() -> None:
    record = mrk(r"""
        =001  on1999000066
        =003  OCoLC
        =019  \\$a99000074
        =035  \\$a(OCoLC)1999000066$z(OCoLC)99000074$z(OCoLC)ocn999000082
        =035  \\$a(OCoLC)on1999000066
        =035  \\$a(OCoLC-M)5$z(DLC)6$9(OCoLC)7$az
        =035  9\$a(OCoLC)8$a(OCoLC)9
        =020  \\$a0-306-40615-2 (pbk.)$z9780306406158
        =020  \\$a9780306406158
        =022  \\$a2434-561x$y0000-0000
    """)
    assert identifiers(record) == {
        Identifier("oclc", "1999000066"),
        Identifier("oclc_cancelled", "99000074"),
        Identifier("oclc_cancelled", "999000082"),
        Identifier("oclc", "8"),
        Identifier("oclc", "9"),
        Identifier("system", "(OCoLC-M)5"),
        Identifier("system", "z"),
        Identifier("isbn", "9780306406157"),
        Identifier("issn", "2434-561X"),
    }


def test_number_may_be_both_its_own_and_cancelled() -> None:
    record = mrk(r"=035  \\$a(OCoLC)5$z(OCoLC)5")
    assert identifiers(record) == {Identifier("oclc", "5"), Identifier("oclc_cancelled", "5")}


def test_own_numbers_are_those_in_a_shortest_first() -> None:
    found = [Identifier("oclc", number) for number in ("100", "20", "3", "99")]
    assert oclc_numbers([*found, Identifier("oclc_cancelled", "4")]) == ("3", "20", "99", "100")


def test_record_without_an_oclc_number_is_found_by_what_else_it_has() -> None:
    assert identifiers(Record.parse(sample("no-oclc-number"))) == {
        Identifier("system", "(XYZlocal)harbor-0042"),
        Identifier("isbn", "9786990001081"),
    }


def test_real_records_have_the_numbers_that_our_rule_finds(conformance: Path) -> None:
    records = [Record.parse(raw) for raw in records_in(conformance / "marc" / "uva_2000_utf8.mrc")]
    numbers = [found for record in records if (found := oclc_numbers(identifiers(record)))]
    assert len(numbers) == 1_836
    shared = {number for found in numbers for number in found if sum(number in other for other in numbers) > 1}
    assert len(shared) == 2
