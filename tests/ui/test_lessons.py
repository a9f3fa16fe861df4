"""Lessons as pages: a scene set with one click, an export in place of a client, the answer beside the one to expect."""

from urllib.parse import urlsplit

import pytest

from gateway.desk.lessons import export_bytes, lesson, lessons
from tests.server.running import WRONG
from tests.web import Browser, Page, browsing

ALL = lessons()
SETTINGS = {
    "use-network-zone": (
        "profiles.carli-iz.use_network_zone=true",
        "profiles.carli-iz.merge_method=consortium-nz-overlay",
    )
}
"""What a lesson needs beside the built-in settings."""
JUDGED = "//table[@class='judged']/tbody/tr"


async def _set(browser: Browser, key: str, zone: str = "xyz") -> Page:
    """The page of a lesson whose scene has been set."""
    return await browser.submit(await browser.get(f"/lessons/{key}", zone=zone), f"/lessons/{key}/scene")


async def test_all_lessons_are_listed():
    async with browsing() as browser:
        page = await browser.get("/lessons")
        assert page.texts("//ol[@class='lessons']/li/a") == [one.title for one in ALL]
        assert len(ALL) == 17


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
async def test_what_is_expected_comes(one):
    async with browsing(*SETTINGS.get(one.key, ())) as browser:
        page = await browser.submit(await _set(browser, one.key), f"/lessons/{one.key}/export")
        assert {*page.texts(f"{JUDGED}/td[3]")} == {"yes"}
        assert len(page.tree.xpath(JUDGED)) >= 2 + len(one.expected.fields)
        attempt = page.link("Export 1")
        assert "in place of a client" in (await browser.get(attempt)).words


async def test_lesson_says_what_it_teaches_and_why():
    async with browsing() as browser:
        one = lesson("local-fields")
        page = await browser.get("/lessons/local-fields")
        for words in (*one.teaches, *one.why, *one.by_hand):
            assert words in page.words
        assert "Merge Method: Overlay all fields but local in xyz" in page.words
        assert "Integration Profiles" in page.text("//section[@aria-labelledby='why']")
        assert page.link("What to type into Connexion for xyz") == "/zones/xyz"
        assert page.texts("//table[@class='expected']/tbody/tr/td[1]") == [
            field.becomes for field in one.expected.fields
        ]


async def test_answer_leads_to_attempt_record_and_difference():
    async with browsing() as browser:
        page = await browser.submit(await _set(browser, "local-fields"), "/lessons/local-fields/export")
        record = page.link("the record")
        assert record.startswith("/zones/xyz/records/99")
        assert page.link("what changed in it") == f"{record}/diff?to=2"
        assert "590" in (await browser.get(page.link("what changed in it"))).texts("//table[@class='diff']//th")


async def test_record_of_ones_own_is_judged_too():
    async with browsing() as browser:
        page = await _set(browser, "first-record")
        await browser.exports("monograph")
        came = await browser.get(page.link("Look whether it has come"))
        assert came.texts(f"{JUDGED}/td[3]")[:2] == ["yes", "yes"]
        assert "cannot be compared" in came.texts(f"{JUDGED}/td[3]")


async def test_answer_that_was_not_to_be_expected_is_said_so():
    async with browsing() as browser:
        page = await _set(browser, "first-record")
        await browser.sends(export_bytes(lesson("first-record")), WRONG)
        came = await browser.get(page.link("Look whether it has come"))
        assert came.texts(f"{JUDGED}/td[3]")[:2] == ["no", "no"]
        assert came.tree.xpath("//section[contains(@class, 'tone-warn')]//h2[@id='came']")


async def test_nothing_that_came_before_the_scene_is_judged():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await _set(browser, "first-record")
        assert page.tree.xpath(JUDGED) == []
        assert (await browser.get(page.link("Look whether it has come"))).tree.xpath(JUDGED) == []


async def test_open_page_is_told_when_it_comes():
    async with browsing() as browser:
        page = await _set(browser, "wrong-logon")
        [where] = page.texts("//@sse-connect")
        async with browser.following(where) as events:
            await browser.exports("monograph", WRONG)
            event = await events.next()
        assert event["event"] == "come"
        assert "data-go" in event["data"]
        assert "attempt=1#came" in event["data"]
        assert urlsplit(where).path.endswith("/events")


