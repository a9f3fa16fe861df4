"""The page: what arrived, why it failed, what the zones hold, for people. Works without scripts, is live with them."""

from importlib import import_module
from typing import Final

from litestar import Router
from litestar.exceptions import HTTPException

from gateway.frontends.ui.faults import shown

NOUNS: Final = (
    *("static", "attempts", "attempt", "welcome", "nothing", "records", "versions", "changes", "uploading"),
    *("zones", "webhooks", "scripts", "publishing", "patrons", "exchanges"),
    *("lessons", "settings", "signing", "look", "elsewhere"),
)
"""Modules of pages; each has `handlers`."""


def router() -> Router:
    """All pages."""
    modules = [import_module(f"{__name__}.{noun}") for noun in NOUNS]
    return Router(
        path="/",
        route_handlers=[handler for module in modules for handler in module.handlers],
        exception_handlers={Exception: shown, HTTPException: shown},
        include_in_schema=False,
    )
