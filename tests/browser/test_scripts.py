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
        tab.get_by_label("How many exports").fill("2")
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
        tab.get_by_text("Add a step for the host…").click()
        assert findings(tab) == []
        tab.get_by_label("How it is sent").select_option("in pieces of so many bytes")
        late = tab.locator("form[action$='/script']").get_by_label("Seconds late")
        late.fill("long")
        tab.get_by_role("button", name="Add the step", exact=True).click()
        expect(late).to_be_focused()
        expect(tab.get_by_label("How it is sent")).to_have_value("pieces")
        expect(tab.get_by_role("alert")).to_contain_text("How many bytes: must be given: how many?")
        assert findings(tab) == []


def test_script_of_the_host_is_made_shown_and_ended(browser):
    with visiting(browser) as site:
        tab = site.open("/zones/xyz")
        for what, seconds, says in (
            ("accepted, and nothing is read", "5", "nothing is read, for 5 s"),
            ("refused: nothing listens", "", "refused: nothing listens"),
        ):
            tab.get_by_text("Add a step for the host…").click()
            tab.get_by_label("What is done with who connects").select_option(what)
            tab.get_by_label("For how many seconds").fill(seconds)
            tab.get_by_role("button", name="Add the step for the host").click()
            expect(tab.get_by_role("region", name="Steps of the host's script")).to_contain_text(says)
            expect(tab.get_by_role("status").first).to_contain_text("The step is added to the script of its host.")
            tab.wait_for_load_state()
        assert findings(tab) == []
        tab.get_by_role("button", name="End the script of i-share-xyz").click()
        expect(tab.get_by_role("status").first).to_contain_text("2 connections did not come")
