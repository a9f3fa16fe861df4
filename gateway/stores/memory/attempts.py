"""Attempts of a store in memory: their numbers, listing and search, and which of them are gone."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import chain, islice
from typing import Final

import trio
from msgspec.structs import replace

from gateway.model import Attempt, Delivery, Receipt, Submission
from gateway.search.attempts import Wanted
from gateway.stores.base import PAGE_ROWS, Retention

MATCHED_AT_ONCE: Final = 500
"""Attempts that are held against what is wanted before others have a turn: some milliseconds."""


class MemoryAttempts:
    """The part of `stores.base.Store` that has them."""

    def __init__(self, retention: Retention) -> None:
        super().__init__()
        self._retention = retention
        self._attempts: dict[int, Attempt] = {}
        self._seqs: dict[str, int] = {}
        """Their numbers, by the IDs of their submissions."""
        self._order: list[int] = []
        """Their numbers, rising."""
        self._order_of: dict[str, list[int]] = {}
        """The same of each zone's."""
        self._seq = 0

    def note(self, delivery: Delivery) -> None:
        """Add it at once."""
        seq = self._seqs.get(delivery.submission)
        if seq is not None:
            attempt = self._attempts[seq]
            self._attempts[seq] = replace(attempt, seconds=delivery.seconds, delivered=delivery.delivered)

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

    def _is_filed(self, zone: str, submission: str) -> bool:
        """Whether the attempt with this ID is kept in this zone."""
        kept = self._attempts.get(self._seqs.get(submission, 0))
        return kept is not None and kept.receipt.zone == zone

    def _file(self, submission: Submission, receipt: Receipt) -> None:
        """Keep an attempt under the next number."""
        self._seq += 1
        self._attempts[self._seq] = Attempt(self._seq, submission, receipt)
        self._seqs[submission.id] = self._seq
        self._order.append(self._seq)
        self._order_of.setdefault(receipt.zone, []).append(self._seq)

    def _expire(self) -> None:
        oldest_time = datetime.now(UTC) - self._retention.age if self._retention.age else None
        while self._order:
            seq, oldest = self._order[0], self._attempts[self._order[0]]
            too_many = len(self._order) > self._retention.keep
            if not too_many and (oldest_time is None or oldest.submission.at >= oldest_time):
                return
            del self._attempts[seq], self._seqs[oldest.submission.id]
            del self._order[0], self._order_of[oldest.receipt.zone][0]

    def _forget_attempts(self, zone: str) -> None:
        """Forget those of a zone."""
        gone = self._order_of.pop(zone, [])
        for seq in gone:
            del self._seqs[self._attempts.pop(seq).submission.id]
        gone.clear()  # in place, as the other: a search may be going through them
        self._order[:] = [seq for seq in self._order if seq in self._attempts]
