"""The benchmark of NCIP: its clients before a real gateway, its bars."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bars import Sample
from benchmarks.ncip import LOOKUPS_AT_LEAST, WORKS, Measured, checks, measured, report, serving
from benchmarks.result import Result

FIGURES = Result(clients=4, exports=10, good=10, bad=0, seconds=1.0, rate=600.0, p50_ms=1.0, p99_ms=5.0, max_ms=9.0)


def found(
    *, rate: float = 600.0, busy: float = 1.0, bad: int = 0, resident: tuple[float, ...] = (80.0, 81.0)
) -> Measured:
    sample = Sample(replace(FIGURES, rate=rate, bad=bad), busy)
    return Measured({work: [sample] for work in WORKS}, [*resident])


@pytest.mark.parametrize(
    ("measured", "verdicts"),
    [
        (found(), ["pass", "pass", "pass"]),
        (found(rate=LOOKUPS_AT_LEAST - 1), ["below", "pass", "pass"]),
        (found(rate=2 * LOOKUPS_AT_LEAST - 1, busy=2.0), ["below", "pass", "pass"]),
        (found(resident=(80.0, 100.0)), ["pass", "below", "pass"]),
        (found(resident=()), ["pass", "not judged", "pass"]),
        (found(bad=1), ["pass", "pass", "below"]),
    ],
    ids=["all-well", "slow", "slow-on-one-core", "growing", "no-proc", "bad"],
)
def test_bars(measured: Measured, verdicts: list[str]) -> None:
    assert [check.verdict for check in checks(measured)] == verdicts


@pytest.mark.long
def test_the_whole_of_it_runs_and_the_gateway_answers_well(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        came = measured(server, 0.2, 1)
    assert all(some[0].result.good for some in came.samples.values())
    assert [check.verdict for check in checks(came)][-1] == "pass"
    assert "| LookupUser " in report(came, [])
