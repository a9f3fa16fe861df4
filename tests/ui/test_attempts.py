"""What arrives, as a page: rows, filters, search, further pages, and rows that come while it is open."""

import pytest
from lxml import html

from gateway.desk import glancing
from gateway.model import Logon
from tests.server.running import WRONG
from tests.web import Browser, browsing

ROWS = "//table[@class='attempts']/tbody/tr"
TITLES = f"{ROWS}/th"
FILTERS = "//nav[@aria-label='Filters']"


async def test_row_tells_an_export():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/")
        [row] = page.tree.xpath(ROWS)
        time, outcome, title, oclc, mms, zone, logon = (" ".join(cell.text_content().split()) for cell in row)
        assert time.count(":") == 2
        assert (outcome, oclc, mms, zone, logon) == ("added", "1999000017", "9910000000015867", "xyz", "01CARLI_XYZ")
        assert title.startswith("The lantern keepers of Harrow Quay")
        assert row.xpath("th/a/@href") == ["/attempts/1"]
        assert row.xpath("td/a/@href") == ["/zones/xyz/records/9910000000015867", "/zones/xyz"]
        assert row.xpath("td//time/@datetime")[0].endswith("Z")
        assert page.title == "Exports · Gateway"


async def test_outcome_has_an_icon_and_words():
    async with browsing() as browser:
        await browser.exports("refused-no-245")
        page = await browser.get("/")
        assert page.texts(f"{ROWS}/td/span[contains(@class, 'tone-bad')]/span") == ["refused: required"]
        assert page.texts(f"{ROWS}/td/span//*[name()='use']/@href") == ["#i-cross"]


async def test_columns_have_headers():
    async with browsing() as browser:
        await browser.exports("minimal")
        page = await browser.get("/")
        assert set(page.texts("//table//th/@scope")) == {"col", "row"}
        assert page.texts("//thead//th") == [
            "Time",
            "Outcome",
            "Title",
            "OCLC number",
            "MMS ID",
            "Zone",
            "Logon ID",
        ]


async def test_export_that_reached_no_zone():
    async with browsing() as browser:
        await browser.exports("minimal", Logon(logon_id=b"01CARLI_ZZZ", password=b"x"))
        page = await browser.get("/", zone="@i-share-xyz")
        assert page.texts(f"{ROWS}/td[5]") == ["none (i-share-xyz)"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("xyz", ["turned away", "taken"]),
        ("network", []),
        ("added", ["taken"]),
        ("logon failed", ["turned away"]),
        ("timed out", []),
    ],
)
async def test_filters_are_links(words, titles):
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get((await browser.get("/")).link(words, FILTERS))
        assert page.texts(TITLES) == titles
        assert words in page.texts(f"{FILTERS}//a[@aria-current]")


async def test_filters_go_together():
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get("/")
        for words in ("xyz", "logon failed"):
            page = await browser.get(page.link(words, FILTERS))
        assert page.path == "/?zone=xyz&outcome=logon_failed"
        page = await browser.get("/", q="title:taken", zone="xyz", outcome="logon_failed")
        assert page.texts(TITLES) == []
        assert "No export is as asked" in page.words


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("title:taken", ["taken"]),
        ("outcome:logon_failed", ["turned away"]),
        ("oclc:1999000001", ["taken"]),
        ("logon:carli", ["turned away", "taken"]),
        ("245:taken", ["taken"]),
        ("nowhere", []),
    ],
)
async def test_search(q, titles):
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get("/", q=q)
        assert page.texts(TITLES) == titles
        assert page.texts("//input[@name='q']/@value") == [q]


async def test_mistake_stands_under_the_box_with_a_suggestion():
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get("/", q="titel:taken", status=400)
        assert "did you mean title?" in page.text("//*[@id='mistake']")
        assert page.texts("//input[@name='q']/@aria-describedby") == ["mistake"]
        assert page.texts("//input[@name='q']/@value") == ["titel:taken"]


@pytest.mark.parametrize(
    "number", ["9910000000015867", "1999000001", "on1999000001", "(OCoLC)1999000001", " 1999000001 "]
)
async def test_number_alone_leads_to_its_record(number):
    async with browsing() as browser:
        await _two(browser)
        response = await browser.client.get("/", params={"q": number})
        assert response.status_code == 303
        assert response.headers["location"] == "/zones/xyz/records/9910000000015867"


@pytest.mark.parametrize("number", ["9910000000095867", "77", "9" * 500, "oclc:1999000001"])
async def test_number_of_no_record_is_searched_for(number):
    async with browsing() as browser:
        await _two(browser)
        assert (await browser.get("/", q=number)).path.startswith("/?q=")


async def test_older_ones_are_on_the_next_page():
    async with browsing() as browser:
        for number in range(1, 104):
            await browser.exports_titled(number, f"no. {number}")
        page = await browser.get("/")
        assert len(page.tree.xpath(ROWS)) == 100
        older = await browser.get(page.link("Older"))
        assert older.texts(TITLES) == ["no. 3", "no. 2", "no. 1"]
        assert older.tree.xpath("//@sse-connect") == []
        assert (await browser.get(older.link("Newest"))).texts(TITLES) == page.texts(TITLES)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, ""])
