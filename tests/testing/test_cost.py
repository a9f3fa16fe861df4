"""What the plugin costs those who do not use it, and each test that does."""

import re
from typing import Final

import pytest

from gateway import testing
from tests.testing.suites import MANY, Suite

SECONDS: Final = 60.0
"""Processor time of two hundred tests, the start of pytest counted: they take some six, and more on a busy machine."""
FIRST_SECONDS: Final = 7.0
"""Processor time that the first test pays, for imports and the gateway's start: some 0.7."""

HEAVY = ("trio", "litestar", "hypercorn", "httpx", "msgspec", "pymarc", "structlog", "argon2", "apsw", "click")
"""What is not to be imported before a fixture is used."""
TELLS_IMPORTS = f"""
import sys

def test_imports():
    import gateway, gateway.testing
    heavy = [name for name in {HEAVY} if name in sys.modules]
    ours = [name for name in sys.modules if name.startswith("gateway.")]
    assert (heavy, sorted(ours)) == ([], ["gateway.testing", "gateway.testing.plugin"])
"""
COUNTS_REQUESTS = """
import httpx
import pytest

ASKED = []

@pytest.fixture(scope="session", autouse=True)
def counted():
    ask = httpx.Client.request
    def request(self, method, path, **more):
        ASKED.append(f"{method} {path}")
        return ask(self, method, path, **more)
    httpx.Client.request = request

def test_export(connexion_gateway, exporter, sample):
    gateway = connexion_gateway
    exporter.send(sample, gateway.host, gateway.port, gateway.logon_id, gateway.password)
    assert gateway.wait_for(oclc="1234567").record == sample

def test_count():
    print(*ASKED, sep="\\n")
    assert [asked.split("/")[0:2] for asked in ASKED] == [
        ["POST ", "hosts"],
        ["POST ", "zones"],
        ["GET ", "submissions"],
        ["GET ", "submissions"],
        ["DELETE ", "zones"],
        ["DELETE ", "hosts"],
    ]
"""
LEAVES_NO_THREAD = """
import threading

import pytest

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    left = [thread.name for thread in threading.enumerate() if thread.name == "connexion-gateway"]
    print("threads left:", left)
"""
TELLS_SECONDS = """
import time

PAID = []

@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    begun = time.process_time()
    result = yield
    PAID.append(time.process_time() - begun)
    return result

def pytest_sessionfinish(session):
    print(f"the first one paid {PAID[0]:.3f} s of {time.process_time():.3f} s")
"""


def test_nothing_heavy_is_imported_where_no_fixture_is_used(suite: Suite) -> None:
    (suite.folder / "conftest.py").unlink()
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # others' plugins import some of it themselves
    suite.run(TELLS_IMPORTS, "-p", "gateway.testing.plugin", environ=alone).assert_outcomes(passed=1)


@pytest.mark.long
def test_an_export_and_its_assertions_are_six_requests_and_no_thread_is_left_behind(suite: Suite) -> None:
    suite.conftest(LEAVES_NO_THREAD)
    result = suite.run(COUNTS_REQUESTS, "-s")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*threads left: []*"])


@pytest.mark.long
def test_the_first_test_pays_little_and_two_hundred_are_soon_done(suite: Suite) -> None:
    suite.conftest(TELLS_SECONDS)
    result = suite.run(MANY.format(200), "-s")
    result.assert_outcomes(passed=200)
    paid = re.search(r"the first one paid (\d+\.\d+) s of (\d+\.\d+) s", result.stdout.str())
    assert paid is not None
    first, all_of_it = float(paid[1]), float(paid[2])
    assert (first < FIRST_SECONDS, all_of_it < SECONDS) == (True, True), (first, all_of_it)


def test_types_of_the_fixtures_come_when_they_are_named() -> None:
    for name in testing.__all__:
        assert getattr(testing, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Elsewhere'"):
        testing.Elsewhere  # noqa: B018
    with pytest.raises(ImportError):
        from gateway.testing import nothing_at_all  # noqa: F401
