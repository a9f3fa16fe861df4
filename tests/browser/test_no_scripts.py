"""The main ways without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.filled import MERGED, SMALL, Filled
from tests.browser.visiting import Site, visiting, window
from tests.server.running import WRONG


@pytest.fixture
def plain(browser: Browser) -> Iterator[Site]:
    """An empty gateway, and a window that runs no scripts."""
    with visiting(browser, java_script_enabled=False) as one:
        yield one


@pytest.fixture
def plain_library(browser: Browser, full: Filled) -> Iterator[Site]:
    """The gateway that tests share, and such a window."""
    with window(browser, full.gateway, java_script_enabled=False) as one:
        yield one


def test_first_run(plain):
    tab = plain.open()
    tab.get_by_label("Institution code, as in Alma").fill("01CARLI_XYZ")
    tab.get_by_role("button", name="Make my zones").click()
    tab.get_by_role("link", name="Look again").click()
    expect(tab.get_by_role("status").first).to_contain_text("Nothing has come yet.")
    plain.connexion.exports("monograph")
    tab.get_by_role("link", name="Look again").click()
    expect(tab).to_have_url(f"{plain.url}/attempts/1")


def test_exports_are_found_and_explained(plain):
    plain.connexion.exports_titled(1, "taken")
    plain.connexion.exports_titled(2, "turned away", WRONG)
    tab = plain.open()
    tab.get_by_role("searchbox").fill("title:away")
    tab.get_by_role("button", name="Search").click()
    expect(tab.locator("[data-rows] th")).to_have_text(["turned away"])
    tab.get_by_role("link", name="turned away").click()
    expect(tab.get_by_role("region", name="What to change")).to_contain_text("password")


def test_buttons_that_do_nothing_without_scripts_are_not_there(plain_library):
    tab = plain_library.open("/zones/xyz")
    expect(tab.get_by_role("button", name=re.compile("^(Copy|Keys)"))).to_have_count(0)


def test_record_in_a_form_of_ones_choice(plain_library):
    tab = plain_library.open(SMALL)
    tab.get_by_role("link", name="Mnemonic", exact=True).click()
    expect(tab.get_by_role("region", name="Mnemonic")).to_contain_text("=245")


def test_earlier_version_is_brought_back(plain):
    plain.connexion.exports("local-fields")
    plain.connexion.exports("revised-local-fields")
    tab = plain.open(f"{MERGED}/history")
    tab.get_by_role("button", name="Bring back version 1").click()
    expect(tab.get_by_role("main")).to_contain_text("That version is brought back")


def test_zone_is_made_and_emptied(plain):
    tab = plain.open("/zones/new")
    tab.get_by_label("Name in the gateway").fill("class-3")
    tab.get_by_label("Institution code").fill("01CARLI_CLASS3")
    tab.get_by_role("button", name="Make the zone").click()
    expect(tab.get_by_text("Copy the password now.")).to_be_visible()
    tab.get_by_role("link", name="Empty it…").click()
    tab.get_by_role("button", name="Empty class-3").click()
    expect(tab.get_by_role("main")).to_contain_text("The zone is empty")


def test_lesson(plain):
    tab = plain.open("/lessons/first-record")
    tab.get_by_role("button", name="Set the scene").click()
    tab.get_by_role("button", name="Export it for me").click()
    expect(tab.get_by_role("region", name="Expected and come")).to_be_visible()
