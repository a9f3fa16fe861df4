"""The benchmark's own parts: its generator against its bare loop on real sockets, and what it makes of the figures."""

import socket
from array import array
from dataclasses import replace
from pathlib import Path

import pymarc
import pytest

from benchmarks import bars
from benchmarks.load import LOGON_ID, NINES, PASSWORD, Load, Result, Tally, logon, message, percentile, result, run
from benchmarks.servers import bare_loop
from benchmarks.title import template

EXPORTS = 200


@pytest.mark.parametrize("decimal", [False, True], ids=["desktop", "browser"])
@pytest.mark.parametrize("keep_open", [False, True], ids=["connection-an-export", "kept-open"])
def test_every_export_to_the_bare_loop_is_answered_well(tmp_path: Path, decimal: bool, keep_open: bool) -> None:
    with bare_loop(tmp_path / "bare.log", logon(LOGON_ID, PASSWORD, decimal=decimal)) as bare:
        load = Load(
            port=bare.port,
            clients=5,
            seconds=60,
            exports=EXPORTS,
            record=template(),
            decimal=decimal,
            keep_open=keep_open,
        )
        outcome, last_bad = run(load, processes=2)

    assert (outcome.exports, outcome.good, outcome.bad, last_bad) == (EXPORTS, EXPORTS, 0, "")
    assert 0 < outcome.p50_ms <= outcome.p99_ms <= outcome.max_ms


def test_exports_to_a_port_where_nobody_listens_are_bad() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        load = Load(port=unheard.getsockname()[1], clients=2, seconds=60, exports=10, record=template())
        outcome, last_bad = run(load, processes=1)

    assert (outcome.good, outcome.bad) == (0, 10)
    assert last_bad


def test_replies_that_do_not_say_what_is_expected_are_bad(tmp_path: Path) -> None:
    with bare_loop(tmp_path / "bare.log") as bare:
        load = Load(port=bare.port, clients=1, seconds=60, exports=3, record=template(), expect="Logon Failed")
        outcome, last_bad = run(load, processes=1)

    assert outcome.bad == 3
    assert last_bad.startswith("The record has been processed successfully.")


def test_logon_items_have_the_lengths_of_their_form() -> None:
    assert logon("01CARLI_XYZ", "secret") == b"AK01CARLI_XYZPFsecret"
    assert logon("01CARLI_XYZ", "secret", decimal=True) == b"A1101CARLI_XYZP6secret"


def test_each_export_is_a_record_of_its_own_number() -> None:
    exported = message(b"", template(), 100_000_007)
    assert NINES not in exported
    assert exported.endswith(b"\x1d\0")

    record = pymarc.Record(exported[:-1])
    assert record["001"].data == "ocn100000007"
    assert record["035"]["a"] == "(OCoLC)100000007"
    assert record["245"]["n"] == "100000007,"
    assert record.as_marc() == exported[:-1]


@pytest.mark.parametrize(
    ("ordered", "fraction", "value"),
    [
        ([], 0.5, 0.0),
        ([7.0], 0.99, 7.0),
        (list(map(float, range(100))), 0.5, 50.0),
        (list(map(float, range(100))), 0.99, 99.0),
        (list(map(float, range(1000))), 0.99, 990.0),
        (list(map(float, range(100))), 1.0, 99.0),
    ],
)
def test_percentiles_of_known_values(ordered: list[float], fraction: float, value: float) -> None:
    assert percentile(ordered, fraction) == value


def test_tallies_of_several_processes_make_one_result() -> None:
    tallies = [
        Tally(array("d", [0.004, 0.001]), good=2, seconds=1.0),
        Tally(array("d", [0.003, 0.002]), good=1, bad=1, seconds=2.0),
    ]
    assert result(64, tallies) == Result(
        clients=64, exports=4, good=3, bad=1, seconds=2.0, rate=1.5, p50_ms=3.0, p99_ms=4.0, max_ms=4.0
    )


AT_THE_BARS = Result(clients=64, exports=100, good=100, bad=0, seconds=1, rate=100, p50_ms=10, p99_ms=59.9, max_ms=70)


def judged(gateway: Result, memory: bars.Memory | str = "not tried") -> dict[str, bars.Verdict]:
    bare = bars.Sample(replace(AT_THE_BARS, rate=400.0), busy=1.0)
    comparison = bars.Comparison(gateway.clients, bare=[bare], gateway=[bars.Sample(gateway, busy=None)])
    return {check.what: check.verdict for check in bars.checks([comparison], memory)}


def test_a_gateway_at_the_bars_passes() -> None:
    held = bars.Memory(
        exports=50_000,
        at_start=50,
        after_exports=119.9,
        rate=100,
        bad=0,
        connections=1_000,
        with_connections=179.8,
    )
    assert set(judged(AT_THE_BARS, held).values()) == {"pass"}


@pytest.mark.parametrize(
    ("gateway", "what"),
    [
        (replace(AT_THE_BARS, rate=99.9), "ratio at 64 clients"),
        (replace(AT_THE_BARS, p99_ms=60.0), "p99 at 64 clients"),
        (replace(AT_THE_BARS, bad=1), "exports answered badly or not at all"),
    ],
)
def test_a_gateway_below_one_bar_is_told_which(gateway: Result, what: str) -> None:
    verdicts = judged(gateway)
    assert [name for name, verdict in verdicts.items() if verdict == "below"] == [what]


def test_memory_of_a_short_run_is_not_judged() -> None:
    held = bars.Memory(
        exports=2_000, at_start=50, after_exports=500, rate=100, bad=0, connections=100, with_connections=900
    )
    verdicts = judged(AT_THE_BARS, held)
    assert verdicts["memory after 50,000 exports"] == "not judged"
    assert verdicts["1,000 idle connections"] == "not judged"
