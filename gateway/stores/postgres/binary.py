"""Values in PostgreSQL's binary form, without psycopg's adaptation: that costs more than the rest of an import's store.

Source: the server's `*_send` and `*_recv` functions; the forms have been the same since PostgreSQL 7.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Final

_ARRAY: Final = Struct("!iiIii")
"""Dimensions, whether there are NULLs, OID of the elements, how many, number of the first."""
_LENGTH: Final = Struct("!i")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Kind:
    """A type of the server's, and how a value of it is written."""

    oid: int
    pack: Callable[[Any], bytes]  # Any: what the type holds


def _array_of(oid: int, element: Kind) -> Kind:
    """Arrays of one dimension, without NULL."""

    def pack(values: Sequence[object]) -> bytes:
        parts = [_ARRAY.pack(1, 0, element.oid, len(values), 1)]
        for value in values:
            packed = element.pack(value)
            parts += _LENGTH.pack(len(packed)), packed
        return b"".join(parts)

    return Kind(oid, pack)


def _microseconds(at: datetime) -> bytes:
    return _BIGINT.pack((at - _EPOCH) // _MICROSECOND)


_BIGINT: Final = Struct("!q")
BIGINT: Final = Kind(20, _BIGINT.pack)
INTEGER: Final = Kind(23, Struct("!i").pack)
TEXT: Final = Kind(25, str.encode)
BYTEA: Final = Kind(17, bytes)
BOOLEAN: Final = Kind(16, Struct("?").pack)
DOUBLE: Final = Kind(701, Struct("!d").pack)
TIMESTAMPTZ: Final = Kind(1184, _microseconds)

BIGINTS: Final = _array_of(1016, BIGINT)
INTEGERS: Final = _array_of(1007, INTEGER)
TEXTS: Final = _array_of(1009, TEXT)
BYTEAS: Final = _array_of(1001, BYTEA)
BOOLEANS: Final = _array_of(1000, BOOLEAN)
DOUBLES: Final = _array_of(1022, DOUBLE)
TIMESTAMPTZS: Final = _array_of(1185, TIMESTAMPTZ)


def _whole_number(packed: bytes) -> int:
    return int.from_bytes(packed, "big", signed=True)


UNPACK: Final[dict[int, Callable[[bytes], object]]] = {
    BIGINT.oid: _whole_number,
    INTEGER.oid: _whole_number,
    TEXT.oid: bytes.decode,
    BYTEA.oid: bytes,
}
"""By OID, how to read what the store's statements return."""
