"""Where the gateway's lines go in a user's tests, and that structlog is left to whoever is tested."""

import pytest

from tests.testing.suites import EXPORTS_ONCE, Suite

PLAIN = """
import logging
import structlog

def test_lines_are_collected(connexion_gateway, exporter, sample, caplog, capsys):
    caplog.set_level(logging.INFO)
    send(connexion_gateway, exporter, sample)
    assert any(record.getMessage().startswith("import.created ") for record in caplog.records)
    assert {record.name for record in caplog.records} >= {"gateway.importer"}
    assert not any(connexion_gateway.password in record.getMessage() for record in caplog.records)
    assert capsys.readouterr().out == ""

def test_structlog_is_not_configured(connexion_gateway):
    assert not structlog.is_configured()

def test_lines_of_others_are_as_ever(connexion_gateway, capsys):
    structlog.get_logger().info("mine", number=1)
    structlog.get_logger("gateway", port=5500).info("no module of the gateway")
    printed = capsys.readouterr().out
    assert "mine" in printed and "number" in printed and "no module of the gateway" in printed
"""
CAPTURED_BY_A_TEST = """
import structlog
from structlog.testing import capture_logs

def test_export(connexion_gateway, exporter, sample):
    with capture_logs() as lines:
        structlog.get_logger().info("mine")
        send(connexion_gateway, exporter, sample)
        connexion_gateway.wait_for()
    assert lines == [{"event": "mine", "log_level": "info"}]
    structlog.reset_defaults()
"""
CONFIGURED_BY_A_TEST = """
import structlog

def exported(gateway, exporter, sample, capsys):
    assert b"successfully" in send(gateway, exporter, sample)
    gateway.wait_for(oclc="1234567")
    assert capsys.readouterr().out == ""

def test_configures(connexion_gateway, exporter, sample, capsys):
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    exported(connexion_gateway, exporter, sample, capsys)

def test_still_configured(connexion_gateway, exporter, sample, capsys):
    exported(connexion_gateway, exporter, sample, capsys)

def test_resets(connexion_gateway, exporter, sample, capsys):
    structlog.reset_defaults()
    exported(connexion_gateway, exporter, sample, capsys)
"""
CONFIGURED = """
import pytest
import structlog

LINES = []

def keep(logger, method, event):
    LINES.append(event["event"])
    raise structlog.DropEvent

@pytest.fixture(scope="session", autouse=True)
def their_own():
    structlog.configure(processors=[keep])
    yield
    structlog.reset_defaults()

def test_export(connexion_gateway, exporter, sample):
    structlog.get_logger().info("mine")
    send(connexion_gateway, exporter, sample)
    assert LINES == ["mine"]
    assert structlog.get_config()["processors"] == [keep]
"""
ASKED = """
import logging
import httpx

def asking(caplog):
    return {record.name for record in caplog.records if record.name.startswith("http")}

def test_questions_of_the_fixture_are_no_lines(connexion_gateway, exporter, sample, caplog):
    caplog.set_level(logging.DEBUG)
    send(connexion_gateway, exporter, sample)
    connexion_gateway.wait_for()
    connexion_gateway.reset()
    assert asking(caplog) == set()

def test_those_of_others_are(connexion_gateway, caplog):
    caplog.set_level(logging.DEBUG)
    httpx.get(connexion_gateway.url + "/livez", trust_env=False)
    assert asking(caplog) == {"httpx", "httpcore.connection", "httpcore.http11"}

def test_none_of_either_in_a_report(connexion_gateway):
    assert not connexion_gateway.attempts
    assert False, "to be told"
"""
LEFT = """
import pytest
import structlog

AS_EVER = structlog.get_logger

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    print("as it was:", not structlog.is_configured() and structlog.get_logger is AS_EVER)
"""


@pytest.mark.parametrize(
    "tests",
    [PLAIN, CAPTURED_BY_A_TEST, CONFIGURED_BY_A_TEST, CONFIGURED],
    ids=["plain", "captured", "configured by a test", "configured"],
)
def test_the_gateway_s_lines_and_the_user_s_do_not_meet(suite: Suite, tests: str) -> None:
    suite.conftest(LEFT)
    result = suite.run(EXPORTS_ONCE + tests)
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["*as it was: True*"])


def test_questions_of_the_fixture_are_logged_nowhere(suite: Suite) -> None:
    suite.settings("log_level = DEBUG")
    printed = suite.fails(ASKED, passed=2)
    assert "to be told" in printed
    assert "HTTP Request" not in printed
    assert "httpcore" not in printed
