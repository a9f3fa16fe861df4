"""What Leader/09 says, held against the bytes."""

from pathlib import Path

import pytest

from gateway.marc import charset, rules
from gateway.marc.record import Record
from gateway.model import Finding, Severity
from tests.marc.mnemonic import LEADER, mrk, raw, records_in, sample, structure

UNICODE, MARC8 = LEADER, LEADER[:9] + b" " + LEADER[10:]
TIDES = r"""
    =008  a fixed field
    =245  10$aTides @ sea
    =500  0\$aFirst
    =500  0\$aSecond @ sea
"""


def findings(record: bytes) -> list[Finding]:
    return charset.check(record, Record.parse(record))


def tides(*, leader: bytes = UNICODE, place: str = "", odd: bytes = b"@") -> bytes:
    """The record `TIDES` with `odd` at the @ of `place`, and nothing odd elsewhere."""
    record = Record(leader, mrk(TIDES).fields).serialize()
    at = {"245": record.find(b"@"), "500": record.rfind(b"@"), "008": record.find(b"a fixed")}.get(place)
    return record if at is None else record[:at] + odd + record[at + len(odd) :]


class TestUnicode:
    def test_of_every_script_is_fine(self) -> None:
        for name in ("cjk", "arabic", "hebrew", "monograph"):
            assert findings(sample(name)) == []

    @pytest.mark.parametrize("name", ["blacklight_30_utf8", "yaz_nonlatin_utf8", "traject_misc_utf8", "uva_2000_utf8"])
    def test_of_real_records_is_fine_or_plain_ascii(self, conformance: Path, name: str) -> None:
        found = {f.code for record in records_in(conformance / "marc" / f"{name}.mrc") for f in findings(record)}
        assert found <= {"charsetNotStated"}

    @pytest.mark.parametrize(
        ("place", "odd", "occurrence", "detail"),
        [
            ("245", b"\xe9", 1, "byte E9"),
            ("500", b"\xe9", 2, "byte E9"),
            ("008", b"\xff", 1, "byte FF"),
            ("245", b"\x80", 1, "byte 80"),
            ("245", b"\xc3", 1, "byte C3"),
            ("245", b"\xc0\xaf", 1, "byte C0"),
            ("245", b"\xed\xa0\x80", 1, "byte ED"),
            ("245", b"\xf4\x90\x80\x80", 1, "byte F4"),
        ],
        ids=[
            "Latin-1",
            "second of its tag",
            "control field",
            "continuation alone",
            "cut short",
            "overlong",
            "surrogate",
            "beyond",
        ],
    )
    def test_that_is_none_names_field_occurrence_and_byte(
        self, place: str, odd: bytes, occurrence: int, detail: str
    ) -> None:
        record = tides(place=place, odd=odd)
        assert findings(record) == [
            Finding("notUtf8", Severity.REFUSE, place, occurrence, record.index(odd), detail),
        ]

    def test_character_that_a_field_s_end_cuts_in_two(self) -> None:
        record = raw("=245  10$aTides@\n=500  0\\$aSea").replace(b"@\x1e", b"\xc3\x1e")
        assert findings(record) == [Finding("notUtf8", Severity.REFUSE, "245", 1, record.index(b"\xc3"), "byte C3")]

    def test_first_of_several_is_named(self) -> None:
        record = tides(place="500", odd=b"\xe9").replace(b"@", b"\xe8")
        assert findings(record) == [Finding("notUtf8", Severity.REFUSE, "245", 1, record.index(b"\xe8"), "byte E8")]

    def test_field_is_sought_where_the_directory_puts_it(self) -> None:
        bodies = b"gone\x1e10\x1faT\xe9de\x1e  \x1faSea\x1e"
        record = structure((b"500", b"000800014"), (b"245", b"000900005"), bodies=bodies)
        assert findings(record) == [Finding("notUtf8", Severity.REFUSE, "245", 1, record.index(b"\xe9"), "byte E9")]

    def test_byte_that_lies_in_no_field_has_its_place_alone(self) -> None:
        record = structure((b"245", b"000900005"), bodies=b"g\xe9ne\x1e10\x1faTide\x1e")
        (finding,) = findings(record)
        assert finding == Finding("notUtf8", Severity.REFUSE, offset=record.index(b"\xe9"), detail="byte E9")
        assert "field  " not in rules.words(finding)

    def test_fixtures(self) -> None:
        assert findings(sample("refused-not-utf8")) == [Finding("notUtf8", Severity.REFUSE, "245", 1, 865, "byte E9")]
        assert findings(sample("refused-control-field-not-utf8")) == [
            Finding("notUtf8", Severity.REFUSE, "008", 1, 480, "byte E9")
        ]


class TestMarc8:
    def test_names_field_occurrence_and_byte(self) -> None:
        for place, occurrence in (("245", 1), ("500", 2), ("008", 1)):
            record = tides(leader=MARC8, place=place, odd=b"\xe2")
            assert findings(record) == [
                Finding("marc8", Severity.REFUSE, place, occurrence, record.index(b"\xe2"), "byte E2")
            ]

    def test_is_refused_even_where_the_bytes_are_utf8(self) -> None:
        record = tides(leader=MARC8, place="245", odd="é".encode())
        assert [finding.code for finding in findings(record)] == ["marc8"]

    def test_byte_that_lies_in_no_field_has_its_place_alone(self) -> None:
        record = structure((b"245", b"000900005"), bodies=b"g\xe2ne\x1e10\x1faTide\x1e", leader=MARC8)
        (finding,) = findings(record)
        assert (finding.code, finding.field, finding.offset) == ("marc8", "", record.index(b"\xe2"))
        assert "field  " not in rules.words(finding)

    def test_fixture(self) -> None:
        assert findings(sample("refused-marc8")) == [Finding("marc8", Severity.REFUSE, "100", 1, 320, "byte E2")]

    def test_real_records_are_refused_just_where_a_byte_is_above_7f(self, conformance: Path) -> None:
        records = [*records_in(conformance / "marc" / "solrmarc_spec_76.mrc")]
        refused = [record for record in records if [f.code for f in findings(record)] == ["marc8"]]
        assert refused == [record for record in records if not record.isascii()]
        assert len(refused) == 22


class TestNotStated:
    @pytest.mark.parametrize("code", [b" ", b"q", b"1", b"|"])
    def test_over_plain_ascii_is_a_warning(self, code: bytes) -> None:
        assert findings(tides(leader=LEADER[:9] + code + LEADER[10:])) == [
            Finding("charsetNotStated", Severity.WARN, "Leader/09", offset=9, detail=code.decode())
        ]

    @pytest.mark.parametrize("code", [b"\0", b"\x1b", b"\n", b"\x1d"])
    def test_detail_can_be_printed(self, code: bytes) -> None:
        (finding,) = findings(tides(leader=LEADER[:9] + code + LEADER[10:]))
        assert finding.detail.isprintable()
