"""What came of a load: of one process, and of all of them together. Its line of JSON is that of `exportload.c`."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What came of a load in one process."""

    latencies: "array[float]"  # quoted: subscripted at run time only from Python 3.12 on
    """Seconds from the connecting to the reply's NUL, of each export."""
    good: int = 0
    bad: int = 0
    seconds: float = 0.0
    """From the beginning to the last good answer: nobody waits on for what is never answered."""
    last_bad: str = ""
    begun: tuple[int, int, int] = (0, 1, 0)
    """First of the numbers that were sent, the step to the next, how many."""
    bad_numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of a load in all its processes."""

    clients: int
    exports: int
    good: int
    bad: int
    seconds: float
    rate: float
    """Good exports a second."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    begun: Sequence[tuple[int, int, int]] = ()
    """For each process the first of the numbers that it sent, the step to the next, and how many."""
    bad_numbers: Sequence[int] | None = None
    """Those of them that were not answered well; None where the generator does not tell."""

    def numbers(self) -> set[int]:
        """Every number that was sent."""
        return {number for first, step, count in self.begun for number in range(first, first + step * count, step)}


def percentile(ordered: Sequence[float], fraction: float) -> float:
    """The value below which `fraction` of the ascending values lie, counted as `exportload.c` does; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[min(int(len(ordered) * fraction), len(ordered) - 1)]


def result(clients: int, tallies: Sequence[Tally]) -> Result:
    """The processes' tallies as one; the time is that of the slowest."""
    ordered = sorted(latency for tally in tallies for latency in tally.latencies)
    good, bad = sum(tally.good for tally in tallies), sum(tally.bad for tally in tallies)
    seconds = max(tally.seconds for tally in tallies)
    return Result(
        clients=clients,
        exports=len(ordered),
        good=good,
        bad=bad,
        seconds=round(seconds, 2),
        rate=round(good / seconds, 1) if seconds else 0.0,
        p50_ms=round(percentile(ordered, 0.50) * 1000, 2),
        p99_ms=round(percentile(ordered, 0.99) * 1000, 2),
        max_ms=round(percentile(ordered, 1.0) * 1000, 2),
        begun=tuple(tally.begun for tally in tallies),
        bad_numbers=sorted(number for tally in tallies for number in tally.bad_numbers),
    )
