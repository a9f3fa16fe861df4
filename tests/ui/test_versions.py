"""The past of a record as pages: its versions, and what changed between two of them, field by field."""

import pytest

from gateway.frontends.ui import versions
from tests.web import Browser, browsing

RECORD = "/zones/xyz/records/9910000000015867"
ROWS = "//table[@class='diff']/tbody/tr"


async def _merged(browser: Browser) -> None:
    """Two versions: the second by the profile's merge method, with a field that stays though it did not come again."""
    await browser.exports("local-fields")
    await browser.exports("revised-local-fields")


async def test_history_tells_how_each_version_came_about():
    async with browsing() as browser:
        await _merged(browser)
        await browser.client.post(f"/api/v1{RECORD}/fields", json={"tag": "590", "text": "Ours"})
        page = await browser.get(f"{RECORD}/history")
        rows = [row.xpath("string(td[2])") for row in page.tree.xpath("//tbody/tr")]
        assert rows == ["Field 590 added by hand", "Replaced by Overlay all fields but local", "Added"]
        assert page.texts("//tbody/tr/td[3]") == ["none", "Export 2", "Export 1"]
        assert page.link("Export 2") == "/attempts/2"
        assert page.link("From version 1 to 2") == f"{RECORD}/diff?to=2"
        assert page.link("Version 1") == f"{RECORD}?version=1"


async def test_long_history_is_told_some_versions_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions, "VERSIONS_LISTED", 2)
    async with browsing() as browser:
        await _merged(browser)
        for tag in ("590", "591", "690"):
            await browser.client.post(f"/api/v1{RECORD}/fields", json={"tag": tag, "text": "Ours"})
        page = await browser.get(f"{RECORD}/history")
        assert page.texts("//tbody/tr/th") == ["Version 4 newest", "Version 3"]
        assert page.link("Earlier versions") == f"{RECORD}/history?before=3"
        page = await browser.get(f"{RECORD}/history?before=3")
        assert page.texts("//tbody/tr/th") == ["Version 2", "Version 1"]
        assert page.link("Version 2") == f"{RECORD}?version=2"
        assert not page.texts("//a[.='Earlier versions']")
        page = await browser.get(f"{RECORD}/diff?from=1&to=2")
        assert page.texts("//select[@id='from']/option") == ["4", "3", "2", "1"]
        page = await browser.get(f"{RECORD}/diff")
        assert page.texts("//select[@id='from']/option") == ["4", "3"]


async def test_export_that_is_gone_is_said_so():
    async with browsing() as browser:
        await browser.exports("minimal")
        await browser.client.delete("/api/v1/submissions/1")
        page = await browser.get(f"{RECORD}/history")
        assert page.texts("//tbody/tr/td[3]") == ["no longer kept"]


async def test_diff_says_what_became_of_each_field_and_why():
    async with browsing() as browser:
        await _merged(browser)
        page = await browser.get(f"{RECORD}/diff")
        assert page.text("//h2") == "Version 1 and version 2"
        assert {*page.texts(f"{ROWS}/td[1]")} <= {"gone", "new", "changed"}
        gone = {row.xpath("string(th)"): row.xpath("string(td[4])") for row in page.tree.xpath(f"{ROWS}[td[1]='gone']")}
        assert gone["590"] == "is not protected by Overlay all fields but local"
        assert page.link("export 2") == "/attempts/2"
        assert page.link("All fields") == f"{RECORD}/diff?from=1&to=2&every=true"


async def test_diff_marks_what_differs_within_a_field():
    async with browsing() as browser:
        await browser.exports_titled(1_999_000_001, "Tides of the harbor")
        await browser.exports_titled(1_999_000_001, "Tides of the river")
        page = await browser.get(f"{RECORD}/diff")
        assert page.texts(f"{ROWS}[th='245']/td[1]") == ["changed"]
        assert page.texts(f"{ROWS}[th='245']//del") == ["harbor"]
        assert page.texts(f"{ROWS}[th='245']//ins") == ["river"]
        assert page.texts(f"{ROWS}[th='245']/td/@data-title") == ["Version 1", "Version 2"]


async def test_all_fields_are_shown_where_that_is_asked():
    async with browsing() as browser:
        await _merged(browser)
        changed = await browser.get(f"{RECORD}/diff")
        every = await browser.get(changed.link("All fields"))
        same = every.texts(f"{ROWS}[td[1]='the same']/th")
        assert "245" in same
        assert len(every.texts(ROWS)) == len(changed.texts(ROWS)) + len(same)
        assert every.text("//ul[@aria-label='How many fields']/li[1]") == f"{len(same)} the same"
        assert every.link("Only what changed") == f"{RECORD}/diff?from=1&to=2"


async def test_any_two_versions_can_be_compared():
    async with browsing() as browser:
        for title in ("One", "Two", "Three"):
            await browser.exports_titled(1_999_000_001, title)
        page = await browser.get(f"{RECORD}/diff", **{"from": 3, "to": 1})
        assert page.text("//h2") == "Version 3 and version 1"
        assert page.texts(f"{ROWS}[th='245']//del") == ["Three"]
        assert page.texts("//select[@id='from']/option[@selected]") == ["3"]
        assert page.texts("//select[@id='to']/option[@selected]") == ["1"]
        assert page.texts(f"{ROWS}[th='245']/td[4]") == [""]
        same = await browser.get(f"{RECORD}/diff", **{"from": 2, "to": 2})
        assert "No field differs" in same.words


async def test_number_alone_is_compared_with_the_version_before():
    async with browsing() as browser:
        for title in ("One", "Two", "Three"):
            await browser.exports_titled(1_999_000_001, title)
        assert (await browser.get(f"{RECORD}/diff")).text("//h2") == "Version 2 and version 3"
        assert (await browser.get(f"{RECORD}/diff", to=2)).text("//h2") == "Version 1 and version 2"
        page = await browser.get("/records/9910000000015867/diff", zone="xyz", after=2)
        assert page.text("//h2") == "Version 1 and version 2"


@pytest.mark.parametrize(("query", "status"), [("", 404), ("?to=7", 404), ("?from=1&to=9", 404), ("?from=x", 400)])
async def test_version_that_is_not_there_is_said_so(query, status):
    async with browsing() as browser:
        await browser.exports("minimal")
        assert (await browser.get(f"{RECORD}/diff{query}", status=status)).tree.xpath("//main//h1")
