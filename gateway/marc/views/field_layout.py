"""What each byte of a field is. See `layout`, which says where the fields lie."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.marc.table import definition

UNKNOWN: Final = "unknown"
"""Name of bytes of which nothing can be told."""
STRAY: Final = "stray"
"""Name of bytes that stand where the directory puts no field, or behind the end of the record."""
INDICATORS: Final = 2
LONGEST_CODE: Final = 4
"""Bytes of the longest character in UTF-8: what a subfield's code is at most, where it is no ASCII character."""


class Part(NamedTuple):
    """A run of bytes that are one thing."""

    start: int
    """Its first byte in the record, from 0."""
    end: int
    """The first byte behind it."""
    name: str
    """Such as `Leader/09`, `directory entry 3: tag`, `245 $a value`, `field terminator`."""
    explanation: str
    """What it is or says; empty where the name says all."""


class Entry(NamedTuple):
    """A directory entry that says where a field lies."""

    number: int
    """From 1."""
    tag: str
    """Harmless to show, as all of a part's words are."""
    length: int
    """In bytes, with its terminator; -1 where the entry has no figures for it."""
    start: int
    """The field's first byte in the record; -1 where the entry has no figures for it."""


def field_parts(raw: bytes, begin: int, end: int, entry: Entry, terminator: int) -> Iterator[Part]:
    """The parts of the field that `entry` means, which lies between two field terminators.

    `terminator` is how many bytes of one follow: 1, or 0 where it is missing.
    """
    tag = entry.tag
    about = _about(entry, begin, end - begin + terminator)
    if tag.startswith("00"):
        if end > begin:
            yield Part(begin, end, f"{tag} value", about)
        return
    delimiter = raw.find(b"\x1f", begin, end)
    head_end = end if delimiter < 0 else delimiter
    stop = min(begin + INDICATORS, head_end)
    if stop > begin:
        yield Part(begin, stop, f"{tag} indicators", about)
    if head_end > stop:
        yield Part(stop, head_end, f"{tag} text", "stands before the first subfield delimiter, where no text belongs")
    if delimiter >= 0:
        yield from _subfields(raw, delimiter, end, tag)


def _subfields(raw: bytes, begin: int, end: int, tag: str) -> Iterator[Part]:
    name = f"{tag} delimiter"
    for part in raw[begin + 1 : end].split(b"\x1f"):
        yield Part(begin, begin + 1, name, "")
        begin += 1
        if not part:
            continue
        code, size = _code(part)
        yield Part(begin, begin + size, f"{tag} ${code} code", "")
        if size < len(part):
            yield Part(begin + size, begin + len(part), f"{tag} ${code} value", "")
        begin += len(part)


def _code(part: bytes) -> tuple[str, int]:
    """A subfield's code, harmless to show, and its length in bytes."""
    if 0x20 < part[0] < 0x7F:
        return chr(part[0]), 1
    for size in range(1, LONGEST_CODE + 1):
        try:
            char = part[:size].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return (char if char.isprintable() and char.isalnum() else f"U+{ord(char):04X}"), size
    return f"{part[0]:02X}", 1


def _about(entry: Entry, begin: int, size: int) -> str:
    """Of a field: its name, the entry that means it, and what that says of it which is not so."""
    found = definition(entry.tag)
    wrong = []
    if entry.start not in (begin, -1):
        wrong.append(f"puts it at byte {entry.start}")
    if entry.length not in (size, -1):
        wrong.append(f"gives it {entry.length} bytes for {size}")
    which = " ".join([f"directory entry {entry.number}", " and ".join(wrong)]).rstrip()
    return f"{found.name}; {which}" if found else which
