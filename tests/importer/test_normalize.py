"""What the import changes in a record before it is matched."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.normalize import (
    RULES,
    cancelled_numbers_to_035,
    control_number_to_035,
    normalization,
    rule,
    words,
)
from gateway.importer.profile import ORDINARY, prepare
from gateway.marc.identifiers import bare_oclc_key, oclc_key
from gateway.marc.record import Field, Record
from gateway.model import Profile
from tests.marc.mnemonic import LEADER, mrk, sample, shown

CARLI = ("001-to-035", "019a-to-035z")


def normalized(text: str, *names: str, extraneous_035: bool = True) -> str:
    """The record after the rules of these names; after CARLI's where none is named."""
    return shown(normalization(names or CARLI, extraneous_035=extraneous_035)(mrk(text)))


def canonical(text: str) -> str:
    return shown(mrk(text))


class TestControlNumber:
    @pytest.mark.parametrize(
        ("number", "source", "made"),
        [
            (r"ocn999000025", "OCoLC", "(OCoLC)ocn999000025"),
            (r"ocm00001234\\", "OCoLC", "(OCoLC)ocm00001234"),
            (r"on1999000017", "OCoLC", "(OCoLC)on1999000017"),
            (r"12345", "DLC", "(DLC)12345"),
            (r"\\a\b\\", r"\\XYZ\\", "(XYZ)a b"),
            ("9910000000015867", "01CARLI_XYZ", "(01CARLI_XYZ)9910000000015867"),
        ],
    )
    def test_becomes_035_a(self, number: str, source: str, made: str) -> None:
        before = f"""
            =001  {number}
            =003  {source}
            =245  00$aTides
        """
        after = f"""
            =001  {number}
            =003  {source}
            =035  \\\\$a{made}
            =245  00$aTides
        """
        assert normalized(before) == canonical(after)

    @pytest.mark.parametrize(
        "text",
        [
            "=001  ocn999000025\n=245  00$aTides",
            "=003  OCoLC\n=245  00$aTides",
            "=001  \\\\\n=003  OCoLC",
            "=245  00$aTides",
        ],
        ids=["no 003", "no 001", "blank 001", "neither"],
    )
    def test_alone_makes_none(self, text: str) -> None:
        assert normalized(text) == canonical(text)

    def test_stands_beside_the_plain_number_and_behind_the_other_035s(self) -> None:
        before = r"""
            =001  ocn999000025
            =003  OCoLC
            =010  \\$a2010990102
            =035  \\$a(OCoLC)999000025
            =035  \\$a(DLC)5
            =040  \\$aXYZ
        """
        after = r"""
            =001  ocn999000025
            =003  OCoLC
            =010  \\$a2010990102
            =035  \\$a(OCoLC)999000025
            =035  \\$a(DLC)5
            =035  \\$a(OCoLC)ocn999000025
            =040  \\$aXYZ
        """
        assert normalized(before) == canonical(after)

    @pytest.mark.parametrize(
        "present", ["(OCoLC)999000025", "(OCoLC)ocn999000025", "(OCoLC)0999000025", "(OCoLC) 999000025"]
    )
    def test_extraneous_is_left_out_when_asked(self, present: str) -> None:
        record = f"=001  ocn999000025\n=003  OCoLC\n=035  \\\\$a{present}\n=245  00$aTides"
        assert normalized(record, extraneous_035=False) == canonical(record)

    @pytest.mark.parametrize(
        "present",
        [r"\\$a(OCoLC)5", r"\\$z(OCoLC)999000025", r"\\$a(DLC)999000025", r"\\$a999000025"],
        ids=["another number", "cancelled number", "another source", "no source"],
    )
    def test_is_no_extraneous_one_beside(self, present: str) -> None:
        record = f"=001  ocn999000025\n=003  OCoLC\n=035  {present}\n=245  00$aTides"
        assert normalized(record, extraneous_035=False) == normalized(record) != canonical(record)

    @pytest.mark.parametrize("present", ["(OCoLC)5", "(XYZ)5", "(DLC)05", "5"])
    def test_of_another_agency_is_never_extraneous(self, present: str) -> None:
        record = f"=001  5\n=003  DLC\n=035  9\\$a{present}\n=245  00$aTides"
        assert "$a(DLC)5" in normalized(record, extraneous_035=False)

    @pytest.mark.parametrize("extraneous", [True, False])
    def test_that_stands_there_already_is_not_added(self, extraneous: bool) -> None:
        record = mrk("=001  on1999000124\n=003  OCoLC\n=035  9\\$a(OCoLC)on1999000124\n=245  00$aTides")
        assert control_number_to_035(record, extraneous=extraneous) == record


