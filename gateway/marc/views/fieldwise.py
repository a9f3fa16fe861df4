"""A field as people read it: its indicators, its subfields, each value with its marks, language and direction."""

from typing import NamedTuple

from gateway.marc.record import Field
from gateway.marc.views.scripts import UNTOLD, Direction, Speaker, Speech
from gateway.marc.views.visible import Line, text_of, visible

DELIMITER = b"\x1f"


class Value(NamedTuple):
    """A value, or a part of a field that is to be shown as one."""

    line: Line
    lang: str = ""
    """For the attribute `lang`; empty where nobody can tell."""
    dir: Direction = "auto"
    """For the attribute `dir`."""


class Subfield(NamedTuple):
    """A subfield."""

    code: Line
    """One character; none where nothing stands behind the delimiter."""
    value: Value


class Parts(NamedTuple):
    """A field: a control field has a value, any other indicators and subfields."""

    indicators: tuple[Line, ...]
    """Two, or fewer where the field has fewer; none of a control field. A blank is a mark."""
    value: Value
    """Of a control field. Of another the text between indicators and first delimiter, which a sound field has not."""
    subfields: tuple[Subfield, ...]


def parts(field: Field, speaker: Speaker, tag: str = "") -> Parts:
    """The parts of a field, nothing left out; `tag` is the one of the field that an 880 stands for."""
    if field.control:
        return Parts((), Value(visible(text_of(field.body)), *UNTOLD), ())
    head, *rest = map(text_of, field.body.split(DELIMITER))
    tag, link = tag or field.tag, link_of(field)
    return Parts(
        tuple([visible(char) for char in head[:2]]),
        _value("", head[2:], speaker, tag, link),
        tuple([Subfield(visible(part[:1]), _value(part[:1], part[1:], speaker, tag, link)) for part in rest]),
    )


def link_of(field: Field) -> str:
    """The first $6 of a field; empty where it has none."""
    return "".join(field.values("6")[:1])


def speech(code: str, value: str, speaker: Speaker, tag: str, link: str) -> Speech:
    """Language and direction of a subfield's value; one whose code is a figure holds no words."""
    if code.isdigit():
        return Speech("", "ltr" if value.isascii() else "auto")
    return speaker.of(tag, value, link)


def _value(code: str, text: str, speaker: Speaker, tag: str, link: str) -> Value:
    return Value(visible(text), *speech(code, text, speaker, tag, link))
