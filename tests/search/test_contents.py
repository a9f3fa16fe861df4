"""A text in a field of a record that came: found as a record taken apart would show it, and quickly passed over."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.search.contents import TURNING, InField
from gateway.search.fold import folded
from tests.marc.mnemonic import raw
from tests.marc.mutations import mutated

TIDES = raw(
    "=001  ocn1234\n=245  00$aTides /$cStraße.\n=245  00$aÉtudes\n=500  \\\\$aCafe\u0301s$b$c\n=500  \\\\no subfield"
)


def taken_apart(record: bytes, tag: str, part: str) -> bool:
    """The same, asked of the record's fields."""
    try:
        fields = Record.parse(record).fields
    except Damaged:
        return False
    texts = (
        field.text if field.control else " ".join(value for _, value in field.subfields())
        for field in fields
        if re.fullmatch(tag.replace("X", "."), field.tag)
    )
    return any(folded(part) in folded(text) for text in texts)


class TestInField:
    @pytest.mark.parametrize(
        ("tag", "part", "stands"),
        [
            ("245", "tides", True),
            ("245", "TIDES / strasse", True),
            ("245", "études", True),
            ("245", "e\u0301TUDES", True),
            ("245", "tides / études", False),
            ("245", "atides", False),
            ("245", "00", False),
            ("245", "", True),
            ("246", "", False),
            ("500", "cafés", True),
            ("500", "cafe", False),
            ("500", "no subfield", False),
            ("001", "OCN1234", True),
            ("00X", "1234", True),
            ("2xx", "tides", True),
            ("XXX", "strasse", True),
            ("5X0", "tides", False),
            ("XXX", "\ud800", False),
        ],
    )
    def test_is_a_part_of_one_field_s_text(self, tag: str, part: str, stands: bool) -> None:
        assert InField(tag, part)(TIDES) is stands

    @pytest.mark.parametrize(
        "record", [b"", b"tides", b"00026", TIDES[:-1], TIDES + b"x", TIDES.replace(b"0", b"\xff")]
    )
    def test_is_nothing_in_damaged_bytes(self, record: bytes) -> None:
        assert not InField("XXX", "")(record)
        assert not InField("245", "tides")(record)

    @given(
        record=mutated(),
        tag=st.sampled_from(["245", "00X", "XXX", "035"]),
        part=st.sampled_from(["", "a", "the", "É", "1"]),
    )
    def test_is_what_the_record_taken_apart_shows(self, record: bytes, tag: str, part: str) -> None:
        assert InField(tag, part)(record) is taken_apart(record, tag, part)


def test_every_character_that_turns_into_ascii_is_known() -> None:
    everything = (chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000)
    turning = {one for one in everything if any(part.isascii() for part in folded(one))}
    assert turning == set(TURNING)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("Straße", "strasse"), ("e\ufb03cient", "efficient"), ("273 \u212a", "273 k"), ("Cur\u017fus", "cursus")],
)
def test_what_turns_into_ascii_is_found(stored: str, asked: str) -> None:
    record = raw(f"=245  00$a{stored}")
    assert InField("245", asked)(record)
    assert not InField("245", asked + "x")(record)
