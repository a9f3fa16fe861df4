"""What a server shows of a store: what a search finds, and records laid out. What it has done lately it knows still."""

from collections.abc import Hashable, Sequence
from typing import Final

import trio

from gateway.frontends.z3950.apdus.external import Encoded
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.delivery import Delivered, deleted, delivered
from gateway.frontends.z3950.kept import Kept, Key, Number, Search
from gateway.frontends.z3950.rules import Rules
from gateway.model import Inventory
from gateway.search.query import Query
from gateway.stores.base import Found, Store

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

    async def find(self, zone: str, query: Query) -> Found:
        """What a query finds. Raises as the store does."""
        search = Search(zone, query, self._rules.order)
        mark = await self._store.mark()
        found = self._kept.found(search, mark)
        if found is None:
            found = await self._store.find_records(zone, query, order=self._rules.order)
            self._kept.put_found(search, mark, found)
        return found

    async def records(self, zone: str, numbers: Sequence[int], epoch: int, syntax: Oid) -> list[Delivered]:
        """What was found, in this order. Raises `NotFound` where the epoch is over."""
        mark = await self._store.mark()
        known: list[Delivered] = []
        for number in numbers:
            one = self._known(Number(zone, epoch, number), syntax, mark)
            if one is None:
                return await self._read(zone, numbers, epoch, syntax, mark)
            known.append(one)
        return known

    def _known(self, number: Number, syntax: Oid, mark: Hashable) -> Encoded | None:
        mms_id = self._kept.mms_id(number)
        return self._kept.made_at(Key(self._rules, syntax, number.zone, mms_id), mark) if mms_id else None

    async def _read(
        self, zone: str, numbers: Sequence[int], epoch: int, syntax: Oid, mark: Hashable
    ) -> list[Delivered]:
        listed = await self._store.found_inventory(zone, numbers, epoch)
        there = {mms_id: of for mms_id, of in listed if of}
        keys = {mms_id: Key(self._rules, syntax, zone, mms_id) for mms_id in there}
        made = {mms_id: one for mms_id, of in there.items() if (one := self._kept.made_of(keys[mms_id], mark, of))}
        missing = {mms_id: of for mms_id, of in there.items() if mms_id not in made}
        for mms_id, one in zip(missing, await _lay_out([*missing.values()], syntax, self._rules), strict=True):
            self._kept.put_made(keys[mms_id], mark, there[mms_id], one)
            made[mms_id] = one
        for number, (mms_id, _) in zip(numbers, listed, strict=True):
            self._kept.put_mms_id(Number(zone, epoch, number), mms_id)
        return [made.get(mms_id) or deleted(mms_id) for mms_id, _ in listed]


async def _lay_out(inventories: Sequence[Inventory], syntax: Oid, rules: Rules) -> list[Encoded]:
    def lay_out() -> list[Encoded]:
        return [delivered(one, syntax, rules) for one in inventories]

    octets = sum([len(one.record.marc) + ITEM_OCTETS * len(one.items) for one in inventories])
    if octets <= LAID_OUT_HERE:
        return lay_out()
    return await trio.to_thread.run_sync(lay_out, limiter=_laying_out)
