"""Fixtures that tests of several rooms share."""

import os
from pathlib import Path

import hypothesis
import pytest

from tests.server.running import PATIENCE
from tests.stores.postgres_server import SHARED

pytest_plugins = ("pytester",)

CONFORMANCE = "GATEWAY_CONFORMANCE"
"""Environment variable: the folder of real records to try the gateway with."""

hypothesis.settings.register_profile(
    "gateway",
    deadline=None,  # it measures how busy the machine is, as does the check
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=True,  # a run tells of what was changed, and nothing by chance
)
hypothesis.settings.register_profile(  # make explore
    "exploring", hypothesis.settings.get_profile("gateway"), derandomize=False, max_examples=1_000
)
hypothesis.settings.load_profile("gateway")


def pytest_sessionfinish() -> None:
    """Stop the database server that tests share, if this process was the last that used it."""
    SHARED.close()


@pytest.fixture
def keeps_every_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway of this process does, however slow its store is."""
    monkeypatch.setattr("gateway.importer.accept.AFTERWARDS_SECONDS", PATIENCE)


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of real records; where there is none, the test is skipped."""
    folder = os.environ.get(CONFORMANCE)
    if not folder:
        pytest.skip(f"{CONFORMANCE} is not set: it names the folder of real records that this test reads")
    return Path(folder)
