"""Hosts over the API: made while the gateway runs, exported to at once, deleted."""

import pytest
import trio

from gateway.desk.hosts import HOSTS
from gateway.frontends.connexion import wire
from gateway.model import Logon
from tests.api.gateways import Api, api
from tests.server.running import HOST, ask, record

LOGON = Logon(logon_id=b"01CARLI_OWN", password=b"own-secret")
NOBODY = Logon(logon_id=b"01CARLI_NOBODY", password=b"nothing")


async def make(one: Api, key: str = "own") -> int:
    """Make a host; its port."""
    return int((await one.post("/hosts", 201, key=key))["port"])


async def make_zone(one: Api, host: str = "own") -> None:
    """A zone at it for `LOGON`."""
    await one.post("/zones", 201, key="own", code="01CARLI_OWN", host=host, password="own-secret")


async def exports(port: int, logon: Logon = LOGON) -> str:
    """Export a record; the reply."""
    return await ask(port, wire.compose(logon, record(7)))


async def test_host_that_is_made_is_told_as_any_other():
    async with api() as one:
        response = await one.asks("POST", "/hosts", 201, json={"key": "own", "names": ["own.example.org"]})
        made = response.json()
        assert response.headers["location"] == "/api/v1/hosts/own"
        assert made == await one.get("/hosts/own")
        assert (made["host"], made["names"], made["address"]) == ("own", ["own.example.org"], "127.0.0.1")
        assert made in (await one.get("/hosts"))["hosts"]
        assert (await one.client.get("/readyz")).status_code == 200


async def test_zone_at_it_takes_exports_at_once():
    async with api() as one:
        port = await make(one)
        await make_zone(one)
        assert "successfully" in await exports(port)
        assert (await one.get("/submissions/1"))["host"] == "own"
        assert "Logon Failed" in await exports(one.port)


async def test_hosts_disturb_each_other_in_nothing():
    async with api() as one:
        port, other = await make(one, "own"), await make(one, "other")
        assert len({port, other, one.port}) == 3
        await one.asks("PUT", "/hosts/own/script", json={"steps": [{"do": "close"}]})
        await make_zone(one, "other")
        assert "successfully" in await exports(other)
        assert (await one.get("/hosts/own/script"))["left"] == 1


async def test_host_that_is_deleted_takes_none_any_more():
    async with api() as one:
        port = await make(one)
        await one.asks("DELETE", "/hosts/own", 204)
        await one.problem("GET", "/hosts/own", 404)
        await one.problem("GET", "/hosts/own/script", 404)
        with pytest.raises(OSError, match=r"refused|all attempts to connect"):
            await trio.open_tcp_stream("127.0.0.1", port)
        assert "successfully" in await one.exports("monograph")


async def test_what_reached_no_zone_there_is_forgotten_with_it():
    async with api() as one:
        port = await make(one)
        assert "Logon Failed" in await exports(port, NOBODY)
        assert "Logon Failed" in await exports(one.port, NOBODY)
        assert [attempt["zone"] for attempt in (await one.get("/submissions"))["submissions"]] == [f"@{HOST}", "@own"]
        await one.asks("DELETE", "/hosts/own", 204)
        assert [attempt["zone"] for attempt in (await one.get("/submissions"))["submissions"]] == [f"@{HOST}"]


async def test_host_at_which_there_are_zones_stays():
    async with api() as one:
        port = await make(one)
        await make_zone(one)
        told = await one.problem("DELETE", "/hosts/own", 409)
        assert told["detail"] == "there are zones at host own: own; delete them first"
        assert "successfully" in await exports(port)
        await one.asks("DELETE", "/zones/own", 204)
        await one.asks("DELETE", "/hosts/own", 204)


async def test_host_of_the_settings_stays():
    async with api() as one:
        told = await one.problem("DELETE", f"/hosts/{HOST}", 409)
        assert "stands in the settings" in told["detail"]
        assert "successfully" in await one.exports("monograph")


async def test_host_that_is_not_there():
    async with api() as one:
        told = await one.problem("DELETE", "/hosts/i-share-xy", 404)
        assert "did you mean i-share-xyz?" in told["detail"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"key": HOST}, "key", f"there is a host {HOST} already"),
        ({"key": "Own Host"}, "key", "must be of small letters"),
        ({"key": ""}, "key", "must be of small letters"),
        ({"key": "own", "names": ["a\0b"]}, "names", "can be shown"),
        ({"key": "own", "names": ["alma"] * 21}, "names", "are 21; a host has at most 20"),
        ({"names": []}, "body", "missing required field `key`"),
        ({"key": "own", "port": 5500}, "body", "unknown field `port`"),
    ],
)
async def test_what_cannot_be_a_host(body, field, words):
    async with api() as one:
        [[place, said]] = (await one.problem("POST", "/hosts", 400, json=body))["faults"]
        assert place == field
        assert words in said


async def test_there_are_so_many_at_most():
    async with api() as one:
        for number in range(HOSTS):
            await one.post("/hosts", 201, key=f"own-{number}")
        told = await one.problem("POST", "/hosts", 409, json={"key": "own"})
        assert f"there are {HOSTS} hosts" in told["detail"]
        await one.asks("DELETE", "/hosts/own-0", 204)
        await one.post("/hosts", 201, key="own")


@pytest.mark.parametrize(("keys", "most", "status"), [(["own-1", "own-2", "own-3"], 1, 409), (["own"] * 3, 3, 400)])
async def test_of_several_that_are_made_at_once_there_are_no_more_than_there_may_be(keys, most, status, monkeypatch):
    monkeypatch.setattr("gateway.desk.hosts.HOSTS", most)
    answered: list[int] = []

    async def make(one: Api, key: str) -> None:
        answered.append((await one.client.post("/api/v1/hosts", json={"key": key})).status_code)

    async with api() as one:
        async with trio.open_nursery() as nursery:
            for key in keys:
                nursery.start_soon(make, one, key)
        assert sorted(answered) == [201, status, status]


async def test_host_can_be_made_anew_under_the_same_key():
    async with api() as one:
        await make(one)
        await one.problem("POST", "/hosts", 400, json={"key": "own"})
        await one.asks("DELETE", "/hosts/own", 204)
        port = await make(one)
        await make_zone(one)
        assert "successfully" in await exports(port)
