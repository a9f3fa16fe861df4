"""What resource sharing systems ask, from the list to the patron; and a set that is published without scripts."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.filled import Filled
from tests.browser.visiting import Site, visiting, window

TELEPHONE: Final = {"width": 375, "height": 812}
"""CSS pixels."""


@pytest.fixture
def telephone(browser: Browser, full: Filled) -> Iterator[Site]:
    """The gateway that tests share, and a small window without scripts."""
    with window(browser, full.gateway, viewport=TELEPHONE, java_script_enabled=False) as one:
        yield one


def test_exchange_leads_to_its_patron_and_the_loan(library):
    tab = library.open("/exchanges")
    tab.get_by_role("searchbox", name="Search exchanges").fill("checkout")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{library.url}/exchanges?q=checkout")
    tab.wait_for_load_state()  # there are no keys before
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("CheckOutItem")
    tab.get_by_role("link", name="patron Rivers, Ada").click()
    expect(tab.get_by_role("region", name="Loans")).to_contain_text("Blanks, fill characters")
    tab.get_by_role("link", name="Blanks, fill characters").click()
    expect(tab.get_by_role("row", name="Rivers, Ada")).to_be_in_viewport()


def test_on_a_telephone_sets_and_messages_are_read_without_scripts(telephone):
    tab = telephone.open("/zones/xyz")
    for button in ("Run ReShare", "Republish list"):
        box = tab.get_by_role("button", name=button).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= TELEPHONE["width"]
    tab.goto(f"{telephone.url}/exchanges/3")
    expect(tab.get_by_role("region", name="What to change")).to_contain_text("Enter 01CARLI_XYZ, exactly so")
    assert tab.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]


def test_set_is_published_without_scripts(browser):
    with visiting(browser, java_script_enabled=False) as site:
        site.connexion.exports("monograph")
        tab = site.open("/zones/xyz")
        tab.get_by_role("button", name="Republish (all records)").click()
        expect(tab.get_by_role("status").first).to_contain_text("The run has ended")
        expect(tab.get_by_role("region", name="Runs")).to_contain_text("republish")
