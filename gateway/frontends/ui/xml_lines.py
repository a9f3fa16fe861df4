"""XML in lines, as people read it: an element a line, indented. Text alone: nothing is parsed, resolved or believed."""

import codecs
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

DEEPEST: Final = 16
"""Steps of indentation at most: NCIP's messages have some 10, and what nests on and on is not to fill the page."""
_PIECE: Final = re.compile(r"<[^<>]*>?|[^<]+")
_STANDING_ALONE: Final = ("<?", "<!")


class Line(NamedTuple):
    """A line of a message."""

    depth: int
    """Steps by which it is indented."""
    text: str


class _Element(NamedTuple):
    """What opens on the last line, while nothing has followed but its text."""

    tag: str
    text: str = ""

    @property
    def line(self) -> str:
        return self.tag + self.text


def lines(message: bytes) -> list[Line]:
    """Each element on its line, with its text where it has no other content. Of what is no XML, the text."""
    return [Line(min(depth, DEEPEST), text) for depth, text in _lines(_decoded(message))]


def _lines(text: str) -> Iterator[Line]:
    depth = 0
    opened: _Element | None = None
    for piece in (match[0] for match in _PIECE.finditer(text)):
        if piece.isspace():
            continue
        is_tag = piece.startswith("<")
        piece = piece if "\n" not in piece else " ".join(piece.split())
        if opened and not is_tag:
            opened = _Element(opened.tag, piece)
            continue
        if opened and piece.startswith("</"):
            yield Line(depth, opened.line + piece)
            opened = None
            continue
        if opened:
            yield Line(depth, opened.line)
            depth += 1
            opened = None
        if piece.startswith("</"):
            depth = max(depth - 1, 0)
        if is_tag and not piece.startswith(("</", *_STANDING_ALONE)) and not piece.endswith("/>"):
            opened = _Element(piece)
        else:
            yield Line(depth, piece)
    if opened:
        yield Line(depth, opened.line)


def _decoded(message: bytes) -> str:
    """As UTF-8, the end of which may be cut off; else as ISO 8859-1, which takes anything."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(message)
    except UnicodeDecodeError:
        return message.decode("latin-1")
