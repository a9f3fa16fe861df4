"""Which figures reach the bars, and which are not judged; and that the report says so."""

from dataclasses import replace

import pytest

from benchmarks import bars, report
from benchmarks.bars import (
    BARE,
    KOHA,
    POSTGRES,
    SQLITE,
    WORKERS,
    Comparison,
    Measured,
    Memory,
    PageCost,
    Sample,
    Tallied,
)
from benchmarks.result import Result

NOT_TRIED = "not tried"
AT_THE_BARS = Result(clients=64, exports=100, good=100, bad=0, seconds=1, rate=100, p50_ms=10, p99_ms=59.9, max_ms=70)
RATES = {BARE: 200.0, SQLITE: 70.0, POSTGRES: 60.0, WORKERS: 120.0}
HELD = Memory(
    exports=50_000, at_start=50, after_exports=119.9, rate=100, bad=0, connections=1_000, with_connections=179.8
)
PAGES = PageCost(100_000, 99.0, {"a word": 20.0, "a field": 299.0}, [0.9, 0.95, 1.1], 1_000_000)


def measured(**changed: Result) -> Measured:
    """A run at the bars, but for some servers' results."""
    results = {server: replace(AT_THE_BARS, rate=rate) for server, rate in RATES.items()} | changed
    samples = {server: [Sample(result, busy=None)] for server, result in results.items()}
    return Measured([Comparison(64, samples)], HELD, {SQLITE: Tallied(sent=100, answered=100)}, PAGES)


def verdicts(run: Measured) -> dict[str, bars.Verdict]:
    return {check.what: check.verdict for check in bars.checks(run)}


def below(run: Measured) -> list[str]:
    return [what for what, verdict in verdicts(run).items() if verdict == "below"]


def test_a_run_at_the_bars_passes() -> None:
    assert {*verdicts(measured()).values()} == {"pass"}


@pytest.mark.parametrize(
    ("server", "result", "what"),
    [
        (SQLITE, replace(AT_THE_BARS, rate=69.9), f"rate, {SQLITE} by {BARE}, 64 clients"),
        (WORKERS, replace(AT_THE_BARS, rate=119.9), f"rate, {WORKERS} by {POSTGRES}, 64 clients"),
        (POSTGRES, replace(AT_THE_BARS, rate=60.0, p99_ms=60.0), f"p99, {POSTGRES}"),
        (BARE, replace(AT_THE_BARS, rate=200.0, bad=1), "exports answered badly or not at all"),
    ],
)
def test_a_run_below_one_bar_is_told_which(server: str, result: Result, what: str) -> None:
    assert below(measured(**{server: result})) == [what]


def test_one_lost_and_one_doubled_export_are_below_the_bar() -> None:
    run = measured()
    run.kept[SQLITE].lost.append("101: no records")
    assert below(run) == ["answered exports lost"]
    run.kept[WORKERS] = Tallied(doubled=["101: 2 records"])
    assert below(run) == ["answered exports lost", "answered exports doubled"]


def test_what_a_generator_does_not_tell_is_not_judged() -> None:
    run = measured()
    run.kept[SQLITE].unknown = "the generator does not tell"
    assert verdicts(run)["answered exports lost"] == "not judged"


def test_servers_that_were_not_run_are_not_judged() -> None:
    run = measured()
    for server in (POSTGRES, WORKERS):
        del run.comparisons[0].samples[server]
        run.not_run[server] = "no PostgreSQL server is installed"
    not_judged = [check for check in bars.checks(run) if check.verdict == "not judged"]
    assert [check.what for check in not_judged] == [
        f"rate, {WORKERS} by {POSTGRES}, 64 clients",
        f"p99, {POSTGRES}",
        f"p99, {WORKERS}",
    ]
    assert {check.reason for check in not_judged} == {"no PostgreSQL server is installed"}
    assert below(run) == []


def test_what_koha_answers_badly_is_no_fault_of_the_gateway() -> None:
    assert below(measured(**{KOHA: replace(AT_THE_BARS, bad=7)})) == []


def test_memory_of_a_short_run_is_not_judged() -> None:
    run = measured()
    run.memory = replace(HELD, exports=2_000, after_exports=500, connections=100, with_connections=900)
    assert verdicts(run)["memory after 50,000 exports"] == "not judged"
    assert verdicts(run)["1,000 idle connections"] == "not judged"


def test_the_report_has_a_row_for_each_server_and_says_why_one_is_missing() -> None:
    run = measured()
    run.not_run[KOHA] = "needs Perl module XML::Simple"
    written = report.text(run, [("processor", "one")], "How it was run.")
    rows = [line.split("|")[1].strip() for line in written.splitlines() if line.startswith("|")]
    assert [server for server in rows if server in {*RATES, KOHA}] == [*RATES, KOHA, SQLITE]
    assert "not run: needs Perl module XML::Simple" in written
    assert "| 0.35 " in written


def test_the_page_is_held_to_its_bars() -> None:
    assert below(measured()) == []
    run = measured()
    run.pages = replace(PAGES, first_ms=100.0, searches={"a word": 300.0, "a field": 20.0}, ratios=[0.9, 0.94, 1.1])
    assert below(run) == [
        "first page, 100,000 attempts",
        "slowest search, a word, 100,000 attempts",
        "rate with 50 open pages by that without",
    ]


def test_the_page_of_a_small_store_is_not_judged() -> None:
    run = measured()
    run.pages = replace(PAGES, attempts=2_000, first_ms=500.0)
    few = "only 2,000 attempts were there"
    assert [check.reason for check in bars.checks(run) if "100,000 attempts" in check.what] == [few, few]


def test_the_report_has_the_page() -> None:
    written = report.text(measured(), [], "")
    assert "## The page, over 100,000 attempts, SQLite" in written
    assert "| search: a field " in written
