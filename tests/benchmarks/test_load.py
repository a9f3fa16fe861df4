"""The load generator against the bare loop, on real sockets."""

import socket
from array import array
from pathlib import Path

import pytest

from benchmarks.load import FIRST_NUMBER, LOGON_ID, PASSWORD, Load, logon, run
from benchmarks.result import Result, Tally, percentile, result
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
    assert outcome.numbers() == {*range(FIRST_NUMBER, FIRST_NUMBER + EXPORTS)}
    assert 0 < outcome.p50_ms <= outcome.p99_ms <= outcome.max_ms


def test_exports_to_a_port_where_nobody_listens_are_bad() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        load = Load(port=unheard.getsockname()[1], clients=2, seconds=60, exports=10, record=template())
        outcome, last_bad = run(load, processes=1)

    assert (outcome.good, outcome.bad) == (0, 10)
    assert outcome.bad_numbers == sorted(outcome.numbers())
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
        Tally(array("d", [0.004, 0.001]), good=2, seconds=1.0, begun=(7, 2, 2)),
        Tally(array("d", [0.003, 0.002]), good=1, bad=1, seconds=2.0, begun=(8, 2, 2), bad_numbers=[10]),
    ]
    together = result(64, tallies)
    assert together == Result(
        clients=64,
        exports=4,
        good=3,
        bad=1,
        seconds=2.0,
        rate=1.5,
        p50_ms=3.0,
        p99_ms=4.0,
        max_ms=4.0,
        begun=((7, 2, 2), (8, 2, 2)),
        bad_numbers=[10],
    )
    assert together.numbers() == {7, 8, 9, 10}
