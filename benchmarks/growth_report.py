"""The curve of growth: what an import costs at each mark by what it costs at the first, and whether that is enough."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks import memory
from benchmarks.bars import Check, verdict
from benchmarks.growing import AT_ONCE, Cost, Costs, Extent, Mark
from benchmarks.report import check_row, table

COST_AT_MOST = 1.3
"""Of an import at the last mark, by what it costs at the first."""
MEMORY_AT_MOST = 1.1
"""The same of memory, which is to stay flat: a tenth is what an allocator may keep."""
FIRST, LAST = 10_000, 1_000_000
"""Titles between which a curve is judged."""

KINDS: dict[str, Callable[[Costs], list[Cost]]] = {
    "new title": lambda costs: costs.new,
    "matching title": lambda costs: costs.matching,
}
TIMES: dict[str, Callable[[Cost], float]] = {"processor": lambda cost: cost.processor, "wall": lambda cost: cost.wall}


@dataclass
class Curve:
    """One store's marks."""

    store: str
    marks: list[Mark] = field(default_factory=list)
    failed: str = ""
    """Why there are no more."""


def microseconds(costs: Sequence[Cost], time: Callable[[Cost], float]) -> float:
    """The median round's."""
    return statistics.median(map(time, costs))


def grown(mark: Mark, kind: str, time: Callable[[Cost], float]) -> float:
    """What it costs in the grown store by what it costs in the other, in the median round."""
    rounds = zip(KINDS[kind](mark.grown), KINDS[kind](mark.reference), strict=True)
    return statistics.median(time(one) / time(other) for one, other in rounds)


def line(store: str, mark: Mark) -> str:
    """A mark in a few words, for whoever waits."""
    told = (
        f"{kind} {' and '.join(f'{_cost(mark, kind, time)} {name}' for name, time in TIMES.items())}" for kind in KINDS
    )
    return f"{store}, {mark.titles:,} titles (filled in {mark.fill_seconds:.0f} s): {'; '.join(told)}"


def checks(curves: Sequence[Curve]) -> list[Check]:
    """Each curve against the bars."""
    return [check for curve in curves for check in _checks(curve)]


def _checks(curve: Curve) -> Iterator[Check]:
    whole = bool(curve.marks) and (curve.marks[0].titles, curve.marks[-1].titles) == (FIRST, LAST)
    reason = "" if whole else curve.failed or f"it does not go from {FIRST:,} to {LAST:,} titles"

    def check(what: str, at_most: float, measured: float | None) -> Check:
        bar = f"at most {at_most}"
        if measured is None:
            return Check(f"{curve.store}, {what}", bar, "", "not judged", reason or memory.NO_PROC)
        judged = verdict(measured <= at_most) if whole else "not judged"
        return Check(f"{curve.store}, {what}", bar, f"{measured:.2f}", judged, reason)

    for kind in KINDS:
        for name, time in TIMES.items():
            measured = grown(curve.marks[-1], kind, time) if curve.marks else None
            yield check(f"{kind}, {name} time by that of a store of {FIRST:,}", COST_AT_MOST, measured)
    held = [mark.resident_mb for mark in curve.marks if mark.resident_mb is not None]
    yield check("memory by that at the first mark, the most", MEMORY_AT_MOST, max(held) / held[0] if held else None)


def text(curves: Sequence[Curve], extent: Extent, about: Sequence[tuple[str, str]]) -> str:
    """The whole report; `about` is what it was measured on."""
    first = extent.marks[0]
    parts = [
        "# Growth",
        f"Measured on {datetime.now(UTC):%d %B %Y}. What an import costs in a zone that holds so many titles already,\n"
        "by its processor time (that of the importer's process and of PostgreSQL's together) and by the clock; in\n"
        f"parentheses by what it costs, in turn with it, in a store that holds {first:,}. Medians of {extent.rounds}\n"
        f"rounds of {extent.imports:,} imports, {AT_ONCE} at a time, through importer and store, without the wire.",
        table(("machine", ""), about),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [check_row(check) for check in checks(curves)]),
    ]
    head = ("titles", *(f"{kind}, {name}" for kind in KINDS for name in TIMES), "memory", "store")
    for curve in curves:
        parts += [f"## {curve.store}", table(head, [_row(mark) for mark in curve.marks])]
        parts += [f"It ended there: {curve.failed}"] if curve.failed else []
    return "\n\n".join(parts) + "\n"


def _row(mark: Mark) -> tuple[str, ...]:
    costs = (_cost(mark, kind, time) for kind in KINDS for time in TIMES.values())
    held = "unknown" if mark.resident_mb is None else f"{mark.resident_mb:.0f} MB"
    return f"{mark.titles:,}", *costs, held, f"{mark.store_mb:,.0f} MB"


def _cost(mark: Mark, kind: str, time: Callable[[Cost], float]) -> str:
    return f"{microseconds(KINDS[kind](mark.grown), time):.0f} µs ({grown(mark, kind, time):.2f})"
