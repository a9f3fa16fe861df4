"""Who has what and who waits: on a record's page, and on a zone's pages of patrons, loans and requests."""

import pytest

from gateway.frontends.ui import lending_section, patrons
from tests.ui.borrowing import ADA, BEN, CARLA, DAN, FIRST, MMS_ID, RECORD, SECOND, TITLE, change, fill
from tests.ui.hostile import CHARACTERS, SCRIPT, assert_harmless
from tests.web import Page, browsing

HOLDINGS = "//section[@aria-labelledby='holdings']"
LENDING = "//section[@aria-labelledby='lending']"


def rows(page: Page, region: str) -> list[list[str]]:
    """The cells of a table, by row."""
    table = f"//div[@aria-label='{region}']//tbody/tr"
    return [page.texts(f"({table})[{row}]/*") for row in range(1, len(page.tree.xpath(table)) + 1)]


class TestRecord:
    async def test_says_who_has_an_item_and_since_when(self):
        async with browsing() as browser:
            await fill(browser)
            loan = await change(browser, "loans", item=FIRST, patron=ADA)
            page = await browser.get(RECORD)
            assert page.texts(f"{HOLDINGS}//tbody/tr/td[5]") == ["Rivers, Ada", ""]
            assert page.link("Rivers, Ada") == f"/zones/xyz/patron?barcode={ADA}"
            [due] = page.texts(f"{HOLDINGS}//tbody//time/@datetime")
            assert due[:10] == loan["due_at"][:10]

    async def test_says_what_became_of_a_loan(self):
        async with browsing() as browser:
            await fill(browser)
            for item, renewals in ((FIRST, 1), (SECOND, 2)):
                await change(browser, "loans", item=item, patron=ADA)
                for _ in range(renewals):
                    await change(browser, f"loans/{item}/renewal")
            await change(browser, f"loans/{SECOND}/recall")
            page = await browser.get(RECORD)
            assert page.texts(f"{HOLDINGS}//tbody/tr/td[5]") == [
                "Rivers, Ada renewed once",
                "Rivers, Ada renewed 2 times, recalled",
            ]

    async def test_says_who_waits(self):
        async with browsing() as browser:
            await fill(browser)
            await change(browser, "loans", item=FIRST, patron=ADA)
            await change(browser, "requests", item=FIRST, patron=DAN, pickup="MAIN", note="for a class")
            await change(browser, "requests", mms_id=MMS_ID, external_id="ILL-1")
            page = await browser.get(RECORD)
            assert page.texts(f"{HOLDINGS}/h3")[-1] == "Who waits, longest first"
            first, second = rows(page, "Requests")
            assert (first[1:4], first[5:]) == (["hold", FIRST, "Shore, Dan"], ["MAIN", "", "for a class"])
            assert (second[1:4], second[5:]) == (["hold", SECOND, "the partner itself"], ["", "ILL-1", ""])

    async def test_so_many_patrons_have_their_names(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(lending_section, "NAMES_SHOWN", 1)
        async with browsing() as browser:
            await fill(browser)
            for item, patron in ((FIRST, ADA), (SECOND, DAN)):
                await change(browser, "loans", item=item, patron=patron)
            assert (await browser.get(RECORD)).texts(f"{HOLDINGS}//tbody/tr/td[5]") == ["Rivers, Ada", DAN]


class TestZone:
    async def test_without_patrons_says_how_to_make_some(self):
        async with browsing() as browser:
            page = await browser.get("/zones/xyz")
            assert page.texts(f"{LENDING}//li/a") == ["No patrons", "No loans", "No requests", "NCIP exchanges"]
            for words, says in (
                ("No patrons", "gateway patrons load and the API make some"),
                ("No loans", "Nobody has an item."),
                ("No requests", "Nobody waits for anything."),
            ):
                assert says in (await browser.get(page.link(words))).words
            assert page.link("NCIP exchanges") == "/exchanges?zone=xyz"

    async def test_tells_how_many_there_are(self, monkeypatch: pytest.MonkeyPatch):
        async with browsing() as browser:
            await fill(browser)
            await change(browser, "loans", item=FIRST, patron=ADA)
            links = (await browser.get("/zones/xyz")).texts(f"{LENDING}//li/a")
            assert links[:3] == ["4 patrons", "1 loan", "No requests"]
            monkeypatch.setattr(lending_section, "COUNTED", 3)
            assert (await browser.get("/zones/xyz")).texts(f"{LENDING}//li/a")[0] == "More than 3 patrons"

    @pytest.mark.parametrize("path", ["patrons", "patron?barcode=1", "loans", "requests"])
    async def test_that_is_not_there_has_none(self, path):
        async with browsing() as browser:
            assert "nowhere" in (await browser.get(f"/zones/nowhere/{path}", 404)).words


class TestPatrons:
    async def test_are_listed_with_loans_requests_and_blocks(self):
        async with browsing() as browser:
            await fill(browser)
            await change(browser, "loans", item=FIRST, patron=ADA)
            await change(browser, "requests", mms_id=MMS_ID, patron=DAN)
            page = await browser.get("/zones/xyz/patrons")
            assert rows(page, "Patrons") == [
                ["Rivers, Ada", ADA, "faculty", "may borrow", "1", "0", ""],
                ["Harbour, Ben", BEN, "undergrad", "blocked", "0", "0", "Owes a fine; Lost a key"],
                ["Quay, Carla", CARLA, "undergrad", "expired", "0", "0", ""],
                ["Shore, Dan", DAN, "", "may borrow", "0", "1", ""],
            ]
            assert page.texts("//nav[@aria-label='Lending']//a[@aria-current]") == ["Patrons"]

    async def test_pages_follow_each_other(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(patrons, "ROWS", 3)
        async with browsing() as browser:
            await fill(browser)
            page = await browser.get("/zones/xyz/patrons")
            assert page.texts("//tbody/tr/td[1]") == [ADA, BEN, CARLA]
            page = await browser.get(page.link("Further"))
            assert page.texts("//tbody/tr/td[1]") == [DAN]
            assert page.texts("//a[@rel='next']") == []
            assert page.link("First") == "/zones/xyz/patrons"
            assert "There are no further ones." in (await browser.get("/zones/xyz/patrons", after="~")).words

    async def test_barcode_leads_to_its_patron(self):
        async with browsing() as browser:
            await fill(browser)
            page = await browser.get("/zones/xyz/patrons", barcode=f" {DAN} ")
            assert (page.path, page.text("//h1")) == ("/zones/xyz/patron?barcode=d+4%2F4", "Shore, Dan")
            page = await browser.get("/zones/xyz/patrons", 404, barcode="0")
            assert page.text("//p[@role='alert']") == "xyz has no patron with the barcode 0."
            assert page.texts("//input[@id='barcode']/@value") == ["0"]

    async def test_one_is_shown_with_what_he_has_and_waits_for(self):
        async with browsing() as browser:
            await fill(browser)
            await change(browser, "loans", item=FIRST, patron=ADA)
            await change(browser, "requests", item=SECOND, patron=ADA, pickup="BRANCH")
            page = await browser.get("/zones/xyz/patron", barcode=ADA)
            told = dict(zip(page.texts("//dl/dt"), page.texts("//dl/dd"), strict=True))
            assert (told["Barcode"], told["User group"], told["Blocks"]) == (ADA, "faculty", "none")
            assert told["E-mail"] == "ada.rivers@example.org"
            assert told["PIN"] == "none so nobody can authenticate as this patron"
            assert told["Expires"].startswith("2096-06-30")
            assert page.link("Exchanges that name the barcode") == f"/exchanges?q={ADA}&zone=xyz"
            [[item, title, *_, renewals, _]] = rows(page, "Loans")
            assert (item, title.startswith(TITLE), renewals) == (FIRST, True, "0")
            [[_, kind, title, item, _, pickup, *_]] = rows(page, "Requests")
            assert (kind, title.startswith(TITLE), item, pickup) == ("hold", True, SECOND, "BRANCH")
            assert page.texts("//div[@aria-label='Loans']//tbody//a/@href") == [f"{RECORD}#holdings"]

    async def test_pin_is_told_of_and_not_shown(self):
        async with browsing() as browser:
            answer = await browser.client.put("/api/v1/zones/xyz/patrons/1", json={"name": "Doe, Jane", "pin": "4711"})
            assert answer.is_success, answer.text
            page = await browser.get("/zones/xyz/patron", barcode="1")
            assert "there is one it is shown nowhere" in page.words
            assert "4711" not in page.source
            assert "argon2" not in page.source

    async def test_one_that_is_not_there_is_said_to_be_so(self):
        async with browsing() as browser:
            page = await browser.get("/zones/xyz/patron", 404, barcode="0")
            assert "zone xyz has no patron with the barcode '0'" in page.words


class TestLoansAndRequests:
    async def test_are_listed(self):
        async with browsing() as browser:
            await fill(browser)
            await change(browser, "loans", item=FIRST, patron=ADA)
            await change(browser, f"loans/{FIRST}/recall")
            await change(browser, "requests", item=FIRST, patron=DAN)
            page = await browser.get("/zones/xyz/loans")
            [[item, title, patron, _, _, renewals, _]] = rows(page, "Loans")
            assert (item, title.startswith(TITLE), patron, renewals) == (FIRST, True, "Rivers, Ada", "0 recalled")
            page = await browser.get(page.link("Requests"))
            [[_, kind, title, item, patron, *_]] = rows(page, "Requests")
            assert (kind, title.startswith(TITLE), item, patron) == ("hold", True, FIRST, "Shore, Dan")

    async def test_pages_follow_each_other(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(patrons, "ROWS", 1)
        async with browsing() as browser:
            await fill(browser)
            for item in (FIRST, SECOND):
                await change(browser, "loans", item=item, patron=ADA)
                await change(browser, "requests", item=item, patron=DAN)
            for region in ("Loans", "Requests"):
                page = await browser.get(f"/zones/xyz/{region.lower()}")
                first = rows(page, region)
                page = await browser.get(page.link("Further"))
                assert len(first) == len(rows(page, region)) == 1
                assert rows(page, region) != first
                assert page.texts("//a[@rel='next']") == []
                assert rows(await browser.get(page.link("First")), region) == first


async def test_nothing_in_them_does_harm():
    async with browsing() as browser:
        await fill(browser)
        text = f"{SCRIPT}{''.join(one for one in CHARACTERS if one.isprintable() or one == chr(0x202E))}"
        patron = {"name": text, "group": text[:100], "email": text, "blocks": [text]}
        answer = await browser.client.put("/api/v1/zones/xyz/patrons/4", json=patron)
        assert answer.is_success, answer.text
        await change(browser, "requests", mms_id=MMS_ID, patron=DAN, external_id=text[:100], pickup=text, note=text)
        for path in ("patrons", "patron?barcode=4", "requests", f"records/{MMS_ID}", f"patrons?barcode={SCRIPT}"):
            assert_harmless((await browser.get(f"/zones/xyz/{path}", None)).source)
