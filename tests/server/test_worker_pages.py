"""Page and API of a gateway with several workers: one of them serves both, and knows of what all of them file."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import trio

from tests.server.running import PATIENCE, ask, http_client, message
from tests.server.workers import Gateway, only, refuses, serving, until_gone
from tests.stores.postgres_server import SHARED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="on Windows processes cannot share a port")

ON = ("http.enabled=true", "http.port=0")


@asynccontextmanager
async def with_page(workers: int, *more: str) -> AsyncIterator[tuple[Gateway, list[int], httpx.AsyncClient]]:
    """A gateway, the process IDs of its workers, and a client of its page and API."""
    async with (
        serving(workers, SHARED.new_url(), *ON, *more) as (gateway, pids),
        http_client(gateway.http) as client,
    ):
        yield gateway, pids, client


async def once_more(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """The answer, as soon as somebody gives one."""
    while True:
        try:
            return await client.get(path)
        except httpx.TransportError:
            continue


async def test_the_first_worker_serves_them() -> None:
    async with with_page(2) as (gateway, pids, client):
        assert gateway.http.startswith("http://127.0.0.1:")
        for pid in pids:
            async with only(pid, pids):
                served = False
                with trio.move_on_after(1 if pid != pids[0] else PATIENCE):
                    served = (await client.get("/livez")).status_code == 200
                assert served is (pid == pids[0])
        gateway.process.terminate()
        assert await gateway.ended() == 0
        assert gateway.words == ""


async def test_what_another_worker_files_is_told_of() -> None:
    async with with_page(2) as (gateway, pids, client):
        answer: list[httpx.Response] = []

        async def wait() -> None:
            answer.append(await client.get("/api/v1/submissions/wait", params={"oclc": "1", "after": 0, "timeout": 60}))

        async with (
            trio.open_nursery() as nursery,
            await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0) as stream,
        ):
            await stream.send_all(b"GET /api/v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
            told = b""
            while b"retry: 1000" not in told:
                told += await stream.receive_some()
            nursery.start_soon(wait)
            while "gateway_waits 1.0" not in (await client.get("/metrics")).text:
                pass
            async with only(pids[1], pids):
                assert (await ask(gateway.port, message(1))).startswith("The record has been processed")
                assert (await gateway.event("import.created"))["worker"] == 2
            while b'"seq":1,' not in told:
                told += await stream.receive_some()
        assert [one.json()["seq"] for one in answer] == [1]


async def test_a_worker_that_is_killed_serves_them_again_at_the_same_port() -> None:
    async with with_page(2) as (gateway, pids, client):
        await ask(gateway.port, message(1))
        os.kill(pids[0], signal.SIGKILL)
        await until_gone(pids[0])
        answer = await once_more(client, "/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (200, True)
        assert len((await client.get("/api/v1/submissions")).json()["submissions"]) == 1
        await gateway.serving(1)


async def test_the_end_is_not_held_up_by_a_page_that_is_open() -> None:
    async with with_page(2) as (gateway, _, client):
        async with await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0) as stream:
            await stream.send_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 200")
            gateway.process.terminate()
            assert await gateway.ended() == 0  # before the gateway loses its patience, which is as long as the test's
        await refuses(client.base_url.port or 0)
        assert gateway.words == ""
        assert {line["level"] for line in gateway.lines} <= {"info", "warning"}
