"""What was to be expected beside what came. Reads an attempt; changes nothing."""

import re
from typing import Final, NamedTuple

from gateway.desk.lessons.lesson import Becomes, Lesson, export_bytes, parsed
from gateway.importer import report
from gateway.importer.replies import Replies
from gateway.marc.identifiers import identifiers, oclc_numbers
from gateway.marc.record import Record
from gateway.marc.views import mnemonic
from gateway.model import Attempt, BibRecord
from gateway.stores.base import Store

ANYTHING: Final = "…"
"""Stands for what differs each time."""
PRESENT: Final[dict[Becomes, bool]] = {"stays": True, "comes": True, "goes": False, "stays out": False}
"""Whether the field is in the stored record afterwards."""
BUILT_IN: Final = Replies()
"""What lessons expect; a site may have words of its own."""
OTHER_RECORD: Final = "another record was exported"


class Judged(NamedTuple):
    """One thing to compare."""

    what: str
    expected: str
    came: str
    right: bool | None
    """None where it cannot be compared: the reader exported a record of their own."""


def judge(
    lesson: Lesson, attempt: Attempt, record_after: BibRecord | None, replies: Replies = BUILT_IN
) -> tuple[Judged, ...]:
    """Expected and come, thing by thing: outcome, reply, fields.

    `record_after` is what the function of this name returns; `replies` are the site's. Where the reader exported a
    record of their own, its reply is compared by the first line, for what follows names numbers and values.
    """
    receipt, expected = attempt.receipt, lesson.expected
    fits = _begins_alike if _is_another(lesson, attempt) else _fits
    rows = [
        Judged(
            "Outcome",
            report.end_words(expected.outcome, expected.reason),
            report.ended(attempt),
            (receipt.outcome, receipt.reason) == (expected.outcome, expected.reason),
        ),
        Judged(
            "Connexion shows",
            expected.reply,
            replies.text(receipt),
            fits(expected.reply, BUILT_IN.text(receipt)),
        ),
    ]
    if expected.linked:
        linked = receipt.facts.linked
        rows.append(Judged("Linked record of the institution", "one", linked or "none", bool(linked)))
    return (*rows, *_fields(lesson, attempt, record_after))


async def record_after(store: Store, attempt: Attempt) -> BibRecord | None:
    """The record that an attempt made, changed, or left as it was; None where it came to none. Raises `StoreError`."""
    receipt = attempt.receipt
    mms_id = receipt.mms_id or next((hit.mms_id for hit in receipt.facts.hits), "")
    return await store.record(receipt.facts.network or receipt.zone, mms_id) if mms_id else None


def _fields(lesson: Lesson, attempt: Attempt, record_after: BibRecord | None) -> list[Judged]:
    lines = mnemonic(Record.parse(record_after.marc)).splitlines() if record_after else []
    another = _is_another(lesson, attempt)
    rows = []
    for one in lesson.expected.fields:
        present = any(_fits(one.field, line) for line in lines)
        came = "stands in the record" if present else "does not stand in the record"
        rows.append(
            Judged(
                f"Field {one.field[1:4]}",
                f"{one.field} {one.becomes}",
                OTHER_RECORD if another else came,
                None if another else present == PRESENT[one.becomes] and record_after is not None,
            )
        )
    return rows


def _is_another(lesson: Lesson, attempt: Attempt) -> bool:
    """Whether another record came than the lesson's, changed or not."""
    if attempt.submission.raw == export_bytes(lesson):
        return False
    own = oclc_numbers(identifiers(parsed(lesson.export.record)))
    return {*own}.isdisjoint(attempt.receipt.oclc_numbers)


def _begins_alike(pattern: str, text: str) -> bool:
    return _fits(pattern.partition("\n")[0], text.partition("\n")[0])


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANYTHING))), text) is not None
