"""How far a command has come: a bar on standard error where that is a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar:
    """Told how much more is done, it moves on; lines are written beside it, not through it."""

    def __init__(self, progress: "Progress | None" = None, total: float = 0) -> None:
        """Without `progress` nothing is shown."""
        self._progress = progress
        self._task = progress.add_task("", total=total) if progress else None

    def __call__(self, done: float) -> None:
        """So much more is done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, done)

    def echo(self, text: str | bytes, *, err: bool = False) -> None:
        """A line while the bar is there."""
        if self._progress is not None:
            self._progress.stop()
        click.echo(text, err=err)
        if self._progress is not None:
            self._progress.start()


@contextmanager
def bar(total: float) -> Iterator[Bar]:
    """A bar for so much, gone at the end; none where there is nothing to do."""
    if not sys.stderr.isatty() or total <= 0:
        yield Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        yield Bar(progress, total)
