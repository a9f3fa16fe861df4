"""NCIP exchanges as pages: the listing with its search, and one of them with what went wrong."""

import pytest
from lxml import html

from gateway.desk import glancing
from gateway.frontends.ui import exchanges
from gateway.search.terms import TEXT_CHARACTERS
from tests.ncip.messages import CODE, authentication, illiad, item, reshare, user
from tests.ui import borrowing
from tests.ui.borrowing import ADA, FIRST
from tests.ui.hostile import CHARACTERS, SCRIPT, assert_harmless
from tests.web import Browser, Page, browsing

PATH = "/view/NCIPServlet"
ROWS = "//tbody/tr"


async def ask(browser: Browser, *messages: bytes) -> None:
    """Send these one after another."""
    for message in messages:
        assert (await browser.client.post(PATH, content=message)).status_code == 200


async def shown(browser: Browser, message: bytes) -> Page:
    """The page of the exchange that this message makes, where it is the first."""
    await ask(browser, message)
    return await browser.get("/exchanges/1")


def facts(page: Page) -> dict[str, str]:
    """What the page tells of the problem."""
    return dict(zip(page.texts("//dl/dt"), page.texts("//dl/dd"), strict=True))


def lines(page: Page, section: str) -> list[str]:
    """The lines of a message, with their indentation."""
    [pre] = page.tree.xpath(f"//section[h2='{section}']//pre")
    return str(pre.text_content()).split("\n")


async def test_nothing_has_come_at_first():
    async with browsing() as browser:
        page = await browser.get((await browser.get("/")).link("NCIP"))
        assert page.path == "/exchanges"
        assert "Nothing has come by NCIP yet." in page.words
        assert page.texts("//header//a[@aria-current]") == ["NCIP"]


async def test_newest_come_first_and_problems_are_marked():
    async with browsing() as browser:
        await borrowing.fill(browser)
        await ask(browser, reshare("CheckOutItem", user(ADA), item(FIRST)), reshare("LookupUser", user("nobody")))
        page = await browser.get("/exchanges")
        assert [page.texts(f"({ROWS})[{row}]/*")[1:] for row in (1, 2)] == [
            ["Unknown User", "LookupUser", "nobody", "127.0.0.1", "xyz", "NCIP 2"],
            ["done", "CheckOutItem", f"{ADA} {FIRST}", "127.0.0.1", "xyz", "NCIP 2"],
        ]
        assert page.texts(f"{ROWS}//span[contains(@class, 'tone-bad')]") == ["Unknown User"]
        assert page.link("CheckOutItem") == "/exchanges/1"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "unknown ag"}, ["LookupUser"]),
        ({"q": " renewitem "}, ["RenewItem"]),
        ({"q": "nobody"}, ["RenewItem", "LookupUser"]),
        ({"zone": "xyz"}, ["RenewItem"]),
        ({"zone": "@i-share-xyz"}, ["LookupUser"]),
        ({"q": "lookup", "zone": "xyz"}, []),
        ({"zone": "nowhere"}, []),
        ({"before": 2}, ["LookupUser"]),
        ({"q": "x" * 5_000}, []),
    ],
)
async def test_is_found(asked, found):
    async with browsing() as browser:
        nobody = user("nobody")
        await ask(browser, reshare("LookupUser", nobody, to="01OTHER"), reshare("RenewItem", nobody, item("1")))
        page = await browser.get("/exchanges", **asked)
        assert page.texts(f"{ROWS}/th") == found
        assert page.texts("//input[@id='exchanges-q']/@value") == [asked.get("q", "").strip()[:TEXT_CHARACTERS]]


async def test_row_comes_while_the_page_is_open():
    async with browsing() as browser:
        page = await browser.get("/exchanges")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            assert "content-type: text/event-stream" in stream.head.lower()
            await ask(browser, reshare("LookupUser", user("nobody")))
            event = await stream.next()
        assert event["event"] == "rows"
        [row] = html.fragments_fromstring(f"<table>{event['data']}</table>")[0].xpath(".//tr")
        assert (row.get("id"), row.get("class"), row.get("data-failed")) == ("exchange-1", "fresh", "")
        listed = (await browser.get("/exchanges")).texts(f"{ROWS}/*")
        assert [" ".join(cell.text_content().split()) for cell in row] == listed


async def test_only_what_is_asked_comes_and_nothing_that_is_listed():
    async with browsing() as browser:
        await ask(browser, reshare("RenewItem", user("wanted"), item("1")))
        page = await browser.get("/exchanges", q="WANTED", zone="xyz")
        for name, code in (("wanted", "01OTHER"), ("other", CODE), ("wanted", CODE)):
            await ask(browser, reshare("LookupUser", user(name), to=code))
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            event = await stream.next()
        assert (event["id"], event["data"].count("<tr")) == ("4.3.2.1", 1)
        assert 'id="exchange-4"' in event["data"]