async def test_scene_is_shown_before_it_is_set():
    async with browsing() as browser:
        page = await browser.get("/lessons/locked")
        assert page.texts("//section[@aria-labelledby='scene']//summary") == ["In zone xyz locked: the record"]
        assert (await browser.get("/records")).texts("//tbody/tr") == []
        assert page.tree.xpath("//button[contains(., 'Export it for me')]") == []


async def test_scene_can_be_set_in_a_zone_of_ones_own():
    async with browsing() as browser:
        await _set(browser, "institution-zone", "sandbox-abc")
        page = await browser.get("/records")
        assert page.texts("//tbody/tr/td[3]") == ["sandbox-abc", "network-sandbox"]


async def test_obstacle_is_named_and_the_scene_is_not_set():
    async with browsing() as browser:
        page = await browser.get("/lessons/use-network-zone", zone="xyz")
        assert "It needs a profile with Use network zone" in page.text("//p[@class='wrong']")
        assert page.texts("//form[contains(@action, '/scene')]//button/@disabled") != []
        page = await browser.submit(page, "/lessons/use-network-zone/scene", status=409)
        assert "It needs a profile with Use network zone" in page.words
        page = await browser.get("/lessons/network-zone", zone="network")
        assert "belongs to no network zone" in page.words


async def test_first_zone_in_which_it_can_be_played_is_chosen():
    async with browsing("zones.xyz.profiles=[]") as browser:
        page = await browser.get("/lessons/network-zone")
        assert page.texts("//select[@id='zone']/option[@selected]/@value") == ["sandbox-abc"]


async def test_record_is_a_file_and_has_its_forms():
    async with browsing() as browser:
        for key in ("marc-8", "damaged-record"):
            page = await browser.get(f"/lessons/{key}")
            response = await browser.client.get(page.link("The lesson's record as a file (.mrc)"))
            assert response.content == export_bytes(lesson(key))
            assert response.headers["content-disposition"] == f'attachment; filename="{key}.mrc"'
        assert "It cannot be read as fields" in page.words
        page = await browser.get("/lessons/marc-8", zone="xyz", view="xml")
        assert "zone=xyz" in page.link("JSON")
        assert page.tree.xpath("//details[@open]//pre[@class='record-lines']")


async def test_records_of_lessons_are_taken_out_again():
    async with browsing() as browser:
        await browser.exports("monograph")
        await _set(browser, "institution-zone")
        page = await browser.submit(await browser.get("/lessons", zone="xyz"), "/lessons/clear")
        assert "2 records of lessons taken out of xyz and its network zone" in page.words
        assert len((await browser.get("/records")).texts("//tbody/tr")) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lessons/nothing", 404),
        ("/lessons/nothing/record.mrc", 404),
        ("/lessons/locked?zone=nowhere", 404),
        ("/lessons/locked?since=zzz", 400),
        ("/lessons/locked?attempt=99", 404),
        ("/lessons/locked?attempt=x", 400),
        ("/lessons/locked/events?since=zzz", 400),
        ("/lessons/%3Cscript%3E", 404),
    ],
)
async def test_what_is_not_there_is_said_so(path, status):
    async with browsing() as browser:
        assert (await browser.get(path, status=status)).tree.xpath("//main//h1")


@pytest.mark.parametrize("form", ["locked/scene", "locked/export", "clear"])
async def test_form_of_another_page_changes_nothing(form):
    async with browsing() as browser:
        given = {"csrf": "x", "zone": "xyz", "since": ""}
        assert (await browser.client.post(f"/lessons/{form}", data=given)).status_code == 403
        assert (await browser.get("/records")).texts("//tbody/tr") == []


async def test_read_only_gateway_shows_why_no_scene_can_be_set():
    async with browsing("http.read_only=true") as browser:
        for path in ("/lessons", "/lessons/locked"):
            page = await browser.get(path)
            assert "This gateway is read-only" in page.words
            assert page.tree.xpath("//main//form[@method='post']") == []
