"""What is wrong in a store, found by reading it beside whoever writes: records against what an import would have made.

Changes nothing but what a `Mender` mends, if it is given one. Memory stays flat however much the store holds: it reads
by pages, and holds the index against the records by sums, looking closely only where these differ.
"""

import re
from array import array
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from gateway.importer.checking_searches import check_searches
from gateway.importer.checking_shelves import check_shelves
from gateway.importer.faults import Fault, fault
from gateway.importer.mending import Mender, borne, together
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
BY_RECORDS: Final = frozenset({"not_indexed"})
"""Faults of the index that are told when it is held against the records; a record that changes meanwhile is neither."""
BY_INDEX: Final = frozenset({"wrongly_indexed", "leads_nowhere"})
"""Those that are told when the records are held against it."""
LISTED: Final = 5
"""Most numbers that a fault names."""
_MMS_ID: Final = re.compile(r"99([0-9]{10,18})[0-9]{4}")
_SUM_BITS: Final = (1 << 64) - 1

Found = Callable[[Fault, bool], None]
"""Told of each fault, and whether it has been mended."""
Tell = Callable[[int], None]
"""Told of each so many records or attempts that have been looked at."""


@dataclass
class Looked:
    """How much has been looked at so far."""

    zones: int = 0
    records: int = 0
    versions: int = 0
    attempts: int = 0
    holdings: int = 0


