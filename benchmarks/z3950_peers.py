"""The servers of Z39.50 beside the gateway, as Debian has them: each on the same records, where it is installed."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.koha import free_port
from benchmarks.servers import ROOT, Server, last_words, running

READY_SECONDS: Final = 120.0
"""How long a peer may take to listen: SimpleServer's reads a file of a million records first."""
LOOK_SECONDS: Final = 0.05
INDEX_SECONDS: Final = 3600.0
"""Longest time that Zebra may take to index."""
ZTEST, ZEBRA, SIMPLE = "yaz-ztest", "Zebra", "SimpleServer"
PROFILES: Final = Path("/usr/share/idzebra-2.0/tab")
"""Where Debian puts Zebra's own profiles, that for MARC 21 among them."""
SIMPLE_PROGRAM: Final = ROOT / "benchmarks" / "z3950_simpleserver.pl"


class NotRun(Exception):
    """The peer cannot run here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """One of them."""

    package: str
    command: Callable[[Path, Path], list[str]]
    """Of the file of records and of a folder of its own. Raises `NotRun`."""
    works: tuple[str, ...] = ("usmarc", "anew", "connect", "keyword")
    """What it can do of what is measured."""


def _ztest(_: Path, __: Path) -> list[str]:
    return [_installed("yaz-ztest", "yaz")]


def _zebra(records: Path, folder: Path) -> list[str]:
    indexer, server = _installed("zebraidx-2.0", "idzebra-2.0"), _installed("zebrasrv-2.0", "idzebra-2.0")
    modules = next(Path("/usr/lib").glob("*/idzebra-2.0/modules"), None)
    if modules is None or not PROFILES.is_dir():
        raise NotRun("idzebra-2.0 has no modules or profiles here")
    settings = {
        "profilePath": PROFILES,
        "modulePath": modules,
        "attset": "bib1.att",
        "recordType": "grs.marcxml.marc21",
        "register": f"{folder / 'register'}:100G",
        "lockDir": folder,
    }
    file = folder / "zebra.cfg"
    file.write_text("".join(f"{name}: {value}\n" for name, value in settings.items()), encoding="utf-8")
    (folder / "register").mkdir()
    for step in (["init"], ["update", str(records)]):
        done = subprocess.run(
            [indexer, "-c", str(file), *step], capture_output=True, text=True, timeout=INDEX_SECONDS, check=False
        )
        if done.returncode:
            raise NotRun(f"zebraidx {step[0]}: {done.stderr.strip().splitlines()[-1:]}")
    return [server, "-c", str(file)]


def _simple(records: Path, _: Path) -> list[str]:
    perl = _installed("perl", "perl")
    if subprocess.run([perl, "-MNet::Z3950::SimpleServer", "-e1"], capture_output=True, check=False).returncode:
        raise NotRun("libnet-z3950-simpleserver-perl is not installed")
    return [perl, str(SIMPLE_PROGRAM), str(records)]


PEERS: Final = {
    ZTEST: Peer("yaz", _ztest, ("usmarc", "opac", "connect")),
    ZEBRA: Peer("idzebra-2.0", _zebra),
    SIMPLE: Peer("libnet-z3950-simpleserver-perl", _simple, ("usmarc", "connect")),
}
"""yaz-ztest searches nothing: it tells random numbers of hits. Only it has OPAC records, of its own making."""


@contextlib.contextmanager
def peer(name: str, records: Path, folder: Path) -> Iterator[Server]:
    """One of `PEERS`, which serves these records. Raises `NotRun`."""
    command = PEERS[name].command(records, folder)
    log = folder / "log"
    port = free_port()
    with running([*command, f"tcp:127.0.0.1:{port}"], folder, log) as process:
        _wait(process, port, log)
        yield Server(process.pid, port)


def _installed(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise NotRun(f"{package} is not installed")
    return found


def _wait(process: "subprocess.Popen[str]", port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(LOOK_SECONDS)
    said = last_words(log).splitlines() or ["it said nothing"]
    raise NotRun(f"does not listen: {said[0]}")
