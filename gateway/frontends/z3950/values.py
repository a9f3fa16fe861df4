"""The values that elements of Z39.50 hold: integers, bit strings, strings, object identifiers.

A reader takes the `Reader`, where a content starts and stops, and how many levels may still be below it; it raises
`Malformed`. Source: ITU-T X.690, 8.
"""

from functools import lru_cache
from typing import Final

from gateway.frontends.z3950.ber import CONSTRUCTED, Malformed, Oid, Reader, base128

INTEGER_OCTETS: Final = 8
"""Octets of an INTEGER or BIT STRING: 64 bits, as the field's servers have; Z39.50 itself needs 32."""
OID_OCTETS: Final = 64
"""Octets of an OBJECT IDENTIFIER: the longest in use have 15, and a hostile one must stay cheap to write out."""
REMEMBERED_OIDS: Final = 512
"""Object identifiers whose written form is kept: more than Z39.50 has registered and clients send."""

_LOW, _MORE = 0x7F, 0x80
_SMALL = [bytes((value,)) for value in range(0x80)]
_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(0x100))


def read_integer(reader: Reader, start: int, stop: int, depth: int) -> int:
    """An INTEGER's content."""
    if stop - start == 1 and reader.buffer[start] < 0x80:
        return reader.buffer[start]
    if not 0 < stop - start <= INTEGER_OCTETS:
        raise Malformed("an integer of this length", start)
    return int.from_bytes(reader.buffer[start:stop], "big", signed=True)


def write_integer(value: int) -> bytes:
    """The content of an INTEGER."""
    if 0 <= value < 0x80:
        return _SMALL[value]
    octets = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return value.to_bytes(octets, "big", signed=True)


def read_boolean(reader: Reader, start: int, stop: int, depth: int) -> bool:
    """A BOOLEAN's content: whatever is not 0 is true."""
    if stop - start != 1:
        raise Malformed("a boolean of this length", start)
    return reader.buffer[start] != 0


def write_boolean(value: bool) -> bytes:
    """The content of a BOOLEAN. True is 1: a client that prints what it gets shows 255 as -1."""
    return _SMALL[1] if value else _SMALL[0]


def read_bits(reader: Reader, start: int, stop: int, depth: int) -> int:
    """A BIT STRING's content: bit 0, which is sent first, is worth 1, bit 1 is worth 2, and so on."""
    if not 0 < stop - start <= INTEGER_OCTETS + 1 or reader.buffer[start] > 7:
        raise Malformed("a bit string of this length", start)
    bits = int.from_bytes(reader.buffer[start + 1 : stop].translate(_REVERSED), "little")
    unused = reader.buffer[start]
    return bits & (1 << max((stop - start - 1) * 8 - unused, 0)) - 1 if unused else bits


def write_bits(value: int) -> bytes:
    """The content of a BIT STRING, in whole octets up to its last bit that is set."""
    return _SMALL[0] + value.to_bytes((value.bit_length() + 7) // 8, "little").translate(_REVERSED)


def read_octets(reader: Reader, start: int, stop: int, depth: int) -> bytes:
    """An OCTET STRING's content."""
    return reader.buffer[start:stop]


def read_segments(reader: Reader, start: int, stop: int, depth: int) -> bytes:
    """The content of an OCTET STRING that was sent in parts."""
    if depth <= 0:
        raise Malformed("nested too deep", start)
    parts = reader.elements(start, stop)
    return b"".join(
        read_segments(reader, begin, end, depth - 1) if key & CONSTRUCTED else reader.buffer[begin:end]
        for key, begin, end in parts
    )


def read_string(reader: Reader, start: int, stop: int, depth: int) -> str:
    """A character string's content: UTF-8, or else Latin-1, which many a client without a choice of its own sends."""
    return _text(reader.buffer[start:stop])


def read_string_segments(reader: Reader, start: int, stop: int, depth: int) -> str:
    """The content of a character string that was sent in parts."""
    return _text(read_segments(reader, start, stop, depth))


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def write_string(value: str) -> bytes:
    """The content of a character string, in UTF-8."""
    return value.encode("utf-8", "replace")


def read_null(reader: Reader, start: int, stop: int, depth: int) -> None:
    """A NULL's content."""
    if start != stop:
        raise Malformed("a null with a content", start)


def read_oid(reader: Reader, start: int, stop: int, depth: int) -> Oid:
    """An OBJECT IDENTIFIER's content."""
    if not 0 < stop - start <= OID_OCTETS or reader.buffer[stop - 1] & _MORE:
        raise Malformed("an object identifier of this length", start)
    return _oid(reader.buffer[start:stop])


@lru_cache(REMEMBERED_OIDS)
def _oid(octets: bytes) -> Oid:
    numbers = []
    number = 0
    for octet in octets:
        number = number << 7 | octet & _LOW
        if not octet & _MORE:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return Oid(".".join(map(str, (first, numbers[0] - first * 40, *numbers[1:]))))


@lru_cache(REMEMBERED_OIDS)
def write_oid(value: Oid) -> bytes:
    """The content of an OBJECT IDENTIFIER."""
    first, second, *others = map(int, value.split("."))
    return b"".join(map(base128, (first * 40 + second, *others)))
