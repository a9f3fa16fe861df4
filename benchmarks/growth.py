"""What `make growth` runs: how the cost of an import grows with the titles that a zone holds already."""

import multiprocessing
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path

import click

from benchmarks import growth_report, machine
from benchmarks.growing import Extent, Place, work
from benchmarks.growth_report import Curve
from benchmarks.measure import say
from benchmarks.postgres import NOT_INSTALLED, REACHABLE, cluster
from benchmarks.servers import ROOT, ServerFailed, end_on_sigterm

MARKS = (10_000, 30_000, 100_000, 300_000, 1_000_000)
ROUNDS = 7
IMPORTS = 1_000
"""Of a round: a third of a second."""
RESULTS = ROOT / "benchmarks" / "growth.md"
SCRATCH = ROOT / "build"
MOST_TITLES = 100_000_000

Described = tuple[Place, list[tuple[str, str]]]
"""A store to fill, and what there is to say of its settings."""


@contextmanager
def sqlite(folder: Path, references: int) -> Iterator[Described]:
    """New files."""
    own = folder / "sqlite"
    own.mkdir()
    urls = (f"sqlite:{folder / f'reference-{number}' / 'gateway.db'}" for number in range(references))
    yield Place(f"sqlite:{own / 'gateway.db'}", tuple(urls), folder=own), []


@contextmanager
def postgresql(folder: Path, references: int) -> Iterator[Described | None]:
    """New databases of a server of its own; None where none is installed."""
    with cluster(folder) as server:
        if server is None:
            yield None
            return
        urls = tuple(server.create(f"reference_{number}") for number in range(references))
        yield Place(server.url, urls, server.pid), [("PostgreSQL", server.described())]


STORES: dict[str, tuple[str, Callable[[Path, int], AbstractContextManager[Described | None]]]] = {
    "sqlite": ("SQLite", sqlite),
    "postgresql": ("PostgreSQL", postgresql),
}
"""By the word for the command line: the name, and how one is had, with so many smaller ones beside it."""


def curve(name: str, place: Place, extent: Extent, log: Path) -> Curve:
    """One store's curve, from a process of its own, so that its memory is no other's."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(theirs, place, extent, log), daemon=True)
    process.start()
    theirs.close()
    measured = Curve(name)
    try:
        while (told := ours.recv()) is not None:
            if isinstance(told, str):
                measured.failed = told
                break
            measured.marks.append(told)
            say(growth_report.line(name, told))
    except EOFError:
        measured.failed = "the process ended"
    process.join()
    return measured


def parse_marks(_: click.Context, __: click.Parameter, value: str) -> tuple[int, ...]:
    """`10000,100000` as numbers."""
    numbers = value.split(",")
    if all(number.isdecimal() and len(number) <= 9 and 0 < int(number) <= MOST_TITLES for number in numbers):
        marks = tuple(map(int, numbers))
        if marks == tuple(sorted(set(marks))):
            return marks
    raise click.BadParameter(f"must be rising numbers up to {MOST_TITLES} with commas between, such as 10000,100000")


@click.command()
@click.option("--marks", default=",".join(map(str, MARKS)), show_default=True, callback=parse_marks)
@click.option("--rounds", type=click.IntRange(1, 50), default=ROUNDS, show_default=True, help="Of each kind at a mark.")
@click.option("--imports", type=click.IntRange(1, 10_000), default=IMPORTS, show_default=True, help="Of one round.")
@click.option("--store", "stores", type=click.Choice([*STORES]), multiple=True, help="Only this one; may be repeated.")
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="For the stores.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def main(
    marks: tuple[int, ...],
    rounds: int,
    imports: int,
    stores: tuple[str, ...],
    strict: bool,
    folder: Path,
    results: Path | None,
) -> None:
    """Fill stores to a million titles; print what an import costs on the way, and whether that reaches the bars.

    With the marks and stores as they are by default, the report is also written to benchmarks/growth.md.
    """
    signal.signal(signal.SIGTERM, end_on_sigterm)
    if imports > marks[0]:
        raise click.BadParameter("a round's titles must be held at the first mark", param_hint="--imports")
    if any(after - before < rounds * imports for before, after in pairwise(marks)):
        raise click.BadParameter(f"the rounds of a mark import {rounds * imports:,} new titles", param_hint="--marks")
    extent = Extent(marks, rounds, imports)
    folder.mkdir(parents=True, exist_ok=True)
    curves = []
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder.resolve()) as scratch:
            place = Path(scratch)
            place.chmod(REACHABLE)
            about = machine.description(place)
            for word in stores or STORES:
                name, made = STORES[word]
                with made(place, len(marks)) as store:
                    if store is None:
                        curves.append(Curve(name, failed=NOT_INSTALLED))
                        continue
                    about += store[1]
                    curves.append(curve(name, store[0], extent, place / f"{word}.log"))
    except ServerFailed as problem:
        raise click.ClickException(str(problem)) from problem
    written = growth_report.text(curves, extent, about)
    click.echo(written)
    file = results or (RESULTS if marks == MARKS and not stores else None)
    if file:
        file.write_text(written, encoding="utf-8")
        say(f"written to {file}")
    if strict and any(check.verdict == "below" for check in growth_report.checks(curves)):
        sys.exit(1)


if __name__ == "__main__":
    main()
