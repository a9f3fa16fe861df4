"""A record as fields of bytes."""

import pymarc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.iso2709 import Damaged, TooLong
from gateway.marc.record import Field, Record, to_pymarc
from tests.marc.mnemonic import LEADER, mrk, raw, sample, shown

WEATHER = r"""
    =001  ocm99000132\
    =003  OCoLC
    =008  990412s1931\\\\xx
    =035  \\$a(OCoLC)99000132
    =035  9\$a(XYZ)17
    =245  00$aWeather seen from the quay.
"""


class TestField:
    def test_control_field_has_a_value(self) -> None:
        field = Field("001", b"ocm99000132 ")
        assert field.control
        assert field.text == "ocm99000132 "
        assert [*field.subfields()] == []

    def test_data_field_has_indicators_and_subfields(self) -> None:
        field = Field("245", "10\x1faSea :\x1fbä tale /\x1fcZoë.".encode())
        assert not field.control
        assert field.indicators == "10"
        assert [*field.subfields()] == [("a", "Sea :"), ("b", "ä tale /"), ("c", "Zoë.")]

    @pytest.mark.parametrize(
        ("body", "subfields"),
        [
            (b"", []),
            (b"10", []),
            (b"10\x1f", []),
            (b"10\x1fa", [("a", "")]),
            (b"10\x1f\x1faSea\x1f", [("a", "Sea")]),
            (b"10before\x1faSea", [("a", "Sea")]),
            (b"\x1faSea", [("a", "Sea")]),
            (b"10\x1f\xc3\xa9a", [("é", "a")]),
            (b"10\x1faS\xffa", [("a", "S�a")]),
            (b"10\x1f\xff", [("�", "")]),
        ],
    )
    def test_odd_bodies_are_read_as_far_as_they_can_be(self, body: bytes, subfields: list[tuple[str, str]]) -> None:
        assert [*Field("500", body).subfields()] == subfields

    @pytest.mark.parametrize(("body", "indicators"), [(b"", ""), (b"1", "1"), (b"1\xe9", "1�"), (b"  \x1fa", "  ")])
    def test_indicators_are_what_there_is(self, body: bytes, indicators: str) -> None:
        assert Field("500", body).indicators == indicators

    def test_values_of_several_codes_come_in_the_order_of_the_field(self) -> None:
        field = mrk("=245  10$aSea.$n2,$pWaves :$btides /$cZoë.$n3").first("245")
        assert field is not None
        assert field.values("anpb") == ["Sea.", "2,", "Waves :", "tides", "3"] or field.values("pn") == [
            "2,",
            "Waves :",
            "3",
        ]
        assert field.values("x") == []
        assert field.values("") == []


class TestRecord:
    def test_finds_fields_by_tag_in_record_order(self) -> None:
        record = mrk(WEATHER)
        assert [field.body for field in record.get("035")] == [b"  \x1fa(OCoLC)99000132", b"9 \x1fa(XYZ)17"]
        assert record.first("035") == record.get("035")[0]
        assert record.control_value("003") == "OCoLC"

    def test_finds_nothing_where_nothing_is(self) -> None:
        record = mrk(WEATHER)
        assert [*record.get("650")] == []
        assert record.first("650") is None
        assert record.control_value("005") == ""
        assert record.title == "Weather seen from the quay."

    @pytest.mark.parametrize("name", ["minimal", "unordered", "hebrew", "longest"])
    def test_untouched_comes_out_as_it_came(self, name: str) -> None:
        record = Record.parse(sample(name))
        assert Record.parse(record.serialize()) == record
        if name != "unordered":
            assert record.serialize() == sample(name)

    def test_damaged_is_not_parsed(self) -> None:
        with pytest.raises(Damaged):
            Record.parse(sample("broken-truncated"))

    def test_too_long_is_not_serialized(self) -> None:
        with pytest.raises(TooLong):
            Record.parse(sample("longest")).adding(Field("500", b"")).serialize()

    def test_equal_records_have_equal_leaders_and_fields(self) -> None:
        assert mrk(WEATHER) == mrk(WEATHER)
        assert hash(mrk(WEATHER)) == hash(mrk(WEATHER))
        assert mrk(WEATHER) != Record(mrk(WEATHER).leader, mrk(WEATHER).fields[1:])
        assert mrk(WEATHER) != Record(b"00000nas" + mrk(WEATHER).leader[8:], mrk(WEATHER).fields)
        assert mrk(WEATHER) != raw(WEATHER)


class TestAdding:
    @pytest.mark.parametrize(
        ("tags", "added", "result"),
        [
            ("", "035", "035"),
            ("001 008 245", "035", "001 008 035 245"),
            ("245 650", "035", "035 245 650"),
            ("001 008", "035", "001 008 035"),
            ("001 035 245", "035", "001 035 035 245"),
            ("005 245 008 001 040", "035", "005 035 245 008 001 040"),
        ],
    )
    def test_puts_the_field_before_the_first_of_a_higher_tag(self, tags: str, added: str, result: str) -> None:
        record = Record(LEADER, [Field(tag, b"") for tag in tags.split()])
        assert " ".join(field.tag for field in record.adding(Field(added, b"new")).fields) == result

    def test_puts_it_behind_those_of_its_own_tag_and_leaves_the_record_itself_alone(self) -> None:
        record = mrk(WEATHER)
        longer = record.adding(Field("035", b"  \x1fanew"))
        assert record == mrk(WEATHER)
        assert shown(longer) == shown(
            mrk(r"""
                =001  ocm99000132\
                =003  OCoLC
                =008  990412s1931\\\\xx
                =035  \\$a(OCoLC)99000132
                =035  9\$a(XYZ)17
                =035  \\$anew
                =245  00$aWeather seen from the quay.
            """)
        )

    @given(st.lists(st.sampled_from(["001", "035", "245", "650", "LKR"])), st.sampled_from(["001", "035", "500"]))
    def test_fields_are_found_in_record_order_afterwards(self, tags: list[str], added: str) -> None:
        record = Record(LEADER, [Field(tag, b"%d" % i) for i, tag in enumerate(tags)])
        record.get("035")
        longer = record.adding(Field(added, b"new"))
        for tag in {*tags, added}:
            assert [*longer.get(tag)] == [field for field in longer.fields if field.tag == tag]

    @given(st.lists(st.sampled_from(["001", "035", "245", "650"])), st.sampled_from(["001", "035", "500"]))
    def test_nothing_else_moves(self, tags: list[str], added: str) -> None:
        fields = [Field(tag, b"%d" % i) for i, tag in enumerate(tags)]
        longer = Record(LEADER, fields).adding(Field(added, b"new"))
        assert [field for field in longer.fields if field.body != b"new"] == fields
        assert len(longer.fields) == len(fields) + 1


