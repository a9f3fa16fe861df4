"""How the bytes of a message can be read: logon items with either length form, then a record.

Decimal lengths are ambiguous where a value begins with a digit, as each Alma logon ID does (`A1101CARLI_XYZ` is eleven
bytes, or one, or a hundred and ten), so every reading is followed until one is complete. Sans-IO: no clock, no log.
Source: spec, "A message" and "The digit trap".
"""

from typing import Final, Literal, NamedTuple

from gateway.model import Tag

LengthForm = Literal["desktop", "browser"]
Wanted = Literal["item", "length", "record"]
"""What should stand where a reading turned out impossible: an item or a record, an item's length, more of a record."""
Dead = tuple[int, Wanted]
"""The byte at which a reading turned out impossible, and what should stand there."""

ITEM_VALUE_BYTES = 191
"""Longest item value, in bytes: the largest octet 0xFF less 0x40. Decimal lengths could say more; no client does."""
LENGTH_DIGITS = 3
"""Longest decimal length, in digits: enough for `ITEM_VALUE_BYTES`."""
SPACES = 64
"""Most spaces between two items; clients send one. More would make a message that comes byte by byte slow to read."""
RECORD_LENGTH_DIGITS = 5
"""Digits in which a record states its own length (ISO 2709, Leader/00-04)."""
LEADER_BYTES = 24
"""Length of a record's leader (ISO 2709)."""
RECORD_TERMINATOR = 0x1D
"""Last byte of a record (ISO 2709)."""
KIND_BYTES = 3
"""Status, type and level of a record (Leader/05-07): letters. Behind a decimal length, three digits there are part of a
directory, which a wrong length leads into."""
SHORTEST_BASE_ADDRESS = 25
"""Leader and the terminator of an empty directory, in bytes."""

_TAGS: Final[dict[int, Tag]] = {0x55: "U", 0x41: "A", 0x50: "P"}
_SPACE = 0x20
_ZERO = 0x30
_DIGITS = frozenset(b"0123456789")
_DESKTOP_ZERO = 0x40
_LESS_THAN = 0x3C


class Item(NamedTuple):
    """Where one logon item lies in the message."""

    tag: Tag
    begins: int
    """Where its tag stands."""
    start: int
    """Where its value begins."""
    length: int
    """Of its value."""
    form: LengthForm


class Reading(NamedTuple):
    """One way to read a message that nothing speaks against so far."""

    items: tuple[Item, ...]
    need: int
    """Bytes the message must have before another look at this reading is worth it."""
    record: int | None = None
    """Where its record begins, once it is reached."""
    end: int | None = None
    """Where its record ends by its own account, once that has arrived."""
    complete: bool = False
    """Its end has arrived."""
    plausible: bool = False
    """Its leader has arrived, and looks like one."""
    terminated: bool = False
    """It is complete, and its last byte is the record terminator."""
    xml: bool = False
    """An XML document stands where the record should."""

    @property
    def sound(self) -> bool:
        """It is complete, and its record looks like one at both ends."""
        return self.terminated and self.plausible

    @property
    def rank(self) -> tuple[bool, bool, bool, int, int]:
        """Smallest is best, among complete readings with one end."""
        return (
            not self.sound,
            not self.plausible,
            len({item.form for item in self.items}) > 1,
            len(self.items),
            sum(item.length for item in self.items),
        )


class Readings(NamedTuple):
    """All that a message's bytes can be."""

    alive: tuple[Reading, ...]
    dead: Dead
    """Where the reading that got furthest turned out impossible."""

    def decide(self) -> Reading | None:
        """The reading the message is to be taken for; None while more bytes are needed.

        Depends on nothing but the bytes: however they are split, the same reading wins at the same byte. The reading
        that ends first wins; but one whose record is not sound waits for another whose plausible leader is in by then.
        """
        if len(self.alive) == 1:
            only = self.alive[0]
            return only if only.complete or only.xml else None
        ends = sorted({reading.end for reading in self.alive if reading.complete and reading.end is not None})
        for end in ends:
            best = min((r for r in self.alive if r.complete and r.end is not None and r.end <= end), key=_by_rank)
            if best.sound or not any(_promising(reading, end) for reading in self.alive):
                return best
        return self.alive[0] if self.alive and all(reading.xml for reading in self.alive) else None

    def at_end(self) -> Reading | None:
        """The reading to go by when no more bytes will come; None where nothing tells what the bytes are.

        A sound one, else one that shows a plausible leader, else a complete one or XML, else the only one there is.
        """
        candidates = [reading for reading in self.alive if reading.plausible or reading.complete or reading.xml]
        if len(self.alive) == 1:
            candidates = list(self.alive)
        return min(candidates, key=lambda r: (not r.plausible, not r.complete, *r.rank), default=None)


