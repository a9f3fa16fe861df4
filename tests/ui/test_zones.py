"""Zones as pages: what to type into Connexion, how records come in, zones that are made, emptied and deleted."""

from pathlib import Path

import pytest

from gateway.model import Logon
from tests.web import MARC, Browser, Page, browsing, leave_out_a_zone

CODE = b"01CARLI_CLS"
NEW = {"key": "class-3", "code": "01CARLI_CLS"}


def _dialog(page: Page) -> dict[str, str]:
    """What is to be typed, by Connexion's label."""
    table = "//table[@class='settings']/tbody/tr"
    return dict(
        zip(page.texts(f"{table}/th"), page.texts(f"{table}/td[1]//code | {table}/td[1][not(.//code)]"), strict=True)
    )


async def _make(browser: Browser, **filled: str) -> Page:
    return await browser.submit(await browser.get("/zones/new"), "/zones/new", **(NEW | filled))


async def test_zones_are_listed_with_what_they_hold():
    async with browsing() as browser:
        await browser.exports("minimal")
        page = await browser.get("/zones")
        assert page.texts("//tbody/tr/th/a") == ["xyz", "network", "sandbox-abc", "network-sandbox"]
        assert page.texts("//tbody/tr[1]/td") == [
            "Institution zone",
            "01CARLI_XYZ",
            "i-share-xyz",
            "network",
            "carli-iz",
            "1 records of xyz",
            "1 exports to xyz",
        ]
        assert page.link("1 records of xyz") == "/records?zone=xyz"
        assert page.link("1 exports to xyz") == "/?zone=xyz"


async def test_zone_says_what_to_type_into_connexion():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        dialog = _dialog(page)
        assert dialog["Host Name"] == "127.0.0.1"
        assert dialog["Port"] == str(browser.port)
        assert dialog["Logon ID"] == "01CARLI_XYZ"
        assert dialog["Password"] == "xyz-secret"
        assert dialog["Send Local System Login ID and Password"] == "checked"
        copied = page.texts("//table[@class='settings']//button/@data-copy")
        assert copied == ["127.0.0.1", str(browser.port), "01CARLI_XYZ", "xyz-secret"]
        assert "Only this computer reaches the gateway" in page.words


async def test_zone_has_its_profile_in_almas_words():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        rows = "//table[@class='profile']/tbody/tr"
        words = dict(zip(page.texts(f"{rows}/th"), page.texts(f"{rows}/td"), strict=True))
        assert words["Merge Method"] == "Overlay all fields but local"
        assert "Integration Profiles" in page.text("//section[@aria-labelledby='profile']/p")


async def test_zone_without_one_profile_says_that_nothing_comes_in():
    async with browsing("zones.xyz.profiles=[]") as browser:
        assert "It has no integration profile" in (await browser.get("/zones/xyz")).words


async def test_network_and_its_institutions_lead_to_each_other():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        network = await browser.get(page.link("network"))
        assert network.text("//h1") == "Network zone network"
        assert network.link("xyz") == "/zones/xyz"


async def test_zone_is_made_and_its_password_is_shown_once():
    async with browsing() as browser:
        page = await _make(browser)
        assert "Zone class-3 is made" in page.text("//*[contains(@class, 'tone-good')]")
        assert "Copy the password now" in page.words
        password = _dialog(page)["Password"]
        assert password.count("-") == 3
        assert "MMS ID: 99" in await browser.exports("minimal", Logon(logon_id=CODE, password=password.encode()))
        again = await browser.get("/zones/class-3")
        assert password not in again.source
        assert _dialog(again)["Password"] == "known to you alone"


async def test_password_of_ones_own_is_not_shown():
    async with browsing() as browser:
        page = await _make(browser, password="open sesame", network="network", mms_suffix="0042", profiles="carli-iz")
        assert "open sesame" not in page.source
        assert "MMS ID: 99" in await browser.exports("minimal", Logon(logon_id=CODE, password=b"open sesame"))
        assert (await browser.get("/records", zone="class-3")).texts("//tbody/tr/td[2]")[0].endswith("0042")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("key", "Class 3", "must be of small letters"),
        ("key", "xyz", "there is a zone xyz already"),
        ("key", "", "must be of small letters"),
        ("code", "01CARLI_XYZ", "is also the code of zone xyz"),
        ("mms_suffix", "12", "must be exactly four digits"),
        ("password", "x" * 300, "Connexion can send at most 191"),
    ],
)
async def test_what_cannot_be_stands_beside_its_field(field, value, words):
    async with browsing() as browser:
        page = await browser.submit(await browser.get("/zones/new"), "/zones/new", status=400, **(NEW | {field: value}))
        assert words in page.text(f"//p[@id='{field}-wrong']")
        assert page.texts(f"//*[@id='{field}']/@aria-invalid") == ["true"]
        assert f"{field}-wrong" in page.texts(f"//*[@id='{field}']/@aria-describedby")[0]
        filled = page.fields("/zones/new")
        assert filled["password"] == ""
        assert {**NEW, field: value, "password": ""}.items() <= filled.items()


