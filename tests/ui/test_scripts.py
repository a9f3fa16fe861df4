"""The script of a zone on its page: what is in force, a step more, its end; and what of it an attempt shows."""

import pytest

from gateway.frontends.ui.script_section import HOW, THEN
from gateway.importer.rehearsals import REPLIES
from tests.server.running import Client, message
from tests.web import Browser, Page, browsing

ADD = "/zones/xyz/script"
STEPS = "//section[@aria-labelledby='script']//tbody/tr"


async def _add(browser: Browser, **filled: str) -> Page:
    return await browser.submit(await browser.get("/zones/xyz"), ADD, **filled)


def _steps(page: Page) -> list[list[str]]:
    """Of the zone: what each does, how often it was used and is to be."""
    return [page.texts(f"{STEPS}[{number}]/td") for number in range(1, len(page.texts(STEPS)) + 1)]


def _said(page: Page) -> str:
    """What has just been done."""
    return page.text("//h1/following-sibling::p[@role='status']")


async def _host_script(browser: Browser, *steps: dict[str, object]) -> None:
    answer = await browser.client.put("/api/v1/hosts/i-share-xyz/script", json={"steps": steps})
    assert answer.is_success, answer.text


async def test_zone_without_one_says_so():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        assert "It has none." in page.text("//section[@aria-labelledby='script']")
        assert page.texts(STEPS) == []
        assert "/zones/xyz/script/end" not in page.texts("//form/@action")


async def test_steps_are_added_used_and_counted():
    async with browsing() as browser:
        await _add(browser, reply="locked", late_seconds="0.01")
        page = await _add(browser, times="2")
        assert "The step is added" in _said(page)
        assert _steps(page) == [
            ["answered as locked, nothing filed, 0.01 s late", "0", "1"],
            ["answered as the gateway decides (2 times)", "0", "2"],
        ]
        assert "open in the Metadata Editor" in await browser.exports("monograph")
        assert "successfully" in await browser.exports("monograph")
        assert [row[1:] for row in _steps(await browser.get("/zones/xyz"))] == [["1", "0"], ["1", "1"]]


async def test_step_is_added_behind_those_that_are_used_up():
    async with browsing() as browser:
        await _add(browser, reply="locked")
        await browser.exports("monograph")
        assert [row[1:] for row in _steps(await _add(browser, reply="busy"))] == [["1", "0"], ["0", "1"]]
        assert "too many connections" in await browser.exports("monograph")


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        ({"how": "no_nul", "text": "Try later"}, "in other words, without its NUL"),
        ({"how": "cut", "bytes": "7"}, "cut off after 7 bytes"),
        ({"how": "pieces", "bytes": "3", "pause_seconds": "0.2"}, "in pieces of 3 bytes, 0.2 s apart"),
        (
            {"how": "garbage", "bytes": "100", "then": "close"},
            "garbage sent in its place, then the connection is closed",
        ),
        ({"how": "nothing", "then": "reset"}, "not a byte of it sent, then the connection is reset"),
        ({"then": "stop_reading", "reply": "logon_failed"}, "then nothing more is read"),
    ],
    ids=lambda found: found.get("how", "whole") if isinstance(found, dict) else "",
)
async def test_each_way_to_send_can_be_chosen(filled, words):
    async with browsing() as browser:
        [[does, *_]] = _steps(await _add(browser, **filled))
        assert words in does


async def test_form_has_all_choices():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        for name, choices in ("reply", REPLIES), ("how", HOW), ("then", THEN):
            assert page.texts(f"//select[@name='{name}']/option/@value") == [*choices]
        words = page.texts("//select[@name='reply']/option")
        assert words[0] == "answered as the gateway decides"
        assert {"refused: locked", "logon failed", "too many connections"} <= {*words}


@pytest.mark.parametrize(
    ("field", "filled", "words"),
    [
        ("late_seconds", {"late_seconds": "0,5"}, "must be a number, such as 0.5"),
        ("late_seconds", {"late_seconds": "601"}, "must be from 0 to 600"),
        ("pause_seconds", {"pause_seconds": "-1"}, "must be a number"),
        ("times", {"times": "0"}, "must be from 1 to 1,000,000"),
        ("times", {"times": "1.5"}, "must be a whole number"),
        ("bytes", {"how": "cut"}, "must be given"),
        ("bytes", {"how": "pieces", "bytes": "0"}, "must be 1 or more"),
        ("bytes", {"how": "garbage", "bytes": "65537"}, "must be from 1 to 65,536"),
        ("bytes", {"bytes": "٣"}, "must be a whole number"),
        ("text", {"text": "é" * 1_001}, "has more than 2,000 bytes"),
        ("reply", {"reply": "lockd"}, "did you mean locked?"),
        ("how", {"how": "loudly"}, "is none of the choices"),
        ("then", {"then": "sing"}, "is none of the choices"),
    ],
)
async def test_what_cannot_be_stands_beside_its_field(field, filled, words):
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/zones/xyz"), ADD, status=400, **filled)
        assert words in page.text(f"//p[@id='step-{field}-wrong']")
        assert page.texts(f"//*[@id='step-{field}']/@aria-invalid") == ["true"]
        assert f"step-{field}-wrong" in page.texts(f"//*[@id='step-{field}']/@aria-describedby")[0]
        assert page.tree.xpath("//details[@open]//p[@class='wrong']")
        sent = page.fields(ADD)
        assert all(sent[name] == value for name, value in filled.items() if name not in ("reply", "how", "then"))
        assert page.texts(STEPS) == []


