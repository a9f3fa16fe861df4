"""Keys, the forms of numbers, and what one record is found by."""

import pytest
from hypothesis import given

from gateway.search.entries import LOCAL_PART, SECTION, entry
from gateway.search.query import Index
from gateway.search.tokens import (
    HEADING_CHARACTERS,
    WORD_CHARACTERS,
    asked_forms,
    first_key,
    number_forms,
    whole_key,
    word_key,
)
from tests.marc.mnemonic import raw, sample
from tests.marc.mutations import mutated


def keys_of(name: str, start: str) -> set[str]:
    """The keys of a sample that begin so, without their beginning."""
    return {key.removeprefix(start) for key in entry("99", sample(name)).keys if key.startswith(start)}


class TestKeys:
    def test_begin_with_their_index_and_kind(self) -> None:
        assert word_key("ti", "lantern") == "ti lantern"
        assert first_key("ti", "the") == "ti^the"
        assert whole_key("ti", "the lantern keepers") == "ti=the lantern keepers"

    def test_have_an_end(self) -> None:
        assert word_key("kw", "x" * 1_000) == "kw " + "x" * WORD_CHARACTERS
        assert whole_key("ti", "海" * 1_000) == "ti=" + "海" * HEADING_CHARACTERS


@pytest.mark.parametrize(
    ("index", "value", "forms"),
    [
        (Index.ISBN, "6990001011 (hardcover)", ["9786990001012"]),
        (Index.ISBN, "978-6-9900-0101-2", ["9786990001012"]),
        (Index.ISBN, "9786990001013", ["9786990001013"]),
        (Index.ISBN, "none", ["none"]),
        (Index.ISBN, "(pbk.)", ["pbk"]),
        (Index.ISSN, "9871-001x", ["9871-001X"]),
        (Index.ISSN, "9871001X", ["9871-001X"]),
        (Index.OCLC, "(OCoLC)ocm00001234", ["1234"]),
        (Index.OCLC, "(DLC)00001234", []),
        (Index.SYSTEM, "(OCoLC)on1999000017", ["(ocolc)1999000017", "1999000017"]),
        (Index.SYSTEM, "(DLC)   79012345 ", ["(dlc)79012345", "79012345"]),
        (Index.SYSTEM, "(CaOONL)0081-X", ["(caoonl)81x", "81x"]),
        (Index.SYSTEM, "990012345675867", ["990012345675867"]),
        (Index.SYSTEM, "()", []),
        (Index.STANDARD, "9786990001012 :", ["9786990001012"]),
        (Index.STANDARD, "6990001011", ["9786990001012"]),
        (Index.STANDARD, "9871001X", ["9871-001X"]),
        (Index.STANDARD, "M-2306-7118-7", ["m230671187"]),
        (Index.STANDARD, "n  79012345", ["n79012345"]),
    ],
)
def test_a_number_of_a_record_has_forms(index: Index, value: str, forms: list[str]) -> None:
    assert number_forms(index, value) == forms


@pytest.mark.parametrize(
    ("index", "text", "forms"),
    [
        (Index.OCLC, "ocn999000025", ["999000025"]),
        (Index.OCLC, "(OCoLC)0001234", ["1234"]),
        (Index.OCLC, "on 1999000017", ["1999000017"]),
        (Index.OCLC, "rivers", []),
        (Index.SYSTEM, "(OCoLC)0001234", ["(ocolc)1234"]),
        (Index.SYSTEM, "ocm00001234", ["1234"]),
        (Index.SYSTEM, "00001234", ["1234"]),
        (Index.MMS, " 9910000000015867 ", ["9910000000015867"]),
        (Index.ISSN, "", []),
    ],
)
def test_a_number_that_is_asked_for_has_forms(index: Index, text: str, forms: list[str]) -> None:
    assert asked_forms(index, text) == forms


