"""Which language and direction a value has."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.record import Field, Record
from gateway.marc.views import languages
from gateway.marc.views.languages import language, of_record
from gateway.marc.views.scripts import _ALSO, _LANGUAGES, _RANGES, Speaker
from tests.marc.mnemonic import LEADER, mrk


def record(coded: str = "", spoken: Sequence[str] = (), cataloguing: str = "") -> Record:
    """A record with this language in 008, these in 041 $a, this one in 040 $b."""
    fields = [Field("008", b"260301s2026    xx            000 0 " + coded.ljust(3).encode() + b" d")]
    fields += [Field("040", b"  \x1faX\x1fb" + cataloguing.encode())] if cataloguing else []
    fields += [Field("041", b"1 " + b"".join(b"\x1fa" + code.encode() for code in spoken))] if spoken else []
    return Record(LEADER, fields)


@pytest.mark.parametrize(
    ("coded", "value", "lang", "direction"),
    [
        ("rus", "Война и мир", "ru", "ltr"),
        ("rus", "Voĭna i mir", "ru-Latn", "ltr"),
        ("ukr", "Кобзар", "uk", "ltr"),
        ("srp", "На Дрини ћуприја", "sr-Cyrl", "ltr"),
        ("eng", "Война", "und-Cyrl", "ltr"),
        ("ara", "ألف ليلة وليلة", "ar", "rtl"),
        ("per", "شاهنامه", "fa", "rtl"),
        ("eng", "شاهنامه", "und-Arab", "rtl"),
        ("heb", "שירים", "he", "rtl"),
        ("yid", "לידער", "yi", "rtl"),
        ("eng", "שירים", "he", "rtl"),
        ("gre", "Οδύσσεια", "el", "ltr"),
        ("grc", "Οδύσσεια", "grc", "ltr"),
        ("chi", "文学", "zh", "ltr"),
        ("jpn", "文学", "ja", "ltr"),
        ("kor", "文學", "ko", "ltr"),
        ("eng", "文学", "und-Hani", "ltr"),
        ("eng", "文学の本", "ja", "ltr"),
        ("eng", "서울", "ko", "ltr"),
        ("tha", "กรุงเทพ", "th", "ltr"),
        ("ger", "Räuber", "de", "ltr"),
        ("und", "Tides", "", "ltr"),
        ("", "Tides", "", "ltr"),
        ("rus", "1978", "", "auto"),
        ("rus", " ", "", "auto"),
        ("rus", "\x1b(NKINO\x1b(B", "", "auto"),
        ("ara", "كتاب Unicode", "ar", "auto"),
    ],
)
def test_title(coded: str, value: str, lang: str, direction: str) -> None:
    assert Speaker(record(coded)).of("245", value) == (lang, direction)


def test_language_of_041_is_taken_where_008_does_not_fit() -> None:
    assert Speaker(record("eng", ["eng", "rus"])).of("245", "Война").lang == "ru"
    assert Speaker(record("mul", ["engrus"])).of("245", "Война").lang == "ru"


def test_note_is_in_the_language_of_cataloguing() -> None:
    spoken = Speaker(record("rus", cataloguing="ger"))
    assert spoken.of("500", "Mit Register").lang == "de"
    assert spoken.of("505", "Voĭna").lang == "ru-Latn"
    assert spoken.of("650", "Meer").lang == ""
    assert Speaker(record("rus")).of("500", "With an index").lang == ""


def test_link_tells_the_direction_where_characters_do_not() -> None:
    spoken = Speaker(record("heb"))
    assert spoken.of("245", "1978", "245-01/(2/r") == ("he", "rtl")
    assert spoken.of("245", "1978", "245-01/Hebr") == ("he", "rtl")
    assert spoken.of("245", "1978", "245-01") == ("", "auto")
    assert spoken.of("245", "שיר Unicode", "245-01/(2/r") == ("he", "rtl")


def test_languages_of_a_record() -> None:
    other_list = mrk("=041  07$aen$2iso639-1\n=041  1\\$aeng$hlat$jfre")
    assert [found.tag for found in of_record(other_list)] == ["en", "fr"]
    assert [found.name for found in of_record(record("fre", ["fre", "xyz", "ger"]))] == ["French", "German"]


def test_table_of_languages() -> None:
    table = languages.languages()
    assert len(table) > 500
    assert all(code == found.code and len(code) == 3 and found.name for code, found in table.items())
    assert all(2 <= len(found.tag) <= 3 and found.tag.islower() for found in table.values())
    assert [language(code) for code in ("", "   ", "|||", "und", "zxx", "mul")] == [None] * 6
    tags = {found.tag for found in table.values()}
    assert {*_LANGUAGES} == {*_RANGES} - {"Latn"}
    used = {tag for own, otherwise in _LANGUAGES.values() for tag in (*own.split(), *otherwise.split())}
    assert used | {tag for also in _ALSO.values() for tag in also.split()} <= tags


ISO = Path("/usr/share/iso-codes/json/iso_639-2.json")


@pytest.mark.skipif(not ISO.exists(), reason="the list of languages is not installed (Debian's iso-codes)")
def test_table_agrees_with_iso_639() -> None:
    tags = {
        entry.get("bibliographic", entry["alpha_3"]): entry.get("alpha_2", entry["alpha_3"])
        for entry in json.loads(ISO.read_text("utf-8"))["639-2"]
    }
    listed = {code: found.tag for code, found in languages.languages().items() if code in tags}
    assert listed == {code: tag for code, tag in tags.items() if code in listed}
    assert {found.tag for found in languages.languages().values()} <= {*tags.values()}
    assert tags.keys() - listed.keys() == {"mis", "mul", "qaa-qtz", "und", "zxx"}


@given(st.text(), st.sampled_from(["245", "500", "650", ""]), st.text(max_size=12))
def test_any_value_has_a_language_or_none_and_a_direction(value: str, tag: str, link: str) -> None:
    found = Speaker(record("rus", ["ara"], "eng")).of(tag, value, link)
    assert found.dir in ("ltr", "rtl", "auto")
    assert found.lang == "" or found.lang.split("-")[0].isalpha()
