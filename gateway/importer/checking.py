"""What is wrong in a store, found by reading it beside whoever writes: records against what an import would have made.

Changes nothing. Memory stays flat however much the store holds: it reads by pages, and holds the index against the
records by sums, looking closely only where these differ.
"""

import re
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.importer.decide import found_by
from gateway.importer.faults import Fault, fault
from gateway.importer.mms import FIRST_NUMBER
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Attempt, BibRecord, Identifier, Zone
from gateway.stores.base import Counts, Indexed, Store

HEAPS: Final = 4_096
"""Into so many heaps records are divided by their MMS ID; of an index that is wrong, or is written to meanwhile, only
the records of a few are looked at again."""
PENDING_GRACE: Final = timedelta(minutes=1)
"""A link that is younger may be under way: an export takes ten seconds at most."""
LISTED: Final = 5
"""Most numbers that a fault names."""
_MMS_ID: Final = re.compile(r"99([0-9]{10,18})[0-9]{4}")
_SUM_BITS: Final = (1 << 64) - 1

Tell = Callable[[int], None]
"""Told of each so many records or attempts that have been looked at."""


@dataclass
class Looked:
    """How much has been looked at so far."""

    zones: int = 0
    records: int = 0
    versions: int = 0
    attempts: int = 0


@dataclass
class _Sums:
    """What records are found by, as a sum that no order changes, for each heap of them."""

    heaps: list[int] = field(default_factory=lambda: [0] * HEAPS)

    def add(self, mms_id: str, identifier: Identifier) -> None:
        """One that a record is found by."""
        heap = _heap(mms_id)
        self.heaps[heap] = (self.heaps[heap] + hash((mms_id, identifier))) & _SUM_BITS


def _heap(mms_id: str) -> int:
    """The heap of a record; the same as long as the process lives."""
    return hash(mms_id) % HEAPS


