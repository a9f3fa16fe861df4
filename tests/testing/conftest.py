"""What tests of the plugin share."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.cli.gateways import process
from tests.testing.suites import Suite


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """A user's tests, in a folder of their own."""
    return Suite(tmp_path)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Where a gateway in a process of its own has its page."""
    ports = [f"hosts.{host}.connexion=0" for host in ("i-share-xyz", "i-share-network", "sandbox02-na")]
    settings = ["store.url=memory:", "http.port=0", "limits.failed_logon_seconds=0", *ports]
    with process("serve", *(word for value in settings for word in ("--set", value))) as started:
        assert started.stdout is not None
        yield msgspec.json.decode(started.stdout.readline())["http"]
        started.terminate()
        started.communicate()


@pytest.fixture(scope="session")
def connexion_gateway_url() -> str:
    """For tests of this process a gateway in a thread, whatever the environment says."""
    return ""
