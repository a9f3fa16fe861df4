"""A record: its forms, what a merge changed in it, an earlier version brought back, local fields and flags."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import findings
from tests.browser.filled import MERGED, SMALL
from tests.browser.visiting import Site

FORMS = {
    "Mnemonic": "=245",
    "Labelled": "Title",
    "MARCXML": "<record",
    "JSON": '"leader"',
    "Bytes": "directory",
    "As in Connexion": "‡a",
}
"""Words of a tab, and what is seen in that form alone."""


@pytest.fixture
def merged(site: Site) -> Page:
    """A record into which an export was merged, come to from that export."""
    site.connexion.exports("local-fields")
    site.connexion.exports("revised-local-fields")
    tab = site.open("/attempts/2")
    tab.get_by_role("main").get_by_role("link", name="9910000000015867", exact=True).click()
    expect(tab).to_have_url(site.url + MERGED)
    return tab


def test_forms_of_a_record(library):
    tab = library.open(MERGED)
    for words, shows in FORMS.items():
        tab.get_by_role("navigation", name="Forms of the record").get_by_role("link", name=words).click()
        expect(tab.locator("section[aria-labelledby=record]")).to_contain_text(shows)


def test_bytes_are_marked_wherever_their_part_stands(library):
    tab = library.open(f"{SMALL}?view=hex")
    part = tab.get_by_role("region", name="Bytes of the record").get_by_role("link", name="245").first
    part.focus()
    same = tab.locator(f"[data-part='{part.get_attribute('data-part')}']")
    for one in same.all():
        expect(one).to_contain_class("on")
    part.blur()
    expect(same.first).not_to_contain_class("on")


def test_fields_of_other_scripts_say_language_and_direction(library):
    tab = library.open("/attempts/8")
    hebrew = tab.locator("section[aria-labelledby=record] bdi[dir=rtl]").first
    expect(hebrew).to_have_attribute("lang", re.compile("^he"))
    assert hebrew.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_merge_is_shown_field_by_field(merged):
    merged.get_by_role("link", name="What changed").click()
    fields = merged.get_by_role("region", name="Fields of both versions")
    author = fields.get_by_role("row").filter(has=merged.get_by_role("rowheader", name="100"))
    expect(author).to_contain_text("changed")
    expect(author.locator("ins")).to_contain_text(["1958-"])
    notes = fields.get_by_role("row").filter(has=merged.get_by_role("rowheader", name="504"))
    expect(notes).to_contain_text("new")
    expect(fields.get_by_role("rowheader", name="008")).to_have_count(0)
    merged.get_by_role("link", name="All fields").click()
    expect(fields.get_by_role("rowheader", name="008")).to_have_count(1)


def test_earlier_version_is_brought_back(merged):
    merged.get_by_role("link", name="History").click()
    merged.get_by_role("button", name="Bring back version 1").click()
    expect(merged.get_by_role("status").first).to_contain_text("brought back")
    merged.get_by_role("link", name="What changed").click()
    merged.get_by_label("From version").select_option("1")
    merged.get_by_role("button", name="Compare").click()
    expect(merged.get_by_role("region", name="Fields of both versions").get_by_role("rowheader")).to_have_text(["005"])


def test_local_field_is_added(merged):
    tag, text = merged.get_by_label("Tag"), merged.get_by_label("Text")
    tag.fill("590")
    text.fill("$a Gift of the Friends $5 XYZ")
    merged.get_by_role("button", name="Add the field").click()
    expect(merged.get_by_role("status").first).to_contain_text("The field is added")
    expect(merged.locator("section[aria-labelledby=record]")).to_contain_text("Gift of the Friends")
    assert findings(merged) == []


def test_locked_record_refuses_the_next_export(site, merged):
    merged.get_by_label("Locked").check()
    merged.get_by_role("button", name="Set the flags").click()
    expect(merged.get_by_role("status").first).to_contain_text("The flags are set")
    site.connexion.exports("revised-local-fields")
    merged.goto(f"{site.url}/attempts/3")
    expect(merged.get_by_role("region", name="What to change")).to_contain_text("open in the Metadata Editor")


def test_field_that_is_none_is_said_beside_the_form(site, merged):
    site.expected.add(400)
    merged.get_by_label("Tag").fill("999")
    merged.get_by_label("Text").fill(" ")
    merged.get_by_role("button", name="Add the field").click()
    expect(merged.get_by_role("alert")).to_be_visible()
    expect(merged.get_by_label("Tag")).to_be_focused()
    assert findings(merged) == []


def test_record_is_deleted(site, merged):
    merged.get_by_role("link", name="Delete it…").click()
    merged.get_by_role("button", name="Delete 9910000000015867").click()
    expect(merged).to_have_url(f"{site.url}/records?zone=xyz")
    expect(merged.get_by_role("main")).to_contain_text("xyz holds no records")


def test_records_come_from_a_file(site):
    tab = site.open("/records/upload")
    tab.get_by_label("File").set_input_files("fixtures/marc/cjk.mrc")
    tab.get_by_label("Zone").select_option("network")
    tab.get_by_role("button", name="Put them in").click()
    expect(tab.get_by_role("heading", level=2).first).to_have_text("1 filed, 0 refused in network")
    assert findings(tab) == []
