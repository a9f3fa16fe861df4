"""A lesson from its scene to the answer beside the one to expect."""

from playwright.sync_api import expect

from tests.browser.accessibility import findings


def test_lesson_with_the_export_made_for_one(site):
    tab = site.open("/lessons")
    tab.get_by_role("link", name="local fields").first.click()
    tab.get_by_role("button", name="Set the scene").click()
    expect(tab.get_by_role("main")).to_contain_text("It is set.")
    tab.get_by_role("button", name="Export it for me").click()
    judged = tab.get_by_role("region", name="Expected and come")
    expect(judged).to_be_visible()
    tab.wait_for_load_state()
    answers = judged.locator("tbody td:last-child").all_inner_texts()
    assert set(answers) == {"yes"}
    assert findings(tab) == []
    tab.get_by_role("link", name="what changed in it").click()
    expect(tab.get_by_role("region", name="Fields of both versions")).to_be_visible()


def test_lesson_with_an_export_of_ones_own(site):
    tab = site.open("/lessons/first-record")
    tab.get_by_role("button", name="Set the scene").click()
    expect(tab.get_by_role("main")).to_contain_text("It is set.")
    site.connexion.exports("monograph")
    expect(tab.get_by_role("region", name="Expected and come")).to_be_visible()
    assert findings(tab) == []


def test_records_of_lessons_are_taken_out(site):
    tab = site.open("/lessons/locked")
    tab.get_by_role("button", name="Set the scene").click()
    expect(tab.get_by_role("main")).to_contain_text("It is set.")
    tab.goto(f"{site.url}/lessons?zone=xyz")
    tab.get_by_role("button", name="Take them out").click()
    expect(tab.get_by_role("status").first).to_contain_text("1 record of lessons taken out")
    assert findings(tab) == []
