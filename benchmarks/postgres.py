"""A PostgreSQL server for the length of a benchmark, from the system's binaries: as durable as it is by default."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.servers import ServerFailed

PROGRAMS = "initdb", "pg_ctl", "postgres"
NOT_INSTALLED = "no PostgreSQL server is installed"
OWNER = "gateway"
SHOWN = (*("fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size"),)
"""Settings that stand in the report: those that durability and rates depend on."""
REACHABLE = 0o711
"""Mode of the folder that holds a server's data: it may have to run as another user."""
STARTED = ("listen_addresses=", "max_connections=200")
"""What differs from the defaults: reached by a socket alone, with room for the connections of many workers."""


@dataclass(frozen=True)
class Cluster:
    """A server that runs."""

    pid: int
    """Of its first process; the others are its children."""
    socket: Path
    """The folder that its socket is in."""

    @property
    def url(self) -> str:
        """Of its first database."""
        return self.database("postgres")

    def database(self, name: str) -> str:
        """URL of the database of that name."""
        return f"postgresql://{OWNER}@/{name}?host={quote(str(self.socket), safe='')}"

    def create(self, name: str) -> str:
        """Make a database; its URL."""
        self.ask(f"CREATE DATABASE {name}")
        return self.database(name)

    def described(self) -> str:
        """Its version, and its settings that are `SHOWN`."""
        version, *settings = (f"{self.ask(f'SHOW {name}')}" for name in ("server_version", *SHOWN))
        return ", ".join(
            [version.split()[0], *(f"{name} {value}" for name, value in zip(SHOWN, settings, strict=True))]
        )

    def ask(self, query: str, database: str = "postgres") -> object:
        """The first value of the answer, if there is one."""
        import psycopg

        with psycopg.connect(self.database(database), autocommit=True) as connection:
            answer = connection.execute(query.encode())
            row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def programs() -> Path | None:
    """The folder of the newest server's programs; None where there is none."""
    in_path = shutil.which("initdb")
    folders = [Path(in_path).parent] if in_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    return next((folder for folder in folders if all((folder / name).exists() for name in PROGRAMS)), None)


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster | None]:
    """A server whose data lie in `folder`, which its user must be able to reach; None where none is installed."""
    found = programs()
    if found is None:
        yield None
        return
    data = folder / "postgres"
    data.mkdir()
    sockets = Path(tempfile.mkdtemp(prefix="gateway-pg-"))  # a socket's path is short, and checkouts may lie deep
    user = _somebody()
    try:
        for place in (data, sockets) if user else ():
            os.chown(place, user["user"], user["group"])
        _run(found / "initdb", data, user, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = " ".join(["-k", str(sockets), *(f"-c '{setting}'" for setting in STARTED)])
        _run(found / "pg_ctl", data, user, "start", "-w", "-s", "-l", str(data / "log"), "-o", options)
        try:
            yield Cluster(int((data / "postmaster.pid").read_text().split()[0]), sockets)
        finally:
            _run(found / "pg_ctl", data, user, "stop", "-w", "-s", "-m", "immediate")  # nobody needs the data
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def _somebody() -> dict[str, Any]:
    """Whom the server runs as, for `subprocess`: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd

    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(program: Path, data: Path, user: dict[str, Any], *arguments: str) -> None:
    command = [str(program), "-D", str(data), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=data, check=False, **user)
    if done.returncode:
        log = data / "log"
        words = log.read_text(errors="replace") if log.exists() else ""
        whose = "It runs as another user, who must be able to reach that folder (--folder).\n" if user else ""
        raise ServerFailed(f"{program.name} failed for {data}:\n{done.stdout}{done.stderr}{words}{whose}")
