"""The figures as Markdown tables, which a terminal shows as well as a page."""

import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.bars import BARE, OPEN_PAGES, RATIOS, Check, Comparison, Measured, Memory, PageCost, Sample, checks


def text(measured: Measured, machine: Sequence[tuple[str, str]], method: str) -> str:
    """The whole report; `method` says in a sentence or two how it was run."""
    parts = (
        "# Export rate",
        f"Measured on {datetime.now(UTC):%d %B %Y}.\n{method}",
        table(("machine", ""), machine),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [check_row(check) for check in checks(measured)]),
        "## Rates",
        table(
            ("server", "clients", "exports/s", "of bare loop", "p50", "p99", "max", "bad", "busy", "generator"),
            [*_rates(measured.comparisons), *_not_run(measured)],
        ),
        "Each figure is the median round's; the maximum and the bad exports are those of all rounds. Busy is the\n"
        "processor time of the server, its workers and its database: 100% is one core. A bare loop near that, and a\n"
        "generator far below it, show that the generator is not what limits.",
        "Round by round:",
        table(("rates", "clients", "median", "rounds"), [*_ratios(measured.comparisons)]),
        "## What the stores hold afterwards",
        table(
            ("gateway", "sent", "answered well", "attempts", "records", "versions", "lost", "doubled"),
            [*_kept(measured)],
        ),
        "## Memory of the gateway process, SQLite",
        measured.memory if isinstance(measured.memory, str) else table(("when", "resident"), _memory(measured.memory)),
        *(_pages(measured.pages) if measured.pages else ()),
    )
    return "\n\n".join(parts) + "\n"


def _pages(pages: PageCost) -> Iterator[str]:
    yield f"## The page, over {pages.attempts:,} attempts, SQLite"
    rows = [("first page", f"{pages.first_ms:.0f} ms")]
    rows += [(f"search: {what}", f"{taken:.0f} ms") for what, taken in pages.searches.items()]
    rounds = " ".join(f"{ratio:.2f}" for ratio in pages.ratios)
    rows.append((f"exports with {OPEN_PAGES} open pages, by those without", f"{rounds}"))
    rows.append(("sent to the open pages meanwhile", f"{pages.received / 1e6:,.0f} MB"))
    yield table(("what", "measured"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns aligned."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def check_row(check: Check) -> tuple[str, ...]:
    """A bar as a row of what, bar, measured, verdict."""
    verdict = f"{check.verdict}: {check.reason}" if check.reason else check.verdict
    return check.what, check.bar, check.measured, verdict


def _rates(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    for comparison in comparisons:
        bare = statistics.median(sample.result.rate for sample in comparison.samples[BARE])
        for server, samples in comparison.samples.items():
            yield server, str(comparison.clients), *_medians(samples, bare)


def _medians(samples: Sequence[Sample], bare: float) -> tuple[str, ...]:
    results = [sample.result for sample in samples]
    busy = [sample.busy for sample in samples if sample.busy is not None]
    rate = statistics.median(result.rate for result in results)
    return (
        f"{rate:,.0f}",
        f"{rate / bare:.2f}" if bare else "unknown",
        f"{statistics.median(result.p50_ms for result in results):.1f} ms",
        f"{statistics.median(result.p99_ms for result in results):.1f} ms",
        f"{max(result.max_ms for result in results):.0f} ms",
        str(sum(result.bad for result in results)),
        f"{statistics.median(busy):.0%}" if busy else "unknown",
        f"{statistics.median(sample.generator for sample in samples):.0%}",
    )


def _not_run(measured: Measured) -> Iterator[tuple[str, ...]]:
    for server, why in measured.not_run.items():
        yield server, "", f"not run: {why}", *[""] * 7


def _ratios(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    for ratio in RATIOS:
        for comparison in comparisons:
            if {ratio.server, ratio.by} <= comparison.samples.keys():
                ratios = comparison.ratios(ratio.server, ratio.by)
                rounds = " ".join(f"{one:.2f}" for one in ratios)
                median = f"{statistics.median(ratios):.2f}"
                yield f"{ratio.server} by {ratio.by}", str(comparison.clients), median, rounds


def _kept(measured: Measured) -> Iterator[tuple[str, ...]]:
    for gateway, kept in measured.kept.items():
        numbers = (
            kept.sent,
            kept.answered,
            kept.attempts,
            kept.records,
            kept.versions,
            len(kept.lost),
            len(kept.doubled),
        )
        yield gateway, *(f"{number:,}" for number in numbers)


def _memory(memory: Memory) -> list[tuple[str, str]]:
    rows = [
        ("ready, before the first export", f"{memory.at_start:.1f} MB"),
        (f"after {memory.exports:,} exports ({memory.rate:,.0f}/s)", f"{memory.after_exports:.1f} MB"),
    ]
    if memory.with_connections is not None:
        what = f"and {memory.connections:,} idle connections, each after one export"
        rows.append((what, f"{memory.with_connections:.1f} MB"))
    return rows
