"""The checker axe finds nothing on any page, light or dark."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from gateway.frontends import ui
from gateway.frontends.ui.record_views import VIEWS
from tests.browser.accessibility import findings
from tests.browser.filled import BORROWER, EXCHANGES, MERGED, SMALL, Filled
from tests.browser.visiting import Site, window

PAGES: Final = (
    "/",
    "/?q=nowhere",
    *(f"/attempts/{seq}" for seq in (2, 4, 5, 7, 8)),
    "/welcome",
    "/nothing-arrived",
    "/records",
    MERGED,
    f"{MERGED}?version=1",
    *(f"{SMALL}?view={view}" for view in VIEWS),
    f"{MERGED}/history",
    f"{MERGED}/diff",
    f"{MERGED}/delete",
    "/records/upload",
    "/zones",
    "/zones/class-3",
    "/zones/xyz",
    *("/zones/xyz/patrons", f"/zones/xyz/patron?barcode={BORROWER}", "/zones/xyz/loans", "/zones/xyz/requests"),
    "/exchanges",
    "/exchanges?q=nowhere",
    *(f"/exchanges/{seq}" for seq in range(1, len(EXCHANGES) + 1)),
    "/zones/new",
    "/zones/xyz/reset",
    "/zones/class-3/delete",
    "/lessons",
    "/lessons/locked",
    "/settings",
    "/sign-in",
)
MISTAKEN: Final = ("/?q=titel:x", "/records?q=titel:x", "/records/99", "/zones/xyz/patrons?barcode=0", "/nowhere")
"""Pages whose status is no success."""
NO_PAGES: Final = (
    *("/static/{name:path}", "/events", "/exchanges/events", "/welcome/events", "/lessons/{key:str}/events"),
    *("/attempts/{seq:int}/report.txt", "/lessons/{key:str}/record.mrc"),
    "/zones/{zone:str}/records/{mms:str}/download",
    *("/look", "/records/{mms:str}/diff", "/welcome/waiting"),
)
"""Streams of events, files, what leads to a page, and one of `STAGES`."""
STAGES: Final = ("lesson", "judged", "waiting")
"""Pages whose path is known when something is under way."""


@pytest.fixture(scope="module")
def checked(browser: Browser, full: Filled) -> Iterator[Site]:
    """One window for all pages."""
    with window(browser, full.gateway) as site:
        site.expected |= {400, 404}
        yield site


@pytest.fixture(scope="module")
def tab(checked: Site) -> Page:
    """One tab for all pages."""
    return checked.context.new_page()


@pytest.mark.parametrize("path", [*PAGES, *MISTAKEN])
def test_page(checked, tab, path):
    tab.goto(checked.url + path)
    assert findings(tab) == []
    assert checked.noted() == []


@pytest.mark.parametrize("stage", STAGES)
def test_page_of_what_is_under_way(full, checked, tab, stage):
    tab.goto(checked.url + getattr(full, stage))
    assert findings(tab) == []
    assert checked.noted() == []


def test_every_page_is_looked_at():
    routes = [route.path for route in ui.router().routes if "GET" in route.methods and route.path not in NO_PAGES]
    looked_at = [path.partition("?")[0] for path in (*PAGES, *MISTAKEN)]
    assert [route for route in routes if not any(map(re.compile(_pattern(route)).fullmatch, looked_at))] == []


def _pattern(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "[^/]*", route)
