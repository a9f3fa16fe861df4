"""Libraries, holdings and items over the API: one by one, and by files."""

from typing import Any

import pytest

from gateway.circulation import rules
from tests.api.gateways import FIRST, RECORD, SHELF, Api, api, seeded

LIBRARY = "/zones/xyz/libraries/MAIN"
BARCODE = "31111200048340"
ITEM = f"/zones/xyz/items/{BARCODE}"
HOLDINGS = "/zones/xyz/holdings"
STACKS = {"library": "MAIN", "location": "stacks"}
MAIN = {"name": "Main Library", "locations": [{"code": "stacks", "name": "Book Stacks"}, {"code": "desk", "name": ""}]}


async def put(one: Api, path: str, status: int = 200, **body: Any) -> Any:
    """The JSON that is answered."""
    return (await one.asks("PUT", path, status, json=body)).json()


async def the_holding(one: Api) -> str:
    """Path of the only holding of the first record."""
    [found] = (await one.get(f"{RECORD}/holdings"))["holdings"]
    return f"{HOLDINGS}/{found['id']}"


async def load(one: Api, text: str, status: int = 200, query: str = "") -> Any:
    """What is answered to a file."""
    headers = {"content-type": "text/csv"}
    response = await one.asks("POST", f"{HOLDINGS}{query}", status, content=text.encode(), headers=headers)
    return response.json()


class TestLibraries:
    async def test_are_none_at_first(self):
        async with api() as one:
            assert await one.get("/zones/xyz/libraries") == {"libraries": []}

    async def test_are_made_and_changed(self):
        async with api() as one:
            made = await put(one, LIBRARY, **MAIN)
            assert [place["code"] for place in made["locations"]] == ["desk", "stacks"]
            assert await put(one, LIBRARY, name="Other", locations=[]) == {
                "zone": "xyz",
                "code": "MAIN",
                "name": "Other",
                "locations": [],
            }
            assert await one.get("/zones/network/libraries") == {"libraries": []}

    async def test_keep_the_locations_at_which_there_are_holdings(self):
        async with seeded() as one:
            told = await one.problem("PUT", LIBRARY, 409, json={"name": "Main"})
            assert told["detail"] == "library MAIN has holdings at stacks; leave it among its locations"
            await put(one, LIBRARY, **MAIN)
            told = await one.problem("DELETE", LIBRARY, 409)
            assert told["detail"] == "library MAIN of zone xyz has holdings; delete them first"
            await one.asks("DELETE", await the_holding(one), 204)
            await one.asks("DELETE", LIBRARY, 204)
            told = await one.problem("DELETE", LIBRARY, 404)
            assert told["detail"] == "zone xyz has no library 'MAIN'; there are BRANCH, EMPTY"

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"name": " "}, ["name", "is empty"]),
            ({"name": "x" * 201}, ["name", "has 201 characters; at most 200 can be kept"]),
            ({"name": "a\u001fb"}, ["name", "has a character that nobody sees, U+001F"]),
            ({"name": "M", "locations": [{"code": ""}]}, ["locations.1.code", "is empty"]),
            ({"name": "M", "locations": [{"code": "a"}, {"code": "a"}]}, ["locations.2.code", "'a' is there twice"]),
        ],
    )
    async def test_that_cannot_be_are_told_by_field(self, body, fault):
        async with api() as one:
            assert fault in (await one.problem("PUT", LIBRARY, 400, json=body))["faults"]

    async def test_are_so_many_and_no_more(self, monkeypatch):
        monkeypatch.setattr(rules, "LIBRARIES_OF_ZONE", 2)
        async with api() as one:
            for code in ("a", "b", "b"):
                await put(one, f"/zones/xyz/libraries/{code}", name=code)
            told = await one.problem("PUT", "/zones/xyz/libraries/c", 409, json={"name": "c"})
            words = "zone xyz has no room for another library: there are 2, the most there can be"
            assert told["detail"] == words


