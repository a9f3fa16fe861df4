"""Basic Encoding Rules as Z39.50 uses them: elements, their tags and lengths, and where they end. No I/O, no clock.

What comes from a peer is bounded by `Limits`, each with its reason; more than that, and whatever else is no BER, is the
exception `Malformed`. Definite and indefinite lengths are read; what is written has definite ones. Source: ITU-T X.690.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from gateway.errors import GatewayError

DEPTH: Final = 128
"""Elements within each other: a search for a hundred terms, each or'ed to those before it, needs a hundred and ten."""
TAG_OCTETS: Final = 3
"""Octets of a high tag number: Z39.50 has none above 1007, which takes two."""
LENGTH_OCTETS: Final = 8
"""Octets of a length, which some senders pad to the width of their integers."""

CONSTRUCTED: Final = 0x20
"""The bit of an identifier that says that elements are inside."""
CONTEXT: Final = 0x80
"""The class of an identifier that a protocol gives out itself."""
END: Final = b"\0\0"
"""What ends a content of indefinite length."""

_HIGH, _LOW, _MORE, _INDEFINITE, _RESERVED = 0x1F, 0x7F, 0x80, 0x80, 0xFF


class Malformed(GatewayError):
    """The bytes are not what they must be. Its text names what and the octet, and holds nothing that was sent."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(f"{what} at octet {offset}")
        self.offset = offset
        """Where it stands, counted from the element that was read."""


class Limits(NamedTuple):
    """How much of a peer is read; what a reader may cost is bounded by these alone."""

    octets: int
    """Of one protocol unit."""
    elements: int
    """In one protocol unit, on all levels together."""


class Universal(IntEnum):
    """Tag numbers of the class that X.690 itself gives out."""

    BOOLEAN = 1
    INTEGER = 2
    BIT_STRING = 3
    OCTET_STRING = 4
    NULL = 5
    OBJECT_IDENTIFIER = 6
    OBJECT_DESCRIPTOR = 7
    EXTERNAL = 8
    UTF8_STRING = 12
    SEQUENCE = 16
    PRINTABLE_STRING = 19
    IA5_STRING = 22
    GENERALIZED_TIME = 24
    VISIBLE_STRING = 26
    GENERAL_STRING = 27


class Oid(str):
    """An OBJECT IDENTIFIER as numbers between dots: `1.2.840.10003.5.10`."""

    __slots__ = ()


class Reader:
    """One protocol unit that has arrived whole, and how many of its elements may still be looked at."""

    __slots__ = ("_ends", "buffer", "elements_left", "operands_left")

    def __init__(self, buffer: bytes, elements: int, operands: int = 0) -> None:
        self.buffer = buffer
        self.elements_left = elements
        self.operands_left = operands
        """How many operands a query may still have: `rpn` counts them."""
        self._ends: dict[int, int] | None = None

    def elements(self, at: int, end: int) -> list[tuple[int, int, int]]:
        """The elements from one octet up to another: of each its `key`, where its content starts and where it stops.

        Raises `Malformed` where they do not end with the last octet, and when the unit has too many.
        """
        buffer, found, left = self.buffer, [], self.elements_left
        try:
            while at < end:
                key = buffer[at]
                at += 1
                if key & _HIGH == _HIGH:
                    number = buffer[at]
                    at += 1
                    if number & _MORE:
                        number, at = _high_number(buffer, at - 1)
                    key |= number << 8
                stop = buffer[at]
                start = at + 1
                if stop < _INDEFINITE:
                    at = stop = start + stop
                elif stop == _INDEFINITE:
                    stop = self._indefinite_end(start)
                    at = stop + len(END)
                else:
                    stop, start = _long_length(buffer, at)
                    at = stop = start + stop
                left -= 1
                if left < 0:
                    raise Malformed("too many elements", start)
                found.append((key, start, stop))
        except IndexError:
            raise Malformed("an element is cut off", at) from None
        if at > end:
            raise Malformed("an element is longer than what it stands in", at)
        self.elements_left = left
        return found

    def _indefinite_end(self, start: int) -> int:
        if self._ends is None:
            scan = Scan(Limits(len(self.buffer), self.elements_left))
            if scan.resume(self.buffer) is None:
                raise Malformed("an element of indefinite length has no end", start)
            self._ends = scan.ends
        if start not in self._ends:
            raise Malformed("an element behind the last", start)
        return self._ends[start]


class _Open(NamedTuple):
    """A content that a scan is inside of."""

    start: int
    end: int | None
    """None where an end mark tells it."""
    bound: int
    """What it may not reach beyond."""


class Scan:
    """Finds where an element ends by its parts: the only way where its length is indefinite.

    Each octet is passed once, however the bytes come.
    """

    def __init__(self, limits: Limits) -> None:
        self.ends: dict[int, int] = {}
        """Of each content of indefinite length that was passed: its first octet, and the octet of its end mark."""
        self._limits = limits
        self._left = limits.elements
        self._at = 0
        self._open: list[_Open] = []

    def resume(self, buffer: bytes | bytearray) -> int | None:
        """Where the first element of `buffer` ends, or None while that is not known; `buffer` has only grown since.

        Raises `Malformed` as soon as no more bytes can make it sound.
        """
        while self._step(buffer):
            while self._open and self._open[-1].end == self._at:
                self._open.pop()
            if not self._open:
                return self._at
        return None

    def _step(self, buffer: bytes | bytearray) -> bool:
        """Pass an end mark, or an element: of one with parts what stands before them. False where it has not come."""
        inside = self._open[-1] if self._open else _Open(0, 0, self._limits.octets)
        if inside.end is None and buffer.startswith(END, self._at):
            self._open.pop()
            self.ends[inside.start] = self._at
            self._at += len(END)
            return True
        found = _head(buffer, self._at)
        if found is None:
            return False
        self._left -= 1
        if self._left < 0:
            raise Malformed("too many elements", self._at)
        self._enter(inside, *found)
        return True

    def _enter(self, inside: _Open, key: int, start: int, size: int | None) -> None:
        end = None if size is None else start + size
        if key == 0 and inside.end is not None:
            raise Malformed("an end mark where nothing ends", self._at)
        if (start if end is None else end) > inside.bound:
            raise Malformed("an element is longer than what it stands in", self._at)
        if key & CONSTRUCTED:
            if len(self._open) >= DEPTH:
                raise Malformed("nested too deep", self._at)
            self._open.append(_Open(start, end, inside.bound if end is None else end))
            self._at = start
        elif end is None:
            raise Malformed("an indefinite length of what has no parts", self._at)
        else:
            self._at = end


def _head(buffer: bytes | bytearray, at: int) -> tuple[int, int, int | None] | None:
    """The key of an element, where its content starts and how long it is, if known; None where that has not come."""
    try:
        key = buffer[at]
        at += 1
        if key & _HIGH == _HIGH:
            number, at = _high_number(buffer, at)
            key |= number << 8
        if buffer[at] < _INDEFINITE:
            return key, at + 1, buffer[at]
        if buffer[at] == _INDEFINITE:
            return key, at + 1, None
        size, start = _long_length(buffer, at)
    except IndexError:
        return None
    return key, start, size


def head(buffer: bytes | bytearray) -> tuple[int, int, int | None] | None:
    """Of the element that `buffer` begins with: key, first octet of the content, octets of it (None: indefinite).

    None as long as that has not come. Raises `Malformed`.
    """
    return _head(buffer, 0)


def _high_number(buffer: bytes | bytearray, at: int) -> tuple[int, int]:
    number = 0
    for octet in range(at, at + TAG_OCTETS):
        number = number << 7 | buffer[octet] & _LOW
        if not buffer[octet] & _MORE:
            return number, octet + 1
    raise Malformed("a tag number is too long", at)


def _long_length(buffer: bytes | bytearray, at: int) -> tuple[int, int]:
    """A length that is more than an octet, which begins at `at`, and where it ends. IndexError if it has not come."""
    octets = buffer[at] & ~_INDEFINITE
    if buffer[at] == _RESERVED or octets > LENGTH_OCTETS:
        raise Malformed("a length is too long", at)
    start = at + 1 + octets
    if start > len(buffer):
        raise IndexError(start)
    return int.from_bytes(buffer[at + 1 : start], "big"), start


def key(tag: int, constructed: bool) -> int:
    """What `Reader.elements` calls an element: `tag` is a `Universal` or else a number of context class."""
    first = (0 if isinstance(tag, Universal) else CONTEXT) | (CONSTRUCTED if constructed else 0)
    return first | tag if tag < _HIGH else first | _HIGH | tag << 8


def identifier(tag: int, constructed: bool) -> bytes:
    """The octets that an element begins with."""
    whole = key(tag, constructed)
    if tag < _HIGH:
        return bytes((whole,))
    return bytes((whole & 0xFF,)) + base128(tag)


def length(size: int) -> bytes:
    """A length in as few octets as it takes."""
    if size < _INDEFINITE:
        return bytes((size,))
    octets = (size.bit_length() + 7) // 8
    return bytes((_INDEFINITE | octets,)) + size.to_bytes(octets, "big")


def base128(number: int) -> bytes:
    """A number in octets of seven bits, each but the last with the bit that says that more follow."""
    octets = [number & _LOW]
    while number := number >> 7:
        octets.append(_MORE | number & _LOW)
    return bytes(reversed(octets))