def _by_rank(reading: Reading) -> tuple[bool, bool, bool, int, int]:
    return reading.rank


def _promising(reading: Reading, end: int) -> bool:
    """Whether a reading that ends later has already shown, within the first `end` bytes, a leader worth waiting for."""
    return (
        reading.plausible
        and reading.record is not None
        and reading.record + LEADER_BYTES <= end
        and reading.end is not None
        and reading.end > end
    )


def read(message: bytes | bytearray, size: int) -> Readings:
    """Every reading of the first `size` bytes of `message`: at most 27, three lengths for each of three items."""
    alive: list[Reading] = []
    dead: Dead = (0, "item")
    branches: list[tuple[int, tuple[Item, ...]]] = [(0, ())]
    while branches:
        position, items = branches.pop()
        spaces = position
        while position < size and message[position] == _SPACE and position - spaces < SPACES:
            position += 1
        if position == size:
            alive.append(Reading(items, size + 1))
            continue
        byte = message[position]
        if byte in _DIGITS:
            reading = _read_record(message, size, position, items)
            if isinstance(reading, int):
                dead = max(dead, (reading, "record"))
            else:
                alive.append(reading)
        elif byte == _LESS_THAN:
            alive.append(Reading(items, size + 1, position, xml=True))
        elif (tag := _TAGS.get(byte)) and all(item.tag != tag for item in items):
            lengths, waits, stop = _read_lengths(message, size, position + 1)
            if stop is not None:
                dead = max(dead, (stop, "length"))
            if waits:
                alive.append(Reading(items, size + 1))
            for start, length, form in lengths:
                item = Item(tag, position, start, length, form)
                if start + length > size:
                    alive.append(Reading((*items, item), start + length))
                else:
                    branches.append((start + length, (*items, item)))
        else:
            dead = max(dead, (position, "item"))
    return Readings(tuple(alive), dead)


def _read_lengths(
    message: bytes | bytearray, size: int, position: int
) -> tuple[list[tuple[int, int, LengthForm]], bool, int | None]:
    """The lengths that can stand at `position`: (start of the value, its length, form); whether more bytes may bring
    another; and where a byte stands that no length can have, if one does.
    """
    if position == size:
        return [], True, None
    octet = message[position]
    if octet >= _DESKTOP_ZERO:
        return [(position + 1, octet - _DESKTOP_ZERO, "desktop")], False, None
    if octet == _ZERO:
        return [(position + 1, 0, "browser")], False, None
    if octet not in _DIGITS:
        return [], False, position
    lengths: list[tuple[int, int, LengthForm]] = []
    end = position
    while end < size and end - position < LENGTH_DIGITS and message[end] in _DIGITS:
        end += 1
        length = int(message[position:end])
        if length <= ITEM_VALUE_BYTES:
            lengths.append((end, length, "browser"))
    return lengths, end == size and end - position < LENGTH_DIGITS, None


def _read_record(message: bytes | bytearray, size: int, position: int, items: tuple[Item, ...]) -> Reading | int:
    """The reading in which a record begins at `position`, or the byte at which that turned out impossible."""
    stated = position + RECORD_LENGTH_DIGITS
    for offset in range(position, min(stated, size)):
        if message[offset] not in _DIGITS:
            return offset
    if size < stated:
        return Reading(items, size + 1, position)
    declared = int(message[position:stated])
    end = position + max(declared, RECORD_LENGTH_DIGITS)
    complete = end <= size
    if position + LEADER_BYTES > size and not complete:
        return Reading(items, min(end, position + LEADER_BYTES), position, end)
    if message[stated : min(stated + KIND_BYTES, end)].isdigit() and any(item.form == "browser" for item in items):
        return stated
    return Reading(
        items,
        end,
        position,
        end,
        complete=complete,
        plausible=declared >= LEADER_BYTES and _plausible(message, position, declared),
        terminated=complete and message[end - 1] == RECORD_TERMINATOR,
    )


def _plausible(message: bytes | bytearray, position: int, declared: int) -> bool:
    """Whether the leader at `position` looks like one: a type, both counts two, a base address that can be."""
    base = message[position + 12 : position + 17]
    return (
        message[position + 6 : position + 7].isalpha()
        and message[position + 10 : position + 12] == b"22"
        and base.isdigit()
        and SHORTEST_BASE_ADDRESS <= int(base) <= declared
    )
