"""Records over the API: listed, in each form, their past, and what a person changes."""

import json

import pytest

from tests.api.gateways import FIRST, MARC, RECORD, seeded

SECOND = "9910000000025867"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [FIRST, SECOND]),
        ("zone=xyz", [FIRST, SECOND]),
        ("zone=network", []),
        ("oclc=ocn999000025", [SECOND]),
        ("oclc=1", []),
        (f"mms={FIRST}", [FIRST]),
        ("isbn=978-6-990-00107-4", [FIRST]),
        ("issn=9871-001X", [SECOND]),
        ("title=SILENCES", [FIRST]),
        ("title=silences&zone=new", []),
        ("q=title:silences", [FIRST]),
        ("q=silences not title:silences", []),
        ("q=isbn:978-6-990-00107-4", [FIRST]),
        ("q=oclc:999000025 or silences", [FIRST, SECOND]),
        ("q=silences&zone=network", []),
    ],
)
async def test_listing_has_what_is_asked(query, found):
    async with seeded() as one:
        listed = (await one.asks("GET", f"/records?{query}")).json()
        assert [record["mms_id"] for record in listed["records"]] == found


async def test_listing_comes_a_page_at_a_time():
    async with seeded() as one:
        page = await one.get("/records", limit=1)
        found = [record["mms_id"] for record in page["records"]]
        while page["next"]:
            page = (await one.client.get(page["next"])).json()
            found += [record["mms_id"] for record in page["records"]]
        assert found == [FIRST, SECOND]
        assert page["after"] is None


async def test_search_is_counted_and_comes_a_page_at_a_time():
    async with seeded() as one:
        page = await one.get("/records", q="mms:99*", limit=1)
        assert page["total"] == 2
        further = (await one.client.get(page["next"])).json()
        assert (further["total"], further["next"]) == (2, None)
        assert {record["mms_id"] for record in page["records"] + further["records"]} == {FIRST, SECOND}
        assert (await one.get("/records"))["total"] is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=titel:x", "titel: is no word of a search; did you mean title?"),
        ("q=tides&title=tides", "give q alone"),
        ("q=tides&after=x", "'x' is no cursor"),
    ],
)
async def test_what_cannot_be_searched_is_told(query, says):
    async with seeded() as one:
        assert says in (await one.problem("GET", f"/records?{query}", 400))["detail"]


@pytest.mark.parametrize(
    ("query", "accept", "kind", "begins"),
    [
        ("", "*/*", "application/json", b'{"zone":"xyz"'),
        ("", "application/json", "application/json", b'{"zone":"xyz"'),
        ("", "application/marc", "application/marc", b"0"),
        ("", "application/marcxml+xml", "application/marcxml+xml", b"<?xml"),
        ("", "text/xml", "application/marcxml+xml", b"<?xml"),
        ("", "application/marc+json", "application/marc+json", b'{"leader"'),
        ("", "text/plain", "text/plain; charset=utf-8", b"=LDR  "),
        ("", "text/html, text/plain;q=0.5, application/json;q=0.4", "text/plain; charset=utf-8", b"=LDR  "),
        ("", "application/*;q=0.2, application/marc;q=0.1, text/plain;q=0", "application/json", b'{"zone"'),
        ("", "*/*, application/json;q=0.5", "application/marc", b"0"),
        ("?format=mrc", "application/json", "application/marc", b"0"),
        ("?format=xml", "*/*", "application/marcxml+xml", b"<?xml"),
        ("?format=mrk", "*/*", "text/plain; charset=utf-8", b"=LDR  "),
        ("?format=text", "*/*", "text/plain; charset=utf-8", b"MMS ID"),
        ("?format=marc-json", "*/*", "application/marc+json", b'{"leader"'),
    ],
)
async def test_record_is_given_in_the_form_that_is_asked(query, accept, kind, begins):
    async with seeded() as one:
        response = await one.asks("GET", f"{RECORD}{query}", headers={"accept": accept})
        assert response.headers["content-type"] == kind
        assert response.headers["vary"] == "accept"
        assert response.content.startswith(begins)
        assert (await one.asks("GET", f"{RECORD}/versions/1{query}", headers={"accept": accept})).content


async def test_form_that_there_is_not_is_told():
    async with seeded() as one:
        assert "application/marc" in (await one.problem("GET", RECORD, 406, headers={"accept": "image/png"}))["detail"]
        assert (await one.problem("GET", f"{RECORD}?format=pdf", 400))["faults"] == [
            ["format", "'pdf' is none; there are json, marc-json, mrc, mrk, xml, text."]
        ]


