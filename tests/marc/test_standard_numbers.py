"""ISBN and ISSN: which are valid, and the one form that compares."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.standard_numbers import isbn13, issn

ISBNS = {
    "0306406152": "9780306406157",
    "0-306-40615-2": "9780306406157",
    "9780306406157": "9780306406157",
    "978-0-306-40615-7": "9780306406157",
    "080442957X": "9780804429573",
    "080442957x": "9780804429573",
    "0-8044-2957-X": "9780804429573",
    "9791090636071": "9791090636071",
    "0306406152 (pbk.)": "9780306406157",
    "0306406152(pbk.)": "9780306406157",
    "9780306406157 (v. 1 : alk. paper) :": "9780306406157",
    "0306406152 : $12.50": "9780306406157",
    "0306406152:": "9780306406157",
    " 0306406152": "9780306406157",
    "9780306406": "",  # ten digits that begin as thirteen may
    "0306406153": "",
    "9780306406158": "",
    "978030640615X": "",
    "080442957": "",
    "0804429570": "",
    "03064061522": "",
    "0306406152X": "",
    "97803064061570": "",
    "9770306406150": "",
    "9790060115615": "",  # an ISMN
    "979-0-060-11561-5": "",
    "0--306406152": "",
    "-0306406152": "",
    "0306406152-": "",
    "0306406152.": "",
    "0306406152\n": "",
    "ISBN 0306406152": "",
    "(pbk.)": "",
    "X": "",
    "": "",
    "٠٣٠٦٤٠٦١٥٢": "",  # Arabic-Indic digits: isdigit() and int() take them
    "０３０６４０６１５２": "",  # noqa: RUF001 - fullwidth digits
}
"""020 $a -> what it compares by; empty where it is no valid ISBN."""

ISSNS = {
    "0378-5955": "0378-5955",
    "03785955": "0378-5955",
    "2434-561X": "2434-561X",
    "2434-561x": "2434-561X",
    " 0378-5955": "0378-5955",
    "0378-5955 (print)": "0378-5955",
    "0378-5955;": "0378-5955",
    "0378-5954": "",
    "0378-595": "",
    "0378-59550": "",
    "0378--5955": "",
    "03-785955": "",
    "X378-5955": "",
    "0378-5955\n": "",
    "ISSN 0378-5955": "",
    "": "",
    "٠٣٧٨٥٩٥٥": "",
}
"""022 $a -> what it compares by; empty where it is no valid ISSN."""


@pytest.mark.parametrize("value", ISBNS)
def test_isbn(value: str) -> None:
    assert isbn13(value) == ISBNS[value]


@pytest.mark.parametrize("value", ISSNS)
def test_issn(value: str) -> None:
    assert issn(value) == ISSNS[value]


def test_number_of_any_length_is_none() -> None:
    assert isbn13("0" * 5_000) == ""
    assert issn("0" * 5_000) == ""


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_just_one_check_digit_fits(digits: str) -> None:
    assert sum(bool(isbn13(digits + check)) for check in "0123456789X") == 1
    assert sum(bool(isbn13(f"978{digits}{check}")) for check in "0123456789") == 1
    assert sum(bool(issn(digits[:7] + check)) for check in "0123456789X") == 1


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 8), st.sampled_from("0123456789"))
def test_wrong_digit_is_noticed(digits: str, at: int, other: str) -> None:
    (valid,) = (digits + check for check in "0123456789X" if isbn13(digits + check))
    changed = valid[:at] + other + valid[at + 1 :]
    assert bool(isbn13(changed)) == (changed == valid)


@given(st.from_regex(r"[0-9]{9}[0-9X]", fullmatch=True).filter(isbn13))
def test_both_lengths_of_a_number_come_out_the_same(number: str) -> None:
    assert isbn13(isbn13(number)) == isbn13(number)


@given(st.text())
def test_any_text_is_a_number_in_plain_digits_or_none(text: str) -> None:
    assert isbn13(text) == "" or (isbn13(text).isascii() and len(isbn13(text)) == 13 and isbn13(text).isdigit())
    assert issn(text) == "" or re.fullmatch("[0-9]{4}-[0-9]{3}[0-9X]", issn(text))
