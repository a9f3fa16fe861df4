"""What other systems ask, while one looks: rows that come into the page of NCIP exchanges."""

import re

from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.visiting import expect_rows
from tests.ncip.messages import item, reshare, user


def test_row_appears_without_reload(site):
    tab = site.open("/exchanges")
    expect(tab.get_by_text("Nothing has come by NCIP yet.")).to_be_visible()
    site.says_by_ncip(reshare("LookupUser", user("first")))
    expect(tab.locator("#exchange-1")).to_be_visible()
    expect(tab.get_by_text("Nothing has come by NCIP yet.")).to_have_count(0)
    site.says_by_ncip(reshare("RenewItem", user("second"), item("1")))
    expect(tab.get_by_role("status").first).to_have_text("2 new since you opened this page")
    expect_rows(tab, "RenewItem", "LookupUser")
    assert findings(tab) == []
    tab.locator("#exchange-2").get_by_role("link", name="RenewItem").click()
    expect(tab).to_have_url(f"{site.url}/exchanges/2")


def test_row_that_is_not_asked_for_does_not_appear(site):
    site.says_by_ncip(reshare("LookupUser", user("wanted")))
    tab = site.open("/exchanges")
    tab.get_by_role("searchbox", name="Search exchanges").fill("WANTED")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("q=WANTED"))
    site.says_by_ncip(
        reshare("RecallItem", user("another"), item("1")), reshare("RenewItem", user("wanted"), item("1"))
    )
    expect(tab.locator("#exchange-3")).to_be_visible()
    expect_rows(tab, "RenewItem", "LookupUser")
