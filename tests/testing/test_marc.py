"""Records that tests compare: what equals what, and what is shown where it does not."""

from pathlib import Path

import pytest

from gateway.marc.record import Field, Record, to_pymarc
from gateway.testing.marc import Marc, compared
from tests.marc.mnemonic import sample
from tests.server.running import record

MARC = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
RAW = record(1, "A title")
OTHER = record(1, "Another")


class TestEqual:
    def test_are_the_same_bytes_in_any_form(self, tmp_path: Path) -> None:
        file = tmp_path / "record.mrc"
        file.write_bytes(RAW)
        assert Marc(RAW) == RAW == Marc(RAW)
        assert Marc(RAW) == bytearray(RAW)
        assert Marc(RAW) == file == Marc(RAW)
        assert len({Marc(RAW), Marc(RAW), Marc(OTHER)}) == 2

    def test_is_a_record_of_pymarc_with_the_same_fields(self) -> None:
        other_lengths = RAW[:20] + b"4501" + RAW[24:]
        assert Marc(RAW) == to_pymarc(Record.parse(RAW)) == Marc(RAW)
        assert Marc(RAW) == Marc(RAW).pymarc
        assert Marc(other_lengths) != RAW

    @pytest.mark.parametrize(
        "other", [OTHER, Marc(OTHER), RAW[:-1], to_pymarc(Record.parse(OTHER)), None, "A title", 7]
    )
    def test_is_nothing_else(self, other: object) -> None:
        assert Marc(RAW) != other
        assert other != Marc(RAW)


def test_repr_is_short_and_says_what_it_is() -> None:
    assert repr(Marc(RAW)) == f"<Marc {len(RAW)} bytes: A title>"
    assert repr(Marc(record(1, "long " * 50))).endswith("long long long long long long long long…>")
    assert repr(Marc(b"01234")) == "<Marc 5 bytes: damaged>"


def test_text_is_mnemonic_form() -> None:
    assert "=245  00$aA title" in str(Marc(RAW)).split("\n")
    assert (bytes(Marc(RAW)), len(Marc(RAW))) == (RAW, len(RAW))


class TestCompared:
    def test_shows_each_field_that_differs(self) -> None:
        assert compared(Marc(RAW), OTHER) == [
            f"<Marc {len(RAW)} bytes: A title> == bytes <Marc {len(OTHER)} bytes: Another>",
            "",
            "What differs (+ left side, - right side):",
            "  - =245  00$aAnother",
            "  + =245  00$aA title",
            "The same: 6 fields, the Leader counted as one.",
        ]

    def test_shows_the_leader_and_fields_of_one_side(self) -> None:
        left = sample("minimal")
        right = left[:5] + b"d" + left[6:]
        shown = compared(left, Marc(right))
        assert shown is not None
        assert [line[:12] for line in shown if line.startswith("  ")] == ["  - =LDR  00", "  + =LDR  00"]

    def test_shows_the_byte_where_fields_are_the_same(self) -> None:
        raw = (MARC / "unordered.mrc").read_bytes()
        shown = compared(Marc(raw), Record.parse(raw).serialize())
        assert shown is not None
        assert shown[2] == "Every field is the same, the bytes are not."
        assert shown[3].startswith("They differ from byte ")

    def test_shows_the_byte_where_one_is_damaged(self) -> None:
        shown = compared(Marc(RAW), RAW[:-1])
        assert shown is not None
        assert shown[2].startswith("one of them cannot be read: ")
        assert shown[3] == f"+ has {len(RAW)} bytes, - has {len(RAW) - 1}, and as far as both go they are the same."
        shown = compared(Marc(b"x" + RAW[1:]), RAW)
        assert shown is not None
        assert shown[3].startswith("They differ from byte 0 on: + …b'x")

    def test_is_bounded(self) -> None:
        long = compared(Marc(record(1, "long " * 1000)), RAW)
        assert long is not None
        assert max(map(len, long)) < 350
        notes = [Field("500", b"  \x1faNote %d" % number) for number in range(100)]
        many = compared(Marc(Record(RAW[:24], notes).serialize()), RAW)
        assert many is not None
        assert many[-2:] == ["  and 46 more", "The same: 1 field, the Leader counted as one."]

    def test_is_of_records_alone(self) -> None:
        assert compared(Marc(RAW), "A title") is None
