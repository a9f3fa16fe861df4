"""Whether a text stands in a field of a record: asked of many thousands at once, so that most are not taken apart.

A text stands in one field, whose subfields are read with a blank between them; codes and indicators are not text.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.marc import iso2709
from gateway.marc.record import Field
from gateway.search.fold import folded

ANY: Final = "X"
"""In a tag: whatever stands there."""
TURNING: Final = "\u00df\u0130\u0149\u017f\u037e\u1e9a\u1e9e\u1fef\u212a\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
"""Every character beyond ASCII that is ASCII, or has some in it, when it is folded: a sharp s, a ligature."""
_ASCII: Final = bytes(range(0x80))
_turns: Final = re.compile(b"|".join(character.encode() for character in TURNING)).search


class InField:
    """A text, and the tag of the fields in which it is looked for."""

    def __init__(self, tag: str, part: str) -> None:
        """`tag` has three characters, of which some may be `ANY`."""
        self._needle = folded(part)
        self._ascii_words = [word.encode() for word in self._needle.split() if word.isascii()]
        """They stand in any record that has nothing `TURNING`, if the text does."""
        letters = set(self._needle)
        turning = [one for one in TURNING if letters & set(folded(one))]
        self._leads = [*{one.encode()[:1] for one in turning}]
        """One of these bytes stands before whatever turns into a letter of the text."""
        self._tag = tag.upper().encode()
        self._like = re.compile(re.escape(self._tag).replace(ANY.encode(), b"."), re.DOTALL)
        self._exact = ANY.encode() not in self._tag

    def __call__(self, raw: bytes) -> bool:
        """Whether it stands in the record; of damaged bytes it does not."""
        small = raw.lower()
        for word in self._ascii_words:
            if word not in small:  # most records are passed over here, in a few millionths of a second
                if not self._may_turn(raw):
                    return False
                break
        return any(self._needle in folded(_text(field)) for field in self._fields(raw)) and _is_sound(raw)

    def _may_turn(self, raw: bytes) -> bool:
        for lead in self._leads:
            if lead in raw:
                return _turns(raw.translate(None, _ASCII)) is not None
        return False

    def _fields(self, raw: bytes) -> Iterator[Field]:
        """The fields of that tag, of a record that is sound."""
        directory = raw[iso2709.LEADER_BYTES : raw.find(iso2709.FIELD_TERMINATOR, iso2709.LEADER_BYTES)]
        base = iso2709.LEADER_BYTES + len(directory) + 1
        for place in self._places(directory):
            length, start = directory[place + 3 : place + 7], directory[place + 7 : place + 12]
            if length.isdigit() and start.isdigit():
                begin = base + int(start)
                tag = directory[place : place + 3].decode("ascii", "replace")
                yield Field(tag, raw[begin : begin + int(length) - 1])

    def _places(self, directory: bytes) -> Iterator[int]:
        """Where the entries of that tag begin."""
        if not self._exact:
            entries = range(0, len(directory), iso2709.ENTRY_BYTES)
            yield from (place for place in entries if self._like.match(directory, place, place + 3))
            return
        place = directory.find(self._tag)
        while place >= 0:
            if place % iso2709.ENTRY_BYTES == 0:
                yield place
            place = directory.find(self._tag, place + 1)


def _text(field: Field) -> str:
    return field.text if field.control else " ".join([value for _, value in field.subfields()])


def _is_sound(raw: bytes) -> bool:
    try:
        iso2709.split(raw)
    except iso2709.Damaged:
        return False
    return True
