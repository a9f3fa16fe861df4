"""The page of settings in force: each with its place, without secrets; and what Connexion is answered."""

from gateway.importer.replies import REPLIES
from tests.web import Page, browsing

TOKEN = "open-sesame-47110815"


def _settings(page: Page) -> dict[str, list[str]]:
    rows = page.tree.xpath("(//table)[1]/tbody/tr")
    return {row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in rows}


async def test_setting_has_its_value_and_place():
    async with browsing("limits.connections=77") as browser:
        page = await browser.get((await browser.get("/zones")).link("Settings of the gateway"))
        settings = _settings(page)
        assert settings["limits.connections"] == ["77", "--set limits.connections"]
        assert settings["http.read_only"][0] == "false"
        assert settings["zones.xyz.code"] == ["01CARLI_XYZ", "built-in settings"]
        assert settings["hosts.i-share-xyz.names"][0] == "i-share-xyz.alma.exlibrisgroup.com"


async def test_no_secret_is_shown():
    async with browsing(f"http.token={TOKEN}") as browser:
        browser.client.headers["authorization"] = f"Bearer {TOKEN}"
        page = await browser.get("/settings")
        assert TOKEN not in page.source
        assert "xyz-secret" not in page.source
        assert _settings(page)["http.token"][0] == "********"


async def test_replies_have_their_words_and_whose_they_are():
    async with browsing("replies.locked=Not now: {hit}") as browser:
        page = await browser.get("/settings")
        rows = [[cell.text_content() for cell in row] for row in page.tree.xpath("(//table)[2]/tbody/tr")]
        assert len(rows) == len(REPLIES)
        [locked] = [row for row in rows if row[1] == "locked"]
        assert locked[0].strip() == "refused: locked"
        assert locked[2:] == ["Not now: {hit}", "yours: of the settings"]