class TestFormerNumbers:
    def test_are_copied_to_035_z_and_stay(self) -> None:
        before = r"""
            =019  \\$a99000074$a 999000082 $aocm99000090
            =035  \\$a(OCoLC)1999000066
            =245  00$aTides
        """
        after = r"""
            =019  \\$a99000074$a 999000082 $aocm99000090
            =035  \\$a(OCoLC)1999000066
            =035  \\$z(OCoLC)99000074$z(OCoLC)999000082$z(OCoLC)ocm99000090
            =245  00$aTides
        """
        assert normalized(before) == canonical(after)

    @pytest.mark.parametrize(
        "present", ["(OCoLC)99000074", "(OCoLC)ocm99000074 ", "(OCoLC)0099000074"], ids=["plain", "prefix", "zeros"]
    )
    def test_are_never_there_twice(self, present: str) -> None:
        record = f"=019  9\\$a99000074\n=035  9\\$a(OCoLC)5$z{present}"
        assert normalized(record) == canonical(record)

    def test_are_never_copied_twice(self) -> None:
        before = r"""
            =019  \\$a74$a0074$b74
            =019  \\$a(not a number)$a82$aocm00000074
        """
        after = r"""
            =019  \\$a74$a0074$b74
            =019  \\$a(not a number)$a82$aocm00000074
            =035  \\$z(OCoLC)74$z(OCoLC)82
        """
        assert normalized(before) == canonical(after)

    def test_equal_to_the_record_s_own_number_is_copied(self) -> None:
        record = mrk("=019  9\\$a74\n=035  9\\$a(OCoLC)74")
        assert [field.body for field in cancelled_numbers_to_035(record).get("035")] == [
            b"9 \x1fa(OCoLC)74",
            b"  \x1fz(OCoLC)74",
        ]

    def test_fixture_with_all_of_them_in_035_gets_one_field_for_001(self) -> None:
        arrived = Record.parse(sample("former-numbers"))
        added = [field for field in ORDINARY.normalize(arrived).fields if field not in arrived.fields]
        assert added == [Field("035", b"  \x1fa(OCoLC)on1999000066")]


class TestRemoving:
    RECORD = r"""
        =001  ocn5
        =029  1\$aAU@$b000067123456
        =035  \\$a(OCoLC)5
        =035  9\$a(XYZ)7
        =245  00$aTides
        =500  \\$aOurs$5XYZ
        =500  \\$aSigned
        =938  \\$aYBP
        =994  \\$aC0$bXYZ
    """

    @pytest.mark.parametrize(
        ("name", "gone"),
        [
            ("remove 029", "029"),
            ("remove 9XX", "938 994"),
            ("remove 035 9#", "035"),
            ("remove 500 $5", "500"),
            ("remove 500 !$5", "500"),
            ("remove 035 $a(OCoLC)", "035"),
            ("remove 001", "001"),
            ("remove XXX", "001 029 035 035 245 500 500 938 994"),
            ("remove 936", ""),
            ("remove 245 9#", ""),
        ],
    )
    def test_takes_out_the_fields_that_are_meant_and_no_others(self, name: str, gone: str) -> None:
        before = mrk(self.RECORD)
        after = rule(name)(before)
        left = [*before.fields]
        for field in after.fields:
            left.remove(field)
        assert " ".join(field.tag for field in left) == gone
        assert [field for field in before.fields if field in after.fields] == [*after.fields]
        assert after.leader == before.leader

    def test_of_several_kinds_of_field_is_a_rule_each_as_csu_has_them(self) -> None:
        names = [f"remove {tag}" for tag in ("029", "936", "938", "948", "984")]
        after = r"""
            =001  ocn5
            =035  \\$a(OCoLC)5
            =035  9\$a(XYZ)7
            =245  00$aTides
            =500  \\$aOurs$5XYZ
            =500  \\$aSigned
            =994  \\$aC0$bXYZ
        """
        assert normalized(self.RECORD, *names) == canonical(after)


