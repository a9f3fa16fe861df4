"""A gateway with several workers, as a process: what it says, what it logs, and the state its workers are in."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import psycopg
import trio

from tests.cli.gateways import environment
from tests.server.running import HOST, PATIENCE, overrides

Line = dict[str, Any]  # Any: what a log line holds
PATIENT = [f"limits.{what}_seconds={PATIENCE}" for what in ("import", "shutdown")]
"""Settings of a gateway that gives up nothing that is under way before the test does."""


class Gateway:
    """One `gateway serve`."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.lines: list[Line] = []
        """What was logged so far."""
        self.words = ""
        """What else was said on standard error."""
        self.hosts: dict[str, dict[str, str]] = {}
        """What the ready line says of them."""
        self.http = ""
        """And of page and API."""
        self._silent = trio.Event()
        self._heard = 0
        self._came = trio.Condition()

    @property
    def port(self) -> int:
        """Of `HOST`."""
        return int(self.hosts[HOST]["connexion"].rpartition(":")[2])

    async def event(self, name: str, **wanted: object) -> Line:
        """The next line of the log that is of this event, with these values; lines before it are passed over."""
        return await self.line(lambda line: line["event"] == name and wanted.items() <= line.items())

    async def line(self, condition: Callable[[Line], bool]) -> Line:
        """The next line for which that holds."""
        async with self._came:
            while True:
                while self._heard == len(self.lines):
                    await self._came.wait()
                self._heard += 1
                if condition(self.lines[self._heard - 1]):
                    return self.lines[self._heard - 1]

    async def serving(self, *numbers: int) -> list[int]:
        """The process IDs of the workers of these numbers, once they serve."""
        found: dict[int, int] = {}
        while {*numbers} - {*found}:
            line = await self.event("workers.serves")
            found[line["worker"]] = line["pid"]
        return [found[number] for number in numbers]

    def events(self, name: str) -> list[Line]:
        """Those that were logged so far."""
        return [line for line in self.lines if line["event"] == name]

    async def ready(self) -> None:
        """Take the ready line."""
        assert self.process.stdout is not None
        said = b""
        while not said.endswith(b"\n"):
            chunk = await self.process.stdout.receive_some()
            assert chunk, f"not ready: {self.words}"
            said += chunk
        line = json.loads(said)
        self.hosts, self.http = line["hosts"], line.get("http", "")

    async def ended(self) -> int:
        """Its exit code. It has said nothing more, and its workers are gone too."""
        code = await self.process.wait()
        await self._silent.wait()
        assert self.process.stdout is not None
        assert await self.process.stdout.receive_some() == b""
        for line in self.events("workers.serves"):
            await until_gone(line["pid"])
        return code

    async def listen(self) -> None:
        """Take what it says on standard error."""
        assert self.process.stderr is not None
        rest = b""
        async for chunk in self.process.stderr:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.startswith(b"{"):
                    self.lines.append(json.loads(line))
                else:
                    self.words += line.decode() + "\n"
            async with self._came:
                self._came.notify_all()
        assert rest == b""
        self._silent.set()


@asynccontextmanager
async def begun(workers: int, url: str, *more: str, **how: Any) -> AsyncIterator[Gateway]:
    """A gateway with so many workers on this store that begins to serve; killed at the end, if it is still there."""
    chosen = overrides(f"store.url={url}", *PATIENT, *more)
    options = ["--workers", f"{workers}", *(word for value in chosen for word in ("--set", value))]
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "gateway", "serve", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **{"env": environment(), **how},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    gateway = Gateway(process)
    with trio.fail_after(PATIENCE):
        async with process.stdout, process.stderr, trio.open_nursery() as nursery:
            nursery.start_soon(gateway.listen)
            try:
                yield gateway
            finally:
                nursery.cancel_scope.cancel()  # before the last line that it says is torn
                with trio.CancelScope(shield=True):
                    process.kill()
                    await process.wait()


@asynccontextmanager
async def serving(workers: int, url: str, *more: str, **how: Any) -> AsyncIterator[tuple[Gateway, list[int]]]:
    """The same once it is ready; with it the process IDs of its workers, in order, where there are several."""
    async with begun(workers, url, *more, **how) as gateway:
        await gateway.ready()
        yield gateway, await gateway.serving(*(range(1, workers + 1) if workers > 1 else ()))


def state(pid: int) -> str:
    """What `ps` says of a process: `T` stopped, `Z` ended but not waited for, nothing where there is none."""
    listed = subprocess.run(["ps", "-o", "state=", "-p", f"{pid}"], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1]


async def until(condition: Callable[[], bool]) -> None:
    """Ask again and again, until that holds."""
    with trio.fail_after(PATIENCE):
        while not await trio.to_thread.run_sync(condition):
            pass


async def until_gone(pid: int) -> None:
    """Wait for the end of a process that is no child of this one."""
    await until(lambda: state(pid) in ("", "Z"))


async def refuses(port: int) -> None:
    """Return when nobody has the listener any more."""
    while True:
        try:
            stream = await trio.open_tcp_stream("127.0.0.1", port)
        except OSError:
            return
        await trio.aclose_forcefully(stream)


@asynccontextmanager
async def only(pid: int, of: Sequence[int]) -> AsyncIterator[None]:
    """Have all these workers but one do nothing."""
    others = [other for other in of if other != pid]
    for other in others:
        os.kill(other, signal.SIGSTOP)
        await until(lambda other=other: state(other) == "T")  # type: ignore[misc]
    try:
        yield
    finally:
        for other in others:
            with suppress(ProcessLookupError):
                os.kill(other, signal.SIGCONT)


class Held:
    """A database in which attempts cannot be filed."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def somebody_waits(self) -> bool:
        """Whether an import is in flight that comes no further."""
        query = "SELECT count(*) FROM pg_locks WHERE relation = 'attempt'::regclass AND NOT granted"
        row = self._connection.execute(query).fetchone()
        return row is not None and row[0] > 0

    def release(self) -> None:
        """Let them be filed."""
        self._connection.rollback()


@contextmanager
def held(url: str) -> Iterator[Held]:
    """Keep whatever is exported from being filed, until it is released."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE attempt IN SHARE ROW EXCLUSIVE MODE")
        yield Held(connection)
