"""MARCXML by the Library of Congress's slim schema.

Every record comes out well-formed: a character that XML has not becomes the replacement character. It is also valid,
unless it holds what the schema does not allow, such as an indicator in capitals: that is written as it is, and told by
`objection`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.parsers import expat

from gateway.marc.forms.elements import attribute, text
from gateway.marc.forms.parts import (
    LINE_BYTES,
    Fields,
    Unreadable,
    Wrong,
    control_field,
    data_field,
    leader,
    parts,
    record,
    unreadable,
)
from gateway.marc.record import Record

NAMESPACE: Final = "http://www.loc.gov/MARC21/slim"
HEAD: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="{NAMESPACE}">\n'.encode()
FOOT: Final = b"</collection>\n"
NAMESPACES: Final = frozenset({NAMESPACE, "", "info:lc/xmlns/marcxchange-v1", "info:lc/xmlns/marcxchange-v2"})
"""Of records that are read: many leave it out, and MarcXchange (ISO 25577) has the same elements."""
ENDED: Final = "; nothing behind that was read"
PIECE_BYTES: Final = 65_536
"""Bytes that the parser is given at once, so that few records wait to be taken."""
ELEMENTS: Final = 100_000
"""Most elements up to the end of a record: twice what the longest one has, all of it empty subfields."""
MARKUP_BYTES: Final = 1_000_000
"""Longest tag or comment; a tag of MARCXML has some fifty bytes. The parser looks through it again with each piece."""

_LEADER: Final = re.compile(
    r"[0-9 ]{5}[0-9A-Za-z ][0-9A-Za-z][0-9A-Za-z ]{3}[2 ]{2}[0-9 ]{5}[0-9A-Za-z ]{3}(4500|    )"
)
_CONTROL_TAG: Final = re.compile(r"00[1-9A-Za-z]")
_DATA_TAG: Final = re.compile(r"0[1-9A-Z][0-9A-Z]|0[1-9a-z][0-9a-z]|[1-9A-Z][0-9A-Z]{2}|[1-9a-z][0-9a-z]{2}")
_INDICATORS: Final = re.compile(r"[0-9a-z ]{2}")
_CODE: Final = re.compile(r"[!-?A-{}~]")
"""What the schema allows. Of codes that is all that ASCII shows, but for @ and |."""


def write(record: Record) -> bytes:
    """The record as an element of a collection."""
    lines = ["<record>", f"  <leader>{text(record.leader.decode('ascii', 'replace'))}</leader>"]
    for field in record.fields:
        tag = attribute(field.tag)
        if field.control:
            lines.append(f'  <controlfield tag="{tag}">{text(field.text)}</controlfield>')
            continue
        indicators, subfields = parts(field)
        first, second = map(attribute, indicators)
        lines.append(f'  <datafield tag="{tag}" ind1="{first}" ind2="{second}">')
        lines += [f'    <subfield code="{attribute(code)}">{text(value)}</subfield>' for code, value in subfields]
        lines.append("  </datafield>")
    return ("\n".join(lines) + "\n</record>\n").encode()


def objection(record: Record) -> str:
    """What the schema has against the record as it is written; empty where it has nothing."""
    if not _LEADER.fullmatch(record.leader.decode("ascii", "replace")):
        return "its Leader"
    data = False
    for field in record.fields:
        if field.control:
            if data:
                return f"field {field.tag} behind data fields"
            if not _CONTROL_TAG.fullmatch(field.tag):
                return f"the tag {field.tag}"
            continue
        data = True
        if not _DATA_TAG.fullmatch(field.tag):
            return f"the tag {field.tag}"
        indicators, subfields = parts(field)
        if not _INDICATORS.fullmatch(indicators):
            return f"an indicator of field {field.tag}"
        if not all(_CODE.fullmatch(code) for code, _ in subfields):
            return f"a subfield code of field {field.tag}"
    return ""


def read(pieces: Iterable[bytes]) -> Iterator[Record | Unreadable]:
    """The records of a file, at whatever depth they stand. Where it is no XML any more, reading ends."""
    reader = _Reader()
    try:
        for piece in pieces:
            for start in range(0, len(piece), PIECE_BYTES):
                reader.feed(piece[start : start + PIECE_BYTES])
                yield from reader.taken()
        reader.feed(b"", last=True)
    except expat.ExpatError as error:
        yield from reader.taken()
        yield Unreadable(error.lineno, f"the file is no well-formed XML: {expat.ErrorString(error.code)}{ENDED}")
    except Wrong as error:
        yield from reader.taken()
        yield unreadable(reader.line, error)
    yield from reader.taken()


class _Reader:
    """Elements to records."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._root = ""
        self._met = False
        self._taken: list[Record | Unreadable] = []
        self._open = False
        """Within a record."""
        self._leader: bytes | None = None
        self._fields = Fields()
        self._wrong: Unreadable | None = None
        self._attributes: dict[str, str] = {}
        """Of the field that is open."""
        self._subfields: list[tuple[str, str]] = []
        self._code = ""
        self._text: list[str] | None = None
        """Of the leader, control field or subfield that is open."""
        self._size = 0
        self._elements = 0
        """Since the end of the last record."""
        self._fed = 0
        """Bytes."""

    @property
    def line(self) -> int:
        """Where the parser stands, from 1."""
        return self._parser.CurrentLineNumber

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Read on. Raises `ExpatError` where it is no XML, `Wrong` where it is none of records."""
        self._parser.Parse(piece, last)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > MARKUP_BYTES:
            raise Wrong(f"a tag or a comment is longer than {MARKUP_BYTES:,} bytes{ENDED}")
        if last and not self._met and self._root not in ("collection", "record"):
            raise Wrong(f"the file is no MARCXML; its first element is {self._root}")

    def taken(self) -> list[Record | Unreadable]:
        """The records that have been read to their end since this was last asked."""
        taken, self._taken = self._taken, []
        return taken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > ELEMENTS:
            raise Wrong(f"there are more than {ELEMENTS:,} elements up to the end of a record{ENDED}")
        element = _local(name)
        self._root = self._root or name.rpartition(" ")[2]
        if element == "record":
            self._open, self._met = True, True
            self._leader, self._fields, self._wrong, self._size = None, Fields(), None, 0
        elif element in ("leader", "controlfield"):
            self._attributes, self._text = attributes, []
        elif element == "datafield":
            self._attributes, self._subfields = attributes, []
        elif element == "subfield":
            self._code, self._text = attributes.get("code", ""), []

    def _characters(self, text: str) -> None:
        self._size += len(text)
        if self._text is not None and self._size <= LINE_BYTES:
            self._text.append(text)

    def _end(self, name: str) -> None:
        element = _local(name)
        if not self._open or not element:
            return
        try:
            if self._size > LINE_BYTES:
                raise Wrong(f"no record is longer than {LINE_BYTES:,} characters")
            if not self._wrong:
                self._finish(element)
        except Wrong as error:
            self._wrong = self._wrong or unreadable(self.line, error)
        if element in ("leader", "controlfield", "subfield"):
            self._text = None
        if element == "record":
            self._open, self._elements = False, 0
            if self._wrong:
                self._taken.append(self._wrong)

    def _finish(self, element: str) -> None:
        text = "".join(self._text or ())
        if element == "leader":
            self._leader = leader(text)
        elif element == "controlfield":
            self._fields.add(control_field(self._attributes.get("tag", ""), text))
        elif element == "subfield":
            self._subfields.append((self._code, text))
        elif element == "datafield":
            tag, *indicators = (self._attributes.get(key, "") for key in ("tag", "ind1", "ind2"))
            self._fields.add(data_field(tag, indicators, self._subfields))
        elif element == "record":
            self._taken.append(record(self._leader, self._fields.so_far))


def _local(name: str) -> str:
    """The name of an element of MARCXML; empty for others'."""
    namespace, _, local = name.rpartition(" ")
    return local if namespace in NAMESPACES else ""


def _refuse_doctype(*_: object) -> None:
    raise Wrong("the file has a document type declaration, which MARCXML does not need and which is not read")
