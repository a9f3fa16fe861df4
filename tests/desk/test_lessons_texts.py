"""The words of lessons: complete, of the profile's own names, and with the evidence that docs/fidelity.md has."""

import re
from collections import Counter
from pathlib import Path

import pytest

from gateway.desk.lessons import export_bytes, lessons
from gateway.desk.lessons.lesson import INTEGRATION_PROFILE, RESERVED, Lesson, Unreadable, parsed
from gateway.importer.profile import words
from gateway.importer.report import end_words
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Outcome, Profile, Reason

DOCS = Path(__file__).resolve().parents[2] / "docs"
ALL = lessons()
EACH = pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)


def sentences(one: Lesson) -> list[str]:
    """Everything of it that is a sentence, or several."""
    return [*one.teaches, *one.by_hand, *one.why]


@EACH
def test_every_lesson_says_what_it_teaches_how_to_do_it_and_why(one: Lesson) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", one.key)
    assert one.title[0].isupper()
    assert 2 <= len(one.teaches) <= 4
    assert one.by_hand
    assert one.why
    assert [text for text in sentences(one) if not re.fullmatch(r"[A-Z\d].*[.]", text)] == []
    assert one.known
    assert one.decided_by.where


@EACH
def test_how_each_behaviour_is_known_stands_in_the_page_on_fidelity(one: Lesson) -> None:
    page = (DOCS / "fidelity.md").read_text(encoding="utf-8")
    for known in one.known:
        row = f"| {known.says} | {known.evidence} | {known.source}"
        assert row in page or (known.evidence == "assumed" and f"\n- {known.says}\n" in page), known.says


@EACH
def test_the_deciding_setting_is_one_of_the_profile_in_almas_words(one: Lesson) -> None:
    setting, where = one.decided_by.setting, one.decided_by.where
    assert (where == INTEGRATION_PROFILE) == bool(setting)
    assert not setting or setting in words(Profile(), {})


@EACH
def test_needs_are_settings_of_a_profile(one: Lesson) -> None:
    for key, values in one.needs.items():
        assert key in Profile.__struct_fields__
        assert values


@EACH
def test_what_to_try_next_are_other_lessons(one: Lesson) -> None:
    assert one.next
    assert {*one.next} <= {other.key for other in ALL} - {one.key}


@EACH
def test_expected_fields_are_those_of_the_scene_or_of_the_export(one: Lesson) -> None:
    stored = {line for held in one.scene for line in held.record.splitlines()}
    exported = {*one.export.record.splitlines()}
    for after in one.expected.fields:
        if after.becomes in ("stays", "goes"):
            assert after.field in stored
        elif not re.match(r"=(001|035) ", after.field):  # which the import makes
            assert after.field in exported - stored


@EACH
def test_records_are_whole_but_where_the_lesson_is_about_that(one: Lesson) -> None:
    for held in one.scene:
        assert parsed(held.record).title
    if one.expected.reason is Reason.STRUCTURE:
        with pytest.raises(Damaged):
            Record.parse(export_bytes(one))
    else:
        assert Record.parse(export_bytes(one)).fields
    assert all(one.export.record.count(character) == 1 for character in one.export.bytes)


def test_every_lesson_is_reached_from_another_and_has_a_title_of_its_own() -> None:
    reached = Counter(key for one in ALL for key in one.next)
    assert [one.key for one in ALL if not reached[one.key]] == []
    assert len({one.title for one in ALL}) == len(ALL) >= 14


def test_lessons_show_every_way_in_which_a_stored_record_is_protected_and_every_way_to_be_filed() -> None:
    reasons = {one.expected.reason for one in ALL}
    assert {
        Reason.SEVERAL_MATCHES,
        Reason.LOWER_BRIEF_LEVEL,
        Reason.OLDER_VERSION,
        Reason.CZ_LINKED,
        Reason.LOCKED,
    } <= reasons
    assert {outcome for outcome in Outcome if outcome.filed} <= {one.expected.outcome for one in ALL}


def test_the_page_on_lessons_lists_all_of_them_with_answer_and_setting() -> None:
    page = (DOCS / "lessons.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    assert rows == [
        (
            one.key,
            one.title,
            end_words(one.expected.outcome, one.expected.reason),
            one.decided_by.setting or one.decided_by.where,
        )
        for one in ALL
    ]
    assert f"from {RESERVED[0]} to {RESERVED[-1]}" in page


def test_a_text_that_is_no_record_is_refused() -> None:
    with pytest.raises(Unreadable, match="one record is needed"):
        parsed("=245  10$aNo Leader.")
