"""Webhooks on a zone's page: made, tried out, looked at and deleted without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web import Browser, Page, browsing
from tests.webhooks.receiver import Receiver, Reply, receiving

SIGNED = "webhooks.secret=open-sesame-47110815"
NOBODY = "http://127.0.0.1:9/exports"
MAKE = "/zones/xyz/webhooks"
TEST = "/zones/xyz/webhooks/ci/test"
DELETE = "/zones/xyz/webhooks/ci/delete"
SECTION = "//section[@aria-labelledby='webhooks']"


async def make(browser: Browser, url: str = NOBODY, status: int = 200, **filled: str) -> Page:
    """Fill in the form for one called `ci`, and send it."""
    page = await browser.get("/zones/xyz")
    return await browser.submit(page, MAKE, status, **({"url": url, "key": "ci"} | filled))


async def row(browser: Browser, is_so: Callable[[list[str]], bool]) -> list[str]:
    """The cells of the one webhook once this is so of them, but for its forms."""
    while True:
        cells = (await browser.get("/zones/xyz")).texts(f"{SECTION}//tbody/tr/*")[:6]
        if is_so(cells):
            return cells


def secret(page: Page) -> str:
    """The one that is shown this once."""
    [found] = page.texts(f"{SECTION}//button/@data-copy")
    return found


async def is_told(browser: Browser, receiver: Receiver, shown: str, title: str) -> None:
    """The receiver is told of the next export, signed with this secret."""
    await browser.exports_titled(4711, title)
    told = await receiver.next()
    assert told.content["data"]["title"] == title
    assert told.is_signed(shown)


async def test_webhook_is_made_and_its_secret_shown_once():
    async with browsing(SIGNED) as browser, receiving() as receiver:
        assert "Nobody is told." in (await browser.get("/zones/xyz")).text(SECTION)
        page = await make(browser, receiver.url)
        assert "Webhook ci is made" in page.text(f"{SECTION}//*[@role='status']/p[1]")
        assert "Copy its secret now" in page.text(SECTION)
        shown = secret(page)
        assert page.headers["cache-control"] == "no-store"
        assert shown not in (await browser.get("/zones/xyz")).source
        await is_told(browser, receiver, shown, "Rivers")
        cells = await row(browser, lambda cells: cells[3].startswith("waits for exports last sent 20"))
        assert cells[:3] == ["ci", receiver.url, "added, replaced, refused"]
        assert cells[4:] == ["1", "0"]


async def test_what_it_is_told_of_is_ticked():
    async with browsing(SIGNED) as browser:
        page = await browser.get("/zones/xyz")
        ticked = dict.fromkeys(("created", "merged", "refused"), "on")
        assert {name: value for name, value in page.fields(MAKE).items() if value == "on"} == ticked
        form = page.fields(MAKE)
        del form["created"], form["merged"]
        answer = await browser.client.post(MAKE, data={**form, "url": NOBODY, "logon_failed": "on"})
        assert Page(answer).texts(f"{SECTION}//tbody/tr/td[2]") == ["refused, logon failed"]


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({"url": ""}, "url", "is empty"),
        ({"url": "http://me:hunter2@ci.example.org/"}, "url", "has a user name or a password in it"),
        ({"key": "CI 1"}, "key", "must be of small letters"),
        ({"key": "x" * 100}, "key", "has 100 characters"),
    ],
)
async def test_what_cannot_be_stands_beside_its_field(filled, field, words):
    async with browsing(SIGNED) as browser:
        page = await make(browser, status=400, **filled)
        assert words in page.text(f"//p[@id='webhook-{field}-wrong']")
        assert page.texts(f"//*[@id='webhook-{field}']/@aria-invalid") == ["true"]
        assert f"webhook-{field}-wrong" in page.text(f"//*[@id='webhook-{field}']/@aria-describedby")
        assert ({"url": NOBODY, "key": "ci"} | filled).items() <= page.fields(MAKE).items()


async def test_without_outcomes_none_is_made():
    async with browsing(SIGNED) as browser:
        form = (await browser.get("/zones/xyz")).fields(MAKE)
        page = Page(await browser.client.post(MAKE, data={"csrf": form["csrf"], "url": NOBODY}))
        assert page.status == 400
        assert "names none" in page.text("//p[@id='webhook-outcomes-wrong']")


async def test_webhook_is_tried_out():
    replies = [Reply(200, body=b"thanks <b>you</b>"), Reply(500)]
    async with browsing(SIGNED) as browser, receiving(*replies) as receiver:
        shown = secret(await make(browser, receiver.url))
        page = await browser.submit(await browser.get("/zones/xyz"), TEST)
        said = page.text(f"{SECTION}//*[@role='status']")
        assert said.startswith("The receiver of ci took the test: it answered 200")
        assert said.endswith("thanks <b>you</b>")
        told = await receiver.next()
        assert told.content["type"] == "webhook.test"
        assert told.is_signed(shown)
        page = await browser.submit(page, TEST)
        said = page.text(f"{SECTION}//*[@role='status']")
        assert said.startswith("The receiver of ci answered 500 Internal Server Error")


async def test_failing_webhook_says_why_and_what_waits():
    async with browsing(SIGNED) as browser, receiving(*[Reply(500)] * 9) as receiver:
        await make(browser, receiver.url)
        await browser.exports("monograph")
        how = (await row(browser, lambda cells: cells[3].startswith("failing")))[3]
        assert "The receiver answered 500 Internal Server Error; failing since 20" in how
        assert "1 still to be delivered; next try at 20" in how
        assert "last tried 20" in how


async def test_webhook_whose_receiver_is_gone_says_so():
    async with browsing(SIGNED) as browser, receiving(Reply(410)) as receiver:
        await make(browser, receiver.url)
        await browser.exports("monograph")
        how = (await row(browser, lambda cells: cells[3].startswith("stopped")))[3]
        assert "The receiver answered 410 Gone: it wants to be told nothing any more" in how


async def test_webhook_is_deleted():
    async with browsing(SIGNED) as browser:
        page = await browser.submit(await make(browser), DELETE)
        assert "The webhook is deleted" in page.words
        assert page.path == "/zones/xyz?done=webhook"
        assert page.texts(f"{SECTION}//tbody/tr") == []


async def test_without_a_secret_in_the_settings_it_says_what_to_set(tmp_path: Path):
    store = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
    async with browsing(SIGNED, store) as browser:
        await make(browser)
    async with browsing(store) as browser:
        page = await browser.get("/zones/xyz")
        assert "None can be made: what webhooks are sent is signed" in page.text(SECTION)
        assert "GATEWAY_WEBHOOKS__SECRET" in page.text(SECTION)
        assert MAKE not in page.texts("//form/@action")
        assert "sends nothing" in (await row(browser, lambda cells: True))[3]
        await browser.submit(page, DELETE)


@pytest.mark.parametrize("action", [MAKE, TEST, DELETE])
async def test_form_of_another_page_changes_nothing(action):
    async with browsing(SIGNED) as browser, receiving() as receiver:
        await make(browser, receiver.url)
        answer = await browser.client.post(action, data={"csrf": "x", "url": receiver.url, "created": "on"})
        assert answer.status_code == 403
        assert (await row(browser, lambda cells: True))[0] == "ci"
        assert receiver.told == []


async def test_read_only_gateway_shows_them_and_changes_none(tmp_path: Path):
    store = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
    async with browsing(SIGNED, store) as browser:
        await make(browser)
    async with browsing(SIGNED, store, "http.read_only=true") as browser:
        page = await browser.get("/zones/xyz")
        assert page.texts(f"{SECTION}//tbody/tr/th") == ["ci"]
        assert page.texts(f"{SECTION}//form") == []


async def test_hostile_address_is_text():
    async with browsing(SIGNED) as browser:
        hostile = 'http://127.0.0.1:9/"><script>alert(1)</script>'
        page = await make(browser, hostile)
        assert "<script>alert" not in page.source
        assert page.texts(f"{SECTION}//tbody/tr/td[1]") == [hostile]


async def test_of_what_is_not_there_nothing_is_done():
    async with browsing(SIGNED) as browser:
        csrf = (await browser.get("/zones/xyz")).fields(MAKE)["csrf"]
        for path in (TEST, DELETE, "/zones/nowhere/webhooks"):
            assert (await browser.client.post(path, data={"csrf": csrf, "url": NOBODY})).status_code == 404
