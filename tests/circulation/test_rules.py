"""Every limit of libraries, holdings and items, and what else cannot be."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.circulation import rules
from gateway.circulation.rules import Text, holding_faults, item_faults, library_faults
from gateway.model import Holding, Item, Library, Location, ProcessType

HOLDING = Holding(zone="xyz", id="1", mms_id="2", library="MAIN", location="stacks")
ITEM = Item(zone="xyz", barcode="1", holding="1", mms_id="2")
LIBRARY = Library(zone="xyz", code="MAIN", name="Main", locations=(Location("stacks"),))
NOUNS: list[tuple[Any, dict[str, Text], Any]] = [
    (HOLDING, rules.HOLDING, holding_faults),
    (ITEM, rules.ITEM, item_faults),
    (LIBRARY, rules.LIBRARY, library_faults),
]
TEXTS = [(noun, field, rule, faults) for noun, table, faults in NOUNS for field, rule in table.items()]
NAMES = [f"{type(noun).__name__}.{field}" for noun, field, _, _ in TEXTS]


def test_sound_ones_have_no_faults() -> None:
    assert [*holding_faults(HOLDING), *item_faults(ITEM), *library_faults(LIBRARY)] == []


@pytest.mark.parametrize(("noun", "field", "rule", "faults"), TEXTS, ids=NAMES)
class TestText:
    def test_may_be_so_long_and_no_longer(self, noun: Any, field: str, rule: Text, faults: Any) -> None:
        assert faults(replace(noun, **{field: "ä" * rule.characters})) == []
        words = f"has {rule.characters + 1:,} characters; at most {rule.characters:,} can be kept"
        assert faults(replace(noun, **{field: "ä" * (rule.characters + 1)})) == [(field, words)]

    @pytest.mark.parametrize("unseen", ["\0", "\x1f", "\n", "\x85", "\u2028"])
    def test_has_nothing_that_nobody_sees(self, noun: Any, field: str, rule: Text, faults: Any, unseen: str) -> None:
        words = f"has a character that nobody sees, U+{ord(unseen):04X}"
        assert faults(replace(noun, **{field: f"a{unseen}b"})) == [(field, words)]

    def test_may_be_of_any_script(self, noun: Any, field: str, rule: Text, faults: Any) -> None:
        assert faults(replace(noun, **{field: "\u0645\u06cc\u200c\u062e\u0648 שלום 書\u00a0\u200f"})) == []

    def test_is_there_where_it_must_be(self, noun: Any, field: str, rule: Text, faults: Any) -> None:
        assert faults(replace(noun, **{field: ""})) == ([(field, "is empty")] if rule.needed else [])

    def test_of_a_key_has_no_spaces_at_its_ends(self, noun: Any, field: str, rule: Text, faults: Any) -> None:
        assert faults(replace(noun, **{field: "a "})) == (
            [(field, "'a ' has spaces at its ends")] if rule.is_key else []
        )


class TestHolding:
    def test_has_so_many_texts_of_a_summary(self) -> None:
        most = ("x",) * rules.SUMMARIES_OF_HOLDING
        assert holding_faults(replace(HOLDING, summary=most)) == []
        [(field, words)] = holding_faults(replace(HOLDING, summary=(*most, "x")))
        assert (field, words) == ("summary", "has 51 texts; a holding has at most 50")

    def test_has_no_empty_summary(self) -> None:
        assert holding_faults(replace(HOLDING, summary=("a", " "))) == [("summary.2", "is empty")]

    @pytest.mark.parametrize("date", ["", "26030", "2603011", "26030a", "٢٦٠٣٠١"])
    def test_has_a_date_of_report_of_six_digits(self, date: str) -> None:
        [(field, words)] = holding_faults(replace(HOLDING, date_of_report=date))
        assert field == "date_of_report"
        assert words == f"is {date!r}; write six digits, yymmdd, or 000000"


class TestItem:
    def test_is_due_only_on_loan(self) -> None:
        due = replace(ITEM, due_at=datetime(2026, 12, 31, tzinfo=UTC))
        assert item_faults(replace(due, process_type=ProcessType.LOAN)) == []
        for process_type in (None, ProcessType.LOST):
            [(field, words)] = item_faults(replace(due, process_type=process_type))
            assert (field, words[:29]) == ("due_at", "is only of an item on loan; g")

    @pytest.mark.parametrize("year", [1, 1899, 9_999])
    def test_is_due_in_a_year_that_can_be(self, year: int) -> None:
        at = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=-23 if year > 2000 else 23)))
        assert rules.in_utc(at) is at
        [(field, words)] = item_faults(replace(ITEM, process_type=ProcessType.LOAN, due_at=at))
        assert (field, words) == ("due_at", f"is in the year {year}; write one from 1900 to 9998")

    def test_is_due_at_a_time_with_a_zone(self) -> None:
        [(field, words)] = item_faults(replace(ITEM, process_type=ProcessType.LOAN, due_at=datetime(2026, 12, 31)))
        assert (field, words) == ("due_at", "has no time zone; write it as 2026-12-31T18:00:00Z")


class TestLibrary:
    def test_has_so_many_locations(self) -> None:
        most = tuple(Location(f"{number}") for number in range(rules.LOCATIONS_OF_LIBRARY))
        assert library_faults(replace(LIBRARY, locations=most)) == []
        [(field, words)] = library_faults(replace(LIBRARY, locations=(*most, Location("x"))))
        assert (field, words) == ("locations", "are 1,001; a library has at most 1,000")

    def test_has_each_location_once(self) -> None:
        locations = Location("a"), Location("b"), Location("a", "A")
        assert library_faults(replace(LIBRARY, locations=locations)) == [("locations.3.code", "'a' is there twice")]

    def test_has_locations_that_can_be(self) -> None:
        found = library_faults(replace(LIBRARY, locations=(Location(""), Location("b", "x" * 201))))
        assert [field for field, _ in found] == ["locations.1.code", "locations.2.name"]


def test_long_text_is_repeated_in_part() -> None:
    assert rules.shown("x" * 61) == repr("x" * 60 + "…")
