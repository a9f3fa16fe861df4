"""How commands show what they found: a line of JSON an object, a table, text that does nothing to a terminal."""

import io
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import click

from gateway.marc.record import CONTROLS, TURNS

PIPE_COLUMNS: Final = 10_000
"""Width of a table that goes into a file or another command: nothing is folded or cut there."""
ROWS: Final = 50
"""Rows of a listing unless more are asked for: a screenful or two."""


def echo_json(found: object) -> None:
    """One object, one line, always in UTF-8."""
    import msgspec

    click.echo(msgspec.json.encode(found))


def echo_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table; cells that are too wide for the terminal are folded, none is cut."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(shown_in_line, row))
    width = None if sys.stdout.isatty() else PIPE_COLUMNS
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


def echo_text(text: str) -> None:
    """Lines as they are."""
    click.echo(shown(text))


def shown(text: str) -> str:
    """The text as standard output can have it: without what would make a terminal do something else than show it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a Windows code page has not every character that a title has
    return text.translate(CONTROLS) if sys.stdout.isatty() else text


def shown_in_line(text: str) -> str:
    """The same for what stands within a line: also in a file nothing in it turns what follows about."""
    return shown(text).translate(TURNS)


def echo_bytes(content: bytes) -> None:
    """Bytes as they are, no line end added."""
    click.echo(content, nl=False)


def counted(number: int, one: str, more: str = "") -> str:
    """The number with its noun: `1 record`, `2,000 records`. `more`: the plural, where it does not end in s alone."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def echo_more() -> None:
    """Say, beside the listing, that there is more of it."""
    click.echo("there are more: --limit 0 lists all", err=True)


def local_time(at: datetime) -> str:
    """A time as the clock on the wall has it, to the second."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def log_to_standard_error() -> None:
    """Warnings alone, and there: structlog's own default is all there is, where the command writes what it found."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
