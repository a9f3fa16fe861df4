"""What must not happen: harm by a record, change by who may not, a page that holds up the gateway's end."""

import time
from contextlib import ExitStack

from playwright.sync_api import expect

from gateway.frontends.ui.record_views import VIEWS
from tests.browser.filled import HOSTILE
from tests.browser.visiting import gateway, visiting, window
from tests.server.running import PATIENCE
from tests.ui.hostile import SCRIPT

TOKEN = "open-sesame-47110815"
PATHS = (
    *("/", "/attempts/10", "/attempts/10?view=hex"),
    *("/records?zone=xyz", HOSTILE, *(f"{HOSTILE}?view={view}" for view in VIEWS)),
    *(f"{HOSTILE}/history", f"{HOSTILE}/delete"),
)
OWN_PARTS = 6
"""Elements of a page's body: skip link, icons, head, main part, what is said, foot."""
FOREIGN = "img, b, i, style, iframe, object, [onerror], [style], script:not([src^='/static/'])"
"""What no page of ours has, and the record would bring."""


def test_hostile_record_is_text(library):
    tab = library.context.new_page()
    for path in PATHS:
        tab.goto(library.url + path)
        assert tab.locator(FOREIGN).count() == 0, path
        assert tab.locator("body > *").count() == OWN_PARTS, path


def test_hostile_title_that_comes_while_one_looks_is_text(site):
    site.connexion.exports("minimal")
    tab = site.open()
    site.connexion.exports_titled(1, f"</a></tr>{SCRIPT}\u202e<img src=x onerror=alert(1)>")
    expect(tab.locator("#attempt-2")).to_contain_text(SCRIPT)
    expect(tab.locator(FOREIGN)).to_have_count(0)
    expect(tab.locator("[data-rows] tr")).to_have_count(2)


def test_token_is_asked_for_once(browser):
    with visiting(browser, f"http.token={TOKEN}") as site:
        site.expected.add(403)
        tab = site.open("/zones/xyz")
        expect(tab).to_have_url(f"{site.url}/sign-in?next=%2Fzones%2Fxyz")
        token = tab.get_by_label("Token")
        expect(token).to_be_focused()
        token.fill("not the token")
        token.press("Enter")
        expect(tab.get_by_role("alert")).to_contain_text("This is not the token")
        token.fill(TOKEN)
        tab.get_by_role("button", name="Sign in").click()
        expect(tab).to_have_url(f"{site.url}/zones/xyz")
        expect(site.open("/").get_by_role("heading", level=1)).to_contain_text("Welcome")
        tab.get_by_role("button", name="Sign out").click()
        expect(tab).to_have_url(f"{site.url}/sign-in")
        tab.goto(f"{site.url}/")
        expect(token).to_be_visible()


def test_read_only_gateway_changes_nothing_and_says_why(browser):
    with visiting(browser, "http.read_only=true") as site:
        site.connexion.exports("minimal")
        tab = site.open("/attempts/1")
        tab.get_by_text("Forget this export…").click()
        forget = tab.get_by_role("button", name="Forget export 1")
        expect(forget).to_be_disabled()
        expect(forget).to_have_accessible_description(
            "This gateway is read-only (http.read_only): page and API change nothing."
        )
        for path in ("/zones/xyz", "/zones/xyz/reset", "/zones/xyz/records/9910000000015867", "/lessons/locked"):
            tab.goto(site.url + path)
            expect(tab.get_by_text("This gateway is read-only").first).to_be_visible()
            expect(tab.locator("form[method=post] button:enabled")).to_have_count(0)


def test_open_pages_do_not_hold_up_the_end(browser):
    with ExitStack() as windows:
        with gateway("limits.shutdown_seconds=600") as running:
            site = windows.enter_context(window(browser, running))
            site.connexion.exports("minimal")
            for path, stream in (("/", "**/events?*"), ("/nothing-arrived", "**/welcome/events?*")):
                tab = site.context.new_page()
                with tab.expect_response(stream):
                    tab.goto(site.url + path)
            began = time.monotonic()
        assert time.monotonic() - began < PATIENCE
        site.context.close()
        site.noted()  # that the gateway is gone
