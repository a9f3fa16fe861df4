"""What `make bench-oai` runs: pages of ListRecords in a process and over HTTP, and whole harvests; then the bars."""

import contextlib
import json
import signal
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from benchmarks import machine, memory
from benchmarks.bars import Check, Sample, verdict
from benchmarks.measure import MeasuringFailed, say
from benchmarks.oai_harvest import PATH, Harvested, harvests
from benchmarks.oai_process import FEW, OAI_REPO
from benchmarks.report import check_row, table
from benchmarks.result import Result
from benchmarks.servers import ROOT, ServerFailed, end_on_sigterm, gateway, python

RECORDS: Final = 1_000_000
HARVESTED: Final = 100_000
SECONDS: Final = 5.0
ROUNDS: Final = 3
CLIENTS: Final = 4
MARGIN: Final = 120.0
"""Seconds beyond its own end after which a measurement is stopped."""
FILL_SECONDS: Final = 3_600.0
SCRATCH: Final = ROOT / "build"
RESULTS: Final = ROOT / "benchmarks" / "oai.md"

IN_PROCESS_AT_LEAST: Final = 1_000.0
"""Pages of 100 records a second that are prepared, read from SQLite."""
HTTP_AT_LEAST: Final = 150.0
"""Pages a second and core."""
FAR_AT_MOST: Final = 1.2
"""Time of the page at the last position by that of the first."""
GROWTH_MB_UNDER: Final = 20.0
"""Of the gateway's memory, from the end of the first round over HTTP to that of the last."""
MEMORY, SQLITE = "gateway, records in memory", "gateway, SQLite"


@dataclass
class Measured:
    """Everything that one run measured."""

    records: int
    in_process: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    """By what was measured, round by round."""
    http: list[Sample] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    """MB of the gateway after each round over HTTP."""
    harvests: list[tuple[str, str, Harvested]] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)


def measure(folder: Path, records: int, seconds: float, rounds: int) -> Measured:
    """Fill a store, and ask."""
    measured = Measured(records)
    store = f"sqlite:{folder / 'gateway.db'}"
    say(f"publishing {records:,} records")
    fill = python("benchmarks.oai_corpus", store, str(records))
    subprocess.run(fill, cwd=ROOT, timeout=FILL_SECONDS, check=True)
    whats = {MEMORY: ("memory:", FEW), SQLITE: (store, records), OAI_REPO: (OAI_REPO, FEW)}
    for number in range(rounds):
        for name, (what, many) in whats.items():
            if name not in measured.not_run:
                _in_process(measured, name, [what, "--records", str(many), "--seconds", str(seconds)], seconds)
        say(f"within a process, round {number + 1}")
    with gateway(folder, folder / "gateway.log", store=store) as server:
        load = python("benchmarks.oai_load", "-p", str(server.page[1]), "-u", PATH, "-c", str(CLIENTS))
        for number in range(rounds + 1):
            before = server.processor_seconds()
            result = Result(**json.loads(_ran([*load, "-s", str(seconds)], seconds)))
            after = server.processor_seconds()
            busy = (after - before) / result.seconds if before is not None and after is not None else None
            if number:  # the first warms up
                measured.http.append(Sample(result, busy))
                measured.resident += [one for one in [memory.resident_mb(server.pid)] if one is not None]
                say(f"over HTTP, round {number}: {result.rate:,.0f} pages/s")
    return measured


def _in_process(measured: Measured, name: str, arguments: list[str], seconds: float) -> None:
    try:
        found = json.loads(_ran(python("benchmarks.oai_process", *arguments), 2 * seconds))
    except MeasuringFailed as why:
        if name != OAI_REPO:
            raise
        measured.not_run[name] = str(why).strip().rpartition("\n")[2]
    else:
        measured.in_process.setdefault(name, []).append(found)


def _ran(command: list[str], seconds: float) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + MARGIN, check=False)
    if done.returncode:
        raise MeasuringFailed(f"{' '.join(command[1:4])} failed:\n{done.stderr}")
    return done.stdout


def schema_in(folder: Path) -> Any:  # Any: lxml's
    """That of the protocol with MARCXML's, of this folder."""
    etree = import_module("lxml.etree")
    imported = {
        "http://www.openarchives.org/OAI/2.0/": folder / "OAI-PMH.xsd",
        "http://www.loc.gov/MARC21/slim": folder / "MARC21slim.xsd",
    }
    lines = [f'<import namespace="{name}" schemaLocation="{at.as_uri()}"/>' for name, at in imported.items()]
    whole = f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{"".join(lines)}</schema>'
    return etree.XMLSchema(etree.fromstring(whole))


def checks(measured: Measured) -> list[Check]:
    """Every bar."""
    return [
        _prepared(measured),
        _far(measured),
        _over_http(measured),
        _bad(measured),
        _growth(measured),
        _harvests(measured),
    ]


def _median(measured: Measured, name: str, what: str = "rate") -> float:
    return statistics.median(one[what] for one in measured.in_process[name])


def _prepared(measured: Measured) -> Check:
    rate = _median(measured, SQLITE)
    bar = f"at least {IN_PROCESS_AT_LEAST:,.0f}/s"
    return Check(
        "pages prepared within a process, read from SQLite", bar, f"{rate:,.0f}/s", verdict(rate >= IN_PROCESS_AT_LEAST)
    )


