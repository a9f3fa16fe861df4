"""What a failing test prints: what came near, what differs in a record, how it came, what of a script was not used."""

import re
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.testing.suites import EXPORTS_ONCE, Suite, by_test

WHAT_CAME = "- connexion_gateway: what came -"
THE_SCRIPT = "- connexion_gateway: the script -"
TESTS = (
    EXPORTS_ONCE
    + """
from gateway.testing import faults, replies

LONG = "Come back tomorrow, " + "and tomorrow, " * 10 + "to the last syllable."

def test_wait_in_vain(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)
    connexion_gateway.wait_for(oclc="1234567", outcome="merged", timeout=0.01)

def test_records_differ(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)
    assert connexion_gateway.wait_for().record == sample.replace(b"rivers", b"oceans")

def test_script_is_left(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.logon_failed(), replies.accept(times=2))
    connexion_gateway.connections(faults.served(), faults.refuse())
    send(connexion_gateway, exporter, sample)

def test_script_may_be_left(connexion_gateway):
    connexion_gateway.script(replies.logon_failed(), may_be_left=True)

def test_failed_before_the_script_was_used(connexion_gateway):
    connexion_gateway.script(replies.store_failed())
    assert connexion_gateway.attempts

def test_many_attempts(connexion_gateway, exporter, sample):
    for _ in range(30):
        send(connexion_gateway, exporter, sample)
    connexion_gateway.assert_nothing_else()

def test_long_reply(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.text(LONG))
    assert not send(connexion_gateway, exporter, sample)

def test_refused_record(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample[:-20] + b"x" * 19 + b"\\x1d")
    assert not connexion_gateway.attempts

def test_mistaken_outcome(connexion_gateway):
    connexion_gateway.wait_for(outcome="filed")

def test_mistaken_step(connexion_gateway):
    connexion_gateway.script(replies.accept(times=0))

def test_mistaken_kind_of_step(connexion_gateway):
    connexion_gateway.script(faults.refuse())

def test_mistaken_number(connexion_gateway):
    connexion_gateway.store.record("99")

def test_passes(connexion_gateway):
    pass
"""
)


class Run(NamedTuple):
    """What a run has left."""

    printed: dict[str, str]
    """By the test that failed."""
    junit: dict[str, str]
    """The same in JUnit XML."""
    rest: str
    """What is printed behind the failures."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of all of them."""
    suite = Suite(tmp_path_factory.mktemp("failures"))
    result = suite.run(TESTS, "-rA", "--junitxml=junit.xml")
    result.assert_outcomes(passed=2, failed=11)
    failures, passes, rest = result.stdout.str().partition("= PASSES =")
    assert passes
    cases = ElementTree.parse(suite.folder / "junit.xml").iter("testcase")
    return Run(by_test(failures), {case.attrib["name"]: case.findtext("failure", "") for case in cases}, rest)


def test_a_wait_in_vain_shows_what_came_near_and_how(run: Run) -> None:
    printed = run.printed["test_wait_in_vain"]
    assert "E       AssertionError: no attempt with oclc 1234567, outcome merged came within 0.01 s" in printed
    assert "OCLC number matches; outcome is created, not merged" in printed
    assert "wait_for(oclc=" in printed
    what_came = printed.split(WHAT_CAME)[1]
    assert re.search(r"#\d+ created, 'A notebook of rivers', OCLC 1234567, MMS ID 9910000000015867", what_came)
    assert "  Added as a new record." in what_came
    assert re.search(r"\d\.\d{3} <- value   01PYTEST_[0-9A-F]{12}  \(The logon ID\.\)", what_came)
    assert re.search(r"\d\.\d{3} -> reply   The record has been processed successfully\.⏎MMS ID: 99", what_came)
    assert THE_SCRIPT not in printed


