"""The files that commands take, and the records in those that are MARC."""

from collections.abc import Iterator
from typing import NamedTuple

import click


class FileRecord(NamedTuple):
    """A record of a file."""

    file: str
    number: int
    """Its place in the file, from 1."""
    of: int
    """Records in the file."""
    raw: bytes

    @property
    def name(self) -> str:
        """The file, and the record's place in it where there are several."""
        return f"{self.file} record {self.number}" if self.of > 1 else self.file


def read(file: str) -> Iterator[FileRecord]:
    """The records of a file, damaged ones too; `-` is standard input. Raises a usage error where it has none."""
    from gateway.marc.splitting import split_records

    try:
        with click.open_file(file, "rb") as stream:
            records = split_records(stream.read())
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
    if not records:
        raise click.UsageError(f"{file} is empty")
    for number, raw in enumerate(records, 1):
        yield FileRecord(file, number, len(records), raw)


def named_content(file: str) -> tuple[str, bytes]:
    """What people call the file, `-` is standard input, and what is in it. Raises a usage error."""
    try:
        with click.open_file(file, "rb") as stream:
            return ("standard input" if file == "-" else file), stream.read()
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
