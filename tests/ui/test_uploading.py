"""A file of records that is put into a zone by a form, and what became of each record."""

import pytest

from tests.web import MARC, Browser, Page, browsing

FORM = "/records/upload"
ROWS = "//table//tbody/tr"


async def _put(browser: Browser, name: str, content: bytes, status: int = 200, **filled: str) -> Page:
    """Send the form with this file."""
    page = await browser.get(FORM, zone="xyz")
    fields = {key: value for key, value in page.fields(FORM).items() if key in ("csrf", "zone")} | filled
    files = {"file": (name, content)}
    response = await browser.client.post(FORM, data=fields, files=files)
    assert response.status_code == status, response.text[:2000]
    return Page(response)


@pytest.mark.parametrize("name", ["monograph.mrc", "monograph.mrk"])
async def test_file_is_filed(name):
    async with browsing() as browser:
        page = await _put(browser, name, (MARC / name).read_bytes())
        assert page.text("//h2[@id='done']") == "1 filed, 0 refused in xyz"
        number, outcome, title, oclc, mms, why = page.texts(f"{ROWS}/*")
        assert (number, outcome, oclc, mms, why) == ("1", "added", "1999000017", "9910000000015867", "")
        assert title.startswith("The lantern keepers")
        assert (await browser.get(page.link(mms))).text("//h1").startswith("The lantern keepers")
        assert (await browser.get("/")).texts("//tbody/tr/th")[0].startswith("The lantern keepers")


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_what_was_downloaded_can_be_put_in_elsewhere(form):
    async with browsing() as browser:
        await browser.exports("hebrew")
        response = await browser.client.get(f"/zones/xyz/records/9910000000015867/download?form={form}")
        page = await _put(browser, f"record.{form}", response.content, zone="sandbox-abc")
        assert page.text("//h2[@id='done']") == "1 filed, 0 refused in sandbox-abc"


async def test_each_record_says_what_became_of_it():
    async with browsing() as browser:
        names = ("minimal", "refused-no-245", "minimal")
        page = await _put(browser, "three.mrc", b"".join((MARC / f"{name}.mrc").read_bytes() for name in names))
        assert page.text("//h2[@id='done']") == "2 filed, 1 refused in xyz"
        assert page.texts(f"{ROWS}/td[1]") == ["added", "refused", "replaced, no difference"]
        assert "245" in page.texts(f"{ROWS}/td[5]")[1]


async def test_number_leads_to_the_network_zone_where_the_profile_files_there():
    async with browsing("profiles.carli-iz.use_network_zone=true") as browser:
        page = await _put(browser, "minimal.mrc", (MARC / "minimal.mrc").read_bytes())
        mms = page.text(f"{ROWS}/td[4]")
        assert page.link(mms) == f"/zones/network/records/{mms}"
        await browser.get(page.link(mms))


async def test_of_many_records_a_thousand_are_listed():
    async with browsing() as browser:
        page = await _put(browser, "many.mrc", (MARC / "minimal.mrc").read_bytes() * 1_001)
        assert page.text("//h2[@id='done']") == "1001 filed, 0 refused in xyz"
        assert len(page.texts(ROWS)) == 1_000
        assert "1000 are listed, those that were refused before others" in page.text("//caption")


async def test_as_they_are_each_is_a_new_record():
    async with browsing() as browser:
        await _put(browser, "two.mrc", (MARC / "minimal.mrc").read_bytes() * 2, as_is="on")
        assert len((await browser.get("/records")).texts("//tbody/tr")) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("letter.txt", b"Dear reader", "shows none of the forms mrc, mrk, xml, jsonl"),
        ("", b"", "Choose a file."),
        ("<script>alert(1)</script>", b"Dear reader", "<script>alert(1)</script> shows none"),
    ],
)
async def test_file_that_cannot_be_used_says_why_at_its_form(name, content, words):
    async with browsing() as browser:
        page = await _put(browser, name, content, status=400)
        assert words in page.text("//*[@id='file-wrong']")
        assert page.texts("//select/option[@selected]") == ["xyz"]
        assert "<script>alert" not in page.source


@pytest.mark.parametrize(("zone", "status"), [("nowhere", 404), ("", 404)])
async def test_zone_that_is_not_there_is_said_so(zone, status):
    async with browsing() as browser:
        await _put(browser, "minimal.mrc", (MARC / "minimal.mrc").read_bytes(), status=status, zone=zone)


async def test_form_of_another_page_is_refused():
    async with browsing() as browser:
        await _put(browser, "minimal.mrc", (MARC / "minimal.mrc").read_bytes(), status=403, csrf="x")
        assert (await browser.client.get("/api/v1/records")).json()["records"] == []


async def test_form_without_a_file_is_refused():
    async with browsing() as browser:
        page = await browser.get(FORM)
        assert (await browser.client.post(FORM, data=page.fields(FORM) | {"zone": "xyz"})).status_code == 415


@pytest.mark.filterwarnings("ignore:Async generator 'litestar:ResourceWarning")  # it leaves a broken form unread
async def test_broken_form_is_a_fault_of_who_sent_it():
    async with browsing() as browser:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        for body in (b"", b"--x", b"--x\r\nnonsense\r\n\r\n--x--", b"\xff" * 100):
            assert 400 <= (await browser.client.post(FORM, content=body, headers=headers)).status_code < 500
        headers = {"content-type": "multipart/form-data"}
        assert (await browser.client.post(FORM, content=b"x", headers=headers)).status_code < 500


async def test_read_only_gateway_shows_why_nothing_can_be_put_in():
    async with browsing("http.read_only=true") as browser:
        page = await browser.get(FORM)
        assert page.texts("//form[@action='/records/upload']//button/@disabled") != []
        assert "This gateway is read-only" in page.words
