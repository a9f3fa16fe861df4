"""What a server shows of a store: what a search finds, and records laid out. What it has done lately it knows still."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Final

import trio

from gateway.frontends.z3950.apdus.records import EncodedRecord
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.delivery import Delivered, deleted, delivered
from gateway.frontends.z3950.kept import Kept, Key, Number, Search
from gateway.frontends.z3950.rules import Database, Rules
from gateway.model import Inventory
from gateway.search.query import Query
from gateway.stores.base import Found, Listed, Store

READ_AHEAD: Final = 10
"""Records that are read with a search, where they are likely to be asked for: less work than to come again."""
LAID_OUT_HERE: Final = 50_000
"""Octets of MARC, and of items as records would have them, up to which records are laid out where exports are taken:
some 2 ms. What is more goes to a thread."""
ITEM_OCTETS: Final = 100
"""About what an item takes in an OPAC record."""
LAYING_OUT: Final = 2
"""Pages that are laid out in threads at once: these contend for the interpreter with those who export."""

_laying_out: Final = trio.CapacityLimiter(LAYING_OUT)


class Catalogue:
    """Of one server."""

    def __init__(self, store: Store, rules: Rules, kept: Kept) -> None:
        self._store = store
        self._rules = rules
        self._kept = kept

    async def find(self, zone: str, query: Query, *, ahead: bool) -> Found:
        """What a query finds, but for what is suppressed from discovery [assumed of both servers].

        `ahead`: its first records are likely to be asked for next. Raises as the store does.
        """
        search = Search(zone, query, self._rules.order)
        mark = await self._now()
        found = self._kept.found(search)
        if found is None:
            read = READ_AHEAD if ahead else 0
            known = partial(self._kept.lists, zone)
            found = await self._store.find_records(
                zone, query, order=search.order, read=read, known=known, suppressed=False
            )
            self._kept.put_found(mark, search, found._replace(read=()))
            self._keep(mark, zone, found.epoch, found.result.numbers(0, len(found.read)), found.read)
        return found

    async def records(self, database: Database, numbers: Sequence[int], epoch: int, syntax: Oid) -> list[Delivered]:
        """What was found, in this order. Raises `NotFound` where the epoch is over."""
        zone = database.zone
        mark = await self._now()
        listed = []
        for number in numbers:
            one = self._kept.listed(Number(zone, epoch, number))
            if one is None:
                listed = await self._store.found_inventory(zone, numbers, epoch)
                self._keep(mark, zone, epoch, numbers, listed)
                break
            listed.append(one)
        return await self._laid_out(database, listed, syntax)

    async def _now(self) -> Hashable:
        mark = await self._store.mark()
        self._kept.at(mark)
        return mark

    def _keep(self, mark: Hashable, zone: str, epoch: int, numbers: Sequence[int], listed: Sequence[Listed]) -> None:
        for number, one in zip(numbers, listed, strict=True):
            self._kept.put_listed(mark, Number(zone, epoch, number), one)

    async def _laid_out(self, database: Database, listed: Sequence[Listed], syntax: Oid) -> list[Delivered]:
        found: list[Delivered] = []
        missing: dict[int, tuple[Key, Inventory]] = {}
        for place, (mms_id, there) in enumerate(listed):
            key = Key(self._rules, syntax, database, mms_id)
            made = self._kept.made(key, there) if there else None
            if there and made is None:
                missing[place] = key, there
            found.append(made or deleted(mms_id, database.name))
        if missing:
            made_now = await _lay_out([of for _, of in missing.values()], database.name, syntax, self._rules)
            for (place, (key, of)), one in zip(missing.items(), made_now, strict=True):
                self._kept.put_made(key, of, one)
                found[place] = one
        return found


async def _lay_out(inventories: Sequence[Inventory], database: str, syntax: Oid, rules: Rules) -> list[EncodedRecord]:
    def lay_out() -> list[EncodedRecord]:
        return [delivered(one, database, syntax, rules) for one in inventories]

    octets = sum([len(one.record.marc) + ITEM_OCTETS * len(one.items) for one in inventories])
    if octets <= LAID_OUT_HERE:
        return lay_out()
    return await trio.to_thread.run_sync(lay_out, limiter=_laying_out)
