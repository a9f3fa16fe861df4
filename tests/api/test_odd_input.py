"""Odd input is answered as any other: never by an error of the gateway's own."""

from urllib.parse import quote

import pytest

from tests.api.asked import OPERATIONS
from tests.api.gateways import Api, seeded

ODD = [
    "\x00",
    "'",
    "é",
    "😀",
    "..",
    "a/b",
    "%",
    "1e9",
    "-1",
    "1_0",
    "٣",
    "9" * 5_000,
    "x" * 8_000,
    "\u202e",
    "@",
    "@x",
    '"',
]
"""What people and programs send by mistake, or to see what happens."""
READING = [
    operation for operation in OPERATIONS.values() if operation.method == "get" and operation.name != "followEvents"
]


async def ask(one: Api, path: str) -> None:
    response = await one.client.get(path)
    assert response.status_code < 500, path
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json", path
        assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("store", ["memory:", "sqlite:{}"])
async def test_odd_paths(store, tmp_path):
    async with seeded(f"store.url={store.format(tmp_path / 'gateway.db')}") as one:
        for operation in READING:
            names = [
                parameter["name"]
                for parameter in operation.described.get("parameters", ())
                if parameter["in"] == "path"
            ]
            for name in names:
                for odd in ODD:
                    path = operation.path.replace(f"{{{name}}}", quote(odd, safe=""))
                    await ask(one, operation._replace(path=path).filled())


@pytest.mark.parametrize("store", ["memory:", "sqlite:{}"])
async def test_odd_queries(store, tmp_path):
    async with seeded(f"store.url={store.format(tmp_path / 'gateway.db')}") as one:
        for operation in READING:
            beside = "&after=0&timeout=0.01" if operation.name == "waitForSubmission" else ""
            for parameter in operation.described.get("parameters", ()):
                if parameter["in"] == "query" and parameter["name"] not in beside:
                    for odd in ODD:
                        await ask(one, f"{operation.filled()}?{parameter['name']}={quote(odd, safe='')}{beside}")


@pytest.mark.parametrize(
    "query", ["%FF=1", "zone=%FF", "&&&", "=", "zone", "q=%22", "limit=1&limit=2&limit=3", "zone[]=xyz"]
)
async def test_odd_spellings_of_a_query(query):
    async with seeded() as one:
        await ask(one, f"/api/v1/submissions?{query}")


@pytest.mark.parametrize(
    "path", ["//", "/api/v1//hosts", "/api/v1/hosts/", "/api/v1/%2e%2e/zones", "/api/v1/zones/%FF%FE"]
)
async def test_odd_spellings_of_a_path(path):
    async with seeded() as one:
        await ask(one, path)


async def test_a_browser_is_told_of_problems_in_the_same_form():
    async with seeded() as one:
        for path in ("/nothing", "/zones/nowhere", "/submissions?zon=xyz"):
            await one.problem("GET", path, 400 if "?" in path else 404, headers={"accept": "text/html"})
