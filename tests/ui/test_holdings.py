"""What a record's page shows of its holdings and items."""

import pytest

from gateway.frontends.ui import holdings_section
from tests.ui.hostile import CHARACTERS, SCRIPT, assert_harmless
from tests.web import Browser, browsing

MMS_ID = "9910000000015867"
RECORD = f"/zones/xyz/records/{MMS_ID}"
SECTION = "//section[@aria-labelledby='holdings']"
HEAD = (
    "mms_id,library,library_name,location,location_name,call_number,item_part,copy_number,summary,public_note,"
    "barcode,enumeration,policy,process_type,due\n"
)


async def load(browser: Browser, *lines: str) -> None:
    """Load these lines of holdings."""
    content = (HEAD + "\n".join(lines)).encode()
    response = await browser.client.post("/api/v1/zones/xyz/holdings", content=content)
    assert response.json()["refused"] == 0, response.text


async def test_record_without_holdings_says_how_to_make_some():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get(RECORD)
        assert page.texts(f"{SECTION}/p") == ["None. gateway holdings load and the API make some."]


async def test_holdings_and_items_are_shown():
    async with browsing() as browser:
        await browser.exports("monograph")
        main = f"{MMS_ID},MAIN,Main Library,stacks,Book Stacks,PE1408,.G585 2013,1,v.1-v.2,Ask at the desk,"
        await load(
            browser,
            f"{main}31111200048340,v.1,Book1,,",
            f"{main}31111200048341,v.2,Book1,LOAN,2026-12-31T12:00:00Z",
            f"{MMS_ID},BRANCH,,shelves,,,,,,,,,,,",
        )
        page = await browser.get(RECORD)
        assert page.texts(f"{SECTION}/h3") == ["BRANCH, shelves", "Main Library, Book Stacks: PE1408 .G585 2013"]
        texts = page.texts(f"{SECTION}/p")
        assert texts[1:3] == ["v.1-v.2", "Ask at the desk"]
        assert texts[0].endswith("; 0 of 0 items available")
        assert texts[3].endswith(", copy 1; 1 of 2 items available")
        rows = [page.texts(f"({SECTION}//tbody/tr)[{row}]/*") for row in (1, 2)]
        assert rows[0] == ["31111200048340", "v.1", "Book1", "Item in place", "", ""]
        assert rows[1][:4] == ["31111200048341", "v.2", "Book1", "Loan"]
        assert rows[1][5] == "not known"
        assert page.texts(f"{SECTION}//time/@datetime") == ["2026-12-31T12:00:00.000Z"]


async def test_earlier_version_shows_them_too():
    async with browsing() as browser:
        await browser.exports("local-fields")
        await browser.exports("revised-local-fields")
        await load(browser, f"{MMS_ID},MAIN,,stacks,,,,,,,1,,,,")
        page = await browser.get(RECORD, version=1)
        assert page.texts(f"{SECTION}/h3") == ["MAIN, stacks"]


async def test_so_many_items_are_shown_and_the_others_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(holdings_section, "ITEMS_SHOWN", 3)
    async with browsing() as browser:
        await browser.exports("monograph")
        of_first = [f"{MMS_ID},A,,stacks,,,,,,,1{number},,,," for number in range(2)]
        of_second = [f"{MMS_ID},B,,stacks,,,,,,,2{number},,,," for number in range(4)]
        await load(browser, *of_first, *of_second)
        page = await browser.get(RECORD)
        assert page.texts(f"{SECTION}//tbody/tr/th") == ["10", "11", "20"]
        assert page.texts(f"{SECTION}/p")[-1] == "3 more items; the API lists all."


async def test_nothing_in_them_does_harm():
    async with browsing() as browser:
        await browser.exports("monograph")
        text = f"{SCRIPT}{''.join(one for one in CHARACTERS if one.isprintable() or one in chr(0x202E))}"
        await load(browser, f"{MMS_ID},{','.join([text] * 9)},{text},{text},{text},,")
        page = await browser.get(RECORD)
        assert_harmless(page.source)
        assert "<script>alert(1)</script>" in page.text(f"{SECTION}/h3")
