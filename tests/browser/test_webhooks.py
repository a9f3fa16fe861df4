"""A webhook: made on the zone's page, tried out, and deleted."""

from typing import Final

from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.filled import SIGNED
from tests.browser.visiting import visiting

NOBODY = "http://127.0.0.1:9/exports"
TELEPHONE: Final = {"width": 375, "height": 812}
"""CSS pixels."""


def test_webhook_is_made_tried_out_and_deleted(browser):
    with visiting(browser, SIGNED) as site:
        site.expected |= {400}
        tab = site.open("/zones/xyz")
        tab.get_by_text("Add a webhook…").click()
        assert findings(tab) == []
        tab.get_by_role("button", name="Make the webhook").click()
        expect(tab.get_by_label("Address")).to_be_focused()
        expect(tab.get_by_text("Address: is empty")).to_be_visible()
        assert findings(tab) == []

        tab.get_by_label("Address").fill(NOBODY)
        tab.get_by_label("Name (may be left empty)").fill("ci")
        tab.get_by_label("logon failed").check()
        tab.get_by_role("button", name="Make the webhook").click()
        expect(tab.get_by_text("Copy its secret now.")).to_be_in_viewport()
        expect(tab.get_by_role("row", name="ci")).to_contain_text("added, replaced, refused, logon failed")
        assert findings(tab) == []

        site.connexion.exports("monograph")
        tab.get_by_role("button", name="Send a test to ci").click()
        expect(tab.get_by_text("The receiver of ci cannot be reached")).to_be_in_viewport()
        site.until("/zones/xyz/webhooks/ci", state="failing")
        tab.goto(f"{site.url}/zones/xyz#webhooks")
        expect(tab.get_by_text("1 still to be delivered")).to_be_in_viewport()
        assert findings(tab) == []

        tab.get_by_role("button", name="Delete ci").click()
        expect(tab.get_by_role("status").first).to_contain_text("The webhook is deleted")
        expect(tab.get_by_text("Nobody is told.")).to_be_visible()


def test_on_a_telephone_all_of_a_webhook_is_seen_at_once(browser):
    with visiting(browser, SIGNED, viewport=TELEPHONE) as site:
        tab = site.context.new_page()
        wanted = {"key": "ci", "url": f"{NOBODY}/of/the/library/in/the/hills"}
        answer = tab.request.post(f"{site.url}/api/v1/zones/xyz/webhooks", data=wanted)
        assert answer.ok, answer.text()
        tab.goto(f"{site.url}/zones/xyz")
        for part in (tab.get_by_text(NOBODY), tab.get_by_role("button", name="Delete ci")):
            box = part.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= TELEPHONE["width"]
        assert findings(tab) == []


def test_without_a_secret_in_the_settings_it_says_what_to_set(site):
    tab = site.open("/zones/xyz#webhooks")
    expect(tab.get_by_text("None can be made")).to_be_in_viewport()
    assert findings(tab) == []
