"""What a failing test prints: what came near, what differs in a record, how it came, what of a script was not used."""

import re

from tests.testing.suites import Suite

WHAT_CAME = "- connexion_gateway: what came -"
THE_SCRIPT = "- connexion_gateway: the script -"


def test_a_wait_in_vain_shows_what_came_near_and_how(suite: Suite) -> None:
    printed = suite.fails("""
def test_export(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)
    connexion_gateway.wait_for(oclc="1234567", outcome="merged", timeout=0.01)
""")
    assert "E       AssertionError: no attempt with oclc 1234567, outcome merged came within 0.01 s" in printed
    assert "OCLC number matches; outcome is created, not merged" in printed
    assert "wait_for(oclc=" in printed
    assert "zone.py" not in printed
    what_came = printed.split(WHAT_CAME)[1]
    assert "#1 created, 'A notebook of rivers', OCLC 1234567, MMS ID 9910000000015867" in what_came
    assert "  Added as a new record." in what_came
    assert re.search(r"0\.\d{3} <- value   01PYTEST_[0-9A-F]{12}  \(The logon ID\.\)", what_came)
    assert re.search(r"0\.\d{3} -> reply   The record has been processed successfully\.⏎MMS ID: 99", what_came)
    assert THE_SCRIPT not in printed


def test_records_that_differ_show_their_fields(suite: Suite) -> None:
    printed = suite.fails("""
def test_export(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)
    assert connexion_gateway.wait_for().record == sample.replace(b"rivers", b"oceans")
""")
    assert (
        "E       assert <Marc 219 bytes: A notebook of rivers> == bytes <Marc 219 bytes: A notebook of oceans>"
        in printed
    )
    assert "E           - =245  00$aA notebook of oceans\nE           + =245  00$aA notebook of rivers" in printed
    assert "The same: 6 fields" in printed


def test_a_script_that_is_not_used_up_fails_a_test_that_passed(suite: Suite) -> None:
    printed = suite.fails(
        """
from gateway.testing import faults, replies

def test_export(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.logon_failed(), replies.accept(times=2))
    connexion_gateway.connections(faults.served(), faults.refuse())
    send(connexion_gateway, exporter, sample)

def test_that_does_not_mind(connexion_gateway):
    connexion_gateway.script(replies.logon_failed(), may_be_left=True)
""",
        passed=1,
    )
    assert "the script was not used up: fewer exports or connections came than it has steps for" in printed
    assert "step 2, answered as the gateway decides (2 times): 0 used, 2 left" in printed.split("- Captured")[0]
    assert "refused" not in printed.split("- connexion_gateway")[0]
    assert "step 1, answered as logon_failed, nothing filed: 1 used, 0 left" in printed.split(THE_SCRIPT)[1]


def test_a_script_is_only_shown_where_the_test_failed_before(suite: Suite) -> None:
    printed = suite.fails("""
from gateway.testing import replies

def test_export(connexion_gateway):
    connexion_gateway.script(replies.store_failed())
    assert connexion_gateway.attempts
""")
    assert "the script was not used up" not in printed
    assert "step 1, answered as store_failed, nothing filed: 0 used, 1 left" in printed.split(THE_SCRIPT)[1]
    assert "nothing: no record, and no failed try at sending one" in printed.split(WHAT_CAME)[1]


def test_what_is_shown_of_many_attempts_is_bounded(suite: Suite) -> None:
    printed = suite.fails("""
def test_export(connexion_gateway, exporter, sample):
    for _ in range(30):
        send(connexion_gateway, exporter, sample)
    connexion_gateway.assert_nothing_else()
""")
    assert "30 more came than were waited for or looked at:" in printed
    what_came = printed.split(WHAT_CAME)[1]
    assert what_came.count("unchanged, 'A notebook of rivers'") == 20
    assert what_came.count("over the wire, ") == 3
    assert "and 10 earlier" in what_came


def test_a_test_that_passes_prints_nothing(suite: Suite) -> None:
    result = suite.run("def test_export(connexion_gateway): pass", "-rA")
    result.assert_outcomes(passed=1)
    assert "connexion_gateway:" not in result.stdout.str()


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