async def test_place_that_is_none_is_said_so(before):
    async with browsing() as browser:
        await _two(browser)
        response = await browser.client.get("/", params={"before": before})
        assert response.status_code in (200, 400)
        assert "<!doctype html>" in response.text


async def test_nothing_of_a_title_is_markup():
    title = "<script>alert(1)</script> & \"'</td>"
    async with browsing() as browser:
        await browser.exports_titled(1, title)
        page = await browser.get("/")
        assert page.texts(TITLES) == [title]
        assert "<script>alert" not in page.source
        page = await browser.get("/", q=title, status=400)
        assert "<script>alert" not in page.source
        page = await browser.get("/attempts/1")
        assert "<script>alert" not in page.source
        assert page.text("//h1") == title


async def test_row_comes_while_the_page_is_open():
    async with browsing() as browser:
        await browser.exports_titled(1, "before")
        page = await browser.get("/")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            assert "content-type: text/event-stream" in stream.head.lower()
            await browser.exports_titled(2, "</tr><script>later</script>")
            event = await stream.next()
        assert event["event"] == "rows"
        [row] = html.fragments_fromstring(f"<table>{event['data']}</table>")[0].xpath(".//tr")
        assert row.get("id") == "attempt-2"
        assert row.xpath("th")[0].text_content() == "</tr><script>later</script>"


async def test_what_came_before_the_stream_began_is_told():
    async with browsing() as browser:
        await browser.exports_titled(1, "before")
        page = await browser.get("/")
        await browser.exports_titled(2, "between")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            assert "between" in (await stream.next())["data"]


async def test_only_what_is_asked_comes():
    async with browsing() as browser:
        await browser.exports_titled(1, "before")
        page = await browser.get("/", q="title:wanted", zone="xyz")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            await browser.exports_titled(2, "another")
            await browser.exports_titled(3, "wanted")
            data = (await stream.next())["data"]
        assert "attempt-3" in data
        assert "attempt-2" not in data


async def test_stream_of_a_search_with_a_mistake_is_refused():
    async with browsing() as browser:
        response = await browser.client.get("/events", params={"q": "titel:x"}, headers={"accept": "text/event-stream"})
        assert response.status_code == 400
        assert "did you mean title?" in response.json()["detail"]


async def _two(browser: Browser) -> None:
    """One that is filed, and after it one that is not."""
    await browser.exports_titled(1999000001, "taken")
    await browser.exports_titled(1999000002, "turned away", WRONG)


async def test_tabs_are_told_apart():
    async with browsing() as browser:
        await _two(browser)
        pages = [
            await browser.get("/", zone=zone, q=q) for zone, q in (("xyz", ""), ("network", ""), ("", "title:taken"))
        ]
        assert [page.title for page in pages] == [
            "xyz · Exports · Gateway",
            "network · Exports · Gateway",
            "title:taken · Exports · Gateway",
        ]
        icons = [page.tree.xpath("//link[@rel='icon']")[0] for page in pages]
        assert [icon.get("href").partition(".svg")[0] for icon in icons] == [
            "/static/favicon-institution",
            "/static/favicon-network",
            "/static/favicon-gateway",
        ]
        for icon in icons:
            assert len({icon.get("href"), icon.get("data-new"), icon.get("data-failed")}) == 3


async def test_many_zones_are_a_list_to_choose_from():
    async with browsing() as browser:
        for number in range(12):
            made = await browser.client.post("/api/v1/zones", json={"key": f"z{number}", "code": f"01CARLI_Z{number}"})
            assert made.status_code == 201
        await _two(browser)
        page = await browser.get("/", zone="xyz", outcome="created")
        assert page.texts("//select[@id='zone']/option[@selected]") == ["xyz"]
        assert "z11" in page.texts("//select[@id='zone']/option")
        assert page.texts("//form[@class='chooser']//input/@name") == ["q", "outcome"]


async def test_exports_that_were_there_and_are_not_as_asked_are_no_flood(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(glancing, "ROWS", 2)
    async with browsing() as browser:
        for name in ("refused-no-245", "monograph", "serial"):
            await browser.exports(name)
        page = await browser.get("/", outcome="refused")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            await browser.exports("refused-no-245")
            event = await stream.next()
        assert (event["event"], event["data"].count("<tr")) == ("rows", 1)


async def test_number_leads_to_the_network_zone_where_the_profile_files_there():
    async with browsing("profiles.carli-iz.use_network_zone=true") as browser, browser.following("/events") as events:
        await browser.exports("monograph")
        event = await events.next()
        page = await browser.get("/")
        [mms] = page.texts("//tbody//td[a][contains(@class, 'wide')]")
        where = page.link(mms)
        assert where == f"/zones/network/records/{mms}"
        assert f'href="{where}"' in event["data"]
        assert (await browser.get(where)).text("//h1").startswith("The lantern keepers")
