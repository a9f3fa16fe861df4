"""Records that zones hold, as pages: the listing with its search, and the page of one record."""

import pytest

from gateway.model import Logon
from tests.web import MARC, Browser, Page, browsing

MMS_ID = "9910000000015867"
RECORD = f"/zones/xyz/records/{MMS_ID}"
TITLES = "//tbody/tr/th"
NETWORK = Logon(logon_id=b"01CARLI_NETWORK", password=b"network-secret")
THROUGH_NETWORK = ("profiles.carli-iz.use_network_zone=true",)


async def _two(browser: Browser) -> None:
    await browser.exports_titled(1_999_000_001, "Tides of the harbor")
    await browser.exports_titled(1_999_000_002, "Harbor lights")


def _known(page: Page) -> dict[str, str]:
    """What the page tells of the record."""
    return dict(zip(page.texts("//dl[@class='pairs box']/dt"), page.texts("//dl[@class='pairs box']/dd"), strict=True))


async def test_row_tells_a_record():
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get("/records")
        title, oclc, mms, zone, version, changed = page.texts("//tbody/tr/*")
        assert title.startswith("The lantern keepers of Harrow Quay")
        assert (oclc, mms, zone, version) == ("1999000017", MMS_ID, "xyz", "1")
        assert changed.count(":") == 2
        assert page.texts("//tbody//a/@href") == [RECORD, "/zones/xyz"]
        assert page.title == "Records · Gateway"
        assert page.texts("//header//a[@aria-current]") == ["Records"]


async def test_zones_are_links():
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get((await browser.get("/records", q="harbor")).link("network", "//main"))
        assert page.path == "/records?q=harbor&zone=network"
        assert page.texts(TITLES) == []
        assert "No record is as asked" in page.words
        page = await browser.get("/records", zone="network")
        assert "network holds no records" in page.words


async def test_many_zones_are_a_list_to_choose_from():
    of_each = ("host=i-share-xyz", "kind=institution", "code=Z{0}", "mms_suffix=1{0:03}", "password=secret-{0}")
    async with browsing(*(f"zones.z{n}.{one.format(n)}" for n in range(12) for one in of_each)) as browser:
        page = await browser.get("/records", zone="z3")
        assert page.texts("//select[@id='zone']/option[@selected]") == ["z3"]


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("harbor", ["Harbor lights", "Tides of the harbor"]),
        ("HARBOR lights", ["Harbor lights"]),
        ("title:tides", ["Tides of the harbor"]),
        ('"of the"', ["Tides of the harbor"]),
        ("title==harbor", []),
        ("titl* har*", []),
        ("ti:harb* not tides", ["Harbor lights"]),
        ("tides or (lights harbor)", ["Harbor lights", "Tides of the harbor"]),
        ("oclc:ocn1999000002", ["Harbor lights"]),
        (f"mms:{MMS_ID}", ["Tides of the harbor"]),
        ("oclc:1999000001 lights", []),
        ("9910000000095867", []),
        ("", ["Tides of the harbor", "Harbor lights"]),
    ],
)
async def test_search(q, titles):
    async with browsing() as browser:
        await _two(browser)
        page = await browser.get("/records", q=q)
        assert page.texts(TITLES) == titles
        assert page.texts("//input[@id='records-q']/@value") == [q]


@pytest.mark.parametrize("number", [MMS_ID, "1999000001", "(OCoLC)1999000001", " on1999000001 "])
async def test_number_alone_leads_to_its_record(number):
    async with browsing() as browser:
        await _two(browser)
        assert (await browser.get("/records", q=number)).path == RECORD


