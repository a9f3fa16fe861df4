"""The disk is full: clients are told so, nothing is half written, and with room again the gateway goes on by itself."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio

from gateway.model import Delivery
from gateway.stores import open_store
from tests.cli.gateways import command, environment
from tests.crash.exporting import PATIENCE, Ledger, Load
from tests.crash.gateways import ENDS_SECONDS, EXIT_SETTINGS, Gateway, begun, faults, serving
from tests.stores.nouns import file
from tests.stores.postgres_server import SHARED
from tests.stores.sqlite_file import another_process_writes

pytestmark = pytest.mark.long

ANSWERS = 100
"""Before the disk is full, and when it is no longer."""
FAILURES = 40
"""Exports of each kind of failure that are waited for: several groups of them."""
MORE_BYTES = 100_000
"""What SQLite's log may still grow by: the first failure is in the midst of a group's pages."""
MOST_TIMES = 8
"""Times that a disk is filled in a test: each leaves a megabyte or two behind that is wanted."""
DISK_BYTES = 32 << 20
"""A small disk: room for these, and for SQLite's log beside them."""
OWN_DISK = ("unshare", "--user", "--map-root-user", "--mount")
"""A name space in which anybody may mount, and which is gone with its last process."""
CANNOT_MOUNT = "no small disk can be mounted here: unshare is not there, or may not make name spaces of its own"
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device' USING ERRCODE = 'disk_full';
END $$
"""

FILL = "CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"
FREE = "DROP TRIGGER full_disk ON {table}"


@pytest.fixture
def times(rounds: int) -> int:
    """How often to fill a disk."""
    return max(1, min(rounds // 4, MOST_TIMES))


async def fill_and_free(
    gateway: Gateway, ledger: Ledger, fill: Callable[[], object], free: Callable[[], object]
) -> None:
    """Export, also while the disk is full and when it is no longer so."""
    load = Load(ledger, gateway.port)
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(load.run)
            await load.more(ANSWERS, "filed")
            await trio.to_thread.run_sync(fill)
            await load.more(FAILURES, "not filed")
            await trio.to_thread.run_sync(free)
            await load.more(ANSWERS, "filed")
            load.stopped = True
    assert [reply.partition(".")[0] for reply in load.refusals] == [
        "Import Failed\nNot imported: the gateway's store could not write"
    ]
    assert not ledger.unanswered()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets limits of another process")
async def test_files_that_may_grow_no_more(tmp_path: Path, times: int, chance: random.Random) -> None:
    """By a limit of the process: its log cannot be written either."""
    import resource

    path = tmp_path / "gateway.db"
    url, ledger = f"sqlite:{path}", Ledger(chance)
    with serving(url, tmp_path / "log") as gateway:

        def limit(size: int) -> None:
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        def fill() -> None:
            largest = max(file.stat().st_size for file in tmp_path.iterdir())
            limit(largest + chance.randint(1, MORE_BYTES))

        for _ in range(times):
            await fill_and_free(gateway, ledger, fill, lambda: limit(resource.RLIM_INFINITY))
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []
        assert faults(url) == ""
        gateway.stop()


async def test_what_cannot_be_noted_does_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became of replies waits for a disk that can be written, but not for ever more of it."""
    monkeypatch.setattr("gateway.stores.sqlite.writer.NOTES", 3)
    path = tmp_path / "gateway.db"
    async with open_store(f"sqlite:{path}") as store:
        await file(store, *"abcde")
        with another_process_writes(path):
            for name in "abcde":
                store.note(Delivery(name, 0.25, delivered=True))
    async with open_store(f"sqlite:{path}", purpose="read") as store:
        kept = {attempt.submission.id: attempt.delivered for attempt in await store.attempts()}
    assert kept == {"a": None, "b": None, "c": True, "d": True, "e": True}


@pytest.fixture
def own_disk(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """What stands before a command that is to see a small disk in `tmp_path / "disk"`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    script = f'mount -t tmpfs -o size={DISK_BYTES} none "$0" && exec "$@"'
    before = (*OWN_DISK, "sh", "-c", script, str(folder))
    if shutil.which("unshare") is None or subprocess.run([*before, "true"], capture_output=True).returncode != 0:
        pytest.skip(CANNOT_MOUNT)
    yield before
    assert list(folder.iterdir()) == []


async def test_small_disk(own_disk: tuple[str, ...], tmp_path: Path, times: int, chance: random.Random) -> None:
    """Filled by something else, and freed of it."""
    disk = tmp_path / "disk"
    url, ledger = f"sqlite:{disk / 'gateway.db'}", Ledger(chance)
    with serving(url, tmp_path / "log", before=own_disk) as gateway:
        ballast = Path(f"/proc/{gateway.process.pid}/root{disk}/ballast")

        def fill() -> None:
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(1 << 20)):
                    pass

        for _ in range(times):
            await fill_and_free(gateway, ledger, fill, ballast.unlink)
        within = ["nsenter", "--user", "--mount", "--preserve-credentials", "--target", str(gateway.process.pid)]
        copied = tmp_path / "copy.db"
        typed = [*within, *command("store", "backup", str(copied), "--set", f"store.url={url}")]
        await trio.run_process(typed, env=environment(), capture_stdout=True)
        gateway.stop()
    async with open_store(f"sqlite:{copied}", purpose="read") as store:
        assert await ledger.differences(store) == []
    assert faults(f"sqlite:{copied}") == ""


def test_disk_that_is_full_at_the_start(own_disk: tuple[str, ...], tmp_path: Path) -> None:
    store = tmp_path / "disk" / "gateway.db"
    filled = (*own_disk, "sh", "-c", 'cat /dev/zero >"$0/ballast" 2>/dev/null; exec "$@"', str(store.parent))
    with begun(f"sqlite:{store}", tmp_path / "log", before=filled) as process:
        assert process.wait(ENDS_SECONDS) == EXIT_SETTINGS
    assert (tmp_path / "log").read_text(encoding="utf-8") == (
        f"gateway: the store {store} cannot be opened: database or disk is full. Make room, "
        "or keep the store elsewhere: --set store.url=sqlite:FILE\n"
    )


def say(url: str, statement: str) -> None:
    """Tell a server of PostgreSQL. Blocks."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


async def test_postgresql_says_so(tmp_path: Path, times: int, chance: random.Random) -> None:
    """In its own words: a disk of its own for a server is not to be had without privileges."""
    url, ledger = SHARED.new_url(), Ledger(chance)
    with serving(url, tmp_path / "log") as gateway:
        say(url, FULL)
        fill, free = (partial(say, url, statement.format(table="attempt")) for statement in (FILL, FREE))
        for _ in range(times):
            await fill_and_free(gateway, ledger, fill, free)
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []
        assert faults(url) == ""
        gateway.stop()


async def test_exports_go_on_where_postgresql_has_no_room_for_what_became_of_replies(
    tmp_path: Path, chance: random.Random
) -> None:
    url, ledger = SHARED.new_url(), Ledger(chance)
    with serving(url, tmp_path / "log") as gateway:
        await trio.to_thread.run_sync(say, url, FULL)
        load = Load(ledger, gateway.port)
        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(load.run)
                for statement in (FILL, FREE):
                    await load.more(ANSWERS, "filed")
                    await trio.to_thread.run_sync(say, url, statement.format(table="delivery"))
                await load.more(ANSWERS, "filed")
                load.stopped = True
        assert load.refusals == set()
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []
        gateway.stop()
