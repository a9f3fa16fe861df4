"""For those who test what exports: a pytest plugin, and what its scripts are made of.

    from gateway.testing import captures, faults, replies

    def test_exporter_retries(connexion_gateway): …

The plugin (`plugin`) finds its way into pytest by itself. Importing this package alone imports nothing else; the types
of the fixtures come when they are named, as in `from gateway.testing import Gateway`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.testing.attempt import Attempt
    from gateway.testing.factory import MakeGateway
    from gateway.testing.marc import Marc
    from gateway.testing.native import TrioGateway
    from gateway.testing.zone import Gateway

__all__ = ["Attempt", "Gateway", "MakeGateway", "Marc", "TrioGateway"]

_TYPES = {"Attempt": "attempt", "Gateway": "zone", "MakeGateway": "factory", "Marc": "marc", "TrioGateway": "native"}
"""Name -> the module that has it."""


def __getattr__(name: str) -> object:
    """One of the types. Raises AttributeError for what is none."""
    if name not in _TYPES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_TYPES[name]}"), name)