async def test_number_that_several_zones_hold_leads_to_all_of_them():
    async with browsing() as browser:
        await browser.exports_titled(1_999_000_001, "The same")
        await browser.client.post("/api/v1/zones/network/records", content=(MARC / "minimal.mrc").read_bytes())
        await browser.exports("minimal")
        numbers = (await browser.get("/records", zone="network")).texts("//tbody/tr/td[1]")
        page = await browser.get("/records", q=numbers[0])
        assert page.texts("//tbody/tr/td[3]") == ["xyz", "network"]


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("titel:tides", "did you mean title?"),
        ("oclc:zzz", "is no OCLC number"),
        ("isbn:123", "is no ISBN"),
        ("issn:123", "is no ISSN"),
        ("harbor or", "nothing stands behind it"),
        ("a" + " a" * 100, "it may have 100"),
        ('"tides', "a quote is not closed"),
    ],
)
async def test_mistake_stands_at_the_box(q, words):
    async with browsing() as browser:
        page = await browser.get("/records", q=q, status=400)
        assert words in page.text("//*[@id='records-wrong']")
        assert "records-wrong" in page.texts("//input[@id='records-q']/@aria-describedby")[0]
        assert page.texts("//input[@id='records-q']/@value") == [q]


@pytest.mark.parametrize("query", [{"zone": "nowhere"}, {"after": "zzz"}, {"after": "9" * 100}])
async def test_place_that_is_none_is_said_so(query):
    async with browsing() as browser:
        page = await browser.get("/records", status=400, **query)
        assert page.text("//*[@id='records-wrong']")


@pytest.mark.parametrize(
    ("q", "says"),
    [
        ("harbor", "2 records"),
        ("tides", "1 record"),
        ("mms:99*", "2 records"),
        ("oclc:1999000002 or lights", "1 record"),
    ],
)
async def test_search_says_how_many_it_found(q, says):
    async with browsing() as browser:
        await _two(browser)
        assert (await browser.get("/records", q=q)).texts("//main//p[@role='status']") == [says]


@pytest.mark.parametrize("q", ["", "lakes"])
async def test_nothing_is_counted_where_nothing_was_found_or_searched(q):
    async with browsing() as browser:
        await _two(browser)
        assert (await browser.get("/records", q=q)).texts("//main//p[@role='status']") == []


async def test_isbn_alone_finds_its_records():
    async with browsing() as browser:
        await _two(browser)
        await browser.exports("monograph")
        page = await browser.get("/records", q="978-6-990-00101-2")
        assert page.texts("//tbody/tr/td[2]") == ["9910000000035867"]


async def test_further_records_are_on_the_next_page():
    async with browsing() as browser:
        raws = (MARC / "minimal.mrc").read_bytes()
        await browser.client.post("/api/v1/zones/xyz/records?as_is=true", content=raws * 101)
        page = await browser.get("/records")
        assert len(page.texts(TITLES)) == 100
        last = await browser.get(page.link("Further"))
        assert len(last.texts(TITLES)) == 1
        assert last.texts("//tbody/tr/td[2]") == ["9910000001015867"]
        assert last.link("First") == "/records"
        assert "Further" not in last.texts("//nav[@aria-label='Pages']/a")


async def test_further_records_of_a_search_are_on_the_next_page():
    async with browsing() as browser:
        raws = (MARC / "minimal.mrc").read_bytes()
        await browser.client.post("/api/v1/zones/xyz/records?as_is=true", content=raws * 101)
        page = await browser.get("/records", q="mms:99*", zone="xyz")
        await browser.exports("monograph")
        last = await browser.get(page.link("Further"))
        assert len({*page.texts("//tbody/tr/td[2]"), *last.texts("//tbody/tr/td[2]")}) == 101
        assert last.texts("//tbody/tr/td[2]") == [MMS_ID]
        assert last.texts("//main//p[@role='status']") == ["102 records"]
        assert last.link("First") == "/records?q=mms%3A99%2A&zone=xyz"
        assert "Further" not in last.texts("//nav[@aria-label='Pages']/a")


async def test_record_tells_what_is_known_of_it():
    async with browsing() as browser:
        await browser.exports("local-fields")
        page = await browser.get(RECORD)
        known = _known(page)
        assert known["MMS ID"].startswith(MMS_ID)
        assert page.texts("//dd//button/@data-copy")[0] == MMS_ID
        assert known["Version"].endswith("Added, by export 1")
        assert page.link("export 1") == "/attempts/1"
        assert known["Flags"] == "none: exports may replace it"
        assert known["Came as"].startswith("OCoLC 2026")
        assert page.title.endswith("· xyz · Gateway")
        assert "What changed" not in page.texts("//nav[@aria-label='This record']//a")


