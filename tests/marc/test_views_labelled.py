"""A record under labels, as a catalogue shows it to readers."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

from collections import Counter

from hypothesis import given

from gateway.marc.record import Record
from gateway.marc.table import ANY_CODE, definitions
from gateway.marc.views.labelled import LABELS, labelled
from gateway.marc.views.visible import shown
from tests.marc.mnemonic import mrk
from tests.marc.test_views_grid import BOOK, RECORDS


def lines(text: str) -> list[str]:
    """Each entry behind its label."""
    return [
        f"{section.title}: {shown(entry.value.line)}"
        for section in labelled(mrk(text)).sections
        for entry in section.entries
    ]


def test_book() -> None:
    text = r"""
        =001  9910000000015867
        =008  260301s2026\\\\xxu\\\\\\\\\\\\000\0\eng\d
        =010  \\$a\\2026123456
        =020  \\$a9786990001067$q(paperback)
        =020  \\$z9786990001050
        =022  0\$a0000-0019
        =035  \\$a(OCoLC)ocn000123456$z(OCoLC)99
        =035  \\$a(EXLNZ-01X)991
        =041  1\$aeng$hfre
        =050  \4$aQH95$b.T53
        =100  1\$aRiver, Ann,$d1950-$eauthor.
        =245  10$aTides /$cAnn River.
        =246  3\$aEbb
        =250  \\$aSecond edition.
        =264  \1$aOslo :$bFjord,$c2026.
        =300  \\$a2 volumes ;$c23 cm
        =490  1\$aSeas ;$vv. 2
        =500  \\$aSigned.
        =505  0\$tEbb --$tFlow.
        =520  \\$aOf seas.
        =546  \\$aIn English.
        =590  \\$aOurs.
        =650  \0$aTides$zNorway$xHistory.
        =655  \7$aNovels.$2fast
        =700  1\$aLake, Bo.
        =830  \0$aSeas ;$v2.
        =856  40$uhttps://example.org/$zText
        =949  \\$aours
    """
    assert lines(text) == [
        "Title: Tides / Ann River.",
        "Other title: Ebb",
        "Author: River, Ann, 1950- author.",
        "Contributor: Lake, Bo.",
        "Edition: Second edition.",
        "Published: Oslo : Fjord, 2026.",
        "Physical description: 2 volumes ; 23 cm",
        "Series: Seas ; v. 2",
        "Series: Seas ; 2.",
        "Contents: Ebb -- Flow.",
        "Summary: Of seas.",
        "Language: English",
        "Language: In English.",
        "Notes: Signed.",
        "Subjects: Tides -- Norway -- History.",
        "Genre: Novels.",
        "Online: https://example.org/ Text",
        "ISBN: 9786990001067 (paperback)",
        "ISBN: 9786990001050 (cancelled)",
        "ISSN: 0000-0019",
        "OCLC number: 123456 99 (cancelled)",
        "System number: \\\\2026123456",
        "System number: (EXLNZ-01X)991",
        "Call number: QH95 .T53",
        "Local notes: Ours.",
        "Control number: 9910000000015867",
    ]
    assert labelled(mrk(text)).left_out == ("008", "041", "949")


def test_880_stands_before_its_field() -> None:
    found = {section.title: section.entries for section in labelled(mrk(BOOK)).sections}
    assert [(shown(entry.value.line), entry.value.lang, entry.graphic) for entry in found["Title"]] == [
        ("Война и мир", "ru", True),
        ("Voĭna i mir", "ru-Latn", False),
    ]
    assert [entry.place.entry for entry in found["Author"] if entry.place] == [9, 5]
    assert [shown(entry.value.line) for entry in found["Notes"]] == ["With an index.", "С указателем."]


def test_table_names_fields_of_marc_21_and_each_once() -> None:
    shows = [part for label in LABELS for part in label.shows.split()]
    assert max(Counter(part[:3] for part in shows).values()) == 1
    for part in shows:
        tag, codes = part[:3], part[3:]
        assert {*codes} <= {*ANY_CODE}
        assert len({*codes}) == len(codes)
        if tag.isdigit():
            assert {*codes} <= definitions()[tag].subfields.keys()


@given(RECORDS)
def test_every_field_is_shown_or_said_to_be_left_out(record: Record) -> None:
    found = labelled(record)
    entries = {entry.place.entry for section in found.sections for entry in section.entries if entry.place}
    assert {field.tag for at, field in enumerate(record.fields) if at not in entries} == {*found.left_out}
    assert all(section.entries for section in found.sections)