async def test_those_that_were_there_and_are_not_as_asked_are_no_flood(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(glancing, "ROWS", 2)
    async with browsing() as browser:
        await ask(browser, *(reshare("LookupUser", user(name)) for name in ("wanted", "other", "another")))
        page = await browser.get("/exchanges", q="wanted")
        async with browser.following(page.tree.xpath("//@sse-connect")[0]) as stream:
            await ask(browser, reshare("LookupUser", user("wanted")))
            event = await stream.next()
        assert (event["event"], event["data"].count("<tr")) == ("rows", 1)


async def test_older_ones_and_those_of_no_zone_stand_still():
    async with browsing() as browser:
        await ask(browser, reshare("LookupUser", user("nobody")))
        for asked in ({"before": 2}, {"zone": "nowhere"}):
            assert (await browser.get("/exchanges", **asked)).tree.xpath("//@sse-connect") == []


async def test_stream_behind_what_is_no_row_is_refused():
    async with browsing() as browser:
        headers = {"accept": "text/event-stream"}
        response = await browser.client.get("/exchanges/events", params={"since": "first"}, headers=headers)
        assert response.status_code == 400


async def test_pages_follow_each_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exchanges, "PAGE_ROWS", 2)
    async with browsing() as browser:
        await ask(browser, *(reshare("LookupUser", user(f"nobody-{number}")) for number in range(3)))
        page = await browser.get("/exchanges", q="nobody", zone="xyz")
        assert page.texts(f"{ROWS}/td[3]") == ["nobody-2", "nobody-1"]
        page = await browser.get(page.link("Older"))
        assert page.texts(f"{ROWS}/td[3]") == ["nobody-0"]
        assert page.texts("//a[@rel='next']") == []
        assert page.link("Newest") == "/exchanges?q=nobody&zone=xyz"
        assert "There are no older ones." in (await browser.get("/exchanges", before=0)).words


@pytest.mark.parametrize(
    ("message", "says", "fix"),
    [
        (
            reshare("LookupUser", user("1"), profile="ReShare Index"),
            "The profile name ReShare Index has a space.",
            "Enter the partner's code, ReShareIndexData, exactly so",
        ),
        (
            reshare("LookupUser", user("1"), to="01OTHER"),
            "The to-agency 01OTHER is not this institution.",
            "Enter the institution code, one of 01CARLI_XYZ,",
        ),
        (
            reshare("LookupUser", user("1"), profile="ILLiad"),
            "The institution has no resource sharing partner ILLiad",
            "zones.xyz.partners",
        ),
        (reshare("LookupItem", item("1")), "Alma has no LookupItem.", "Turn it off in the client"),
        (b"no XML", "What arrived cannot be read", "send the message below"),
        (b"", "Nothing was sent with it", "NCIP server address"),
    ],
    ids=["space", "agency", "partner", "unsupported", "unreadable", "empty"],
)
async def test_diagnosis_comes_first(message, says, fix):
    async with browsing() as browser:
        page = await shown(browser, message)
        assert page.texts("//main//h2") == ["What to change", "Asked", "Answered"]
        assert fix in page.text("//p[@class='fix']")
        assert says in page.text("//section[@aria-labelledby='why']")


async def test_partners_are_those_of_the_zone():
    async with browsing('zones.xyz.partners=["ILLiad", "Tipasa"]') as browser:
        page = await shown(browser, reshare("LookupUser", user("1")))
        assert "there is ILLiad, Tipasa." in page.words


async def test_what_went_well_names_patron_and_item():
    async with browsing() as browser:
        await borrowing.fill(browser)
        page = await shown(browser, reshare("CheckOutItem", user(ADA), item(FIRST)))
        assert page.texts("//main//h2")[0] == "What happened"
        assert facts(page) == {
            "It names": f"{ADA} {FIRST}",
            "Of which there are": f"patron Rivers, Ada, item {FIRST}",
        }
        assert page.link("patron Rivers, Ada") == f"/zones/xyz/patron?barcode={ADA}"
        assert page.link(f"item {FIRST}") == f"{borrowing.RECORD}#holdings"


async def test_problem_says_what_is_wrong_with_which_element():
    async with browsing() as browser:
        page = await shown(browser, reshare("LookupUser", user("nobody")))
        told = facts(page)
        assert (told["Problem"], told["Value"]) == ("Unknown User", "nobody")
        assert told["Element"].startswith("//LookupUser/")
        assert page.title.startswith("1 Unknown User · LookupUser · ")


async def test_messages_are_indented_and_have_no_pin():
    async with browsing() as browser:
        page = await shown(browser, illiad("LookupUser", authentication(ADA, "4711")))
        asked = lines(page, "Asked")
        assert asked[2:4] == ["  <LookupUser>", "    <InitiationHeader>"]
        assert "        <AgencyId>01CARLI_XYZ</AgencyId>" in asked
        assert any(line.endswith("<ns1:AuthenticationInputData>***</ns1:AuthenticationInputData>") for line in asked)
        assert "4711" not in page.source
        assert "      <ns1:ProblemType>Unknown partner</ns1:ProblemType>" in lines(page, "Answered")


async def test_one_leads_to_the_one_before_it_and_to_those_of_its_zone():
    async with browsing() as browser:
        message = reshare("LookupUser", user("nobody"))
        await ask(browser, message, reshare("LookupUser", user("1"), to="01OTHER"), message)
        page = await browser.get("/exchanges/3")
        assert page.link("Earlier") == "/exchanges/1"
        assert page.link("NCIP exchanges of xyz") == "/exchanges?zone=xyz"


async def test_one_that_is_not_there_is_said_to_be_gone():
    async with browsing() as browser:
        assert "there is no exchange 7" in (await browser.get("/exchanges/7", 404)).words


async def test_nothing_in_a_message_does_harm():
    async with browsing() as browser:
        text = "".join(one for one in CHARACTERS if one.isprintable() or one == chr(0x202E))
        profile = f"{SCRIPT}<b>{text}"
        await ask(browser, reshare("LookupUser", user(f"{SCRIPT}{text}"), profile=profile), f"<b>{SCRIPT}</b>".encode())
        for path in ("/exchanges", "/exchanges/1", "/exchanges/2", f"/exchanges?q={SCRIPT}&zone={SCRIPT}"):
            assert_harmless((await browser.get(path)).source)


async def test_deep_and_long_message_is_shown():
    async with browsing() as browser:
        page = await shown(browser, b"<a>" * 40_000)
        assert max(len(line) for line in lines(page, "Asked")) < 50
        assert len(page.source) < 500_000
