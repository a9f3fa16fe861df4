"""What a server process uses, read from Linux's /proc, and the idle connections that it is made to hold."""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load import GOOD_REPLY, LOGON_ID, PASSWORD, REPLY_BYTES, logon, message

NO_PROC = "memory is read from /proc, which only Linux has"
OPEN_FILES = 4096
"""Open files allowed to this process and, by inheritance, to the servers: 1,000 connections and room beside them."""
REPLY_SECONDS = 30.0


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process in millions of bytes; None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kibibytes) * 1024 / 1_000_000


def processor_seconds(pid: int) -> float | None:
    """Processor time that all threads of a process and its ended children have used; None where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / os.sysconf("SC_CLK_TCK")


def family_seconds(pid: int) -> float | None:
    """The same of a process and all that descend from it."""
    used = [seconds for one in family(pid) if (seconds := processor_seconds(one)) is not None]
    return sum(used) if used else None


def family(pid: int) -> list[int]:
    """The process and all that descend from it; only itself where there is no /proc."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            children.setdefault(int(after_name[1]), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def allow_open_files(wanted: int = OPEN_FILES) -> int:
    """Raise the limit of open files to `wanted` if the system lets us; the limit that holds now."""
    if sys.platform == "win32":
        return wanted  # sockets are not files there, and are not limited
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@contextlib.contextmanager
def idle_connections(port: int, record: bytes, numbers: range) -> Iterator[None]:
    """As many open connections as there are numbers, each of which has exported one record and now says nothing."""
    items = logon(LOGON_ID, PASSWORD)
    with contextlib.ExitStack() as connections:
        for number in numbers:
            connection = socket.create_connection(("127.0.0.1", port), REPLY_SECONDS)
            connections.enter_context(connection)
            connection.sendall(message(items, record, number))
            reply = b""
            while 0 not in reply and (chunk := connection.recv(REPLY_BYTES)):
                reply += chunk
            if GOOD_REPLY.encode() not in reply.lower():
                raise ConnectionError(f"an idle connection's export was answered {reply!r}")
        yield
