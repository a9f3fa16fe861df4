"""The structure of a record: bytes to fields and back, and the place where bytes are damaged."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc import rules
from gateway.marc.iso2709 import (
    FIELD_BYTES,
    RECORD_BYTES,
    SHORTEST_RECORD_BYTES,
    Damaged,
    TooLong,
    field_start,
    join,
    split,
)
from gateway.marc.record import Record
from tests.marc.mnemonic import FIXTURES, LEADER, records_in, sample, structure
from tests.marc.mutations import mutated

TITLE = b"10\x1faTide"
"""A 245 of nine bytes with its terminator."""


def fault(raw: bytes) -> tuple[str, int, str]:
    """(code, offset, tag of the last field that could be read) of a damaged record."""
    with pytest.raises(Damaged) as caught:
        split(raw)
    error = caught.value
    assert error.detail
    assert error.code in rules.RULES
    assert str(error) == f"{error.code} at byte {error.offset}: {error.detail}"
    return error.code, error.offset, error.after


def read(raw: bytes) -> list[tuple[str, bytes]] | Damaged:
    """What `split` makes of bytes; anything else that it raises fails the test."""
    try:
        return split(raw)
    except Damaged as damage:
        return damage


class TestRealRecords:
    @pytest.mark.parametrize(
        ("name", "count"),
        [
            ("blacklight_30_utf8", 30),
            ("solrmarc_spec_76", 76),
            ("traject_misc_utf8", 8),
            ("uva_2000_utf8", 2000),
            ("yaz_nonlatin_utf8", 32),
        ],
    )
    def test_come_out_byte_for_byte(self, conformance: Path, name: str, count: int) -> None:
        records = [*records_in(conformance / "marc" / f"{name}.mrc")]
        assert len(records) == count
        assert [join(raw[:24], split(raw)) for raw in records] == records

    def test_fields_come_out_in_the_order_of_the_directory(self, conformance: Path) -> None:
        orderly, unordered = records_in(conformance / "marc" / "edge_connexion.mrc")
        assert join(orderly[:24], split(orderly)) == orderly
        rewritten = join(unordered[:24], split(unordered))
        assert rewritten != unordered
        assert len(rewritten) == len(unordered)
        assert split(rewritten) == split(unordered)

    @pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.mrc")), ids=lambda path: path.stem)
    def test_every_fixture_but_the_broken_ones_is_sound(self, path: Path) -> None:
        if path.name.startswith("broken-"):
            assert fault(path.read_bytes())
        else:
            assert split(path.read_bytes())


BROKEN_FIXTURES = {
    "base-address-below-24": ("baseAddress", 12, ""),
    "base-address-not-digits": ("baseAddress", 12, ""),
    "base-address-past-record": ("baseAddress", 12, ""),
    "directory-length": ("directory", 24, ""),
    "directory-no-terminator": ("baseAddress", 12, ""),
    "field-length-not-digits": ("directory", 195, "100"),
    "field-no-terminator": ("fieldTerminator", 939, "100"),
    "field-over-9999": ("fieldLength", 194, "035"),
    "field-past-record": ("directory", 423, "029"),
    "field-start-not-digits": ("directory", 195, "100"),
    "fields-overlap": ("fieldTerminator", 526, "005"),
    "indicator-count": ("leader", 10, ""),
    "length-below-24": ("recordLength", 0, ""),
    "length-long": ("recordLength", 0, ""),
    "length-not-digits": ("recordLength", 0, ""),
    "length-short": ("recordLength", 0, ""),
    "no-record-terminator": ("recordTerminator", 1761, ""),
    "subfield-code-length": ("leader", 10, ""),
    "tag-not-ascii": ("directory", 193, ""),
    "truncated": ("recordLength", 0, ""),
}
"""`fixtures/marc/broken-NAME.mrc` -> code, offset, last field that could be read."""

BROKEN_ELSEWHERE: dict[str, tuple[str, int, str] | None] = {
    "e001_record_length_below_24": ("recordLength", 0, ""),
    "e001_record_length_non_digit": ("recordLength", 0, ""),
    "e002_indicator_count_non_digit": ("leader", 10, ""),
    "e002_indicator_count_not_two": ("leader", 10, ""),
    "e002_invalid_bibliographic_level": None,
    "e002_invalid_cataloging_form": None,
    "e002_invalid_character_coding": None,
    "e002_invalid_control_record_type": None,
    "e002_invalid_encoding_level": None,
    "e002_invalid_multipart_level": None,
    "e002_invalid_record_status": None,
    "e002_invalid_record_type": None,
    "e002_subfield_code_count_not_two": ("leader", 10, ""),
    "e003_base_address_below_24": ("baseAddress", 12, ""),
    "e003_base_address_non_digit": ("baseAddress", 12, ""),
    "e004_base_address_past_record": ("baseAddress", 12, ""),
    "e005_truncated_record": ("recordLength", 0, ""),
    "e006_no_record_terminator": ("recordTerminator", 149, ""),
    "e101_directory_no_terminator": ("baseAddress", 12, ""),
    "e101_directory_non_digit_length": ("directory", 27, ""),
    "e101_directory_non_digit_start": ("directory", 27, ""),
    "e101_non_ascii_tag": ("directory", 24, ""),
    "e106_authority_field_too_short": ("fieldTerminator", 140, "005"),
    "e106_expected_subfield_delimiter": None,
    "e106_field_length_past_data": ("directory", 27, ""),
    "e106_recovery_invalid_field": ("recordLength", 0, ""),
    "e201_bad_indicator": None,
    "e201_per_tag_indicator_245": None,
    "e202_non_printable_subfield_code": None,
    "e301_invalid_utf8_in_authority_control_field": ("fieldTerminator", 140, "005"),
    "e301_invalid_utf8_in_control_field": None,
    "e301_invalid_utf8_in_subfield": None,
}
"""`conformance/marc/broken/mrrc/NAME.bin` -> the same; None where the structure is sound and the fault is another."""


class TestDamage:
    @pytest.mark.parametrize("name", BROKEN_FIXTURES)
    def test_of_a_fixture_is_found_where_it_is(self, name: str) -> None:
        assert fault(sample(f"broken-{name}")) == BROKEN_FIXTURES[name]

    def test_of_every_broken_fixture_is_in_the_table(self) -> None:
        assert {path.stem.removeprefix("broken-") for path in FIXTURES.glob("broken-*.mrc")} == {*BROKEN_FIXTURES}

    @pytest.mark.parametrize("name", BROKEN_ELSEWHERE)
    def test_of_other_peoples_records_is_found_where_it_is(self, conformance: Path, name: str) -> None:
        raw = (conformance / "marc" / "broken" / "mrrc" / f"{name}.bin").read_bytes()
        expected = BROKEN_ELSEWHERE[name]
        if expected is None:
            assert join(raw[:24], split(raw)) == raw
        else:
            assert fault(raw) == expected

    def test_of_every_one_of_them_is_in_the_table(self, conformance: Path) -> None:
        folder = conformance / "marc" / "broken" / "mrrc"
        assert {path.stem for path in folder.iterdir()} == {*BROKEN_ELSEWHERE}

    @pytest.mark.parametrize("name", ["pymarc_bad", "ruby_marc_bad"])
    def test_of_a_whole_file_of_bad_records_lets_nothing_else_out(self, conformance: Path, name: str) -> None:
        content = (conformance / "marc" / "broken" / f"{name}.mrc").read_bytes()
        for part in content.split(b"\x1d"):
            with suppress(Damaged):
                split(part + b"\x1d")

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b"", ("recordLength", 0, "")),
            (b"00025nam a2200025 i 4500\x1d", ("recordLength", 0, "")),
            (structure(bodies=b"")[:-1] + b"\x1e", ("recordTerminator", 25, "")),
            (structure(bodies=b"", base=24), ("baseAddress", 12, "")),
            (structure(bodies=b"", base=24, leader=LEADER[:23] + b"\x1e"), ("baseAddress", 12, "")),
            (structure(bodies=b"", base=26), ("baseAddress", 12, "")),
            (structure(bodies=b"", leader=b"00000na\xed a2200000 i 4500"), ("leader", 0, "")),
            (structure((b"24 ", b"000900000"), bodies=TITLE + b"\x1e"), ("directory", 24, "")),
            (structure((b"2\x1e5", b"000900000"), bodies=TITLE + b"\x1e"), ("directory", 24, "")),
            (structure((b"245", b"000000000"), bodies=TITLE + b"\x1e"), ("directory", 27, "")),
            (structure((b"245", b"001000000"), bodies=TITLE + b"\x1e"), ("directory", 27, "")),
            (structure((b"245", b"000900001"), bodies=TITLE + b"\x1e"), ("directory", 27, "")),
            (structure((b"245", b"000800000"), bodies=TITLE + b"\x1e"), ("fieldTerminator", 44, "")),
            (structure((b"245", b"000800001"), bodies=TITLE + b"\x1e"), ("fieldTerminator", 45, "")),
            (structure((b"245", b"000900000"), bodies=TITLE + b" "), ("fieldTerminator", 45, "")),
        ],
        ids=[
            "nothing",
            "too short",
            "no record terminator",
            "base address inside the leader",
            "base address inside the leader, which ends like a directory",
            "base address behind the directory",
            "leader not ASCII",
            "blank in a tag",
            "terminator in a tag",
            "field without a length",
            "field with the record terminator",
            "field behind the end",
            "field ends early",
            "field begins late",
            "field not terminated",
        ],
    )
    def test_at_each_edge(self, raw: bytes, expected: tuple[str, int, str]) -> None:
        assert fault(raw) == expected

    def test_names_the_last_field_that_could_be_read(self) -> None:
        raw = structure(
            (b"100", b"000900000"), (b"245", b"000900009"), (b"650", b"000x00018"), bodies=(TITLE + b"\x1e") * 3
        )
        assert fault(raw) == ("directory", 51, "245")

    @pytest.mark.parametrize("digits", [b"_", b"+", b"-", b" ", b"\xb2", b"\x00"])
    @pytest.mark.parametrize(
        ("at", "code", "offset"),
        [(0, "recordLength", 0), (12, "baseAddress", 12), (27, "directory", 27), (31, "directory", 27)],
        ids=["record length", "base address", "field length", "field start"],
    )
    def test_figures_are_digits_and_nothing_that_int_would_take(
        self, digits: bytes, at: int, code: str, offset: int
    ) -> None:
        sound = structure((b"245", b"000900000"), bodies=TITLE + b"\x1e")
        found, place, _ = fault(sound[:at] + digits + sound[at + 1 :])
        if digits == b"\xb2":  # no ASCII: found before the figure is looked at
            assert found in (code, "leader")
            assert place in (offset, 0, at)
        else:
            assert (found, place) == (code, offset)

    def test_detail_shows_bytes_that_cannot_be_printed_as_escapes(self) -> None:
        with pytest.raises(Damaged) as caught:
            split(b"\x00\x07" + sample("minimal")[2:])
        assert caught.value.detail == r"the leader says '\x00\x07227' bytes, the record has 227"


class TestOddButLegal:
    def test_no_fields(self) -> None:
        raw = structure(bodies=b"")
        assert len(raw) == SHORTEST_RECORD_BYTES
        assert split(raw) == []
        assert join(raw[:24], []) == raw

    def test_empty_field(self) -> None:
        assert split(structure((b"500", b"000100000"), bodies=b"\x1e")) == [("500", b"")]

    def test_unordered_directory(self) -> None:
        raw = structure((b"500", b"000800009"), (b"245", b"000900000"), bodies=TITLE + b"\x1e  \x1faSea\x1e")
        assert split(raw) == [("500", b"  \x1faSea"), ("245", TITLE)]

    def test_unused_bytes_before_between_and_behind_fields(self) -> None:
        bodies = b"gone\x1e" + TITLE + b"\x1egone too\x1e  \x1faSea\x1eand this"
        raw = structure((b"245", b"000900005"), (b"500", b"000800023"), bodies=bodies)
        assert split(raw) == [("245", TITLE), ("500", b"  \x1faSea")]

    @pytest.mark.parametrize("gap", [b"", b"gone\x1e"])
    def test_field_starts_where_the_directory_puts_it(self, gap: bytes) -> None:
        bodies = gap + TITLE + b"\x1e" + gap + b"  \x1faSea\x1e"
        places = b"0008%05d" % (9 + 2 * len(gap)), b"0009%05d" % len(gap)
        raw = structure((b"500", places[0]), (b"245", places[1]), bodies=bodies)
        assert [raw[field_start(raw, i) :][: len(body)] for i, (_, body) in enumerate(split(raw))] == [
            *(b"  \x1faSea", TITLE)
        ]

    @pytest.mark.parametrize("entry_map", [b"    ", b"45  ", b"0000", b"\x00\x00\x00\x00", b"\x1e\x1f\x1d4"])
    def test_entry_map_that_is_not_4500(self, entry_map: bytes) -> None:
        raw = structure((b"245", b"000900000"), bodies=TITLE + b"\x1e", leader=LEADER[:20] + entry_map)
        assert split(raw) == [("245", TITLE)]
        assert join(raw[:24], split(raw)) == raw

    def test_tags_of_letters(self) -> None:
        raw = structure((b"LKR", b"000900000"), (b"c9a", b"000900009"), bodies=(TITLE + b"\x1e") * 2)
        assert split(raw) == [("LKR", TITLE), ("c9a", TITLE)]

    def test_what_a_field_holds_is_its_own_affair(self) -> None:
        body = bytes(byte for byte in range(256) if byte != 0x1E)
        raw = structure((b"900", b"%04d00000" % (len(body) + 1)), bodies=body + b"\x1e")
        assert split(raw) == [("900", body)]
        assert join(raw[:24], split(raw)) == raw


class TestLengths:
    def test_field_of_9999_bytes_is_read_and_written(self) -> None:
        body = b"  \x1fa" + b"x" * (FIELD_BYTES - 5)
        raw = join(LEADER, [("500", body)])
        assert raw[24:36] == b"500999900000"
        assert split(raw) == [("500", body)]

    def test_field_of_10000_bytes_cannot_be_written(self) -> None:
        with pytest.raises(TooLong, match=r"^field 500 would be 10,000 bytes; MARC 21 allows 9,999$"):
            join(LEADER, [("245", TITLE), ("500", b"x" * FIELD_BYTES)])

    def test_field_of_10000_bytes_is_named_when_it_arrives(self) -> None:
        raw = structure(
            (b"245", b"000900000"), (b"500", b"999900009"), bodies=TITLE + b"\x1e" + b"x" * FIELD_BYTES + b"\x1e"
        )
        assert fault(raw) == ("fieldLength", 58, "245")

    @staticmethod
    def fields_of(size: int) -> list[tuple[str, bytes]]:
        """Fields that fill a record of `size` bytes."""
        room = size - SHORTEST_RECORD_BYTES
        fields = []
        while room:
            length = min(FIELD_BYTES, room - 12)
            fields.append(("500", b"x" * (length - 1)))
            room -= 12 + length
        return fields

    def test_record_of_99999_bytes_is_written_and_read(self) -> None:
        fields = self.fields_of(RECORD_BYTES)
        raw = join(LEADER, fields)
        assert len(raw) == 99_999
        assert split(raw) == fields

    def test_record_of_100000_bytes_cannot_be_written(self) -> None:
        with pytest.raises(TooLong, match=r"^the record would be 100,000 bytes; MARC 21 allows 99,999$"):
            join(LEADER, self.fields_of(RECORD_BYTES + 1))

    def test_length_and_base_address_are_made_anew_and_the_rest_of_the_leader_stays(self) -> None:
        raw = join(b"?????cas z22?????K 14\x1e  ", [("245", TITLE)])
        assert raw[:24] == b"00047cas z2200037K 14\x1e  "


BODIES = st.binary(max_size=40).map(lambda body: body.replace(b"\x1e", b""))
TAGS = st.text("0123456789abcXYZ", min_size=3, max_size=3)
FIELDS = st.lists(st.tuples(TAGS, BODIES), max_size=8)


class TestProperties:
    @given(FIELDS)
    def test_what_is_written_is_read(self, fields: list[tuple[str, bytes]]) -> None:
        assert split(join(LEADER, fields)) == fields

    @given(st.binary(max_size=200))
    def test_any_bytes_are_fields_or_damaged(self, raw: bytes) -> None:
        with suppress(Damaged):
            split(raw)

    @given(st.binary(max_size=60), st.text("0123456789 _+\x1e", max_size=40), st.integers(20, 99_999))
    def test_any_directory_over_any_bytes_is_fields_or_damaged(self, bodies: bytes, directory: str, base: int) -> None:
        for start in (None, base):
            with suppress(Damaged):
                split(structure((directory.encode(), b""), bodies=bodies, base=start))

    @given(mutated())
    def test_each_field_lies_where_the_directory_says(self, raw: bytes) -> None:
        fields = read(raw)
        if isinstance(fields, Damaged):
            return
        base = int(raw[12:17])
        entries = [raw[at : at + 12] for at in range(24, base - 1, 12)]
        placed = [(base + int(entry[7:]), int(entry[3:7])) for entry in entries]
        assert [tag.encode() for tag, _ in fields] == [entry[:3] for entry in entries]
        assert [body + b"\x1e" for _, body in fields] == [raw[start : start + size] for start, size in placed]

    @given(mutated())
    def test_damage_has_a_code_a_place_in_the_record_and_words_that_can_be_printed(self, raw: bytes) -> None:
        damage = read(raw)
        if isinstance(damage, Damaged):
            assert damage.code in rules.RULES
            assert 0 <= damage.offset <= len(raw)
            assert damage.detail.isprintable()

    @given(mutated())
    def test_what_could_be_read_can_be_written_unless_it_is_too_long(self, raw: bytes) -> None:
        with suppress(Damaged, TooLong):
            fields = split(raw)
            assert split(join(raw[:24], fields)) == fields

    @given(mutated())
    def test_a_record_is_parsed_just_when_it_can_be_split(self, raw: bytes) -> None:
        fields = read(raw)
        if isinstance(fields, Damaged):
            with pytest.raises(Damaged, match=f"^{re.escape(str(fields))}$"):
                Record.parse(raw)
        else:
            assert [*Record.parse(raw).fields] == fields
