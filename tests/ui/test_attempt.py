"""One export as a page: the answer, the diagnosis, how it came and was decided, its record; and forgetting it."""

import pytest

from gateway.model import Logon
from tests.server.running import LOGON, WRONG, record
from tests.web import browsing

KEEP = "//section[h2='Keep it, or forget it']"
WIRE = "//table[@class='wire']/tbody/tr"


async def test_answer_and_fix_come_first():
    async with browsing() as browser:
        reply = await browser.exports("refused-marc8")
        page = await browser.get("/attempts/1")
        assert page.texts("//main//h2")[:2] == ["Connexion showed", "What to change"]
        assert page.text("//pre[@class='reply']") == " ".join(reply.split())
        assert page.text("//p[@class='fix']").startswith("Choose UTF-8 Unicode at Tools > Options > Export")
        assert page.title.startswith("1 refused: charset · ")


async def test_nothing_to_change():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/attempts/1")
        assert page.texts("//main//h2")[:2] == ["Connexion showed", "What happened"]
        assert page.texts("//p[@class='fix']") == []


async def test_how_it_was_decided():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/attempts/1")
        told = dict(zip(page.texts("//dl/dt"), page.texts("//dl/dd"), strict=True))
        assert told["Match method"] == "Unique OCLC Identifier"
        assert told["Zone"] == "xyz, because the host i-share-xyz has it under the logon ID 01CARLI_XYZ"
        assert page.link("9910000000015867") == "/zones/xyz/records/9910000000015867"


async def test_findings_say_what_they_do():
    async with browsing() as browser:
        await browser.exports("refused-no-245")
        page = await browser.get("/attempts/1")
        [first, *_] = page.tree.xpath("//section[h2='Found in the record']//tbody/tr")
        field, severity, words, _ = (" ".join(cell.text_content().split()) for cell in first)
        assert (field, severity) == ("245", "refused")
        assert words


async def test_what_of_the_answer_is_assumed():
    async with browsing() as browser:
        await browser.exports("refused-no-245")
        await browser.exports("monograph")
        assumed = "//section[h2='What of this answer is assumed']/p"
        page = await browser.get("/attempts/1")
        assert page.texts(assumed) == [
            "Damaged structure, and anything but one 245, is refused (Alma's validation is not published).",
            'The reply required: "Import Failed / Not imported: {finding}." '
            "(Import Failed is documented, the reason's words are ours).",
        ]
        assert (await browser.get("/attempts/2")).texts(assumed) == []


async def test_merge_links_to_before_and_after():
    async with browsing() as browser:
        await browser.exports("local-fields")
        await browser.exports("revised-local-fields")
        page = await browser.get("/attempts/2")
        assert page.link("What changed in 9910000000015867") == "/zones/xyz/records/9910000000015867/diff?to=2"
        assert "590" in page.texts("//dl[contains(@class, 'went')]/dt")
        assert "gateway records diff" not in page.words


async def test_every_run_of_bytes_is_explained():
    async with browsing() as browser:
        await browser.exports("minimal")
        page = await browser.get("/attempts/1")
        assert page.texts(f"{WIRE}/td[4]/code") == [
            *("A", "K", "01CARLI_XYZ", "P", "•", "••••••••"),
            *(
                "00227nam··2200097K··4500…",
                "The record has been processed successfully.↵MMS ID: 9910000000015867",
                "00",
            ),
        ]
        assert all(page.texts(f"{WIRE}/td[5]"))
        assert "xyz-secret" not in page.source


async def test_neighbours_are_of_the_same_zone():
    async with browsing() as browser:
        for number in (1, 2, 3):
            await browser.exports_titled(number, f"no. {number}")
        page = await browser.get("/attempts/2")
        assert (page.link("Earlier"), page.link("Later")) == ("/attempts/1", "/attempts/3")
        first = await browser.get("/attempts/1")
        assert "Earlier" not in first.texts("//main//a")


async def test_export_of_no_zone():
    async with browsing() as browser:
        await browser.exports("minimal", Logon(logon_id=b"01CARLI_ZZZ", password=b"x"))
        page = await browser.get("/attempts/1")
        assert page.link("Exports to no zone at i-share-xyz") == "/?zone=%40i-share-xyz"
        assert "xyz-secret" not in page.source


@pytest.mark.parametrize("name", ["broken-truncated", "broken-tag-not-ascii", "longest", "arabic"])
async def test_odd_records_have_pages(name):
    async with browsing("limits.message_seconds=0.5") as browser:
        await browser.exports(name)
        page = await browser.get("/attempts/1")
        assert page.texts("//h1")


async def test_what_would_not_be_seen_is_marked():
    async with browsing() as browser:
        await browser.exports_titled(1, "turned\u202e about\x07")
        page = await browser.get("/attempts/1")
        assert "\u202e" not in page.source
        assert "\x07" not in page.source
        text = (await browser.client.get("/attempts/1/report.txt")).text
        assert "\u202e" not in text
        assert "turned⟨RLO⟩ about" in text


async def test_report_as_text():
    async with browsing() as browser:
        await browser.exports("refused-marc8")
        response = await browser.client.get((await browser.get("/attempts/1")).link("Report as text"))
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.text.startswith("Submission 1: refused: charset\n")
        assert "\n=245  10$a" in response.text


async def test_downloads_are_the_api_s():
    async with browsing() as browser:
        raw = record(1, "kept")
        await browser.sends(raw, LOGON)
        page = await browser.get("/attempts/1")
        assert (await browser.client.get(page.link("Record as it arrived (.mrc)", KEEP))).content == raw
        assert (await browser.client.get(page.link("JSON", KEEP))).json()["seq"] == 1


@pytest.mark.parametrize("path", ["/attempts/99", "/attempts/99/report.txt", f"/attempts/{2**63 - 1}"])
async def test_no_such_export(path):
    async with browsing() as browser:
        page = await browser.get(path, 404)
        assert page.text("//h1") == "Not there"


@pytest.mark.parametrize("path", [f"/attempts/{2**63}", "/attempts/-1", f"/attempts/{'9' * 500}", "/attempts/x"])
async def test_number_that_is_none(path):
    async with browsing() as browser:
        response = await browser.client.get(path)
        assert response.status_code in (400, 404)
        assert "<!doctype html>" in response.text


async def test_it_can_be_forgotten():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/attempts/1")
        after = await browser.submit(page, "/attempts/1/delete")
        assert after.path == "/"
        await browser.get("/attempts/1", 404)
        assert (await browser.client.get("/api/v1/zones/xyz/records/9910000000015867")).status_code == 200


async def test_form_without_its_mark_is_refused():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/attempts/1")
        refused = await browser.submit(page, "/attempts/1/delete", 403, csrf="0" * 48)
        assert refused.text("//h1") == "That is not allowed"
        response = await browser.client.post("/attempts/1/delete")
        assert response.status_code in (403, 415)
        await browser.get("/attempts/1")


async def test_form_of_another_browser_is_refused():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/attempts/1")
        browser.client.cookies.clear()
        await browser.submit(page, "/attempts/1/delete", 403)


async def test_read_only_says_why_it_cannot_be_forgotten():
    async with browsing("http.read_only=true") as browser:
        await browser.exports("monograph", WRONG)
        page = await browser.get("/attempts/1")
        [button] = page.tree.xpath("//form[@action='/attempts/1/delete']//button")
        assert button.get("disabled") is not None
        assert "http.read_only" in page.text(f"//*[@id='{button.get('aria-describedby')}']")
        await browser.client.post("/attempts/1/delete", data=page.fields("/attempts/1/delete"))
        await browser.get("/attempts/1")