async def test_new_password_is_shown_once():
    async with browsing() as browser:
        first = _dialog(await _make(browser))["Password"]
        page = await browser.submit(await browser.get("/zones/class-3"), "/zones/class-3/password")
        second = _dialog(page)["Password"]
        assert second != first
        assert "Logon Failed" in await browser.exports("minimal", Logon(logon_id=CODE, password=first.encode()))
        assert "MMS ID: 99" in await browser.exports("minimal", Logon(logon_id=CODE, password=second.encode()))
        page = await browser.submit(page, "/zones/class-3/password", status=400, password="y" * 300)
        assert "at most 191" in page.text("//p[@id='password-wrong']")
        assert "y" * 300 not in page.source


async def test_zone_of_the_settings_has_no_form_for_its_password():
    async with browsing() as browser:
        page = await browser.get("/zones/xyz")
        assert "/zones/xyz/password" not in page.texts("//form/@action")
        csrf = (await browser.get("/zones/new")).fields("/zones/new")["csrf"]
        assert (await browser.client.post("/zones/xyz/password", data={"csrf": csrf})).status_code == 409
        assert (await browser.client.get("/zones/xyz/delete")).status_code == 409
        assert (await browser.client.post("/zones/xyz/delete", data={"csrf": csrf})).status_code == 409


async def test_zone_is_emptied_after_a_question():
    async with browsing() as browser:
        await browser.exports("monograph")
        asked = await browser.get((await browser.get("/zones/xyz")).link("Empty it…"))
        assert "1 record with all versions" in asked.words
        assert "1 export to it" in asked.words
        page = await browser.submit(asked, "/zones/xyz/reset")
        assert "The zone is empty" in page.text("//*[contains(@class, 'tone-good')]")
        assert page.link("0 records") == "/records?zone=xyz"
        assert "9910000000015867" in await browser.exports("monograph")


async def test_zone_that_was_made_is_deleted_after_a_question():
    async with browsing() as browser:
        password = _dialog(await _make(browser))["Password"]
        asked = await browser.get((await browser.get("/zones/class-3")).link("Delete it…"))
        assert "whoever exports to it is refused" in asked.words
        page = await browser.submit(asked, "/zones/class-3/delete")
        assert "class-3" not in page.words
        assert "Logon Failed" in await browser.exports("minimal", Logon(logon_id=CODE, password=password.encode()))
        await browser.get("/zones/class-3", status=404)


@pytest.mark.parametrize("form", ["new", "xyz/reset", "xyz/delete", "xyz/password"])
async def test_form_of_another_page_changes_nothing(form):
    async with browsing() as browser:
        await browser.exports("minimal")
        assert (await browser.client.post(f"/zones/{form}", data={"csrf": "x", **NEW})).status_code == 403
        assert (await browser.get("/zones")).texts("//tbody/tr[1]/td[6]") == ["1 records of xyz"]


async def test_read_only_gateway_shows_why_nothing_can_be_changed():
    async with browsing("http.read_only=true") as browser:
        for path in ("/zones/xyz", "/zones/xyz/reset", "/zones/new"):
            page = await browser.get(path)
            assert "This gateway is read-only" in page.words
            assert page.tree.xpath("//main//form[@method='post']//button[not(@disabled)]") == []


async def test_hostile_names_are_text():
    async with browsing() as browser:
        hostile = '"><script>alert(1)</script>'
        page = await browser.submit(
            await browser.get("/zones/new"), "/zones/new", status=400, key=hostile, code=hostile
        )
        assert page.fields("/zones/new")["key"] == hostile
        assert "<script>alert" not in page.source
        made = await _make(browser, code=hostile)
        assert "<script>alert" not in made.source
        assert _dialog(made)["Logon ID"] == hostile


async def test_a_zone_that_no_longer_fits_the_settings_is_said_why(tmp_path: Path):
    store = f"sqlite:{tmp_path / 'gateway.db'}"
    await leave_out_a_zone(store)
    async with browsing(f"store.url={store}") as browser:
        page = await browser.get("/zones/old")
        assert "Nobody can export to it: profiles: " in page.words
        assert "The settings have no integration profile gone." in page.words
        form = await browser.get("/records/upload")
        files = {"file": ("cjk.mrc", (MARC / "cjk.mrc").read_bytes())}
        fields = form.fields("/records/upload") | {"zone": "old"}
        answer = await browser.client.post("/records/upload", data=fields, files=files)
        assert answer.status_code == 400
        assert "zone old is not in force: profiles: " in answer.text
