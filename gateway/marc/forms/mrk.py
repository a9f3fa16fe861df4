r"""Mnemonic form, as MARCMaker reads and MarcEdit writes it (.mrk): a field a line, a blank line between two records.

    =LDR  00714cam a2200205 a 4500
    =245  10$aTitle /$cBy.          tag, two spaces, indicators, subfields; `\` is a blank in all but these
    =001  ocn123\\                  a control field

What would be taken for a mark stands as a mnemonic: `{dollar}`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.marc.forms.parts import (
    Fields,
    Longer,
    Unreadable,
    Wrong,
    control_field,
    data_field,
    leader,
    lines,
    record,
    text_of,
    unreadable,
)
from gateway.marc.iso2709 import FIELD_BYTES
from gateway.marc.record import STRAY_CODE, Field, Record
from gateway.marc.views import MNEMONICS, mnemonic

LEADER: Final = "LDR"
LINE_BYTES: Final = 14 * FIELD_BYTES
"""Longest line that is read: no byte of a field takes more than a mnemonic of so many characters."""
DIVIDED: Final = "; blank lines divide records"
"""What to think of where one is too long."""
CHARACTERS: Final = {
    **{spelled[1:-1].lower(): chr(code) for code, spelled in MNEMONICS.items()},
    "joiner": "\N{ZERO WIDTH JOINER}",
    "nonjoin": "\N{ZERO WIDTH NON-JOINER}",
}
"""Mnemonic -> character. MARCMaker's others stand for MARC-8, where an accent comes before its letter."""
_MNEMONIC: Final = re.compile(r"\{([A-Za-z0-9]{1,12})\}")
_CHARACTER: Final = re.compile(r"\{[A-Za-z0-9]{1,12}\}|.", re.DOTALL)


def write(record: Record) -> bytes:
    """The record, and the blank line behind it."""
    return f"{mnemonic(record)}\n\n".encode()


def read(pieces: Iterable[bytes]) -> Iterator[Record | Unreadable]:
    """The records of a file; a new one begins behind a blank line, and at a Leader."""
    gathered = _Gathered()
    for number, line in lines(pieces):
        if not line.strip():
            yield from gathered.end()
            continue
        if line.startswith(b"=LDR"):
            yield from gathered.end()
        gathered.take(number, line)
    yield from gathered.end()


class _Gathered:
    """The lines of a record so far, as what they stand for."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._line = 0
        """Where the record began; 0 before it has."""
        self._leader: bytes | None = None
        self._fields = Fields()
        self._wrong: Unreadable | None = None

    def take(self, number: int, line: bytes) -> None:
        """Read a line that is not blank; behind one that is wrong, no more is kept of the record."""
        self._line = self._line or number
        if self._wrong is not None:
            return
        try:
            if len(line) > LINE_BYTES:
                raise Longer
            self._read(text_of(line))
        except Wrong as error:
            self._wrong = unreadable(number, error)
            self._fields = Fields()

    def end(self) -> Iterator[Record | Unreadable]:
        """The record, if one has begun."""
        if not self._line:
            return
        try:
            yield self._wrong or record(self._leader, self._fields.so_far)
        except Wrong as error:
            yield unreadable(self._line, error)
        self._begin()

    def _read(self, line: str) -> None:
        tag, value = line[1:4], line[6:]
        if not line.startswith("=") or line[4:6] != "  ":
            raise Wrong("a line begins with =, a tag and two spaces")
        if tag == LEADER:
            self._leader = leader(_characters(_blanks(value)))
        elif tag.startswith("00"):
            self._fields.add(control_field(tag, _characters(_blanks(value))), DIVIDED)
        else:
            self._fields.add(_data_field(tag, value), DIVIDED)


def _data_field(tag: str, value: str) -> Field:
    head, *subfields = value.split("$")
    marks = _CHARACTER.findall(head)
    indicators = [_characters(_blanks(mark)) for mark in marks[:2]]
    stray = _characters("".join(marks[2:]))
    pairs = [(text[:1], text[1:]) for text in map(_characters, subfields)]
    return data_field(tag, indicators, [(STRAY_CODE, stray), *pairs])


def _blanks(text: str) -> str:
    return text.replace("\\", " ")


def _characters(text: str) -> str:
    """The text with the characters that its mnemonics stand for. Braces around anything else are braces."""
    return _MNEMONIC.sub(_character, text) if "{" in text else text


def _character(match: re.Match[str]) -> str:
    found = CHARACTERS.get(match[1].lower())
    if found is None:
        raise Wrong(
            f"{match[0]} is no mnemonic of text in UTF-8; save the file as UTF-8, and write {{lcub}} for a brace"
        )
    return found
