"""What differs between two versions of a record, and why each field went or came."""

from collections import Counter
from inspect import cleandoc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.changes import MOVED, Change, changes
from gateway.importer.merge import METHODS, merger, title_of
from gateway.marc.record import Field, Record
from gateway.model import MergeMethod
from tests.marc.mnemonic import LEADER, mrk

OVERLAY = "overlay-all-fields-but-local"
OWN = {"ours": MergeMethod(title="Keep our notes")}

BEFORE = r"""
    =LDR  00000cam\a2200000Ia\4500
    =001  9910000000015867
    =005  20260301120000.0
    =020  \\$a9786990001067
    =245  12$aA walkers atlas
    =500  \\$aSigned by the author.$9LOCAL
    =590  \\$aCopy 2 lacks the maps.
    =650  \0$aFens.
    =949  \\$aOurs
"""
AFTER = r"""
    =LDR  00000cam\a2200000\i\4500
    =001  9910000000015867
    =005  20260301120100.0
    =020  \\$a9786990001067
    =245  12$aA walker's atlas
    =500  \\$aSigned by the author.$9LOCAL
    =650  \0$aFens.
    =650  \0$aWalking.
    =949  \\$aOurs
"""


def told(before: str, after: str, made_by: str = "") -> str:
    """The changes line by line, each with its reason behind it."""
    return "\n".join(map(line, changes(mrk(before), mrk(after), made_by, OWN)))


def line(change: Change) -> str:
    field = change.field
    text = field.text.replace("\x1f", "$")
    head = len(text) if field.control or field.tag == "LDR" else 2
    shown = text[:head].replace(" ", "\\") + text[head:]
    return f"{change.kind:8}={field.tag}  {shown}{change.why and f'  ({change.why})'}"


def test_field_by_field_with_the_reason_why_it_went_or_came() -> None:
    assert told(BEFORE, AFTER, OVERLAY) == cleandoc(r"""
        removed =LDR  00000cam\a2200000Ia\4500  (is not protected by Overlay all fields but local)
        added   =LDR  00000cam\a2200000\i\4500  (comes in by Overlay all fields but local)
        same    =001  9910000000015867
        removed =005  20260301120000.0  (is made anew by every import)
        added   =005  20260301120100.0  (is made anew by every import)
        same    =020  \\$a9786990001067
        removed =245  12$aA walkers atlas  (is not protected by Overlay all fields but local)
        added   =245  12$aA walker's atlas  (comes in by Overlay all fields but local)
        same    =500  \\$aSigned by the author.$9LOCAL
        removed =590  \\$aCopy 2 lacks the maps.  (is not protected by Overlay all fields but local)
        same    =650  \0$aFens.
        added   =650  \0$aWalking.  (comes in by Overlay all fields but local)
        same    =949  \\$aOurs
    """)


def test_back_to_an_earlier_version() -> None:
    back = told(AFTER, BEFORE, "revert 1").splitlines()
    assert [text for text in back if not text.startswith("same") and "005" not in text] == [
        r"removed =LDR  00000cam\a2200000\i\4500  (is not in version 1)",
        r"added   =LDR  00000cam\a2200000Ia\4500  (is in version 1)",
        "removed =245  12$aA walker's atlas  (is not in version 1)",
        "added   =245  12$aA walkers atlas  (is in version 1)",
        r"added   =590  \\$aCopy 2 lacks the maps.  (is in version 1)",
        r"removed =650  \0$aWalking.  (is not in version 1)",
    ]


def test_between_versions_that_are_not_neighbours_has_no_reasons_but_the_stamp() -> None:
    assert [text for text in told(BEFORE, AFTER).splitlines() if "(" in text] == [
        "removed =005  20260301120000.0  (is made anew by every import)",
        "added   =005  20260301120100.0  (is made anew by every import)",
    ]


@pytest.mark.parametrize(
    ("made_by", "title"),
    [*((key, method.title) for key, method in METHODS.items()), ("ours", "Keep our notes")],
)
def test_reason_names_the_method_in_people_s_words(made_by: str, title: str) -> None:
    assert told("=590  \\\\$aOurs", "=500  \\\\$aTheirs", made_by).splitlines()[1:] == [
        rf"removed =590  \\$aOurs  (is not protected by {title})",
        rf"added   =500  \\$aTheirs  (comes in by {title})",
    ]


def test_reason_for_what_a_link_changes() -> None:
    assert told("=590  \\\\$aOurs", "=500  \\\\$aTheirs", "link").splitlines()[1:] == [
        r"removed =590  \\$aOurs  (is not in the network's record, and no local extension)",
        r"added   =500  \\$aTheirs  (is in the network's record)",
    ]


def test_reason_names_a_method_that_the_settings_have_no_more() -> None:
    assert title_of("gone", OWN) == "gone"
    assert "590  \\\\$aOurs  (is not protected by gone)" in told("=590  \\\\$aOurs", "=500  \\\\$aTheirs", "gone")


