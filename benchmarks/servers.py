"""The servers that are measured, each a process of its own on free ports of 127.0.0.1, ended whatever happens."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from benchmarks import memory
from benchmarks.load import LOGON_ID, PASSWORD, logon

ROOT = Path(__file__).resolve().parent.parent
HOSTS = ("i-share-xyz", "i-share-network", "sandbox02-na")
"""The hosts of the gateway's built-in settings, each of which listens."""
HOST = HOSTS[0]
"""The host at which `LOGON_ID` is a zone."""
ZONE = "xyz"
"""That zone."""
READY_SECONDS = 60.0
"""How long a server may take to begin; the gateway makes its store first."""
END_SECONDS = 20.0
"""How long a server may take to end before it is killed; the gateway finishes what is in flight within 10 s."""
LAST_WORDS = 2000
"""Characters of a failed server's log that are shown."""


class ServerFailed(Exception):
    """A server did not begin; the text has the end of its log."""


@dataclass(frozen=True)
class Server:
    """A server that accepts connections."""

    pid: int
    port: int
    version: str = ""
    store: str = ""
    """URL of the store in which its exports can be counted."""
    database: int | None = None
    """First process of the database server that works for it."""
    page: tuple[str, int] = ("", 0)
    """Address and port of its page."""

    def processor_seconds(self) -> float | None:
        """Used so far by its processes, and those of its database; None where the system does not tell."""
        own = memory.family_seconds(self.pid)
        if own is None or self.database is None:
            return own
        return own + (memory.family_seconds(self.database) or 0.0)


@contextlib.contextmanager
def bare_loop(log: Path, items: bytes = logon(LOGON_ID, PASSWORD)) -> Iterator[Server]:
    """The bare trio loop, for messages that begin with logon items as long as these."""
    with started(python("benchmarks.bare", "--prefix", str(len(items))), ROOT, log) as (process, first_line):
        yield Server(process.pid, int(first_line))


@contextlib.contextmanager
def gateway(
    folder: Path, log: Path, *, store: str = "", workers: int = 1, database: int | None = None
) -> Iterator[Server]:
    """The gateway with its built-in settings on an empty store; `folder` becomes its working directory.

    The store is a new SQLite file in `folder`, unless the URL of another is given. No settings file or environment
    setting of the caller reaches it. What it logs goes to `log`, as in real service.
    """
    store = store or f"sqlite:{folder / 'gateway.db'}"
    command = python("gateway", "serve", "--set", f"store.url={store}", "--set", "http.port=0")
    for host in HOSTS:
        command += ["--set", f"hosts.{host}.connexion=0"]
    if workers > 1:
        command += ["--workers", str(workers)]
    with started(command, folder, log) as (process, first_line):
        ready = json.loads(first_line)
        port = ready["hosts"][HOST]["connexion"].rpartition(":")[2]
        page = urlsplit(ready["http"])
        at = page.hostname or "", page.port or 0
        yield Server(process.pid, int(port), ready["version"], store, database, at)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this checkout."""
    return [sys.executable, "-m", module, *arguments]


@contextlib.contextmanager
def started(command: list[str], folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `command` in `folder` for the length of the block; with it, the line that says it is ready."""
    with running(command, folder, log, stdout=subprocess.PIPE) as process:
        yield process, _first_line(process, " ".join(command[1:3]), log)


@contextlib.contextmanager
def running(
    command: list[str], folder: Path, log: Path, *, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """Run `command` in `folder` for the length of the block; what it says on standard error goes to `log`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    environment["PYTHONPATH"] = str(ROOT)
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stdout, stderr=errors, text=True, encoding="utf-8"
        )
    with process:
        try:
            yield process
        finally:
            _end(process)


def last_words(log: Path) -> str:
    """The end of a log."""
    return log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:]


def end_on_sigterm(_signal: int, _frame: object) -> None:
    """Leave by an exception, so that every server is ended on the way out."""
    sys.exit(128 + signal.SIGTERM)


def _first_line(process: subprocess.Popen[str], name: str, log: Path) -> str:
    assert process.stdout is not None
    lines: SimpleQueue[str] = SimpleQueue()
    readline = process.stdout.readline
    threading.Thread(target=lambda: lines.put(readline()), daemon=True).start()
    try:
        line = lines.get(timeout=READY_SECONDS)
    except Empty:
        line = ""
    if line:
        return line
    raise ServerFailed(f"`python {name}` was not ready within {READY_SECONDS:.0f} s or ended:\n{last_words(log)}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