class TestTitle:
    @pytest.mark.parametrize(
        ("field", "title"),
        [
            ("=245  10$aSea :$ba tale /$cby Zoë.", "Sea : a tale"),
            ("=245  10$aSea.$n2,$pWaves /$cZoë.", "Sea. 2, Waves"),
            ("=245  10$6880-01$aHai /$cZoë.", "Hai"),
            ("=245  10$aSea ;$bWind :$h[map]", "Sea ; Wind"),
            ("=245  10$a  Sea  $b  tale  ", "Sea tale"),
            ("=245  10$a / : ;", ""),
            ("=245  10$cZoë.", ""),
            ("=245  10", ""),
            ("=246  10$aSea", ""),
            ("=245  10$aOne\n=245  10$aTwo", "One"),
        ],
    )
    def test_is_245_a_n_p_b(self, field: str, title: str) -> None:
        assert mrk(field).title == title

    @pytest.mark.parametrize("control", ["\n", "\r", "\0", "\x1b", "\x85", "\u2028"])
    def test_is_one_line(self, control: str) -> None:
        record = Record(LEADER, [Field("245", f"00\x1faSea{control}shore".encode())])
        assert record.title == "Sea shore"

    @pytest.mark.parametrize(
        "title",
        [
            pytest.param("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", id="zero-width non-joiner in Persian"),
            pytest.param("\u0915\u094d\u200d\u0937", id="zero-width joiner in Devanagari"),
            pytest.param("\u200f\u05e9\u05dc\u05d5\u05dd\u200e", id="marks of direction in Hebrew"),
            pytest.param("Tome\u00a02", id="no-break space"),
            pytest.param("\u2068Tides\u2069", id="isolate"),
            pytest.param("co\u00adoperate", id="soft hyphen"),
        ],
    )
    def test_keeps_the_signs_that_a_script_needs(self, title: str) -> None:
        assert Record(LEADER, [Field("245", f"00\x1fa{title}".encode())]).title == title

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("monograph", "The lantern keepers of Harrow Quay : a history of harbor cafes, 1871-1939"),
            ("serial", "Journal of imaginary harbors : JIH."),
            ("minimal", "Weather seen from the quay."),
            ("unordered", "Notebook of tides and small repairs."),
            ("refused-authority", ""),
        ],
    )
    def test_of_a_fixture(self, name: str, title: str) -> None:
        assert Record.parse(sample(name)).title == title


class TestToPymarc:
    @pytest.mark.parametrize("name", ["monograph", "cjk", "minimal", "longest", "hebrew", "local-fields"])
    def test_is_what_pymarc_itself_reads(self, name: str) -> None:
        read = pymarc.Record(sample(name), force_utf8=True)
        assert to_pymarc(Record.parse(sample(name))).as_dict() == read.as_dict()

    @pytest.mark.parametrize(
        ("body", "indicators", "subfields"),
        [
            ("0 zLes années creuses", ("0", " "), [("?", "zLes années creuses")]),
            ("0 stray\x1faTitle", ("0", " "), [("?", "stray"), ("a", "Title")]),
            ("", (" ", " "), []),
            ("1", ("1", " "), []),
            ("\x1faTitle", (" ", " "), [("a", "Title")]),
            ("1\x1faTitle", ("1", " "), [("a", "Title")]),
            ("é1\x1faTitle", ("é", "1"), [("a", "Title")]),
            ("00\x1f\x1faTitle", ("0", "0"), [("a", "Title")]),
        ],
    )
    def test_loses_nothing_of_a_damaged_field(
        self,
        body: str,
        indicators: tuple[str, str],
        subfields: list[tuple[str, str]],
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        converted = to_pymarc(Record(LEADER, [Field("505", body.encode())]))["505"]
        assert (converted.indicators, converted.subfields) == (indicators, subfields)
        assert capfd.readouterr() == ("", "")

    def test_bytes_that_are_not_utf8_are_replaced(self) -> None:
        field = to_pymarc(Record(LEADER, [Field("505", b"\xff \x1fa\xe9")]))["505"]
        assert (field.indicators, field.subfields) == (("\ufffd", " "), [("a", "\ufffd")])

    def test_a_control_field_of_letters_keeps_its_value(self) -> None:
        assert to_pymarc(Record(LEADER, [Field("00A", b"value")])).as_dict()["fields"] == [{"00A": "value"}]

    def test_the_leader_is_as_it_is(self) -> None:
        leader = b"00000nam  3300000 i 4509"
        assert str(to_pymarc(Record(leader, [])).leader) == leader.decode()
