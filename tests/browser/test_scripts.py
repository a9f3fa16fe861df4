"""A script: made step by step on the zone's page, used, and ended, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.visiting import visiting

STEPS = "Steps of the zone's script"


@pytest.mark.parametrize("java_script", [True, False], ids=["with", "without"])
def test_script_is_made_used_and_ended(browser, java_script):
    with visiting(browser, java_script_enabled=java_script) as site:
        tab = site.open("/zones/xyz")
        tab.get_by_text("Add a step…").click()
        tab.get_by_label("What is answered").select_option("refused: locked")
        tab.get_by_label("What follows").select_option("then the connection is closed")
        tab.get_by_label("For so many exports").fill("2")
        tab.get_by_role("button", name="Add the step").click()
        expect(tab.get_by_role("status").first).to_contain_text("The step is added")
        expect(tab.get_by_role("region", name=STEPS)).to_contain_text("answered as locked, nothing filed")

        assert "open in the Metadata Editor" in site.connexion.exports("monograph")
        tab.goto(f"{site.url}/")
        expect(tab.get_by_role("table")).to_contain_text("refused: locked (script)")

        tab.goto(f"{site.url}/zones/xyz")
        tab.get_by_role("button", name="End the script").click()
        expect(tab.get_by_role("status").first).to_contain_text("1 export did not come")
        expect(tab.get_by_role("region", name=STEPS)).to_have_count(0)


def test_what_is_wrong_with_a_step_is_said_where_it_stands(browser):
    with visiting(browser) as site:
        site.expected |= {400}
        tab = site.open("/zones/xyz")
        tab.get_by_text("Add a step…").click()
        assert findings(tab) == []
        tab.get_by_label("How it is sent").select_option("in pieces of so many bytes")
        tab.get_by_label("Seconds late").fill("long")
        tab.get_by_role("button", name="Add the step").click()
        expect(tab.get_by_label("Seconds late")).to_be_focused()
        expect(tab.get_by_label("How it is sent")).to_have_value("pieces")
        expect(tab.get_by_role("alert")).to_contain_text("So many bytes: must be given: how many?")
        assert findings(tab) == []


def test_script_of_the_host_is_shown(browser):
    with visiting(browser) as site:
        tab = site.context.new_page()
        script = {"steps": [{"do": "stop_reading", "seconds": 5}, {"do": "refuse"}]}
        answer = tab.request.put(f"{site.url}/api/v1/hosts/i-share-xyz/script", data=script)
        assert answer.ok, answer.text()
        tab.goto(f"{site.url}/zones/xyz")
        expect(tab.get_by_role("region", name="Steps of the host's script")).to_contain_text("nothing is read, for 5 s")
        assert findings(tab) == []
        tab.get_by_role("button", name="End the script of i-share-xyz").click()
        expect(tab.get_by_role("status").first).to_contain_text("2 connections did not come")
