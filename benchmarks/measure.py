"""Puts servers under load and reads what comes of it. Starts no server and judges nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks import memory
from benchmarks.bars import IDLE_CONNECTIONS, MEMORY_EXPORTS, RATIO_CLIENTS, Comparison, Memory, Sample
from benchmarks.load import DRAIN_SECONDS, FIRST_NUMBER, LOGON_ID, LONGEST_SECONDS, PASSWORD, Result
from benchmarks.servers import ROOT, Server

WARM_UP_SECONDS = 1.0
"""Load on either server before what counts, so that imports and caches are in place."""
NUMBERS_A_RUN = 1_000_000
"""Each run's own block of title numbers: more than any server here takes in the longest round."""
GENERATOR_MARGIN = 30.0
"""Seconds beyond its own end after which a generator is stopped."""
OTHER_FILES = 100
"""Open files that a server may have beside its connections."""


class MeasuringFailed(Exception):
    """There is nothing to report; the text says why."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    seconds: float
    """Length of a round."""
    rounds: int
    memory_exports: int
    idle_connections: int


FULL = Extent(seconds=5.0, rounds=5, memory_exports=MEMORY_EXPORTS, idle_connections=IDLE_CONNECTIONS)
QUICK = Extent(seconds=1.0, rounds=2, memory_exports=2_000, idle_connections=100)


class Generator:
    """The load generator, as a process of its own: ours, or the program that EXPORTLOAD names."""

    def __init__(self, record: Path) -> None:
        program = os.environ.get("EXPORTLOAD")
        self.name = "exportload" if program else "the generator of this benchmark"
        self._command = [str(Path(program).resolve())] if program else [sys.executable, "-m", "benchmarks.load"]
        self._command += ["-u", LOGON_ID, "-w", PASSWORD, "-m", str(record)]
        self._blocks = count(FIRST_NUMBER, NUMBERS_A_RUN)

    def next_block(self) -> int:
        """The first of `NUMBERS_A_RUN` numbers that no export has had."""
        return next(self._blocks)

    def by_time(self, server: Server, clients: int, seconds: float) -> Sample:
        """Load the server for that long."""
        return self._run(server, clients, ["-s", str(seconds)], seconds)

    def by_count(self, server: Server, clients: int, exports: int) -> Sample:
        """Load the server with so many exports."""
        return self._run(server, clients, ["-n", str(exports)], LONGEST_SECONDS)

    def _run(self, server: Server, clients: int, extent: list[str], longest: float) -> Sample:
        options = ["-p", str(server.port), "-c", str(clients), "-o", str(self.next_block()), *extent]
        before = memory.processor_seconds(server.pid)
        try:
            ended = subprocess.run(
                [*self._command, *options],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=longest + DRAIN_SECONDS + GENERATOR_MARGIN,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise MeasuringFailed(f"{self.name}: {problem}") from problem
        after = memory.processor_seconds(server.pid)
        if ended.returncode not in (0, 1) or not ended.stdout:
            raise MeasuringFailed(f"{self.name} failed:\n{ended.stderr}")
        result = Result(**json.loads(ended.stdout))
        if result.bad:
            say(f"{result.bad} bad exports; {ended.stderr.strip()}")
        busy = (after - before) / result.seconds if before is not None and after is not None else None
        return Sample(result, busy)


def compare(
    generator: Generator, bare: Server, gateway: Server, clients: Sequence[int], extent: Extent
) -> list[Comparison]:
    """Load the two servers in turn, so that what else the machine does falls on both."""
    for server in (bare, gateway):
        if not generator.by_time(server, min(clients), WARM_UP_SECONDS).result.good:
            raise MeasuringFailed("a server answered no export well")
    comparisons = [Comparison(number) for number in clients]
    for number in range(extent.rounds):
        for comparison in comparisons:
            plain = generator.by_time(bare, comparison.clients, extent.seconds)
            comparison.bare.append(plain)
            ours = generator.by_time(gateway, comparison.clients, extent.seconds)
            comparison.gateway.append(ours)
            say(
                f"round {number + 1} of {extent.rounds}, {comparison.clients} clients: bare {plain.result.rate:,.0f}/s,"
                f" gateway {ours.result.rate:,.0f}/s, ratio {comparison.ratios[-1]:.2f}"
            )
    return comparisons


def gateway_memory(generator: Generator, gateway: Server, record: bytes, extent: Extent) -> Memory | str:
    """What a gateway holds when it begins, after the exports, and with idle connections; or why that cannot be read."""
    at_start = memory.resident_mb(gateway.pid)
    if at_start is None:
        return memory.NO_PROC
    say(f"memory: {extent.memory_exports:,} exports, then {extent.idle_connections:,} idle connections")
    sample = generator.by_count(gateway, RATIO_CLIENTS, extent.memory_exports)
    after_exports = memory.resident_mb(gateway.pid)
    if after_exports is None:
        raise MeasuringFailed("the gateway ended while it was loaded")
    with_connections, bad, skipped = _with_connections(generator, gateway, record, extent.idle_connections)
    return Memory(
        exports=sample.result.good,
        at_start=at_start,
        after_exports=after_exports,
        rate=sample.result.rate,
        bad=sample.result.bad + bad,
        connections=extent.idle_connections,
        with_connections=with_connections,
        skipped=skipped,
    )


def _with_connections(
    generator: Generator, gateway: Server, record: bytes, connections: int
) -> tuple[float | None, int, str]:
    """Memory while the connections are held, bad exports, and why there is no figure."""
    if memory.allow_open_files() < connections + OTHER_FILES:
        return None, 0, "too few open files are allowed (ulimit -n)"
    first = generator.next_block()
    try:
        with memory.idle_connections(gateway.port, record, range(first, first + connections)):
            return memory.resident_mb(gateway.pid), 0, ""
    except OSError as problem:
        return None, 1, f"failed: {problem}"


def say(line: str) -> None:
    """Progress, beside the report on standard output."""
    print(line, file=sys.stderr, flush=True)
