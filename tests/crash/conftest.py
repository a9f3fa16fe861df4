"""How long these tests go on, and by what chance."""

import os
import random
from pathlib import Path

import pytest

from tests.stores.conftest import KINDS, LASTING

ROUNDS = "GATEWAY_CRASH_ROUNDS"
"""Environment variable: how often each test kills something."""
SHORT = 2
"""Rounds where nobody asks for more: some seconds a test."""
SEED = "GATEWAY_CRASH_SEED"
"""Environment variable: the number from which all chance of a run comes, as a run that failed has printed it."""


@pytest.fixture(params=LASTING)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind that outlives its gateway."""
    return KINDS[request.param](tmp_path)


@pytest.fixture
def rounds() -> int:
    """How often to kill something."""
    return int(os.environ.get(ROUNDS) or SHORT)


@pytest.fixture
def chance() -> random.Random:
    """What is left to chance; pytest shows the seed where a test fails."""
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(1_000_000_000))
    print(f"to have the same again: {SEED}={seed}")
    return random.Random(seed)
