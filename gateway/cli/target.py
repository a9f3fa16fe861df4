"""Files that commands write: a file takes its name when it is whole, so that no half of one passes for it."""

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Final

import click

STANDARD_OUTPUT: Final = "-"


@contextmanager
def writing(file: str) -> Iterator[IO[bytes]]:
    """A stream into the file, or to standard output. What was there before stays unless the block comes to its end.

    Devices and pipes are written to as they are. Raises a usage error where it cannot be written; a reader who has gone
    is the system's own error.
    """
    try:
        if file == STANDARD_OUTPUT:
            with click.open_file(file, "wb") as stream:
                yield stream
                stream.flush()
        elif Path(file).exists() and not Path(file).is_file():
            with open(file, "wb") as stream:
                yield stream
        else:
            with _replacing(Path(file).resolve()) as stream:
                yield stream
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        name = "standard output" if file == STANDARD_OUTPUT else file
        raise click.UsageError(f"{name} cannot be written: {error.strerror}") from error


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:
            yield stream
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
