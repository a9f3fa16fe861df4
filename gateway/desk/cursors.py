"""Where in the stream of attempts, or in a listing, somebody stands: a text that a program keeps and gives back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec

from gateway.errors import Unusable

CURSOR_CHARACTERS: Final = 65_536
"""Longest cursor that is read: thousands of zones that moved at once."""
CURSOR_SHOWN: Final = 40
"""Characters of what is no cursor, in the error."""
BIGGEST: Final = 2**63 - 1
"""Highest number of an attempt that a store can be asked about."""

Seq = Annotated[int, msgspec.Meta(ge=0, le=BIGGEST)]


class Place(NamedTuple):
    """What has been seen: of each zone in `marks` all up to its number, of each other zone all up to `base`."""

    base: Seq
    marks: Mapping[str, Seq]

    def mark(self, zone: str) -> int:
        """The number up to which all of a zone has been seen."""
        return self.marks.get(zone, self.base)

    def behind(self, zone: str, seq: int) -> "Place":
        """The place where this attempt has been seen too."""
        return Place(self.base, {**self.marks, zone: seq})

    def settled(self, base: int) -> "Place":
        """The same place with a higher base, where no number up to it comes to be seen any more."""
        return Place(base, {zone: seq for zone, seq in self.marks.items() if seq > base})


class RecordPlace(NamedTuple):
    """Behind this record in a listing of several zones."""

    zone: str
    mms_id: str


class FoundPlace(NamedTuple):
    """Behind this record in what a search of several zones has found."""

    zone: str
    epoch: Seq
    """Of the zone's index."""
    tier: Seq
    """Of `search.ranking.Result.tiers`."""
    number: Seq
    """The record's in the index."""


P = TypeVar("P", Place, RecordPlace, FoundPlace)


def written(place: Place | RecordPlace | FoundPlace) -> str:
    """The place as a cursor: letters, digits, `-` and `_`."""
    return urlsafe_b64encode(_PACKER.encode(place)).rstrip(b"=").decode()


def read(cursor: str) -> Place:
    """The place in the stream that a cursor means. Raises `Unusable` for a text that is none."""
    return _read(cursor, Place)


def read_record(cursor: str) -> RecordPlace:
    """The place in a listing of records that a cursor means. Raises `Unusable` for a text that is none."""
    return _read(cursor, RecordPlace)


def read_found(cursor: str) -> FoundPlace:
    """The place in what a search has found that a cursor means. Raises `Unusable` for a text that is none."""
    return _read(cursor, FoundPlace)


def _read(cursor: str, kind: type[P]) -> P:
    if len(cursor) > CURSOR_CHARACTERS:
        raise _unusable(cursor)
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.msgpack.decode(urlsafe_b64decode(padded), type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise _unusable(cursor) from error


def _unusable(cursor: str) -> Unusable:
    return Unusable(f"{cursor[:CURSOR_SHOWN]!r} is no cursor of this listing; give back one that came with it, or none")


_PACKER: Final = msgspec.msgpack.Encoder()
