"""Sets of records, by the numbers that an index gives them: what an index keeps under a key, and what a search finds.

A number is a place in time: each version that is indexed gets the next one, so the highest numbers were written last.
Sets are kept in blocks of numbers, a block as an integer with a bit for each: a million records are 16 of them, and
two sets are compared in some millionths of a second.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

BLOCK_BITS: Final = 16
BLOCK: Final = 1 << BLOCK_BITS
"""Numbers of a block. To add to a block its set is written anew: 8 kB, where half of all records are in it."""
SPARSE: Final = 512
"""Up to so many numbers a set is kept as a list of them (1 kB); more are kept as bits (8 kB, and quicker to read)."""
_LIST: Final = b"l"
_BITS: Final = b"b"
_PLACE: Final = BLOCK - 1
_PLACE_BYTES: Final = 2
_FEW: Final = 64
"""So many bits are found one by one; more, in the block's digits."""
_WINDOW: Final = 2_048
"""Digits that are written out at once: who wants the first few does not wait for all."""
_WINDOW_BITS: Final = (1 << _WINDOW) - 1

Numbers = Mapping[int, int]
"""Block -> its bits; no block is empty. Never changed once made."""
NONE: Final[Numbers] = {}


def numbers_of(numbers: Iterable[int]) -> Numbers:
    """The set of these numbers."""
    blocks: dict[int, bytearray] = {}
    for number in numbers:
        bits = blocks.get(number >> BLOCK_BITS)
        if bits is None:
            bits = blocks[number >> BLOCK_BITS] = bytearray(BLOCK // 8)
        bits[(number & _PLACE) >> 3] |= 1 << (number & 7)
    return {block: int.from_bytes(bits, "little") for block, bits in blocks.items()}


def both(one: Numbers, other: Numbers) -> Numbers:
    """What is in both."""
    return {block: bits for block, of in one.items() if block in other and (bits := of & other[block])}


def without(one: Numbers, other: Numbers) -> Numbers:
    """What is in the first alone."""
    return {block: bits for block, of in one.items() if (bits := of & ~other.get(block, 0))}


def union(sets: Iterable[Numbers]) -> Numbers:
    """What is in one of them."""
    found: dict[int, int] = {}
    for numbers in sets:
        for block, bits in numbers.items():
            found[block] = found.get(block, 0) | bits
    return found


def is_in(number: int, numbers: Numbers) -> bool:
    """Whether it is one of them."""
    return bool(numbers.get(number >> BLOCK_BITS, 0) >> (number & _PLACE) & 1)


def size(numbers: Numbers) -> int:
    """How many there are."""
    return sum([bits.bit_count() for bits in numbers.values()])


def falling(numbers: Numbers) -> Iterator[int]:
    """The highest number first."""
    for block in sorted(numbers, reverse=True):
        start = block << BLOCK_BITS
        for place in _falling_bits(numbers[block]):
            yield start + place


def highest(numbers: Numbers, most: int) -> Numbers:
    """So many of the highest, and the rest of their blocks: less to keep than all."""
    kept: dict[int, int] = {}
    for block in sorted(numbers, reverse=True):
        if most <= 0:
            break
        kept[block] = numbers[block]
        most -= kept[block].bit_count()
    return kept


def _falling_bits(bits: int) -> Iterator[int]:
    if bits.bit_count() <= _FEW:
        while bits:
            place = bits.bit_length() - 1
            yield place
            bits ^= 1 << place
        return
    for start in range((bits.bit_length() - 1) & -_WINDOW, -1, -_WINDOW):
        digits = f"{bits >> start & _WINDOW_BITS:b}"
        last, at = start + len(digits) - 1, digits.find("1")
        while at >= 0:
            yield last - at
            at = digits.find("1", at + 1)


def packed(kept: bytes, added: Sequence[int]) -> bytes:
    """A block's set, to be kept: what was kept of it, empty at first, and more numbers, rising, above all of those."""
    places = [number & _PLACE for number in added]
    if kept[:1] != _BITS:
        whole = (kept or _LIST) + struct.pack(f"<{len(places)}H", *places)
        if len(whole) // _PLACE_BYTES <= SPARSE:
            return whole
        kept, places = _BITS, [*_places(whole)]
    bits = bytearray(kept[1:])
    bits += bytes((places[-1] >> 3) + 1 - len(bits))
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return _BITS + bytes(bits)


def unpacked(kept: bytes) -> int:
    """The block's set that was kept, as bits."""
    if kept[:1] == _BITS:
        return int.from_bytes(kept[1:], "little")
    places = _places(kept)
    if len(places) == 1:
        return 1 << places[0]
    bits = bytearray(BLOCK // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _places(kept: bytes) -> tuple[int, ...]:
    """What a list holds."""
    return struct.unpack_from(f"<{len(kept) // _PLACE_BYTES}H", kept, 1)
