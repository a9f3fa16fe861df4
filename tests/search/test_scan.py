"""The terms of an index around a term, with how many records have them."""

import pytest

from gateway.search.entries import entry
from gateway.search.query import Index, Structure
from gateway.search.scan import SCANNED_TERMS, SPARE, Scanned, scan
from gateway.search.volumes import Recent
from tests.marc.mnemonic import raw
from tests.search.rows import catalogue


@pytest.fixture(scope="module")
def records() -> Recent:
    return catalogue()


@pytest.mark.parametrize(
    ("index", "text", "structure", "before", "after"),
    [
        (Index.TITLE, "Harbor", Structure.WORDS, ["fill", "hai", "harb"], ["harbor", "harbors", "harrow"]),
        (Index.TITLE, "harbo", Structure.WORDS, ["fill", "hai", "harb"], ["harbor", "harbors", "harrow"]),
        (Index.TITLE, "The lantern", Structure.PHRASE, None, ["the lantern keepers of harrow quay"]),
        (Index.SUBJECT, "fens", Structure.PHRASE, ["coffeehouses illinois history 20th century"], ["fens"]),
        (Index.ANY, "zzz", Structure.PHRASE, None, ["אביב"]),
        (Index.OCLC, "ocm0999000000", Structure.WORDS, ["99000074"], ["999000025", "999000058"]),
        (Index.DATE, "1990", Structure.WORDS, ["1987"], ["2010", "2023", "2024", "2025"]),
        (Index.DATE, "2026", Structure.WORDS, ["1987", "2010", "2023", "2024", "2025"], []),
        (Index.LANGUAGE, "", Structure.WORDS, [], ["ara", "arabic"]),
        (Index.TITLE, "灯", Structure.PHRASE, None, ["灯 台 集"]),
    ],
)
def test_terms_stand_around_a_term(
    records: Recent, index: Index, text: str, structure: Structure, before: list[str] | None, after: list[str]
) -> None:
    below, above = scan(records, index, text, before=len(before or ()), after=len(after), structure=structure)
    assert [one.term for one in below] == (before or [])
    assert [one.term for one in above] == after


def test_records_are_counted_that_are_there() -> None:
    made = Recent()
    for number in range(4):
        made.add(f"99{number}", entry("", raw("=650  \\0$aTides\n=690  \\\\$aTides\n=690  \\\\$aRivers")))
    made.remove("990")
    assert scan(made, Index.SUBJECT, "a", before=2, after=9) == ([], [Scanned("rivers", 3), Scanned("tides", 3)])
    assert scan(made, Index.SUBJECT, "a", before=2, after=9, local=False) == ([], [Scanned("tides", 3)])


def test_terms_that_no_record_has_any_more_are_passed_over() -> None:
    made = Recent()
    gone = 3 * SPARE
    for number in range(gone):
        made.add(f"{number}", entry("", raw(f"=245  10$am{number:03}")))
        made.remove(f"{number}")
    made.add("first", entry("", raw("=245  10$aa")))
    made.add("last", entry("", raw("=245  10$az")))
    assert scan(made, Index.TITLE, "m000", before=1, after=1) == ([Scanned("a", 1)], [Scanned("z", 1)])
    assert scan(made, Index.TITLE, "y", before=1, after=0) == ([Scanned("a", 1)], [])


def test_no_more_are_read_than_some_screenfuls() -> None:
    made = Recent()
    words = " ".join(f"m{number:03}" for number in range(3 * SCANNED_TERMS))
    made.add("991", entry("", raw(f"=245  10$a{words}")))
    below, above = scan(made, Index.TITLE, "m150", before=999, after=999)
    assert (len(below), len(above)) == (SCANNED_TERMS, SCANNED_TERMS)
    assert (below[-1].term, above[0].term) == ("m149", "m150")
