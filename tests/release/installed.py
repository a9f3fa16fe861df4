"""A gateway as somebody has installed it: run from its own environment, in a folder without its sources."""

import os
import signal
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import msgspec

ROOT: Final = Path(__file__).resolve().parents[2]
INSTALL_SECONDS: Final = 600
"""For all dependencies from an index."""
READY_SECONDS: Final = 120
"""From the start to the ready line, on a machine that has other things to do."""
ENDS_SECONDS: Final = 120
"""For a command, or for the gateway to end."""


class Installed(NamedTuple):
    """Where a gateway is, and how it is run."""

    command: tuple[str, ...]
    """What stands before its arguments."""
    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str | Path, **environ: str) -> "subprocess.CompletedProcess[str]":
        """One command, to its end."""
        return subprocess.run(
            [*self.command, *map(str, arguments)],
            cwd=self.folder,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=ENDS_SECONDS,
            check=False,
        )

    @contextmanager
    def serving(self, *arguments: str, environ: Mapping[str, str]) -> Iterator["Served"]:
        """Served within the block; a test that does not end it has it killed."""
        with subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            patience = threading.Timer(READY_SECONDS, process.kill)
            patience.start()
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                patience.cancel()
                if not line:
                    raise AssertionError(f"it ended at once: {process.communicate()[1]}")
                yield Served(process, msgspec.json.decode(line))
            finally:
                patience.cancel()
                process.kill()


class Served(NamedTuple):
    """A gateway that takes exports."""

    process: "subprocess.Popen[str]"
    ready: dict[str, object]
    """Its ready line."""

    def ends(self) -> int:
        """Its exit code, when it is told to stop."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=ENDS_SECONDS)
        return self.process.returncode


def install(wheel: Path, folder: Path, *more: str) -> Installed:
    """Install it as a user does, by pip and from whatever index pip is set up for; with these beside it."""
    environment = folder / "venv"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(environment), "--disable-pip-version-check"]
    run = {"check": True, "timeout": INSTALL_SECONDS}
    subprocess.run([*pip, "install", "--quiet", str(wheel), *more], **run)
    subprocess.run([*pip, "check"], **run)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Installed((str(scripts / "gateway"),), elsewhere, clean_environ())


def clean_environ() -> dict[str, str]:
    """No settings, no Python path, no environment of ours."""
    left_out = ("GATEWAY_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


def browser(url: str, token: str = "") -> httpx.Client:
    """Someone who looks at page and API, without a proxy."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=ENDS_SECONDS)
