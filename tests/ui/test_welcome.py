"""The first run: from an institution code to the first export. And the page for when nothing arrives."""

import pytest
from lxml import html

from gateway.model import Logon
from tests.server.running import Client
from tests.web import Browser, Page, browsing


def settings(page: Page, number: int) -> dict[str, str]:
    """What is to be typed, by label, of the first zone or the second."""
    table = f"(//table[@class='settings'])[{number}]/tbody/tr"
    return dict(zip(page.texts(f"{table}/th"), page.texts(f"{table}/td[1]"), strict=True))


async def test_first_page_asks_for_the_institution_code_until_something_arrives():
    async with browsing() as browser:
        page = await browser.get("/")
        assert page.text("//h1") == "Welcome. Nothing has been exported to this gateway yet."
        assert page.text("//label[@for='code']") == "Institution code, as in Alma"
        await browser.exports("minimal")
        assert (await browser.get("/")).text("//h1") == "Exports as they come"


async def test_code_makes_zones_that_can_be_exported_to():
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/"), "/welcome", code="01CARLI_NEW")
        typed = settings(page, 1)
        assert typed["Logon ID"].startswith("01CARLI_NEW")
        assert typed["Permanent Connection"] == "unchecked"
        [password] = page.texts("(//table[@class='settings'])[1]//tr[th='Password']//code")
        assert "Copy the password now." in page.words
        assert page.headers["cache-control"] == "no-store"
        reply = await browser.exports("monograph", Logon(logon_id=b"01CARLI_NEW", password=password.encode()))
        assert reply.startswith("The record has been processed successfully.")


async def test_last_part_of_a_code_is_enough():
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/welcome"), "/welcome", code="new")
        assert "institution code is 01CARLI_NEW" in page.words


async def test_password_is_shown_once():
    async with browsing() as browser:
        form = await browser.get("/")
        first = await browser.submit(form, "/welcome", code="01CARLI_NEW")
        [password] = first.texts("(//table[@class='settings'])[1]//tr[th='Password']//code")
        again = await browser.submit(form, "/welcome", code="01CARLI_NEW")
        assert password not in again.source
        assert "known to you alone" in again.words


@pytest.mark.parametrize("code", ["", "01 CARLI", "<script>", "x" * 300])
async def test_code_that_is_none_is_said_beside_its_field(code):
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/"), "/welcome", 400, code=code)
        wrong = page.text("//*[@id='code-wrong']")
        assert wrong.startswith("The institution code is ")
        assert "code-wrong" in page.texts("//input[@id='code']/@aria-describedby")[0].split()
        assert page.texts("//input[@id='code']/@value") == [code]


async def test_page_goes_to_the_first_export():
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/"), "/welcome", code="01CARLI_XYZ")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            await browser.exports("monograph")
            event = await stream.next()
        assert event["event"] == "come"
        [link] = html.fromstring(event["data"]).xpath("//a[@data-go]")
        assert link.get("href") == "/attempts/1"


async def test_page_stays_where_the_export_failed():
    async with browsing() as browser:
        page = await browser.get("/")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            await browser.exports("refused-no-245")
            event = await stream.next()
        [link] = html.fromstring(event["data"]).xpath("//a")
        assert link.get("data-go") is None
        assert "what to change" in link.text_content()


async def test_without_scripts_one_looks_again():
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/"), "/welcome", code="01CARLI_XYZ")
        again = await browser.get(page.link("Look again"))
        assert "Nothing has come yet." in again.words
        assert settings(again, 1)["Logon ID"].startswith("01CARLI_XYZ")
        await browser.exports("monograph")
        assert (await browser.get(again.link("Look again"))).path == "/attempts/1"


async def test_place_that_is_none():
    async with browsing() as browser:
        page = await browser.get("/welcome/waiting", 400, since="!")
        assert "is no cursor" in page.words


async def test_form_without_its_mark_makes_no_zone():
    async with browsing() as browser:
        await browser.submit(await browser.get("/"), "/welcome", 403, code="01CARLI_NEW", csrf="")
        zones = (await browser.client.get("/api/v1/zones")).text
        assert "01CARLI_NEW" not in zones


async def test_read_only_makes_no_zone_and_says_why():
    async with browsing("http.read_only=true") as browser:
        page = await browser.get("/")
        assert page.tree.xpath("//form[@action='/welcome']//button/@disabled")
        assert "http.read_only" in page.words
        response = await browser.client.post("/welcome", data=page.fields("/welcome"))
        assert response.status_code == 403


async def test_says_who_can_reach_it():
    async with browsing() as browser:
        assert "gateway serve --lan" in (await browser.get("/")).words


async def test_nothing_arrived_tells_what_the_gateway_sees():
    async with browsing() as browser:
        page = await browser.get("/nothing-arrived")
        assert page.texts("//tbody/tr/td[3]") == ["yes", "yes", "yes"]
        assert page.texts("//tbody/tr[1]/td[2]//code") == [str(browser.port)]
        assert "Nothing has ever arrived" in page.words
        await _sends_http(browser)
        page = await browser.get("/nothing-arrived")
        assert "no export" in page.words
        assert page.link("from 127.0.0.1 to i-share-xyz: why") == "/attempts/1"


async def _sends_http(browser: Browser) -> None:
    """As a web browser that was pointed at the wrong port."""
    async with Client(browser.port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await client.rest()
