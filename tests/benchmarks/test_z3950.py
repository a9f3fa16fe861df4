"""The benchmark of Z39.50: its corpus, its clients before a real gateway, its bars."""

import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import z3950_peers
from benchmarks.bars import Sample
from benchmarks.result import Result
from benchmarks.servers import ROOT, python
from benchmarks.title import template
from benchmarks.z3950 import Bench
from benchmarks.z3950_corpus import WORDS, drawn, word, worded
from benchmarks.z3950_load import SEARCHED, WORKS, BadAnswer, good, numbers
from benchmarks.z3950_peers import ZEBRA, NotRun, peer
from benchmarks.z3950_report import GATEWAY, Measured, checks, text
from gateway.frontends.z3950.apdus import encode
from gateway.frontends.z3950.apdus.search import ResultSetStatus, SearchResponse
from gateway.marc import iso2709

FIGURES = Result(clients=4, exports=10, good=10, bad=0, seconds=1.0, rate=4_000.0, p50_ms=1.0, p99_ms=5.0, max_ms=9.0)


def test_no_two_words_are_alike() -> None:
    assert len({word(rank) for rank in range(WORDS)}) == WORDS
    assert {len(word(rank)) for rank in (0, 1, WORDS - 1)} == {7}


def test_a_word_is_about_as_frequent_as_its_rank_is_low() -> None:
    chance = random.Random(1)
    ranks = [drawn(chance) for _ in range(10_000)]
    assert min(ranks) >= 0
    assert max(ranks) < WORDS
    assert sum(rank < 100 for rank in ranks) == pytest.approx(sum(100 <= rank < WORDS for rank in ranks), rel=0.3)


def test_a_title_has_words_of_its_own_and_its_record_is_sound() -> None:
    first, second = worded(template(), 1), worded(template(), 2)
    assert first == worded(template(), 1)
    assert first != second
    assert len(first) == len(template())
    assert dict(iso2709.split(first))["245"] != dict(iso2709.split(second))["245"]


def test_the_numbers_of_an_answer_are_read() -> None:
    assert numbers(encode(SearchResponse(300, 0, 1, True))) == {23: 300, 24: 0, 25: 1, 22: 1}


def test_a_failed_search_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="search_status=False"):
        good(encode(SearchResponse(0, 0, 0, False, ResultSetStatus.NONE)), SEARCHED, 1)


def measured(**rates: float) -> Measured:
    """The gateway's rates, beside a Zebra of 4,000 a second."""
    usual = dict.fromkeys(("usmarc", "opac", "connect", "keyword"), 4_000.0) | rates
    samples = {(work, GATEWAY): [Sample(replace(FIGURES, rate=rate), 1.0)] for work, rate in usual.items()}
    return Measured(samples | {(work, ZEBRA): [Sample(FIGURES, 3.0)] for work in ("usmarc", "connect")})


@pytest.mark.parametrize(("work", "place"), [("usmarc", 0), ("connect", 1), ("opac", 2)])
def test_a_rate_below_its_bar_is_told(work: str, place: int) -> None:
    assert {check.verdict for check in checks(measured(), 1_000_000)} == {"pass"}
    verdicts = [check.verdict for check in checks(measured(**{work: 2_999.0}), 1_000_000)]
    assert verdicts[place] == "below"
    assert verdicts.count("below") == 1


def test_a_search_is_judged_over_a_million_titles_alone() -> None:
    assert "only 50,000 titles were there" in text(measured(), 50_000, [])


def test_without_zebra_its_bars_are_not_judged() -> None:
    alone = measured()
    alone.samples = {key: some for key, some in alone.samples.items() if key[1] == GATEWAY}
    alone.not_run[ZEBRA] = "idzebra-2.0 is not installed"
    assert [check.verdict for check in checks(alone, 1_000_000)][:2] == ["not judged", "not judged"]
    assert "idzebra-2.0 is not installed" in text(alone, 1_000_000, [])


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    for name in z3950_peers.PEERS:
        with pytest.raises(NotRun, match="is not installed"), peer(name, tmp_path / "none", tmp_path):
            pass


@pytest.mark.long
@pytest.mark.skipif(shutil.which("yaz-ztest") is None, reason="needs yaz-ztest (package yaz)")
def test_clients_search_yaz_ztest(tmp_path: Path) -> None:
    with peer(z3950_peers.ZTEST, tmp_path / "none", tmp_path) as server:
        for work in ("usmarc", "opac", "connect"):
            command = python("benchmarks.z3950_load", "-p", str(server.port), "-w", work, "-c", "1", "-s", "2")
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["good"] > 0


@pytest.mark.long
def test_the_whole_of_it_runs_and_the_gateway_answers_well(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 2_000, None, 0.2, 1)
    bench.run()
    assert {work for work, server in bench.measured.samples if server == GATEWAY} == set(WORKS)
    assert [one.verdict for one in checks(bench.measured, 2_000)][-1] == "pass"
