"""The description is whole, and a gateway does what its examples show."""

import json
import re
from pathlib import Path

import pytest

from gateway import __version__
from gateway.frontends.api.examples import examples
from tests.api.asked import DESCRIPTION, OPERATIONS, Operation, ask
from tests.api.following import following
from tests.api.gateways import api, seeded
from tests.api.schema import objections

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture(params=OPERATIONS.values(), ids=OPERATIONS.keys())
def operation(request: pytest.FixtureRequest) -> Operation:
    """Each of them."""
    found: Operation = request.param
    return found


async def test_it_is_where_it_is_said_to_be():
    async with api() as one:
        response = await one.asks("GET", "/openapi.json")
        assert response.headers["content-type"] == "application/vnd.oai.openapi+json"
        told = response.json()
        assert told["openapi"].startswith("3.1.")
        assert told["info"]["version"] == __version__
        assert told["paths"] == json.loads(json.dumps(DESCRIPTION["paths"]))


def test_it_is_told_of_in_the_documents(operation):
    page = DOCUMENT.read_text(encoding="utf-8")
    path = operation.path.removeprefix("/api/v1") or "/"
    assert re.search(rf"`{operation.method.upper()} {re.escape(path)}[`?]", page)


async def test_requests_of_the_document_are_answered():
    asked = re.findall(r"^\$ curl -s '[^']*/api/v1([^']*)'$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(asked) > 2
    async with seeded() as one:
        for path in asked:
            await one.asks("GET", path)


def test_what_it_refers_to_is_there():
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DESCRIPTION)):
        assert name in DESCRIPTION["components"]["schemas"]


def test_tags_are_told_of(operation):
    known = {tag["name"] for tag in DESCRIPTION["tags"]}
    assert operation.described["tags"]
    assert known.issuperset(operation.described["tags"])


def test_each_says_what_it_does_and_so_do_its_parameters(operation):
    assert operation.described["summary"]
    assert operation.described["description"]
    assert all(one["description"] for one in operation.described.get("parameters", ()))


def test_errors_of_each_are_told_of(operation):
    assert [*operation.described["responses"]["default"]["content"]] == [PROBLEM]


def test_each_type_says_what_it_is():
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        assert schema.get("description"), name


def test_fields_that_are_not_plain_say_what_they_are():
    fields = DESCRIPTION["components"]["schemas"]["VersionShown"]["properties"]
    assert fields["how"]["description"].startswith("How it came about, for people")
    assert fields["zone"]["description"] == "Key of the zone that holds it."
    assert fields["at"]["format"] == "date-time"
    assert "from" in DESCRIPTION["components"]["schemas"]["ChangeShown"]["properties"]


def test_examples_of_each_go_with_its_schema(operation):
    shown = examples()[operation.name]
    if operation.content:
        assert shown.answer is not None
    if JSON in operation.content:
        assert objections(shown.answer, operation.content[JSON]["schema"], DESCRIPTION) == []
    bodies = operation.described.get("requestBody", {}).get("content", {})
    assert bool(bodies) == (shown.body is not None)
    if JSON in bodies:
        assert objections(shown.body, bodies[JSON]["schema"], DESCRIPTION) == []


def test_what_is_missed_goes_with_its_schema():
    operation = OPERATIONS["waitForSubmission"]
    [content] = operation.described["responses"]["408"]["content"].values()
    assert content["example"]["near"]
    assert objections(content["example"], content["schema"], DESCRIPTION) == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "followEvents"])
async def test_gateway_answers_the_examples_of_each_as_it_says(name):
    operation = OPERATIONS[name]
    body = examples()[operation.name].body
    async with seeded() as one:
        for query in operation.queries():
            response = await ask(one, operation, query, body)
            assert response.status_code == operation.status, f"{query} {response.text}"
            if not operation.content:
                assert response.content == b""
                continue
            kind = response.headers["content-type"].partition(";")[0]
            assert kind in operation.content
            if kind == JSON:
                assert objections(response.json(), operation.content[JSON]["schema"], DESCRIPTION) == [], query


async def test_gateway_tells_events_as_it_says():
    line = {"$ref": "#/components/schemas/AttemptLine"}
    operation = OPERATIONS["followEvents"]
    for query in operation.queries():
        async with seeded() as one:
            told = "&".join(f"{name}={value}" for name, value in query.items())
            async with following(one, f"?{told}") as events:
                if "since" not in query:
                    await one.exports("minimal")
                event = await events.event()
                assert objections(event.content, line, DESCRIPTION) == []


async def test_gateway_tells_problems_as_it_says():
    problem = {"$ref": "#/components/schemas/Problem"}
    async with api() as one:
        for method, path, status in (
            ("GET", "/nothing", 404),
            ("GET", "/submissions?zon=xyz", 400),
            ("POST", "/zones", 400),
            ("DELETE", "/zones/xyz", 409),
            ("POST", "/hosts", 400),
            ("PUT", "/hosts", 405),
        ):
            assert objections(await one.problem(method, path, status), problem, DESCRIPTION) == []


async def test_a_wait_in_vain_is_told_as_it_says():
    async with seeded() as one:
        told = await one.problem("GET", "/submissions/wait?after=3&outcome=created&timeout=0.2", 408)
        assert objections(told, {"$ref": "#/components/schemas/Missed"}, DESCRIPTION) == []
