"""A record's text forms for reading."""

import json
from collections.abc import Callable
from inspect import cleandoc

import pytest
from hypothesis import given

from gateway.marc.forms import FORMS
from gateway.marc.record import Field, Record
from gateway.marc.views.texts import json_lines, mnemonic_lines, xml_lines
from gateway.marc.views.visible import Line, joined, shown
from tests.marc.mnemonic import LEADER, mrk
from tests.marc.test_views_grid import BOOK, RECORDS

ODD = Record(
    LEADER, [Field("001", b"a\x1b<"), Field("245", b'1"\x1fa \xe9t&  x\xe2\x80\xae\x1f'), Field("500", b"0\\x")]
)


def text(lines: tuple[Line, ...]) -> str:
    return "\n".join(map(shown, lines))


def test_mnemonic_form() -> None:
    assert text(mnemonic_lines(ODD)) == cleandoc(
        r"""
        =LDR  00000nam\a2200000\i\4500
        =001  a{esc}<
        =245  1"$a ⟨E9⟩t&··x⟨RLO⟩$
        =500  0{bsol}x
        """
    )


def test_xml() -> None:
    assert text(xml_lines(ODD)) == cleandoc(
        """
        <record xmlns="http://www.loc.gov/MARC21/slim">
          <leader>00000nam a2200000 i 4500</leader>
          <controlfield tag="001">a␛&lt;</controlfield>
          <datafield tag="245" ind1="1" ind2="&quot;">
            <subfield code="a">·⟨E9⟩t&amp;··x⟨RLO⟩</subfield>
            <subfield code=""></subfield>
          </datafield>
          <datafield tag="500" ind1="0" ind2="\\">
            <subfield code="?">x</subfield>
          </datafield>
        </record>
        """
    )


def test_json() -> None:
    assert text(json_lines(ODD)) == cleandoc(
        r"""
        {
          "leader": "00000nam a2200000 i 4500",
          "fields": [
            {"001": "a\u001b<"},
            {"245": {"ind1": "1", "ind2": "\"", "subfields": [
              {"a": "·⟨E9⟩t&··x⟨RLO⟩"},
              {"": ""}
            ]}},
            {"500": {"ind1": "0", "ind2": "\\", "subfields": [
              {"?": "x"}
            ]}}
          ]
        }
        """
    )


@pytest.mark.parametrize(("form", "view"), [("mrk", mnemonic_lines), ("xml", xml_lines), ("jsonl", json_lines)])
def test_sound_record_reads_as_its_form(form: str, view: Callable[[Record], tuple[Line, ...]]) -> None:
    record = mrk(BOOK)
    spread = "\n".join(map(joined, view(record)))
    one_a_line = json.dumps(json.loads(spread)) if form == "jsonl" else spread
    assert [*FORMS[form].read([one_a_line.encode()])] == [record]


@given(RECORDS)
def test_any_record_has_every_text_form(record: Record) -> None:
    for view in (mnemonic_lines, xml_lines, json_lines):
        lines = view(record)
        assert len(lines) > len(record.fields)
        assert text(lines).encode("utf-8")
    assert len(json.loads("\n".join(map(joined, json_lines(record))))["fields"]) == len(record.fields)
