"""Koha's connexion_import_daemon.pl as a server to be measured, where its path is given. None of it is kept here."""

import contextlib
import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load import LOGON_ID, PASSWORD
from benchmarks.servers import ROOT, Server, last_words, python, running, started

READY = "Started tcp listener"
"""What the daemon logs when it listens."""
READY_SECONDS = 30.0
LOOK_SECONDS = 0.05
PORTS = range(10_240, 32_768)
"""The daemon takes no 0. Systems give those above to whoever asks for any, which would be a race."""
MISSING = re.compile(r"you may need to install the (\S+) module")
"""What Perl says of a module that is not there."""


class NotRun(Exception):
    """The daemon cannot run here; the text says why."""


def check(script: Path) -> None:
    """Whether Perl could run the script. Raises `NotRun`."""
    perl = shutil.which("perl")
    if perl is None:
        raise NotRun("needs Perl")
    done = subprocess.run([perl, "-c", str(script)], capture_output=True, text=True, check=False)
    if missing := MISSING.search(done.stderr):
        raise NotRun(f"needs Perl module {missing[1]}")
    if done.returncode:
        raise NotRun(f"Perl does not take it: {done.stderr.strip().splitlines()[0]}")


@contextlib.contextmanager
def daemon(script: Path, folder: Path) -> Iterator[Server]:
    """The daemon, and behind it a back end that answers at once. Raises `NotRun`; `ServerFailed` for the back end."""
    check(script)
    log = folder / "koha.log"
    with started(python("benchmarks.koha_backend"), ROOT, folder / "koha_backend.log") as (_, backend):
        port = free_port()
        settings = folder / "koha.conf"
        settings.write_text(_settings(port, int(backend)), encoding="utf-8")
        with running(["perl", str(script.resolve()), "--config", str(settings)], folder, log) as process:
            _wait(process, log)
            yield Server(process.pid, port)


def _settings(port: int, backend: int) -> str:
    lines = {
        "host": "127.0.0.1",
        "port": port,
        "koha": f"http://127.0.0.1:{backend}",
        "user": LOGON_ID,
        "password": PASSWORD,
        "match": "ISBN",
        "overlay_action": "replace",
        "nomatch_action": "create_new",
        "item_action": "ignore",
        "import_mode": "direct",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def free_port() -> int:
    """A port that was free just now, and that the system gives to nobody who does not ask for it."""
    while True:
        port = random.choice(PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait(process: "subprocess.Popen[str]", log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while READY not in last_words(log):
        if process.poll() is not None or time.monotonic() > until:
            *_, said = last_words(log).splitlines() or ["it said nothing"]
            raise NotRun(f"was not ready within {READY_SECONDS:.0f} s or ended: {said}")
        time.sleep(LOOK_SECONDS)