async def test_end_says_what_was_not_used():
    async with browsing() as browser:
        page = await browser.submit(await _add(browser, reply="locked", times="2"), "/zones/xyz/script/end")
        assert "It was not used up: 2 exports did not come." in _said(page)
        assert page.texts(STEPS) == []
        await _add(browser, reply="locked")
        await browser.exports("monograph")
        page = await browser.submit(await browser.get("/zones/xyz"), "/zones/xyz/script/end")
        assert "All of it was used." in _said(page)
        assert "successfully" in await browser.exports("monograph")


async def test_script_of_its_host_is_shown_and_ended():
    async with browsing() as browser:
        await _host_script(browser, {"do": "busy", "times": 2}, {"do": "reset"})
        async with Client(browser.port) as client:
            assert "too many connections" in await client.reply()
        page = await browser.get("/zones/xyz")
        assert "Of its host i-share-xyz" in page.words
        assert _steps(page) == [
            ["answered that the gateway is busy (2 times)", "1", "1"],
            ["reset at once", "0", "1"],
        ]
        assert "Of its host" not in (await browser.get("/zones/network")).words
        page = await browser.submit(page, "/zones/xyz/host-script/end")
        assert "script of host i-share-xyz is ended" in _said(page)
        assert "2 connections did not come" in _said(page)
        assert "successfully" in await browser.exports("monograph")


async def test_attempt_shows_that_a_script_answered_and_what_went_out():
    async with browsing() as browser:
        await _add(browser, reply="locked", how="cut", bytes="13", then="close")
        async with Client(browser.port) as client:
            await client.send(message(7))
            assert await client.rest() == b"Import Failed"
        assert "refused: locked (script)" in (await browser.get("/")).text("//tbody/tr")
        page = await browser.get("/attempts/1")
        assert page.text("//pre[@class='reply']") == "Import Failed"
        assert "Step 1 of the zone's script: answered as locked, nothing filed, cut off after 13 bytes" in page.words
        assert "the stored record" not in page.words
        *_, reply, parting = page.texts("//table[@class='wire']/tbody/tr")
        assert "Import FailedWhat Connexion shows" in reply
        assert "The gateway closed the connection." in parting


async def test_attempt_that_was_answered_nothing_says_that_the_script_did_it():
    async with browsing() as browser:
        await _add(browser, how="nothing", then="close")
        async with Client(browser.port) as client:
            await client.send(message(7))
            assert await client.rest() == b""
        page = await browser.get("/attempts/1")
        assert "Nothing: so the zone's script says." in page.words
        assert "had gone" not in page.words
        assert page.text("//h1/following-sibling::p[1]").startswith("added (script)")
        assert "Not a byte of a reply was sent." in page.texts("//table[@class='wire']/tbody/tr")[-2]


@pytest.mark.parametrize("form", ["script", "script/end", "host-script/end"])
async def test_form_of_another_page_changes_nothing(form):
    async with browsing() as browser:
        await _add(browser, reply="locked")
        await _host_script(browser, {"do": "accept"})
        answer = await browser.client.post(f"/zones/xyz/{form}", data={"csrf": "x", "reply": "busy"})
        assert answer.status_code == 403
        assert len(_steps(await browser.get("/zones/xyz"))) == 2


async def test_read_only_gateway_shows_scripts_and_no_form():
    async with browsing("http.read_only=true") as browser:
        page = await browser.get("/zones/xyz")
        assert "It has none." in page.words
        assert [action for action in page.texts("//form/@action") if "script" in action] == []


async def test_zone_that_is_not_there():
    async with browsing() as browser:
        csrf = (await browser.get("/zones/xyz")).fields(ADD)["csrf"]
        for form in ("script", "script/end", "host-script/end"):
            assert (await browser.client.post(f"/zones/nowhere/{form}", data={"csrf": csrf})).status_code == 404


async def test_hostile_words_are_text():
    async with browsing() as browser:
        hostile = '"></textarea><script>alert(1)</script>'
        page = await browser.submit(await browser.get("/zones/xyz"), ADD, status=400, text=hostile, times=hostile[:12])
        assert page.fields(ADD)["text"] == hostile
        assert "<script>alert" not in page.source