def _far(measured: Measured) -> Check:
    ratio = statistics.median(one["last_ms"] / one["first_ms"] for one in measured.in_process[SQLITE])
    few = f"only {measured.records:,} records were there" if measured.records < RECORDS else ""
    judged = "not judged" if few else verdict(ratio <= FAR_AT_MOST)
    what = f"time of the page at position {RECORDS:,}, by the first page's"
    return Check(what, f"at most {FAR_AT_MOST}", f"{ratio:.2f}", judged, few)


def _over_http(measured: Measured) -> Check:
    rate = statistics.median(one.result.rate / max(one.busy or 1.0, 1.0) for one in measured.http)
    bar = f"at least {HTTP_AT_LEAST:,.0f}/s"
    return Check("pages over HTTP, on one core", bar, f"{rate:,.0f}/s", verdict(rate >= HTTP_AT_LEAST))


def _bad(measured: Measured) -> Check:
    bad = sum(one.result.bad for one in measured.http)
    return Check("bad answers", "none", str(bad), verdict(bad == 0))


def _growth(measured: Measured) -> Check:
    what, bar = "memory, from the first round to the last", f"under {GROWTH_MB_UNDER:.0f} MB more"
    if not measured.resident:
        return Check(what, bar, "", "not judged", memory.NO_PROC)
    more = measured.resident[-1] - measured.resident[0]
    return Check(what, bar, f"{more:.1f} MB", verdict(more < GROWTH_MB_UNDER))


def _harvests(measured: Measured) -> Check:
    what, bar = "whole harvests", "complete, nothing twice, valid"
    if not measured.harvests:
        return Check(what, bar, "", "not judged", "there were none")
    good = sum(one.good for _, _, one in measured.harvests)
    return Check(what, bar, f"{good} of {len(measured.harvests)}", verdict(good == len(measured.harvests)))


def text(measured: Measured, about: list[tuple[str, str]]) -> str:
    """The whole report; `about` is what it was measured on."""
    parts = [
        "# OAI-PMH",
        f"Measured on {datetime.now(UTC):%d %B %Y}: ListRecords in marc21, 100 records a page, {measured.records:,} "
        f"records in the store.\nMedians of the rounds. Over HTTP {CLIENTS} clients harvest at once.",
        table(("machine", ""), about),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [check_row(one) for one in checks(measured)]),
        "## Pages within a process",
        table(("of", "pages/s"), [(name, f"{_median(measured, name):,.0f}") for name in measured.in_process]),
        "## Pages over HTTP",
        table(("round", "pages/s", "p50", "p99", "cores", "resident"), [*map(_row, *_rounds(measured))]),
    ]
    if measured.harvests:
        rows = [
            (
                client,
                dialect,
                f"{one.records:,}",
                *map(str, (one.missing, one.twice, one.invalid)),
                f"{one.seconds:.0f} s",
            )
            for client, dialect, one in measured.harvests
        ]
        head = ("client", "dialect", "records", "missing", "twice", "not valid (-1: not tried)", "took")
        parts += ["## Whole harvests", table(head, rows)]
    if measured.not_run:
        parts += ["## Not measured", table(("what", "reason"), [*measured.not_run.items()])]
    return "\n\n".join(parts) + "\n"


def _rounds(measured: Measured) -> tuple[range, list[Sample], list[float | None]]:
    resident = [*measured.resident, *[None] * len(measured.http)]
    return range(1, len(measured.http) + 1), measured.http, resident


def _row(number: int, one: Sample, resident: float | None) -> tuple[str, ...]:
    figures = f"{one.result.rate:,.0f}", f"{one.result.p50_ms:.1f} ms", f"{one.result.p99_ms:.1f} ms"
    cores = "unknown" if one.busy is None else f"{one.busy:.2f}"
    return str(number), *figures, cores, "unknown" if resident is None else f"{resident:.0f} MB"


@click.command()
@click.option("--records", type=click.IntRange(FEW), default=RECORDS, show_default=True, help="Generated.")
@click.option("--seconds", type=click.FloatRange(0.2, 60), default=SECONDS, show_default=True, help="Of a round.")
@click.option("--rounds", type=click.IntRange(1, 50), default=ROUNDS, show_default=True)
@click.option("--harvest", type=click.IntRange(0), default=HARVESTED, show_default=True, help="Titles; 0 = no harvest.")
@click.option(
    "--xsd", type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path), help="Schemas."
)
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="For the stores.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def main(
    records: int,
    seconds: float,
    rounds: int,
    harvest: int,
    xsd: Path | None,
    strict: bool,
    folder: Path,
    results: Path | None,
) -> None:
    """Measure OAI-PMH within a process, beside oai-repo where it is installed, and over HTTP; harvest by Sickle and
    oaipmh-scythe. Print the figures, and whether they reach the bars.

    With a million records the report is also written to benchmarks/oai.md.
    """
    signal.signal(signal.SIGTERM, end_on_sigterm)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.ExitStack() as stack:
            pages, harvested = [
                Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=folder.resolve())))
                for _ in range(2)
            ]
            about = machine.description(pages)
            measured = measure(pages, records, seconds, rounds)
            for one in harvests(harvested, harvest, schema_in(xsd) if xsd else None) if harvest else ():
                measured.harvests.append(one)
                say(f"harvest: {one}")
    except (MeasuringFailed, ServerFailed, subprocess.SubprocessError) as problem:
        raise click.ClickException(str(problem)) from problem
    report = text(measured, about)
    click.echo(report)
    written = results or (RESULTS if records >= RECORDS else None)
    if written:
        written.write_text(report, encoding="utf-8")
    if strict and any(check.verdict == "below" for check in checks(measured)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
