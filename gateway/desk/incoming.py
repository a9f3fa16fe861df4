"""The records of files that may be longer than memory, in any of the forms, one after the other."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from gateway.errors import Unusable
from gateway.marc.forms import FORMS, ISO_2709, by_beginning, by_name, is_utf16
from gateway.marc.iso2709 import TooLong
from gateway.marc.record import Record
from gateway.marc.splitting import split_records
from gateway.model import Reason

WINDOW_BYTES: Final = 4 << 20
"""Bytes of ISO 2709 that are looked at together, and the most that a stretch of it without a record's end may have."""
SURELY_BYTES: Final = 101_000
"""Where a record ends can be told from so many bytes: it says at most 99,999, and the next one begins soon after."""
BEGINNING_BYTES: Final = 1_024
"""From so many the form of a file is told."""


class NoForm(Unusable):
    """Nothing tells the form of a file."""


class Incoming(NamedTuple):
    """A record of a file, or a place where one should be."""

    number: int
    """Its place in the file, from 1."""
    raw: bytes | None
    """ISO 2709, sound or not; None where there is nothing that could be filed."""
    reason: Reason | None = None
    """Why, then."""
    says: str = ""
    """The same in words."""


def form_of(file: str, beginning: bytes) -> str | None:
    """The form of a file by what it begins with, or else by its name; None where it is empty.

    Raises `NoForm` where neither tells, `Unusable` for a form that is not read.
    """
    if not beginning.strip():
        return None
    found = by_beginning(beginning)
    if found is None and is_utf16(beginning):
        raise Unusable(f"{file} is text in UTF-16; save it as UTF-8")
    found = found or by_name(file)
    if found is None:
        raise NoForm(f"{file} shows none of the forms {', '.join((ISO_2709, *FORMS))}")
    return found


def read(file: str, form: str | None, pieces: Iterable[bytes]) -> Iterator[Incoming]:
    """The records of a file that comes in pieces; where no form is given, it is told from the first one.

    Raises `Unusable` where it cannot be told.
    """
    pieces = iter(pieces)
    first = next(pieces, b"")
    chosen = form or form_of(file, first[:BEGINNING_BYTES])
    if chosen is None:
        return
    pieces = chain((first,), pieces)
    if chosen == ISO_2709:
        for number, raw in enumerate(_split(pieces), 1):
            yield Incoming(number, raw)
        return
    for number, found in enumerate(FORMS[chosen].read(pieces), 1):
        yield (
            _serialized(number, found)
            if isinstance(found, Record)
            else Incoming(number, None, Reason.TOO_LONG if found.too_long else Reason.STRUCTURE, str(found))
        )


def _serialized(number: int, record: Record) -> Incoming:
    try:
        return Incoming(number, record.serialize())
    except TooLong as error:
        return Incoming(number, None, Reason.TOO_LONG, str(error))


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """ISO 2709 into its records, as `split_records` does it with the whole file at hand."""
    rest = b""
    for piece in pieces:
        rest += piece
        if len(rest) < WINDOW_BYTES:
            continue
        end = 0
        for raw in split_records(rest)[:-1]:
            start = rest.index(raw, end)
            if start + SURELY_BYTES > len(rest):
                break
            yield raw
            end = start + len(raw)
        if end == 0:
            yield rest
            end = len(rest)
        rest = rest[end:]
    yield from split_records(rest)
