"""Patrons, loans and requests over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.gateways import FIRST, LENT, PATRONS, RECORD, SECOND, WANTED, Api, api, seeded

BARCODE = "31111200048340"
FREE = f"/zones/xyz/items/{BARCODE}"
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$cmFuZG9tIGRpZ2VzdCB0aGF0IGlzIDMyIGJ5dGVzIQ"
DOE = "/zones/xyz/patrons/P-0001"
ROE = "/zones/xyz/patrons/P-0002"
LOANS = "/zones/xyz/loans"
REQUESTS = "/zones/xyz/requests"


async def put(one: Api, path: str, status: int = 200, **body: Any) -> Any:
    """The JSON that is answered."""
    return (await one.asks("PUT", path, status, json=body)).json()


async def load(one: Api, text: str, status: int = 200, query: str = "") -> Any:
    """What is answered to a file of patrons."""
    headers = {"content-type": "text/csv"}
    return (await one.asks("POST", f"/zones/xyz/patrons{query}", status, content=text.encode(), headers=headers)).json()


async def lend(one: Api, **wanted: Any) -> Any:
    """The loan of the item on the shelf, to P-0002 unless something else is said."""
    return await one.post(LOANS, 201, **({"item": BARCODE, "patron": "P-0002"} | wanted))


class TestPatrons:
    async def test_are_none_at_first(self):
        async with api() as one:
            assert await one.get("/zones/xyz/patrons") == {"patrons": [], "after": None, "next": None}
            assert (await one.problem("GET", DOE, 404))["detail"] == "zone xyz has no patron with the barcode 'P-0001'"

    async def test_are_made_changed_and_forgotten(self):
        async with api() as one:
            made = await put(one, "/zones/xyz/patrons/a%20b", name="Doe", pin=HASH)
            assert made == {
                "patron": {
                    "zone": "xyz",
                    "barcode": "a b",
                    "name": "Doe",
                    "group": "",
                    "email": "",
                    "has_pin": True,
                    "expires_at": None,
                    "blocks": [],
                    "may_borrow": True,
                },
                "loans": [],
                "requests": [],
            }
            changed = await put(one, "/zones/xyz/patrons/a%20b", name="Doe", expires_at="2026-01-01T00:00:00-06:00")
            told = changed["patron"]
            assert (told["has_pin"], told["expires_at"], told["may_borrow"]) == (True, "2026-01-01T06:00:00Z", False)
            assert await one.get("/zones/xyz/patrons/a%20b") == changed
            await one.asks("DELETE", "/zones/xyz/patrons/a%20b", 204)
            await one.problem("DELETE", "/zones/xyz/patrons/a%20b", 404)

    async def test_pin_is_told_nowhere(self):
        async with api() as one:
            await put(one, DOE, name="Doe", pin=HASH)
            for path in (DOE, "/zones/xyz/patrons"):
                assert "argon2" not in (await one.asks("GET", path)).text
            told = await one.asks("PUT", DOE, 400, json={"name": "Doe", "pin": " 47110815"})
            assert "47110815" not in told.text
            assert told.json()["faults"] == [["pin", "has spaces at its ends, which a message would lose"]]

    async def test_are_listed_a_page_at_a_time(self):
        async with seeded() as one:
            first = await one.get("/zones/xyz/patrons", limit=1)
            assert [patron["barcode"] for patron in first["patrons"]] == ["P-0001"]
            second = (await one.client.get(first["next"])).json()
            assert ([patron["barcode"] for patron in second["patrons"]], second["next"]) == (["P-0002"], None)

    async def test_of_files_are_made_once(self):
        async with api() as one:
            assert await load(one, PATRONS, query="?dry_run=true") == {
                "zone": "xyz",
                "lines": 2,
                "made": 2,
                "changed": 0,
            }
            assert (await one.get("/zones/xyz/patrons"))["patrons"] == []
            assert (await load(one, PATRONS))["made"] == 2
            again = await load(one, PATRONS)
            assert (again["made"], again["changed"]) == (0, 0)

    async def test_of_a_file_with_faults_are_none(self):
        async with api() as one:
            told = await load(one, f"{PATRONS},Poe,\n", 400, "?name=p.csv")
            assert told["detail"] == "p.csv, line 4: barcode is missing"
            assert (await one.get("/zones/xyz/patrons"))["patrons"] == []

    async def test_with_loans_or_requests_stay(self):
        async with seeded() as one:
            told = await one.problem("DELETE", DOE, 409)
            assert "has 1 loans and 1 requests" in told["detail"]
            await one.asks("DELETE", ROE, 204)


class TestLoans:
    async def test_are_by_policy_and_show_at_the_item(self):
        settings = 'circulation.policies.books.items=["Book1"]', "circulation.policies.books.days=3"
        async with seeded(*settings) as one:
            days = {datetime.now(UTC).date()}
            loan = await lend(one)
            days.add(datetime.now(UTC).date())
            assert (loan["item"], loan["patron"], loan["mms_id"], loan["renewals"]) == (BARCODE, "P-0002", FIRST, 0)
            due = datetime.fromisoformat(loan["due_at"])
            assert due.date() - timedelta(days=3) in days
            item = await one.get(FREE)
            assert (item["process_type"], item["due_at"], item["available"]) == ("LOAN", loan["due_at"], False)
            assert await one.get(f"{LOANS}/{BARCODE}") == loan
            assert (await one.get(ROE))["loans"] == [loan]
            assert [one["item"] for one in (await one.get(LOANS))["loans"]] == [BARCODE, LENT]

    async def test_of_one_item_is_one(self):
        async with seeded() as one:
            await lend(one)
            told = await one.problem("POST", LOANS, 409, json={"item": BARCODE, "patron": "P-0001"})
            assert told["detail"] == f"item '{BARCODE}' is on loan"

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"item": "1", "patron": "P-0002"}, "item"),
            ({"item": BARCODE, "patron": "P-9"}, "patron"),
            ({"request": "9"}, "request"),
            ({"item": BARCODE, "patron": "P-0002", "due_at": "2020-01-01T00:00:00Z"}, "due_at"),
        ],
    )
    async def test_of_what_is_not_there_are_told_by_field(self, wanted, field):
        async with seeded() as one:
            [[told, _]] = (await one.problem("POST", LOANS, 400, json=wanted))["faults"]
            assert told == field

    async def test_to_somebody_who_is_blocked_is_none(self):
        async with seeded() as one:
            await put(one, ROE, name="Roe", blocks=["Owes a fine"])
            told = await one.problem("POST", LOANS, 409, json={"item": BARCODE, "patron": "P-0002"})
            assert told["detail"] == "patron 'P-0002' is blocked"

    async def test_end_when_the_item_comes_back(self):
        async with seeded() as one:
            loan = await one.get(f"{LOANS}/{LENT}")
            told = (await one.asks("DELETE", f"{LOANS}/{LENT}")).json()
            assert (told["loan"], told["waits"], told["gone"]) == (loan, None, False)
            assert (told["item"]["available"], told["item"]["due_at"]) == (True, None)
            for method in ("GET", "DELETE"):
                await one.problem(method, f"{LOANS}/{LENT}", 404)

    async def test_are_renewed_until_they_are_recalled(self):
        async with seeded() as one:
            loan = await one.post(f"{LOANS}/{LENT}/renewal", due_at="2036-06-30T23:59:00Z")
            assert (loan["due_at"], loan["renewals"]) == ("2036-06-30T23:59:00Z", 1)
            recalled = await one.post(f"{LOANS}/{LENT}/recall")
            assert recalled["recalled"] is True
            assert recalled["due_at"] < loan["due_at"]
            told = await one.problem("POST", f"{LOANS}/{LENT}/renewal", 409, json={})
            assert told["detail"] == f"item '{LENT}' was recalled"
            await one.problem("POST", f"{LOANS}/{BARCODE}/renewal", 404, json={})
            await one.problem("POST", f"{LOANS}/{BARCODE}/recall", 404, json={})

    async def test_end_when_the_item_is_said_to_be_there(self):
        async with seeded() as one:
            path = f"/zones/xyz/items/{LENT}"
            await put(one, path, process_type="LOST_LOAN")
            await one.get(f"{LOANS}/{LENT}")
            await put(one, path, process_type="LOAN", due_at="2036-06-30T23:59:00Z")
            assert (await one.get(f"{LOANS}/{LENT}"))["due_at"] == "2036-06-30T23:59:00Z"
            await put(one, path)
            await one.problem("GET", f"{LOANS}/{LENT}", 404)

    async def test_go_with_their_record(self):
        async with seeded() as one:
            await one.asks("DELETE", f"/zones/xyz/records/{SECOND}", 204)
            assert (await one.get(LOANS))["loans"] == []
            assert (await one.get(REQUESTS))["requests"] == []


class TestRequests:
    async def test_are_made_listed_and_cancelled(self):
        async with seeded() as one:
            made = await one.post(REQUESTS, 201, mms_id=FIRST, patron="P-0002", note="Quickly")
            assert (made["kind"], made["mms_id"], made["item"], made["note"]) == ("hold", FIRST, BARCODE, "Quickly")
            listed = (await one.get(REQUESTS))["requests"]
            assert sorted(one["id"] for one in listed) == [one["id"] for one in listed]
            assert made in listed
            first = await one.get(REQUESTS, limit=1)
            second = (await one.client.get(first["next"])).json()
            assert [*first["requests"], *second["requests"]] == listed
            assert (await one.asks("DELETE", f"{REQUESTS}/{made['id']}")).json() == made
            await one.problem("DELETE", f"{REQUESTS}/{made['id']}", 404)

    async def test_are_fulfilled_by_a_loan(self):
        async with seeded() as one:
            loan = await one.post(LOANS, 201, request="ILL-17")
            assert (loan["item"], loan["patron"], loan["external_id"]) == (WANTED, "P-0001", "ILL-17")
            assert (await one.get(REQUESTS))["requests"] == []

    async def test_who_waits_gets_what_comes_back(self):
        async with seeded() as one:
            made = await one.post(REQUESTS, 201, item=LENT, patron="P-0002")
            told = (await one.asks("DELETE", f"{LOANS}/{LENT}")).json()
            assert told["waits"]["id"] == made["id"]
            assert told["item"]["process_type"] == "HOLDSHELF"

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"mms_id": "99", "patron": "P-0002"}, "mms_id"),
            ({"item": "1"}, "item"),
            ({"mms_id": FIRST, "patron": "9"}, "patron"),
        ],
    )
    async def test_of_what_is_not_there_are_told_by_field(self, wanted, field):
        async with seeded() as one:
            [[told, _]] = (await one.problem("POST", REQUESTS, 400, json=wanted))["faults"]
            assert told == field

    async def test_of_one_name_are_one(self):
        async with seeded() as one:
            again = {"item": WANTED, "patron": "P-0001", "external_id": "ILL-17"}
            await one.problem("POST", REQUESTS, 409, json=again)


async def test_of_zones_that_are_not_there_are_none():
    async with api() as one:
        for path in ("patrons", "loans", "requests", "patrons/7", "loans/7"):
            await one.problem("GET", f"/zones/nowhere/{path}", 404)


async def test_emptied_zone_has_none():
    async with seeded() as one:
        await one.asks("POST", "/zones/xyz/reset", 204)
        for noun in ("patrons", "loans", "requests"):
            assert (await one.get(f"/zones/xyz/{noun}"))[noun] == []
        await one.problem("GET", RECORD, 404)
