"""What was measured, and whether it reaches the bars. Measures nothing itself.

Source of the bars: the project's issue 2, "It is done when", Benchmark.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.load import Result

RATIO_AT_LEAST = 0.25
"""The gateway's rate by the bare loop's."""
RATIO_CLIENTS = 64
"""Clients at which the ratio is judged."""
P99_MS_UNDER = 60.0
MEMORY_MB_UNDER = 120.0
"""Of the gateway process, after `MEMORY_EXPORTS`."""
MEMORY_EXPORTS = 50_000
IDLE_MB_UNDER = 60.0
"""More than before, for `IDLE_CONNECTIONS` that have each exported once."""
IDLE_CONNECTIONS = 1_000

Verdict = Literal["pass", "below", "not judged"]


@dataclass(frozen=True)
class Sample:
    """One server under load once."""

    result: Result
    busy: float | None
    """Processor seconds the server used a second; 1.0 is one core. None where the system does not tell."""


@dataclass
class Comparison:
    """Both servers under the same load, in turn. Each round has one sample of either."""

    clients: int
    bare: list[Sample] = field(default_factory=list)
    gateway: list[Sample] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """The gateway's rate by the bare loop's, round by round."""
        rounds = zip(self.gateway, self.bare, strict=True)
        return [ours.result.rate / bare.result.rate if bare.result.rate else 0.0 for ours, bare in rounds]

    @property
    def ratio(self) -> float:
        """The median round's."""
        return statistics.median(self.ratios)

    @property
    def p99_ms(self) -> float:
        """The gateway's, of the median round."""
        return statistics.median(sample.result.p99_ms for sample in self.gateway)

    @property
    def bad(self) -> int:
        """Exports that either server did not answer well."""
        return sum(sample.result.bad for sample in (*self.bare, *self.gateway))


@dataclass(frozen=True)
class Memory:
    """What the gateway process holds, in millions of bytes."""

    exports: int
    at_start: float
    after_exports: float
    rate: float
    """Exports a second over the whole of them."""
    bad: int
    connections: int = 0
    with_connections: float | None = None
    """None when the idle connections were not tried; `skipped` says why."""
    skipped: str = ""


@dataclass(frozen=True)
class Check:
    """One bar and what came of it."""

    what: str
    bar: str
    measured: str
    verdict: Verdict
    reason: str = ""
    """Why it was not judged."""


def checks(comparisons: Sequence[Comparison], memory: Memory | str) -> list[Check]:
    """Every bar; `memory` is the reason when it was not measured."""
    return [*_rate_checks(comparisons), *_memory_checks(memory), _bad_check(comparisons, memory)]


def _rate_checks(comparisons: Sequence[Comparison]) -> Iterator[Check]:
    what, bar = f"ratio at {RATIO_CLIENTS} clients", f"at least {RATIO_AT_LEAST}"
    judged = next((comparison for comparison in comparisons if comparison.clients == RATIO_CLIENTS), None)
    if judged is None:
        yield Check(what, bar, "", "not judged", f"{RATIO_CLIENTS} clients were not among those tried")
    else:
        yield Check(what, bar, f"{judged.ratio:.2f}", _verdict(judged.ratio >= RATIO_AT_LEAST))
    for comparison in comparisons:
        p99 = comparison.p99_ms
        what, bar = f"p99 at {comparison.clients} clients", f"under {P99_MS_UNDER:.0f} ms"
        yield Check(what, bar, f"{p99:.1f} ms", _verdict(p99 < P99_MS_UNDER))


def _memory_checks(memory: Memory | str) -> Iterator[Check]:
    what, bar = f"memory after {MEMORY_EXPORTS:,} exports", f"under {MEMORY_MB_UNDER:.0f} MB"
    idle_what, idle_bar = f"{IDLE_CONNECTIONS:,} idle connections", f"under {IDLE_MB_UNDER:.0f} MB more"
    if isinstance(memory, str):
        yield Check(what, bar, "", "not judged", memory)
        yield Check(idle_what, idle_bar, "", "not judged", memory)
        return
    measured = f"{memory.after_exports:.0f} MB"
    if memory.exports < MEMORY_EXPORTS:
        yield Check(what, bar, measured, "not judged", f"only {memory.exports:,} exports were made")
    else:
        yield Check(what, bar, measured, _verdict(memory.after_exports < MEMORY_MB_UNDER))
    if memory.with_connections is None:
        yield Check(idle_what, idle_bar, "", "not judged", memory.skipped)
        return
    more = memory.with_connections - memory.after_exports
    if memory.connections < IDLE_CONNECTIONS:
        reason = f"only {memory.connections:,} connections were made"
        yield Check(idle_what, idle_bar, f"{more:.0f} MB", "not judged", reason)
    else:
        yield Check(idle_what, idle_bar, f"{more:.0f} MB", _verdict(more < IDLE_MB_UNDER))


def _bad_check(comparisons: Sequence[Comparison], memory: Memory | str) -> Check:
    bad = sum(comparison.bad for comparison in comparisons) + (0 if isinstance(memory, str) else memory.bad)
    return Check("exports answered badly or not at all", "none", str(bad), _verdict(bad == 0))


def _verdict(reached: bool) -> Verdict:
    return "pass" if reached else "below"
