"""The same elements in other forms of BER, made without the code that is tested."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

CONSTRUCTED, HIGH, MORE, INDEFINITE = 0x20, 0x1F, 0x80, 0x80


class Piece(NamedTuple):
    """An element: its tag as it came, and what is inside, as elements where it is made of them."""

    tag: bytes
    inside: "bytes | list[Piece]"


def pieces(octets: bytes) -> list[Piece]:
    """All elements one after another, of definite or indefinite length."""
    return list(_pieces(iter(octets), ends=False))


def _pieces(octets: Iterator[int], *, ends: bool) -> Iterator[Piece]:
    for first in octets:
        tag = bytearray((first,))
        if first & HIGH == HIGH:
            tag.append(next(octets))
            while tag[-1] & MORE:
                tag.append(next(octets))
        size = next(octets)
        if ends and tag == b"\0" and size == 0:
            return
        if size == INDEFINITE:
            yield Piece(bytes(tag), list(_pieces(octets, ends=True)))
            continue
        if size > INDEFINITE:
            size = int.from_bytes(bytes(next(octets) for _ in range(size - INDEFINITE)), "big")
        content = bytes(next(octets) for _ in range(size))
        yield Piece(bytes(tag), pieces(content) if first & CONSTRUCTED else content)


def _short(size: int) -> bytes:
    if size < INDEFINITE:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((INDEFINITE + len(octets),)) + octets


def _long(size: int) -> bytes:
    return b"\x84" + size.to_bytes(4, "big")


def _written(piece: Piece, length: Callable[[int], bytes]) -> bytes:
    content = piece.inside
    if isinstance(content, list):
        content = b"".join(_written(inner, length) for inner in content)
    return piece.tag + length(len(content)) + content


def definite(octets: bytes) -> bytes:
    """With definite lengths in as few octets as they take."""
    return b"".join(_written(piece, _short) for piece in pieces(octets))


def long_lengths(octets: bytes) -> bytes:
    """With each length in five octets."""
    return b"".join(_written(piece, _long) for piece in pieces(octets))


def indefinite(octets: bytes) -> bytes:
    """With indefinite lengths wherever BER allows them."""
    return b"".join(map(_endless, pieces(octets)))


def _endless(piece: Piece) -> bytes:
    if isinstance(piece.inside, bytes):
        return _written(piece, _short)
    return piece.tag + bytes((INDEFINITE,)) + b"".join(map(_endless, piece.inside)) + b"\0\0"


def endless_inside(octets: bytes) -> bytes:
    """With a definite length outside, and indefinite ones inside."""
    (outer,) = pieces(octets)
    assert isinstance(outer.inside, list)
    content = b"".join(map(_endless, outer.inside))
    return outer.tag + _short(len(content)) + content


def with_more(octets: bytes) -> bytes:
    """With an element that no standard knows behind those that it does: context 999."""
    (outer,) = pieces(octets)
    assert isinstance(outer.inside, list)
    return _written(Piece(outer.tag, [*outer.inside, Piece(b"\xbf\x87\x67", [Piece(b"\x05", b"")])]), _short)