def test_reports_for_machines_carry_it_too(run: Run) -> None:
    assert " -> reply   The record has been processed successfully." in run.junit["test_wait_in_vain"]
    assert "step 1, answered as logon_failed" in run.junit["test_script_is_left"]
    assert run.junit["test_passes"] == ""


def test_records_that_differ_show_their_fields(run: Run) -> None:
    printed = run.printed["test_records_differ"]
    compared = "<Marc 219 bytes: A notebook of rivers> == bytes <Marc 219 bytes: A notebook of oceans>"
    assert f"E       assert {compared}" in printed
    assert "E           - =245  00$aA notebook of oceans\nE           + =245  00$aA notebook of rivers" in printed
    assert "The same: 6 fields" in printed


def test_a_script_that_is_not_used_up_fails_a_test_that_passed(run: Run) -> None:
    printed = run.printed["test_script_is_left"]
    assert "the script was not used up: fewer exports or connections came than it has steps for" in printed
    assert "step 2, answered as the gateway decides (2 times): 0 used, 2 left" in printed.split(WHAT_CAME)[0]
    assert "refused" not in printed.split(WHAT_CAME)[0]
    assert "step 1, answered as logon_failed, nothing filed: 1 used, 0 left" in printed.split(THE_SCRIPT)[1]


def test_a_script_is_only_shown_where_the_test_failed_before(run: Run) -> None:
    printed = run.printed["test_failed_before_the_script_was_used"]
    assert "the script was not used up" not in printed
    assert "step 1, answered as store_failed, nothing filed: 0 used, 1 left" in printed.split(THE_SCRIPT)[1]
    assert "nothing: no record, and no failed try at sending one" in printed.split(WHAT_CAME)[1]


def test_what_is_shown_of_many_attempts_is_bounded(run: Run) -> None:
    printed = run.printed["test_many_attempts"]
    assert "30 more came than were waited for or looked at:" in printed
    what_came = printed.split(WHAT_CAME)[1]
    assert what_came.count("unchanged, 'A notebook of rivers'") == 20
    assert what_came.count("over the wire, ") == 3
    assert "and 10 earlier" in what_came


def test_a_reply_is_shown_whole(run: Run) -> None:
    what_came = run.printed["test_long_reply"].split(WHAT_CAME)[1]
    assert f"Come back tomorrow, {'and tomorrow, ' * 10}to the last syllable.  (" in what_came


def test_lines_of_its_log_are_shown(run: Run) -> None:
    assert "WARNING  gateway.importer" in run.printed["test_refused_record"]


@pytest.mark.parametrize(
    ("test", "line", "words"),
    [
        ("test_mistaken_outcome", 'wait_for(outcome="filed")', "outcome"),
        ("test_mistaken_step", "script(replies.accept(times=0))", "steps.1.times: must be"),
        ("test_mistaken_kind_of_step", "script(faults.refuse())", "it may be one for gateway.connections"),
        ("test_mistaken_number", 'store.record("99")', "no record has the MMS ID 99"),
    ],
)
def test_a_mistake_is_shown_where_it_is_made_and_said_once(run: Run, test: str, line: str, words: str) -> None:
    failure = run.printed[test].split(WHAT_CAME)[0]
    assert f">       connexion_gateway.{line}" in failure
    told = "".join(shown for shown in failure.splitlines(keepends=True) if shown.startswith("E "))
    assert told.count(words) == 1
    assert re.findall(r"^(\S+\.py):\d+: ", failure, re.MULTILINE) == ["test_export.py"]


def test_a_test_that_passes_prints_nothing(run: Run) -> None:
    assert "connexion_gateway:" not in run.rest


def test_a_gateway_that_is_gone_is_said(suite: Suite) -> None:
    printed = suite.fails(
        """
def test_export(connexion_gateway, _connexion_gateway_session):
    _connexion_gateway_session._thread.stop()
    connexion_gateway.wait_for()
""",
        errors=1,
    )
    assert re.search(r"the gateway at http://127\.0\.0\.1:\d+ does not answer", printed)
