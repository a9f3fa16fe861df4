"""What a zone's page shows of OAI-PMH: its repository, sets and runs; and where other systems reach the zone."""

from typing import Any

import pytest

from gateway.frontends.ui import publishing, publishing_section
from tests.server.running import PATIENCE
from tests.ui.hostile import SCRIPT, assert_harmless
from tests.web import Browser, Page, browsing, leave_out_a_zone

SECTION = "//section[@aria-labelledby='publishing']"
SETS = f"({SECTION}//table)[1]/tbody/tr"
RUNS = f"({SECTION}//table)[2]/tbody/tr"
PUBLISH = "/zones/xyz/publish?set=ReShare"
MMS_ID = "9910000000015867"


async def put(browser: Browser, path: str, **body: Any) -> None:
    """Change what the zone publishes."""
    answer = await browser.client.put(f"/api/v1/zones/xyz/{path}", json=body)
    assert answer.is_success, answer.text


def pairs(page: Page, section: str) -> dict[str, str]:
    """What a section of the page tells, by its label."""
    told = f"//section[@aria-labelledby='{section}']//dl"
    return dict(zip(page.texts(f"{told}/dt"), page.texts(f"{told}/dd"), strict=True))


class TestAddresses:
    async def test_are_those_of_the_zone(self):
        async with browsing() as browser:
            page = await browser.get("/zones/xyz")
            own = str(browser.client.base_url).rstrip("/")
            z3950, *others = page.texts("//section[@aria-labelledby='addresses']//button/@data-copy")
            hosts = (await browser.client.get("/api/v1/hosts")).json()["hosts"]
            (place,) = [one["z3950"] for one in hosts if one["host"] == "i-share-xyz"]
            assert z3950 == f"{place[0]}/01CARLI_XYZ"
            assert others == [
                f"{own}/view/oai/01CARLI_XYZ/request",
                f"{own}/view/NCIPServlet",
                f"{own}/view/NCIPServlet/v1",
                "01CARLI_XYZ",
                "ReShareIndexData",
                f"{own}/view/sru/01CARLI_XYZ",
            ]

    async def test_lead_to_what_answers(self):
        async with browsing() as browser:
            for zone in ("xyz", "network"):
                _, oai, ncip, ncip_1, *_, sru = (await browser.get(f"/zones/{zone}")).texts(
                    "//section[@aria-labelledby='addresses']//button/@data-copy"
                )
                answers = [await browser.client.get(url) for url in (f"{oai}?verb=Identify", ncip, ncip_1, sru)]
                assert [answer.status_code for answer in answers] == [200] * 4
                assert f"<baseURL>{oai}</baseURL>" in answers[0].text

    async def test_name_the_host_where_the_code_is_not_enough(self):
        async with browsing() as browser:
            page = await browser.get("/zones/network")
            copied = page.texts("//section[@aria-labelledby='addresses']//button/@data-copy")
            assert copied[1].endswith("/hosts/i-share-network/view/oai/01CARLI_NETWORK/request")
            assert copied[2].endswith("/hosts/i-share-network/view/NCIPServlet")
            assert copied[-1].endswith("/hosts/i-share-network/view/sru/01CARLI_NETWORK")

    async def test_partners_are_told_and_that_there_is_none(self):
        async with browsing('zones.xyz.partners=["ILLiad", "Tipasa"]', "zones.network.partners=[]") as browser:
            assert pairs(await browser.get("/zones/xyz"), "addresses")["NCIP app profile"].startswith("ILLiad")
            told = pairs(await browser.get("/zones/network"), "addresses")["NCIP app profile"]
            assert told == "none: nobody is let in"

    async def test_zone_that_is_not_in_force_has_none(self, tmp_path):
        store = f"sqlite:{tmp_path / 'gateway.db'}"
        await leave_out_a_zone(store)
        async with browsing(f"store.url={store}") as browser:
            page = await browser.get("/zones/old")
            assert page.texts("//section[@aria-labelledby='addresses' or @aria-labelledby='publishing']") == []


class TestRepository:
    async def test_is_active_and_open_where_nobody_says_anything(self):
        async with browsing() as browser:
            page = await browser.get("/zones/xyz")
            told = pairs(page, "publishing")
            assert (told["Active"], told["May harvest"], told["Records of a page"]) == ("yes", "every address", "100")
            assert told["Dialect"].startswith("alma ")
            assert page.texts(f"{SETS}/*")[:3] == ["(all records)", "all records", "as soon as somebody harvests"]
            assert "None yet: what is published at once needs none." in page.text(SECTION)

    async def test_is_as_it_was_said(self):
        async with browsing() as browser:
            await put(browser, "repository", active=False, addresses=["192.0.2.0/24"], page=900, dialect="strict")
            page = await browser.get("/zones/xyz")
            told = pairs(page, "publishing")
            assert (told["Active"], told["May harvest"], told["Records of a page"]) == ("no", "192.0.2.0/24", "900")
            assert told["Dialect"].startswith("strict ")
            assert "harvesters are turned away" in page.text(SECTION)


