"""Submissions over the API: listed, one whole, deleted, waited for."""

import pytest
import trio

from gateway.frontends.http import listener
from tests.api.gateways import FIRST, MARC, api, seeded
from tests.server.running import PATIENCE, http_client


async def test_listing_is_newest_first_and_comes_a_page_at_a_time():
    async with seeded() as one:
        page = await one.get("/submissions", limit=2)
        assert [line["seq"] for line in page["submissions"]] == [5, 4]
        assert page["next"] == "/api/v1/submissions?limit=2&before=4"
        rest = []
        while page["next"]:
            page = (await one.client.get(page["next"])).json()
            rest += [line["seq"] for line in page["submissions"]]
        assert rest == [3, 2, 1]
        assert page["before"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zone=xyz", [5, 4, 3, 2, 1]),
        ("zone=network", []),
        ("zone=@i-share-xyz", []),
        ("outcome=created", [3, 1]),
        ("outcome=created&outcome=merged", [3, 2, 1]),
        ("reason=wrong_password", [5]),
        ("q=title:silences", [2, 1]),
        ("q=title:silences outcome:merged", [2]),
        ("q=oclc:ocm999000025", [3]),
        ("q=245:quay", [5]),
        ("q=harbors&outcome=created", [3]),
    ],
)
async def test_listing_has_what_is_asked(query, found):
    async with seeded() as one:
        listed = (await one.asks("GET", f"/submissions?{query}")).json()["submissions"]
        assert [line["seq"] for line in listed] == found


async def test_next_page_asks_the_same():
    async with seeded() as one:
        page = await one.get("/submissions", limit=1, q="title:silences outcome:created,merged".partition(",")[0])
        assert page["next"] is None
        page = (await one.asks("GET", "/submissions?limit=1&outcome=created&outcome=merged&q=title:silences")).json()
        page = (await one.client.get(page["next"])).json()
        assert [line["seq"] for line in page["submissions"]] == [1]


async def test_one_by_its_number_and_by_its_id():
    async with seeded() as one:
        shown = await one.get("/submissions/2")
        assert shown["outcome"] == "merged"
        assert shown["mms_id"] == FIRST
        assert shown["reply"].endswith(FIRST)
        assert await one.get(f"/submissions/{shown['id']}") == shown
        assert (await one.get(f"/zones/xyz/records/{FIRST}"))["submission"] == shown["id"]


async def test_one_says_what_of_its_answer_nobody_has_published():
    async with seeded() as one:
        assert (await one.get("/submissions/2"))["assumed"] == []
        assert (await one.get("/submissions/4"))["assumed"] == [
            {
                "behaviour": "Damaged structure, and anything but one 245, is refused",
                "source": "Alma's validation is not published",
            },
            {
                "behaviour": 'The reply required: "Import Failed / Not imported: {finding}."',
                "source": "Import Failed is documented, the reason's words are ours",
            },
        ]


async def test_record_as_it_arrived():
    async with seeded() as one:
        response = await one.asks("GET", "/submissions/4/raw")
        assert response.content == (MARC / "refused-no-245.mrc").read_bytes()
        assert response.headers["content-type"] == "application/marc"


async def test_diagnosis_says_what_to_change():
    async with seeded() as one:
        told = await one.get("/submissions/4/diagnosis")
        assert told["words"] == "refused: required"
        assert told["diagnosis"]["fix"] == "Correct the record in Connexion."
        assert told["findings"][0]["code"] == "titleMissing"


async def test_transcript_explains_what_came_and_hides_the_password():
    async with seeded() as one:
        told = await one.get("/submissions/1/transcript")
        kinds = [run["kind"] for run in told["runs"]]
        assert kinds[:6] == ["tag", "length", "value", "tag", "length", "value"]
        assert kinds[-2:] == ["reply", "end"]
        assert "xyz-secret" not in str(told)


async def test_submission_that_is_deleted_is_gone_and_its_record_stays():
    async with seeded() as one:
        await one.asks("DELETE", "/submissions/1", 204)
        await one.problem("GET", "/submissions/1", 404)
        assert (await one.get(f"/zones/xyz/records/{FIRST}"))["version"] == 2


async def test_wait_for_one_that_has_come_already():
    async with seeded() as one:
        found = await one.get("/submissions/wait", after=0, oclc="(OCoLC)1999000116", outcome="merged")
        assert found["seq"] == 2
        assert found["reply"]


async def test_wait_for_one_to_come():
    async with seeded() as one:
        found = []

        async def wait() -> None:
            found.append(await one.get("/submissions/wait", after=5, zone="xyz", title="WEATHER", timeout=60))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await one.exports("serial")
            await one.exports("minimal")
        assert [shown["seq"] for shown in found] == [7]


async def test_wait_in_vain_says_what_came_near():
    async with seeded() as one:
        told = await one.problem("GET", "/submissions/wait?after=3&title=quay&outcome=created&timeout=0.2", 408)
        near = told["near"][0]
        assert near["attempt"]["seq"] == 5
        assert near["right"] == ["title"]
        assert near["wrong"] == ["outcome"]
        assert "submission 5 came near" in told["detail"]


async def test_wait_in_vain_where_nothing_came():
    async with api() as one:
        told = await one.problem("GET", "/submissions/wait?timeout=0.1", 408)
        assert told["detail"] == "no such submission within 0.1 s; none came at all"


async def test_wait_ends_when_the_gateway_stops(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "CLOSE_SECONDS", PATIENCE)
    async with http_client() as client, trio.open_nursery() as nursery, api() as one:  # who waits goes last

        async def wait(url: str) -> None:
            answer = await client.get(url)
            assert answer.status_code == 503
            assert answer.json()["detail"] == "the gateway is being stopped"

        nursery.start_soon(wait, f"{one.client.base_url}/api/v1/submissions/wait?timeout=60")
        while "gateway_waits 1.0" not in (await one.client.get("/metrics")).text:
            await trio.lowlevel.checkpoint()


async def test_wait_is_not_longer_than_a_minute():
    async with api() as one:
        told = await one.problem("GET", "/submissions/wait?timeout=61", 400)
        assert told["faults"] == [["timeout", "Expected `float` <= 60.0"]]


async def test_wait_in_vain_calls_nothing_near_that_is_otherwise_in_all():
    async with seeded() as one:
        told = await one.problem("GET", "/submissions/wait?after=0&title=nothing-like-it&timeout=0.1", 408)
        assert told["detail"] == "no such submission within 0.1 s; only others came"
        assert len(told["near"]) == 5


async def test_record_is_where_it_is_said_to_be_held():
    """Through the network zone the number is of that zone's record, as an export, a listing and an upload say."""
    async with api("profiles.carli-iz.use_network_zone=true") as one:
        await one.exports("monograph")
        [line] = (await one.get("/submissions"))["submissions"]
        whole = await one.get("/submissions/1")
        content = (MARC / "minimal.mrc").read_bytes()
        [uploaded] = (await one.asks("POST", "/zones/xyz/records", content=content)).json()["records"]
        assert (line["zone"], whole["zone"]) == ("xyz", "xyz")
        for told in (line, whole, uploaded):
            assert told["held_by"] == "network"
            await one.get(f"/zones/{told['held_by']}/records/{told['mms_id']}")
