"""A zone of one's own: made, exported to, given another password, emptied, deleted."""

import re

from playwright.sync_api import Page, expect

from gateway.model import Logon
from tests.browser.accessibility import findings


def password(tab: Page) -> bytes:
    """The one that is shown this once."""
    expect(tab.get_by_text("Copy the password now.")).to_be_visible()
    return tab.get_by_role("row", name="Password").locator("code").inner_text().encode()


def test_zone_is_made_and_emptied_and_deleted(site):
    tab = site.open("/zones")
    tab.get_by_role("link", name="Make a zone").click()
    tab.get_by_label("Name in the gateway").fill("class-3")
    tab.get_by_label("Institution code").fill("01CARLI_CLASS3")
    tab.get_by_role("button", name="Make the zone").click()
    expect(tab.get_by_role("status").first).to_contain_text("Zone class-3 is made")
    assert findings(tab) == []
    first = Logon(logon_id=b"01CARLI_CLASS3", password=password(tab))
    assert "processed successfully" in site.connexion.exports("monograph", first)

    tab.get_by_role("button", name="New password").click()
    expect(tab.get_by_role("status").first).to_contain_text("another password")
    second = Logon(logon_id=b"01CARLI_CLASS3", password=password(tab))
    assert "processed successfully" not in site.connexion.exports("serial", first)
    assert "processed successfully" in site.connexion.exports("serial", second)

    tab.goto(f"{site.url}/zones/class-3")
    expect(tab.get_by_role("main")).to_contain_text("2 records")
    tab.get_by_role("link", name="Empty it…").click()
    expect(tab.get_by_role("main")).to_contain_text("2 records with all versions")
    tab.get_by_role("button", name="Empty class-3").click()
    expect(tab.get_by_role("status").first).to_contain_text("The zone is empty")
    expect(tab.get_by_role("main")).to_contain_text("0 records")

    tab.get_by_role("link", name="Delete it…").click()
    tab.get_by_role("button", name="Delete class-3").click()
    expect(tab).to_have_url(f"{site.url}/zones")
    expect(tab.get_by_role("link", name="class-3", exact=True)).to_have_count(0)
    assert "processed successfully" not in site.connexion.exports("minimal", second)


def test_mistakes_in_a_zone_are_said_beside_their_fields(site):
    site.expected.add(400)
    tab = site.open("/zones/new")
    tab.get_by_label("Name in the gateway").fill("Class 3")
    tab.get_by_label("Last four digits").fill("12")
    tab.get_by_role("button", name="Make the zone").click()
    expect(tab.get_by_role("alert")).to_contain_text("It was not made")
    for label in ("Name in the gateway", "Institution code", "Last four digits"):
        expect(tab.get_by_label(label)).to_have_accessible_description(re.compile(f"{label}.*: "))
    expect(tab.get_by_label("Name in the gateway")).to_have_value("Class 3")
    assert findings(tab) == []
