"""The words of a text: what looks alike is found alike, in Latin, Arabic, Hebrew and East Asian scripts."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.search.folding import grams, is_single, words, words_by_subfield


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The Lantern Keepers, of Harrow-Quay /", "the lantern keepers of harrow quay"),
        ("Zoë Überall", "zoe uberall"),
        ("Zoe\u0308", "zoe"),
        ("Ægir Œuvre Øre Łódź Đuro Þór straße STRASSE ıI", "aegir oeuvre ore lodz duro thor strasse strasse ii"),
        ("walker's walker’s O'Neill don't", "walkers walkers oneill dont"),
        ("L'histoire d’été, qu'un dell'arte", "l histoire d ete qu un dell arte"),
        ("Bal's l' 'l", "bals l l"),
        ("al-baḥr Lāmiʻ Zarqāʼ", "al bahr lami zarqa"),
        ("Gorʹkiĭ obʺezd", "gorkii obezd"),
        ("col·lecció", "colleccio"),
        ("U.S.A. 1,000 C++", "u s a 1 000 c"),
        ("ﬁnal Ｆｕｌｌ №5 H₂O", "final full no5 h2o"),
        ("Ёлка йод ґанок", "елка иод ганок"),
        ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", "οδυσσευσ οδυσσευσ"),
        ("أحمد إسلام آمال ٱسم", "احمد اسلام امال اسم"),
        ("منارة كـــتاب", "مناره كتاب"),
        ("مَنَارَةُ الْبَحْرِ", "مناره البحر"),
        ("على کتاب یک", "علي كتاب يك"),
        ("٢٠٢٤ ۲۰۲۴", "2024 2024"),
        ("سمير لامع،", "سمير لامع"),
        ("מִגְדָּלוֹר", "מגדלור"),
        ("שלום ספרים", "שלומ ספרימ"),
        ("צה״ל ג׳ירפה בית־ספר", "צהל גירפה בית ספר"),
        ("海燈集 =灯台", "海 燈 集 灯 台"),
        ("ガギ ｶﾞ か\u3099", "ガ ギ ガ が"),
        ("등대집", "등 대 집"),
        ("第1版 MARC入門", "第 1 版 marc 入 門"),
        ("हिन्दी ไทยน้ำ", "हिन्दी ไทยน้ํา"),
        ("a\u200db \u202eturned\x00off", "ab turned off"),
        ("\ud800 ... -- []", ""),
    ],
)
def test_words_are_folded(text: str, folded: str) -> None:
    assert " ".join(words(text)) == folded


def test_characters_that_are_words_are_paired() -> None:
    assert [*grams(words("海燈集 lantern 灯台"))] == ["海燈", "燈集", "灯台"]
    assert is_single("海")
    assert not is_single("a")
    assert not is_single("م")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"10\x1fal'Est", [("a", ["l", "est"])]),
        (b"10\x1faWalker's Tides :\x1f\x1fbMAPS.", [("a", ["walkers", "tides"]), ("b", ["maps"])]),
        ("10\x1faMarées\x1fbÉté".encode(), [("a", ["marees"]), ("b", ["ete"])]),
        (b"10\x1fa\xff\xfeTides\x1fb", [("a", ["tides"]), ("b", [])]),
        (b"10 no subfield", []),
        (b"", []),
    ],
)
def test_subfields_are_read_apart(body: bytes, parts: list[tuple[str, list[str]]]) -> None:
    assert words_by_subfield(body) == parts


@given(st.text())
def test_words_stay_as_they_are_when_folded_again(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert all(word.split() == [word] for word in once)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_ascii_is_folded_as_all_else_is(text: str) -> None:
    assert words(text) == [word for word in words(f"{text} é") if word][: len(words(text))]


@given(st.text(), st.text())
@example("e\u0301l'a", "")
def test_case_and_composition_do_not_count(one: str, other: str) -> None:
    assert words(normalize("NFD", one)) == words(normalize("NFC", one))
    assert words(f"{one} {other}") == words(one) + words(other)
