"""The records of an answer: some of a result set, in one syntax, as many as its size allows.

Source: Z39.50-1995, 3.3 (message and record sizes).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import trio

from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.external import Encoded
from gateway.frontends.z3950.apdus.present import PresentStatus, Range
from gateway.frontends.z3950.apdus.records import NamePlusRecord, SurrogateDiagnostic
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.delivery import Delivered, deleted, delivered
from gateway.frontends.z3950.kept import Kept, Key
from gateway.frontends.z3950.rules import Rules
from gateway.frontends.z3950.sets import ResultSet
from gateway.frontends.z3950.subjects import Subject, subjects
from gateway.stores.base import Store

READ_AT_ONCE: Final = 20
"""Records that are read and laid out together: of the longest ones 2 MB."""
LAID_OUT_HERE: Final = 50_000
"""Octets of MARC, and of items as records would have them, up to which records are laid out where exports are taken:
some 2 ms. What is more goes to a thread."""
ITEM_OCTETS: Final = 100
"""About what an item takes in an OPAC record."""
LAYING_OUT: Final = 2
"""Pages that are laid out in threads at once: these contend for the interpreter with those who export."""

_laying_out: Final = trio.CapacityLimiter(LAYING_OUT)


class Sizes(NamedTuple):
    """What client and server have agreed upon, in octets."""

    preferred: int
    """Of the records of an answer."""
    exceptional: int
    """Of one record that is asked for alone."""


class Page(NamedTuple):
    """Records, from the first one that was asked for."""

    records: tuple[NamePlusRecord, ...]
    status: PresentStatus


class Pages:
    """The records of one server."""

    def __init__(self, store: Store, rules: Rules, kept: Kept) -> None:
        self._store = store
        self._rules = rules
        self._kept = kept

    async def page(self, result_set: ResultSet, ranges: Sequence[Range], syntax: Oid, sizes: Sizes) -> Page:
        """The records in these ranges, which the set has. Raises `NotFound` where the set is of another epoch."""
        zone, name = result_set.database
        wanted = [number for one in ranges for number in result_set.numbers(one.start - 1, one.count)]
        records: list[NamePlusRecord] = []
        used = 0
        for start in range(0, len(wanted), READ_AT_ONCE):
            mms_ids = await self._store.found_records(zone, wanted[start : start + READ_AT_ONCE], result_set.epoch)
            for one in await self._laid_out(zone, mms_ids, syntax):
                size = len(one.octets) if isinstance(one, Encoded) else 0
                if size > sizes.preferred and not records:
                    one = _oversized(one, size, sizes, alone=len(wanted) == 1)
                elif used + size > sizes.preferred:
                    return Page(tuple(records), PresentStatus.MESSAGE_SIZE)
                used += size
                records.append(NamePlusRecord(one, name))
        return Page(tuple(records), PresentStatus.SUCCESS)

    async def _laid_out(self, zone: str, mms_ids: Sequence[str], syntax: Oid) -> list[Delivered]:
        there = await subjects(self._store, zone, mms_ids)
        keys = {mms_id: Key(self._rules, syntax, zone, mms_id) for mms_id in there}
        found = {mms_id: one for mms_id, of in there.items() if (one := self._kept.find(keys[mms_id], of))}
        missing = [mms_id for mms_id in there if mms_id not in found]
        made = await _lay_out([there[mms_id] for mms_id in missing], syntax, self._rules)
        for mms_id, one in zip(missing, made, strict=True):
            self._kept.put(keys[mms_id], there[mms_id], one)
            found[mms_id] = one
        return [found.get(mms_id) or deleted(mms_id) for mms_id in mms_ids]


async def _lay_out(subjects: Sequence[Subject], syntax: Oid, rules: Rules) -> list[Encoded]:
    def lay_out() -> list[Encoded]:
        return [delivered(one, syntax, rules) for one in subjects]

    octets = sum([len(one.record.marc) + ITEM_OCTETS * len(one.items) for one in subjects])
    if octets <= LAID_OUT_HERE:
        return lay_out()
    return await trio.to_thread.run_sync(lay_out, limiter=_laying_out)


def _oversized(record: Delivered, size: int, sizes: Sizes, *, alone: bool) -> Delivered:
    """A record that is larger than an answer is to be: itself, where it is all that was asked for."""
    if size > sizes.exceptional:
        return SurrogateDiagnostic(Diagnostic(17, str(size)))
    return record if alone else SurrogateDiagnostic(Diagnostic(16, str(size)))
