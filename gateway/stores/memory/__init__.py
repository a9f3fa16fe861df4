"""A store that is gone at the end: for tests, and for trying things out."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from heapq import nsmallest
from itertools import islice
from typing import Final

import msgspec
import trio

from gateway.errors import StoreError
from gateway.model import (
    BibRecord,
    Holding,
    Identifier,
    Inventory,
    Item,
    Library,
    PendingLink,
    Webhook,
)
from gateway.stores.base import (
    PAGE_ROWS,
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
    webhook_place,
)
from gateway.stores.memory.attempts import MemoryAttempts
from gateway.stores.memory.index import MemoryIndex
from gateway.stores.memory.lending import MemoryLending
from gateway.stores.memory.publishing import MemoryPublishing
from gateway.stores.memory.shelf import Shelf
from gateway.stores.memory.stacks import MemoryStacks
from gateway.stores.searching import Ask, Searched
from gateway.stores.transacting import Changes

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


class _MemoryTransaction(Changes):
    """Reads the shelf as it is, and gathers what is to change."""

    def __init__(self, shelf: Shelf, filed: Callable[[str], bool]) -> None:
        super().__init__(shelf.ordinal)
        self.holders = shelf.holders
        self.get = shelf.get
        self.filed = filed


class MemoryStore(Searched, MemoryAttempts, MemoryPublishing, MemoryLending):
    """Dictionaries; a plan's changes are made when it has returned."""

    def __init__(self, retention: Retention) -> None:
        super().__init__(retention)
        self._shelves: dict[str, Shelf] = {}
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
        shelf = self._shelves.setdefault(zone, Shelf())
        transaction = _MemoryTransaction(shelf, partial(self._is_filed, zone))
        result = plan(transaction)
        shelf.check(transaction.records)
        for record in transaction.records:
            self._changed += 1
            if shelf.is_rewritten(record):
                self._index(zone).change(record.mms_id)
        shelf.take(transaction)
        self._unpublish(zone, [record.mms_id for record in transaction.records])
        for submission, receipt in transaction.attempts:
            self._file(submission, receipt)
        for delivery in transaction.deliveries:
            self.note(delivery)
        self._link(zone, transaction)
        self._expire()
        await trio.lowlevel.cancel_shielded_checkpoint()
        return result

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
        self._forget_attempts(zone)
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

    def _shelf(self, zone: str) -> Shelf:
        return self._shelves.get(zone) or Shelf()
