"""What differs between two versions of a record, for a page: what replaced what, and what differs within a field."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.changes import changes
from gateway.importer.differences import differences
from gateway.importer.marked import Piece, Side
from gateway.marc.record import Field, Record
from gateway.marc.views.visible import BYTE_ERRORS, joined, shown
from tests.importer.test_changes import AFTER, BEFORE, OVERLAY
from tests.marc.mnemonic import LEADER, mrk

FIELDS = st.builds(
    Field,
    st.sampled_from(["001", "008", "245", "500", "880", "XYZ"]),
    st.binary(max_size=20)
    | st.sampled_from(
        [
            b"  \x1faSea\x1fbTide",
            b"  \x1faSea\x1fbTides ebb",
            b"1 \x1faTide\x1fbSea",
            b"  \x1fa\xe6\x97\xa5\xe6\x9c\xac",
        ]
    ),
)
RECORDS = st.builds(Record, st.just(LEADER), st.lists(FIELDS, max_size=12))


def read(pieces: tuple[Piece, ...]) -> str:
    """Pieces, those that have changed in brackets."""
    return "".join(f"[{shown(piece.line)}]" if piece.changed else shown(piece.line) for piece in pieces)


def one(side: Side | None) -> str:
    """A side as one reads it."""
    if side is None:
        return "-"
    subfields = "".join(f" ${read((part.code,))} {read(part.value)}" for part in side.subfields)
    return f"{side.tag} {read(side.indicators)}{read(side.value)}{subfields}"


def told(before: str, after: str, made_by: str = "") -> list[str]:
    """Differences, those that are the same left out."""
    found = differences(mrk(before), mrk(after), made_by)
    return [f"{each.kind}: {one(each.before)} > {one(each.after)}" for each in found if each.kind != "same"]


def body(side: Side) -> bytes:
    """The bytes that a side shows."""
    texts = ["".join(joined(piece.line) for piece in (*side.indicators, *side.value))]
    texts += ["".join(joined(piece.line) for piece in (part.code, *part.value)) for part in side.subfields]
    return "\x1f".join(texts).encode("utf-8", BYTE_ERRORS)


def test_merge() -> None:
    assert told(BEFORE, AFTER, OVERLAY) == [
        "replaced: LDR 00000cam·a2200000[Ia]·4500 > LDR 00000cam·a2200000[·i]·4500",
        "replaced: 005 20260301120[0]00.0 > 005 20260301120[1]00.0",
        "replaced: 245 12 $a A [walkers] atlas > 245 12 $a A [walker's] atlas",
        "removed: 590 ·· $a Copy 2 lacks the maps. > -",
        "added: - > 650 ·0 $a Walking.",
    ]


def test_why_is_told_of_both_sides() -> None:
    found = {each.before.tag: each for each in differences(mrk(BEFORE), mrk(AFTER), OVERLAY) if each.before}
    assert found["245"].why_gone == "is not protected by Overlay all fields but local"
    assert found["245"].why_come == "comes in by Overlay all fields but local"
    assert found["020"].why_gone == found["020"].why_come == ""


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        (
            "=500  \\\\$aSigned by Ann.",
            "=500  \\\\$aSigned by the author.",
            "replaced: 500 ·· $a Signed by [Ann]. > 500 ·· $a Signed by [the author].",
        ),
        (
            "=650  \\0$aTides.",
            "=650  \\7$aTides.$2fast",
            "replaced: 650 ·[0] $a Tides. > 650 ·[7] $a Tides. $[2] [fast]",
        ),
        (
            "=264  \\1$aOslo :$bFjord,$c2025.",
            "=264  \\1$aOslo :$bFjord,$c2026.",
            "replaced: 264 ·1 $a Oslo : $b Fjord, $c [2025]. > 264 ·1 $a Oslo : $b Fjord, $c [2026].",
        ),
        (
            "=245  10$a日本の歴史",
            "=245  10$a日本の文化史",
            "replaced: 245 10 $a 日本の[歴]史 > 245 10 $a 日本の[文化]史",
        ),
        (
            "=245  10$aVoi\u0306na",
            "=245  10$aVoina",
            "replaced: 245 10 $a [Voi\u0306na] > 245 10 $a [Voina]",
        ),
        (
            "=500  \\\\$aTwo  blanks",
            "=500  \\\\$aTwo blanks",
            "replaced: 500 ·· $a Two[··]blanks > 500 ·· $a Two[ ]blanks",
        ),
        (
            "=008  260301s2026    xxu",
            "=008  260301s2025    nyu",
            "replaced: 008 260301s202[6]····[xx]u > 008 260301s202[5]····[ny]u",
        ),
        (
            "=008  260301s2026",
            "=008  260301s2026  ",
            "replaced: 008 260301s2026 > 008 260301s2026[··]",
        ),
    ],
)
def test_change_within_a_field(old: str, new: str, difference: str) -> None:
    assert told(old, new) == [difference]


def test_fields_that_are_not_alike_are_two() -> None:
    assert told("=650  \\0$aFens.", "=650  \\0$aWalking.") == [
        "removed: 650 ·0 $a Fens. > -",
        "added: - > 650 ·0 $a Walking.",
    ]


def test_the_one_title_is_replaced_even_if_nothing_of_it_stays() -> None:
    assert told("=245  10$aFens.", "=245  10$aWalking.") == ["replaced: 245 10 $a [Fens]. > 245 10 $a [Walking]."]


def test_each_is_paired_with_the_one_most_like_it() -> None:
    before = "=500  \\\\$aSigned by the author on page one.\n=500  \\\\$aMaps on the lining papers."
    after = "=500  \\\\$aNew.\n=500  \\\\$aSigned by the author on page two.\n=500  \\\\$aMaps on lining papers."
    assert told(before, after) == [
        "added: - > 500 ·· $a New.",
        "replaced: 500 ·· $a Signed by the author on page [one]. > 500 ·· $a Signed by the author on page [two].",
        "replaced: 500 ·· $a Maps on [the ]lining papers. > 500 ·· $a Maps on lining papers.",
    ]


def test_field_that_stands_elsewhere_is_not_changed() -> None:
    found = told("=500  \\\\$aSea of A\n=500  \\\\$aSea of B", "=500  \\\\$aSea of B\n=500  \\\\$aSea of A")
    assert [line.partition(":")[0] for line in found] == ["removed", "added"]


def test_sides_know_their_place_and_language() -> None:
    before = "=008  260301s2026\\\\\\\\xx\\" + "\\" * 17 + "rus\\d\n=245  10$6880-01$aVoĭna\n=880  10$6245-01/(N$aВойна"
    (found,) = [each for each in differences(mrk(before), mrk(f"{before}$bи мир")) if each.kind == "replaced"]
    assert found.before is not None
    assert found.after is not None
    assert found.after.place == ("880", 1, 2)
    assert found.after.stands_for == "245"
    assert [(part.lang, part.dir) for part in found.after.subfields] == [("", "ltr"), ("ru", "ltr"), ("ru", "ltr")]
    assert found.after.subfields[2].code.changed
    assert read(found.after.subfields[2].value) == "[и мир]"


@given(RECORDS, RECORDS)
def test_differences_hold_both_records(before: Record, after: Record) -> None:
    found = [*differences(before, after)]
    assert [body(each.before) for each in found if each.before][1:] == [field.body for field in before.fields]
    assert [body(each.after) for each in found if each.after][1:] == [field.body for field in after.fields]
    entries = [each.after.place.entry for each in found if each.after and each.after.place]
    assert entries == [*range(len(after.fields))]
    for each in found:
        assert (each.before is None, each.after is None) == {"added": (True, False), "removed": (False, True)}.get(
            each.kind, (False, False)
        )
        sides = [side for side in (each.before, each.after) if side]
        pieces = [piece for side in sides for piece in (*side.indicators, *side.value)]
        pieces += [piece for side in sides for part in side.subfields for piece in (part.code, *part.value)]
        assert any(piece.changed for piece in pieces) == (each.kind == "replaced")
    same = [each.before.tag for each in found if each.kind == "same" and each.before]
    assert same == [change.field.tag for change in changes(before, after) if change.kind == "same"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([Field("500", b"  \x1fa" + b"a b " * 2_000)] * 9, [Field("500", b"  \x1fa" + b"b a " * 2_000)] * 9),
        ([Field("500", b"  \x1fa" + b"\x1b\x00" * 4_000)], [Field("500", b"  \x1fa" + b"\x00\x1b" * 4_000)]),
        (
            [Field("500", b"  \x1faA%d" % n) for n in range(4_000)],
            [Field("500", b"  \x1faB%d" % n) for n in range(4_000)],
        ),
        ([Field("008", b"a " * 4_000)], [Field("008", b" a" * 4_999)]),
    ],
)
def test_longest_records_are_compared_at_once(old: list[Field], new: list[Field]) -> None:
    before = time.process_time()
    assert [*differences(Record(LEADER, old), Record(LEADER, new))]
    assert time.process_time() - before < 30