@dataclass
class _Sums:
    """What records are found by, as a sum that no order changes, for each heap of them."""

    heaps: list[int] = field(default_factory=lambda: [0] * HEAPS)

    def add(self, mms_id: str, identifier: Identifier) -> None:
        """One that a record is found by."""
        heap = _heap(mms_id)
        self.heaps[heap] = (self.heaps[heap] + hash((mms_id, identifier))) & _SUM_BITS

    def add_all(self, mms_id: str, identifiers: Iterable[Identifier]) -> None:
        """All that a record is found by."""
        for identifier in identifiers:
            self.add(mms_id, identifier)


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
        found: Found,
        tell: Tell = lambda done: None,
        mender: Mender | None = None,
    ) -> None:
        """`zones` are those of the settings; a store may hold others.

        `found` is told each fault soon; in `looked` it is counted what has been looked at.
        """
        self._store = store
        self._zones = zones
        self._now = now
        self._found = found
        self._tell = tell
        self._looked = looked
        self._mender = mender
        self._removed: Mapping[tuple[str, str], datetime] = {}
        """What the store has said of it so far."""

    async def run(self) -> None:
        """Look at everything. Raises `StoreError` where the store cannot be read."""
        counts = await self._store.counts()
        self._looked.zones = len(counts)
        for zone in counts:
            sums = await self._records(zone)
            if sums is not None:
                await self._index(zone, sums)
                await check_searches(self._store, zone, self._found, mend=self._mender is not None)
        await self._attempts()
        await self._links()
        self._looked.holdings = await check_shelves(self._store, self._found)

    async def _records(self, zone: str) -> _Sums | None:
        """Look at a zone's records; what they should be found by, or None where they could not be read to the end."""
        sums = _Sums()
        previous = highest = ""
        while page := await self._store.records(zone, after=previous):
            # Read anew with their past, each at one moment: it may have got a version since the page was read.
            pasts = await together([partial(self._store.versions, zone, listed.mms_id) for listed in page])
            newest: list[BibRecord] = []
            for listed, past in zip(page, pasts, strict=True):
                mms_id = listed.mms_id
                if mms_id <= previous:
                    self._report("order", zone, mms_id)
                    return None
                versions = past or [listed]
                self._look_at_number(zone, mms_id, previous)
                highest = max(highest, mms_id, key=_ordinal)
                self._look_at_versions(zone, mms_id, versions)
                await self._look_at_link(zone, versions[-1])
                newest.append(versions[-1])
                self._looked.records += 1
                self._looked.versions += len(versions)
                self._tell(1)
                previous = mms_id
            await self._look_at_identifiers(zone, newest, sums)
        await self._look_at_counter(zone, highest)
        return sums

    def _look_at_number(self, zone: str, mms_id: str, previous: str) -> None:
        """The MMS ID itself; `previous` is the one listed before it."""
        if not _ordinal(mms_id):
            self._report("mms_id", zone, mms_id)
        elif _ordinal(mms_id) == _ordinal(previous):
            self._report("same_number", zone, mms_id, detail=previous)

    async def _look_at_counter(self, zone: str, highest: str) -> None:
        """Whether it has counted the zone's last record, which has been there before the counter is looked up."""
        ordinal = _ordinal(highest)
        present = (await self._store.counts()).get(zone, Counts()).ordinal
        if ordinal > present:
            mended = self._mender is not None and await self._mender.count_to(zone, ordinal, present)
            self._report("counter", zone, highest, mended=mended, detail=present)

    async def _look_at_identifiers(self, zone: str, records: Sequence[BibRecord], sums: _Sums) -> None:
        """Under which numbers these records are kept."""
        bearing = {record.mms_id: borne(record) for record in records}
        wrong = [record for record in records if bearing[record.mms_id] not in (None, record.identifiers)]
        mended = await self._reindexed(zone, {record.mms_id: frozenset() for record in wrong})
        for record in records:
            bears = bearing[record.mms_id]
            sums.add_all(record.mms_id, bears if record.mms_id in mended and bears else record.identifiers)
        for record in wrong:
            difference = _difference(record.identifiers, bearing[record.mms_id] or frozenset())
            self._report("identifiers", zone, record.mms_id, mended=record.mms_id in mended, detail=difference)

    async def _reindexed(self, zone: str, off: Mapping[str, Set[Identifier]]) -> set[str]:
        """Those of these records that have been mended, by MMS ID."""
        return await self._mender.reindex(zone, off) if self._mender is not None and off else set()

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

    async def _look_at_link(self, zone: str, record: BibRecord) -> None:
        settings = self._zones.get(zone)
        if not record.linked_to or settings is None or settings.network is None:
            return
        if await self._is_missing(settings.network, record.linked_to, record.at):
            self._report("no_network_record", zone, record.mms_id, detail=record.linked_to)

    async def _is_missing(self, zone: str, mms_id: str, named_at: datetime) -> bool:
        """Whether a record that was named then is not there, and nobody has removed it, or reset its zone, since."""
        if await self._store.record(zone, mms_id) is not None or self._was_removed(zone, mms_id, named_at):
            return False
        self._removed = await self._store.removed()  # perhaps since it was looked up
        return not self._was_removed(zone, mms_id, named_at)

    def _was_removed(self, zone: str, mms_id: str, after: datetime) -> bool:
        times = (self._removed.get((zone, name)) for name in (mms_id, ""))
        return any(at is not None and at >= after for at in times)

    async def _index(self, zone: str, of_records: _Sums) -> None:
        """Where the sums of index and records differ: something is wrong, or has been written meanwhile."""
        of_index = _Sums()
        async with aclosing(self._entries(zone)) as pages:
            async for entries in pages:
                for entry in entries:
                    of_index.add(entry.mms_id, entry.identifier)
        suspected = {heap for heap in range(HEAPS) if of_index.heaps[heap] != of_records.heaps[heap]}
        if not suspected:
            return
        after = ""
        while records := await self._store.records(zone, after=after):
            after = records[-1].mms_id
            numbers = (Indexed(number, record.mms_id) for record in records for number in sorted(record.identifiers))
            await self._look_at_entries(zone, (one for one in numbers if _heap(one.mms_id) in suspected), BY_RECORDS)
        async with aclosing(self._entries(zone)) as pages:
            async for entries in pages:
                await self._look_at_entries(zone, (one for one in entries if _heap(one.mms_id) in suspected), BY_INDEX)

    async def _look_at_entries(self, zone: str, entries: Iterable[Indexed], codes: Set[str]) -> None:
        """Hold entries that records or the index have against the other of the two; `codes` are told of."""
        wrong: list[tuple[str, Indexed]] = []
        off: dict[str, set[Identifier]] = {}
        suspected = [*entries]
        found = await together([partial(self._fault_of, zone, entry) for entry in suspected])
        for entry, code in zip(suspected, found, strict=True):
            if code in codes:
                wrong.append((code, entry))
                off.setdefault(entry.mms_id, set()).add(entry.identifier)
        mended = await self._reindexed(zone, off)
        for code, entry in wrong:
            self._report(code, zone, entry.mms_id, mended=entry.mms_id in mended, detail=_words(entry.identifier))

    async def _fault_of(self, zone: str, entry: Indexed) -> str:
        """What is wrong with an entry; empty where nothing is.

        The record is read before and after the index: if it has been written in between, both are looked at again.
        """
        identifier, mms_id = entry
        after = await self._store.record(zone, mms_id)
        while True:
            before = after
            indexed = any(found.mms_id == mms_id for found in await self._store.find(zone, [identifier]))
            after = await self._store.record(zone, mms_id)
            if after == before:
                break
        if before is None:
            return "leads_nowhere"
        if indexed == (identifier in before.identifiers):
            return ""
        return "wrongly_indexed" if indexed else "not_indexed"

    async def _entries(self, zone: str) -> AsyncGenerator[list[Indexed]]:
        """The pages of the index."""
        after = None
        while page := await self._store.indexed(zone, after=after):
            yield page
            after = page[-1]

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
            if await self._is_missing(zone, mms_id, attempt.submission.at):
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

    def _report(self, code: str, zone: str, mms_id: str, *, mended: bool = False, **known: object) -> None:
        self._found(fault(code, zone, mms_id, **known), mended)


def _ordinal(mms_id: str) -> int:
    """Which of its zone's records it was, from 1; 0 where no zone gives such an MMS ID."""
    match = _MMS_ID.fullmatch(mms_id)
    return max(0, int(match[1]) - FIRST_NUMBER + 1) if match else 0


def _repeated(hashes: "array[int]") -> set[int]:
    """Those that occur more than once."""
    repeated = set()
    previous = None
    for value in sorted(hashes):
        if value == previous:
            repeated.add(value)
        previous = value
    return repeated


def _difference(kept: frozenset[Identifier], bears: frozenset[Identifier]) -> str:
    parts = [f"without {_some(map(_words, sorted(bears - kept)))}"] if bears - kept else []
    parts += [f"with {_some(map(_words, sorted(kept - bears)))}"] if kept - bears else []
    return " and ".join(parts)


def _words(identifier: Identifier) -> str:
    return f"{identifier.kind} {identifier.value}"


def _some(words: Iterator[str]) -> str:
    """The first of them, and how many more there are."""
    every = [*words]
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return f"{', '.join(every[:LISTED])}{more}"
