"""What was measured, and whether it reaches the bars. Measures nothing itself."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.result import Result

BARE = "bare trio loop"
WORKER_PROCESSES = 4
SQLITE = "SQLite, 1 worker"
POSTGRES = "PostgreSQL, 1 worker"
WORKERS = f"PostgreSQL, {WORKER_PROCESSES} workers"
KOHA = "connexion_import_daemon.pl"
"""What is measured, as the tables call it: the gateway goes by its store."""
GATEWAYS = SQLITE, POSTGRES, WORKERS

JUDGED_CLIENTS = 64
"""Clients at which rates are judged."""
P99_MS_UNDER = 60.0
MEMORY_MB_UNDER = 120.0
"""Of the gateway process, after `MEMORY_EXPORTS`."""
MEMORY_EXPORTS = 50_000
IDLE_MB_UNDER = 60.0
"""More than before, for `IDLE_CONNECTIONS` that have each exported once."""
IDLE_CONNECTIONS = 1_000

PAGE_ATTEMPTS = 100_000
"""In the store when the page is asked for: as many as are kept unless told otherwise."""
FIRST_PAGE_MS_UNDER = 100.0
SEARCH_MS_UNDER = 300.0
OPEN_PAGES = 50
OPEN_PAGES_RATIO = 0.95
"""Of the rate without them, at least."""

Verdict = Literal["pass", "below", "not judged"]


@dataclass(frozen=True)
class Ratio:
    """A bar for one server's rate by another's."""

    server: str
    by: str
    at_least: float


RATIOS = Ratio(SQLITE, BARE, 0.35), Ratio(WORKERS, POSTGRES, 2.0)


@dataclass(frozen=True)
class Sample:
    """One server under load once."""

    result: Result
    busy: float | None
    """Processor seconds that the server, and its database, used a second; 1.0 is one core. None where the system does
    not tell."""
    generator: float = 0.0
    """Processor seconds that the load generator used a second, its start included."""


@dataclass
class Comparison:
    """Servers under the same load, in turn. Each round has one sample of each."""

    clients: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def ratios(self, server: str, by: str) -> list[float]:
        """One server's rate by another's, round by round."""
        rounds = zip(self.samples[server], self.samples[by], strict=True)
        return [one.result.rate / other.result.rate if other.result.rate else 0.0 for one, other in rounds]

    def p99_ms(self, server: str) -> float:
        """Of the median round."""
        return statistics.median(sample.result.p99_ms for sample in self.samples[server])


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
class PageCost:
    """What the page costs."""

    attempts: int
    """In the store."""
    first_ms: float
    """Until the first page has come whole, the median."""
    searches: Mapping[str, float]
    """The same of each search, by what it looks for."""
    ratios: Sequence[float]
    """Rate of exports with open pages by the rate without, round by round."""
    received: int
    """Bytes that came to the open pages."""


@dataclass
class Tallied:
    """The exports to one gateway, and what its store has of them."""

    sent: int = 0
    answered: int = 0
    """Well."""
    records: int = 0
    versions: int = 0
    attempts: int = 0
    """Of exports that were filed."""
    lost: list[str] = field(default_factory=list)
    """What is missing, a line an export."""
    doubled: list[str] = field(default_factory=list)
    """What is there more than once."""
    unknown: str = ""
    """Why it cannot be told."""


@dataclass(frozen=True)
class Check:
    """One bar and what came of it."""

    what: str
    bar: str
    measured: str
    verdict: Verdict
    reason: str = ""
    """Why it was not judged."""


@dataclass
class Measured:
    """Everything that one run measured."""

    comparisons: list[Comparison]
    memory: Memory | str
    """Or why it was not measured."""
    kept: dict[str, Tallied] = field(default_factory=dict)
    """By gateway."""
    pages: PageCost | None = None
    """None where they were not measured."""
    not_run: dict[str, str] = field(default_factory=dict)
    """By server, why it did not take part."""


def checks(measured: Measured) -> list[Check]:
    """Every bar."""
    return [
        *(_ratio_check(ratio, measured) for ratio in RATIOS),
        *(_p99_check(server, measured) for server in GATEWAYS),
        *_kept_checks(measured),
        _bad_check(measured),
        *_memory_checks(measured.memory),
        *_page_checks(measured.pages),
    ]


def verdict(reached: bool) -> Verdict:
    """In a word."""
    return "pass" if reached else "below"


def _ratio_check(ratio: Ratio, measured: Measured) -> Check:
    what, bar = f"rate, {ratio.server} by {ratio.by}, {JUDGED_CLIENTS} clients", f"at least {ratio.at_least}"
    for server in (ratio.server, ratio.by):
        if server in measured.not_run:
            return Check(what, bar, "", "not judged", measured.not_run[server])
    judged = next((one for one in measured.comparisons if one.clients == JUDGED_CLIENTS), None)
    if judged is None:
        return Check(what, bar, "", "not judged", f"{JUDGED_CLIENTS} clients were not among those tried")
    median = statistics.median(judged.ratios(ratio.server, ratio.by))
    return Check(what, bar, f"{median:.2f}", verdict(median >= ratio.at_least))


def _p99_check(server: str, measured: Measured) -> Check:
    what, bar = f"p99, {server}", f"under {P99_MS_UNDER:.0f} ms"
    if server in measured.not_run:
        return Check(what, bar, "", "not judged", measured.not_run[server])
    worst = max(comparison.p99_ms(server) for comparison in measured.comparisons)
    return Check(what, bar, f"{worst:.1f} ms", verdict(worst < P99_MS_UNDER))


def _kept_checks(measured: Measured) -> Iterator[Check]:
    faults: Mapping[str, list[list[str]]] = {
        "lost": [tallied.lost for tallied in measured.kept.values()],
        "doubled": [tallied.doubled for tallied in measured.kept.values()],
    }
    unknown = next((tallied.unknown for tallied in measured.kept.values() if tallied.unknown), "")
    for name, found in faults.items():
        number = sum(map(len, found))
        judged = verdict(number == 0) if not unknown else "not judged"
        yield Check(f"answered exports {name}", "none", str(number), judged, unknown)


def _bad_check(measured: Measured) -> Check:
    """What Koha does with a load that is too much for it is no matter of ours."""
    bad = 0 if isinstance(measured.memory, str) else measured.memory.bad
    for comparison in measured.comparisons:
        for server, samples in comparison.samples.items():
            bad += sum(sample.result.bad for sample in samples) if server != KOHA else 0
    return Check("exports answered badly or not at all", "none", str(bad), verdict(bad == 0))


def _page_checks(pages: PageCost | None) -> Iterator[Check]:
    if pages is None:
        return
    slowest = max(pages.searches, key=lambda what: pages.searches[what])
    few = f"only {pages.attempts:,} attempts were there" if pages.attempts < PAGE_ATTEMPTS else ""
    for what, bar, measured, limit in (
        ("first page", f"under {FIRST_PAGE_MS_UNDER:.0f} ms", pages.first_ms, FIRST_PAGE_MS_UNDER),
        (f"slowest search, {slowest}", f"under {SEARCH_MS_UNDER:.0f} ms", pages.searches[slowest], SEARCH_MS_UNDER),
    ):
        judged = "not judged" if few else verdict(measured < limit)
        yield Check(f"{what}, {PAGE_ATTEMPTS:,} attempts", bar, f"{measured:.0f} ms", judged, few)
    median = statistics.median(pages.ratios)
    what = f"rate with {OPEN_PAGES} open pages by that without"
    yield Check(what, f"at least {OPEN_PAGES_RATIO}", f"{median:.2f}", verdict(median >= OPEN_PAGES_RATIO))


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
        yield Check(what, bar, measured, verdict(memory.after_exports < MEMORY_MB_UNDER))
    if memory.with_connections is None:
        yield Check(idle_what, idle_bar, "", "not judged", memory.skipped)
        return
    more = memory.with_connections - memory.after_exports
    if memory.connections < IDLE_CONNECTIONS:
        reason = f"only {memory.connections:,} connections were made"
        yield Check(idle_what, idle_bar, f"{more:.0f} MB", "not judged", reason)
    else:
        yield Check(idle_what, idle_bar, f"{more:.0f} MB", verdict(more < IDLE_MB_UNDER))
