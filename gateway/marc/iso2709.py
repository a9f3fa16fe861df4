"""The structure of a record (ISO 2709 as MARC 21 uses it): bytes to fields and back, and where the bytes are damaged.

Odd but legal is taken as it is: a directory that is not in the order of the fields, an entry map that is not 4500,
unused bytes between fields. Source: spec, "Validation", structure.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final

from gateway.errors import GatewayError

LEADER_BYTES: Final = 24
ENTRY_BYTES: Final = 12
"""Directory entry: tag 3, length 4, start 5."""
RECORD_BYTES: Final = 99_999
"""Longest record: five digits state its length."""
FIELD_BYTES: Final = 9_999
"""Longest field with its terminator: four digits state its length."""
SHORTEST_RECORD_BYTES: Final = 26
"""A leader and two terminators."""

FIELD_TERMINATOR: Final = b"\x1e"
RECORD_TERMINATOR: Final = b"\x1d"


class Damaged(GatewayError):
    """The bytes are no ISO 2709 record: what is wrong (a code of `marc.rules`), where, and behind which field."""

    def __init__(self, code: str, offset: int, detail: str, after: str = "") -> None:
        super().__init__(f"{code} at byte {offset}: {detail}")
        self.code = code
        self.offset = offset
        self.detail = detail
        self.after = after
        """Tag of the last field that could be read."""


class TooLong(GatewayError):
    """A record, or one of its fields, is longer than ISO 2709 can state."""

    def __init__(self, what: str, size: int, limit: int) -> None:
        super().__init__(f"{what} would be {size:,} bytes; MARC 21 allows {limit:,}")


def split(raw: bytes) -> list[tuple[str, bytes]]:
    """(tag, bytes without terminator) of each field, in the order of the directory. Raises `Damaged`."""
    base = _base_address(raw)
    directory = raw[LEADER_BYTES : base - 1]
    if len(directory) % ENTRY_BYTES or not directory.isascii():
        raise _damaged_directory(directory)
    entries = directory.decode("ascii")
    return (entries.isdigit() and _split_orderly(raw, base, entries)) or _split_carefully(raw, base, entries)


def field_start(raw: bytes, index: int) -> int:
    """The byte at which a field of a sound record begins; `index` is its place in what `split` gives, from 0."""
    start = LEADER_BYTES + ENTRY_BYTES * index + 7
    return int(raw[12:17]) + int(raw[start : start + 5])


def _split_orderly(raw: bytes, base: int, entries: str) -> list[tuple[str, bytes]] | None:
    """Read a directory of digits whose fields lie one behind the other, as in almost every record; None for another."""
    bodies = raw[base:-1].split(FIELD_TERMINATOR)
    if bodies.pop() or len(bodies) * ENTRY_BYTES != len(entries):
        return None
    fields = []
    start = place = 0
    for body in bodies:
        size = len(body) + 1
        if int(entries[place + 3 : place + 7]) != size or int(entries[place + 7 : place + 12]) != start:
            return None
        fields.append((entries[place : place + 3], body))
        start += size
        place += ENTRY_BYTES
    return fields


def _base_address(raw: bytes) -> int:
    """Check what leads up to the directory."""
    if len(raw) < SHORTEST_RECORD_BYTES:
        raise Damaged("recordLength", 0, f"{len(raw)} bytes are too few for a record")
    leader = raw[:LEADER_BYTES]
    if not leader[:5].isdigit() or int(leader[:5]) != len(raw):
        raise Damaged("recordLength", 0, f"the leader says {_shown(leader[:5])} bytes, the record has {len(raw)}")
    if not raw.endswith(RECORD_TERMINATOR):
        raise Damaged("recordTerminator", len(raw) - 1, "the last byte is not the record terminator")
    if not leader.isascii():
        raise Damaged("leader", 0, "the leader holds bytes that are no ASCII characters")
    if leader[10:12] != b"22":
        raise Damaged("leader", 10, f"Leader/10-11 is {_shown(leader[10:12])}, not 22")
    if not leader[12:17].isdigit():
        raise Damaged("baseAddress", 12, f"the base address is {_shown(leader[12:17])}")
    base = int(leader[12:17])
    if not LEADER_BYTES < base < len(raw):
        raise Damaged("baseAddress", 12, f"the base address {base} lies outside the record")
    if raw[base - 1 : base] != FIELD_TERMINATOR:
        raise Damaged("baseAddress", 12, f"no terminator ends the directory before the base address {base}")
    return base


def _damaged_directory(directory: bytes) -> Damaged:
    odd = next((i for i, byte in enumerate(directory) if byte > 0x7F), None)
    if odd is not None:
        return Damaged("directory", LEADER_BYTES + odd, "the directory holds bytes that are no ASCII characters")
    return Damaged("directory", LEADER_BYTES, f"the directory's length, {len(directory)}, is no multiple of 12")


def _split_carefully(raw: bytes, base: int, entries: str) -> list[tuple[str, bytes]]:
    """Read entry by entry: a directory that is odd but legal, or one whose damage is to be named."""
    fields: list[tuple[str, bytes]] = []
    after = ""
    for place in range(0, len(entries), ENTRY_BYTES):
        entry = entries[place : place + ENTRY_BYTES]
        tag, length, start = entry[:3], entry[3:7], entry[7:]
        offset = LEADER_BYTES + place
        if not tag.isalnum():
            raise Damaged(
                "directory", offset, f"the tag {_shown(tag.encode())} holds other than letters and digits", after
            )
        if not (length.isdigit() and start.isdigit()):
            raise Damaged("directory", offset + 3, f"length and start of field {tag} are no digits", after)
        begin = base + int(start)
        end = begin + int(length)
        if int(length) < 1 or end >= len(raw):
            raise Damaged("directory", offset + 3, f"field {tag} would end outside the record", after)
        body = raw[begin : end - 1]
        terminator = raw.find(FIELD_TERMINATOR, begin)
        if terminator != end - 1 or raw[begin - 1 : begin] != FIELD_TERMINATOR:
            if raw[begin - 1 : begin] == FIELD_TERMINATOR and terminator - begin >= FIELD_BYTES:
                size = terminator - begin + 1
                raise Damaged(
                    "fieldLength", begin, f"field {tag} has {size:,} bytes; MARC 21 allows {FIELD_BYTES:,}", after
                )
            raise Damaged("fieldTerminator", end - 1, f"field {tag} does not lie where the directory says", after)
        fields.append((tag, body))
        after = tag
    return fields


def _shown(value: bytes) -> str:
    """Bytes of a damaged place, printable."""
    return repr(value.decode("latin-1"))


def join(leader: bytes, fields: Sequence[tuple[str, bytes]]) -> bytes:
    """ISO 2709 from fields; length and base address in the leader are made anew. Raises `TooLong`."""
    tags, bodies = zip(*fields, strict=True) if fields else ((), ())
    sizes = [len(body) + 1 for body in bodies]
    longest = max(sizes, default=0)
    if longest > FIELD_BYTES:
        raise TooLong(f"field {tags[sizes.index(longest)]}", longest, FIELD_BYTES)
    base = LEADER_BYTES + ENTRY_BYTES * len(tags) + 1
    length = base + sum(sizes) + 1
    if length > RECORD_BYTES:
        raise TooLong("the record", length, RECORD_BYTES)
    starts = [0, *accumulate(sizes)]
    entries = chain.from_iterable(zip(tags, sizes, starts, strict=False))
    directory = ("%s%04d%05d" * len(tags) % tuple(entries)).encode("ascii")
    head = b"%05d%b%05d%b%b" % (length, leader[5:12], base, leader[17:24], directory)
    return FIELD_TERMINATOR.join((head, *bodies, RECORD_TERMINATOR))
