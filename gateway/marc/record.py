"""A record as fields of bytes: light enough for every export, and each untouched field comes out as it came.

pymarc, whose objects a view can be made of, is met here alone (`to_pymarc`); it reads no bytes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway.marc import iso2709

if TYPE_CHECKING:
    import pymarc


STRAY_CODE: Final = "?"
"""Code that pymarc's objects have for text which stands before the first subfield delimiter; MARC 21 has none such."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TURNS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Characters that embed or override a direction, to be taken out by `translate`: where none closes them, the rest of
the line is turned about. Scripts are shown in their own direction without them."""
CONTROLS: Final = {
    **dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}"),
    **TURNS,
}
"""Control characters but tab and line feed, and `TURNS`, for `translate`: text of several lines does nothing then."""


def printable(text: str) -> str:
    """The text on one line: a blank for each control character; the joiners and marks that scripts need stay."""
    return text if text.isprintable() else _CONTROL.sub(" ", text)


def one_line(text: str) -> str:
    """`printable`, for text that stands within a line of others: nothing in it turns what follows about."""
    return text if text.isprintable() else _CONTROL.sub(" ", text).translate(TURNS)


class Field(NamedTuple):
    """A field: its tag, and its bytes without the terminator (indicators and subfield delimiters included)."""

    tag: str
    body: bytes

    @property
    def control(self) -> bool:
        """Whether it is a control field: no indicators, no subfields."""
        return self.tag.startswith("00")

    @property
    def indicators(self) -> str:
        """Both indicators; shorter where the field is."""
        return self.body[:2].decode("ascii", "replace")

    @property
    def head(self) -> tuple[str, str]:
        """For views: two characters as indicators, blanks for missing ones, and the text between them and the first
        subfield delimiter, which a sound field has not.
        """
        text = self.body.partition(b"\x1f")[0].decode("utf-8", "replace")
        return text[:2].ljust(2), text[2:]

    @property
    def text(self) -> str:
        """The value of a control field."""
        return self.body.decode("utf-8", "replace")

    def subfields(self) -> Iterator[tuple[str, str]]:
        """(code, value) of each subfield in its order; a delimiter with nothing behind it is passed over."""
        for part in self.body.split(b"\x1f")[1:]:
            if part:
                text = part.decode("utf-8", "replace")
                yield text[0], text[1:]

    def values(self, codes: str) -> list[str]:
        """The values of the subfields whose code is one of `codes`, which are ASCII."""
        wanted = codes.encode("ascii")
        parts = self.body.split(b"\x1f")[1:]
        return [part[1:].decode("utf-8", "replace") for part in parts if part and part[0] in wanted]


_new_field = tuple.__new__  # a record has some forty: this takes half the time of Field(*pair)


class Record:
    """A leader of 24 bytes and the fields in the order of the directory. Never changes."""

    __slots__ = ("_by_tag", "fields", "leader")

    def __init__(self, leader: bytes, fields: Iterable[Field]) -> None:
        self.leader: Final = leader
        self.fields: Final = tuple(fields)
        self._by_tag: dict[str, list[Field]] | None = None

    @classmethod
    def parse(cls, raw: bytes) -> "Record":
        """Read ISO 2709. Raises `iso2709.Damaged`, which says where."""
        return cls(raw[: iso2709.LEADER_BYTES], [_new_field(Field, field) for field in iso2709.split(raw)])

    def serialize(self) -> bytes:
        """ISO 2709 with record length and base address made anew; the rest of the leader as it is.

        Raises `iso2709.TooLong`.
        """
        return iso2709.join(self.leader, self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (self.leader, self.fields) == (other.leader, other.fields)

    def __hash__(self) -> int:
        return hash((self.leader, self.fields))

    def get(self, tag: str) -> Sequence[Field]:
        """The fields with this tag, in record order."""
        if self._by_tag is None:
            self._by_tag = {}
            for field in self.fields:
                self._by_tag.setdefault(field[0], []).append(field)
        return self._by_tag.get(tag, ())

    def first(self, tag: str) -> Field | None:
        """The first field with this tag."""
        return next(iter(self.get(tag)), None)

    def control_value(self, tag: str) -> str:
        """The value of the first control field with this tag; empty where there is none."""
        field = self.first(tag)
        return field.text if field else ""

    def adding(self, field: Field) -> "Record":
        """The record with `field` behind those of its tag, or else before the first one of a higher tag."""
        fields = self.fields
        place = len(fields)
        if self.get(field.tag):
            while fields[place - 1].tag != field.tag:
                place -= 1
        else:
            place = next((i for i, present in enumerate(fields) if present[0] > field.tag), place)
        made = Record(self.leader, (*fields[:place], field, *fields[place:]))
        if self._by_tag is not None:  # to make it anew would cost as much as all else here
            made._by_tag = {**self._by_tag, field.tag: [*self.get(field.tag), field]}
        return made

    @property
    def title(self) -> str:
        """245 $a $n $p $b in record order on one line, less the punctuation at its end; empty without a 245."""
        field = self.first("245")
        return printable(" ".join([value.strip() for value in field.values("anpb")])).rstrip(" /:;,") if field else ""


def to_pymarc(record: Record) -> "pymarc.Record":
    """The record in pymarc's objects, whatever its fields hold: indicators are two, with blanks for missing ones.

    Text before the first subfield delimiter, where no text belongs, is a first subfield with the code `?`
    (`STRAY_CODE`). Bytes that are not UTF-8 become the replacement character.
    """
    import pymarc  # its import costs more than a listing that does not need it

    fields: list[pymarc.Field | pymarc.RawField] = []
    for field in record.fields:
        if field.control:
            made = pymarc.Field(field.tag, data=field.text)
            made.control_field, made.data = True, field.text  # pymarc: only where the whole tag is digits
        else:
            indicators, stray = field.head
            subfields = [(STRAY_CODE, stray)] if stray else []
            subfields += field.subfields()
            made = pymarc.Field(
                field.tag, pymarc.Indicators(*indicators), [pymarc.Subfield(*subfield) for subfield in subfields]
            )
        fields.append(made)
    converted = pymarc.Record(fields=fields)
    converted.leader = pymarc.Leader(record.leader.decode("ascii", "replace"))  # its own constructor changes some of it
    return converted
