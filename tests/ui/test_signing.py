"""Signing in with the token, and out."""

from functools import partial

import pytest
import trio

from gateway.frontends.http.problems import Refused
from gateway.frontends.http.sessions import MOST_WAITING, WRONG_SECONDS, Wrong
from tests.web import browsing

TOKEN = "open-sesame-47110815"
WITH_TOKEN = f"http.token={TOKEN}"


async def test_who_is_not_signed_in_is_asked_and_then_shown_what_he_wanted():
    async with browsing(WITH_TOKEN) as browser:
        form = await browser.get("/nothing-arrived?x=1")
        assert form.text("//h1") == "Sign in"
        assert form.texts("//nav[@aria-label='Main']") == []
        page = await browser.submit(form, "/sign-in", token=TOKEN)
        assert page.path == "/nothing-arrived?x=1"
        assert page.text("//h1") == "Nothing arrived?"


async def test_wrong_token_is_said_beside_its_field():
    async with browsing(WITH_TOKEN) as browser:
        page = await browser.submit(await browser.get("/sign-in"), "/sign-in", 403, token="guessed")
        assert page.text("//*[@id='wrong']").startswith("This is not the token")
        assert "guessed" not in page.source
        assert (await browser.get("/")).text("//h1") == "Sign in"


async def test_form_without_its_mark_lets_nobody_in():
    async with browsing(WITH_TOKEN) as browser:
        await browser.submit(await browser.get("/sign-in"), "/sign-in", 403, token=TOKEN, csrf="")
        assert (await browser.get("/")).text("//h1") == "Sign in"


async def test_signed_out():
    async with browsing(WITH_TOKEN) as browser:
        page = await browser.submit(await browser.get("/"), "/sign-in", token=TOKEN)
        page = await browser.submit(page, "/sign-out")
        assert page.text("//h1") == "Sign in"
        assert (await browser.get("/")).text("//h1") == "Sign in"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "/\\example.org", "\t//example.org"])
async def test_nobody_is_sent_elsewhere(elsewhere):
    async with browsing(WITH_TOKEN) as browser:
        form = await browser.get("/sign-in", next=elsewhere)
        page = await browser.submit(form, "/sign-in", token=TOKEN)
        assert page.path == "/"


async def test_without_a_token_nobody_need_sign_in():
    async with browsing() as browser:
        page = await browser.get("/")
        assert page.tree.xpath("//form[@action='/sign-out']") == []
        page = await browser.get("/sign-in")
        assert "asks for no token" in page.words
        assert page.tree.xpath("//input[@id='token']") == []


async def test_wrong_tokens_wait_for_each_other(autojump_clock):
    wrong = Wrong()
    answered = []

    async def show(number: int) -> None:
        await wrong.wait()
        answered.append((number, trio.current_time() - began))

    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        for number in range(MOST_WAITING):
            nursery.start_soon(partial(show, number))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(Refused, match="too many wrong tokens"):
            await wrong.wait()
    assert [seconds for _, seconds in answered] == pytest.approx(
        [WRONG_SECONDS * (number + 1) for number in range(MOST_WAITING)]
    )
    await wrong.wait()
