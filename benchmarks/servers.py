"""The two servers that are measured, each a process of its own on free ports of 127.0.0.1, ended whatever happens."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from benchmarks.load import LOGON_ID, PASSWORD, logon

ROOT = Path(__file__).resolve().parent.parent
HOSTS = ("i-share-xyz", "i-share-network", "sandbox02-na")
"""The hosts of the gateway's built-in settings, each of which listens."""
HOST = HOSTS[0]
"""The host at which `LOGON_ID` is a zone."""
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


@contextlib.contextmanager
def bare_loop(log: Path, items: bytes = logon(LOGON_ID, PASSWORD)) -> Iterator[Server]:
    """The bare trio loop, for messages that begin with logon items as long as these."""
    command = [sys.executable, "-m", "benchmarks.bare", "--prefix", str(len(items))]
    with _started(command, ROOT, log) as (process, first_line):
        yield Server(process.pid, int(first_line))


@contextlib.contextmanager
def gateway(folder: Path, log: Path) -> Iterator[Server]:
    """The gateway with its built-in settings on a new SQLite store in `folder`, which becomes its working directory.

    No settings file or environment setting of the caller reaches it. What it logs goes to `log`, as in real service.
    """
    command = [sys.executable, "-m", "gateway", "serve", "--set", f"store.url=sqlite:{folder / 'gateway.db'}"]
    for host in HOSTS:
        command += ["--set", f"hosts.{host}.connexion=0"]
    with _started(command, folder, log) as (process, first_line):
        ready = json.loads(first_line)
        port = ready["hosts"][HOST]["connexion"].rpartition(":")[2]
        yield Server(process.pid, int(port), ready["version"])


@contextlib.contextmanager
def _started(command: list[str], folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `command` in `folder` for the length of the block; with it, the line that says it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    environment["PYTHONPATH"] = str(ROOT)
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        )
    with process:
        try:
            yield process, _first_line(process, " ".join(command[1:3]), log)
        finally:
            _end(process)


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
    words = log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:]
    raise ServerFailed(f"`python {name}` was not ready within {READY_SECONDS:.0f} s or ended:\n{words}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
