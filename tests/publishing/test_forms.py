"""How a record looks that is published."""

import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from gateway.marc.forms import marcxml
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Enrichment, Inventory, ProcessType
from gateway.publishing.enrichment import FACTS, SUBFIELDS_OF_FIELD, faults, fields
from gateway.publishing.enrichment_text import read, written
from gateway.publishing.forms import digest, form
from tests.publishing.zone import AT_852, MAIN, holding, item, tides

HERE, THERE = holding("11", "1"), holding("12", "1")
ON_LOAN = item(
    "b1", HERE, process_type=ProcessType.LOAN, due_at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC), policy="Book1"
)
IN_PLACE = item("b2", THERE, description='v.2 <"&">')
OF_ITEM = Enrichment(tag="952", of="item", indicators="8 ", subfields={"p": "barcode", "x": "available", "d": "due"})


def inventory(*, holdings: bool = True) -> Inventory:
    """A record with two holdings, each with an item."""
    if not holdings:
        return Inventory(tides("1"), (), (), ())
    return Inventory(tides("1"), (HERE, THERE), (ON_LOAN, IN_PLACE), (MAIN, None))


class TestForm:
    def test_is_the_record_with_its_name_space(self) -> None:
        made = form(inventory(), ())
        assert made.startswith(b'<record xmlns="http://www.loc.gov/MARC21/slim">\n  <leader>')
        assert made.endswith(b"</record>")
        [read_back] = marcxml.read([made])
        assert isinstance(read_back, Record)
        assert read_back.fields == Record.parse(tides("1").marc).fields

    def test_has_the_added_fields_behind_its_own(self) -> None:
        made = form(inventory(), (AT_852,)).decode()
        assert made.endswith(
            '  <datafield tag="852" ind1=" " ind2=" ">\n'
            '    <subfield code="b">MAIN</subfield>\n'
            '    <subfield code="c">stacks</subfield>\n'
            '    <subfield code="h">GC301 .T5</subfield>\n'
            "  </datafield>\n" * 2 + "</record>"
        )

    def test_of_a_damaged_record_is_none(self) -> None:
        with pytest.raises(Damaged):
            form(inventory()._replace(record=replace(tides("1"), marc=b"00026")), ())


class TestDigest:
    def test_leaves_out_005_and_what_depends_on_its_length(self) -> None:
        plain = digest(form(inventory(), ()))
        other = inventory()._replace(record=tides("1", stamp="20270101000000.0"))
        longer = inventory()._replace(record=tides("1", stamp="20270101000000.000"))
        assert digest(form(other, ())) == plain
        assert digest(form(longer, ())) == plain

    def test_is_another_where_anything_else_is(self) -> None:
        changed = inventory()._replace(record=tides("1", "Tides of the Lakes"))
        assert len({digest(form(one, of)) for one in (inventory(), changed) for of in ((), (AT_852,))}) == 4


class TestEnrichment:
    def test_tells_of_each_item_and_leaves_out_what_there_is_not(self) -> None:
        assert fields((OF_ITEM,), inventory()) == (
            '  <datafield tag="952" ind1="8" ind2=" ">\n'
            '    <subfield code="p">b1</subfield>\n'
            '    <subfield code="x">unavailable</subfield>\n'
            '    <subfield code="d">2026-12-31T23:59:00Z</subfield>\n'
            "  </datafield>\n"
            '  <datafield tag="952" ind1="8" ind2=" ">\n'
            '    <subfield code="p">b2</subfield>\n'
            '    <subfield code="x">available</subfield>\n'
            "  </datafield>\n"
        )

    def test_of_a_record_without_holdings_is_nothing(self) -> None:
        assert fields((AT_852, OF_ITEM), inventory(holdings=False)) == ""

    @pytest.mark.parametrize("of", FACTS)
    def test_every_fact_can_be_told(self, of: str) -> None:
        told = {fact: told.tell for fact, told in FACTS[of].items()}  # type: ignore[index]
        one = Enrichment(tag="999", of=of, subfields={f"{at:02}": fact for at, fact in enumerate(told)})  # type: ignore[arg-type]
        text = fields((one,), inventory())
        assert "Main Library" in text
        assert "Book Stacks" in text

    def test_is_escaped(self) -> None:
        one = Enrichment(tag="952", of="item", subfields={"d": "description"})
        assert 'v.2 &lt;"&amp;"&gt;' in fields((one,), inventory())

    def test_may_have_codes_of_two_characters(self) -> None:
        one = Enrichment(tag="952", of="item", subfields={"zz": "barcode"})
        assert [*faults(one)] == []
        assert '<subfield code="zz">b1</subfield>' in fields((one,), inventory())

    @pytest.mark.parametrize(
        ("one", "words"),
        [
            (replace(AT_852, tag="005"), "the tag '005' is none of 010 to 999"),
            (replace(AT_852, tag="85X"), "the tag '85X' is none of 010 to 999"),
            (replace(AT_852, indicators="8"), "the indicators '8' are not two digits, small letters or blanks"),
            (replace(AT_852, subfields={}), "it has no subfields"),
            (replace(AT_852, subfields={"b": "libary"}), "a holding tells no 'libary'; it tells library, "),
            (replace(AT_852, subfields={"b": "barcode"}), "a holding tells no 'barcode'"),
            (replace(AT_852, subfields={"bcd": "library"}), "the subfield code 'bcd' is not one or two small letters"),
            (
                replace(AT_852, subfields={f"{at:02}": "library" for at in range(SUBFIELDS_OF_FIELD + 1)}),
                "it has 37 subfields; at most 36 can be kept",
            ),
        ],
    )
    def test_that_cannot_be(self, one: Enrichment, words: str) -> None:
        [fault] = faults(one)
        assert fault.startswith(words)


class TestText:
    @pytest.mark.parametrize(
        "text", ["852 holding: b=library, c=location", "852 8# holding: b=library", "952 item: p=barcode, zz=due"]
    )
    def test_is_read_as_it_is_written(self, text: str) -> None:
        assert written(read(text)) == text

    def test_tells_blanks(self) -> None:
        assert read("852 8# holding:h=shelf_mark") == Enrichment(
            tag="852", of="holding", indicators="8 ", subfields={"h": "shelf_mark"}
        )

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "is no field with its subfields; write it as 852 holding: b=library"),
            ("852 b=library", "is no field with its subfields"),
            ("852 holding: b", "has a subfield that cannot be read, or one twice"),
            ("852 holding: b=library, b=location", "has a subfield that cannot be read, or one twice"),
            ("001 holding: b=library", "the tag '001' is none of 010 to 999"),
            ("852 holding: b=barcode", "a holding tells no 'barcode'; it tells library, "),
        ],
    )
    def test_that_cannot_be_read(self, text: str, words: str) -> None:
        with pytest.raises(ValueError, match=re.escape(words)):
            read(text)