def test_same_record_has_no_changes_whatever_its_lengths() -> None:
    record = mrk(BEFORE)
    longer = Record(b"99999" + record.leader[5:12] + b"00025" + record.leader[17:], record.fields)
    assert {change.kind for change in changes(record, longer, OVERLAY)} == {"same"}
    assert len([*changes(record, longer)]) == len(record.fields) + 1


def test_stamp_is_made_anew_though_it_stands_elsewhere() -> None:
    assert told("=001  9\n=005  1", "=005  1\n=001  9", OVERLAY).splitlines()[1:] == [
        "removed =001  9  (is made anew by every import)",
        "same    =005  1",
        "added   =001  9  (is made anew by every import)",
    ]


def test_field_that_stands_elsewhere_is_not_said_to_be_unprotected() -> None:
    method = merger("conditional-subject-headings", METHODS["conditional-subject-headings"])
    before = "=245  00$aTides\n=650  \\0$aSea.\n=650  \\0$aFens.\n=690  \\\\$aOurs"
    incoming = "=245  00$aTides\n=650  \\0$aFens.\n=650  \\0$aMoors.\n=650  \\0$aSea."
    merged = method.merge(mrk(before), mrk(incoming))
    assert [*map(line, changes(mrk(before), merged, method.key))][1:] == [
        "same    =245  00$aTides",
        f"removed =650  \\0$aSea.  ({MOVED})",
        "same    =650  \\0$aFens.",
        "removed =690  \\\\$aOurs  (is not protected by Conditional subject headings)",
        "added   =650  \\0$aMoors.  (comes in by Conditional subject headings)",
        f"added   =650  \\0$aSea.  ({MOVED})",
    ]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("A A B", "A B", "same removed same"),
        ("A B", "A A B", "same added same"),
        ("A", "", "removed"),
        ("", "A", "added"),
        ("", "", ""),
        ("A B C", "D", "removed removed removed added"),
        ("A B C D E", "A X C Y E", "same removed added same removed added same"),
        ("A B C D", "B C D A", "removed same same same added"),
        ("D A B C", "A B C D", "removed same same same added"),
        ("A B C D E F", "D E F A B C", "removed removed removed same same same added added added"),
    ],
)
def test_as_many_fields_as_can_be_are_the_same(before: str, after: str, kinds: str) -> None:
    assert " ".join(change.kind for change in [*changes(notes(before), notes(after))][1:]) == kinds


def notes(values: str) -> Record:
    return Record(LEADER, [Field("500", f"  \x1fa{value}".encode()) for value in values.split()])


def test_thousands_of_fields_that_are_alike_take_no_longer_than_others() -> None:
    """A record can hold so many; difflib takes nine minutes for these."""
    found = Counter(change.kind for change in changes(notes("A B " * 2_700), notes("B A C " * 1_800)))
    assert found["same"] + found["removed"] == found["same"] + found["added"] == 1 + 5_400


RECORDS = st.builds(
    lambda leader, values: Record(leader, [Field(tag, b"  \x1fa" + value) for tag, value in values]),
    st.sampled_from([LEADER, b"00000cas a2200000Ia 4500"]),
    st.lists(st.tuples(st.sampled_from(["001", "005", "500", "650"]), st.sampled_from([b"one", b"two"])), max_size=8),
)
MADE_BY = st.sampled_from(["", OVERLAY, "revert"])


class TestProperties:
    @given(RECORDS, RECORDS, MADE_BY)
    def test_both_records_can_be_read_off_the_changes(self, before: Record, after: Record, made_by: str) -> None:
        found = [*changes(before, after, made_by)]
        for record, other in ((before, "added"), (after, "removed")):
            leader, *fields = (change.field for change in found if change.kind != other)
            assert leader == Field("LDR", b"00000" + record.leader[5:12] + b"00000" + record.leader[17:])
            assert fields == [*record.fields]

    @given(RECORDS, RECORDS, MADE_BY)
    def test_what_moved_went_as_often_as_it_came(self, before: Record, after: Record, made_by: str) -> None:
        found = [change for change in changes(before, after, made_by) if change.why == MOVED]
        gone, come = (Counter(c.field for c in found if c.kind == kind) for kind in ("removed", "added"))
        assert gone == come

    @given(RECORDS, RECORDS, MADE_BY)
    def test_what_is_in_one_alone_did_not_move(self, before: Record, after: Record, made_by: str) -> None:
        either = {*before.fields} ^ {*after.fields}
        found = [change for change in changes(before, after, made_by) if change.field in either]
        assert all(change.kind != "same" and change.why != MOVED for change in found)

    @given(RECORDS, MADE_BY)
    def test_record_does_not_differ_from_itself(self, record: Record, made_by: str) -> None:
        assert {(change.kind, change.why) for change in changes(record, record, made_by)} == {("same", "")}
