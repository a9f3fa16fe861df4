"""Workers that die, cannot start, or are stopped: what the supervisor does, and what becomes of exports in flight."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import trio
from structlog.testing import capture_logs
from trio.testing import MockClock

from gateway.config import load
from gateway.stores import open_store
from tests.cli.gateways import environment
from tests.server.running import Client, ask, message
from tests.server.workers import Gateway, Held, begun, held, only, refuses, serving, until, until_gone
from tests.stores.postgres_server import SHARED

if sys.platform == "win32":
    pytest.skip("on Windows processes cannot share a port", allow_module_level=True)

from gateway.cli.workers.channel import Orders
from gateway.cli.workers.life import Stop, Worker, live
from gateway.cli.workers.supervisor import FIRST_PAUSE, LONGEST_PAUSE, pause_after

PROCESSED = "The record has been processed successfully.\n"


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


@asynccontextmanager
async def in_flight(gateway: Gateway, url: str) -> AsyncIterator[tuple[Client, Held]]:
    """An export that has arrived, and that cannot be filed until it is released."""
    with held(url) as database:
        async with Client(gateway.port) as client:
            await client.send(message(1))
            await until(database.somebody_waits)
            yield client, database


class TestDead:
    async def test_is_started_anew_with_the_settings_that_the_supervisor_has_read(
        self, url: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "password"
        file.write_text("xyz-secret")
        async with serving(2, url, f"zones.xyz.password_file={file}") as (gateway, pids):
            file.write_text("another")
            os.kill(pids[0], signal.SIGKILL)
            ended = await gateway.event("workers.ended")
            assert (ended["worker"], ended["pid"], ended["how"]) == (1, pids[0], "was ended by SIGKILL")
            assert ended["again_in"] == 0
            (anew,) = await gateway.serving(1)
            assert anew not in pids
            async with only(anew, pids[1:]):
                assert (await ask(gateway.port, message(1))).startswith(PROCESSED)
            gateway.process.terminate()
            assert await gateway.ended() == 0

    async def test_loses_no_answered_export(self, url: str) -> None:
        """Clients export one title after the other, while one worker after the other is killed."""
        answered: dict[int, str] = {}
        came = trio.Condition()
        killed = trio.Event()

        async def export(port: int, client: int) -> None:
            number = client
            while not killed.is_set():
                number += 10
                try:
                    reply = await ask(port, message(number))
                except (AssertionError, OSError, trio.BrokenResourceError):
                    continue  # its worker was killed before it answered
                assert reply.startswith(PROCESSED), reply
                answered[number] = reply.rpartition("MMS ID: ")[2]
                async with came:
                    came.notify()

        async with serving(3, url) as (gateway, pids):
            async with trio.open_nursery() as nursery:
                for client in range(8):
                    nursery.start_soon(export, gateway.port, client)
                for pid in pids:
                    enough = len(answered) + 20
                    async with came:
                        while len(answered) < enough:
                            await came.wait()
                    os.kill(pid, signal.SIGKILL)
                await gateway.serving(1, 2, 3)
                killed.set()
            gateway.process.terminate()
            assert await gateway.ended() == 0
        async with open_store(url, purpose="read") as store:
            records = await store.records("xyz", limit=100_000)
        kept = [(value, record.mms_id) for record in records for kind, value in record.identifiers if kind == "oclc"]
        assert len({value for value, _ in kept}) == len(kept) == len({mms_id for _, mms_id in kept})
        assert {(f"{number}", mms_id) for number, mms_id in answered.items()} <= {*kept}

    async def test_again_and_again_is_started_ever_more_slowly_but_ends_at_once(self, url: str) -> None:
        async with serving(2, url) as (gateway, _):
            first, last = gateway.events("workers.serves")
            os.kill(last["pid"], signal.SIGKILL)  # soon after it began to serve, whenever the first one did
            for pause in (0, FIRST_PAUSE):
                assert (await gateway.event("workers.ended"))["again_in"] == pause
                (anew,) = await gateway.serving(last["worker"])
                os.kill(anew, signal.SIGKILL)
            assert (await gateway.event("workers.ended"))["again_in"] == 2 * FIRST_PAUSE
            gateway.process.terminate()
            assert await gateway.ended() == 0
            assert first["worker"] in [line["worker"] for line in gateway.events("gateway.stopped")]

    def test_pauses(self) -> None:
        assert [pause_after(early) for early in range(5)] == [0, 0, 0.5, 1, 2]
        assert pause_after(1_000_000) == LONGEST_PAUSE

    async def test_that_cannot_start_is_said_why_and_tried_again(self, url: str) -> None:
        async with serving(2, url) as (gateway, pids):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("UPDATE gateway_schema SET version = version + 1000")
                os.kill(pids[1], signal.SIGKILL)
                await gateway.event("workers.ended", how="was ended by SIGKILL")
                ended = await gateway.event("workers.ended", worker=2)
                told = re.search(r" a newer gateway: it has schema (\d+), this one knows (\d+)$", ended["error"])
                assert told, ended["error"]
                assert int(told[1]) == int(told[2]) + 1000
                assert (await ask(gateway.port, message(1))).startswith(PROCESSED)
                connection.execute("UPDATE gateway_schema SET version = version - 1000")
            await gateway.serving(2)


class TestThatCannotStart:
    async def test_by_a_reason_it_is_said_once_and_the_exit_code_is_that_of_one_process(self, tmp_path: Path) -> None:
        async with begun(3, f"postgresql://nobody@/nothing?host={tmp_path}") as gateway:
            assert await gateway.ended() == 2
            assert gateway.words.startswith("gateway: the database nothing at ")
            assert gateway.words.count("\n") == 1
            assert gateway.lines == []

    async def test_without_a_word_it_is_said_which_and_how(self, url: str, tmp_path: Path) -> None:
        """Python runs `sitecustomize` before anything else."""
        dying = "import os, sys\nif 'worker=2' in sys.orig_argv:\n    os._exit(7)\n"
        (tmp_path / "sitecustomize.py").write_text(dying)
        its_own = environment()
        its_own["PYTHONPATH"] = os.pathsep.join((f"{tmp_path}", its_own["PYTHONPATH"]))
        async with begun(2, url, env=its_own) as gateway:
            assert await gateway.ended() == 1
            assert gateway.words == "gateway: worker 2 exited with code 7 before it served\n"

    async def test_yet_the_gateway_is_not_ready(self, url: str) -> None:
        with psycopg.connect(url) as other:
            other.execute("CREATE TABLE gateway_schema (version integer NOT NULL)")
            async with begun(2, url) as gateway:
                waiting = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
                await until(lambda: (other.execute(waiting).fetchone() or (0,))[0] >= 2)
                assert gateway.process.stdout is not None
                with trio.move_on_after(0):
                    assert await gateway.process.stdout.receive_some() == b"nothing yet"
                other.rollback()
                await gateway.ready()
                gateway.process.terminate()
                assert await gateway.ended() == 0


class TestStopped:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_by_a_signal_what_is_in_flight_is_answered(self, url: str, number: signal.Signals) -> None:
        async with serving(2, url) as (gateway, _), in_flight(gateway, url) as (client, database):
            gateway.process.send_signal(number)
            await refuses(gateway.port)
            database.release()
            assert (await client.reply()).startswith(PROCESSED)
            assert await gateway.ended() == 0
            assert sorted(line["worker"] for line in gateway.events("gateway.stopped")) == [1, 2]
            assert gateway.words == ""

    async def test_by_ctrl_c_which_a_terminal_sends_to_the_whole_group(self, url: str) -> None:
        async with (
            serving(2, url, process_group=0) as (gateway, _),
            in_flight(gateway, url) as (client, database),
        ):
            os.killpg(gateway.process.pid, signal.SIGINT)
            await refuses(gateway.port)
            database.release()
            assert (await client.reply()).startswith(PROCESSED)
            assert await gateway.ended() == 0
            assert sorted(line["worker"] for line in gateway.events("gateway.stopped")) == [1, 2]
            assert gateway.words == ""

    async def test_by_a_service_manager_which_signals_every_process(self, url: str) -> None:
        async with serving(2, url) as (gateway, pids), in_flight(gateway, url) as (client, database):
            for pid in (gateway.process.pid, *pids):
                os.kill(pid, signal.SIGTERM)
            await refuses(gateway.port)
            database.release()
            assert (await client.reply()).startswith(PROCESSED)
            assert await gateway.ended() == 0
            assert len(gateway.events("gateway.stopped")) == 2

    async def test_alone_a_worker_finishes_what_it_has_and_another_takes_its_place(self, url: str) -> None:
        async with (
            serving(2, url) as (gateway, pids),
            only(pids[0], pids),
            in_flight(gateway, url) as (client, database),
        ):
            os.kill(pids[0], signal.SIGTERM)
            database.release()
            assert (await client.reply()).startswith(PROCESSED)
            assert (await gateway.event("workers.ended"))["how"] == "exited with code 0"
            await gateway.serving(1)

    async def test_twice_nothing_is_waited_for(self, url: str) -> None:
        async with serving(2, url) as (gateway, _), in_flight(gateway, url) as (client, _):
            gateway.process.terminate()
            await refuses(gateway.port)
            gateway.process.terminate()
            assert await gateway.ended() == 0
            assert PROCESSED.encode() not in await client.rest()

    async def test_twice_not_even_for_a_worker_that_hangs(self, url: str) -> None:
        async with serving(2, url) as (gateway, pids), only(pids[0], pids):
            gateway.process.terminate()
            await until_gone(pids[0])
            gateway.process.terminate()
            assert await gateway.ended() == 0
            assert [line["worker"] for line in gateway.events("workers.killed")] == [2]

    @pytest.mark.parametrize("twice", [False, True])
    async def test_even_a_worker_that_never_listens_is_killed(self, autojump_clock: MockClock, twice: bool) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs, suppress(BlockingIOError):
            inherited = [theirs.fileno()]
            process = await trio.lowlevel.open_process(["sleep", "600"], stderr=subprocess.PIPE, pass_fds=inherited)
            while True:
                ours.send(bytes(1_000))
        channel = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
        worker = Worker(Orders(1, 1, load(), (), terminal=False), process, channel)
        stop = Stop()
        stop.asked.set()
        if twice:
            stop.at_once.set()
        with capture_logs() as logs:
            end = await live(worker, stop, lambda: None)
        assert end.how == "was ended by SIGKILL"
        assert [line["event"] for line in logs] == ["workers.killed"]

    async def test_with_its_supervisor_killed_a_worker_answers_what_is_in_flight(self, url: str) -> None:
        async with serving(2, url) as (gateway, pids), in_flight(gateway, url) as (client, database):
            gateway.process.kill()
            await refuses(gateway.port)
            database.release()
            assert (await client.reply()).startswith(PROCESSED)
            for pid in pids:
                await until_gone(pid)
