"""Forms in which a record is read: each shows all of it, and harms nobody whatever it holds."""

import pytest

from gateway.frontends.ui.record_views import HEX_BYTES, LEGEND, VIEWS, hex_page, kind_of, shown
from gateway.marc.record import Record
from gateway.marc.views.hexdump import hex_dump
from gateway.model import Finding, Severity
from tests.ui.hostile import LONG, SCRIPT, assert_harmless, hostile
from tests.web import MARC, Browser, Page, browsing

RECORD = "/zones/xyz/records/9910000000015867"
GRID = "//div[contains(@class, 'record-grid')]"


async def _put_in(browser: Browser, raw: bytes) -> None:
    response = await browser.client.post("/api/v1/zones/xyz/records?as_is=true", content=raw)
    assert response.json()["filed"] == 1, response.text


async def _page(name: str, view: str) -> Page:
    async with browsing() as browser:
        await browser.exports(name)
        return await browser.get(RECORD, view=view)


async def test_grid_has_the_fixed_field_and_a_row_a_field():
    page = await _page("monograph", "grid")
    assert page.texts(f"{GRID}//dl[@class='fixed-head']//dt") == ["Workform", "Rec stat", "Entered", "Replaced"]
    assert page.texts(f"{GRID}//dl[@class='fixed-head']//dd")[0] == "BKS"
    labels = page.texts(f"{GRID}//div[@class='fixed-field']//dt")
    assert labels[:4] == ["Type", "ELvl", "Srce", "Audn"]
    assert page.texts(f"{GRID}//dt[.='Type']/@title") == ["Type of record (Leader/06)"]
    record = Record.parse((MARC / "monograph.mrc").read_bytes())
    tags = page.texts(f"{GRID}//tbody/tr/th")
    assert tags[0] == "LDR"
    assert {field.tag for field in record.fields} - {"003"} <= {*tags}
    [row] = page.tree.xpath(f"{GRID}//tr[th='245']")
    assert "".join(row.xpath("td[1]")[0].text_content().split()) == "14"
    assert "‡a The lantern keepers of Harrow Quay" in " ".join(row.text_content().split())


async def test_finding_stands_beside_its_field():
    page = await _page("local-fields", "grid")
    assert any("its tag is for local use" in text for text in page.texts(f"{GRID}//tr[th='590']//p[@class='said']"))


async def test_graphic_field_stands_above_its_own_with_language_and_direction():
    page = await _page("hebrew", "grid")
    tags = page.texts(f"{GRID}//tbody/tr/th")
    at = tags.index("245")
    assert tags[at - 1] == "880, in another script 245"
    assert page.texts(f"{GRID}//tr[{at}]//bdi[@lang='he' and @dir='rtl']") != []


@pytest.mark.parametrize("view", ["mnemonic", "xml", "json"])
async def test_text_has_a_line_a_field(view):
    page = await _page("minimal", view)
    lines = page.texts("//pre[@class='record-lines']/span")
    expected = {"mnemonic": "=245", "xml": '<datafield tag="245"', "json": '{"245": {"ind1"'}[view]
    assert any(line.startswith(expected) for line in lines)


async def test_labelled_says_what_it_leaves_out():
    page = await _page("hebrew", "labelled")
    assert "Title" in page.texts("//dl[contains(@class, 'labelled')]/dt")
    assert "Not shown in this form: 005, 008" in page.words


async def test_bytes_say_in_words_what_they_are():
    page = await _page("minimal", "hex")
    offset, figures, text, words = page.texts("//table[@class='bytes']/tbody/tr[1]/*")
    assert (offset, figures[:14], text) == ("0", "30 30 32 34 38", "00248nam a220009")
    assert words.startswith("Leader/00-04 record length")
    [link] = page.tree.xpath("//a[.='directory entry 1: tag']/@href")
    assert page.texts(f"//*[@id='{link[1:]}']") == ["30 30 31"]
    assert page.texts("//table[@class='bytes']//*[@title='field terminator: ends the directory']") == ["1E"]


