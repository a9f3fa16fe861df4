"""What holds for every request: one shape of errors, no silent misunderstanding, HEAD, times in UTC."""

import pytest
import trio

from gateway.frontends.api import strict
from gateway.frontends.http.site import BODY_BYTES
from gateway.model import Outcome
from tests.api.gateways import RECORD, api, seeded

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/zones/xyz/nothing/at/all", 404),
        ("POST", "/nothing", 404),
        ("GET", "/hosts/nowhere", 404),
        ("GET", "/zones/xyzz", 404),
        ("GET", "/profiles/carli", 404),
        ("GET", "/submissions/99", 404),
        ("GET", "/submissions/99999999999999999999999999", 404),
        ("GET", "/submissions/none", 404),
        ("GET", "/submissions/01a20293-0d2a-7a3d-91fb-9d26c1a5526b/raw", 404),
        ("GET", "/submissions?zone=xyzz", 404),
        ("GET", "/records?zone=xyzz", 404),
        ("GET", "/records?isbn=978", 400),
        ("GET", "/records?after=nonsense", 400),
        ("GET", "/events?since=nonsense", 400),
        ("GET", "/events?zone=xyzz", 404),
        ("GET", f"{RECORD}/versions/3", 404),
        ("GET", f"{RECORD}/versions/0", 400),
        ("GET", "/zones/network/records/9910000000015867", 404),
        ("PATCH", "/zones", 405),
        ("POST", "/replies", 405),
        ("DELETE", "/zones/xyz", 409),
        ("DELETE", "/submissions/99", 404),
        ("DELETE", "/zones/xyz/records/99", 404),
    ],
)
async def test_what_cannot_be_done_is_told_as_problem_details(method, path, status):
    async with seeded() as one:
        told = await one.problem(method, path, status)
        assert told["title"]
        assert told["detail"]


async def test_unknown_path_beside_the_api_is_a_problem_too():
    async with api() as one:
        for path in ("/api", "/api/v2/hosts"):
            response = await one.client.get(path)
            assert response.status_code == 404
            assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("zon=xyz", ["zon", "is no parameter here; did you mean zone?"]),
        ("zone=", ["zone", "is empty; leave it out, or say what is asked"]),
        ("zone=xyz&zone=network", ["zone", "is given twice"]),
        ("outcome=creatd", ["outcome", "'creatd' is none; did you mean created?"]),
        ("outcome=created&outcome=lost", ["outcome", f"'lost' is none; there are {', '.join(Outcome)}."]),
        ("limit=0", ["limit", "Expected `int` >= 1"]),
        ("before=x", ["before", "Expected `int | null`, got `str`"]),
        ("zone=xyz&q=zone:network", ["zone", "is asked in q too; leave one out"]),
    ],
)
async def test_filter_that_is_mistyped_does_not_list_everything(query, fault):
    async with api() as one:
        response = await one.client.get(f"/api/v1/submissions?{query}")
        assert response.status_code == 400
        assert response.json()["faults"] == [fault]


async def test_word_of_a_search_that_means_nothing_is_named():
    async with api() as one:
        told = await one.problem("GET", "/submissions?q=titel:rivers", 400)
        assert "did you mean title?" in told["detail"]


async def test_where_there_are_no_parameters_none_is_taken():
    async with api() as one:
        told = await one.problem("GET", "/hosts?zone=xyz", 400)
        assert told["faults"] == [["zone", "is no parameter here; there are none."]]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{no", "malformed"),
        (b'{"key":' * 5_000, "the body is no JSON that can be read: maximum recursion depth exceeded"),
        (b'{"key": "\xff"}', "the body is no JSON that can be read: 'utf-8' codec can't decode byte 0xff"),
        (b'{"key": 1, "code": "A"}', "key"),
        (b'{"key": "a", "code": "A", "sufix": "1"}', "sufix"),
        (b"[]", "['body', 'Expected `object`, got `array`']"),
        (b"", ""),
    ],
)
async def test_body_that_cannot_be_read_is_told(body, named):
    async with api() as one:
        told = await one.problem("POST", "/zones", 400, content=body, headers=JSON)
        assert named in str(told)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_body_that_does_not_say_that_it_is_json_is_refused(kind):
    """Which a page of another site could send."""
    async with api() as one:
        content = b'{"key": "a", "code": "A"}'
        told = await one.problem("POST", "/zones", 415, content=content, headers={"content-type": kind})
        assert told["detail"] == "the body is sent as application/json"
        charset = {"content-type": "Application/JSON; charset=utf-8"}
        await one.asks("POST", "/zones", 201, content=content, headers=charset)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/zones"), ("PUT", f"{RECORD}/flags"), ("POST", f"{RECORD}/fields"), ("POST", f"{RECORD}/revert")],
)
async def test_body_that_is_longer_than_any_is_refused(method, path):
    async with api() as one:
        told = await one.problem(method, path, 413, content=b" " * (strict.BODY_BYTES + 1), headers=JSON)
        assert told["detail"] == "the body is longer than 65,536 bytes, which is the most here"


async def test_body_that_is_too_large_is_told():
    """At once: before the body is there."""
    async with api() as one, await trio.open_tcp_stream("127.0.0.1", one.client.base_url.port or 0) as stream:
        head = "POST /api/v1/zones/xyz/records HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {BODY_BYTES + 1}"
        await stream.send_all("\r\n".join((*head, "", "")).encode())
        assert b" 413 " in await stream.receive_some()


async def test_every_fault_of_a_zone_is_told_with_its_field():
    async with api() as one:
        body = {"key": "A b", "code": "", "host": "nowhere", "mms_suffix": "12"}
        told = await one.problem("POST", "/zones", 400, json=body)
        assert [field for field, _ in told["faults"]] == ["key", "host", "code", "mms_suffix"]


async def test_head_is_the_head_of_get():
    async with seeded() as one:
        for path in ("/hosts", "/submissions/1", RECORD, "/openapi.json"):
            got, head = await one.asks("GET", path), await one.asks("HEAD", path)
            assert head.content == b""
            assert head.headers["content-length"] == got.headers["content-length"]
            assert head.headers["content-type"] == got.headers["content-type"]
        await one.asks("HEAD", "/submissions/99", 404)
        stream = await one.asks("HEAD", "/events")
        assert stream.headers["content-type"].startswith("text/event-stream")


async def test_times_are_utc():
    async with seeded() as one:
        shown = await one.get("/submissions/1")
        assert shown["at"].endswith("Z")
        assert (await one.get(RECORD))["at"].endswith("Z")


async def test_token_opens_the_api():
    async with api("http.token=a-token-of-sixteen") as one:
        await one.problem("GET", "/hosts", 401)
        await one.asks("GET", "/hosts", headers={"authorization": "Bearer a-token-of-sixteen"})


async def test_read_only_gateway_changes_nothing():
    async with api("http.read_only=true") as one:
        assert (await one.get("/"))["read_only"] is True
        for method, path in (("POST", "/zones/xyz/reset"), ("DELETE", "/submissions/1"), ("PUT", f"{RECORD}/flags")):
            assert "read-only" in (await one.problem(method, path, 403))["detail"]
