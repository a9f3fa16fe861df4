"""What the import changes in a record before it is matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.normalize import cancelled_numbers_to_035, control_number_to_035, normalize
from gateway.marc.identifiers import bare_oclc_key, oclc_key
from gateway.marc.record import Field, Record
from tests.marc.mnemonic import LEADER, mrk, sample, shown


def normalized(text: str, *, extraneous_035: bool = True) -> str:
    return shown(normalize(mrk(text), extraneous_035=extraneous_035))


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

    def test_extraneous_is_left_out_when_asked(self) -> None:
        record = r"""
            =001  ocn999000025
            =003  OCoLC
            =035  \\$a(OCoLC)999000025
            =245  00$aTides
        """
        assert normalized(record, extraneous_035=False) == canonical(record)

    @pytest.mark.parametrize(
        "present",
        [r"\\$a(OCoLC)5", r"\\$z(OCoLC)999000025", r"\\$a(DLC)999000025", r"\\$a999000025"],
        ids=["another number", "cancelled number", "another source", "no source"],
    )
    def test_is_no_extraneous_one_beside(self, present: str) -> None:
        record = f"=001  ocn999000025\n=003  OCoLC\n=035  {present}\n=245  00$aTides"
        assert normalized(record, extraneous_035=False) == normalized(record) != canonical(record)

    def test_of_another_agency_is_never_extraneous(self) -> None:
        record = "=001  5\n=003  DLC\n=035  9\\$a(OCoLC)5\n=245  00$aTides"
        assert "(DLC)5" in normalized(record, extraneous_035=False)

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
        added = [field for field in normalize(arrived).fields if field not in arrived.fields]
        assert added == [Field("035", b"  \x1fa(OCoLC)on1999000066")]


def test_both_rules_in_field_order() -> None:
    before = r"""
        =001  on1999000066
        =003  OCoLC
        =005  20260302142125.0
        =019  \\$a99000074
        =020  \\$a9786990001067
        =035  \\$a(OCoLC)1999000066
        =245  12$aA walker's atlas
        =994  \\$a02$bXYZ
    """
    after = r"""
        =001  on1999000066
        =003  OCoLC
        =005  20260302142125.0
        =019  \\$a99000074
        =020  \\$a9786990001067
        =035  \\$a(OCoLC)1999000066
        =035  \\$a(OCoLC)on1999000066
        =035  \\$z(OCoLC)99000074
        =245  12$aA walker's atlas
        =994  \\$a02$bXYZ
    """
    assert normalized(before) == canonical(after)


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


class TestProperties:
    @given(FIELDS, st.booleans())
    def test_no_field_is_lost_or_changed(self, fields: list[Field], extraneous: bool) -> None:
        after = [*normalize(Record(LEADER, fields), extraneous_035=extraneous).fields]
        for field in fields:
            after.remove(field)
        assert {field.tag for field in after} <= {"035"}
        assert len(after) <= 2

    @given(FIELDS, st.booleans())
    def test_doing_it_again_changes_nothing(self, fields: list[Field], extraneous: bool) -> None:
        once = normalize(Record(LEADER, fields), extraneous_035=extraneous)
        assert normalize(once, extraneous_035=extraneous) == once

    @given(FIELDS)
    def test_each_former_number_stands_in_035_z(self, fields: list[Field]) -> None:
        after = normalize(Record(LEADER, fields))
        cancelled = [oclc_key(value) for field in after.get("035") for value in field.values("z")]
        former = {bare_oclc_key(value) for field in after.get("019") for value in field.values("a")} - {""}
        assert former <= {*cancelled}
        sent = [oclc_key(value) for field in fields if field.tag == "035" for value in field.values("z")]
        assert all(cancelled.count(number) == max(1, sent.count(number)) for number in former)
