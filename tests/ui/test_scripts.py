"""The script of a zone on its page: what is in force, a step more, its end; and what of it an attempt shows."""

import pytest
import trio

from gateway.frontends.ui.script_forms import HOW, THEN
from gateway.importer.script_words import CONNECTIONS
from gateway.importer.scripts import REPLIES
from tests.server.raw import accepted
from tests.server.running import Client, message
from tests.web import Browser, Page, browsing

ADD = "/zones/xyz/script"
ADD_TO_HOST = "/zones/xyz/host-script"
STEPS = "//section[@aria-labelledby='script']//tbody/tr"


async def _add(browser: Browser, action: str = ADD, **filled: str) -> Page:
    return await browser.submit(await browser.get("/zones/xyz"), action, **filled)


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
        ({"how": "no_nul", "text": "Try later"}, 'in the words "Try later", without its NUL'),
        ({"how": "cut", "bytes": "7"}, "cut off after 7 bytes"),
        ({"how": "pieces", "bytes": "3", "pause_seconds": "0.2"}, "in pieces of 3 bytes, 0.2 s apart"),
        (
            {"how": "garbage", "bytes": "100", "then": "close"},
            "garbage sent in its place, then the connection is closed",
        ),
        ({"how": "garbage", "garbage": "00 ff17"}, "garbage sent in its place"),
        ({"how": "nothing", "then": "reset"}, "not a byte of it sent, then the connection is reset"),
        ({"then": "stop_reading", "reply": "logon_failed"}, "then nothing more is read"),
    ],
    ids=lambda found: found.get("how", "whole") if isinstance(found, dict) else "",
)
async def test_each_way_to_send_can_be_chosen(filled, words):
    async with browsing() as browser:
        [[does, *_]] = _steps(await _add(browser, **filled))
        assert words in does


@pytest.mark.parametrize(
    ("filled", "step"),
    [
        ({"garbage": "00 ff17"}, {"send": "garbage", "garbage": "00 ff17"}),
        ({"bytes": "9"}, {"send": "garbage", "seed": 0, "garbage_bytes": 9}),
        ({"bytes": "9", "seed": "6"}, {"send": "garbage", "seed": 6, "garbage_bytes": 9}),
    ],
    ids=["as it is", "made", "made of a seed"],
)
async def test_garbage_is_given_or_made(filled, step):
    async with browsing() as browser:
        await _add(browser, how="garbage", **filled)
        [added] = (await browser.client.get("/api/v1/zones/xyz/script")).json()["steps"]
        assert step.items() <= added["step"].items()


async def test_what_stands_in_the_braces_of_a_reply_can_be_given():
    async with browsing() as browser:
        await _add(browser, reply="locked", values="hit = 9910000000015867\r\n\r\ndetail=Rivers = rain")
        assert "9910000000015867" in await browser.exports("monograph")
        [added] = (await browser.client.get("/api/v1/zones/xyz/script")).json()["steps"]
        assert added["step"]["values"] == {"hit": "9910000000015867", "detail": "Rivers = rain"}


async def test_form_has_all_choices():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        for name, choices in ("reply", REPLIES), ("how", HOW), ("then", THEN), ("do", CONNECTIONS):
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
        ("values", {"values": "hit"}, "must be a name, = and a value on each line"),
        ("values", {"values": "hitt = 1"}, "did you mean hit?"),
        ("seed", {"how": "garbage", "bytes": "1", "seed": "x"}, "must be a whole number"),
        ("garbage", {"how": "garbage", "garbage": "0x17"}, "is no hexadecimal"),
        ("garbage", {"how": "garbage", "garbage": "17", "seed": "1"}, "or instead a seed"),
        ("how", {"garbage": "17"}, 'must be "garbage"'),
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
        assert "Script of host i-share-xyz" in page.words
        assert _steps(page) == [
            ["answered that the gateway is busy (2 times)", "1", "1"],
            ["reset at once", "0", "1"],
        ]
        assert _steps(await browser.get("/zones/network")) == []
        page = await browser.submit(page, "/zones/xyz/host-script/end")
        assert "script of host i-share-xyz is ended" in _said(page)
        assert "2 connections did not come" in _said(page)
        assert "successfully" in await browser.exports("monograph")


