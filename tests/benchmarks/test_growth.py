"""Stores that are filled and measured mark by mark, at a small scale; and what is made of the figures."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner

from benchmarks import growth, growth_report
from benchmarks.growing import Cost, Costs, Extent, Mark, Place, grow
from benchmarks.growth_report import Curve
from benchmarks.postgres import NOT_INSTALLED, REACHABLE, programs
from benchmarks.servers import ZONE
from gateway.stores import open_store

SMALL = Extent(marks=(30, 50), rounds=2, imports=10)


@pytest.fixture(params=growth.STORES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty store of each kind, as `make growth` has it."""
    if request.param == "postgresql" and programs() is None:
        pytest.skip(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="gateway-growth-") as folder:  # not pytest's, which others cannot reach
        Path(folder).chmod(REACHABLE)
        _, made = growth.STORES[request.param]
        with made(Path(folder), len(SMALL.marks)) as store:
            assert store is not None
            yield store[0]


@pytest.mark.long
def test_a_store_grows_from_mark_to_mark_and_is_measured_at_each(place: Place) -> None:
    marks: list[Mark] = []
    trio.run(grow, place, SMALL, marks.append)

    assert [mark.titles for mark in marks] == [30, 50]
    for mark in marks:
        for costs in (mark.grown, mark.reference):
            assert [len(costs.new), len(costs.matching)] == [2, 2]
            assert all(cost.wall > 0 for cost in (*costs.new, *costs.matching))
        assert mark.store_mb > 0

    async def held() -> tuple[int, int]:
        async with open_store(place.url, purpose="read") as store:
            counts = (await store.counts())[ZONE]
            return counts.records, counts.versions

    assert trio.run(held) == (50 + 20, 50 + 20 + 40)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--marks", "30,20"], "must be rising numbers"),
        (["--marks", "10_000"], "must be rising numbers"),
        (["--marks", "20,30", "--imports", "25"], "must be held at the first mark"),
        (["--marks", "100,200", "--imports", "50", "--rounds", "3"], "import 150 new titles"),
    ],
)
def test_marks_that_cannot_be_measured_are_refused(arguments: list[str], says: str) -> None:
    refused = CliRunner().invoke(growth.main, arguments)
    assert refused.exit_code == 2
    assert says in " ".join(refused.output.split())


def curve(last: int, *, wall: float, resident_mb: float = 60.0) -> Curve:
    """From 10,000 titles to the last mark, at which all takes that much longer by the clock."""

    def mark(titles: int, by: float, resident: float) -> Mark:
        costs, others = ([Cost(100.0, 100.0 * factor)] * 3 for factor in (by, 1.0))
        return Mark(titles, 1.0, Costs(costs, costs), Costs(others, others), resident, 500.0)

    return Curve("SQLite", [mark(10_000, 1.0, 60.0), mark(last, wall, resident_mb)])


def below(one: Curve) -> list[str]:
    return [check.what for check in growth_report.checks([one]) if check.verdict == "below"]


def test_a_curve_at_the_bars_passes() -> None:
    checks = growth_report.checks([curve(1_000_000, wall=1.3, resident_mb=66.0)])
    assert [check.verdict for check in checks] == ["pass"] * 5


def test_a_curve_above_them_is_told_where() -> None:
    assert below(curve(1_000_000, wall=1.31)) == [
        "SQLite, new title, wall time by that of a store of 10,000",
        "SQLite, matching title, wall time by that of a store of 10,000",
    ]
    assert below(curve(1_000_000, wall=1.0, resident_mb=67.0)) == ["SQLite, memory by that at the first mark, the most"]


@pytest.mark.parametrize(
    "one", [curve(300_000, wall=9.9), Curve("PostgreSQL", failed=NOT_INSTALLED)], ids=["short", "not run"]
)
def test_a_curve_that_does_not_reach_a_million_is_not_judged(one: Curve) -> None:
    assert {check.verdict for check in growth_report.checks([one])} == {"not judged"}


def test_the_report_shows_each_mark_with_its_cost_by_the_reference() -> None:
    written = growth_report.text([curve(1_000_000, wall=1.25)], SMALL, [("processor", "one")])
    row = next(line for line in written.splitlines() if line.startswith("| 1,000,000"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["1,000,000", *["100 µs (1.00)", "125 µs (1.25)"] * 2, "60 MB", "500 MB"]