class TestEntry:
    def test_has_headings_with_and_without_the_article_and_the_rest_of_the_title(self) -> None:
        assert keys_of("monograph", "ti=") == {
            "the lantern keepers of harrow quay",
            "lantern keepers of harrow quay",
            "the lantern keepers of harrow quay a history of harbor cafes 1871 1939",
            "lantern keepers of harrow quay a history of harbor cafes 1871 1939",
            "harbor histories",
        }
        assert keys_of("monograph", "ti^") == {"the", "lantern", "harbor"}

    def test_has_authors_and_subjects_as_headings_and_words(self) -> None:
        assert keys_of("monograph", "au=") == {
            "quillfeather orsolya",
            "quillfeather orsolya 1961",
            "overhill zoe",
        }
        assert keys_of("monograph", "su=") == {
            "coffeehouses",
            "coffeehouses illinois history 19th century",
            "coffeehouses illinois history 20th century",
            "history",
        }
        assert "illinois" in keys_of("monograph", "su ")
        assert "fast" not in keys_of("monograph", "kw ")

    def test_has_the_numbers(self) -> None:
        assert keys_of("monograph", "ib=") == {"9786990001012", "9786990001029"}
        assert keys_of("monograph", "oc=") == {"1999000017"}
        assert keys_of("former-numbers", "oc=") == {"1999000066", "99000074", "999000082", "1999000090"}
        assert keys_of("serial", "is=") == {"9871-001X"}
        assert keys_of("serial", "sn=") == {"99", "(ocolc)999000025", "999000025"}
        assert {"2025990101", "9786990001012"} <= keys_of("monograph", "si=")

    def test_has_the_first_and_the_last_year(self) -> None:
        assert keys_of("monograph", "da=") == {"2025"}
        assert keys_of("serial", "da=") == {"2010"}
        assert {key for key in entry("99", raw("=008  920101m19uu1999")).keys if key.startswith("da")} == {
            "da=1900",
            "da=1999",
        }

    def test_has_the_languages_of_the_text(self) -> None:
        assert keys_of("cjk", "la=") == {"chi", "chinese", "jpn", "japanese", "kor", "korean"}
        assert keys_of("arabic", "la=") == {"ara", "arabic"}

    @pytest.mark.parametrize(
        ("record", "formats"),
        [
            (sample("monograph"), {"bks", "book"}),
            (sample("serial"), {"ser", "serial"}),
            (raw("=LDR  00000ngm a2200000 i 4500\n=007  vd\\cvaizu"), {"vis", "visual", "vid", "video"}),
            (
                raw("=LDR  00000nam a2200000 i 4500\n=008  920101s1992\\\\\\\\xxu\\\\\\\\\\o"),
                {"bks", "book", "elr", "electronic"},
            ),
            (raw("=LDR  00000nem a2200000 i 4500\n=007  aj\\canzn"), {"map"}),
        ],
    )
    def test_has_the_formats(self, record: bytes, formats: set[str]) -> None:
        assert {key[3:] for key in entry("99", record).keys if key.startswith("fm=")} == formats

    def test_has_a_field_in_another_script_where_its_other_end_stands(self) -> None:
        assert {"海 燈 集", "灯 台 集", "등 대 집", "海 塘 叢 書"} <= keys_of("cjk", "ti=")
        assert "東 海 燈 塔 研 究 會" in keys_of("cjk", "au=")
        assert {"海燈", "燈集", "海"} <= keys_of("cjk", "ti ")
        assert "封面" not in keys_of("cjk", "ti ")
        assert "封面" in keys_of("cjk", "kw ")

    def test_keeps_fields_for_local_use_apart(self) -> None:
        assert "small press books springhaven" in keys_of("local-fields", "s9=")
        assert not keys_of("local-fields", "su=") & {"small press books springhaven"}
        assert "friends" in keys_of("local-fields", "k9 ")
        assert "friends" not in keys_of("local-fields", "kw ")

    def test_is_sorted_by_what_files(self) -> None:
        made = entry("99", sample("former-numbers"))
        assert (made.title, made.author, made.date) == ("walkers atlas of the little fen", "potterwick ambrose", "1987")

    def test_has_a_text_with_a_line_for_each_field(self) -> None:
        made = entry("99", raw("=245  10$aTides :$bmaps /$cBy.\n=500  \\\\$aTides.\n=590  \\\\$aOurs."))
        assert made.text == (
            f"{SECTION}ti\n tides maps \n{SECTION}kw\n tides maps by \n tides \n{LOCAL_PART}{SECTION}k9\n ours \n"
        )

    def test_of_damaged_bytes_has_the_mms_id_alone(self) -> None:
        made = entry("9910", b"damaged")
        assert made.keys == {"mm=9910", "sn=9910", "sp=false"}
        assert made[1:] == (LOCAL_PART, "", "", "")

    @given(mutated())
    def test_is_made_of_any_bytes(self, record: bytes) -> None:
        made = entry("99", record)
        assert all(key[2:3] in " ^=" and len(key.encode()) <= 4 * HEADING_CHARACTERS + 3 for key in made.keys)