class TestHoldings:
    async def test_are_none_at_first(self):
        async with api() as one:
            await one.exports("monograph")
            assert await one.get(f"{RECORD}/holdings") == {"holdings": []}

    async def test_are_made_of_what_is_said(self):
        async with api() as one:
            await one.exports("monograph")
            await put(one, LIBRARY, **MAIN)
            wanted = {**STACKS, "call_number_type": "0", "call_number": "PE1408", "summary": ["v.1-"], "retention": "0"}
            response = await one.asks("POST", f"{RECORD}/holdings", 201, json=wanted)
            made = response.json()
            assert made.items() >= wanted.items()
            assert made["id"].startswith("22")
            assert made["id"].endswith("5867")
            assert (made["library_name"], made["location_name"]) == ("Main Library", "Book Stacks")
            assert (made["items"], made["available"], made["encoding_level"]) == (0, 0, "4")
            path = response.headers["location"]
            assert (await one.client.get(path)).json() == made
            assert await one.get(f"{RECORD}/holdings") == {"holdings": [made]}

    async def test_may_be_alike(self):
        async with api() as one:
            await one.exports("monograph")
            await put(one, LIBRARY, **MAIN)
            made = [await one.post(f"{RECORD}/holdings", 201, **STACKS) for _ in range(3)]
            assert len({holding["id"] for holding in made}) == 3

    async def test_are_changed_whole(self):
        async with seeded() as one:
            path = await the_holding(one)
            changed = await put(one, path, **STACKS, suffix="Oversize")
            assert (changed["suffix"], changed["call_number"], changed["items"]) == ("Oversize", "", 1)
            assert await one.get(path) == changed

    async def test_take_their_items_along(self):
        async with seeded() as one:
            path = await the_holding(one)
            await one.asks("DELETE", path, 204)
            for gone in (path, f"{path}/items", ITEM):
                await one.problem("GET", gone, 404)
            await one.problem("DELETE", path, 404)
            await one.problem("PUT", path, 404, json=STACKS)

    async def test_go_with_their_record(self):
        async with seeded() as one:
            await one.asks("DELETE", RECORD, 204)
            await one.problem("GET", ITEM, 404)

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"library": "MAIN", "location": "attic"}, ["location", "library MAIN has no location 'attic'; there are"]),
            ({"library": "NO", "location": "attic"}, ["library", "is 'NO', which zone xyz does not have"]),
            ({**STACKS, "call_number": "x" * 501}, ["call_number", "has 501 characters; at most 500 can be kept"]),
            ({**STACKS, "summary": [""]}, ["summary.1", "is empty"]),
            ({**STACKS, "summary": ["x"] * 51}, ["summary", "has 51 texts; a holding has at most 50"]),
            ({**STACKS, "date_of_report": "2026"}, ["date_of_report", "is '2026'; write six digits"]),
        ],
    )
    async def test_that_cannot_be_are_told_by_field(self, body, fault):
        async with seeded() as one:
            for method, path in (("POST", f"{RECORD}/holdings"), ("PUT", await the_holding(one))):
                [[field, words]] = (await one.problem(method, path, 400, json=body))["faults"]
                assert field == fault[0]
                assert words.startswith(fault[1])

    @pytest.mark.parametrize("body", [{}, {"library": "MAIN"}, {**STACKS, "retention": "9"}, {**STACKS, "more": 1}])
    async def test_body_that_is_none_is_told(self, body):
        async with seeded() as one:
            await one.problem("POST", f"{RECORD}/holdings", 400, json=body)

    async def test_are_so_many_and_no_more(self, monkeypatch):
        monkeypatch.setattr(rules, "HOLDINGS_OF_RECORD", 2)
        async with seeded() as one:
            await one.post(f"{RECORD}/holdings", 201, **STACKS)
            told = await one.problem("POST", f"{RECORD}/holdings", 409, json=STACKS)
            assert "has no room for another holding: there are 2, the most there can be" in told["detail"]

    async def test_of_what_is_not_there_are_none(self):
        async with seeded() as one:
            for path in ("/zones/xyz/records/99/holdings", "/zones/nowhere/records/99/holdings", f"{HOLDINGS}/22"):
                await one.problem("GET", path, 404)
            await one.problem("POST", "/zones/xyz/records/99/holdings", 404, json=STACKS)
            await one.problem("GET", f"/zones/network/holdings/{(await the_holding(one))[-18:]}", 404)


