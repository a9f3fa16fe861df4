"""The records of files and of standard input, as `desk.incoming` tells them apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

import click

from gateway.desk import incoming
from gateway.desk.incoming import BEGINNING_BYTES, Incoming, NoForm
from gateway.errors import Unusable

STANDARD_INPUT: Final = "-"
PIECE_BYTES: Final = 1 << 20
"""Bytes that are read at once."""

Tell = Callable[[int], None]
"""Told of each so many bytes that are read."""


def form_of(file: str, given: str | None) -> str | None:
    """The form of a file by what it begins with, or else by its name; None where it is empty or standard input, which
    is looked at when it is read. Raises a usage error where neither tells.
    """
    if given or file == STANDARD_INPUT:
        return given
    with _open(file) as stream, _usage():
        return incoming.form_of(file, stream.read(BEGINNING_BYTES))


def read(file: str, form: str | None, tell: Tell) -> Iterator[Incoming]:
    """The records of a file; `form` is what `form_of` says. Raises a usage error where the file cannot be read."""
    with _open(file) as stream, _usage():
        yield from incoming.read(file, form, _pieces(file, stream, tell))


@contextmanager
def _usage() -> Iterator[None]:
    """What cannot be used is a usage error."""
    try:
        yield
    except NoForm as error:
        raise click.UsageError(f"{error}; choose by --format") from error
    except Unusable as error:
        raise click.UsageError(str(error)) from error


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