async def test_titles_of_pages_tell_them_apart():
    async with browsing() as browser:
        await _two(browser)
        await browser.exports_titled(1_999_000_001, "Tides of the harbor, revised")
        paths = ["", "/history", "/diff", "/delete"]
        titles = [(await browser.get(f"{RECORD}{path}")).title for path in paths]
        assert len({*titles}) == len(paths)
        assert all("Tides of the harbor, revised" in title and "· xyz ·" in title for title in titles)


async def test_linked_records_lead_to_each_other():
    async with browsing(*THROUGH_NETWORK) as browser:
        await browser.exports("monograph")
        ours = await browser.get(RECORD)
        network = _known(ours)["Linked to"].split()[0]
        theirs = await browser.get(ours.link(network))
        assert theirs.path == f"/zones/network/records/{network}"
        assert theirs.link(MMS_ID) == RECORD
        assert theirs.link("export 1") == ours.link("export 1") == "/attempts/1"


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("mrc", "application/marc", b"0"),
        ("mrk", "text/plain; charset=utf-8", b"=LDR"),
        ("xml", "application/marcxml+xml", b"<?xml"),
        ("json", "application/marc-in-json", b"{"),
    ],
)
async def test_download(form, media_type, begins):
    async with browsing() as browser:
        await browser.exports("monograph")
        page = await browser.get(RECORD)
        [where] = page.texts(f"//a[@download and contains(@href, 'form={form}')]/@href")
        response = await browser.client.get(where)
        assert response.headers["content-type"] == media_type
        assert response.headers["content-disposition"] == f'attachment; filename="{MMS_ID}.{form}"'
        assert response.content.startswith(begins)


async def test_earlier_version_says_that_it_is_one():
    async with browsing() as browser:
        await browser.exports_titled(1_999_000_001, "First")
        await browser.exports_titled(1_999_000_001, "Second")
        page = await browser.get(RECORD, version=1)
        assert page.text("//h1") == "First"
        assert "an earlier one" in page.words
        assert page.link("The newest is 2") == RECORD
        assert page.link("What changed") == f"{RECORD}/diff"
        assert page.link("what changed since") == f"{RECORD}/diff?to=2&from=1"
        assert "version=1" in page.link("MARCXML")
        [where] = page.texts("//a[@download and contains(@href, 'form=mrk')]/@href")
        response = await browser.client.get(where)
        assert b"$aFirst" in response.content
        assert f"{MMS_ID}-1.mrk" in response.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/zones/xyz/records/77", 404),
        ("/zones/nowhere/records/9910000000015867", 404),
        (f"{RECORD}?version=9", 404),
        (f"{RECORD}?version=0", 404),
        (f"{RECORD}?version=x", 400),
        (f"{RECORD}?version={'9' * 30}", 400),
        (f"{RECORD}/download?form=exe", 400),
        (f"{RECORD}/history/7", 404),
        ("/records/77", 404),
        ("/zones/xyz/records/%3Cscript%3E", 404),
    ],
)
async def test_what_is_not_there_is_said_so(path, status):
    async with browsing() as browser:
        await browser.exports("minimal")
        page = await browser.get(path, status=status)
        assert page.tree.xpath("//main//h1")
        assert "<script>alert" not in page.source


async def test_number_without_a_zone_leads_to_the_record_or_to_all():
    async with browsing("zones.network.mms_suffix=5867", "zones.xyz.mms_suffix=5867") as browser:
        await browser.exports("monograph")
        assert (await browser.get(f"/records/{MMS_ID}")).path == RECORD
        assert (await browser.get(f"/records/{MMS_ID}", zone="xyz")).path == RECORD
        await browser.client.post("/api/v1/zones/network/records", content=(MARC / "minimal.mrc").read_bytes())
        page = await browser.get(f"/records/{MMS_ID}")
        assert page.texts("//tbody/tr/td[3]") == ["xyz", "network"]