async def test_tabs_are_links_and_the_current_one_is_marked():
    page = await _page("minimal", "xml")
    assert page.texts("//ul[@id='forms']//a") == [*VIEWS.values()]
    assert page.texts("//ul[@id='forms']//a[@aria-current]") == ["MARCXML"]
    assert page.link("Bytes") == f"{RECORD}?view=hex#forms"


@pytest.mark.parametrize("view", ["", "nonsense", "grid:7", "<script>"])
async def test_form_that_there_is_not_is_the_first(view):
    page = await _page("minimal", view)
    assert page.texts("//ul[@id='forms']//a[@aria-current]") == ["As in Connexion"]


@pytest.mark.parametrize("view", VIEWS)
async def test_hostile_record_is_harmless_in_every_form(view):
    async with browsing() as browser:
        await _put_in(browser, hostile(filed=True))
        page = await browser.get(RECORD, view=view)
        assert_harmless(page.source)
        if view == "hex":
            page = await browser.get(RECORD, view=f"hex:{HEX_BYTES}")
            assert_harmless(page.source)
        elif view != "labelled":
            assert SCRIPT in page.words
            assert "x" * LONG in page.words


@pytest.mark.parametrize("view", VIEWS)
async def test_hostile_record_that_arrived_is_harmless_in_every_form(view):
    async with browsing() as browser:
        await browser.sends(hostile())
        assert_harmless((await browser.get("/attempts/1", view=view)).source)


@pytest.mark.parametrize("path", ["", "/history", "/diff", "/delete"])
async def test_hostile_record_is_harmless_on_each_of_its_pages(path):
    async with browsing() as browser:
        await _put_in(browser, hostile(filed=True))
        await browser.client.post(f"/api/v1{RECORD}/fields", json={"tag": "590", "text": f"{SCRIPT}\u202e\x1b"})
        assert_harmless((await browser.get(f"{RECORD}{path}")).source)
        assert_harmless((await browser.get("/records", q=SCRIPT)).source)


@pytest.mark.parametrize("path", sorted(MARC.glob("broken-*.mrc")), ids=lambda path: path.stem)
def test_damaged_record_has_its_bytes_alone(path):
    raw = path.read_bytes()
    made = shown(raw, "grid", [Finding("noOclcNumber", Severity.WARN, "035")])
    assert made["view"] == "hex"
    assert made["damaged"]
    assert made["beside"].record[0].code == "noOclcNumber"  # type: ignore[attr-defined]  # a dict of objects
    total = sum(len(span.hex.split()) for row in hex_page(raw, 0).rows for span in row.spans)
    assert total == min(len(raw), HEX_BYTES)


def test_bytes_come_in_pages():
    raw = (MARC / "longest.mrc").read_bytes()
    page = hex_page(raw, 0)
    assert (page.start, page.end, page.total, page.before) == (0, HEX_BYTES, len(raw), "")
    seen = page.end
    while page.after:
        page = hex_page(raw, int(page.after.removeprefix("hex:")))
        assert page.start == seen
        seen = page.end
    assert seen == len(raw)
    assert hex_page(raw, 10**9).end == len(raw)
    assert hex_page(b"", 0).rows == ()


def test_finding_stands_in_the_row_of_its_byte():
    page = hex_page((MARC / "minimal.mrc").read_bytes(), 0, [Finding("noOclcNumber", Severity.WARN, "035", offset=33)])
    assert [row.offset for row in page.rows if row.findings] == [32]


@pytest.mark.parametrize("path", sorted(MARC.glob("*.mrc")), ids=lambda path: path.stem)
def test_every_part_has_a_look(path):
    kinds = {kind_of(part) for part in hex_dump(path.read_bytes()).parts}
    assert kinds <= {*LEGEND}
    assert "leader" in kinds
