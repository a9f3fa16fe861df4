"""A gateway to run commands against, in a thread of the test's own process, and the commands themselves."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest
import trio
from click.testing import CliRunner, Result

from gateway import app, config
from gateway.cli import root

ROOT = Path(__file__).resolve().parent.parent.parent
MARC = ROOT / "fixtures" / "marc"
CAUSES_OF_REFUSAL = ("refused-", "broken-")
HOST = "i-share-xyz"
"""The host of the zone `xyz` in the built-in settings."""
OTHER_HOST = "i-share-network"
"""That of the zone `network`."""


@dataclass(frozen=True)
class Gateway:
    """A gateway on free ports, with a store of its own."""

    options: tuple[str, ...]
    """What makes a command use its addresses and its store."""
    running: app.Running

    @property
    def port(self) -> int:
        """Where `HOST` takes exports."""
        return self.running.connexion[HOST].port

    @property
    def exchanged(self) -> tuple[str, ...]:
        """The same options but that `HOST` and `OTHER_HOST` have each other's place, as if `--lan` had moved them."""
        places = []
        for key, other in ((HOST, OTHER_HOST), (OTHER_HOST, HOST)):
            bound = self.running.connexion[other]
            places += [f"hosts.{key}.address={bound.address}", f"hosts.{key}.connexion={bound.port}"]
        return (*self.options, *(word for value in places for word in ("--set", value)))

    @property
    def address(self) -> str:
        """The same."""
        return self.running.connexion[HOST].address


@contextmanager
def serving(store: str, *overrides: str) -> Iterator[Gateway]:
    """The gateway with the built-in settings but for `overrides`, for the length of the block."""
    free_ports = [*(f"hosts.{key}.connexion=0" for key in config.load().hosts), "http.enabled=false"]
    settings = config.load(
        overrides=[f"store.url={store}", "limits.failed_logon_seconds=0", *free_ports, *overrides],
    )
    begun: SimpleQueue[tuple[app.Running, trio.Event, trio.lowlevel.TrioToken] | BaseException] = SimpleQueue()

    async def serve() -> None:
        async with app.running(settings) as running:
            stop = trio.Event()
            begun.put((running, stop, trio.lowlevel.current_trio_token()))
            await stop.wait()

    def run() -> None:
        try:
            trio.run(serve)
        except BaseException as error:
            begun.put(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    result = begun.get()
    if isinstance(result, BaseException):
        raise result
    running, stop, token = result
    chosen = [f"store.url={store}", *overrides]
    for key, bound in running.connexion.items():
        chosen += [f"hosts.{key}.address={bound.address}", f"hosts.{key}.connexion={bound.port}"]
    try:
        yield Gateway(tuple(word for value in chosen for word in ("--set", value)), running)
    finally:
        token.run_sync_soon(stop.set)
        thread.join()


def run(*arguments: str | Path, given: bytes = b"") -> Result:
    """A command as typed, in this process. What the root command does with a `GatewayError` is not done."""
    return CliRunner().invoke(root, [str(argument) for argument in arguments], input=given, prog_name="gateway")


def words(result: Result) -> str:
    """What was said on standard error or by the error, after which the command exits 2."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return str(result.exception)
    return result.stderr


@contextmanager
def on_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command whose standard output is a terminal, and our end of that; killed if the test leaves it running."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        with process(*arguments, stdout=theirs) as started:
            os.close(theirs)
            yield started, ours
    finally:
        os.close(ours)


@contextmanager
def process(*arguments: str, stdout: int = subprocess.PIPE, script: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A command that is killed if the test leaves it running; by way of a script in Python, where one is given."""
    typed = (sys.executable, "-c", script, *arguments) if script else command(*arguments)
    with subprocess.Popen(
        typed, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, env=environment()
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def command(*arguments: str) -> tuple[str, ...]:
    """A command line that runs it in a process of its own."""
    return (sys.executable, "-m", "gateway", *arguments)


def environment() -> dict[str, str]:
    """This process's, without settings of the gateway, for a process that finds the gateway under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def is_good(file: Path) -> bool:
    """Whether the fixture must be filed."""
    return not file.name.startswith(CAUSES_OF_REFUSAL)
