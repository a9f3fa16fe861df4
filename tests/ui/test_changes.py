"""What people change in a record by forms: flags, a local field, an earlier version brought back, its end."""

import pytest

from tests.web import Browser, Page, browsing

RECORD = "/zones/xyz/records/9910000000015867"
FORMS = ("/flags", "/fields", "/revert", "/delete")


async def _one(browser: Browser) -> Page:
    await browser.exports("minimal")
    return await browser.get(RECORD)


async def test_flags_are_set_and_cleared():
    async with browsing() as browser:
        page = await browser.submit(
            await _one(browser), f"{RECORD}/flags", locked="on", cz_linked="on", suppressed="on"
        )
        assert page.text("//*[@role='status' and contains(@class, 'box')]") == "The flags are set."
        flags = ["locked", "linked to the Community Zone", "suppressed from discovery"]
        assert page.texts("//dd/span[contains(@class, 'tone-warn')]") == flags
        assert ", ".join(flags) in (await browser.get("/records", q="suppressed:true")).words
        assert "is linked to the Community Zone" in await browser.exports("minimal")
        assert page.texts("//fieldset[@class='bare']//label")[1] == "Linked to the Community Zone"
        csrf = page.fields(f"{RECORD}/flags")["csrf"]
        response = await browser.client.post(f"{RECORD}/flags", data={"csrf": csrf}, follow_redirects=True)
        assert Page(response).texts("//dd/span[contains(@class, 'tone-warn')]") == []


async def test_local_field_is_added():
    async with browsing() as browser:
        page = await browser.submit(
            await _one(browser), f"{RECORD}/fields", tag="590", text="$a Gift of the Friends $5 XYZ"
        )
        assert "Field 590 added by hand" in page.words
        assert "‡a Gift of the Friends ‡5 XYZ" in page.text("//tr[th='590']/td[2]")


@pytest.mark.parametrize(
    ("tag", "text", "words"),
    [
        ("245", "A title", "'245' is no tag of a local field; they are 590, 690 and 900 to 999"),
        ("<b>", "x", "is no tag of a local field"),
        ("590", "  ", "field 590 needs text"),
        ("590", "x" * 9_999, "the field is too long"),
    ],
)
async def test_field_that_cannot_be_says_why_at_its_form(tag, text, words):
    async with browsing() as browser:
        page = await browser.submit(await _one(browser), f"{RECORD}/fields", status=400, tag=tag, text=text)
        assert words in page.text("//*[@id='field-wrong']")
        assert page.fields(f"{RECORD}/fields")["tag"] == tag
        assert "field-wrong" in page.texts("//input[@id='tag']/@aria-describedby")[0]


async def test_earlier_version_is_brought_back():
    async with browsing() as browser:
        await browser.exports_titled(1_999_000_001, "First")
        await browser.exports_titled(1_999_000_001, "Second")
        page = await browser.submit(await browser.get(RECORD, version=1), f"{RECORD}/revert")
        assert page.text("//h1") == "First"
        assert "Reverted to version 1" in page.words
        page = await browser.get(f"{RECORD}/history")
        assert page.texts("//tbody//button") == ["Bring back version 2", "Bring back version 1"]


@pytest.mark.parametrize(("version", "status"), [("7", 404), ("0", 404), ("x", 400), ("", 400), ("9" * 40, 400)])
async def test_version_that_is_not_there_is_not_brought_back(version, status):
    async with browsing() as browser:
        csrf = (await _one(browser)).fields(f"{RECORD}/flags")["csrf"]
        response = await browser.client.post(f"{RECORD}/revert", data={"csrf": csrf, "version": version})
        assert response.status_code == status


async def test_record_is_deleted_after_a_question():
    async with browsing() as browser:
        await browser.exports_titled(1_999_000_001, "First")
        await browser.exports_titled(1_999_000_001, "Second")
        asked = await browser.get((await browser.get(RECORD)).link("Delete it…"))
        assert "with all its 2 versions" in asked.words
        assert asked.link("Keep it") == RECORD
        page = await browser.submit(asked, f"{RECORD}/delete")
        assert page.path == "/records?zone=xyz"
        assert "xyz holds no records" in page.words
        await browser.get(RECORD, status=404)


@pytest.mark.parametrize("form", FORMS)
async def test_form_of_another_page_changes_nothing(form):
    async with browsing() as browser:
        await _one(browser)
        response = await browser.client.post(f"{RECORD}{form}", data={"csrf": "x", "tag": "590", "text": "x"})
        assert response.status_code == 403
        assert (await browser.client.get(f"/api/v1{RECORD}")).json()["version"] == 1


async def test_read_only_gateway_shows_why_nothing_can_be_changed():
    async with browsing("http.read_only=true") as browser:
        page = await _one(browser)
        assert "This gateway is read-only" in page.text("//section[@aria-labelledby='change']")
        for path in ("", "/history", "/delete"):
            assert (await browser.get(f"{RECORD}{path}")).tree.xpath("//main//form[@method='post']") == []
        for form in FORMS:
            assert (await browser.client.post(f"{RECORD}{form}", data={})).status_code == 403
