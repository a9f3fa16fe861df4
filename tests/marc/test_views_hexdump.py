"""A record byte by byte, and what each byte is."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc import rules
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Field, Record
from gateway.marc.views.field_layout import STRAY, UNKNOWN
from gateway.marc.views.hexdump import HexDump, hex_dump, part_at
from tests.marc.mnemonic import LEADER, records_in, structure
from tests.marc.mutations import mutated

SOUND = Record(LEADER, [Field("001", b"ocn1"), Field("245", b"10\x1faSea\x1fc\xe2\x82\xac")]).serialize()


def told(raw: bytes, begin: int = 0) -> list[str]:
    """What each part from byte `begin` on is, and its bytes."""
    parts = checked(raw).parts
    return [
        f"{part.name}{' (' * bool(part.explanation)}{part.explanation}{')' * bool(part.explanation)}"
        f" {raw[part.start : part.end]!r}"
        for part in parts
        if part.start >= begin
    ]


def checked(raw: bytes) -> HexDump:
    """The dump; every byte is there once, in rows and in parts."""
    dump = hex_dump(raw)
    ends = [0, *[part.end for part in dump.parts]]
    assert [part.start for part in dump.parts] == ends[:-1]
    assert ends[-1] == len(raw)
    assert all(part.end > part.start and part.name for part in dump.parts)
    assert all((part.name + part.explanation).isprintable() for part in dump.parts)
    for at, row in enumerate(dump.rows):
        assert row.offset == 16 * at
        begin = row.offset
        for span in row.spans:
            part = dump.parts[span.part]
            assert span.raw
            assert span.raw == raw[begin : begin + len(span.raw)]
            assert part.start <= begin < begin + len(span.raw) <= part.end
            assert bytes.fromhex(span.hex) == span.raw
            assert len(span.text) == len(span.raw)
            begin += len(span.raw)
        assert begin == min(row.offset + 16, len(raw))
    return dump


def test_sound_record() -> None:
    assert told(SOUND) == [
        "Leader/00-04 (record length) b'00068'",
        "Leader/05 (record status) b'n'",
        "Leader/06 (type of record) b'a'",
        "Leader/07 (bibliographic level) b'm'",
        "Leader/08 (type of control) b' '",
        "Leader/09 (character coding: a is UTF-8, blank is MARC-8) b'a'",
        "Leader/10 (number of indicators, always 2) b'2'",
        "Leader/11 (characters that begin a subfield (delimiter and code), always 2) b'2'",
        "Leader/12-16 (base address of data: where the first field begins) b'00049'",
        "Leader/17 (encoding level) b' '",
        "Leader/18 (descriptive cataloging form) b'i'",
        "Leader/19 (multipart resource record level) b' '",
        "Leader/20-23 (entry map, always 4500: figures in a directory entry for length and for start) b'4500'",
        "directory entry 1: tag (001) b'001'",
        "directory entry 1: length (5 bytes with its terminator) b'0005'",
        "directory entry 1: start (byte 49 of the record) b'00000'",
        "directory entry 2: tag (245) b'245'",
        "directory entry 2: length (13 bytes with its terminator) b'0013'",
        "directory entry 2: start (byte 54 of the record) b'00005'",
        "field terminator (ends the directory) b'\\x1e'",
        "001 value (Control number; directory entry 1) b'ocn1'",
        "field terminator (ends field 001) b'\\x1e'",
        "245 indicators (Title statement; directory entry 2) b'10'",
        "245 delimiter b'\\x1f'",
        "245 $a code b'a'",
        "245 $a value b'Sea'",
        "245 delimiter b'\\x1f'",
        "245 $c code b'c'",
        "245 $c value b'\\xe2\\x82\\xac'",
        "field terminator (ends field 245) b'\\x1e'",
        "record terminator (ends the record) b'\\x1d'",
    ]


def test_rows_have_what_each_part_has_of_them() -> None:
    dump = checked(SOUND)
    row = dump.rows[3]
    assert row.offset == 48
    assert [(dump.parts[span.part].name, span.hex, span.text) for span in row.spans] == [
        ("field terminator", "1E", "."),
        ("001 value", "6F 63 6E 31", "ocn1"),
        ("field terminator", "1E", "."),
        ("245 indicators", "31 30", "10"),
        ("245 delimiter", "1F", "."),
        ("245 $a code", "61", "a"),
        ("245 $a value", "53 65 61", "Sea"),
        ("245 delimiter", "1F", "."),
        ("245 $c code", "63", "c"),
        ("245 $c value", "E2", "."),
    ]


def test_odd_codes_and_text_before_the_first_delimiter() -> None:
    odd = Record(LEADER, [Field("245", b"10x\x1f\x1f\x1b!\x1f\xe2\x82\xac.\x1f\xe9t")]).serialize()
    assert told(odd, 37) == [
        "245 indicators (Title statement; directory entry 1) b'10'",
        "245 text (stands before the first subfield delimiter, where no text belongs) b'x'",
        "245 delimiter b'\\x1f'",
        "245 delimiter b'\\x1f'",
        "245 $U+001B code b'\\x1b'",
        "245 $U+001B value b'!'",
        "245 delimiter b'\\x1f'",
        "245 $U+20AC code b'\\xe2\\x82\\xac'",
        "245 $U+20AC value b'.'",
        "245 delimiter b'\\x1f'",
        "245 $E9 code b'\\xe9'",
        "245 $E9 value b't'",
        "field terminator (ends field 245) b'\\x1e'",
        "record terminator (ends the record) b'\\x1d'",
    ]


def test_unused_bytes_between_fields_are_stray() -> None:
    raw = structure((b"001", b"000300006"), bodies=b"junk!\x1eab\x1e")
    assert Record.parse(raw).fields == (Field("001", b"ab"),)
    assert told(raw, 37)[:2] == ["stray (no directory entry means this place) b'junk!'", "field terminator b'\\x1e'"]


def test_wrong_place_and_length() -> None:
    raw = structure((b"001", b"000300000"), (b"245", b"000900009"), bodies=b"ab\x1e10\x1faX\x1e")
    assert told(raw, 49)[2] == (
        "245 indicators (Title statement; directory entry 2 puts it at byte 58 and gives it 9 bytes for 6) b'10'"
    )


def test_what_ends_too_early() -> None:
    assert told(SOUND[:56])[0] == "Leader/00-04 (record length; 56 bytes are here) b'00068'"
    assert told(SOUND[:56], 54) == ["245 indicators (Title statement; directory entry 2 gives it 13 bytes for 2) b'10'"]
    assert told(SOUND[:50])[-5:] == [
        "directory entry 2: tag (245) b'245'",
        "directory entry 2: length (13 bytes with its terminator) b'0013'",
        "directory entry 2: start (byte 54 of the record, which is not here) b'00005'",
        "field terminator (ends the directory) b'\\x1e'",
        "001 value (Control number; directory entry 1 gives it 5 bytes for 1) b'o'",
    ]
    assert told(SOUND[:3]) == ["Leader/00-04 (record length; 3 bytes are here) b'000'"]
    assert told(b"") == []


def test_bytes_behind_the_record() -> None:
    assert told(SOUND + b"\r\n", 67) == [
        "record terminator (ends the record) b'\\x1d'",
        "stray (2 bytes behind the end of the record) b'\\r\\n'",
    ]


def test_no_record_at_all() -> None:
    assert [part.name for part in checked(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n").parts][-1] == UNKNOWN


def test_part_of_a_finding() -> None:
    parts = checked(SOUND).parts
    assert [parts[part_at(parts, offset)].name for offset in (0, 9, 49, 67)] == [
        "Leader/00-04",
        "Leader/09",
        "001 value",
        "record terminator",
    ]
    assert [part_at(parts, offset) for offset in (-1, 68)] == [-1, -1]
    assert part_at((), 0) == -1


@given(st.binary() | mutated() | st.text("0123456789\x1d\x1e\x1fa").map(str.encode))
def test_any_bytes_have_a_dump(raw: bytes) -> None:
    checked(raw)


@given(st.integers(0, len(SOUND)), st.binary(max_size=3))
def test_record_with_a_wrong_place_has_a_dump(at: int, junk: bytes) -> None:
    checked(SOUND[:at] + junk + SOUND[at + len(junk) :])
    checked(SOUND[:at] + junk)


@given(mutated())
def test_fields_of_a_record_that_can_be_read_are_all_named(raw: bytes) -> None:
    try:
        record = Record.parse(raw)
    except Damaged as error:
        finding = rules.damage(error)
        assert finding.offset is not None
        assert part_at(checked(raw).parts, finding.offset) > -1 or finding.offset >= len(raw)
        return
    names = {part.name.partition(" ")[0] for part in checked(raw).parts}
    assert {field.tag for field in record.fields if field.body} <= names
    assert UNKNOWN not in names


def test_broken_records_have_a_dump(conformance: Path) -> None:
    files = sorted((conformance / "marc" / "broken").rglob("*.*"))
    assert len(files) > 30
    for file in files:
        assert "directory entry 1: tag" in {part.name for part in checked(file.read_bytes()).parts}, file


def test_real_records_have_no_byte_that_is_not_told(conformance: Path) -> None:
    for file in sorted((conformance / "marc").glob("*.mrc")):
        for raw in records_in(file):
            assert not {part.name for part in checked(raw).parts} & {UNKNOWN, STRAY}, file


@pytest.mark.parametrize("unit", [b"\x1f", b"\x1e", b"\x1d", b"0", b"\x1f\x1e", b"\x1fa", b"10\x1faSea\x1e", b"\xff"])
def test_longest_record_is_laid_out_at_once(unit: bytes) -> None:
    raw = (LEADER + b"245999900000\x1e" + unit * 99_999)[:99_999]
    before = time.process_time()
    hex_dump(raw)
    assert time.process_time() - before < 5
