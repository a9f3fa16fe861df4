"""`gateway serve --workers N`: one port, several processes, and what becomes of them."""

import json
import signal
import sys
from pathlib import Path

import pytest
import trio

from gateway.app import admission
from gateway.config import LimitSettings
from tests.cli.gateways import process, run
from tests.server.running import HOST, WRONG, Client, ask, message
from tests.server.workers import Gateway, only, serving
from tests.stores.postgres_server import PASSWORD, SHARED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="on Windows processes cannot share a port")

SIGNALS = (signal.SIGTERM, signal.SIGINT)
BUSY = "too many connections are open at once. Export again in a moment."


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


def mms_id(reply: str) -> str:
    """The one that the reply names."""
    said, _, mms_id = reply.rpartition("MMS ID: ")
    assert said == "The record has been processed successfully.\n", reply
    return mms_id


async def export_to_each(gateway: Gateway, workers: int, first: int = 1) -> list[str]:
    """Export title after title until each worker has filed one; the MMS IDs."""
    filed: list[str] = []
    seen: set[int] = set()
    while len(seen) < workers:
        filed.append(mms_id(await ask(gateway.port, message(first + len(filed)))))
        seen.add((await gateway.event("import.created", mms_id=filed[-1]))["worker"])
    return filed


class TestServing:
    async def test_each_worker_serves_the_same_port(self, url: str) -> None:
        async with serving(3, url) as (gateway, _):
            assert list(gateway.hosts) == [HOST, "i-share-network", "sandbox02-na"]
            filed = await export_to_each(gateway, 3)
            assert len({*filed}) == len(filed)
            gateway.process.terminate()
            assert await gateway.ended() == 0
            assert sorted(line["worker"] for line in gateway.events("gateway.stopped")) == [1, 2, 3]
            assert gateway.words == ""

    async def test_exports_at_once_make_one_record_of_each_title(self, url: str) -> None:
        async with serving(4, url) as (gateway, _):
            filed: dict[int, set[str]] = {number: set() for number in range(1, 17)}

            async def export(number: int) -> None:
                reply = await ask(gateway.port, message(number))
                filed[number].add(reply.rpartition("MMS ID: ")[2])

            async with trio.open_nursery() as nursery:
                for turn in range(64):
                    nursery.start_soon(export, turn % 16 + 1)
            assert all(len(mms_ids) == 1 for mms_ids in filed.values())
            assert len(set.union(*filed.values())) == 16

    async def test_commands_read_the_store_beside_them(self, url: str) -> None:
        async with serving(2, url) as (gateway, _):
            ports = [
                f"hosts.{host}.connexion={place['connexion'].rpartition(':')[2]}"
                for host, place in gateway.hosts.items()
            ]
            options = [word for value in (f"store.url={url}", *ports) for word in ("--set", value)]
            with process("doctor", "--watch", "--zone", "xyz", "--json", *options) as watch:
                assert watch.stderr is not None
                assert watch.stdout is not None
                while b"Waiting for exports" not in await trio.to_thread.run_sync(watch.stderr.readline):
                    pass
                filed = await export_to_each(gateway, 2)
                told = [json.loads(await trio.to_thread.run_sync(watch.stdout.readline)) for _ in filed]
            assert [(one["outcome"], one["mms_id"]) for one in told] == [("created", one) for one in filed]
            listed = await trio.to_thread.run_sync(run, "submissions", "list", "--json", *options)
            assert [json.loads(line)["mms_id"] for line in listed.stdout.splitlines()] == filed[::-1]

    async def test_a_logon_that_is_slowed_keeps_nobody_waiting(self, url: str) -> None:
        async with serving(2, url, "limits.failed_logon_seconds=600") as (gateway, pids):
            async with only(pids[0], pids):
                assert (await ask(gateway.port, message(1, WRONG))).startswith("Logon Failed")
                await gateway.event("import.logon_failed")
            async with Client(gateway.port) as slowed:
                await slowed.send(message(1, WRONG))
                await gateway.event("import.logon_failed")
                await export_to_each(gateway, 2)

    async def test_no_password_stands_where_processes_are_listed(self, url: str) -> None:
        async with serving(2, url, "zones.xyz.password=very-secret-4712") as (_, pids):
            for pid in pids:
                shown = await trio.run_process(["ps", "-ww", "-o", "args=", "-p", f"{pid}"], capture_stdout=True)
                environ = Path(f"/proc/{pid}/environ")  # where this system has such a file
                readable = shown.stdout + (environ.read_bytes() if environ.exists() else b"")
                assert b"gateway.cli.workers" in readable
                assert b"very-secret-4712" not in readable
                assert PASSWORD.encode() not in readable


class TestLimits:
    async def test_connections_are_shared_out(self, url: str) -> None:
        async with serving(2, url, "limits.connections=4") as (gateway, pids):
            async with only(pids[0], pids), Client(gateway.port) as one, Client(gateway.port) as other:
                await one.asks(message(1))
                await other.asks(message(2))
                assert BUSY in await ask(gateway.port, message(3))
            while BUSY in (reply := await ask(gateway.port, message(3))):
                pass  # that the two have gone is noticed in its turn
            mms_id(reply)

    @pytest.mark.parametrize(("workers", "in_all", "per_peer"), [(1, 80, 10), (2, 40, 10), (4, 20, 5), (99, 1, 1)])
    def test_shares(self, workers: int, in_all: int, per_peer: int) -> None:
        """The setting holds for all workers together; of a peer each has twice its share, for they spread unevenly."""
        limits = LimitSettings(connections=80, connections_per_peer=10)
        peers = admission(limits, workers)
        assert [peers.enter("192.0.2.1") for _ in range(12)].count(True) == per_peer
        everybody = admission(limits, workers)
        assert [everybody.enter(f"192.0.2.{number}") for number in range(100)].count(True) == in_all
