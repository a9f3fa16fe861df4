"""What `make bench-z3950` runs: the gateway and other servers of Z39.50 in turn, on the same records; then the bars."""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from benchmarks import machine, z3950_report
from benchmarks.bars import Sample
from benchmarks.measure import MeasuringFailed, say
from benchmarks.result import Result
from benchmarks.servers import HOST, HOSTS, ROOT, ZONE, Server, ServerFailed, end_on_sigterm, python, started
from benchmarks.z3950_corpus import written
from benchmarks.z3950_load import WORKS
from benchmarks.z3950_peers import PEERS, NotRun, peer
from benchmarks.z3950_report import CLIENTS, GATEWAY, Measured
from gateway.config import load

TITLES: Final = 1_000_000
SECONDS: Final = 5.0
ROUNDS: Final = 5
WARM_UP_SECONDS: Final = 1.0
MARGIN: Final = 60.0
"""Seconds beyond its own end after which a load is stopped."""
FILL_SECONDS: Final = 7200.0
"""Longest time to fill the gateway's store."""
FEWEST_TITLES: Final = 20_000
"""So that most words that are looked for are in ten titles: other searches are made, but not counted."""
RESULTS: Final = ROOT / "benchmarks" / "z3950.md"
SCRATCH: Final = ROOT / "build"


@dataclass(frozen=True)
class Contestant:
    """A server, what it is asked, and the name of its database."""

    server: Server
    works: tuple[str, ...]
    database: str = "Default"


@dataclass
class Bench:
    """One run, in a folder of its own."""

    folder: Path
    titles: int
    real: Path | None
    seconds: float
    rounds: int
    measured: Measured = field(default_factory=Measured)

    def run(self) -> None:
        """Fill, start, and measure in turn."""
        records = self.folder / "records.mrc"
        say(f"{self.titles:,} titles for all servers")
        written(records, self.titles, self.real)
        with contextlib.ExitStack() as stack:
            contestants = {GATEWAY: stack.enter_context(self._gateway())}
            for name, about in PEERS.items():
                folder = self.folder / name
                folder.mkdir()
                say(f"starting {name}")
                try:
                    server = stack.enter_context(peer(name, records, folder))
                except NotRun as why:
                    self.measured.not_run[name] = str(why)
                    continue
                contestants[name] = Contestant(server, about.works)
            for work in WORKS:
                for name, one in contestants.items():
                    if work in one.works:
                        self._load(one, work, min(self.seconds, WARM_UP_SECONDS))
                        self.measured.samples[work, name] = []
                for number in range(self.rounds):
                    for name, one in contestants.items():
                        if work in one.works:
                            sample = self._load(one, work, self.seconds, number + 1)
                            self.measured.samples[work, name].append(sample)
                            say(f"{work}, round {number + 1}, {name}: {sample.result.rate:,.0f}/s")

    @contextlib.contextmanager
    def _gateway(self) -> Iterator[Contestant]:
        folder = self.folder / "gateway"
        folder.mkdir()
        store = f"sqlite:{folder / 'gateway.db'}"
        say("filling the gateway's store")
        fill = python("benchmarks.z3950_corpus", store, str(self.titles), *([str(self.real)] if self.real else []))
        with (self.folder / "fill.log").open("w") as log:
            subprocess.run(fill, cwd=ROOT, stdout=log, stderr=log, timeout=FILL_SECONDS, check=True)
        command = python("gateway", "serve", "--set", f"store.url={store}", "--set", "http.port=0")
        for host in HOSTS:
            command += ["--set", f"hosts.{host}.connexion=0", "--set", f"hosts.{host}.z3950=[0]"]
        with started(command, folder, self.folder / "gateway.log") as (process, first_line):
            port = json.loads(first_line)["hosts"][HOST]["z3950"][0].rpartition(":")[2]
            yield Contestant(Server(process.pid, int(port)), tuple(WORKS), load().zones[ZONE].code)

    def _load(self, one: Contestant, work: str, seconds: float, number: int = 0) -> Sample:
        """In each round other searches are made."""
        command = python("benchmarks.z3950_load", "-p", str(one.server.port), "-w", work, "-d", one.database)
        command += ["-c", str(CLIENTS), "-n", str(number * CLIENTS), "-s", str(seconds)]
        before = one.server.processor_seconds()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + MARGIN, check=False)
        after = one.server.processor_seconds()
        if not done.stdout:
            raise MeasuringFailed(f"the load of {work} failed:\n{done.stderr}")
        result = Result(**json.loads(done.stdout))
        if result.bad:
            say(f"{result.bad} bad answers; {done.stderr.strip()}")
        busy = (after - before) / (result.seconds or 1.0) if before is not None and after is not None else None
        return Sample(result, busy)


@click.command()
@click.option("--titles", type=click.IntRange(FEWEST_TITLES), default=TITLES, show_default=True, help="Generated.")
@click.option(
    "--real", type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path), help="Real records, too."
)
@click.option("--seconds", type=click.FloatRange(0.2, 60), default=SECONDS, show_default=True, help="Of a round.")
@click.option("--rounds", type=click.IntRange(1, 50), default=ROUNDS, show_default=True, help="Of each kind.")
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="For the stores.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def main(
    titles: int, real: Path | None, seconds: float, rounds: int, strict: bool, folder: Path, results: Path | None
) -> None:
    """Measure searches and presents of the gateway, yaz-ztest, Zebra and SimpleServer; print the figures, and whether
    they reach the bars.

    With a million titles the report is also written to benchmarks/z3950.md.
    """
    signal.signal(signal.SIGTERM, end_on_sigterm)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder.resolve()) as scratch:
            about = machine.description(Path(scratch))
            bench = Bench(Path(scratch), titles, real, seconds, rounds)
            bench.run()
    except (MeasuringFailed, ServerFailed, subprocess.SubprocessError) as problem:
        raise click.ClickException(str(problem)) from problem
    report = z3950_report.text(bench.measured, titles, about)
    click.echo(report)
    file = results or (RESULTS if titles == TITLES else None)
    if file:
        file.write_text(report, encoding="utf-8")
        say(f"written to {file}")
    if strict and any(check.verdict == "below" for check in z3950_report.checks(bench.measured, titles)):
        sys.exit(1)


if __name__ == "__main__":
    main()
