"""A store that is filled mark by mark, as imports would have left it, and measured at each. In a process of its own.

Measured is the importer with its store: what comes before it, the wire, costs the same whatever a zone holds. In turn
with the grown store a new one is measured that holds as much as the first mark, for a machine is not always as fast.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import trio

from benchmarks import memory
from benchmarks.load import LOGON_ID, PASSWORD
from benchmarks.mould import PEER, Mould, observed, scattered
from benchmarks.servers import ZONE
from benchmarks.title import revised, template, titled
from gateway import logs
from gateway.config import load
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.importer.profile import Prepared
from gateway.model import Logon, Outcome, Submission, new_submission_id
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store

AT_ONCE: Final = 64
"""Imports under way, as with so many clients."""
FILLED_AT_ONCE: Final = 200
"""Titles of one transaction while a store is filled; each takes some of the locks that PostgreSQL has."""
FILL_SECONDS: Final = 60.0
"""Longest wait for such a transaction."""
SEED: Final = 1_729
"""Of the choice of the titles that are exported again."""


@dataclass(frozen=True)
class Place:
    """Where a store is, and what is to be counted with it."""

    url: str
    references: tuple[str, ...] = ()
    """For each mark the URL of an empty store."""
    server: int | None = None
    """First process of its database server."""
    folder: Path | None = None
    """Holds nothing but the store, whose size its files tell."""

    def processor_seconds(self) -> float:
        """Used so far by this process, and by the server's."""
        server = memory.family_seconds(self.server) if self.server is not None else None
        return time.process_time() + (server or 0.0)

    def size(self) -> int:
        """Of the store, in bytes."""
        if self.folder is not None:
            return sum(path.stat().st_size for path in self.folder.iterdir())
        import psycopg

        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    marks: tuple[int, ...]
    """Titles held when it is measured; what imports cost at the first is what the others are held against."""
    rounds: int
    """Of each kind at each mark."""
    imports: int
    """Of one round."""


@dataclass(frozen=True)
class Cost:
    """Of one import, in microseconds; the mean of a round."""

    processor: float
    wall: float


@dataclass
class Costs:
    """Of both kinds in one store, round by round."""

    new: list[Cost] = field(default_factory=list)
    matching: list[Cost] = field(default_factory=list)


@dataclass
class Mark:
    """What was measured while a zone held so many titles."""

    titles: int
    fill_seconds: float
    """How long it took to come here from the mark before."""
    grown: Costs = field(default_factory=Costs)
    reference: Costs = field(default_factory=Costs)
    """The same rounds in the store that holds as much as the first mark."""
    resident_mb: float | None = None
    """Memory of the process with importer and store, in millions of bytes; of PostgreSQL's processes nothing."""
    store_mb: float = 0.0


class ImportFailed(Exception):
    """An import did not end as it should."""


class Growing:
    """A zone that grows, and the importer before it."""

    def __init__(self, store: Store, place: Place) -> None:
        settings = load()
        zones = settings.model_zones()
        profiles = rulebook(settings).profiles
        profile = profiles.of(zones[ZONE])
        assert isinstance(profile, Prepared)
        self._store = store
        self._place = place
        self._zone = zones[ZONE]
        self._importer = Importer(store, Logons(zones_of(settings), longest_delay=0.0), profiles)
        self._mould = Mould(self._zone, profile, logon_id=LOGON_ID)
        self._logon = Logon(None, LOGON_ID.encode(), PASSWORD.encode(), "AP", "desktop")
        self._held = 0
        self._revision = 0
        self._random = random.Random(SEED)

    async def fill(self, titles: int) -> float:
        """Fill the zone until it holds so many; the seconds it took."""
        begun = time.perf_counter()
        while self._held < titles:
            some = range(self._held + 1, min(self._held + FILLED_AT_ONCE, titles) + 1)
            await self._store.transact(self._zone.key, self._mould.filling(some), seconds=FILL_SECONDS)
            self._held = some[-1]
        return time.perf_counter() - begun

    async def measure(self, costs: Costs, imports: int) -> None:
        """One round: import new titles, then others that are held by now."""
        new = range(self._held + 1, self._held + imports + 1)
        costs.new.append(await self._round(new, Outcome.CREATED))
        self._held = new[-1]
        self._revision += 1
        held = self._random.sample(range(1, self._held + 1), imports)
        costs.matching.append(await self._round(held, Outcome.MERGED))

    async def _round(self, titles: range | list[int], outcome: Outcome) -> Cost:
        """Import these titles in their present revision, `AT_ONCE` at a time."""
        record = revised(template(), self._revision)
        left = iter([titled(record, scattered(title)) for title in titles])
        used, begun = self._place.processor_seconds(), time.perf_counter()
        async with trio.open_nursery() as nursery:
            for _ in range(AT_ONCE):
                nursery.start_soon(self._export, left, outcome)
        took = time.perf_counter() - begun
        used = self._place.processor_seconds() - used
        return Cost(processor=used / len(titles) * 1e6, wall=took / len(titles) * 1e6)

    async def _export(self, left: Iterator[bytes], outcome: Outcome) -> None:
        """Export one after the other of what is left."""
        for raw in left:
            submission = Submission(new_submission_id(), datetime.now(UTC), self._zone.host, PEER, LOGON_ID, raw)
            receipt = await self._importer.accept(submission, self._logon, observed())
            if receipt.outcome is not outcome:
                raise ImportFailed(f"an import was {receipt.outcome.value} ({receipt.reason}), not {outcome.value}")


async def grow(place: Place, extent: Extent, tell: Callable[[Mark], None]) -> None:
    """Fill and measure; `tell` gets each mark when it is done."""
    async with open_store(place.url) as store:
        grown = Growing(store, place)
        for titles, reference in zip(extent.marks, place.references, strict=True):
            mark = Mark(titles, await grown.fill(titles))
            async with open_store(reference) as beside:
                small = Growing(beside, place)
                await small.fill(extent.marks[0])
                for _ in range(extent.rounds):
                    await small.measure(mark.reference, extent.imports)
                    await grown.measure(mark.grown, extent.imports)
            mark.resident_mb = memory.resident_mb(os.getpid())
            mark.store_mb = place.size() / 1_000_000
            tell(mark)


def work(parent: Connection, place: Place, extent: Extent, log: Path) -> None:
    """The process: sends each mark, then None; or a text that says how it failed. Each import has its line of log."""
    with log.open("w", encoding="utf-8") as stream:
        logs.configure(form="json", stream=stream)
        try:
            trio.run(grow, place, extent, parent.send)
        except Exception as problem:
            parent.send(repr(problem))
        else:
            parent.send(None)
