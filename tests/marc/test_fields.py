"""Fields, indicators, subfields and standard numbers: what is wrong with them, and what is not."""

import pytest

from gateway.marc import fields
from gateway.marc.record import Field, Record
from tests.marc.mnemonic import LEADER, raw
from tests.marc.transcript import said, said_of


def of(tag: str, *bodies: bytes) -> bytes:
    """A record of fields of one tag, whatever they hold."""
    return Record(LEADER, [Field(tag, body) for body in bodies]).serialize()


class TestTitle:
    def test_just_one_is_as_it_should_be(self) -> None:
        assert said("required", "=245  00$aTides") == []

    def test_none(self) -> None:
        assert said("required", "=246  00$aTides") == ["WARN 245 there is no title field (245)"]

    def test_several(self) -> None:
        assert said("required", "=245  00$aTides\n=246  3\\$aEbb\n=245  00$aEbb\n=245  00$aFlow") == [
            "WARN 245(2) there are 3 title fields (245); a record has one"
        ]


class TestField:
    def test_defined_ones_are_fine(self) -> None:
        assert (
            said(
                "fields",
                r"""
                =001  ocn123
                =012  \\$d1
                =019  \\$a1$a2
                =029  1\$aAU@$b000012345678
                =245  00$aTides
                =334  \\$asingle unit$2rdami
                =388  1\$a1931
                =440  \0$aObsolete but defined
                =503  \\$aObsolete but defined
                =650  \0$aSea
                =650  \0$aTides
                =758  \\$4http://rdaregistry.info/Elements/m/P30135$1http://worldcat.org/entity/work/id/1
                =866  \0$av. 1
                =880  00$6245-00$aTides
                =887  \\$a<mets/>
                """,
            )
            == []
        )

    def test_undefined_one_is_a_warning_each_time(self) -> None:
        assert said("fields", "=014  \\\\$a1\n=245  00$aTides\n=014  \\\\$a2\n=LKR  \\\\$a3") == [
            "WARN 014(1) field 014 is undefined: MARC 21 has no such field",
            "WARN 014(2) field 014 is undefined: MARC 21 has no such field",
            "WARN LKR(1) field LKR is undefined: MARC 21 has no such field",
        ]

    @pytest.mark.parametrize("tag", ["004", "014", "153", "531"])
    def test_field_of_another_format_is_undefined(self, tag: str) -> None:
        assert said_of("fields", of(tag, b"  \x1fa1")) == [
            f"WARN {tag}(1) field {tag} is undefined: MARC 21 has no such field"
        ]

    @pytest.mark.parametrize("tag", ["049", "090", "099", "539", "590", "599", "690", "699", "859", "900", "994"])
    def test_local_one_informs_once_a_tag(self, tag: str) -> None:
        record = raw(f"=245  00$aTides\n={tag}  \\\\$a1$a2\n={tag}  zz$=3\n=500  \\\\$aNote\n={tag}  \\\\$a4")
        assert said_of("fields", record) == [f"INFO {tag}(1) field {tag} is undefined: its tag is for local use"]
        assert said_of("indicators", record) == []
        assert said_of("subfields", record) == []

    def test_that_stands_once_alone_is_named_at_its_second(self) -> None:
        assert said(
            "fields", "=001  1\n=001  2\n=100  1\\$aA\n=245  00$aT\n=100  1\\$aB\n=110  2\\$aC\n=100  1\\$aD"
        ) == [
            "WARN 001(2) field 001 occurs 2 times; it may stand once",
            "WARN 100(2) field 100 occurs 3 times; it may stand once",
        ]

    def test_repeated_title_is_found_as_that_alone(self) -> None:
        assert said("fields", "=245  00$aTides\n=245  00$aEbb") == []

    @pytest.mark.parametrize("count", [0, 1, fields.MOST_029])
    def test_029_may_be_several(self, count: int) -> None:
        assert said_of("fields", of("029", *[b"1 \x1faAU@\x1fb1"] * count)) == []

    @pytest.mark.parametrize("count", [fields.MOST_029 + 1, 200])
    def test_many_029_are_warned_of(self, count: int) -> None:
        (line,) = said_of("fields", of("029", *[b"1 \x1faAU@\x1fb1"] * count))
        assert line.startswith(f"WARN 029(51) there are {count} fields 029: with so many Alma may make no 035")


