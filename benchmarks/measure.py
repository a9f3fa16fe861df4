"""Puts servers under load and reads what comes of it. Starts no server and judges nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from benchmarks import memory
from benchmarks.bars import IDLE_CONNECTIONS, JUDGED_CLIENTS, MEMORY_EXPORTS, Comparison, Memory, Sample
from benchmarks.kept import Audit
from benchmarks.load import DRAIN_SECONDS, FIRST_NUMBER, LOGON_ID, LONGEST_SECONDS, PASSWORD
from benchmarks.result import Result
from benchmarks.servers import ROOT, Server

WARM_UP_SECONDS = 1.0
"""Load on each server before what counts, so that imports and caches are in place."""
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


@dataclass(frozen=True)
class Contestant:
    """A server that takes part, and, of a gateway, what its store is held against."""

    server: Server
    audit: Audit | None = None


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
        first = self.next_block()
        options = ["-p", str(server.port), "-c", str(clients), "-o", str(first), *extent]
        before, own = server.processor_seconds(), _ended_children()
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
        after, own = server.processor_seconds(), _ended_children() - own
        if ended.returncode not in (0, 1) or not ended.stdout:
            raise MeasuringFailed(f"{self.name} failed:\n{ended.stderr}")
        result = Result(**json.loads(ended.stdout))
        if not result.begun:
            result = replace(result, begun=((first, 1, result.exports),))
        if result.bad:
            say(f"{result.bad} bad exports; {ended.stderr.strip()}")
        seconds = result.seconds or 1.0
        busy = (after - before) / seconds if before is not None and after is not None else None
        return Sample(result, busy, own / seconds)


def _ended_children() -> float:
    """Processor time of this process's children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def compare(
    generator: Generator, contestants: Mapping[str, Contestant], clients: Sequence[int], extent: Extent
) -> list[Comparison]:
    """Load the servers in turn, so that what else the machine does falls on all; count after each load."""
    for name, contestant in contestants.items():
        if not _load(generator, contestant, min(clients), WARM_UP_SECONDS).result.good:
            raise MeasuringFailed(f"the {name} answered no export well")
    comparisons = [Comparison(number, {name: [] for name in contestants}) for number in clients]
    for number in range(extent.rounds):
        for comparison in comparisons:
            for name, contestant in contestants.items():
                sample = _load(generator, contestant, comparison.clients, extent.seconds)
                comparison.samples[name].append(sample)
                say(
                    f"round {number + 1} of {extent.rounds}, {comparison.clients} clients, {name}: "
                    f"{sample.result.rate:,.0f}/s, p99 {sample.result.p99_ms:.1f} ms"
                )
    return comparisons


def _load(generator: Generator, contestant: Contestant, clients: int, seconds: float) -> Sample:
    sample = generator.by_time(contestant.server, clients, seconds)
    if contestant.audit is not None:
        contestant.audit.after(sample.result)
    return sample


def gateway_memory(generator: Generator, gateway: Server, record: bytes, extent: Extent) -> Memory | str:
    """What a gateway holds when it begins, after the exports, and with idle connections; or why that cannot be read."""
    at_start = memory.resident_mb(gateway.pid)
    if at_start is None:
        return memory.NO_PROC
    say(f"memory: {extent.memory_exports:,} exports, then {extent.idle_connections:,} idle connections")
    sample = generator.by_count(gateway, JUDGED_CLIENTS, extent.memory_exports)
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