class TestClearingEmptyFields:
    def test_takes_out_what_says_nothing(self) -> None:
        before = r"""
            =001  ocn5
            =003  \\
            =008  \\\\\\\\\\
            =020  \\$a
            =022  \\
            =035  \\$z$z $a(OCoLC)5
            =040  \\$aXYZ$b$cXYZ
            =245  10$aTides :$b $cWren.
            =500  \\$a$b $c
            =650  \0$aTides.
        """
        after = r"""
            =001  ocn5
            =035  \\$a(OCoLC)5
            =040  \\$aXYZ$cXYZ
            =245  10$aTides :$cWren.
            =650  \0$aTides.
        """
        assert normalized(before, "clear-empty-fields") == canonical(after)

    @pytest.mark.parametrize(
        ("body", "left"),
        [
            (b"", None),
            (b"1", None),
            (b"10", None),
            (b"10\x1f", None),
            (b"10\x1f\x1f\x1fa", None),
            (b"10\x1fa \x1fb\xe3\x80\x80", b"10\x1fb\xe3\x80\x80"),
            (b"10\x1f\x1faTide\x1f", b"10\x1faTide"),
            (b"10\x1faTide\x1fb", b"10\x1faTide"),
            (b"10\x1fa Tide ", b"10\x1fa Tide "),
            (b"\x1faTide\x1fb", b"\x1faTide"),
            (b"10Tide", b"10Tide"),
            (b"10Tide\x1fa", b"10Tide"),
            (b"10 \x1fa", None),
        ],
    )
    def test_loses_nothing_that_says_something(self, body: bytes, left: bytes | None) -> None:
        after = rule("clear-empty-fields")(Record(LEADER, [Field("500", body)]))
        assert [*after.fields] == ([] if left is None else [Field("500", left)])

    @pytest.mark.parametrize("name", ["monograph", "serial", "cjk", "hebrew", "longest", "unordered"])
    def test_leaves_an_ordinary_record_as_it_is(self, name: str) -> None:
        record = Record.parse(sample(name))
        assert rule("clear-empty-fields")(record) == record


RECORD = r"""
    =001  on1999000066
    =003  OCoLC
    =005  20260302142125.0
    =019  \\$a99000074
    =020  \\$a9786990001067
    =035  \\$a(OCoLC)1999000066
    =035  \\$a
    =245  12$aA walker's atlas
    =994  \\$a02$bXYZ
"""


class TestOrder:
    def test_of_carli_s_rules(self) -> None:
        after = r"""
            =001  on1999000066
            =003  OCoLC
            =005  20260302142125.0
            =019  \\$a99000074
            =020  \\$a9786990001067
            =035  \\$a(OCoLC)1999000066
            =035  \\$a
            =035  \\$a(OCoLC)on1999000066
            =035  \\$z(OCoLC)99000074
            =245  12$aA walker's atlas
            =994  \\$a02$bXYZ
        """
        assert normalized(RECORD) == canonical(after)

    @pytest.mark.parametrize(
        ("names", "numbers"),
        [
            ((), "$a(OCoLC)1999000066 $a"),
            (("001-to-035",), "$a(OCoLC)1999000066 $a $a(OCoLC)on1999000066"),
            (("019a-to-035z",), "$a(OCoLC)1999000066 $a $z(OCoLC)99000074"),
            (("clear-empty-fields",), "$a(OCoLC)1999000066"),
            (CARLI, "$a(OCoLC)1999000066 $a $a(OCoLC)on1999000066 $z(OCoLC)99000074"),
            (CARLI[::-1], "$a(OCoLC)1999000066 $a $z(OCoLC)99000074 $a(OCoLC)on1999000066"),
            (("remove 019", "019a-to-035z"), "$a(OCoLC)1999000066 $a"),
            (("019a-to-035z", "remove 019"), "$a(OCoLC)1999000066 $a $z(OCoLC)99000074"),
            (("remove 035", "001-to-035"), "$a(OCoLC)on1999000066"),
            (("001-to-035", "remove 035"), ""),
            (("remove 001", "001-to-035"), "$a(OCoLC)1999000066 $a"),
            (("001-to-035", "001-to-035"), "$a(OCoLC)1999000066 $a $a(OCoLC)on1999000066"),
        ],
    )
    def test_is_that_in_which_the_rules_are_named(self, names: tuple[str, ...], numbers: str) -> None:
        after = normalization(names, extraneous_035=True)(mrk(RECORD))
        assert " ".join(field.text[2:].replace("\x1f", "$") for field in after.get("035")) == numbers

    @pytest.mark.parametrize(
        ("names", "numbers"),
        [
            (("001-to-035",), "$a(OCoLC)1999000066 $a"),
            (("remove 035", "001-to-035"), "$a(OCoLC)on1999000066"),
            (CARLI, "$a(OCoLC)1999000066 $a $z(OCoLC)99000074"),
        ],
    )
    def test_decides_what_is_extraneous_by_a_profile_that_says_so(self, names: tuple[str, ...], numbers: str) -> None:
        profile = prepare("p", Profile(normalization=names, extraneous_035=False), {})
        after = profile.normalize(mrk(RECORD))
        assert " ".join(field.text[2:].replace("\x1f", "$") for field in after.get("035")) == numbers


