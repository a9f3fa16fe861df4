"""Examples of bodies and answers, by operation, for the API's description: what a gateway really answered.

`tests/api/capture.py` writes the file anew; tests hold it against the types.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct


class Example(Struct, frozen=True, omit_defaults=True):
    """Of one operation."""

    body: Any = None  # Any: JSON, or a text
    """What is sent; null where nothing is."""
    answer: Any = None
    """What is answered; null where nothing is."""
    missed: Any = None
    """What is answered where nothing came in time."""


@lru_cache(maxsize=1)
def examples() -> dict[str, Example]:
    """All of them."""
    text = files("gateway.frontends.api").joinpath("examples.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Example])
