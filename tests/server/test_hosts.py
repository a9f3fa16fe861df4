"""Hosts that are made while the gateway runs: each has its own port, zones and script, and is gone when deleted."""

from typing import Any

import pytest
import trio

from gateway.frontends.connexion import wire
from gateway.model import Logon
from tests.api.gateways import Api, api
from tests.server.raw import FILED, Raw, ask, counts, host_script, records, script
from tests.server.running import message

FAILED = wire.reply("Logon Failed--the Logon ID and/or password is/are not valid")


async def made(one: Api, key: str = "tried") -> int:
    """Port of a host that is made now."""
    told = await one.post("/hosts", 201, key=key, names=[f"{key}.example.org"])
    assert (told["host"], told["names"], told["address"]) == (key, [f"{key}.example.org"], "127.0.0.1")
    port: int = told["port"]
    return port


async def zone_at(one: Api, host: str, key: str = "new") -> Logon:
    """A zone at a host, made now."""
    told = await one.post("/zones", 201, key=key, code="01CARLI_NEW", host=host)
    return Logon(logon_id=b"01CARLI_NEW", password=told["password"].encode())


def refused(port: int) -> bool:
    """Whether who connects is refused."""
    with pytest.raises(ConnectionRefusedError):
        Raw(port)
    return True


async def test_a_host_takes_exports_to_its_zones_alone() -> None:
    async with api() as one:
        port = await made(one)
        logon = await zone_at(one, "tried")
        assert b"successfully" in await ask(port, message(1, logon))
        assert await ask(port, message(1)) == FAILED  # of a zone at another host
        assert await ask(one.port, message(1, logon)) == FAILED
        assert await ask(one.port, message(1)) == FILED
        assert (await records(one, "new"), await records(one)) == (1, 1)
        [line] = (await one.get("/submissions", zone="new"))["submissions"]
        assert line["host"] == "tried"


async def test_hosts_are_told_of_and_the_gateway_is_ready_with_them() -> None:
    async with api() as one:
        port = await made(one)
        assert (await one.get("/hosts"))["hosts"][-1]["port"] == port
        assert (await one.client.get("/readyz")).json()["faults"] == {}


async def test_a_deleted_host_is_gone_with_its_port_and_no_other_is() -> None:
    async with api() as one:
        port, other = await made(one), await made(one, "second")
        await ask(port, message(1))
        await one.asks("DELETE", "/hosts/tried", 204)
        assert refused(port)
        assert await ask(other, message(1)) == FAILED
        assert await ask(one.port, message(1)) == FILED
        await one.problem("GET", "/hosts/tried", 404)
        await one.problem("GET", "/hosts/tried/script", 404)
        assert (await one.client.get("/readyz")).status_code == 200
        assert {line["host"] for line in (await one.get("/submissions"))["submissions"]} == {"second", "i-share-xyz"}


async def test_a_host_may_be_made_again() -> None:
    async with api() as one:
        for _ in range(3):
            port = await made(one)
            await host_script(one, {"do": "refuse"}, host="tried")
            assert refused(port)
            await one.asks("DELETE", "/hosts/tried", 204)
        assert await ask(await made(one), message(1)) == FAILED


async def test_a_host_with_zones_and_one_of_the_settings_stay() -> None:
    async with api() as one:
        port = await made(one)
        logon = await zone_at(one, "tried")
        assert "new" in (await one.problem("DELETE", "/hosts/tried", 409))["detail"]
        await one.problem("DELETE", "/hosts/i-share-xyz", 409)
        assert b"successfully" in await ask(port, message(1, logon))
        await one.asks("DELETE", "/zones/new", 204)
        await one.asks("DELETE", "/hosts/tried", 204)


async def test_of_two_who_make_the_same_host_at_once_one_does() -> None:
    async with api() as one:
        statuses: list[int] = []

        async def make() -> None:
            statuses.append((await one.client.post("/api/v1/hosts", json={"key": "tried"})).status_code)

        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(make)
        assert sorted(statuses) == [201, 400, 400, 400, 400]
        port = (await one.get("/hosts/tried"))["port"]
        assert await ask(port, message(1)) == FAILED
        await one.asks("DELETE", "/hosts/tried", 204)
        assert refused(port)


async def test_connections_in_flight_when_their_host_is_deleted_are_not_cut_off() -> None:
    async with api() as one:
        port = await made(one)
        async with Raw(port) as idle, Raw(port) as within:
            assert await idle.asks(message(1)) == FAILED
            half = message(2)
            within.send(half[:40])
            await one.asks("DELETE", "/hosts/tried", 204)
            assert await idle.rest() == (b"", "closed")
            within.send(half[40:])
            assert await within.rest() == (FAILED, "closed")


@pytest.mark.parametrize(
    ("step", "seen"),
    [
        ({"do": "stop_reading"}, (b"", "closed")),
        ({"do": "reset", "late_seconds": 600}, (b"", "reset")),
        ({"late_seconds": 600}, (b"", "closed")),
    ],
)
async def test_who_waits_by_a_script_is_let_go_when_the_host_is_deleted(step: dict[str, Any], seen: object) -> None:
    async with api() as one:
        port = await made(one)
        await host_script(one, step, host="tried")
        async with Raw(port) as client:
            while await counts(one, "/hosts/tried") != [(1, 0)]:
                await trio.lowlevel.checkpoint()
            assert client.waits
            await one.asks("DELETE", "/hosts/tried", 204)
            assert await client.rest() == seen


async def test_a_host_of_ones_own_is_scripted_without_disturbing_another() -> None:
    async with api() as one:
        port = await made(one)
        logon = await zone_at(one, "tried")
        await host_script(one, {"do": "refuse"}, host="tried")
        await script(one, {"text": "of the zone"}, zone="new")
        assert refused(port)
        assert await ask(one.port, message(1)) == FILED
        await one.asks("DELETE", "/hosts/tried/script")
        assert await ask(port, message(1, logon)) == b"of the zone\0"


async def test_hosts_that_were_made_are_closed_with_the_gateway() -> None:
    async with api() as one:
        port = await made(one)
    assert refused(port)
