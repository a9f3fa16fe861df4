"""What arrives, while one looks: rows that come, search, filters, several tabs."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.visiting import Site, expect_rows
from tests.server.running import WRONG

TABS = 7
"""More than a browser keeps connections to one host."""
HAS_PLACE = """async () => {
    const held = async () => (await navigator.locks.query()).held;
    const named = async (lock) => (await held()).find((one) => one.name === lock.name);
    const own = await navigator.locks.request(crypto.randomUUID(), named);
    return (await held()).some((one) => one.name.startsWith("gateway-live-") && one.clientId === own.clientId);
}"""
"""Whether a tab is one of those that are live: its script takes a place when the page is there already."""


@pytest.fixture
def two(site: Site) -> Site:
    """One export that was filed, and after it one that was not."""
    site.connexion.exports_titled(1999000001, "taken")
    site.connexion.exports_titled(1999000002, "turned away", WRONG)
    return site


def test_row_appears_without_reload(two):
    tab = two.open()
    expect_rows(tab, "turned away", "taken")
    two.connexion.exports_titled(1999000003, "come while one looks")
    expect(tab.locator("#attempt-3")).to_be_visible()
    two.connexion.exports("refused-no-245")
    expect(tab.get_by_role("status").first).to_have_text("2 new since you opened this page")
    expect_rows(tab, "no title", "come while one looks", "turned away", "taken")
    assert findings(tab) == []
    tab.locator("#attempt-3").get_by_role("link", name="come while one looks").click()
    expect(tab).to_have_url(f"{two.url}/attempts/3")


def test_row_that_is_not_asked_for_does_not_appear(two):
    tab = two.open()
    tab.get_by_role("navigation", name="Filters").get_by_role("link", name="logon failed").click()
    expect(tab).to_have_url(re.compile("outcome=logon_failed"))
    expect_rows(tab, "turned away")
    two.connexion.exports_titled(1999000003, "taken too")
    two.connexion.exports_titled(1999000004, "turned away too", WRONG)
    expect(tab.locator("#attempt-4")).to_be_visible()
    expect_rows(tab, "turned away too", "turned away")


def test_search(two):
    tab = two.open()
    box = tab.get_by_role("searchbox", name="Search exports and records")
    box.fill("title:taken")
    box.press("Enter")
    expect(tab).to_have_title(re.compile("title:taken"))
    expect_rows(tab, "taken")
    expect(box).to_have_value("title:taken")
    box.fill("1999000001")
    tab.get_by_role("button", name="Search").click()
    expect(tab).to_have_url(re.compile(r"/zones/xyz/records/\d+"))


def test_mistake_in_a_search_is_said_with_what_was_meant(two):
    two.expected.add(400)
    tab = two.open()
    box = tab.get_by_role("searchbox", name="Search exports and records")
    box.fill("titel:taken")
    box.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("did you mean title?")
    expect(box).to_have_accessible_description(re.compile("did you mean title"))
    assert findings(tab) == []
    box.fill("title:taken")
    box.press("Enter")
    expect(tab.locator("#attempt-1")).to_be_visible()


def test_more_tabs_than_connections_all_load_and_the_newest_is_live(site):
    site.connexion.exports_titled(1, "before")
    tabs = []
    for _ in range(TABS):
        tabs.append(site.open())
        tabs[-1].wait_for_function(HAS_PLACE)
    site.connexion.exports_titled(2, "later")
    expect(tabs[-1].locator("#attempt-2")).to_be_visible()
    tabs[0].goto(f"{site.url}/zones")
    expect(tabs[0].get_by_role("heading", level=1)).to_have_text("Zones")