async def test_steps_are_added_for_its_host_used_and_counted():
    async with browsing() as browser:
        await _add(browser, ADD_TO_HOST, do="busy", late_seconds="0.01")
        page = await _add(browser, ADD_TO_HOST, do="stop_reading", seconds="2.5", times="2")
        assert "The step is added to the script of its host." in _said(page)
        assert _steps(page) == [
            ["answered that the gateway is busy, 0.01 s late", "0", "1"],
            ["accepted, and nothing is read, for 2.5 s (2 times)", "0", "2"],
        ]
        async with Client(browser.port) as client:
            assert "too many connections" in await client.reply()
        assert [row[1:] for row in _steps(await browser.get("/zones/xyz"))] == [["1", "0"], ["0", "2"]]


async def test_host_refuses_until_its_script_is_ended_whatever_is_added():
    async with browsing() as browser:
        await _add(browser, ADD_TO_HOST, do="refuse")
        page = await _add(browser, ADD_TO_HOST, do="accept")
        assert _steps(page) == [["refused: nothing listens", "1", "0"], ["served as ever", "0", "1"]]
        with pytest.raises(OSError, match="connect"):
            await browser.exports("monograph")
        await browser.submit(page, "/zones/xyz/host-script/end")
        assert "successfully" in await browser.exports("monograph")


async def test_host_refuses_for_its_seconds_whatever_is_added():
    async with browsing() as browser:
        began = trio.current_time()
        await _add(browser, ADD_TO_HOST, do="refuse", seconds="0.5")
        await _add(browser, ADD_TO_HOST, do="reset")
        async with await accepted(browser.port) as client:
            assert trio.current_time() - began >= 0.5
            assert await client.rest() == (b"", "reset")


async def test_host_whose_script_is_used_up_refuses_when_that_is_added():
    async with browsing() as browser:
        await _add(browser, ADD_TO_HOST, do="accept")
        assert "successfully" in await browser.exports("monograph")
        assert [row[1:] for row in _steps(await _add(browser, ADD_TO_HOST, do="refuse"))] == [["1", "0"], ["1", "0"]]
        with pytest.raises(OSError, match="connect"):
            await browser.exports("monograph")


@pytest.mark.parametrize(
    ("field", "filled", "words"),
    [
        ("do", {"do": "sing"}, "is none of the choices"),
        ("seconds", {"do": "busy", "seconds": "1"}, "can be of refuse and stop_reading alone"),
        ("seconds", {"seconds": "soon"}, "must be a number"),
        ("late_seconds", {"do": "refuse", "late_seconds": "1"}, "cannot be of refuse"),
        ("times", {"do": "busy", "times": "0"}, "must be from 1 to 1,000,000"),
    ],
)
async def test_what_cannot_be_of_a_host_stands_beside_its_field(field, filled, words):
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/zones/xyz"), ADD_TO_HOST, status=400, **filled)
        assert words in page.text(f"//p[@id='host-step-{field}-wrong']")
        assert page.texts(f"//*[@id='host-step-{field}']/@aria-invalid") == ["true"]
        assert page.texts("//details[@open]//form/@action") == [ADD_TO_HOST]
        assert _steps(page) == []


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


@pytest.mark.parametrize("form", ["script", "script/end", "host-script", "host-script/end"])
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
        for form in ("script", "script/end", "host-script", "host-script/end"):
            assert (await browser.client.post(f"/zones/nowhere/{form}", data={"csrf": csrf})).status_code == 404


async def test_hostile_words_are_text():
    async with browsing() as browser:
        hostile = '"></textarea><script>alert(1)</script>'
        page = await browser.submit(await browser.get("/zones/xyz"), ADD, status=400, text=hostile, times=hostile[:12])
        assert page.fields(ADD)["text"] == hostile
        assert "<script>alert" not in page.source
