"""Fields in two scripts: which 880 and which field find each other."""

import pytest

from gateway.marc.record import Field, Record
from tests.marc.mnemonic import LEADER
from tests.marc.transcript import said, said_of

GRAPHIC_FORM = "which should be the tag of its field and a number, as in 245-01"
REGULAR_FORM = "which should be 880 and a number, as in 880-01"


def test_each_finds_the_other() -> None:
    linked = r"""
        =100  1\$6880-01$aTolstoĭ
        =245  10$6880-02$aVoĭna
        =250  \\$a1st
        =690  \7$6880-03$alocal
        =700  1\$6880-10$aAnna
        =880  1\$6100-01/(3$a托爾斯泰
        =880  10$6245-02/(3/r$a戰爭
        =880  \7$6690-03/Cyrl$alocal
        =880  1\$6700-10$a安娜
    """
    assert said("linkage", linked) == []


def test_one_field_may_stand_in_several_scripts() -> None:
    assert said("linkage", "=245  10$6880-01$aTides\n=880  10$6245-01/(3$aA\n=880  10$6245-01/(N$aB") == []


def test_number_is_of_a_pair_whatever_its_tags() -> None:
    crossed = "=245  10$6880-01$aT\n=246  3\\$6880-02$aE\n=880  3\\$6246-01$aE\n=880  10$6245-02$aT"
    assert said("linkage", crossed) == [
        "WARN 245(1) field 245 has '880-01' in $6, but no field 880 has 245-01",
        "WARN 246(1) field 246 has '880-02' in $6, but no field 880 has 246-02",
        "WARN 880(1) field 880 has '246-01' in $6, but no field 246 has 880-01",
        "WARN 880(2) field 880 has '245-02' in $6, but no field 245 has 880-02",
    ]


def test_880_without_a_link() -> None:
    assert said("linkage", "=880  10$6245-00$aTides\n=880  10$aTides") == ["WARN 880(2) field 880 has no $6"]


def test_unlinked_880_is_numbered_00() -> None:
    assert said("linkage", "=245  10$aTides\n=880  10$6245-00/(3/r$aTides\n=880  10$6530-00$aTides") == []


def test_880_whose_field_is_not_there() -> None:
    assert said("linkage", "=245  10$aTides\n=880  10$6245-01/(N$aTides\n=880  \\\\$6500-02$aNote") == [
        "WARN 880(1) field 880 has '245-01/(N' in $6, but no field 245 has 880-01",
        "WARN 880(2) field 880 has '500-02' in $6, but no field 500 has 880-02",
    ]


def test_field_whose_880_is_not_there() -> None:
    assert said("linkage", "=500  \\\\$aNote\n=500  \\\\$6880-01$aNote\n=880  \\\\$6500-02$aNote") == [
        "WARN 500(2) field 500 has '880-01' in $6, but no field 880 has 500-01",
        "WARN 880(1) field 880 has '500-02' in $6, but no field 500 has 880-02",
    ]


@pytest.mark.parametrize(
    "link",
    [
        "245",
        "245-",
        "245-1",
        "245-001",
        "24-01",
        "245 01",
        "245-01x",
        "245-01/Cyrillic",
        "245-01/(3/x",
        "880-01",
        "",
        "x",
    ],
)
def test_880_with_what_is_no_link(link: str) -> None:
    assert said("linkage", f"=880  10$6{link}$aTides") == [f"WARN 880(1) field 880 has '{link}' in $6, {GRAPHIC_FORM}"]


@pytest.mark.parametrize("link", ["880", "880-1", "245-01", "1"])
def test_field_with_what_is_no_link(link: str) -> None:
    assert said("linkage", f"=500  \\\\$6{link}$aNote") == [f"WARN 500(1) field 500 has '{link}' in $6, {REGULAR_FORM}"]


@pytest.mark.parametrize("link", ["245-01/(3/r\u200f", "245-01 /", "245-01//r", "245-01/(2/r "])
def test_link_as_editors_leave_it_is_read(link: str) -> None:
    assert said("linkage", f"=245  10$6880-01$aTides\n=880  10$6{link}$aTides") == []


def test_script_of_east_asia_is_a_dollar_sign_and_1() -> None:
    linked = [Field("245", b"10\x1f6880-01\x1faTides"), Field("880", b"10\x1f6245-01/$1\x1faTides")]
    assert said_of("linkage", Record(LEADER, linked).serialize()) == []


def test_local_field_is_not_judged_but_may_be_linked_to() -> None:
    assert said("linkage", "=949  \\\\$6whatever\n=949  \\\\$6880-07\n=690  \\7$6880-01$aA\n=880  \\7$6690-01$aB") == []
    assert said("linkage", "=690  \\7$aA\n=880  \\7$6690-01$aB") == [
        "WARN 880(1) field 880 has '690-01' in $6, but no field 690 has 880-01"
    ]


def test_field_of_another_format_holds_no_link() -> None:
    assert said("linkage", "=886  2\\$2unimarc$a200$6a01$aTides") == []