class TestSets:
    @pytest.fixture(autouse=True)
    def ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have a run be waited for to its end, however long it takes."""
        monkeypatch.setattr(publishing, "RUN_SECONDS", PATIENCE)

    async def test_are_listed_with_what_is_in_them_and_when(self):
        async with browsing() as browser:
            await browser.exports("monograph")
            added = [{"tag": "852", "of": "holding", "subfields": {"b": "library"}}]
            await put(browser, "sets/a", query="lang:eng", content="physical", enrichment=added)
            await put(browser, "sets/b", mms_ids=[MMS_ID], every_hours=0)
            await put(browser, "sets/c", every_hours=6)
            await put(browser, "sets/d", at_once=True)
            page = await browser.get("/zones/xyz")
            while "a run goes on" in page.text(SECTION):  # the first of a set with a schedule begins by itself
                page = await browser.get("/zones/xyz")
            assert [page.texts(f"({SETS})[{row}]/*")[:3] for row in range(1, 5)] == [
                ["a", "lang:eng, those with holdings with 852 of each holding", "daily"],
                ["b", "a list of 1 record", "when somebody says so"],
                ["c", "all records", "every 6 hours"],
                ["d", "all records", "as soon as somebody harvests"],
            ]

    async def test_is_harvested_by_its_link(self):
        async with browsing() as browser:
            await browser.exports("monograph")
            await put(browser, "sets/ReShare", at_once=True)
            answer = await browser.client.get((await browser.get("/zones/xyz")).link("ListRecords of ReShare"))
            assert f"oai:alma.01CARLI_XYZ:{MMS_ID}" in answer.text

    async def test_is_run_and_republished(self):
        async with browsing() as browser:
            await browser.exports("monograph")
            await put(browser, "sets/ReShare", every_hours=0)
            page = await browser.submit(await browser.get("/zones/xyz"), PUBLISH, kind="run")
            assert page.path == "/zones/xyz?done=published"
            assert "The run has ended" in page.text("//main/p[@role='status']")
            assert page.link("OAI-PMH") == "#publishing"
            assert page.texts(f"{SETS}/td")[2:4] == ["1", "0"]
            page = await browser.submit(page, PUBLISH, kind="republish")
            assert [page.texts(f"({RUNS})[{row}]/td") for row in (1, 2)] == [
                ["ReShare", "republish", "0", "0", "0", "1", "done"],
                ["ReShare", "run", "1", "0", "0", "0", "done"],
            ]
            deleted = await browser.client.delete(f"/api/v1/zones/xyz/records/{MMS_ID}")
            assert deleted.is_success, deleted.text
            page = await browser.submit(page, PUBLISH, kind="run")
            assert page.texts(f"{SETS}/td")[2:4] == ["0", "1"]
            assert page.texts(f"({RUNS})[1]/td") == ["ReShare", "run", "0", "0", "1", "0", "done"]

    async def test_run_that_takes_long_goes_on(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(publishing, "RUN_SECONDS", 0)
        async with browsing() as browser:
            await browser.exports("monograph")
            await put(browser, "sets/ReShare", every_hours=0)
            page = await browser.submit(await browser.get("/zones/xyz"), PUBLISH, kind="run")
            assert page.path == "/zones/xyz?done=publishing"
            assert "load the page again" in page.text("//main/p[@role='status']")
            while page.texts(f"{RUNS}/td[7]") != ["done"]:
                page = await browser.get("/zones/xyz")

    async def test_set_of_all_records_is_run_too(self):
        async with browsing() as browser:
            await browser.exports("monograph")
            page = await browser.submit(await browser.get("/zones/xyz"), "/zones/xyz/publish", kind="run")
            assert page.texts(f"{RUNS}/td") == ["(all records)", "run", "1", "0", "0", "0", "done"]

    async def test_so_many_runs_are_shown(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(publishing_section, "RUNS_SHOWN", 2)
        async with browsing() as browser:
            for key in ("a", "b"):
                await put(browser, f"sets/{key}", every_hours=0)
                for kind in ("run", "republish"):
                    page = await browser.submit(
                        await browser.get("/zones/xyz"), f"/zones/xyz/publish?set={key}", kind=kind
                    )
            assert page.texts(f"{RUNS}/td[1]") == ["b", "b"]
            assert page.texts(f"{RUNS}/td[2]") == ["republish", "run"]

    @pytest.mark.parametrize(
        ("path", "kind", "status", "words"),
        [
            (PUBLISH, "run", 404, "zone xyz publishes no set 'ReShare'"),
            ("/zones/nowhere/publish", "run", 404, "nowhere"),
            ("/zones/xyz/publish", "walk", 400, "one of run, republish"),
            ("/zones/xyz/publish", "", 400, "one of run, republish"),
        ],
    )
    async def test_what_cannot_be_published_is_told(self, path, kind, status, words):
        async with browsing() as browser:
            csrf = (await browser.get("/zones/xyz")).fields("/zones/xyz/publish")["csrf"]
            page = Page(await browser.client.post(path, data={"csrf": csrf, "kind": kind}))
            assert (page.status, words in page.words) == (status, True)

    async def test_form_of_another_page_publishes_nothing(self):
        async with browsing() as browser:
            answer = await browser.client.post("/zones/xyz/publish", data={"csrf": "x", "kind": "run"})
            assert answer.status_code == 403
            assert (await browser.get("/zones/xyz")).texts(RUNS) == []

    async def test_read_only_gateway_shows_them_and_publishes_none(self):
        async with browsing("http.read_only=true") as browser:
            page = await browser.get("/zones/xyz")
            assert page.texts(f"{SETS}/th") == ["(all records)"]
            assert page.texts(f"{SECTION}//form") == []

    async def test_nothing_in_them_does_harm(self):
        async with browsing() as browser:
            await put(browser, "sets/(x)*'!", query=f'"{SCRIPT}"')
            page = await browser.get("/zones/xyz")
            assert_harmless(page.source)
            assert page.texts(f"{SETS}/th") == ["(x)*'!"]
