"""What of an attempt a search compares: a line for each text, folded where it is compared so."""

from typing import Final

from gateway.model import Receipt, Submission
from gateway.search.fold import folded

LONGEST: Final = 2_000
"""Bytes of the words that are kept: an index takes no entry of more than 2,700. An attempt of longer ones has none."""
_CHARACTER_BYTES: Final = 4
"""Most that a character has."""


def words_of(submission: Submission, receipt: Receipt) -> str:
    """The words of an attempt; none where they are too long. For every export, so nothing is done twice."""
    words = "\n".join(
        (
            "",
            receipt.outcome,
            receipt.reason or "",
            receipt.mms_id,
            submission.host,
            submission.id,
            *receipt.oclc_numbers,
            folded(submission.logon_id),
            folded(receipt.title),
            "",
        )
    )
    if "\0" in words:
        words = storable(words)
    if len(words) * _CHARACTER_BYTES <= LONGEST or len(words.encode()) <= LONGEST:
        return words
    return ""


def line(text: str) -> str:
    """How a whole text stands among the words."""
    return f"\n{storable(text)}\n"


def storable(text: str) -> str:
    """The text without what the database does not take: NUL, and half a character."""
    return text.replace("\0", "").encode(errors="ignore").decode()
