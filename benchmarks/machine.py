"""What the figures were measured on. Names no host, user or path."""

import contextlib
import os
import platform
import statistics
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import apsw

SYNCED_WRITES = 100
PAGE_BYTES = 4096
"""SQLite's page."""


def description(folder: Path) -> list[tuple[str, str]]:
    """Name and value of each thing that moves the figures; `folder` is where the store lies."""
    return [
        ("processor", f"{processor()}, {os.cpu_count()} cores"),
        ("memory", memory()),
        ("system", f"{platform.system()} {platform.release()} ({platform.machine()})"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}, trio {version('trio')}"),
        ("SQLite", f"{apsw.sqlite_lib_version()}, by apsw {version('apsw')}"),
        ("file system of the store", file_system(folder)),
        ("a 4 KB write with fsync there", f"{synced_write_ms(folder):.2f} ms (median of {SYNCED_WRITES})"),
    ]


def processor() -> str:
    """The processor's model as the system names it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def memory() -> str:
    """Physical memory, where the system tells."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{total / 1_000_000_000:.1f} GB"


def file_system(folder: Path) -> str:
    """Type of the file system that holds `folder`; on tmpfs nothing is durable and rates say little."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown"
    place = folder.resolve()
    holding = [(len(Path(mount).parts), kind) for _, mount, kind, *_ in mounts if place.is_relative_to(mount)]
    return max(holding)[1] if holding else "unknown"


def synced_write_ms(folder: Path) -> float:
    """How long the disk takes to have a page for certain, which each group of imports waits for."""
    took = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(SYNCED_WRITES):
            start = perf_counter()
            file.write(bytes(PAGE_BYTES))
            os.fsync(file.fileno())
            took.append((perf_counter() - start) * 1000)
    return statistics.median(took)
