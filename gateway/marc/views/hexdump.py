"""A record byte by byte, 16 bytes a row, with its parts (`layout`) laid over it. Damaged records have one too."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.marc.views.field_layout import Part
from gateway.marc.views.layout import layout

ROW_BYTES: Final = 16
_PRINTABLE: Final = bytes(code if 0x20 <= code < 0x7F else ord(".") for code in range(0x100)).decode("ascii")


class Span(NamedTuple):
    """Bytes of a row that are of one part."""

    part: int
    """Which of the parts, from 0."""
    raw: bytes

    @property
    def hex(self) -> str:
        """The bytes in hexadecimal figures, a blank between two."""
        return self.raw.hex(" ").upper()

    @property
    def text(self) -> str:
        """The bytes as characters of ASCII, a dot for any other."""
        return "".join([_PRINTABLE[byte] for byte in self.raw])


_new_span = tuple.__new__  # a record may have as many as bytes: this takes half the time of Span()


class HexRow(NamedTuple):
    """Sixteen bytes, or what is left."""

    offset: int
    """Of the first, from 0."""
    spans: tuple[Span, ...]


class HexDump(NamedTuple):
    """All bytes of a record."""

    rows: tuple[HexRow, ...]
    parts: tuple[Part, ...]
    """One behind the other; together they are every byte."""


def hex_dump(raw: bytes) -> HexDump:
    """The bytes of a record, or any others."""
    parts = tuple(layout(raw))
    ends = [part.end for part in parts]
    rows = []
    at = 0
    for offset in range(0, len(raw), ROW_BYTES):
        begin, end = offset, min(offset + ROW_BYTES, len(raw))
        spans = []
        while begin < end:
            stop = ends[at] if ends[at] < end else end
            spans.append(_new_span(Span, (at, raw[begin:stop])))
            begin = stop
            at += ends[at] == stop
        rows.append(HexRow(offset, tuple(spans)))
    return HexDump(tuple(rows), parts)


def part_at(parts: Sequence[Part], offset: int) -> int:
    """Which of the parts a byte is of, as of a finding (`Finding.offset`); -1 for none."""
    found = bisect_right(parts, offset, key=_start) - 1
    return found if found >= 0 and offset < parts[found].end else -1


def _start(part: Part) -> int:
    return part.start
