"""What `make bench` runs: the bare loop and the gateway in turn, then the gateway's memory, then the bars."""

import signal
import sys
import tempfile
from pathlib import Path

import click

from benchmarks import bars, machine, memory, report
from benchmarks.measure import FULL, QUICK, Extent, Generator, MeasuringFailed, compare, gateway_memory, say
from benchmarks.servers import ROOT, ServerFailed, bare_loop, gateway
from benchmarks.title import template

CLIENTS = (4, bars.RATIO_CLIENTS)
MOST_CLIENTS = 1_000
RESULTS = ROOT / "benchmarks" / "results.md"
SCRATCH = ROOT / "build"
"""Where the store lies while it is measured: in the checkout, because a system's temporary folder is often no disk."""


def measure(clients: tuple[int, ...], extent: Extent, folder: Path) -> tuple[str, list[bars.Check]]:
    """Everything, in a folder of its own: the report, and each bar's verdict. No server is left running."""
    place = machine.description(folder)
    record = folder / "title.mrc"
    record.write_bytes(template())
    generator = Generator(record)
    for name in ("compared", "memory"):
        (folder / name).mkdir()
    with (
        bare_loop(folder / "bare.log") as bare,
        gateway(folder / "compared", folder / "compared.log") as compared,
    ):
        comparisons = compare(generator, bare, compared, clients, extent)
    with gateway(folder / "memory", folder / "memory.log") as loaded:
        held = gateway_memory(generator, loaded, record.read_bytes(), extent)
    checks = bars.checks(comparisons, held)
    method = (
        f"Gateway {compared.version} on SQLite with its built-in settings, one connection an export,\n"
        f"each export a new title of {record.stat().st_size:,} bytes, sent by {generator.name}.\n"
        f"Rounds of {extent.seconds:g} s, {extent.rounds} for each number of clients, bare loop and gateway in turn."
    )
    return report.text(comparisons, held, checks, place, method), checks


def parse_clients(_: click.Context, __: click.Parameter, value: str) -> tuple[int, ...]:
    """`4,64` as numbers."""
    numbers = value.split(",")
    if all(number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= MOST_CLIENTS for number in numbers):
        return tuple(int(number) for number in numbers)
    raise click.BadParameter(f"must be numbers from 1 to {MOST_CLIENTS} with commas between, such as 4,64")


def end_on_sigterm(_signal: int, _frame: object) -> None:
    """Leave by an exception, so that every server is ended on the way out."""
    sys.exit(128 + signal.SIGTERM)


@click.command()
@click.option("--seconds", type=click.FloatRange(0.2, 60), help=f"Length of a round.  [default: {FULL.seconds:g}]")
@click.option("--rounds", type=click.IntRange(1, 50), help=f"For each number of clients.  [default: {FULL.rounds}]")
@click.option("--clients", default=",".join(map(str, CLIENTS)), show_default=True, callback=parse_clients)
@click.option("--quick", is_flag=True, help="A short form; what needs a long run is not judged.")
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="Disk for the store.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def main(
    seconds: float | None,
    rounds: int | None,
    clients: tuple[int, ...],
    quick: bool,
    strict: bool,
    folder: Path,
    results: Path | None,
) -> None:
    """Measure the gateway against a bare trio loop; print the figures, and whether they reach the bars.

    Without --quick the report is also written to benchmarks/results.md. EXPORTLOAD in the environment names a load
    generator to use instead of our own.
    """
    signal.signal(signal.SIGTERM, end_on_sigterm)
    memory.allow_open_files()
    whole = QUICK if quick else FULL
    extent = Extent(seconds or whole.seconds, rounds or whole.rounds, whole.memory_exports, whole.idle_connections)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder.resolve()) as scratch:
            written, checks = measure(clients, extent, Path(scratch))
    except (MeasuringFailed, ServerFailed) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(written)
    file = results or (None if quick else RESULTS)
    if file:
        file.write_text(written, encoding="utf-8")
        say(f"written to {file}")
    if strict and any(check.verdict == "below" for check in checks):
        sys.exit(1)


if __name__ == "__main__":
    main()