class TestIndicator:
    @pytest.mark.parametrize(
        "line",
        [
            r"=100  1\$aMackenzie, Anne",
            r"=100  3\$aMackenzie (Family)",
            r"=245  09$aThe ebb",
            r"=246  3\$aEbb",
            r"=264  \1$aLondon",
            r"=650  \7$aSea$2fast",
            r"=852  8\$bMAIN",
            r"=856  40$uhttps://example.org/",
            r"=880  a9$6100-00$aAny it may have",
            r"=599  zz$aAny at all",
            r"=503  9\$aObsolete, so not judged",
            r"=001  no indicators",
        ],
    )
    def test_allowed(self, line: str) -> None:
        assert said("indicators", line) == []

    @pytest.mark.parametrize(
        ("line", "wrong"),
        [
            (r"=650  \9$aSea", "650 has second indicator 9; it may be 0-7"),
            (r"=650  30$aSea", "650 has first indicator 3; it may be blank or 0-2"),
            (r"=650  |0$aSea", "650 has first indicator |; it may be blank or 0-2"),
            (r"=100  \\$aAnne", "100 has first indicator (blank); it may be 0, 1 or 3"),
            (r"=245  \0$aTides", "245 has first indicator (blank); it may be 0 or 1"),
            (r"=500  0\$aNote", "500 has first indicator 0; it may be blank"),
            (r"=700  11$aAnne", "700 has second indicator 1; it may be blank or 2"),
            (r"=035  9\$a(OCoLC)1", "035 has first indicator 9; it may be blank"),
            (r"=880  A\$6245-00$aTides", "880 has first indicator A; it may be blank, 0-9 or a-z"),
        ],
    )
    def test_other_is_named_with_what_it_may_be(self, line: str, wrong: str) -> None:
        assert said("indicators", line) == [f"WARN {wrong[:3]}(1) field {wrong}"]

    def test_both_may_be_wrong(self) -> None:
        assert said("indicators", "=500  \\\\$aNote\n=500  12$aNote") == [
            "WARN 500(2) field 500 has first indicator 1; it may be blank",
            "WARN 500(2) field 500 has second indicator 2; it may be blank",
        ]

    @pytest.mark.parametrize(
        ("body", "shown"),
        [
            (b"", ""),
            (b"1", "1"),
            (b"\x1faTides", ""),
            (b"1\x1faTides", "1"),
            (b"100\x1faTides", "100"),
            (b"10 Tides without a subfield", "10 Tides without a subfield"),
            (b"10" + b"Tides" * 99, "10" + "Tides" * 7 + "Ti…"),
            (b"1\x00\x01\x1faTides", "1  "),
        ],
    )
    def test_other_than_two_are_shown(self, body: bytes, shown: str) -> None:
        assert said_of("indicators", of("245", body)) == [
            f"WARN 245(1) field 245 has '{shown}' where its two indicators belong"
        ]

    @pytest.mark.parametrize(("byte", "shown"), [(b"\x01", "(U+0001)"), (b"\xe9", "\ufffd"), (b"\x7f", "(U+007F)")])
    def test_that_cannot_be_seen_is_named(self, byte: bytes, shown: str) -> None:
        assert said_of("indicators", of("245", b"1" + byte + b"\x1faTides")) == [
            f"WARN 245(1) field 245 has second indicator {shown}; it may be 0-9"
        ]


