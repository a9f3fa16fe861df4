"""What each byte of a record is by ISO 2709: Leader, directory, fields. Of damaged records, too, what can be told.

Nothing is judged here (`iso2709.split` does), but where the bytes are not what the Leader and the directory say, the
explanation tells.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from gateway.marc.iso2709 import ENTRY_BYTES, FIELD_TERMINATOR, LEADER_BYTES, RECORD_TERMINATOR
from gateway.marc.views.field_layout import STRAY, UNKNOWN, Entry, Part, field_parts
from gateway.marc.views.visible import shown, text_of, visible

NO_NUMBER: Final = "no number"

_ENTRIES: Final = re.compile(rb"(?:[0-9A-Za-z]{3}[0-9]{9})*")


_LEADER: Final = (
    (5, "Leader/00-04", "record length"),
    (6, "Leader/05", "record status"),
    (7, "Leader/06", "type of record"),
    (8, "Leader/07", "bibliographic level"),
    (9, "Leader/08", "type of control"),
    (10, "Leader/09", "character coding: a is UTF-8, blank is MARC-8"),
    (11, "Leader/10", "number of indicators, always 2"),
    (12, "Leader/11", "characters that begin a subfield (delimiter and code), always 2"),
    (17, "Leader/12-16", "base address of data: where the first field begins"),
    (18, "Leader/17", "encoding level"),
    (19, "Leader/18", "descriptive cataloging form"),
    (20, "Leader/19", "multipart resource record level"),
    (24, "Leader/20-23", "entry map, always 4500: figures in a directory entry for length and for start"),
)
"""First byte behind each part of the Leader, its name, what it is."""

_new_part = tuple.__new__  # bytes that are all field terminators have a part each: this takes half the time of Part()


def layout(raw: bytes) -> list[Part]:
    """The parts of a record, or of any other bytes: one behind the other from the first byte to the last."""
    end = _record_end(raw)
    directory_end = _directory_end(raw[:end])
    parts = [*_leader(raw, end)]
    entries: list[Entry] = []
    if end > LEADER_BYTES:
        parts += _directory(raw, directory_end, entries)
        parts += _fields(raw, directory_end, end, entries)
    if end < len(raw):
        parts.append(Part(end, len(raw), STRAY, f"{len(raw) - end} bytes behind the end of the record"))
    return parts


def _record_end(raw: bytes) -> int:
    """The first byte behind the record: where its length says, or else behind the first terminator of a record."""
    said = _number(raw[:5])
    if said is not None and 0 < said <= len(raw) and raw[said - 1 : said] == RECORD_TERMINATOR:
        return said
    found = raw.find(FIELD_TERMINATOR + RECORD_TERMINATOR)
    return len(raw) if found < 0 else found + 2


def _leader(raw: bytes, end: int) -> Iterator[Part]:
    begin = 0
    for behind, name, explanation in _LEADER:
        stop = min(behind, end)
        if stop > begin:
            yield Part(begin, stop, name, explanation + _against(raw, name))
            begin = stop


def _against(raw: bytes, name: str) -> str:
    """What of the Leader is not as it says."""
    if name == "Leader/00-04" and _number(raw[:5]) != len(raw):
        return f"; {len(raw)} bytes are here"
    base = _number(raw[12:17])
    if name == "Leader/12-16" and (base is None or raw[base - 1 : base] != FIELD_TERMINATOR):
        return "; no directory ends there"
    return ""


def _directory_end(raw: bytes) -> int:
    """Where the directory ends, its terminator not counted.

    That is at the first field terminator if entries lie before it, else where the base address says, if entries can
    lie there, else at that terminator, or behind what looks like entries.
    """
    first = raw.find(FIELD_TERMINATOR, LEADER_BYTES)
    if first >= 0 and _ENTRIES.fullmatch(raw, LEADER_BYTES, first):
        return first
    base = _number(raw[12:17]) or 0
    before_base = base - 1
    holds_entries = LEADER_BYTES <= before_base < len(raw) and (before_base - LEADER_BYTES) % ENTRY_BYTES == 0
    if holds_entries and not 0 <= first < before_base:
        return before_base
    if first >= 0:
        return first
    entries = _ENTRIES.match(raw, LEADER_BYTES)
    return entries.end() if entries else min(LEADER_BYTES, len(raw))


def _directory(raw: bytes, end: int, entries: list[Entry]) -> Iterator[Part]:
    """The parts of the directory and its terminator; what its entries say is added to `entries`."""
    base = _number(raw[12:17])
    if base is None:
        base = end + 1
    number = 0
    for begin in range(LEADER_BYTES, end - ENTRY_BYTES + 1, ENTRY_BYTES):
        number += 1
        tag = shown(visible(text_of(raw[begin : begin + 3])))
        length, start = _number(raw[begin + 3 : begin + 7]), _number(raw[begin + 7 : begin + 12])
        which = f"directory entry {number}"
        yield Part(begin, begin + 3, f"{which}: tag", tag)
        said = NO_NUMBER if length is None else f"{length} bytes with its terminator"
        yield Part(begin + 3, begin + 7, f"{which}: length", said)
        yield Part(begin + 7, begin + 12, f"{which}: start", _place(raw, base, start))
        entries.append(Entry(number, tag, -1 if length is None else length, -1 if start is None else base + start))
    begin = LEADER_BYTES + number * ENTRY_BYTES
    if begin < end:
        yield Part(begin, end, UNKNOWN, "in the directory, but too few bytes for an entry")
    if raw[end : end + 1] == FIELD_TERMINATOR:
        yield Part(end, end + 1, "field terminator", "ends the directory")


def _place(raw: bytes, base: int, start: int | None) -> str:
    """What a directory entry says of where its field begins."""
    if start is None:
        return NO_NUMBER
    beyond = ", which is not here" if base + start >= len(raw) else ""
    return f"byte {base + start} of the record{beyond}"


def _fields(raw: bytes, directory_end: int, end: int, entries: list[Entry]) -> Iterator[Part]:
    """What lies behind the directory: fields, what stands between them, the record's terminator."""
    begin = directory_end + (raw[directory_end : directory_end + 1] == FIELD_TERMINATOR)
    ends_record = begin < end and raw[end - 1 : end] == RECORD_TERMINATOR
    data_end = end - ends_record
    *bodies, rest = raw[begin:data_end].split(FIELD_TERMINATOR)
    starts = [*accumulate([len(body) + 1 for body in bodies], initial=begin)]
    meant = _meant(starts if rest else starts[:-1], entries)
    odd = (STRAY, "no directory entry means this place") if entries else (UNKNOWN, "there is no directory")
    for start, body in zip(starts, bodies, strict=False):
        stop = start + len(body)
        entry = meant.get(start)
        if entry:
            yield from field_parts(raw, start, stop, entry, 1)
        elif body:
            yield Part(start, stop, *odd)
        yield _new_part(Part, (stop, stop + 1, "field terminator", f"ends field {entry.tag}" if entry else ""))
    if rest:
        entry = meant.get(starts[-1])
        yield from field_parts(raw, starts[-1], data_end, entry, 0) if entry else (Part(starts[-1], data_end, *odd),)
    if ends_record:
        yield Part(end - 1, end, "record terminator", "ends the record")


def _meant(starts: list[int], entries: list[Entry]) -> dict[int, Entry]:
    """Where a field begins -> the entry that says so.

    Entries that say what is not so are taken in their order for the fields that are left, where there are as many.
    """
    here = {*starts}
    meant: dict[int, Entry] = {}
    lost = []
    for entry in entries:
        if entry.start in here and entry.start not in meant:
            meant[entry.start] = entry
        else:
            lost.append(entry)
    left = [start for start in starts if start not in meant]
    return meant | (dict(zip(left, lost, strict=True)) if len(left) == len(lost) else {})


def _number(figures: bytes) -> int | None:
    """What figures say; None where there is anything else or nothing."""
    return int(figures) if figures.isdigit() else None
