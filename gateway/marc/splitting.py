"""A file of ISO 2709 into its records, sound or not. Judges none of them."""

from collections.abc import Iterator
from typing import Final

from gateway.marc.iso2709 import LEADER_BYTES, RECORD_TERMINATOR

LENGTH_DIGITS: Final = 5
"""Digits with which a record begins: its length."""
_SEPARATORS: Final = frozenset(b"\r\n")


def split_records(content: bytes) -> list[bytes]:
    """The records of a .mrc file by their declared lengths, damaged ones too; not a byte but CR and LF is left out.

    A record ends where it says if another one, which begins with five digits, or the end of the file follows. Else it
    ends at a record terminator of which that is true: at one within it if it says too much, at one behind it if it
    says too little or nothing that can be used; where there is none, all the rest is the record.
    """
    records = []
    start = _behind_separators(content, 0)
    while start < len(content):
        end = _end(content, start)
        records.append(content[start:end])
        start = _behind_separators(content, end)
    return records


def _behind_separators(content: bytes, at: int) -> int:
    while at < len(content) and content[at] in _SEPARATORS:
        at += 1
    return at


def _end(content: bytes, start: int) -> int:
    """Where the record that begins at `start` ends."""
    declared = declared_bytes(content, start)
    end = start + declared
    if declared and end <= len(content) and _ends_at(content, end) and content.startswith(RECORD_TERMINATOR, end - 1):
        return end
    for inner in _terminators(content, start, end):
        return inner
    if declared and end <= len(content) and _ends_at(content, end):
        return end
    return next(_terminators(content, end, len(content)), len(content.rstrip(bytes(_SEPARATORS))))


def _terminators(content: bytes, start: int, stop: int) -> Iterator[int]:
    """The places behind those record terminators that end a record."""
    at = content.find(RECORD_TERMINATOR, start, stop)
    while at >= 0:
        if _ends_at(content, at + 1):
            yield at + 1
        at = content.find(RECORD_TERMINATOR, at + 1, stop)


def _ends_at(content: bytes, end: int) -> bool:
    """Whether the next record, or nothing, follows."""
    at = _behind_separators(content, end)
    digits = content[at : at + LENGTH_DIGITS]
    return not digits or (len(digits) == LENGTH_DIGITS and digits.isdigit())


def declared_bytes(record: bytes, start: int = 0) -> int:
    """The record's own length; 0 where it is no length that a record can have."""
    digits = record[start : start + LENGTH_DIGITS]
    declared = int(digits) if len(digits) == LENGTH_DIGITS and digits.isdigit() else 0
    return declared if declared >= LEADER_BYTES else 0


def is_whole(record: bytes) -> bool:
    """Whether the record ends where it says, so that whoever reads on knows where the next one begins."""
    return declared_bytes(record) == len(record) and record.endswith(RECORD_TERMINATOR)