class TestSubfield:
    @pytest.mark.parametrize(
        "line",
        [
            r"=020  \\$a0306406152$qpbk.$qalk. paper$c£12.50",
            r"=022  0\$a0378-5955$l0378-5955",
            r"=245  10$6880-01$aTides /$cAnne Mackenzie.$8",
            r"=505  0\$gv. 1.$tEbb /$rA.$tFlow /$rB.",
            r"=650  \0$aSea$xHistory$xSources$vMaps$0(DLC)sh1$1http://example.org/",
            r"=776  08$iOnline version:$aMackenzie, Anne.$tTides$w(OCoLC)1$w(DLC)2",
            r"=852  8\$bMAIN$hQ1$i.T5$zReading room$zNot for loan",
            r"=880  10$6245-00$aTides$aTides$q$z",
            r"=886  2\$2unimarc$a200$bTides$zAny of the other format",
            r"=029  1\$aAU@$b000012345678",
            r"=019  \\$a1$a2$a3",
            r"=009  $a local",
        ],
    )
    def test_allowed(self, line: str) -> None:
        assert said("subfields", line) == []

    @pytest.mark.parametrize(
        ("line", "wrong"),
        [
            (r"=500  \\$aNote$qWhat", "a subfield $q, which MARC 21 does not define there"),
            (r"=245  10$aTides$zEbb", "a subfield $z, which MARC 21 does not define there"),
            (r"=029  1\$aAU@$z1", "a subfield $z, which MARC 21 does not define there"),
            (r"=880  10$6245-00$ATides", "a subfield $A, which MARC 21 does not define there"),
            (r"=500  \\$ Note", "a subfield $(blank), which MARC 21 does not define there"),
            (r"=500  \\$aNote$", "a subfield without a code, which MARC 21 does not define there"),
            (r"=500  \\$éNote", "a subfield $é, which MARC 21 does not define there"),
            (r"=245  10$aTides$bEbb$bFlow", "subfield $b 2 times; it may stand once"),
            (r"=100  1\$aMackenzie$aAnne$d1931-$aA.", "subfield $a 3 times; it may stand once"),
            (r"=500  \\$qWhat$aNote$qWhat", "a subfield $q, which MARC 21 does not define there"),
        ],
    )
    def test_other_is_named_once_a_field(self, line: str, wrong: str) -> None:
        tag = line[1:4]
        assert said("subfields", line) == [f"WARN {tag}(1) field {tag} has {wrong}"]

    @pytest.mark.parametrize("code", "9=#")
    def test_local_one_informs(self, code: str) -> None:
        assert said("subfields", f"=650  \\0$aSea${code}1${code}2") == [
            f"INFO 650(1) field 650 has a subfield ${code}, which MARC 21 does not define there"
        ]

    def test_several_codes_of_several_fields(self) -> None:
        assert said("subfields", "=500  \\\\$aNote\n=245  10$aT\n=500  \\\\$aA$aB$q$x\n=500  \\\\$y") == [
            "WARN 500(2) field 500 has subfield $a 2 times; it may stand once",
            "WARN 500(2) field 500 has a subfield $q, which MARC 21 does not define there",
            "WARN 500(2) field 500 has a subfield $x, which MARC 21 does not define there",
            "WARN 500(3) field 500 has a subfield $y, which MARC 21 does not define there",
        ]

    def test_code_that_cannot_be_seen_is_named(self) -> None:
        assert said_of("subfields", of("500", b"  \x1f\x01Note")) == [
            "WARN 500(1) field 500 has a subfield $(U+0001), which MARC 21 does not define there"
        ]


class TestStandardNumber:
    @pytest.mark.parametrize(
        "line",
        [
            r"=020  \\$a0306406152",
            r"=020  \\$a0-306-40615-2 (pbk.)",
            r"=020  \\$a9780306406157 (v. 1)$z0306406153",
            r"=020  \\$z0306406153",
            r"=020  \\$c£12.50",
            r"=022  \\$a2434-561X$y0378-5954$z0378-5954",
            r"=022  \\$y0378-5954",
            r"=024  3\$a0306406153",
            r"=776  08$z0306406153$x0378-5954",
        ],
    )
    def test_sound_or_known_to_be_wrong_is_fine(self, line: str) -> None:
        assert said("standard-numbers", line) == []

    @pytest.mark.parametrize("value", ["0306406153", "9780306406158", "(pbk.)", "97803064061", "", "ISBN 0306406152"])
    def test_isbn_that_is_none(self, value: str) -> None:
        assert said("standard-numbers", f"=020  \\\\$a0306406152\n=020  \\\\$a{value}") == [
            f"WARN 020(2) field 020 has '{value}' in $a, which is no valid ISBN"
        ]

    @pytest.mark.parametrize("value", ["0378-5954", "0378-595", "print", ""])
    def test_issn_that_is_none(self, value: str) -> None:
        assert said("standard-numbers", f"=022  \\\\$a{value}") == [
            f"WARN 022(1) field 022 has '{value}' in $a, which is no valid ISSN"
        ]

    def test_long_value_is_cut(self) -> None:
        (line,) = said("standard-numbers", "=020  \\\\$a" + "0123456789" * 100)
        assert f"'{'0123456789' * 3}012345678…'" in line

    def test_isbn_stands_before_issn(self) -> None:
        lines = said("standard-numbers", "=022  \\\\$a1\n=020  \\\\$a2")
        assert [line.split()[1] for line in lines] == ["020(1)", "022(1)"]
