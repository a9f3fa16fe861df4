"""Sets of records, by the numbers that an index gives them: what an index keeps under a key, and what a search finds.

A number is a place in time: each version that is indexed gets the next one, so the highest numbers were written last.
Sets are divided into blocks of numbers. A block of many is an integer with a bit for each, one of few a Python set: so
a rare word costs by how rare it is. A million records are 16 blocks, and two blocks are compared in some millionths of
a second.
"""

import struct
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final, TypeAlias

BLOCK_BITS: Final = 16
BLOCK: Final = 1 << BLOCK_BITS
"""Numbers of a block. To add to a block its set is written anew: 8 kB, where half of all records are in it."""
SPARSE: Final = 512
"""Up to so many numbers a set is kept as a list of them (1 kB); more are kept as bits (8 kB, and quicker to read)."""
_BLOCK_BYTES: Final = BLOCK // 8
_PLACE_BYTES: Final = 2
PLACES: Final = _BLOCK_BYTES // _PLACE_BYTES
"""Most places of a block that a search has one by one: kept, so many take as much memory as bits."""
_PLACE: Final = BLOCK - 1
_LIST: Final = b"l"
_BITS: Final = b"b"
_ONE_BY_ONE: Final = 64
"""So many bits are found one by one; more, in the block's digits."""
_WINDOW: Final = 2_048
"""Digits that are written out at once: who wants the first few does not wait for all."""
_WINDOW_BITS: Final = (1 << _WINDOW) - 1

Block: TypeAlias = int | frozenset[int]
"""Bits, or the places that have one."""
Numbers: TypeAlias = Mapping[int, Block]
"""By block; none is empty. Never changed once made."""
Frugal: TypeAlias = Mapping[int, int | Collection[int]]
"""The same as it is kept in memory: places in no order, two octets each."""
NONE: Final[Numbers] = {}
_NO_PLACE: Final = frozenset[int]()


def numbers_of(numbers: Iterable[int]) -> Numbers:
    """The set of these numbers."""
    blocks: dict[int, list[int]] = {}
    for number in numbers:
        places = blocks.get(number >> BLOCK_BITS)
        if places is None:
            places = blocks[number >> BLOCK_BITS] = []
        places.append(number & _PLACE)
    return {block: _as_quick(frozenset(places)) for block, places in blocks.items()}


def both(one: Numbers, other: Numbers) -> Numbers:
    """What is in both."""
    return {block: found for block, of in one.items() if block in other and (found := _both(of, other[block]))}


def without(one: Numbers, other: Numbers) -> Numbers:
    """What is in the first alone."""
    left = ((block, _without(of, other[block]) if block in other else of) for block, of in one.items())
    return {block: found for block, found in left if found}


def union(sets: Iterable[Numbers]) -> Numbers:
    """What is in one of them."""
    found: dict[int, list[Block]] = {}
    for numbers in sets:
        for block, of in numbers.items():
            found.setdefault(block, []).append(of)
    return {block: _union(some) if len(some) > 1 else some[0] for block, some in found.items()}


def as_bits(numbers: Numbers) -> Numbers:
    """The same, quicker to be taken out of many, again and again: for what is kept from search to search."""
    return {block: _bits(of) for block, of in numbers.items()}


def is_in(number: int, numbers: Numbers) -> bool:
    """Whether it is one of them."""
    of = numbers.get(number >> BLOCK_BITS, 0)
    return bool(of >> (number & _PLACE) & 1) if isinstance(of, int) else number & _PLACE in of


def size(numbers: Frugal) -> int:
    """How many there are."""
    return sum(map(_size, numbers.values()))


def falling(numbers: Frugal) -> Iterator[int]:
    """The highest number first; who wants the first few does not wait for all."""
    for block in sorted(numbers, reverse=True):
        start = block << BLOCK_BITS
        for place in _falling(numbers[block]):
            yield start + place


def highest(numbers: Numbers, most: int) -> Frugal:
    """So many of the highest, and the rest of their blocks: less to keep than all."""
    kept: dict[int, int | Collection[int]] = {}
    for block in sorted(numbers, reverse=True):
        if most <= 0:
            break
        of = numbers[block]
        kept[block] = of if isinstance(of, int) else _listed(of)
        most -= _size(of)
    return kept


def listed(numbers: Numbers) -> Frugal:
    """All of them, none as bits: less to keep, where they are few."""
    return {block: _listed(_falling_bits(of) if isinstance(of, int) else of) for block, of in numbers.items()}


def octets(numbers: Frugal) -> int:
    """About how much memory they take."""
    return sum([_BLOCK_BYTES if isinstance(of, int) else len(of) * _PLACE_BYTES for of in numbers.values()])


def _listed(places: Iterable[int]) -> Collection[int]:
    return array("H", [*places])  # by a list: quicker than from anything else


def _both(one: Block, other: Block) -> Block:
    if isinstance(one, int):
        return one & other if isinstance(other, int) else _among(other, one)
    return _among(one, other) if isinstance(other, int) else one & other


def _without(one: Block, other: Block) -> Block:
    if isinstance(one, int):
        return one & ~_bits(other)
    return one - (_among(one, other) if isinstance(other, int) else other)


def _union(some: Sequence[Block]) -> Block:
    places = _NO_PLACE.union(*[of for of in some if not isinstance(of, int)])
    bits = [of for of in some if isinstance(of, int)]
    return reduce(or_, bits, _bits(places)) if bits else _as_quick(places)


def _among(places: frozenset[int], bits: int) -> frozenset[int]:
    """The places that have a bit."""
    of = bits.to_bytes(_BLOCK_BYTES, "little")
    return frozenset([place for place in places if of[place >> 3] >> (place & 7) & 1])


def _as_quick(places: frozenset[int]) -> Block:
    return places if len(places) <= PLACES else _bits(places)


def _bits(of: Block) -> int:
    return of if isinstance(of, int) else int.from_bytes(_set(bytearray(_BLOCK_BYTES), of), "little")


def _set(octets: bytearray, places: Iterable[int]) -> bytearray:
    for place in places:
        octets[place >> 3] |= 1 << (place & 7)
    return octets


def _size(of: int | Collection[int]) -> int:
    return of.bit_count() if isinstance(of, int) else len(of)


def _falling(of: int | Collection[int]) -> Iterable[int]:
    """A block's places, the highest first."""
    return _falling_bits(of) if isinstance(of, int) else sorted(of, reverse=True)


def _falling_bits(bits: int) -> Iterator[int]:
    if bits.bit_count() <= _ONE_BY_ONE:
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
    return _BITS + bytes(_set(bits, places))


def unpacked(kept: bytes) -> Block:
    """The block's set that was kept."""
    return int.from_bytes(kept[1:], "little") if kept[:1] == _BITS else frozenset(_places(kept))


def _places(kept: bytes) -> tuple[int, ...]:
    """What a list holds."""
    return struct.unpack_from(f"<{len(kept) // _PLACE_BYTES}H", kept, 1)
