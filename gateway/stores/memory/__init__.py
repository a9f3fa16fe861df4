"""A store that is gone at the end: for tests, and for trying things out."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import chain, islice
from typing import Final

import msgspec
import trio

from gateway.errors import StoreError
from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Holding,
    Identifier,
    Inventory,
    Item,
    Library,
    PendingLink,
    Webhook,
)
from gateway.search.attempts import Wanted
from gateway.stores.base import (
    PAGE_ROWS,
    Changes,
    Counts,
    Indexed,
    KeptZone,
    Listed,
    Place,
    Plan,
    Purpose,
    Retention,
    ShelfPlace,
    Shelves,
    Stacks,
    T,
    out_of_turn,
    webhook_place,
)
from gateway.stores.memory.index import MemoryIndex
from gateway.stores.memory.lending import MemoryLending
from gateway.stores.memory.publishing import MemoryPublishing
from gateway.stores.memory.stacks import MemoryStacks
from gateway.stores.searching import Ask, Searched

MATCHED_AT_ONCE: Final = 500
"""Attempts that are held against what is wanted before others have a turn: some milliseconds."""
SEARCHES_AT_ONCE: Final = 1
"""Of records, in a thread: they contend for the interpreter with those who export."""


@asynccontextmanager
async def open_store(location: str, *, purpose: Purpose, retention: Retention) -> AsyncIterator["MemoryStore"]:
    """An empty store."""
    if location:
        raise StoreError(f"memory: takes nothing after the colon, not {location!r}")
    if purpose != "serve":
        done = {"read": "read", "change": "changed"}[purpose]
        raise StoreError(f"a memory: store can be {done} only by the gateway that serves it")
    yield MemoryStore(retention)


@dataclass
class _Shelf:
    """One zone's records."""

    versions: dict[str, list[BibRecord]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """MMS IDs, rising."""
    index: dict[Identifier, set[str]] = field(default_factory=dict)
    ordinal: int = 0

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        return sorted(set().union(*(self.index.get(identifier, ()) for identifier in identifiers)))

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version."""
        versions = self.versions.get(mms_id)
        return versions[-1] if versions else None

    def check(self, records: Iterable[BibRecord]) -> None:
        """Raise `StoreError` where one of them is neither new nor its record's newest or next version."""
        newest: dict[str, int] = {}
        for record in records:
            present = newest.get(record.mms_id) or len(self.versions.get(record.mms_id, ()))
            if not max(1, present) <= record.version <= present + 1:
                raise out_of_turn(record)
            newest[record.mms_id] = record.version

    def takes_other_bytes(self, record: BibRecord) -> bool:
        """Whether this is a new version, or the newest one with other MARC."""
        newest = self.get(record.mms_id)
        return newest is None or (newest.version, newest.marc) != (record.version, record.marc)

    def take(self, changes: Changes) -> None:
        """Keep what a plan put; the newest version alone is indexed."""
        self.ordinal = changes.ordinal
        for record in changes.records:
            if record.mms_id not in self.versions:
                insort(self.order, record.mms_id)
            versions = self.versions.setdefault(record.mms_id, [])
            before = versions[-1].identifiers if versions else frozenset()
            for identifier in before - record.identifiers:
                self.index[identifier].discard(record.mms_id)
            for identifier in record.identifiers - before:
                self.index.setdefault(identifier, set()).add(record.mms_id)
            versions[record.version - 1 :] = [record]

    def remove(self, mms_id: str) -> bool:
        """Keep a record no longer; whether there was one."""
        versions = self.versions.pop(mms_id, None)
        if versions is None:
            return False
        del self.order[bisect_left(self.order, mms_id)]
        for identifier in versions[-1].identifiers:
            self.index[identifier].discard(mms_id)
        return True


class _MemoryTransaction(Changes):
    """Reads the shelf and the attempts as they are, and gathers what is to change."""

    def __init__(self, zone: str, shelf: _Shelf, seqs: Mapping[str, int], attempts: Mapping[int, Attempt]) -> None:
        super().__init__(shelf.ordinal)
        self.holders = shelf.holders
        self.get = shelf.get
        self._zone = zone
        self._seqs = seqs
        self._attempts = attempts

    def filed(self, submission: str) -> bool:
        """Whether it is among the zone's attempts."""
        kept = self._attempts.get(self._seqs.get(submission, 0))
        return kept is not None and kept.receipt.zone == self._zone


class MemoryStore(Searched, MemoryPublishing, MemoryLending):
    """Dictionaries; a plan's changes are made when it has returned."""

    def __init__(self, retention: Retention) -> None:
        super().__init__()
        self._retention = retention
        self._shelves: dict[str, _Shelf] = {}
        self._attempts: dict[int, Attempt] = {}
        self._seqs: dict[str, int] = {}
        self._order: list[int] = []
        """Numbers of the attempts, rising."""
        self._order_of: dict[str, list[int]] = {}
        """The same of each zone's."""
        self._seq = 0
        self._links: dict[tuple[str, str], PendingLink] = {}
        """By submission and network zone."""
        self._zones: dict[str, KeptZone] = {}
        self._webhooks: dict[Place, Webhook] = {}
        self._removed: dict[tuple[str, str], datetime] = {}
        self._stacks: dict[str, MemoryStacks] = {}
        self._indexes: dict[str, MemoryIndex] = {}
        self._changed = 0
        """How often a record or its inventory was."""
        self._searches = trio.CapacityLimiter(SEARCHES_AT_ONCE)

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """Run the plan at once."""
        await trio.lowlevel.checkpoint_if_cancelled()
        shelf = self._shelves.setdefault(zone, _Shelf())
        transaction = _MemoryTransaction(zone, shelf, self._seqs, self._attempts)
        result = plan(transaction)
        shelf.check(transaction.records)
        for record in transaction.records:
            self._changed += 1
            if shelf.takes_other_bytes(record):
                self._index(zone).change(record.mms_id)
        shelf.take(transaction)
        self._unpublish(zone, [record.mms_id for record in transaction.records])
        for submission, receipt in transaction.attempts:
            self._seq += 1
            self._attempts[self._seq] = Attempt(self._seq, submission, receipt)
            self._seqs[submission.id] = self._seq
            self._order.append(self._seq)
            self._order_of.setdefault(receipt.zone, []).append(self._seq)
        for delivery in transaction.deliveries:
            self.note(delivery)
        self._link(zone, transaction)
        self._expire()
        await trio.lowlevel.cancel_shielded_checkpoint()
        return result

    def note(self, delivery: Delivery) -> None:
        """Add it at once."""
        seq = self._seqs.get(delivery.submission)
        if seq is not None:
            self._attempts[seq] = msgspec.structs.replace(
                self._attempts[seq], seconds=delivery.seconds, delivered=delivery.delivered
            )

    async def pending(self) -> list[PendingLink]:
        """Every link that is still to be made."""
        await trio.lowlevel.checkpoint()
        return [link for _, link in sorted(self._links.items())]

    def _link(self, zone: str, changes: Changes) -> None:
        for submission, link in changes.links.items():
            if link is None:
                self._links.pop((submission, zone), None)
            else:
                self._links[submission, zone] = link

    def _expire(self) -> None:
        oldest_time = datetime.now(UTC) - self._retention.age if self._retention.age else None
        while self._order:
            seq, oldest = self._order[0], self._attempts[self._order[0]]
            too_many = len(self._order) > self._retention.keep
            if not too_many and (oldest_time is None or oldest.submission.at >= oldest_time):
                return
            del self._attempts[seq], self._seqs[oldest.submission.id]
            del self._order[0], self._order_of[oldest.receipt.zone][0]

    async def attempt(self, seq: int) -> Attempt | None:
        """One attempt by its number."""
        await trio.lowlevel.checkpoint()
        return self._attempts.get(seq)

    async def attempts(
        self,
        *,
        zone: str | None = None,
        before: int | None = None,
        limit: int = PAGE_ROWS,
        wanted: Wanted | None = None,
    ) -> list[Attempt]:
        """Attempts, newest first."""
        await trio.lowlevel.checkpoint()
        order = self._order if zone is None else self._order_of.get(zone, [])
        end = len(order) if before is None else bisect_left(order, before)
        if wanted is None:
            return [self._attempts[seq] for seq in reversed(order[max(0, end - limit) : end])]
        found: list[Attempt] = []
        before = order[end - 1] + 1 if end else 0
        while len(found) < limit and (end := bisect_left(order, before)):
            some = order[max(0, end - MATCHED_AT_ONCE) : end]
            matching = (self._attempts[seq] for seq in reversed(some) if wanted.matches(self._attempts[seq]))
            found += islice(matching, limit - len(found))
            before = some[0]
            await trio.lowlevel.checkpoint()
        return found

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        """Attempts behind each zone's mark."""
        await trio.lowlevel.checkpoint()
        behind = (self._behind(zone, mark, limit) for zone, mark in marks.items())
        return [self._attempts[seq] for seq in nsmallest(limit, chain.from_iterable(behind))]

    def _behind(self, zone: str, mark: int, limit: int) -> list[int]:
        order = self._order_of.get(zone, [])
        start = bisect_right(order, mark)
        return order[start : start + limit]

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        """A record's newest version."""
        await trio.lowlevel.checkpoint()
        return self._shelf(zone).get(mms_id)

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        """The zone's records by rising MMS ID."""
        await trio.lowlevel.checkpoint()
        shelf = self._shelf(zone)
        start = bisect_right(shelf.order, after)
        return [shelf.versions[mms_id][-1] for mms_id in shelf.order[start : start + limit]]

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        """The records that bear one of `identifiers`."""
        await trio.lowlevel.checkpoint()
        shelf = self._shelf(zone)
        return [shelf.versions[mms_id][-1] for mms_id in shelf.holders(identifiers)]

    async def versions(self, zone: str, mms_id: str, *, numbers: Collection[int] | None = None) -> list[BibRecord]:
        """Every version or some, oldest first."""
        await trio.lowlevel.checkpoint()
        versions = self._shelf(zone).versions.get(mms_id, ())
        return [version for version in versions if numbers is None or version.version in numbers]

    async def history(
        self, zone: str, mms_id: str, *, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[BibRecord]:
        """The versions without their MARC, newest first."""
        await trio.lowlevel.checkpoint()
        versions = self._shelf(zone).versions.get(mms_id, ())
        earlier = (one for one in reversed(versions) if before is None or one.version < before)
        return [msgspec.structs.replace(version, marc=b"") for version in islice(earlier, limit)]

    async def counts(self) -> dict[str, Counts]:
        """How much each zone holds."""
        await trio.lowlevel.checkpoint()
        found = {}
        for zone in dict.fromkeys((*self._shelves, *self._order_of)):
            shelf = self._shelf(zone)
            versions = sum(map(len, shelf.versions.values()))
            found[zone] = Counts(len(shelf.versions), versions, len(self._order_of.get(zone, ())), shelf.ordinal)
        return {zone: counts for zone, counts in found.items() if any(counts)}

    async def indexed(self, zone: str, *, after: Indexed | None = None, limit: int = PAGE_ROWS) -> list[Indexed]:
        """By what the records are found."""
        await trio.lowlevel.checkpoint()
        index = self._shelf(zone).index
        entries = (Indexed(identifier, mms_id) for identifier, holders in index.items() for mms_id in holders)
        return nsmallest(limit, (entry for entry in entries if after is None or entry > after))

    async def remove_attempt(self, seq: int) -> bool:
        """Forget it, and the note that may come of it."""
        await trio.lowlevel.checkpoint()
        attempt = self._attempts.pop(seq, None)
        if attempt is None:
            return False
        del self._seqs[attempt.submission.id]
        for order in (self._order, self._order_of[attempt.receipt.zone]):
            del order[bisect_left(order, seq)]
        return True

    async def remove_record(self, zone: str, mms_id: str) -> bool:
        """Forget it with its past."""
        await trio.lowlevel.checkpoint()
        self._changed += 1
        self._removed[zone, mms_id] = datetime.now(UTC)
        self._unpublish(zone, [mms_id])
        self._stacks_of(zone).forget_record(mms_id)
        self._index(zone).change(mms_id)
        return self._shelf(zone).remove(mms_id)

    async def reset(self, zone: str) -> None:
        """Forget the shelf, the attempts and the links."""
        await trio.lowlevel.checkpoint()
        self._reset(zone)

    def _reset(self, zone: str) -> None:
        self._changed += 1
        self._removed = {key: at for key, at in self._removed.items() if key[0] != zone}
        self._removed[zone, ""] = datetime.now(UTC)
        self._shelves.pop(zone, None)
        self._stacks.pop(zone, None)
        self._forget_exchanges(zone)
        self._reset_publishing(zone)
        self._index(zone).reset()
        gone = self._order_of.pop(zone, [])
        for seq in gone:
            del self._seqs[self._attempts.pop(seq).submission.id]
        gone.clear()  # in place, as the other: a search may be going through them
        self._order[:] = [seq for seq in self._order if seq in self._attempts]
        self._links = {key: link for key, link in self._links.items() if zone not in (key[1], link.receipt.zone)}

    async def removed(self) -> dict[tuple[str, str], datetime]:
        """When records were removed, and zones reset."""
        await trio.lowlevel.checkpoint()
        return dict(self._removed)

    async def zones(self) -> list[KeptZone]:
        """The zones that were made at run time."""
        await trio.lowlevel.checkpoint()
        return [made for _, made in sorted(self._zones.items())]

    async def keep_zone(self, made: KeptZone) -> None:
        """Keep it."""
        await trio.lowlevel.checkpoint()
        self._zones[made.zone.key] = made

    async def remove_zone(self, key: str) -> bool:
        """Forget it, and what it holds."""
        await trio.lowlevel.checkpoint()
        if self._zones.pop(key, None) is None:
            return False
        self._reset(key)
        self._forget_publishing(key)
        self._webhooks = {place: webhook for place, webhook in self._webhooks.items() if place[0] != key}
        return True

    async def webhooks(self) -> list[Webhook]:
        """All that are kept."""
        await trio.lowlevel.checkpoint()
        return [webhook for _, webhook in sorted(self._webhooks.items())]

    async def swap_webhook(self, old: Webhook | None, new: Webhook | None) -> bool:
        """Compare and keep at once."""
        place = webhook_place(old, new)
        await trio.lowlevel.checkpoint()
        if self._webhooks.get(place) != old:
            return False
        if new is None:
            del self._webhooks[place]
        else:
            self._webhooks[place] = new
        return True

    async def rearrange(self, zone: str, plan: Callable[[Stacks], T]) -> T:
        """Run the plan at once."""
        await trio.lowlevel.checkpoint()
        self._changed += 1
        stacks = self._stacks.setdefault(zone, MemoryStacks())
        result = stacks.run(plan, self._shelf(zone).versions.__contains__)
        self._unpublish(zone, stacks.changed)
        return result

    async def libraries(self, zone: str) -> list[Library]:
        """The zone's."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).libraries()

    async def shelves(self, zone: str, mms_ids: Collection[str]) -> Shelves:
        """Holdings and items of these records."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).of_records(mms_ids)

    async def holding(self, zone: str, id_: str) -> Holding | None:
        """The holding of this ID."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).holding(id_)

    async def item(self, zone: str, barcode: str) -> Item | None:
        """The item of this barcode."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).item(barcode)

    async def holdings(self, zone: str, *, after: ShelfPlace | None = None, limit: int = PAGE_ROWS) -> list[Holding]:
        """The zone's holdings."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).page(after, limit)

    async def shelved(self) -> list[str]:
        """Zones that have libraries or holdings."""
        await trio.lowlevel.checkpoint()
        return sorted(zone for zone, stacks in self._stacks.items() if stacks)

    async def lending_zones(self) -> list[str]:
        """Zones that have patrons, loans or requests."""
        await trio.lowlevel.checkpoint()
        return sorted(zone for zone, stacks in self._stacks.items() if stacks.lends)

    async def found_inventory(self, zone: str, numbers: Sequence[int], epoch: int) -> list[Listed]:
        """What there is of these records when they have been looked up."""
        mms_ids = await self.found_records(zone, numbers, epoch)
        there = self._inventory(zone, mms_ids)
        return [Listed(mms_id, there.get(mms_id)) for mms_id in mms_ids]

    async def mark(self) -> Hashable:
        """How often anything changed."""
        await trio.lowlevel.checkpoint()
        return self._changed

    async def index_records(
        self, zone: str, tell: Callable[[int, int], None] = lambda done, of: None, *, anew: bool = False
    ) -> None:
        """Read what was written; nothing is kept of it but in memory."""
        await self._search(zone, lambda knows, source: None)

    async def unindexed(self) -> dict[str, int]:
        """None: who searches is not told what he waits for."""
        await trio.lowlevel.checkpoint()
        return {}

    async def _search(self, zone: str, ask: Ask[T]) -> T:
        return await self._index(zone).search(lambda: self._shelf(zone).versions, ask, self._searches)

    def _index(self, zone: str) -> MemoryIndex:
        return self._indexes.setdefault(zone, MemoryIndex())

    def _inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        shelf, stacks = self._shelf(zone), self._stacks_of(zone)
        records = [record for mms_id in mms_ids if (record := shelf.get(mms_id))]
        return stacks.of_records(mms_ids).of(records, stacks.libraries())

    def _mms_ids(self, zone: str) -> Collection[str]:
        return self._shelf(zone).order

    def _stacks_of(self, zone: str) -> MemoryStacks:
        stacks = self._stacks.get(zone)
        return MemoryStacks() if stacks is None else stacks

    def _shelf(self, zone: str) -> _Shelf:
        return self._shelves.get(zone) or _Shelf()
