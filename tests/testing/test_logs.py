"""Where the gateway's lines go in a user's tests, and that structlog is left as it was."""

import pytest

from tests.testing.suites import EXPORTS_ONCE, Suite

PLAIN = """
import logging
import structlog

def test_before():
    assert not structlog.is_configured()

def test_lines_are_collected(connexion_gateway, exporter, sample, caplog, capsys):
    caplog.set_level(logging.INFO)
    send(connexion_gateway, exporter, sample)
    assert any(record.getMessage().startswith("import.created ") for record in caplog.records)
    assert {record.name for record in caplog.records} >= {"gateway.importer"}
    assert not any(connexion_gateway.password in record.getMessage() for record in caplog.records)
    assert capsys.readouterr().out == ""

def test_lines_of_others_are_as_ever(connexion_gateway, capsys):
    structlog.get_logger().info("mine", number=1)
    structlog.get_logger("gateway").info("no module of the gateway")
    printed = capsys.readouterr().out
    assert "mine" in printed and "number" in printed and "no module of the gateway" in printed
"""
RESET_BY_A_TEST = """
import structlog

def test_resets(connexion_gateway):
    structlog.reset_defaults()

def test_export(connexion_gateway, exporter, sample, capsys):
    send(connexion_gateway, exporter, sample)
    assert capsys.readouterr().out == ""
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

def test_export(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)
    assert "import.created" in LINES
    assert structlog.get_config()["processors"] == [keep]
"""
LEFT = """
import pytest
import structlog

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    print("left configured:", structlog.is_configured())
"""


@pytest.mark.parametrize("tests", [PLAIN, RESET_BY_A_TEST, CONFIGURED], ids=["plain", "reset", "configured"])
def test_lines_go_where_the_user_wants_them(suite: Suite, tests: str) -> None:
    conftest = suite.pytester.path / "conftest.py"
    conftest.write_text(conftest.read_text("utf-8") + LEFT, "utf-8")
    result = suite.run(EXPORTS_ONCE + tests)
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines([f"*left configured: {tests is CONFIGURED}*"])


def test_lines_of_a_failing_test_are_shown(suite: Suite) -> None:
    printed = suite.fails("""
def test_export(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample[:-20] + b"x" * 19 + b"\\x1d")
    assert not connexion_gateway.attempts
""")
    assert "WARNING  gateway.importer" in printed
