"""From an empty gateway to the first export, as a cataloguer goes about it."""

import re

from playwright.sync_api import Page, expect

from gateway.model import Logon
from tests.browser.accessibility import findings
from tests.browser.visiting import visiting
from tests.server.running import WRONG


def settings(tab: Page, zone: str) -> dict[str, str]:
    """What is to be copied into Connexion for a zone, by label."""
    tab.wait_for_load_state()
    rows = tab.get_by_role("region", name=f"Settings of {zone}", exact=True).locator("tr:has(code)").all()
    return {row.get_by_role("rowheader").inner_text(): row.locator("code").inner_text() for row in rows}


def test_institution_code_makes_zones_and_the_page_goes_to_the_first_export(site):
    tab = site.open()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Nothing has been exported")
    tab.get_by_label("Institution code, as in Alma").fill("01CARLI_TIDE")
    tab.get_by_role("button", name="Make my zones").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Type this into Connexion")
    assert findings(tab) == []
    typed = settings(tab, "tide")
    assert (typed["Port"], typed["Logon ID"]) == (str(site.gateway.port), "01CARLI_TIDE")
    logon = Logon(logon_id=typed["Logon ID"].encode(), password=typed["Password"].encode())
    assert site.connexion.exports("monograph", logon).startswith("The record has been processed successfully.")
    expect(tab).to_have_url(f"{site.url}/attempts/1")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("The lantern keepers of Harrow Quay")


def test_export_that_failed_is_told_and_the_settings_stay(site):
    tab = site.open()
    site.connexion.exports("monograph", WRONG)
    failed = tab.get_by_role("link", name="why, and what to change")
    expect(failed).to_be_visible()
    with site.context.expect_page() as beside:
        failed.click()
    expect(beside.value).to_have_url(f"{site.url}/attempts/1")
    expect(tab.get_by_role("button", name="Make my zones")).to_be_visible()


def test_code_that_is_none_is_said_beside_its_field(site):
    site.expected.add(400)
    tab = site.open("/welcome")
    code = tab.get_by_label("Institution code, as in Alma")
    code.fill("01 CARLI")
    code.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("The institution code")
    expect(code).to_have_accessible_description(re.compile("The institution code"))
    expect(code).to_have_value("01 CARLI")
    assert findings(tab) == []


def test_page_about_nothing_goes_to_what_arrives(site):
    tab = site.open("/nothing-arrived")
    expect(tab.get_by_role("main")).to_contain_text("Nothing has ever arrived")
    site.connexion.exports("minimal")
    expect(tab).to_have_url(f"{site.url}/attempts/1")


def test_setting_is_copied(browser):
    with visiting(browser, permissions=["clipboard-read", "clipboard-write"]) as site:
        tab = site.open("/zones/xyz")
        tab.get_by_role("button", name="Copy Logon ID").click()
        expect(tab.get_by_role("status")).to_have_text("Copied")
        assert tab.evaluate("navigator.clipboard.readText()") == "01CARLI_XYZ"
