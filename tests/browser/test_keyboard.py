"""The page by keyboard alone."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.filled import MERGED
from tests.browser.visiting import Site

MOST_STEPS = 300
"""Presses of Tab after which a page would count as a trap: none has so much to stop at."""
AT = """() => {
    const element = document.activeElement;
    if (element === document.body) return {end: true};
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const there = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0 && box.top < innerHeight;
    return {end: false, seen: drawn && there, element: element.outerHTML};
}"""
"""Where the focus is, and whether one sees that."""


def focused(tab: Page) -> Locator:
    """What has the focus."""
    return tab.locator(":focus")


def test_content_can_be_skipped_to(library):
    tab = library.open()
    tab.keyboard.press("Tab")
    expect(focused(tab)).to_have_text("Skip to content")
    expect(focused(tab)).to_be_in_viewport()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert focused(tab).evaluate("element => Boolean(element.closest('main'))")


def test_slash_searches_and_enter_sends(library):
    tab = library.open()
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox", name="Search exports and records")).to_be_focused()
    tab.keyboard.type("title:j/k")
    tab.keyboard.press("Enter")
    expect(tab).to_have_title(re.compile("^title:j/k"))


def test_j_and_k_go_through_rows_and_enter_opens_one(library):
    tab = library.open()
    rows = tab.locator("[data-rows] a[data-row]")
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        tab.keyboard.press(key)
        expect(rows.nth(at)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("/attempts/"))


def test_keys_can_be_switched_off(library):
    tab = library.open()
    tab.get_by_role("button", name=re.compile("^Keys")).press("Enter")
    tab.keyboard.press("j")
    expect(tab.locator("[data-row]:focus")).to_have_count(0)
    tab.reload()
    tab.keyboard.press("j")
    expect(tab.locator("[data-row]:focus")).to_have_count(0)


def test_every_stop_of_the_tab_key_is_seen_and_none_is_a_trap(library):
    for path in ("/", MERGED, "/zones/new"):
        _walk(library, path)


def test_zone_is_made_by_keyboard(site):
    tab = site.open("/zones/new")
    tab.get_by_label("Name in the gateway").focus()
    tab.keyboard.type("class-4")
    tab.keyboard.press("Tab")
    tab.keyboard.type("01CARLI_CLASS4")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status").first).to_contain_text("Zone class-4 is made")


def _walk(library: Site, path: str) -> None:
    """Press Tab from the top of a page until the focus leaves it."""
    tab = library.open(path)
    for step in range(MOST_STEPS):
        tab.keyboard.press("Tab")
        at = tab.evaluate(AT)
        if at["end"]:
            assert step
            return
        assert at["seen"], f"{path}: {at['element']}"
    raise AssertionError(f"{path}: the focus never leaves the page")