class TestItems:
    async def test_are_made_changed_and_forgotten(self):
        async with seeded() as one:
            path = f"{await the_holding(one)}/items"
            response = await one.asks("POST", path, 201, json={"barcode": "a/b c", "policy": "Book1"})
            assert response.headers["location"].endswith("/items/a%2Fb%20c")
            made = response.json()
            assert (made["base_status"], made["available"], made["says"]) == ("in_place", True, "Item in place")
            listed = (await one.get(path))["items"]
            assert [item["barcode"] for item in listed] == [BARCODE, "a/b c"]
            loan = await put(one, ITEM, process_type="LOAN", due_at="2026-12-31T18:00:00-06:00")
            assert (loan["base_status"], loan["available"], loan["says"]) == ("not_in_place", False, "Loan")
            assert (loan["due_at"], loan["policy"]) == ("2027-01-01T00:00:00Z", "")
            assert await one.get(ITEM) == loan
            assert (await one.get(await the_holding(one)))["available"] == 1
            await one.asks("DELETE", ITEM, 204)
            for method in ("GET", "DELETE", "PUT"):
                body = {"json": {}} if method == "PUT" else {}
                assert BARCODE in (await one.problem(method, ITEM, 404, **body))["detail"]

    async def test_base_status_can_be_said(self):
        async with seeded() as one:
            told = await put(one, ITEM, base_status="not_in_place")
            assert (told["available"], told["says"]) == (False, "Item not in place")
            told = await put(one, ITEM, process_type="REQUESTED")
            assert (told["available"], told["says"]) == (True, "Requested")

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"barcode": BARCODE}, ["barcode", f"is that of another item, of the record {FIRST}"]),
            ({"barcode": ""}, ["barcode", "is empty"]),
            ({"barcode": " 1"}, ["barcode", "' 1' has spaces at its ends"]),
            ({"barcode": "1" * 101}, ["barcode", "has 101 characters; at most 100 can be kept"]),
            ({"barcode": "1", "due_at": "2026-12-31T18:00:00Z"}, ["due_at", "is only of an item on loan"]),
            (
                {"barcode": "1", "process_type": "LOAN", "due_at": "2026-12-31T18:00:00"},
                ["due_at", "has no time zone; write it as"],
            ),
        ],
    )
    async def test_that_cannot_be_are_told_by_field(self, body, fault):
        async with seeded() as one:
            told = await one.problem("POST", f"{await the_holding(one)}/items", 400, json=body)
            [[field, words]] = told["faults"]
            assert field == fault[0]
            assert words.startswith(fault[1])

    async def test_are_so_many_and_no_more(self, monkeypatch):
        monkeypatch.setattr(rules, "ITEMS_OF_HOLDING", 2)
        async with seeded() as one:
            path = f"{await the_holding(one)}/items"
            await one.post(path, 201, barcode="2")
            told = await one.problem("POST", path, 409, json={"barcode": "3"})
            assert "has no room for another item: there are 2, the most there can be" in told["detail"]


class TestFiles:
    async def test_make_what_they_say_once(self):
        async with api() as one:
            await one.exports("monograph")
            told = await load(one, SHELF)
            assert told == {
                "zone": "xyz",
                "lines": 1,
                "libraries": ["MAIN"],
                "holdings_made": 1,
                "holdings_changed": 0,
                "items_made": 1,
                "items_changed": 0,
                "refused": 0,
                "faults": [],
            }
            again = await load(one, SHELF)
            assert (again["libraries"], again["holdings_made"], again["items_made"]) == ([], 0, 0)

    async def test_dry_run_does_nothing(self):
        async with api() as one:
            await one.exports("monograph")
            told = await load(one, SHELF, query="?dry_run=true")
            assert (told["libraries"], told["holdings_made"], told["items_made"]) == (["MAIN"], 1, 1)
            assert await one.get(f"{RECORD}/holdings") == {"holdings": []}
            assert await one.get("/zones/xyz/libraries") == {"libraries": []}

    async def test_line_that_cannot_be_loaded_is_told_and_the_others_are_loaded(self):
        async with api() as one:
            await one.exports("monograph")
            told = await load(one, f"{SHELF}99,MAIN,,stacks,,,,,2,\n")
            assert (told["items_made"], told["refused"]) == (1, 1)
            assert told["faults"] == [{"line": 3, "field": "mms_id", "says": "'99' is of no record of zone xyz"}]

    async def test_file_with_faults_loads_nothing(self):
        async with api() as one:
            await one.exports("monograph")
            told = await load(one, f"{SHELF}{FIRST},,,stacks,,,,,2,\n", 400)
            assert told["detail"] == "the upload, line 3: library is missing"
            assert await one.get(f"{RECORD}/holdings") == {"holdings": []}

    async def test_file_of_a_form_is_named_in_its_faults(self):
        async with api() as one:
            files = {"file": ("shelf.toml", b"[[items]]\nbarcode = 1\n")}
            told = await one.problem("POST", HOLDINGS, 400, files=files)
            words = "shelf.toml, line 2: barcode is 1, must be text; write it in quotation marks"
            assert told["detail"] == words

    async def test_nothing_is_no_file(self):
        async with api() as one:
            assert (await load(one, "", 400))["detail"] == "the body is empty; send a file"
            assert (await load(one, " \n", 400))["detail"] == "the upload is empty"

    async def test_zone_that_is_not_there_takes_none(self):
        async with api() as one:
            await one.problem("POST", "/zones/nowhere/holdings", 404, content=SHELF.encode())


async def test_read_only_gateway_changes_nothing():
    async with api("http.read_only=true") as one:
        assert await one.get("/zones/xyz/libraries") == {"libraries": []}
        for method, path in (("PUT", LIBRARY), ("POST", HOLDINGS), ("DELETE", ITEM)):
            await one.problem(method, path, 403)


async def test_zone_that_is_reset_has_none():
    async with seeded() as one:
        await one.post("/zones/xyz/reset", 204)
        assert await one.get("/zones/xyz/libraries") == {"libraries": []}
        await one.problem("GET", ITEM, 404)
