"""Zones over the API: made, exported to at once, emptied, deleted; no password is told but the one that was made."""

from pathlib import Path

from gateway.importer.replies import VERSION
from gateway.model import Logon
from tests.api.gateways import RECORD, api, seeded
from tests.web import leave_out_a_zone


def logon(code: str, password: str) -> Logon:
    return Logon(logon_id=code.encode(), password=password.encode())


async def test_zone_that_is_made_takes_exports_at_once():
    async with api() as one:
        made = await one.post("/zones", 201, key="abc", code="01CARLI_ABC")
        assert "successfully" in await one.exports("monograph", logon("01CARLI_ABC", made["password"]))
        assert (await one.get("/zones/abc", counted=True))["records"] == 1
        assert made["zone"]["made_at"]
        assert "abc" in [zone["key"] for zone in (await one.get("/zones"))["zones"]]


async def test_where_it_is_stands_in_the_head():
    async with api() as one:
        response = await one.asks(
            "POST", "/zones", 201, json={"key": "abc", "code": "01CARLI_ABC", "password": "s3cret"}
        )
        assert response.headers["location"] == "/api/v1/zones/abc"
        assert response.headers["cache-control"] == "no-store"
        assert response.json()["password"] is None
        assert "s3cret" not in response.text


async def test_zone_with_another_password_takes_no_exports_by_the_old_one():
    async with api() as one:
        old = (await one.post("/zones", 201, key="abc", code="01CARLI_ABC"))["password"]
        new = (await one.post("/zones/abc/password"))["password"]
        assert "Logon Failed" in await one.exports("monograph", logon("01CARLI_ABC", old))
        assert "successfully" in await one.exports("monograph", logon("01CARLI_ABC", new))


async def test_zone_that_is_emptied_begins_anew():
    async with seeded() as one:
        await one.post("/zones/xyz/reset", 204)
        assert (await one.get("/submissions", zone="xyz"))["submissions"] == []
        await one.problem("GET", RECORD, 404)
        await one.exports("serial")
        assert (await one.get(RECORD))["title"].startswith("Journal of imaginary harbors")


async def test_zone_that_is_deleted_is_gone():
    async with seeded() as one:
        await one.asks("DELETE", "/zones/new", 204)
        await one.problem("GET", "/zones/new", 404)
        assert "Logon Failed" in await one.exports("monograph", logon("01CARLI_NEW", "any"))


async def test_settings_for_connexion_are_those_that_the_gateway_listens_at():
    async with api() as one:
        told = await one.get("/zones/xyz/connexion")
        typed = {field["label"]: field["value"] for field in told["settings"]}
        assert typed["Host Name"] == "127.0.0.1"
        assert typed["Port"] == str(one.port)
        assert typed["Logon ID"] == "01CARLI_XYZ"
        assert typed["Password"] == "known to you alone"
        assert "hash" not in str(told["settings"])


async def test_profiles_are_told_in_words_of_alma():
    async with api() as one:
        told = await one.get("/profiles/carli-iz")
        assert told["words"]["Merge Method"] == "Overlay all fields but local"
        assert told["settings"]["merge_method"] == "overlay-all-fields-but-local"
        assert "xyz" in told["zones"]


async def test_replies_in_force_are_told_with_their_evidence():
    async with api("replies.locked=It is locked.") as one:
        table = await one.get("/replies")
        assert table["version"] == VERSION
        replies = {reply["key"]: reply for reply in table["replies"]}
        assert replies["locked"]["text"] == "It is locked."
        assert replies["locked"]["evidence"] == "settings"
        assert replies["created"]["evidence"] == "doc"
        assert replies["created"]["text"].endswith("MMS ID: {mms_id}")


async def test_statistics_tell_what_happened_and_what_there_is():
    async with seeded() as one:
        told = await one.get("/statistics")
        assert told["zones"]["xyz"] == {"records": 2, "versions": 3, "attempts": 5}
        assert told["happened"]["attempts"]["xyz"] == {"created": 2, "logon_failed": 1, "merged": 1, "refused": 1}


async def test_no_answer_has_a_password_of_the_settings():
    async with seeded(token="a-token-of-sixteen") as one:
        for path in (
            "/settings",
            "/zones",
            "/zones/xyz/connexion",
            "/submissions/1",
            "/submissions/1/transcript",
            "/hosts",
        ):
            text = (await one.asks("GET", path)).text
            assert "xyz-secret" not in text
            assert "a-token-of-sixteen" not in text


async def test_a_zone_that_no_longer_fits_the_settings_is_in_nobody_s_way(tmp_path: Path):
    store = f"sqlite:{tmp_path / 'gateway.db'}"
    await leave_out_a_zone(store)
    async with api(f"store.url={store}") as one:
        assert (await one.get("/zones/old"))["left_out"].startswith("profiles: ")
        for method, path in (("GET", "/zones/old/connexion"), ("POST", "/zones/old/records")):
            told = (await one.asks(method, path, 409, content=b"=LDR" if method == "POST" else None)).json()
            assert told["detail"].startswith("zone old is not in force: profiles: ")
