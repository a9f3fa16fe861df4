"""The figures as Markdown tables, which a terminal shows as well as a page."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.bars import Check, Comparison, Memory, Sample


def text(
    comparisons: Sequence[Comparison],
    memory: Memory | str,
    checks: Sequence[Check],
    machine: Sequence[tuple[str, str]],
    method: str,
) -> str:
    """The whole report; `method` says in a sentence how it was run."""
    parts = (
        "# Export rate",
        f"Measured on {datetime.now(UTC):%d %B %Y}.\n{method}",
        table(("machine", ""), machine),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [_check(check) for check in checks]),
        "## Rates",
        table(("clients", "server", "exports/s", "p50", "p99", "max", "busy"), _rates(comparisons)),
        "Each figure is the median round's, the maximum that of all rounds. Busy is the server's processor time:\n"
        "100% is one core, and a bare loop near it shows that the generator is not what limits.",
        "The gateway's rate by the bare loop's, round by round:",
        table(("clients", "median", "rounds"), [_ratios(comparison) for comparison in comparisons]),
        "## Memory of the gateway process",
        memory if isinstance(memory, str) else table(("when", "resident"), _memory(memory)),
    )
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns aligned."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _check(check: Check) -> tuple[str, ...]:
    verdict = f"{check.verdict}: {check.reason}" if check.reason else check.verdict
    return check.what, check.bar, check.measured, verdict


def _rates(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    return [
        (str(comparison.clients), name, *_medians(samples))
        for comparison in comparisons
        for name, samples in (("bare loop", comparison.bare), ("gateway", comparison.gateway))
    ]


def _medians(samples: Sequence[Sample]) -> tuple[str, ...]:
    results = [sample.result for sample in samples]
    busy = [sample.busy for sample in samples if sample.busy is not None]
    return (
        f"{statistics.median(result.rate for result in results):,.0f}",
        f"{statistics.median(result.p50_ms for result in results):.1f} ms",
        f"{statistics.median(result.p99_ms for result in results):.1f} ms",
        f"{max(result.max_ms for result in results):.0f} ms",
        f"{statistics.median(busy):.0%}" if busy else "unknown",
    )


def _ratios(comparison: Comparison) -> tuple[str, ...]:
    rounds = " ".join(f"{ratio:.2f}" for ratio in comparison.ratios)
    return str(comparison.clients), f"{comparison.ratio:.2f}", rounds


def _memory(memory: Memory) -> list[tuple[str, str]]:
    rows = [
        ("ready, before the first export", f"{memory.at_start:.1f} MB"),
        (f"after {memory.exports:,} exports ({memory.rate:,.0f}/s)", f"{memory.after_exports:.1f} MB"),
    ]
    if memory.with_connections is not None:
        what = f"and {memory.connections:,} idle connections, each after one export"
        rows.append((what, f"{memory.with_connections:.1f} MB"))
    return rows
