"""A folder of its own for each test, without the settings of whoever runs it; gateways that log nothing."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from .gateways import Gateway, serving


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands run."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("GATEWAY_"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """structlog's own default prints to standard output, where commands write."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
def store(tmp_path: Path) -> str:
    """URL of a store that is not there yet."""
    return f"sqlite:{tmp_path / 'gateway.db'}"


@pytest.fixture
def gateway(store: str) -> Iterator[Gateway]:
    """A gateway on that store."""
    with serving(store) as running:
        yield running


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port of 127.0.0.1 that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
