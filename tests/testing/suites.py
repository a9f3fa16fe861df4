"""Suites of tests as users of the plugin write them, each run by pytest in a process of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.server.running import record

SAMPLE = record(1234567, "A notebook of rivers")
SUITE_SECONDS = 600
"""For one run of a suite: many times what it takes, for machines that are busy."""
NOT_INHERITED = ("GATEWAY_", "PYTEST_")
"""How variables of the environment begin that would be options of a suite."""
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
MANY = """
import pytest

@pytest.mark.parametrize("number", range({}))
def test_export(connexion_gateway, exporter, sample, number):
    gateway = connexion_gateway
    exporter.send(sample, gateway.host, gateway.port, gateway.logon_id, gateway.password)
    attempt = gateway.wait_for(oclc="1234567")
    assert (attempt.outcome, attempt.mms_id) == ("created", "9910000000015867")
    gateway.assert_nothing_else()
"""
"""So many tests."""
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "conftest.py").write_text(CONFTEST, "utf-8")
        (folder / "sample.mrc").write_bytes(SAMPLE)
        self.settings()

    def settings(self, *more: str) -> None:
        """Have these lines in `pytest.ini`."""
        (self.folder / "pytest.ini").write_text(SETTINGS.format(more="\n".join(more)), "utf-8")

    def conftest(self, more: str) -> None:
        """Have this in `conftest.py` as well."""
        with (self.folder / "conftest.py").open("a", encoding="utf-8") as file:
            file.write(more)

    def write(self, tests: str) -> None:
        """Have these tests, in one file."""
        (self.folder / "test_export.py").write_text(tests, "utf-8")

    def run(self, tests: str, *arguments: str, environ: Mapping[str, str] = {}) -> pytest.RunResult:
        """Run these tests."""
        self.write(tests)
        return ran(self.folder, *arguments, environ=environ)

    def fails(self, tests: str, *arguments: str, failed: int = 1, **others: int) -> str:
        """The same, where some must fail; all that is printed."""
        result = self.run(EXPORTS_ONCE + tests, *arguments)
        result.assert_outcomes(failed=failed, **others)
        return result.stdout.str()


def ran(folder: Path, *arguments: str, environ: Mapping[str, str] = {}) -> pytest.RunResult:
    """What pytest says of a folder.

    `pytester` would make this process forget the modules that are imported meanwhile; a library that imports a part of
    itself late, as httpx does, would then have two of it.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=folder,
        env={**inherited, **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=SUITE_SECONDS,
        check=False,
    )
    print(done.stdout, done.stderr)
    return pytest.RunResult(
        done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), time.monotonic() - begun
    )


def by_test(printed: str) -> dict[str, str]:
    """What is printed of each test that failed, or had an error."""
    _, *rest = re.split(r"^_{3,} (?:ERROR at \w+ of )?(test_\w+) _{3,}$", printed, flags=re.MULTILINE)
    return dict(zip(rest[::2], rest[1::2], strict=True))
