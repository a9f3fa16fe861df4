"""What holds for every merge, whichever method and records: Alma's own methods, and any that a site may write."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.decide import same
from gateway.importer.merge import METHODS, Merger, is_local, merger
from gateway.marc.record import Field, Record
from gateway.marc.selector import selector
from gateway.model import MergeMethod
from tests.marc.mnemonic import LEADER

SUBFIELDS = st.lists(
    st.tuples(st.sampled_from("a5z9"), st.sampled_from(["one", "two", "(OCoLC)1", "LOCAL", "local"])), max_size=2
)
CONTROL_FIELDS = st.builds(Field, st.sampled_from(["001", "003", "009"]), st.sampled_from([b"one", b"two"]))
DATA_FIELDS = st.builds(
    lambda tag, indicators, subfields: Field(tag, (indicators + "".join(f"\x1f{c}{v}" for c, v in subfields)).encode()),
    st.sampled_from(["035", "245", "246", "500", "590", "650", "655", "700", "949", "994"]),
    st.sampled_from(["  ", "9 ", "99", ""]),
    SUBFIELDS,
)
FIELDS = st.lists(CONTROL_FIELDS | DATA_FIELDS, max_size=10)
LEADERS = st.sampled_from([LEADER, b"00000cas a2200000Ia 4500"])
RECORDS = st.builds(Record, LEADERS, FIELDS)
IN_TAG_ORDER = st.builds(
    lambda leader, fields: Record(leader, sorted(fields, key=lambda field: field.tag)), LEADERS, FIELDS
)
SELECTORS = st.lists(
    st.builds(
        lambda *parts: " ".join(filter(None, parts)),
        st.sampled_from(["001", "00X", "035", "245", "5XX", "65X", "700", "9XX", "XX5", "XXX"]),
        st.sampled_from(["", "", "9#", "9X", "##"]),
        st.sampled_from(["", "", "$5", "!$5", "$az(OCoLC)", "!$az(OCoLC)", "$9LOCAL"]),
    ).filter(lambda text: text[:3] not in ("001", "00X") or len(text) == 3),
    max_size=4,
).map(tuple)
LEADERS_OF = st.sampled_from(["incoming", "stored"])
OWN_METHODS = st.builds(
    lambda keep, leave_out, leader: MergeMethod(title="", keep=keep, leave_out=leave_out, leader=leader),
    SELECTORS,
    SELECTORS,
    LEADERS_OF,
)
METHOD = st.sampled_from([*METHODS.values()]) | OWN_METHODS


def merge(method: MergeMethod, stored: Record, incoming: Record) -> Record:
    return merger("any", method).merge(stored, incoming)


def meant(selectors: tuple[str, ...], field: Field) -> bool:
    return any(selector(text).fits(field) for text in selectors)


def kept(method: MergeMethod, stored: Record) -> list[Field]:
    """The stored fields that stay, read off the method."""
    return [field for field in stored.fields if meant(method.keep, field) or is_local(field)]


def taken(method: MergeMethod, incoming: Record) -> list[Field]:
    """The incoming fields that are taken, read off the method."""
    return [field for field in incoming.fields if not meant(method.leave_out, field)]


def of_tag(tag: str, fields: list[Field]) -> list[Field]:
    return [field for field in fields if field.tag == tag]


def stand_in_order(fields: list[Field], among: list[Field]) -> bool:
    """Whether all of them are there, one behind the other."""
    rest = iter(among)
    return all(field in rest for field in fields)


@given(METHOD, RECORDS, RECORDS)
def test_no_field_that_stays_is_lost(method: MergeMethod, stored: Record, incoming: Record) -> None:
    assert Counter(kept(method, stored)) <= Counter(merge(method, stored, incoming).fields)


@given(METHOD, RECORDS, RECORDS)
def test_no_local_extension_is_lost(method: MergeMethod, stored: Record, incoming: Record) -> None:
    local = Counter(filter(is_local, stored.fields))
    assert local <= Counter(merge(method, stored, incoming).fields)


@given(METHOD, RECORDS, RECORDS)
def test_every_field_that_is_taken_is_there(method: MergeMethod, stored: Record, incoming: Record) -> None:
    assert {*taken(method, incoming)} <= {*merge(method, stored, incoming).fields}


@given(METHOD, RECORDS, RECORDS)
def test_what_is_there_stays_or_is_taken(method: MergeMethod, stored: Record, incoming: Record) -> None:
    after = {*merge(method, stored, incoming).fields}
    assert after == {*kept(method, stored), *taken(method, incoming)}


@given(METHOD, RECORDS, RECORDS)
def test_no_incoming_field_that_is_left_out_is_taken(method: MergeMethod, stored: Record, incoming: Record) -> None:
    left_out = {*incoming.fields} - {*taken(method, incoming)}
    assert left_out & {*merge(method, stored, incoming).fields} <= {*kept(method, stored)}


@given(METHOD, RECORDS, RECORDS)
def test_identical_fields_of_both_stand_once(method: MergeMethod, stored: Record, incoming: Record) -> None:
    stay, come = Counter(kept(method, stored)), Counter(taken(method, incoming))
    come_besides = Counter({field: count for field, count in come.items() if field not in stay})
    assert Counter(merge(method, stored, incoming).fields) == stay + come_besides


@given(METHOD, RECORDS, RECORDS)
def test_leader_is_that_of_one_of_them(method: MergeMethod, stored: Record, incoming: Record) -> None:
    expected = stored if method.leader == "stored" else incoming
    assert merge(method, stored, incoming).leader == expected.leader


@given(METHOD, RECORDS, RECORDS)
def test_same_export_again_changes_nothing(method: MergeMethod, stored: Record, incoming: Record) -> None:
    once = merge(method, stored, incoming)
    again = merge(method, once, incoming)
    assert again == once
    assert same(again, once)


@given(METHOD, RECORDS, RECORDS)
def test_fields_that_are_taken_stay_in_their_order(method: MergeMethod, stored: Record, incoming: Record) -> None:
    stay = {*kept(method, stored)}
    come = [field for field in taken(method, incoming) if field not in stay]
    assert stand_in_order(come, [*merge(method, stored, incoming).fields])


@given(METHOD, RECORDS, RECORDS)
def test_fields_of_a_tag_that_stay_do_so_in_their_order(method: MergeMethod, stored: Record, incoming: Record) -> None:
    after = [*merge(method, stored, incoming).fields]
    come = {*taken(method, incoming)}
    stay = kept(method, stored)
    for tag in {field.tag for field in stay}:
        of_ours = of_tag(tag, stay)
        assert stand_in_order([field for field in of_ours if field not in come], of_tag(tag, after))
        if not come & {*of_ours}:
            assert [field for field in of_tag(tag, after) if field in of_ours] == of_ours


@given(METHOD, IN_TAG_ORDER, IN_TAG_ORDER)
def test_records_in_tag_order_give_one_in_tag_order(method: MergeMethod, stored: Record, incoming: Record) -> None:
    tags = [field.tag for field in merge(method, stored, incoming).fields]
    assert tags == sorted(tags)


@given(METHOD, RECORDS, RECORDS)
def test_neither_record_changes(method: MergeMethod, stored: Record, incoming: Record) -> None:
    before = Record(stored.leader, [*stored.fields]), Record(incoming.leader, [*incoming.fields])
    first = merge(method, stored, incoming)
    assert (stored, incoming) == before
    assert merge(method, stored, incoming) == first


@given(METHOD, RECORDS, RECORDS)
def test_it_keeps_what_it_says_it_keeps(method: MergeMethod, stored: Record, incoming: Record) -> None:
    made: Merger = merger("any", method)
    assert [*filter(made.keeps, stored.fields)] == kept(method, stored)


@given(RECORDS, RECORDS)
def test_only_the_old_value_is_the_stored_record(stored: Record, incoming: Record) -> None:
    assert merge(METHODS["keep-only-old-value"], stored, incoming) == stored
