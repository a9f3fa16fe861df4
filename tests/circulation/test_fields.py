"""The 852 and 866 of a holding."""

from gateway.circulation.fields import field_852, fields_866
from gateway.model import Holding

BARE = Holding(zone="xyz", id="1", mms_id="2", library="MAIN", location="stacks")


def test_852_has_what_the_holding_says_in_its_order() -> None:
    holding = Holding(
        zone="xyz",
        id="1",
        mms_id="2",
        library="MAIN",
        location="stacks",
        call_number_type="0",
        call_number="PE1408",
        item_part=".G585 2013",
        prefix="Ref.",
        suffix="Oversize",
        copy_number="1",
        public_note="Ask at the désk",
    )
    field = field_852(holding)
    assert (field.tag, field.indicators) == ("852", "0 ")
    assert [*field.subfields()] == [
        ("b", "MAIN"),
        ("c", "stacks"),
        ("k", "Ref."),
        ("h", "PE1408"),
        ("i", ".G585 2013"),
        ("m", "Oversize"),
        ("t", "1"),
        ("z", "Ask at the désk"),
    ]
    assert holding.shelf_mark == "PE1408 .G585 2013"


def test_852_leaves_out_what_is_empty() -> None:
    assert field_852(BARE).body == b"  \x1fbMAIN\x1fcstacks"
    assert BARE.shelf_mark == ""
    assert fields_866(BARE) == []


def test_each_text_of_the_summary_is_an_866() -> None:
    holding = Holding(zone="xyz", id="1", mms_id="2", library="M", location="s", summary=("v.1-3", "Index"))
    assert [[*field.subfields()] for field in fields_866(holding)] == [[("a", "v.1-3")], [("a", "Index")]]
