"""A gateway as a process of its own, which can be killed, and the commands beside it."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

from tests.cli.gateways import command, environment

HOST = "i-share-xyz"
"""The host of the zone `xyz` in the built-in settings."""
APPLICATION = "connexion-gateway"
"""As a gateway, or a command, is known to its database."""
EXIT_SETTINGS = 2
"""How a command ends that cannot use its settings, or its store."""
ENDS_SECONDS = 60.0
"""For a gateway to end that is told to: ten seconds are for what is in flight."""
IMPORT_SECONDS = 40.0
"""What an import may take: long, so that on a machine that is busy none is given up."""


@dataclass
class Gateway:
    """A gateway that serves a store on a free port."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.wait(ENDS_SECONDS)

    def stop(self) -> None:
        """End it as it should be ended. What it logged holds no trace of a mistake of its own."""
        self.process.terminate()
        assert self.process.wait(ENDS_SECONDS) == 0
        assert "Traceback" not in self.log.read_text(encoding="utf-8")


def settings(url: str, overrides: Iterable[str] = ()) -> list[str]:
    """Options of a gateway on this store that disturbs no other."""
    ports = [f"hosts.{host}.connexion=0" for host in (HOST, "i-share-network", "sandbox02-na")] + ["http.enabled=false"]
    chosen = (f"store.url={url}", f"limits.import_seconds={IMPORT_SECONDS}", *ports, *overrides)
    return [word for value in chosen for word in ("--set", value)]


@contextmanager
def begun(
    url: str,
    log: Path,
    *overrides: str,
    module: str = "gateway",
    before: Iterable[str] = (),
    also: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A gateway that begins to serve this store; killed at the end. What it says on standard error is added to `log`.

    `module` is what Python runs, `before` stands before the command, `also` is put into its environment.
    """
    typed = [*before, sys.executable, "-m", module, "serve", *settings(url, overrides)]
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            typed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment() | dict(also or {}),
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


@contextmanager
def serving(url: str, log: Path, *overrides: str, **how: Any) -> Iterator[Gateway]:
    """A gateway that is ready; killed at the end, if it is still there."""
    with begun(url, log, *overrides, **how) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text(encoding="utf-8")
        yield Gateway(process, int(json.loads(line)["hosts"][HOST]["connexion"].rpartition(":")[2]), log)


async def forgotten(url: str) -> None:
    """Wait until the store knows that its gateways are gone: a database may still commit what they left."""
    if url.startswith("postgresql:"):
        await trio.to_thread.run_sync(_forgotten, url)


def _forgotten(url: str) -> None:
    import psycopg

    theirs = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(theirs, [APPLICATION]).fetchone() is not None:
            pass


def faults(url: str, *overrides: str) -> str:
    """What `gateway store check` finds in a store; empty where that is nothing."""
    ended = subprocess.run(
        command("store", "check", url, "--json", *settings(url, overrides)),
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert ended.returncode == (1 if ended.stdout else 0), ended.stderr
    return ended.stdout.decode()
