"""Ordinals of new records, which a gateway leases for a zone in advance, so that gateways do not wait for each other.

The lease is committed before the first of its ordinals is used: no two records have the same. As many as a group may
need are leased, and more where groups follow each other; what is left at the end is given back. So one gateway alone
leaves no gap, unless it is killed while it has much to do.

A zone that is reset begins anew with 1, and its epoch rises. What was leased before is no longer good, in whatever
gateway: a transaction that has drawn of it fails.
"""

import time
from typing import Final

from gateway.stores.postgres.batch import Batch, Statement
from gateway.stores.postgres.binary import BIGINT, TEXT
from gateway.stores.postgres.session import Session

MOST: Final = 256
"""Ordinals leased at once, where groups need fewer: the gap that a killed gateway may leave."""
QUIET_SECONDS: Final = 1.0
"""After so long without a lease the next is no larger than it must be."""

_LEASE: Final = Statement(
    "lease",
    """
    INSERT INTO zone (zone, ordinal) VALUES ($1, $2)
    ON CONFLICT (zone) DO UPDATE SET ordinal = zone.ordinal + excluded.ordinal RETURNING ordinal, epoch
    """,
    (TEXT, BIGINT),
)
_GIVE_BACK: Final = Statement(
    "give_back",
    "UPDATE zone SET ordinal = $1 WHERE zone = $2 AND ordinal = $3 AND epoch = $4",
    (BIGINT, TEXT, BIGINT, BIGINT),
)
_CHECK: Final = Statement("check_epoch", "SELECT 1 / count(*) FROM zone WHERE zone = $1 AND epoch = $2", (TEXT, BIGINT))
"""An error where there is no such row, so that it needs no answer before COMMIT is sent."""
STALE: Final = "22012"
"""SQLSTATE of that error, division by zero; no other statement of the store's divides."""


class Ordinals:
    """Those of one zone that are leased and not used, rising. One group at a time has them."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._left: list[int] = []
        self.epoch = 0
        """Of the zone, when they were leased."""
        self._size = 0
        self._leased_at = -QUIET_SECONDS
        self._used = False

    @property
    def left(self) -> int:
        """How many are left."""
        return len(self._left)

    def nth(self, count: int) -> int:
        """The first, second, … of those that are left; a guess at what follows, for a plan that draws more of them.

        So it gets to its end, and tells how many it needs; then it must run again.
        """
        if count <= self.left:
            return self._left[count - 1]
        return (self._left[-1] if self._left else 0) + count - self.left

    def drawn(self, ordinal: int, epoch: int) -> int:
        """The last ordinal that was used, of a zone in which `ordinal` is the last that was leased, as far as known."""
        ours = self._left and (self._left[-1], self.epoch) == (ordinal, epoch)
        return self._first_of_last() - 1 if ours else ordinal

    def use(self, count: int) -> None:
        """The first so many are some record's now."""
        del self._left[:count]
        self._used = self._used or count > 0

    async def prepare(self, session: Session, jobs: int) -> None:
        """Lease as many as a group of so many plans may draw, one each; none for a zone that makes no records."""
        if self._used and len(self._left) < jobs:
            await self.lease(session, jobs)

    async def lease(self, session: Session, wanted: int) -> None:
        """See that so many are left, outside of any transaction. Raises `psycopg.Error`."""
        now = time.monotonic()
        quiet = now - self._leased_at >= QUIET_SECONDS
        missing = wanted - len(self._left)
        self._size = missing if quiet else max(missing, min(2 * self._size, MOST))
        self._leased_at = now
        batch = Batch(session)
        leased = batch.add(_LEASE, self._zone, self._size)
        await batch.run()
        last, epoch = leased.rows[0]
        if epoch != self.epoch:
            self._left, self.epoch = [], epoch
        self._left += range(last - self._size + 1, last + 1)

    def check(self, batch: Batch) -> None:
        """Let a transaction that has drawn of them fail, `STALE`, if the zone was reset since they were leased."""
        batch.add(_CHECK, self._zone, self.epoch)

    def forget(self, epoch: int) -> None:
        """Those of before this epoch of the zone are no longer good."""
        if self.epoch < epoch:
            self._left = []

    async def give_back(self, session: Session) -> None:
        """Return what is left, unless another gateway has leased since. Raises `psycopg.Error`."""
        if not self._left:
            return
        batch = Batch(session)
        batch.add(_GIVE_BACK, self._first_of_last() - 1, self._zone, self._left[-1], self.epoch)
        self._left = []
        await batch.run()

    def _first_of_last(self) -> int:
        """Where those begin that end with the last one, without a gap."""
        left = {*self._left}
        return next(ordinal for ordinal in reversed(self._left) if ordinal - 1 not in left)
