"""Hosts that are made while the gateway runs, searched by Z39.50: each at a port of its own, that is gone with it."""

import errno
from contextlib import AsyncExitStack

import pytest
import trio

from gateway import listeners
from gateway.frontends.z3950.apdus import CloseReason
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.client import INIT
from gateway.listeners import Bound
from gateway.model import Logon
from tests.api.gateways import Api, api
from tests.server.running import HOST, ask, message
from tests.z3950.conversation import connected, talking

NONE = [f"hosts.{host}.z3950=[]" for host in ("i-share-xyz", "i-share-network", "sandbox02-na")]
"""Settings of a gateway whose hosts are not searched."""
DATABASE = "01CARLI_OWN"
LOGON = Logon(logon_id=DATABASE.encode(), password=b"own-secret")


async def made(one: Api, key: str = "own", **more: object) -> tuple[int, list[str]]:
    """A host that is made now: where it takes exports, and where it is searched."""
    told = await one.post("/hosts", 201, key=key, **more)
    assert told == await one.get(f"/hosts/{key}")
    return told["port"], told["z3950"]


async def has_a_record(one: Api, port: int, host: str = "own") -> None:
    """Make a zone there, and export a record to it."""
    await one.post("/zones", 201, key=host, code=DATABASE, host=host, password="own-secret")
    assert (await ask(port, message(7, LOGON))).startswith("The record has been processed successfully")


async def hits(at: str, database: str = DATABASE) -> int:
    """How many records are found there."""
    async with talking(at, database) as client:
        return (await client.search("@attr 1=1211 7")).result_count


async def refused(at: str) -> bool:
    """Whether who connects is refused."""
    address, _, port = at.rpartition(":")
    with pytest.raises(OSError, match=r"refused|all attempts to connect"):
        await trio.open_tcp_stream(address, int(port))
    return True


async def test_what_is_exported_to_a_host_is_found_there_and_nowhere_else() -> None:
    async with api() as one:
        port, (at,) = await made(one)
        _, (other,) = await made(one, "other")
        await has_a_record(one, port)
        assert await hits(at) == 1
        for elsewhere in (other, *(await one.get(f"/hosts/{HOST}"))["z3950"]):
            async with talking(elsewhere, DATABASE) as client:
                assert (await client.search("@attr 1=1211 7")).records == Diagnostic(109, DATABASE)


async def test_the_page_of_a_zone_there_has_the_address() -> None:
    async with api() as one:
        port, (at,) = await made(one)
        await has_a_record(one, port)
        assert f"{at}/{DATABASE}" in (await one.client.get("/zones/own")).text


async def test_a_host_is_searched_as_those_of_the_settings_are_unless_it_is_said() -> None:
    async with api() as one:
        assert (await made(one, z3950=False))[1] == []
    async with api(*NONE) as one:
        assert (await made(one))[1] == []
        port, (at,) = await made(one, "searched", z3950=True)
        await has_a_record(one, port, "searched")
        assert await hits(at) == 1
        assert (await made(one, "further"))[1] == []


async def test_a_deleted_host_leaves_no_port_and_no_session_and_others_go_on() -> None:
    async with api() as one, AsyncExitStack() as sessions:
        _, (at,) = await made(one)
        port, (other,) = await made(one, "other")
        await has_a_record(one, port, "other")
        silent = await sessions.enter_async_context(connected(at))
        within = await sessions.enter_async_context(connected(at))
        await within.stream.send_all(INIT[:10])
        idle = await sessions.enter_async_context(talking(at, DATABASE))  # after which the others are accepted, too
        elsewhere = await sessions.enter_async_context(talking(other, DATABASE))
        await one.asks("DELETE", "/hosts/own", 204)
        for ended in (idle, silent, within):
            close = await ended.is_closed()
            assert close is not None
            assert close.reason is CloseReason.SHUTDOWN
        assert await refused(at)
        assert (await elsewhere.search("@attr 1=1211 7")).result_count == 1
        assert (await one.client.get("/readyz")).json() == {"ready": True, "faults": {}}


async def test_ports_whose_sessions_are_all_taken_are_ready() -> None:
    """Those who ask take some themselves: there are more ports than sessions."""
    async with api("z3950.sessions=1") as one:
        assert sum([len(host["z3950"]) for host in (await one.get("/hosts"))["hosts"]]) > 1
        assert (await one.client.get("/readyz")).json() == {"ready": True, "faults": {}}


async def test_a_host_may_be_made_again() -> None:
    async with api() as one:
        for _ in range(3):
            _, (at,) = await made(one)
            await one.asks("DELETE", "/hosts/own", 204)
            assert await refused(at)
        port, (at,) = await made(one)
        await has_a_record(one, port)
        assert await hits(at) == 1


async def test_a_host_for_which_the_system_has_one_port_only_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Bound] = []
    has = listeners._open

    async def has_one(address: str, port: int) -> tuple[list[trio.SocketListener], Bound]:
        if opened:
            raise OSError(errno.EMFILE, "Too many open files")
        found = await has(address, port)
        opened.append(found[1])
        return found

    async with api() as one:
        with monkeypatch.context() as system:
            system.setattr(listeners, "_open", has_one)
            told = await one.problem("POST", "/hosts", 409, json={"key": "own"})
        assert told["detail"] == "cannot listen on another port of 127.0.0.1: Too many open files"
        assert await refused(str(opened[0]))
        await made(one)


async def test_hosts_that_were_made_are_closed_with_the_gateway() -> None:
    async with trio.open_nursery() as nursery, api() as one:
        _, (at,) = await made(one)
        await nursery.start(is_told_of_the_end, at)
    assert await refused(at)


async def is_told_of_the_end(at: str, *, task_status: trio.TaskStatus[None]) -> None:
    async with talking(at) as client:
        task_status.started()
        close = await client.is_closed()
    assert close is not None
    assert close.reason is CloseReason.SHUTDOWN
