"""What `make bench` runs: bare loop, gateways and Koha in turn, then the gateway's memory, then the bars."""

import contextlib
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks import bars, koha, machine, memory, pages, report
from benchmarks.bars import BARE, KOHA, POSTGRES, SQLITE, WORKER_PROCESSES, WORKERS, Comparison, Measured
from benchmarks.kept import Audit
from benchmarks.measure import (
    FULL,
    QUICK,
    Contestant,
    Extent,
    Generator,
    MeasuringFailed,
    compare,
    gateway_memory,
    say,
)
from benchmarks.postgres import NOT_INSTALLED, REACHABLE, cluster
from benchmarks.servers import ROOT, Server, ServerFailed, bare_loop, end_on_sigterm, gateway
from benchmarks.title import template

CLIENTS = (4, bars.JUDGED_CLIENTS)
MOST_CLIENTS = 1_000
RESULTS = ROOT / "benchmarks" / "results.md"
SCRATCH = ROOT / "build"
"""Where the stores lie meanwhile: in the checkout, because a system's temporary folder is often no disk."""


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    clients: tuple[int, ...]
    extent: Extent
    koha: Path | None


class Bench:
    """One run, in a folder of its own."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        self._asked = asked
        self._folder = folder
        self._record = folder / "title.mrc"
        self._record.write_bytes(template())
        self._generator = Generator(self._record)
        self._measured = Measured([Comparison(clients) for clients in asked.clients], memory.NO_PROC)
        self._machine = machine.description(folder)

    def run(self) -> tuple[str, Measured]:
        """Measure everything: the report, and what is in it. No server is left running."""
        version = self._sqlite()
        self._postgres()
        self._koha()
        with gateway(self._new_folder("memory"), self._folder / "memory.log") as loaded:
            self._measured.memory = gateway_memory(
                self._generator, loaded, self._record.read_bytes(), self._asked.extent
            )
        with gateway(self._new_folder("pages"), self._folder / "pages.log") as looked_at:
            self._measured.pages = pages.page_cost(self._generator, looked_at, self._asked.extent)
        extent = self._asked.extent
        method = (
            f"Gateway {version} with its built-in settings, one connection an export, each export a new title of\n"
            f"{self._record.stat().st_size:,} bytes, sent by {self._generator.name}. Rounds of {extent.seconds:g} s, "
            f"{extent.rounds} for each number of clients.\nBare loop and SQLite take turns, then the gateways on "
            "PostgreSQL. All is durable when it is answered."
        )
        return report.text(self._measured, self._machine, method), self._measured

    def _sqlite(self) -> str:
        """The bare loop and the gateway on SQLite; the gateway's version."""
        with (
            bare_loop(self._folder / "bare.log") as bare,
            gateway(self._new_folder("sqlite"), self._folder / "sqlite.log") as ours,
        ):
            self._compare({BARE: Contestant(bare), SQLITE: _audited(ours)})
            return ours.version

    def _postgres(self) -> None:
        """The gateway on PostgreSQL with one worker and with several, which share a server and no database.

        That no server is installed is told; a gateway that does not begin on one ends the run.
        """
        with cluster(self._folder) as server:
            if server is None:
                self._measured.not_run |= dict.fromkeys((POSTGRES, WORKERS), NOT_INSTALLED)
                return
            self._machine.append(("PostgreSQL", server.described()))
            with contextlib.ExitStack() as servers:
                contestants = {}
                for name, workers in ((POSTGRES, 1), (WORKERS, WORKER_PROCESSES)):
                    log = self._folder / f"workers-{workers}.log"
                    folder, store = self._new_folder(f"workers-{workers}"), server.create(f"workers_{workers}")
                    started = gateway(folder, log, store=store, workers=workers, database=server.pid)
                    contestants[name] = _audited(servers.enter_context(started))
                self._compare(contestants)

    def _koha(self) -> None:
        if self._asked.koha is None:
            self._measured.not_run[KOHA] = "--koha gives no path"
            return
        try:
            with koha.daemon(self._asked.koha, self._folder) as server:
                self._compare({KOHA: Contestant(server)})
        except koha.NotRun as why:
            self._measured.not_run[KOHA] = str(why)

    def _compare(self, contestants: Mapping[str, Contestant]) -> None:
        """Load them, and count in their stores."""
        rounds = compare(self._generator, contestants, self._asked.clients, self._asked.extent)
        for comparison, more in zip(self._measured.comparisons, rounds, strict=True):
            comparison.samples |= more.samples
        for name, contestant in contestants.items():
            if contestant.audit is not None:
                self._measured.kept[name] = contestant.audit.at_end()

    def _new_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder


def _audited(server: Server) -> Contestant:
    return Contestant(server, Audit(server.store))


def parse_clients(_: click.Context, __: click.Parameter, value: str) -> tuple[int, ...]:
    """`4,64` as numbers."""
    numbers = value.split(",")
    if all(number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= MOST_CLIENTS for number in numbers):
        return tuple(int(number) for number in numbers)
    raise click.BadParameter(f"must be numbers from 1 to {MOST_CLIENTS} with commas between, such as 4,64")


@click.command()
@click.option("--seconds", type=click.FloatRange(0.2, 60), help=f"Length of a round.  [default: {FULL.seconds:g}]")
@click.option("--rounds", type=click.IntRange(1, 50), help=f"For each number of clients.  [default: {FULL.rounds}]")
@click.option("--clients", default=",".join(map(str, CLIENTS)), show_default=True, callback=parse_clients)
@click.option("--quick", is_flag=True, help="A short form; what needs a long run is not judged.")
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="For the stores.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option(
    "--koha",
    "koha_script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Koha's connexion_import_daemon.pl, to be measured too.",
)
def main(
    seconds: float | None,
    rounds: int | None,
    clients: tuple[int, ...],
    quick: bool,
    strict: bool,
    folder: Path,
    results: Path | None,
    koha_script: Path | None,
) -> None:
    """Measure the gateway against a bare trio loop and other servers; print the figures, and whether they reach the
    bars.

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
            Path(scratch).chmod(REACHABLE)
            written, measured = Bench(Asked(clients, extent, koha_script), Path(scratch)).run()
    except (MeasuringFailed, ServerFailed) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(written)
    file = results or (None if quick else RESULTS)
    if file:
        file.write_text(written, encoding="utf-8")
        say(f"written to {file}")
    if strict and any(check.verdict == "below" for check in bars.checks(measured)):
        sys.exit(1)


if __name__ == "__main__":
    main()
