"""Ordinals of new records, which a gateway leases for a zone in advance, so that gateways do not wait for each other.

The lease is committed before the first of its ordinals is used: no two records have the same. As many as a group may
need are leased, and more where groups follow each other; what is left at the end is given back. So one gateway alone
leaves no gap, unless it is killed while it has much to do.
"""

import time
from typing import Final

from gateway.stores.postgres.session import Connection

MOST: Final = 256
"""Ordinals leased at once, where groups need fewer: the gap that a killed gateway may leave."""
QUIET_SECONDS: Final = 1.0
"""After so long without a lease the next is no larger than it must be."""


class Ordinals:
    """Those of one zone that are leased and not used, rising. One group at a time has them."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._left: list[int] = []
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

    def drawn(self, ordinal: int) -> int:
        """The last ordinal that was used, of a zone in which `ordinal` is the last that was leased, as far as known."""
        return self._first_of_last() - 1 if self._left and self._left[-1] == ordinal else ordinal

    def use(self, count: int) -> None:
        """The first so many are some record's now."""
        del self._left[:count]
        self._used = self._used or count > 0

    def prepare(self, connection: Connection, jobs: int) -> None:
        """Lease as many as a group of so many plans may draw, one each; none for a zone that makes no records."""
        if self._used and len(self._left) < jobs:
            self.lease(connection, jobs)

    def lease(self, connection: Connection, wanted: int) -> None:
        """See that so many are left, outside of any transaction."""
        now = time.monotonic()
        quiet = now - self._leased_at >= QUIET_SECONDS
        missing = wanted - len(self._left)
        self._size = missing if quiet else max(missing, min(2 * self._size, MOST))
        self._leased_at = now
        query = """
        INSERT INTO zone (zone, ordinal) VALUES (%s, %s)
        ON CONFLICT (zone) DO UPDATE SET ordinal = zone.ordinal + excluded.ordinal RETURNING ordinal
        """
        row = connection.execute(query, (self._zone, self._size)).fetchone()
        assert row is not None
        self._left += range(row[0] - self._size + 1, row[0] + 1)

    def give_back(self, connection: Connection) -> None:
        """Return what is left, unless another gateway has leased since."""
        if not self._left:
            return
        query = "UPDATE zone SET ordinal = %s WHERE zone = %s AND ordinal = %s"
        connection.execute(query, (self._first_of_last() - 1, self._zone, self._left[-1]))
        self._left.clear()

    def _first_of_last(self) -> int:
        """Where those begin that end with the last one, without a gap."""
        left = {*self._left}
        return next(ordinal for ordinal in reversed(self._left) if ordinal - 1 not in left)
