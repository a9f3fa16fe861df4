"""One export: why it went as it did, what to change, and the record in all its forms."""

import pytest
from playwright.sync_api import expect

from gateway.frontends.ui.record_views import VIEWS
from tests.server.running import WRONG


@pytest.mark.parametrize(
    ("name", "logon", "says"),
    [
        ("monograph", WRONG, "password"),
        ("refused-no-245", None, "245"),
    ],
)
def test_diagnosis_says_what_to_change(site, name, logon, says):
    reply = site.connexion.exports(name, *([logon] if logon else []))
    tab = site.open()
    tab.locator("#attempt-1").get_by_role("link").first.click()
    expect(tab.get_by_role("region", name="Connexion showed")).to_contain_text(reply.split("\n")[0])
    expect(tab.get_by_role("region", name="What to change")).to_contain_text(says)


def test_record_in_all_its_forms(site):
    site.connexion.exports("hebrew")
    tab = site.open("/attempts/1")
    forms = tab.get_by_role("navigation", name="Forms of the record")
    for view, words in VIEWS.items():
        forms.get_by_role("link", name=words).click()
        expect(tab).to_have_url(f"{site.url}/attempts/1?view={view}#forms")
        expect(forms.locator("[aria-current]")).to_have_text(words)


def test_export_is_forgotten(site):
    site.connexion.exports("minimal")
    tab = site.open("/attempts/1")
    tab.get_by_text("Forget this export…").click()
    tab.get_by_role("button", name="Forget export 1").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Nothing has been exported")
