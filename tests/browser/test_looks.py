"""Dark and light, narrow screens, paper, and no motion for who wants none."""

import re

import pytest
from playwright.sync_api import Page, expect

from gateway.frontends.ui.record_views import VIEWS
from tests.browser.filled import MERGED, SMALL
from tests.browser.visiting import window

NARROW = {"width": 360, "height": 740}
"""CSS pixels of a small telephone."""
PAGES = (
    *("/", "/attempts/2", "/attempts/4", "/attempts/7", "/attempts/10", "/welcome", "/nothing-arrived"),
    *("/records", "/records/upload", MERGED, f"{MERGED}/history", f"{MERGED}/diff", f"{MERGED}/delete"),
    *(f"{SMALL}?view={view}" for view in VIEWS),
    *("/zones", "/zones/xyz", "/zones/new", "/zones/xyz/reset", "/lessons", "/lessons/locked", "/settings", "/sign-in"),
)


def luminance(tab: Page) -> float:
    """Of the page's ground: 0 is black, 255 is white."""
    tab.wait_for_load_state()
    red, green, blue = map(int, re.findall(r"\d+", tab.evaluate("getComputedStyle(document.body).backgroundColor"))[:3])
    return (red + green + blue) / 3


@pytest.mark.parametrize(("scheme", "dark"), [("dark", True), ("light", False)])
def test_colours_are_the_computers(browser, full, scheme, dark):
    with window(browser, full.gateway, color_scheme=scheme) as site:
        assert (luminance(site.open()) < 64) is dark


def test_colours_are_switched_and_kept(library):
    tab = library.open("/zones/xyz")
    assert luminance(tab) > 192
    tab.get_by_role("button", name="Dark").click()
    expect(tab.locator("html")).to_have_attribute("data-look", "dark")
    expect(tab).to_have_url(f"{library.url}/zones/xyz")
    assert luminance(tab) < 64
    assert luminance(library.open("/")) < 64
    tab.get_by_role("button", name="As the computer").click()
    expect(tab.locator("html")).to_have_attribute("data-look", "auto")
    assert luminance(tab) > 192


def test_narrow_screen_is_not_scrolled_sideways(browser, full):
    with window(browser, full.gateway, viewport=NARROW) as site:
        tab = site.context.new_page()
        wide = []
        for path in (*PAGES, full.lesson, full.judged):
            tab.goto(site.url + path)
            width = tab.evaluate("document.documentElement.scrollWidth")
            wide += [f"{path}: {width}"] if width > NARROW["width"] else []
        assert wide == []


def test_paper_has_the_report_and_nothing_to_press(library):
    tab = library.open("/attempts/4")
    tab.emulate_media(media="print", color_scheme="dark")
    for name in ("Main", "Forms of the record", "Exports near this one"):
        expect(tab.locator(f"nav[aria-label='{name}']")).not_to_be_visible()
    for heading in ("What to change", "Connexion showed", "Found in the record"):
        expect(tab.get_by_role("heading", name=heading)).to_be_visible()
    expect(tab.locator("button:visible, input:visible")).to_have_count(0)
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("motion", "animated"), [("reduce", "none"), ("no-preference", "fresh")])
def test_row_that_comes_moves_only_for_who_wants_it(browser, full, motion, animated):
    with window(browser, full.gateway, reduced_motion=motion) as site:
        tab = site.open("/?q=title:nothing")
        tab.evaluate("document.querySelector('[data-rows]').innerHTML = '<tr class=\"fresh\"><td>x</td></tr>'")
        assert tab.locator("tr.fresh").evaluate("row => getComputedStyle(row).animationName") == animated
