"""What the forms of text share: the parts of a field, and how a record is put together again from them.

Text before the first subfield delimiter, where no text belongs, is written as a first subfield with the code `?`
(`STRAY_CODE`); so a first subfield that truly has this code gets an empty one before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.errors import GatewayError
from gateway.marc.iso2709 import ENTRY_BYTES, LEADER_BYTES, RECORD_BYTES, SHORTEST_RECORD_BYTES
from gateway.marc.record import STRAY_CODE, Field, Record

LINE_BYTES: Final = 4_000_000
"""Longest line, or record in XML, that is read: the longest record in JSON, all of it empty subfields, has half."""
UNICODE: Final = b"a"
"""Leader/09 of a record in UTF-8."""


class Unreadable(NamedTuple):
    """A place in a file where a record should be and none can be read."""

    line: int
    """From 1."""
    why: str
    too_long: bool = False
    """Whether it may be a record, but one longer than any."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


class Wrong(GatewayError):
    """The text is no record; raised and caught within this room."""

    too_long = False


class Longer(Wrong):
    """The text goes on when it is a longer record already than there can be."""

    too_long = True

    def __init__(self, hint: str = "") -> None:
        super().__init__(f"the record would be longer than the {RECORD_BYTES:,} bytes that MARC 21 allows{hint}")


def unreadable(line: int, error: Wrong) -> Unreadable:
    """What is told of it."""
    return Unreadable(line, str(error), error.too_long)


class Fields:
    """The fields of a record while it is read; no more is kept of them than there can be."""

    def __init__(self) -> None:
        self.so_far: list[Field] = []
        self._bytes = SHORTEST_RECORD_BYTES

    def add(self, field: Field, hint: str = "") -> None:
        """One more. Raises `Longer`, with the `hint`, where a record cannot hold it."""
        self._bytes += ENTRY_BYTES + len(field.body) + 1  # with its terminator
        if self._bytes > RECORD_BYTES:
            self.so_far = []
            raise Longer(hint)
        self.so_far.append(field)


class Parts(NamedTuple):
    """A data field as text."""

    indicators: str
    """Two."""
    subfields: list[tuple[str, str]]
    """(code, value), at least one; a delimiter with nothing behind it has an empty code."""


def parts(field: Field, errors: str = "replace") -> Parts:
    """The parts of a data field, whatever it holds; `errors` is what becomes of bytes that are not UTF-8."""
    head, *rest = field.body.decode("utf-8", errors).split("\x1f")
    subfields = [(part[:1], part[1:]) for part in rest]
    if head[2:] or not rest or rest[0][:1] == STRAY_CODE:
        subfields.insert(0, (STRAY_CODE, head[2:]))
    return Parts(head[:2].ljust(2), subfields)


def data_field(tag: str, indicators: Sequence[str], subfields: Iterable[tuple[str, str]]) -> Field:
    """The field of these parts. Raises `Wrong`."""
    _check_tag(tag)
    if tag.startswith("00"):
        raise Wrong(f"field {tag} is a control field; it has no subfields")
    if [*map(len, indicators)] != [1, 1]:
        raise Wrong(f"field {tag} has not two indicators")
    pairs = [*subfields]
    if any(len(code) > 1 for code, _ in pairs):
        raise Wrong(f"field {tag} has a subfield code of more than one character")
    stray = pairs.pop(0)[1] if pairs and pairs[0][0] == STRAY_CODE else ""
    texts = ["".join(indicators) + stray, *[code + value for code, value in pairs]]
    if any("\x1e" in text or "\x1f" in text for text in texts):
        raise Wrong(f"field {tag} holds a MARC delimiter as text")
    return Field(tag, _bytes("\x1f".join(texts), tag))


def control_field(tag: str, value: str) -> Field:
    """The control field with this value. Raises `Wrong`."""
    _check_tag(tag)
    if not tag.startswith("00"):
        raise Wrong(f"field {tag} is no control field; it has indicators and subfields")
    if "\x1e" in value:
        raise Wrong(f"field {tag} holds a MARC delimiter as text")
    return Field(tag, _bytes(value, tag))


def leader(text: str) -> bytes:
    """The Leader that a text shows; what every MARC 21 record has in it may be blank. Raises `Wrong`."""
    if len(text) != LEADER_BYTES:
        raise Wrong(f"the Leader has {len(text)} characters; it needs {LEADER_BYTES}")
    if not text.isascii():
        raise Wrong("the Leader holds characters that are not ASCII")
    raw = text.encode("ascii")
    entry_map = raw[20:] if raw[20:].strip() else b"4500"
    return raw[:10] + b"22" + raw[12:20] + entry_map


def record(leader: bytes | None, fields: Sequence[Field]) -> Record:
    """The record; its text is Unicode, so Leader/09 says so where that matters. Raises `Wrong` without a Leader."""
    if leader is None:
        raise Wrong("the record has no Leader")
    if leader[9:10] != UNICODE and not all(field.body.isascii() for field in fields):
        leader = leader[:9] + UNICODE + leader[10:]
    return Record(leader, fields)


def lines(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line without its end) of a file that comes in pieces.

    Of a line that is too long, one byte more than `LINE_BYTES` is given. A byte order mark is left out.
    """
    number, rest = 1, b""
    first = True
    for piece in pieces:
        content = rest + piece
        if first and len(content) >= 3:
            content, first = content.removeprefix(b"\xef\xbb\xbf"), False
        *whole, rest = content.split(b"\n")
        for line in whole:
            yield number, line.removesuffix(b"\r")[: LINE_BYTES + 1]
            number += 1
        rest = rest[: LINE_BYTES + 1]
    if rest:
        yield number, rest.removesuffix(b"\r")


def text_of(line: bytes) -> str:
    """A line's text. Raises `Wrong`."""
    if len(line) > LINE_BYTES:
        raise Wrong(f"the line is longer than {LINE_BYTES:,} bytes")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"the text is not UTF-8 (byte {error.start + 1} of the line is {line[error.start]:02X})") from error


def _check_tag(tag: str) -> None:
    if len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
        raise Wrong(f"{tag[:40]!r} is no tag: three letters or digits")


def _bytes(text: str, tag: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:  # half of a pair, which JSON can spell
        raise Wrong(f"field {tag} holds half a character") from error