async def test_versions_and_what_changed_between_them():
    async with seeded() as one:
        history = (await one.get(f"{RECORD}/history"))["versions"]
        assert [version["how"] for version in history] == ["Replaced by Overlay all fields but local", "Added"]
        assert (await one.get(f"{RECORD}/versions/1"))["version"] == 1
        compared = await one.get(f"{RECORD}/diff")
        changed = [(field["change"], field["tag"]) for field in compared["fields"] if field["change"] != "same"]
        assert ("removed", "040") in changed
        assert ("added", "040") in changed
        assert await one.get(f"{RECORD}/diff", from_=1) == compared
        assert await one.get(f"{RECORD}/diff", to=2) == compared
        back = await one.get(f"{RECORD}/diff", from_=2, to=1)
        assert ("removed", "040") in [(field["change"], field["tag"]) for field in back["fields"]]


async def test_there_is_nothing_to_compare_with_the_first_version():
    async with seeded() as one:
        told = await one.problem("GET", f"/zones/xyz/records/{SECOND}/diff", 404)
        assert "nothing to compare" in told["detail"]


async def test_merge_is_undone():
    async with seeded() as one:
        assert (await one.post(f"{RECORD}/revert", version=1))["version"] == 3
        first, third = await one.get(f"{RECORD}/versions/1"), await one.get(RECORD)
        assert [field for field in third["marc"]["fields"] if "040" in field] == [
            field for field in first["marc"]["fields"] if "040" in field
        ]
        await one.problem("POST", f"{RECORD}/revert", 404, json={"version": 9})


async def test_flag_keeps_an_export_from_replacing_the_record():
    async with seeded() as one:
        response = await one.asks("PUT", f"{RECORD}/flags", json={"flags": ["locked"]})
        assert response.json()["flags"] == ["locked"]
        assert "open in the Metadata Editor" in await one.exports("revised-local-fields")
        assert (await one.asks("PUT", f"{RECORD}/flags", json={"flags": []})).json()["flags"] == []
        await one.problem("PUT", f"{RECORD}/flags", 400, json={"flags": ["open"]})


async def test_local_field_is_added_and_stays_when_a_record_is_replaced():
    async with seeded() as one:
        shown = (await one.asks("POST", f"{RECORD}/fields", 201, json={"tag": "590", "text": "Gift"})).json()
        assert shown["version"] == 3
        assert b"$aGift" in (await one.asks("GET", f"{RECORD}?format=mrk")).content
        await one.problem("POST", f"{RECORD}/fields", 400, json={"tag": "245", "text": "Gift"})
        for text, fault in (("x" * 10_000, "length <= 9999"), ("é" * 5_000, "its text has 10,000 bytes")):
            told = await one.problem("POST", f"{RECORD}/fields", 400, json={"tag": "590", "text": text})
            assert fault in str(told)


async def test_record_that_is_deleted_is_gone():
    async with seeded() as one:
        await one.asks("DELETE", RECORD, 204)
        await one.problem("GET", RECORD, 404)
        await one.problem("DELETE", RECORD, 404)


async def test_file_is_filed_by_the_profile_as_exports_are():
    async with seeded() as one:
        content = b"".join((MARC / f"{name}.mrc").read_bytes() for name in ("monograph", "refused-no-245"))
        told = (await one.asks("POST", "/zones/xyz/records", content=content)).json()
        assert (told["filed"], told["refused"]) == (1, 1)
        assert [record["outcome"] for record in told["records"]] == ["created", "refused"]
        assert (await one.get("/submissions"))["submissions"][0]["seq"] == 7


@pytest.mark.parametrize("form", ["mrc", "mrk", "xml", "marc-json"])
async def test_record_that_is_given_can_be_handed_over_again(form):
    async with seeded() as one:
        given = (await one.asks("GET", f"{RECORD}?format={form}")).content
        told = (await one.asks("POST", "/zones/new/records?as_is=true", content=given)).json()
        assert told["filed"] == 1
        [record] = (await one.get("/records", zone="new"))["records"]
        assert record["title"].startswith("Blanks, fill characters")


async def test_form_with_a_file_is_taken_as_browsers_send_it():
    async with seeded() as one:
        file = ("serial.mrc", (MARC / "serial.mrc").read_bytes(), "application/octet-stream")
        told = (await one.asks("POST", "/zones/new/records", files={"file": file})).json()
        assert told["filed"] == 1
        await one.problem("POST", "/zones/new/records", 400, files={"a": file, "b": file})


async def test_body_that_is_no_record_is_told():
    async with seeded() as one:
        await one.problem("POST", "/zones/xyz/records", 400, content=b"")
        await one.problem("POST", "/zones/xyz/records", 400, content=json.dumps([1, 2]).encode())
        await one.problem("POST", "/zones/nowhere/records", 404, content=b"")
