"""The records of files that may be longer than memory, in any of the forms, one after the other."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

import click

from gateway.marc.forms import FORMS, ISO_2709, by_beginning, by_name, is_utf16
from gateway.marc.iso2709 import TooLong
from gateway.marc.record import Record
from gateway.model import Reason

STANDARD_INPUT: Final = "-"
PIECE_BYTES: Final = 1 << 20
"""Bytes that are read at once."""
WINDOW_BYTES: Final = 4 << 20
"""Bytes of ISO 2709 that are looked at together, and the most that a stretch of it without a record's end may have."""
SURELY_BYTES: Final = 101_000
"""Where a record ends can be told from so many bytes: it says at most 99,999, and the next one begins soon after."""
BEGINNING_BYTES: Final = 1_024

Tell = Callable[[int], None]
"""Told of each so many bytes that are read."""


class Incoming(NamedTuple):
    """A record of a file, or a place where one should be."""

    file: str
    number: int
    """Its place in the file, from 1."""
    raw: bytes | None
    """ISO 2709, sound or not; None where there is nothing that could be filed."""
    reason: Reason | None = None
    """Why, then."""
    says: str = ""
    """The same in words."""


def form_of(file: str, given: str | None) -> str | None:
    """The form of a file by what it begins with, or else by its name; None where it is empty or standard input, which
    is looked at when it is read. Raises a usage error where neither tells.
    """
    if given or file == STANDARD_INPUT:
        return given
    with _open(file) as stream:
        return _form(file, stream.read(BEGINNING_BYTES))


def read(file: str, form: str | None, tell: Tell) -> Iterator[Incoming]:
    """The records of a file; `form` is what `form_of` says. Raises a usage error where the file cannot be read."""
    with _open(file) as stream:
        pieces = _pieces(file, stream, tell)
        first = next(pieces, b"")
        chosen = form or _form(file, first)
        if chosen is None:
            return
        pieces = chain((first,), pieces)
        if chosen == ISO_2709:
            for number, raw in enumerate(_split(pieces), 1):
                yield Incoming(file, number, raw)
            return
        for number, found in enumerate(FORMS[chosen].read(pieces), 1):
            yield (
                _serialized(file, number, found)
                if isinstance(found, Record)
                else Incoming(file, number, None, Reason.STRUCTURE, str(found))
            )


def _form(file: str, beginning: bytes) -> str | None:
    if not beginning.strip():
        return None
    found = by_beginning(beginning)
    if found is None and is_utf16(beginning):
        raise click.UsageError(f"{file} is text in UTF-16; save it as UTF-8")
    found = found or by_name(file)
    if found is None:
        raise click.UsageError(f"{file} shows none of the forms {', '.join((ISO_2709, *FORMS))}; choose by --format")
    return found


def _open(file: str) -> BinaryIO:
    try:
        stream: BinaryIO = click.open_file(file, "rb")  # type: ignore[assignment]  # click: of bytes or of text
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
    return stream


def _pieces(file: str, stream: BinaryIO, tell: Tell) -> Iterator[bytes]:
    try:
        while piece := stream.read(PIECE_BYTES):
            tell(len(piece))
            yield piece
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error


def _serialized(file: str, number: int, record: Record) -> Incoming:
    try:
        return Incoming(file, number, record.serialize())
    except TooLong as error:
        return Incoming(file, number, None, Reason.TOO_LONG, str(error))


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """ISO 2709 into its records, as `split_records` does it with the whole file at hand."""
    from gateway.frontends.connexion.client import split_records

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
