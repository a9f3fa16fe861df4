"""Which fields a line means, and which lines mean none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.record import Field
from gateway.marc.selector import Selector, any_fits, selector
from tests.marc.mnemonic import mrk

RECORD = mrk(r"""
    =001  ocn5
    =009  9\$5
    =035  \\$a(OCoLC)5$z(OCoLC)6
    =035  \\$z(OCoLC)6
    =035  9\$a(XYZ)7
    =035  99$a(DLC)8
    =035  \9$a(OCoLC-M)9
    =035  \\$b(OCoLC)9
    =245  10$aTides
    =246  3\$aTide$5XYZ
    =246  3\$aTide$5
    =246  3\$aTide
    =59A  \\$5XYZ
    =500  \\$aTide
""")

MEANT = {
    "001": "001",
    "035": "035 035 035 035 035 035",
    "XXX": "001 009 035 035 035 035 035 035 245 246 246 246 59A 500",
    "24X": "245 246 246 246",
    "X0X": "001 009 500",
    "XX5": "035 035 035 035 035 035 245",
    "59X": "59A",
    "59A": "59A",
    "59a": "",
    "9XX": "",
}
"""Selector -> tags of the fields of `RECORD` that it means."""

MEANT_OF_ITS_TAG = {
    "035 XX": r"\\$a(OCoLC)5$z(OCoLC)6  \\$z(OCoLC)6  9\$a(XYZ)7  99$a(DLC)8  \9$a(OCoLC-M)9  \\$b(OCoLC)9",
    "035 9#": r"9\$a(XYZ)7",
    "035 9X": r"9\$a(XYZ)7  99$a(DLC)8",
    "035 99": r"99$a(DLC)8",
    "035 X9": r"99$a(DLC)8  \9$a(OCoLC-M)9",
    "035 ##": r"\\$a(OCoLC)5$z(OCoLC)6  \\$z(OCoLC)6  \\$b(OCoLC)9",
    "035 #a": "",
    "035 $a": r"\\$a(OCoLC)5$z(OCoLC)6  9\$a(XYZ)7  99$a(DLC)8  \9$a(OCoLC-M)9",
    "035 $az": r"\\$a(OCoLC)5$z(OCoLC)6  \\$z(OCoLC)6  9\$a(XYZ)7  99$a(DLC)8  \9$a(OCoLC-M)9",
    "035 $a(OCoLC)": r"\\$a(OCoLC)5$z(OCoLC)6",
    "035 $z(OCoLC)": r"\\$a(OCoLC)5$z(OCoLC)6  \\$z(OCoLC)6",
    "035 $az(OCoLC)": r"\\$a(OCoLC)5$z(OCoLC)6  \\$z(OCoLC)6",
    "035 $a(OCoLC": r"\\$a(OCoLC)5$z(OCoLC)6  \9$a(OCoLC-M)9",
    "035 $a(oclc)": "",
    "035 !$a": r"\\$z(OCoLC)6  \\$b(OCoLC)9",
    "035 !$az": r"\\$b(OCoLC)9",
    "035 !$az(OCoLC)": r"9\$a(XYZ)7  99$a(DLC)8  \9$a(OCoLC-M)9  \\$b(OCoLC)9",
    "035 9X $a(XYZ)": r"9\$a(XYZ)7",
    "035 ## !$az(OCoLC)": r"\\$b(OCoLC)9",
    "246 $5": r"3\$aTide$5XYZ  3\$aTide$5",
    "246 $5XYZ": r"3\$aTide$5XYZ",
    "246 !$5": r"3\$aTide",
    "246 3# $5": r"3\$aTide$5XYZ  3\$aTide$5",
    "246 ## $5": "",
}
"""Selector -> the fields of its tag that it means."""


@pytest.mark.parametrize("text", MEANT)
def test_means_the_fields_of_its_tag(text: str) -> None:
    assert " ".join(field.tag for field in RECORD.fields if selector(text).fits(field)) == MEANT[text]


@pytest.mark.parametrize("text", MEANT_OF_ITS_TAG)
def test_means_the_fields_of_its_tag_that_have_what_it_says(text: str) -> None:
    meant = [field for field in RECORD.fields if selector(text).fits(field)]
    bodies = [field.text[:2].replace(" ", "\\") + field.text[2:].replace("\x1f", "$") for field in meant]
    assert "  ".join(bodies) == MEANT_OF_ITS_TAG[text]
    assert {field.tag for field in meant} <= {text[:3]}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("00X", True),
        ("00X XX", True),
        ("0XX 9#", False),
        ("0XX 9X", False),
        ("0XX $5", False),
        ("00X !$5", True),
        ("0XX 9# !$5", False),
    ],
)
def test_control_field_has_neither_indicators_nor_subfields(text: str, meant: bool) -> None:
    assert selector(text).fits(Field("009", b"9 \x1f5")) is meant


@pytest.mark.parametrize("text", ["009 9#", "00X X1", "00X $5", "001 $a(OCoLC)", "00X 9# !$5"])
def test_one_that_fits_no_control_field_though_it_names_them_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fits no field; 00. has neither indicators nor subfields, write 00. alone"):
        selector(text)


@pytest.mark.parametrize("text", ["LDR", "ldr", "LDR ##", "LDR $a"])
def test_leader_is_no_field(text: str) -> None:
    with pytest.raises(
        ValueError, match='is no field; to keep the Leader of the stored record write leader = "stored"'
    ) as error:
        selector(text)
    assert str(error.value).startswith(repr(text))


@pytest.mark.parametrize("body", [b"", b"9", b"\x1f5XYZ"])
def test_field_that_lacks_indicators_has_none_that_are_named(body: bytes) -> None:
    assert selector("500").fits(Field("500", body))
    assert [text for text in ("500 9#", "500 9X", "500 X9", "500 ##") if selector(text).fits(Field("500", body))] == []


def test_begin_is_that_of_the_value_with_all_its_blanks() -> None:
    assert selector("500 $aA note").fits(Field("500", b"  \x1faA note of ours"))
    assert not selector("500 $aA note").fits(Field("500", b"  \x1fa A note of ours"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9XX", Selector("9XX")),
        ("035 9#", Selector("035", "9 ")),
        ("500 $5", Selector("500", codes="5")),
        ("035 $az(OCoLC)", Selector("035", codes="az", begins="(OCoLC)")),
        ("035 9# !$a(OCoLC)", Selector("035", "9 ", "a", "(OCoLC)", without=True)),
        ("500 $5XYZ", Selector("500", codes="5", begins="XYZ")),
        ("500 $a!?", Selector("500", codes="a", begins="!?")),
        ("500 $aÉtude", Selector("500", codes="a", begins="Étude")),
        ("035 $aocm", Selector("035", codes="aocm")),
    ],
)
def test_is_read(text: str, meant: Selector) -> None:
    assert selector(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "50", "5000", "5 0", "5-0", "5*X", "5é0", "５００", "9xx", " 500", "500 ", "500\n", "500\t9#"),  # noqa: RUF001 - fullwidth digits
        *("035 9", "035 9##", "035  9#", "0359#", "035 9# ", "035 9\\", "035 9x", "035 -#", "035 A#", "035 é#"),
        *("500$5", "500 5", "500 $", "500 $5 ", "500 $A", "500 $é", "500 $#", "500  $5", "500 $5\n", "500 $5(a)\n"),
        *("500 $5$9", "500 $5 $9", "035 $a(OCoLC)$z", "035 $a (OCoLC)", "500 $5 9#", "500 9#$5", "500 9# 9#"),
        *("500 !", "500 !9#", "500 !$", "!500", "500 ! $5", "500 !!$5", "remove 500", "500, 501", "500-599"),
    ],
)
def test_line_that_means_no_fields_is_told_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="names no fields; write a tag such as 590 or 9XX, 035 9#, 500 \\$5") as error:
        selector(text)
    assert str(error.value).startswith(repr(text))


TAGS = st.sampled_from(["001", "009", "035", "245", "500", "59A", "900"])
INDICATORS = st.sampled_from(["  ", "9 ", "99", " 9", "9", ""])
SUBFIELDS = st.lists(
    st.tuples(st.sampled_from("a5z9"), st.sampled_from(["", "(OCoLC)5", "(DLC)5", "LOCAL", "XYZ"])), max_size=3
)
FIELDS = st.builds(
    lambda tag, indicators, subfields: Field(tag, (indicators + "".join(f"\x1f{c}{v}" for c, v in subfields)).encode()),
    TAGS,
    INDICATORS,
    SUBFIELDS,
)
SELECTORS = st.builds(
    Selector,
    st.sampled_from(["001", "035", "XXX", "0XX", "5XX", "X0X", "59A", "900"]),
    st.sampled_from(["XX", "9 ", "9X", "  "]),
    st.sampled_from(["", "5", "az", "9"]),
    st.sampled_from(["", "(OCoLC)", "LOCAL"]),
    st.booleans(),
)


@given(st.lists(SELECTORS).map(tuple), FIELDS)
def test_any_of_several_fits_where_one_of_them_does(selectors: tuple[Selector, ...], field: Field) -> None:
    assert any_fits(selectors, field) is any(one.fits(field) for one in selectors)


@given(
    st.sampled_from(["0XX", "035", "24X", "500", "59A"]),
    st.sampled_from(["", " 9#", " 9X"]),
    st.sampled_from(["5", "az", "9"]),
    FIELDS,
)
def test_one_without_a_subfield_means_all_others(tag: str, indicators: str, codes: str, field: Field) -> None:
    every, having, lacking = (
        selector(f"{tag}{indicators}{rest}").fits(field) for rest in ("", f" ${codes}", f" !${codes}")
    )
    assert every is (having or lacking)
    assert not (having and lacking)


@given(st.text("0159XxA# $!a(OCoLC)", max_size=14))
def test_any_text_is_a_selector_or_raises_nothing_else(text: str) -> None:
    try:
        made = selector(text)
    except ValueError:
        return
    assert text.startswith(made.tag)
