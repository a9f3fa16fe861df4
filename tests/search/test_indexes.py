"""The tables of what stands in which index: each names what MARC 21 has, and each index finds what it should."""

import pytest

from gateway.marc.table import definition
from gateway.search import indexes
from gateway.search.query import Index, Term
from gateway.search.volumes import Recent
from tests.search.rows import catalogue, found


@pytest.fixture(scope="module")
def records() -> Recent:
    return catalogue()


OBSOLETE = {"440", "652"}
"""Fields of earlier records that MARC 21 describes no more."""


@pytest.mark.parametrize("source", indexes.SOURCES, ids=lambda source: f"{source.place}-{source.tags}")
def test_sources_name_what_marc_has(source: indexes.Source) -> None:
    for tag in source.tags.split():
        defined = definition(tag)
        if defined is None or tag in OBSOLETE:
            assert tag in OBSOLETE or "9" in tag
        elif source.codes != indexes.EVERY:
            assert any(code in defined.subfields for code in source.codes)
            assert all(set(codes) <= set(source.codes) for codes in source.headings)


def test_every_index_has_a_kind() -> None:
    assert {*indexes.TEXTS, *indexes.NUMBERS, *indexes.CODES, Index.DATE} == {*Index}
    assert {source.place for source in indexes.SOURCES} == indexes.HEADED
    assert len({index.value for index in Index} | {*indexes.LOCAL.values()}) == len(Index) + len(indexes.LOCAL)
    assert all(len(code) == 2 for code in (*Index, *indexes.LOCAL.values()))


@pytest.mark.parametrize(
    ("index", "text", "names"),
    [
        (Index.TITLE, "lantern", ["monograph"]),
        (Index.TITLE, "histories", ["monograph"]),
        (Index.TITLE, "quillfeather", []),
        (Index.TITLE, "jih", ["serial"]),
        (Index.TITLE, "todaishu", ["cjk"]),
        (Index.TITLE, "Tōdaishū", ["cjk"]),
        (Index.TITLE, "海燈集", ["cjk"]),
        (Index.TITLE, "海", ["cjk"]),
        (Index.TITLE, "灯台", ["cjk"]),
        (Index.TITLE, "등대집", ["cjk"]),
        (Index.TITLE, "ひかり", ["cjk"]),
        (Index.TITLE, "集海", []),
        (Index.TITLE, "海集", []),
        (Index.TITLE, "حكايات", ["arabic"]),
        (Index.TITLE, "حكايات مناره البحر", ["arabic"]),
        (Index.TITLE, "hikayat", ["arabic"]),
        (Index.TITLE, "מגדלור", ["hebrew"]),
        (Index.TITLE, "שירים", ["hebrew"]),
        (Index.TITLE, "שירימ", ["hebrew"]),
        (Index.KEY_TITLE, "imaginary harbors", ["serial"]),
        (Index.KEY_TITLE, "lantern", []),
        (Index.AUTHOR, "Overhill Zoe", ["monograph"]),
        (Index.AUTHOR, "نورسي", ["arabic"]),
        (Index.AUTHOR, "גלמור", ["hebrew"]),
        (Index.AUTHOR, "東海燈塔", ["cjk"]),
        (Index.AUTHOR, "lantern", []),
        (Index.AUTHOR, "photographer", []),
        (Index.SUBJECT, "harbors literature", ["serial"]),
        (Index.SUBJECT, "springhaven", ["local-fields"]),
        (Index.SUBJECT, "fast", []),
        (Index.ANY, "Les années creuses", ["monograph"]),
        (Index.ANY, "臺北市", ["cjk"]),
        (Index.ANY, "exercises", ["local-fields"]),
        (Index.ANY, "quillfeather coal", ["monograph"]),
        (Index.ISBN, "6990001011", ["monograph"]),
        (Index.ISBN, "699-00-0101-1", ["monograph"]),
        (Index.ISBN, "9786990001012", ["monograph"]),
        (Index.ISBN, "978-6990001029", ["monograph"]),
        (Index.ISBN, "9871-001X", []),
        (Index.ISSN, "9871-001x", ["serial"]),
        (Index.ISSN, "9871001X", ["serial"]),
        (Index.ISSN, "9871-0028", []),
        (Index.OCLC, "1999000017", ["monograph"]),
        (Index.OCLC, "on1999000017", ["monograph"]),
        (Index.OCLC, "(OCoLC)1999000017", ["monograph"]),
        (Index.OCLC, "ocm99000074", ["former-numbers"]),
        (Index.OCLC, "99000199", []),
        (Index.MMS, "hebrew", ["hebrew"]),
        (Index.MMS, "1999000017", []),
        (Index.SYSTEM, "hebrew", ["hebrew"]),
        (Index.SYSTEM, "(OCoLC)999000082", ["former-numbers"]),
        (Index.SYSTEM, "99000074", ["former-numbers"]),
        (Index.SYSTEM, "(DLC)99000074", []),
        (Index.STANDARD, "978-6-9900-0101-2", ["monograph"]),
        (Index.STANDARD, "9871-001X", ["serial"]),
        (Index.STANDARD, "2025990101", ["monograph"]),
        (Index.DATE, "2024", ["arabic", "cjk"]),
        (Index.DATE, "1987", ["former-numbers"]),
        (Index.DATE, "9999", []),
        (Index.LANGUAGE, "heb", ["hebrew"]),
        (Index.LANGUAGE, "Arabic", ["arabic"]),
        (Index.LANGUAGE, "kor", ["cjk"]),
        (Index.LANGUAGE, "fre", []),
        (Index.FORMAT, "ser", ["serial"]),
        (Index.FORMAT, "Serial", ["serial"]),
        (Index.FORMAT, "sco", []),
    ],
)
def test_an_index_finds_what_stands_in_it(records: Recent, index: Index, text: str, names: list[str]) -> None:
    assert found(Term(index, text), records) == names


@pytest.mark.parametrize("index", [Index.SUBJECT, Index.ANY])
def test_fields_for_local_use_can_be_left_out(records: Recent, index: Index) -> None:
    assert found(Term(index, "springhaven press books"), records) == ["local-fields"]
    assert found(Term(index, "springhaven press books", local=False), records) == []
