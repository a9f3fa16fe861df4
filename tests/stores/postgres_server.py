"""PostgreSQL servers for tests, from the system's own binaries: on a socket in a temporary folder, and nowhere else.

One without fsync is shared by the workers of a run, each with a database of its own and each test with a schema of its
own. A test that kills its server has one for itself, with fsync.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import pytest
import trio

from gateway.stores import lent
from gateway.stores.postgres import address, session
from gateway.stores.postgres import writer as postgres_writer
from gateway.stores.sqlite import writer as sqlite_writer

BINARIES = "initdb", "pg_ctl", "postgres"
NO_BINARIES = (
    "no PostgreSQL server is installed: initdb and pg_ctl are neither in PATH nor in /usr/lib/postgresql/*/bin"
)
OWNER = "gateway"
PASSWORD = "open-sesame-4711"
"""In every URL that tests use. The server trusts whoever can reach its socket, but the user `locked`."""
IN_HASTE = (
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
    *("-c", "autovacuum=off"),  # else what the planner knows depends on how long a test takes
)
"""For a server whose contents nobody misses: not for tests of what stays after a crash."""
SETTINGS = (
    *("-c", "listen_addresses=", "-c", "max_connections=1000", "-c", "shared_buffers=64MB"),
    *("-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "deadlock_timeout=100ms"),
)
"""Connections enough for as many workers as a computer may have processors."""
PATIENCE = 300
"""Seconds in which a server starts or ends; far more than it needs."""
UNHURRIED = 60.0
"""Seconds for what takes some thousandths of one."""
GIVEN_UP = 20.0
"""Seconds after which nobody waits for a lock any more whose gateway has gone; the longest statement takes less."""


def binaries() -> Path | None:
    """The folder of the newest server's programs."""
    in_path = shutil.which("initdb")
    folders = [Path(in_path).parent] if in_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    return next((folder for folder in folders if all((folder / name).exists() for name in BINARIES)), None)


