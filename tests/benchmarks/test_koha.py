"""Koha's daemon as a server to be measured: a stand-in in Perl plays it, before the real stub of its back end."""

import shutil
from pathlib import Path

import pytest

from benchmarks import koha
from benchmarks.load import Load, run
from benchmarks.title import template

STAND_IN = Path(__file__).with_name("standin.pl")
needs_perl = pytest.mark.skipif(shutil.which("perl") is None, reason="Perl is not installed")


@needs_perl
def test_exports_to_the_daemon_are_answered_by_way_of_the_back_end(tmp_path: Path) -> None:
    try:
        koha.check(STAND_IN)
    except koha.NotRun as why:
        pytest.skip(f"the stand-in {why}")
    with koha.daemon(STAND_IN, tmp_path) as server:
        outcome, last_bad = run(Load(port=server.port, clients=3, seconds=60, exports=50, record=template()))
    assert (outcome.good, last_bad) == (50, "")


@needs_perl
def test_a_perl_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    script = tmp_path / "daemon.pl"
    script.write_text("use strict;\nuse Nowhere::ToBe::Found;\n")
    with pytest.raises(koha.NotRun, match=r"^needs Perl module Nowhere::ToBe::Found$"), koha.daemon(script, tmp_path):
        pass


@needs_perl
def test_a_file_that_is_no_script_is_not_run(tmp_path: Path) -> None:
    script = tmp_path / "daemon.pl"
    script.write_text("this is no Perl {\n")
    with pytest.raises(koha.NotRun, match=r"^Perl does not take it: "):
        koha.check(script)


@needs_perl
def test_a_daemon_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    script = tmp_path / "daemon.pl"
    script.write_text('die "Port not specified";\n')
    with (
        pytest.raises(koha.NotRun, match=r"^was not ready .* or ended: Port not specified"),
        koha.daemon(script, tmp_path),
    ):
        pass
