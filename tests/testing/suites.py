"""Suites of tests as users of the plugin write them, each run by pytest in a process of its own."""

import pytest

from tests.server.running import record

SAMPLE = record(1234567, "A notebook of rivers")
CONFTEST = '''
import socket
from pathlib import Path

import pytest

SERVED = b"The record has been processed successfully"


class Exporter:
    """Sends records as Connexion does, and tries again where one is refused."""

    def send(self, record, host, port, logon_id, password, tries=3):
        items = ((b"A", logon_id.encode()), (b"P", password.encode()))
        message = b"".join(tag + bytes([0x40 + len(value)]) + value for tag, value in items) + record
        for _ in range(tries):
            reply = self.ask(host, port, message)
            if reply.startswith(SERVED):
                break
        return reply

    def ask(self, host, port, message):
        reply = b""
        with socket.create_connection((host, port), timeout=30) as connection:
            connection.sendall(message)
            while not reply.endswith(b"\\0") and (some := connection.recv(4096)):
                reply += some
        return reply


@pytest.fixture
def exporter():
    return Exporter()


@pytest.fixture
def sample():
    return (Path(__file__).parent / "sample.mrc").read_bytes()
'''
EXAMPLE = """
from gateway.testing import replies


def test_exporter_retries_after_a_refused_logon(connexion_gateway, exporter, sample):
    gateway = connexion_gateway
    gateway.script(replies.logon_failed(), replies.accept())      # in order, each used once
    exporter.send(sample, gateway.host, gateway.port, gateway.logon_id, gateway.password)
    attempt = gateway.wait_for(oclc="1234567", timeout=5)         # says what came near when it times out
    assert attempt.record == sample                               # differs? a MARC diff, field by field
    assert [a.outcome for a in gateway.attempts] == ["logon_failed", "created"]
    gateway.assert_nothing_else()
"""
EXPORTS_ONCE = """
def send(gateway, exporter, sample, tries=1):
    return exporter.send(sample, gateway.host, gateway.port, gateway.logon_id, gateway.password, tries)
"""
"""What the tests of a suite may begin with."""
SETTINGS = """
[pytest]
addopts = -p no:cacheprovider
filterwarnings = error
{more}
"""


class Suite:
    """A folder of tests."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makeconftest(CONFTEST)
        (pytester.path / "sample.mrc").write_bytes(SAMPLE)
        self.settings()

    def settings(self, *more: str) -> None:
        """Have these lines in `pytest.ini`."""
        (self.pytester.path / "pytest.ini").write_text(SETTINGS.format(more="\n".join(more)), "utf-8")

    def run(self, tests: str, *arguments: str) -> pytest.RunResult:
        """Run these tests, in one file."""
        self.pytester.makepyfile(test_export=tests)
        return self.pytester.runpytest_subprocess(*arguments)

    def fails(self, tests: str, *arguments: str, failed: int = 1, **others: int) -> str:
        """The same, where some must fail; all that is printed."""
        result = self.run(EXPORTS_ONCE + tests, *arguments)
        result.assert_outcomes(failed=failed, **others)
        return result.stdout.str()
