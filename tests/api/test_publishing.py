"""Repositories and sets over the API."""

from tests.api.gateways import FIRST, SECOND, api, seeded

SETS = "/zones/xyz/sets"


async def test_zone_that_was_given_no_set_publishes_everything_at_once():
    async with api() as one:
        [everything] = (await one.get(SETS))["sets"]
        assert (everything["key"], everything["at_once"], everything["in_settings"]) == ("", True, False)
        told = await one.get("/zones/xyz/repository")
        assert told == {
            "zone": "xyz",
            "path": "/view/oai/01CARLI_XYZ/request",
            "active": True,
            "addresses": [],
            "page": 100,
            "dialect": "alma",
            "prefixes": ["marc21", "oai_dc", "oai_qdc", "mods"],
        }
        assert (await one.get("/zones/network/repository"))["path"] == (
            "/hosts/i-share-network/view/oai/01CARLI_NETWORK/request"
        )
        for host, words in (
            ("i-share-xyz", "<repositoryName>01CARLI_XYZ</repositoryName>"),
            ("i-share-network", "OAI Repository definition doesnt exist for this Institution"),
        ):
            answer = await one.client.get(f"/hosts/{host}/view/oai/01CARLI_XYZ/request?verb=Identify")
            assert words in answer.text


async def test_set_is_made_run_changed_and_deleted():
    async with api() as one:
        await one.exports("local-fields")
        await one.exports("serial")
        made = (await one.asks("PUT", f"{SETS}/ReShare", json={"mms_ids": [FIRST], "every_hours": 0})).json()
        assert (made["name"], made["published"], made["last_run"]) == ("ReShare", 0, None)
        run = await one.post(f"{SETS}/ReShare/runs", kind="run")
        assert (run["new"], run["changed"], run["deleted"], run["unchanged"], run["fault"]) == (1, 0, 0, 0, "")
        await one.asks("PUT", f"{SETS}/ReShare", json={"mms_ids": [SECOND], "every_hours": 0})
        again = await one.post(f"{SETS}/ReShare/runs", kind="run")
        assert (again["new"], again["deleted"]) == (1, 1)
        told = await one.get(f"{SETS}/ReShare")
        assert (told["published"], told["deleted"], told["last_run"], told["goes_on"]) == (2, 1, again, False)
        assert (await one.get(f"{SETS}/ReShare/runs"))["runs"] == [again, run]
        await one.asks("DELETE", f"{SETS}/ReShare", 204)
        assert [set_["key"] for set_ in (await one.get(SETS))["sets"]] == [""]


async def test_set_with_a_schedule_is_run_by_who_makes_it_though_its_first_run_begins_by_itself():
    async with api() as one:
        await one.asks("PUT", f"{SETS}/ReShare", json={})
        await one.exports("local-fields")
        run = await one.post(f"{SETS}/ReShare/runs", kind="run")
        assert (run["ended_at"] is not None, run["new"] + run["unchanged"]) == (True, 1)


async def test_repository_is_kept():
    async with seeded() as one:
        wanted = {"active": False, "addresses": ["192.0.2.0/24"], "page": 900, "dialect": "strict"}
        told = (await one.asks("PUT", "/zones/xyz/repository", json=wanted)).json()
        assert told == {**told, **wanted}
        assert await one.get("/zones/xyz/repository") == told


async def test_what_cannot_be_is_told_by_its_field():
    async with api('zones.xyz.sets.daily.query="lang:eng"') as one:
        problem = await one.problem("PUT", f"{SETS}/Re%20Share", 400, json={"query": "titel:x"})
        assert [field for field, _ in problem["faults"]] == ["key", "query"]
        assert "a space in it" in problem["faults"][0][1]
        problem = await one.problem("PUT", "/zones/xyz/repository", 400, json={"page": 901, "addresses": ["here"]})
        assert [field for field, _ in problem["faults"]] == ["page", "addresses"]
        assert (await one.get(f"{SETS}/daily"))["in_settings"]
        problem = await one.problem("DELETE", f"{SETS}/daily", 409)
        assert "stands in the settings" in problem["detail"]
        problem = await one.problem("GET", f"{SETS}/weekly", 404)
        assert problem["detail"] == "zone xyz publishes no set 'weekly'; it has daily"
