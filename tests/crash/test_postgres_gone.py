"""PostgreSQL is killed under a gateway and started again: all are answered in time, and never against the truth."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
import trio

from gateway.stores import open_store
from tests.crash.exporting import PATIENCE, Ledger, Load
from tests.crash.gateways import APPLICATION, faults, forgotten, serving
from tests.stores.cable import SOCKET
from tests.stores.postgres_server import Server, own_server

pytestmark = pytest.mark.long

IMPORT_SECONDS = 1.0
"""What an import may take; the built-in nine would make this test last long."""
BESIDE_SECONDS = 12.0
"""What an answer may take beside that on a machine that is busy; on one that is not, a few tenths of a second."""
SETTING = f"limits.import_seconds={IMPORT_SECONDS}"
ANSWERS = 200
"""Before a server is killed."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that syncs."""
    with own_server() as server:
        yield server


class Process(NamedTuple):
    """One of the system's, as Linux's proc(5) tells of it."""

    parent: int
    state: str


def processes() -> dict[int, Process]:
    """Those that there are, by number."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has gone meanwhile
            state, parent, *_ = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()
            found[int(place.name)] = Process(int(parent), state)
    return found


def kill(server: Server) -> None:
    """End the postmaster and all its children without warning, wherever they are in what they do."""
    pid_file = server.folder / "data" / "postmaster.pid"
    postmaster = int(pid_file.read_text().split()[0])
    os.kill(postmaster, signal.SIGSTOP)  # so that it starts no more of them
    family = {number for number, process in processes().items() if postmaster in (number, process.parent)}
    for number in family:
        os.kill(number, signal.SIGKILL)
    while any(number in family and process.state != "Z" for number, process in processes().items()):
        pass
    # A process that nobody has buried yet still has its number, and the next server would take it for a living one.
    for left in (pid_file, server.folder / f"{SOCKET}.lock"):
        left.unlink()


def kill_one(server: Server) -> None:
    """End one of those that write for the gateway: the server then ends all the others, and starts them anew."""
    query = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{APPLICATION}' ORDER BY state_change DESC"
    while True:
        with suppress(psycopg.OperationalError, ProcessLookupError):  # it has not come back from the last time, or goes
            for (pid,) in server.run(query):
                os.kill(pid, signal.SIGKILL)
                return


class Way(NamedTuple):
    """How a server goes, and how it comes back."""

    end: Callable[[Server], None]
    start: Callable[[Server], None] | None
    """None where it comes back by itself."""


WAYS = {
    "kill -9": Way(kill, Server.start),
    "immediate": Way(partial(Server.stop, mode="immediate"), Server.start),
    "kill -9 one process": Way(kill_one, None),
}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill without warning")
@pytest.mark.parametrize("way", WAYS)
async def test_everybody_is_answered_and_the_gateway_goes_on(
    server: Server, way: str, tmp_path: Path, rounds: int, chance: random.Random
) -> None:
    if way == "kill -9" and not Path("/proc/self/stat").exists():
        pytest.skip("whose children processes are is read from Linux's /proc")
    end, start = WAYS[way]
    url, ledger = server.new_schema(), Ledger(chance)
    with serving(url, tmp_path / "log", SETTING) as gateway:
        load = Load(ledger, gateway.port)
        with trio.fail_after(PATIENCE * rounds):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(load.run)
                for number in range(rounds):
                    await load.more(chance.randint(1, ANSWERS), "filed")
                    await trio.to_thread.run_sync(end, server)
                    if start is None:
                        continue
                    if number % 2 == 0:  # every other time it is back before anybody's time is up
                        await load.more(1, "not filed")
                    await trio.to_thread.run_sync(start, server)
                await load.more(ANSWERS, "filed")
                load.stopped = True
        assert load.answers.total() == len(ledger.told), "somebody was not answered"
        assert load.slowest < IMPORT_SECONDS + BESIDE_SECONDS
        gateway.stop()
    await forgotten(url)  # it was not to wait for what it had not answered in time
    async with open_store(url, purpose="read") as store:
        assert await ledger.differences(store) == []
    assert faults(url) == ""