class TestNames:
    @pytest.mark.parametrize(
        "name", ["", "001-TO-035", " 001-to-035", "001-to-035 ", "019-to-035", "remove", "Remove 029", "removes 029"]
    )
    def test_that_is_no_rule_is_told_with_those_that_there_are(self, name: str) -> None:
        with pytest.raises(
            ValueError, match="is no rule; there are 001-to-035, 019a-to-035z, clear-empty-fields"
        ) as error:
            rule(name)
        assert str(error.value).startswith(repr(name))
        assert "remove 029" in str(error.value)
        with pytest.raises(ValueError, match="is no rule"):
            normalization(["001-to-035", name], extraneous_035=True)

    @pytest.mark.parametrize("name", ["remove ", "remove 29", "remove  029", "remove 029 936", "remove 029, 936"])
    def test_that_removes_no_fields_is_told_how_they_are_written(self, name: str) -> None:
        with pytest.raises(ValueError, match="names no fields; write a tag such as"):
            rule(name)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("001-to-035", "001 and 003 to 035 $a"),
            ("019a-to-035z", "Marc21 Bib Copy 019a to 035z"),
            ("clear-empty-fields", "Clear empty fields"),
            ("remove 029", "Remove 029"),
            ("remove 035 9#", "Remove 035 9#"),
        ],
    )
    def test_has_words_for_people(self, name: str, said: str) -> None:
        assert words(name) == said

    def test_are_each_of_a_rule(self) -> None:
        assert [rule(name)(mrk(RECORD)) != mrk(RECORD) for name in RULES] == [True] * len(RULES)


NUMBERS = st.sampled_from(["74", "0074", "ocm00000074 ", "82", "(x)", "", "1_0"])
VALUES = st.sampled_from(["(OCoLC)74", "(OCoLC)ocn82", "(DLC)5", "74", "(OCoLC)on5"])
FIELDS = st.lists(
    st.one_of(
        st.builds(
            lambda values: Field("019", b"  " + "".join(f"\x1fa{v}" for v in values).encode()), st.lists(NUMBERS)
        ),
        st.builds(lambda code, value: Field("035", f"  \x1f{code}{value}".encode()), st.sampled_from("az"), VALUES),
        st.builds(lambda value: Field("001", value.encode()), NUMBERS),
        st.builds(lambda value: Field("003", value), st.sampled_from([b"OCoLC", b"DLC", b" "])),
        st.just(Field("245", b"00\x1faTides")),
    )
)
NAMES = st.lists(st.sampled_from([*RULES, "remove 019", "remove 035 $a(DLC)", "remove XXX $b"]), max_size=4)
carli = partial(normalization, CARLI)


class TestProperties:
    @given(FIELDS, st.booleans())
    def test_no_field_is_lost_or_changed(self, fields: list[Field], extraneous: bool) -> None:
        after = [*carli(extraneous_035=extraneous)(Record(LEADER, fields)).fields]
        for field in fields:
            after.remove(field)
        assert {field.tag for field in after} <= {"035"}
        assert len(after) <= 2

    @given(FIELDS, st.booleans())
    def test_doing_it_again_changes_nothing(self, fields: list[Field], extraneous: bool) -> None:
        normalize = carli(extraneous_035=extraneous)
        once = normalize(Record(LEADER, fields))
        assert normalize(once) == once

    @given(FIELDS, NAMES, st.booleans())
    def test_any_rules_are_those_of_their_names_one_after_the_other(
        self, fields: list[Field], names: list[str], extraneous: bool
    ) -> None:
        record = Record(LEADER, fields)
        expected = record
        for name in names:
            expected = rule(name, extraneous_035=extraneous)(expected)
        assert normalization(names, extraneous_035=extraneous)(record) == expected
        assert record == Record(LEADER, fields)

    @given(FIELDS)
    def test_each_former_number_stands_in_035_z(self, fields: list[Field]) -> None:
        after = ORDINARY.normalize(Record(LEADER, fields))
        cancelled = [oclc_key(value) for field in after.get("035") for value in field.values("z")]
        former = {bare_oclc_key(value) for field in after.get("019") for value in field.values("a")} - {""}
        assert former <= {*cancelled}
        sent = [oclc_key(value) for field in fields if field.tag == "035" for value in field.values("z")]
        assert all(cancelled.count(number) == max(1, sent.count(number)) for number in former)