def _as_somebody() -> dict[str, Any]:
    """Whom the server runs as, for `subprocess`: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd

    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """A cluster in a folder."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._schemas = count(1)

    def make(self) -> None:
        """Make the cluster."""
        somebody = _as_somebody()
        if somebody:
            os.chown(self.folder, somebody["user"], somebody["group"])
        self._run("initdb", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        access = self.folder / "data" / "pg_hba.conf"
        access.write_text("local all locked scram-sha-256\n" + access.read_text())

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = " ".join(["-k", str(self.folder), *(f"'{word}'" for word in (*SETTINGS, *self._settings))])
        self._run("pg_ctl", "start", "-w", "-t", f"{PATIENCE}", "-s", "-o", settings, "-l", str(self.folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` as a crash would."""
        self._run("pg_ctl", "stop", "-w", "-t", f"{PATIENCE}", "-s", "-m", mode)

    def url(self, database: str = "postgres", schema: str = "", user: str = OWNER) -> str:
        """The URL of a database, or of a schema in it."""
        path = f"&options={quote(f'-csearch_path={schema}', safe='')}" if schema else ""
        return f"postgresql://{user}:{PASSWORD}@/{database}?host={quote(str(self.folder), safe='')}{path}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements one by one; the last one's rows."""
        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                answer = connection.execute(statement)  # type: ignore[arg-type]  # tests' own
                rows = answer.fetchall() if answer.description else []
        return rows

    def new_schema(self, database: str = "postgres") -> str:
        """The URL of an empty schema."""
        name = f"test_{os.getpid()}_{next(self._schemas)}"
        self.run(f"CREATE SCHEMA {name}", database=database)
        return self.url(database, name)

    def _run(self, program: str, *arguments: str) -> None:
        found = binaries()
        assert found is not None
        command = [str(found / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, **_as_somebody())
        log = self.folder / "log"
        assert done.returncode == 0, f"{done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}"


@contextmanager
def own_server(*settings: str) -> Iterator[Server]:
    """A server for one test or module, gone at the end. Skips where none is installed."""
    if binaries() is None:
        pytest.skip(NO_BINARIES)
    folder = Path(tempfile.mkdtemp(prefix="gateway-pg-"))  # a socket's path is short, and pytest's folders are not
    server = Server(folder, *settings)
    try:
        server.make()
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Shared:
    """The server that all workers of a run share: the first one that needs it starts it, the last one stops it."""

    database = f"test_{os.getpid()}"
    """The worker's own."""

    def __init__(self) -> None:
        self._server: Server | None = None

    def server(self) -> Server:
        """The server. Skips the test where none is installed."""
        if self._server is None:
            if binaries() is None:
                pytest.skip(NO_BINARIES)
            with _register() as present:
                if not present:
                    present["folder"] = tempfile.mkdtemp(prefix="gateway-pg-")
                    present["users"] = []
                    server = Server(Path(present["folder"]), *IN_HASTE)
                    server.make()
                    server.start()
                present["users"].append(os.getpid())
                self._server = Server(Path(present["folder"]), *IN_HASTE)
                self._server.run(f"CREATE DATABASE {self.database}")
        return self._server

    def new_url(self) -> str:
        """The URL of an empty schema, when nobody waits any more for a lock that a test before has left behind."""
        server = self.server()
        until = time.monotonic() + GIVEN_UP
        while is_waited_for_a_lock() and time.monotonic() < until:
            pass
        return server.new_schema(self.database)

    def close(self) -> None:
        """Need it no more."""
        if self._server is None:
            return
        with _register() as present:
            present["users"] = [user for user in present["users"] if user != os.getpid() and _is_alive(user)]
            if not present["users"]:
                self._server.stop()
                shutil.rmtree(self._server.folder, ignore_errors=True)
                present.clear()
        self._server = None


SHARED = Shared()


def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the stores of this process the time that a busy machine needs: to be greeted, to have their turn, to end."""
    monkeypatch.setitem(address.DEFAULTS, "connect_timeout", f"{UNHURRIED:g}")
    monkeypatch.setattr(session, "GREETING_SECONDS", UNHURRIED)
    for module in (postgres_writer, lent):
        monkeypatch.setattr(module, "CLOSE_SECONDS", UNHURRIED)
    monkeypatch.setattr(sqlite_writer, "WORK_SECONDS", UNHURRIED)


def waiting_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stores that are opened from now on wait for a lock as long as it takes, but where they say how long."""
    settings = session._SETTINGS
    for name, seconds in (("lock_timeout", session.LOCK_SECONDS), ("statement_timeout", session.STATEMENT_SECONDS)):
        settings = settings.replace(f"{name} = '{seconds}s'", f"{name} = '{UNHURRIED:g}s'")
    assert settings.count(f"'{UNHURRIED:g}s'") == 2
    monkeypatch.setattr(session, "_SETTINGS", settings)


def is_waited_for_a_lock() -> bool:
    """Whether somebody waits for one in the database of the tests of this process."""
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    ((count,),) = SHARED.server().run(query, database=SHARED.database)
    return bool(count)


async def somebody_waits_for_a_lock() -> bool:
    """The same, for who is to let others run meanwhile."""
    return await trio.to_thread.run_sync(is_waited_for_a_lock)


@contextmanager
def _register() -> Iterator[dict[str, Any]]:
    """Who uses the run's server; one process at a time may look and change it."""
    assert sys.platform != "win32"
    import fcntl

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")
    path = Path(tempfile.gettempdir(), f"gateway-pg-{run}.json")
    with ExitStack() as until_the_end:
        file = until_the_end.enter_context(path.open("a+"))
        fcntl.flock(file, fcntl.LOCK_EX)
        while not _is_at(path, file):  # who had it before has thrown it away
            file = until_the_end.enter_context(path.open("a+"))
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        present = json.loads(file.read() or "{}")
        yield present
        file.truncate(0)
        file.write(json.dumps(present))
        if not present:
            path.unlink()


def _is_at(path: Path, file: IO[str]) -> bool:
    """Whether this is the file that is there now."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
