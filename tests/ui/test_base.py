"""What all pages share: landmarks, errors, colours, files, and that nothing comes from elsewhere."""

import re
from itertools import pairwise

import pytest

from gateway.frontends.ui import outcomes, static
from gateway.frontends.ui.render import TEMPLATES
from gateway.model import Outcome, Severity
from tests.web import Browser, browsing

PAGES = (
    "/",
    "/?q=x",
    "/?q=titel:x",
    "/attempts/1",
    "/attempts/2",
    "/welcome",
    "/nothing-arrived",
    "/sign-in",
    "/nowhere",
)
HEADINGS = "//main//*[self::h1 or self::h2 or self::h3 or self::h4]"


@pytest.mark.parametrize("path", PAGES)
async def test_page_is_made_for_keyboard_and_screen_reader(path):
    async with browsing() as browser:
        await _filled(browser)
        page = await browser.get(path, None)
        assert page.texts("/html/@lang") == ["en"]
        assert page.title.endswith(" · Gateway")
        assert len(page.tree.xpath("//h1")) == 1
        for landmark in (
            "//header",
            "//main[@id='main']",
            "//footer",
            "//nav[@aria-label='Main']",
            "//form[@role='search']",
        ):
            assert len(page.tree.xpath(landmark)) == 1
        assert page.texts("//a[@class='skip']/@href") == ["#main"]
        levels = [int(heading.tag[1]) for heading in page.tree.xpath(HEADINGS)]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        ids = page.texts("//@id")
        assert len(ids) == len(set(ids))
        for reference in page.texts("//@aria-labelledby | //@aria-describedby | //label/@for"):
            assert set(reference.split()) <= set(ids), reference
        for field in page.tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
            assert page.tree.xpath(f"//label[@for='{field.get('id')}']")
        for button in page.tree.xpath("//button"):
            assert button.text_content().strip()
        assert page.texts("//th[not(@scope)]") == []
        for region in page.tree.xpath("//div[contains(@class, 'scroll')]"):
            assert (region.get("tabindex"), region.get("role")) == ("0", "region")
            assert region.get("aria-label") or region.get("aria-labelledby")


@pytest.mark.parametrize("path", PAGES)
async def test_page_has_nothing_that_its_policy_forbids_and_nothing_from_elsewhere(path):
    async with browsing() as browser:
        await _filled(browser)
        page = await browser.get(path, None)
        assert "script-src 'self'; style-src 'self'" in page.headers["content-security-policy"]
        assert page.texts("//@style | //style | //script[not(@src)]") == []
        assert [name for name in page.texts("//@*[starts-with(name(), 'on')]") if name] == []
        for url in page.texts("//@src | //link/@href | //form/@action | //@sse-connect"):
            assert re.fullmatch(r"/([^/\\].*)?", url), url
        for form in page.tree.xpath("//form[@method='post']"):
            assert len(form.xpath("input[@name='csrf']")) == 1


@pytest.mark.parametrize("path", PAGES)
async def test_every_file_of_a_page_is_there_and_kept(path):
    async with browsing() as browser:
        await _filled(browser)
        page = await browser.get(path, None)
        for url in page.texts("//@src | //link/@href"):
            response = await browser.client.get(url)
            assert response.status_code == 200
            assert response.headers["cache-control"] == static.FOR_GOOD


async def test_file_that_is_known_is_not_sent_again():
    async with browsing() as browser:
        first = await browser.client.get("/static/style.css")
        assert first.headers["content-type"].startswith("text/css")
        assert first.headers["cache-control"] == static.ASK_AGAIN
        again = await browser.client.get("/static/style.css", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../render.py", "/static/%2e%2e/render.py", "/static/vendor"]
)
async def test_no_other_file_is_given_out(path):
    async with browsing() as browser:
        assert (await browser.client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/nowhere", "/attempts/x", "/attempts/1/x/y", "/static/no.css", "/zones/none"])
async def test_fault_is_a_page_for_people_and_a_problem_for_programs(path):
    async with browsing() as browser:
        page = await browser.get(path, 404)
        assert page.text("//h1") == "Not there"
        problem = await browser.client.get(path, headers={"accept": "application/json"})
        assert problem.headers["content-type"] == "application/problem+json"
        assert problem.json()["status"] == 404


async def test_fault_of_the_api_is_a_problem_for_browsers_too():
    async with browsing() as browser:
        response = await browser.client.get("/api/v1/submissions/7")
        assert response.headers["content-type"] == "application/problem+json"


async def test_what_a_fault_names_is_no_markup():
    async with browsing() as browser:
        response = await browser.client.get("/<script>alert(1)</script>")
        assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("path", "asked", "place"),
    [
        ("/", {"q": "turned\u202e about"}, "//title"),
        ("/", {"zone": "turned\u202e about"}, "//title"),
        ("/", {"q": "outcome:turned\u202e"}, "//*[@id='mistake']"),
        ("/zones/turned\u202e about", {}, "//main"),
        ("/records", {"q": "turned\u202e about"}, "//title"),
        ("/records", {"zone": "turned\u202e about"}, "//main"),
        ("/lessons/turned\u202e about", {}, "//main"),
    ],
)
async def test_what_a_page_says_of_its_address_does_not_turn_it_about(path, asked, place):
    async with browsing() as browser:
        await _filled(browser)
        page = await browser.get(path, None, **asked)
        told = page.text(place)
        assert "\u202e" not in told
        assert re.search(r"turned(⟨RLO⟩|\\u202e)", told, re.IGNORECASE)


async def test_colours_are_chosen_without_scripts():
    async with browsing() as browser:
        page = await browser.get("/nothing-arrived")
        assert page.texts("/html/@data-look") == ["auto"]
        assert page.texts("//form[@class='looks']//button[@aria-pressed='true']") == ["As the computer"]
        page = await browser.get("/look", to="dark", back="/nothing-arrived")
        assert page.path == "/nothing-arrived"
        assert page.texts("/html/@data-look") == ["dark"]
        page = await browser.get("/look", to="auto", back="//example.org")
        assert (page.path, page.texts("/html/@data-look")) == ("/", ["auto"])


@pytest.mark.parametrize(
    "body", [b"", b"csrf=%ff", b"csrf=" + b"x" * 70_000, b"&".join(b"a%d=1" % n for n in range(200))]
)
async def test_form_that_cannot_be_read(body):
    async with browsing() as browser:
        await browser.get("/welcome")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = await browser.client.post("/welcome", content=body, headers=headers)
        assert response.status_code in (400, 403, 413)
        assert "<!doctype html>" in response.text


def test_every_outcome_and_severity_has_an_icon():
    icons = (TEMPLATES / "_icons.svg").read_text("utf-8")
    looks = {**outcomes.OUTCOMES, **outcomes.SEVERITIES}
    assert set(looks) == {*Outcome, *Severity}
    for look in looks.values():
        assert f'id="i-{look.icon}"' in icons


async def _filled(browser: Browser) -> None:
    await browser.exports("monograph")
    await browser.exports("refused-no-245")