class Check:
    """One look through a store."""

    def __init__(
        self,
        store: Store,
        zones: Mapping[str, Zone],
        now: datetime,
        looked: Looked,
        *,
        found: Callable[[Fault], None],
        tell: Tell = lambda done: None,
    ) -> None:
        """`zones` are those of the settings; a store may hold others.

        `found` is told each fault at once; in `looked` it is counted what has been looked at.
        """
        self._store = store
        self._zones = zones
        self._now = now
        self._found = found
        self._tell = tell
        self._looked = looked

    async def run(self) -> None:
        """Look at everything. Raises `StoreError` where the store cannot be read."""
        counts = await self._store.counts()
        self._looked.zones = len(counts)
        for zone, held in counts.items():
            sums = await self._records(zone, held)
            if sums is not None:
                await self._index(zone, sums)
        await self._attempts()
        await self._links()

    async def _records(self, zone: str, held: Counts) -> _Sums | None:
        """Look at a zone's records; what they should be found by, or None where they could not be read to the end."""
        sums = _Sums()
        previous = ""
        while page := await self._store.records(zone, after=previous):
            for listed in page:
                mms_id = listed.mms_id
                if mms_id <= previous:
                    self._report("order", zone, mms_id)
                    return None
                # Read anew with its past, at one moment: it may have got a version since the page was read.
                versions = await self._store.versions(zone, mms_id) or [listed]
                held = await self._up_to_date(zone, mms_id, held)
                self._look_at_number(zone, mms_id, previous, held)
                self._look_at_versions(zone, mms_id, versions)
                await self._look_at_link(zone, versions[-1])
                for identifier in versions[-1].identifiers:
                    sums.add(mms_id, identifier)
                self._looked.records += 1
                self._looked.versions += len(versions)
                self._tell(1)
                previous = mms_id
        return sums

    async def _up_to_date(self, zone: str, mms_id: str, held: Counts) -> Counts:
        """Counts in which the record should be: those at hand may be older than it."""
        if (_ordinal(mms_id) or 0) <= held.ordinal:
            return held
        return (await self._store.counts()).get(zone, held)

    def _look_at_number(self, zone: str, mms_id: str, previous: str, held: Counts) -> None:
        """The MMS ID itself; `previous` is the one listed before it."""
        ordinal = _ordinal(mms_id)
        if ordinal is None:
            self._report("mms_id", zone, mms_id)
        elif ordinal > held.ordinal:
            self._report("counter", zone, mms_id, detail=held.ordinal)
        elif ordinal == _ordinal(previous):
            self._report("same_number", zone, mms_id, detail=previous)

    def _look_at_versions(self, zone: str, mms_id: str, versions: Sequence[BibRecord]) -> None:
        """A record and its past, the oldest version first."""
        numbers = [version.version for version in versions]
        if numbers != [*range(1, len(numbers) + 1)]:
            self._report("versions", zone, mms_id, newest=numbers[-1], detail=_some(map(str, numbers)))
        newest = versions[-1]
        for version in versions:
            try:
                record = Record.parse(version.marc)
            except Damaged as error:
                code = "unreadable_record" if version is newest else "unreadable_version"
                self._report(code, zone, mms_id, version=version.version, detail=error)
                continue
            number = record.control_value("001")
            if number != mms_id:
                self._report("control_number", zone, mms_id, version=version.version, detail=number or "nothing")
            if version is newest:
                bears = found_by(record, version.linked_to)
                if bears != version.identifiers:
                    self._report("identifiers", zone, mms_id, detail=_difference(version.identifiers, bears))

    async def _look_at_link(self, zone: str, record: BibRecord) -> None:
        settings = self._zones.get(zone)
        if not record.linked_to or settings is None or settings.network is None:
            return
        if await self._store.record(settings.network, record.linked_to) is None:
            self._report("no_network_record", zone, record.mms_id, detail=record.linked_to)

    async def _index(self, zone: str, of_records: _Sums) -> None:
        """Where the sums of index and records differ: something is wrong, or has been written meanwhile."""
        of_index = _Sums()
        async for entry in self._entries(zone):
            of_index.add(entry.mms_id, entry.identifier)
        suspected = {heap for heap in range(HEAPS) if of_index.heaps[heap] != of_records.heaps[heap]}
        if not suspected:
            return
        async for record in self._listed(zone):
            if _heap(record.mms_id) in suspected:
                for identifier in sorted(record.identifiers):
                    await self._look_at_entry(zone, Indexed(identifier, record.mms_id), listed_by_index=False)
        async for entry in self._entries(zone):
            if _heap(entry.mms_id) in suspected:
                await self._look_at_entry(zone, entry, listed_by_index=True)

    async def _look_at_entry(self, zone: str, entry: Indexed, *, listed_by_index: bool) -> None:
        """Hold one entry that a record or the index has against the other of the two.

        The record is read before and after the index: if it has been written in between, both are looked at again.
        """
        identifier, mms_id = entry
        after = await self._store.record(zone, mms_id)
        while True:
            before = after
            bears = before is not None and identifier in before.identifiers
            indexed = any(found.mms_id == mms_id for found in await self._store.find(zone, [identifier]))
            after = await self._store.record(zone, mms_id)
            if after == before:
                break
        if before is None and listed_by_index:
            indexed = True  # `find` has no record to give for it
        if bears and not indexed and not listed_by_index:
            self._report("not_indexed", zone, mms_id, detail=_words(identifier))
        if indexed and not bears and listed_by_index:
            self._report("wrongly_indexed", zone, mms_id, detail=_words(identifier))

    async def _entries(self, zone: str) -> AsyncIterator[Indexed]:
        after = None
        while page := await self._store.indexed(zone, after=after):
            for entry in page:
                yield entry
            after = page[-1]

    async def _listed(self, zone: str) -> AsyncIterator[BibRecord]:
        after = ""
        while page := await self._store.records(zone, after=after):
            for record in page:
                yield record
            after = page[-1].mms_id

    async def _attempts(self) -> None:
        """Whether each record that was filed is there, and each ID stands once. Of an ID eight bytes are remembered."""
        hashes = array("q")
        before = None
        while page := await self._store.attempts(before=before):
            await self._look_for_records(page)
            hashes.extend(hash(attempt.submission.id) for attempt in page)
            self._looked.attempts += len(page)
            self._tell(len(page))
            before = page[-1].seq
        repeated = _repeated(hashes)
        if repeated:
            await self._look_at_ids(repeated)

    async def _look_for_records(self, page: Sequence[Attempt]) -> None:
        """Those of the attempts on a page that were filed."""
        filed: dict[tuple[str, str], Attempt] = {}
        for attempt in page:
            receipt = attempt.receipt
            if receipt.outcome.filed:
                filed.setdefault((receipt.facts.network or receipt.zone, receipt.mms_id), attempt)
                if receipt.facts.linked:
                    filed.setdefault((receipt.zone, receipt.facts.linked), attempt)
        for (zone, mms_id), attempt in filed.items():
            if await self._store.record(zone, mms_id) is None:
                self._report("no_record", zone, mms_id, detail=attempt.seq)

    async def _look_at_ids(self, hashes: set[int]) -> None:
        """Which attempts truly have one ID, among those whose hash occurs twice."""
        found: dict[str, list[Attempt]] = {}
        before = None
        while page := await self._store.attempts(before=before):
            for attempt in page:
                if hash(attempt.submission.id) in hashes:
                    found.setdefault(attempt.submission.id, []).append(attempt)
            before = page[-1].seq
        for attempts in found.values():
            if len(attempts) > 1:
                numbers = " and ".join(str(attempt.seq) for attempt in reversed(attempts))
                self._report("same_id", attempts[0].receipt.zone, attempts[0].receipt.mms_id, detail=numbers)

    async def _links(self) -> None:
        for link in await self._store.pending():
            if self._now - link.submission.at > PENDING_GRACE:
                self._report("pending_link", link.network, link.receipt.mms_id, detail=link.receipt.zone)

    def _report(self, code: str, zone: str, mms_id: str, **known: object) -> None:
        self._found(fault(code, zone, mms_id, **known))


def _ordinal(mms_id: str) -> int | None:
    """Which of its zone's records it was; None where no zone gives such an MMS ID."""
    match = _MMS_ID.fullmatch(mms_id)
    ordinal = int(match[1]) - FIRST_NUMBER + 1 if match else 0
    return ordinal if ordinal > 0 else None


def _repeated(hashes: "array[int]") -> set[int]:
    """Those that occur more than once."""
    repeated = set()
    previous = None
    for value in sorted(hashes):
        if value == previous:
            repeated.add(value)
        previous = value
    return repeated


def _difference(kept: frozenset[Identifier], borne: frozenset[Identifier]) -> str:
    parts = [f"without {_some(map(_words, sorted(borne - kept)))}"] if borne - kept else []
    parts += [f"with {_some(map(_words, sorted(kept - borne)))}"] if kept - borne else []
    return " and ".join(parts)


def _words(identifier: Identifier) -> str:
    return f"{identifier.kind} {identifier.value}"


def _some(words: Iterator[str]) -> str:
    """The first of them, and how many more there are."""
    every = [*words]
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return f"{', '.join(every[:LISTED])}{more}"
