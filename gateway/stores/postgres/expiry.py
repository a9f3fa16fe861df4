"""Which attempts need not be kept any more, and their end: in batches, soon after others were filed."""

from datetime import UTC, datetime
from typing import Final

import trio

from gateway.stores.base import Retention
from gateway.stores.postgres.locks import key
from gateway.stores.postgres.session import Connection

LOOK_EVERY: Final = 100
"""Attempts filed, by whatever gateway, between two looks at which are too old; a tenth of those to keep where that is
less, and where none is ever too old."""
AGAIN_SECONDS: Final = 1.0
"""Before another look, where another gateway was about it."""
FAILED_SECONDS: Final = 10.0
"""Before another look, where the database would not do it: it may be a while, and nobody waits for it."""
BATCH: Final = 1_000
"""Attempts deleted in one transaction: some MB, and some milliseconds."""


class Expiry:
    """When a gateway is to look, and the looking."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._tenth = max(1, retention.keep // 10)
        self._every = min(LOOK_EVERY, self._tenth) if retention.age else self._tenth
        self._newest = 0
        self._looked_at: float = -self._every  # the first commit looks: a gateway may be started often
        self._counted_at: float = -self._tenth
        self._last = 0
        """What has this number and those before it are being deleted; 0 where nothing is known of that is left."""
        self._last_found_at = 0
        """The newest attempt's number when that was found out."""
        self._due = trio.Event()

    def filed(self, newest: int) -> None:
        """Take notice of the newest attempt's number."""
        self._newest = max(self._newest, newest)
        if self._newest - self._looked_at >= self._every:
            self._looked_at = self._newest
            self._due.set()

    def look_again(self) -> None:
        """For it was not done: another gateway was about it, and may have begun before the newest attempts came; or the
        database failed.
        """
        self._due.set()

    async def due(self) -> None:
        """Wait until there is to be a look."""
        await self._due.wait()
        self._due = trio.Event()

    def look(self, connection: Connection) -> float | None:
        """Delete a batch of what has expired; seconds until the next is due, None where nothing is left.

        Blocks, for a batch only: what reads is given little time. Raises `psycopg.Error`.
        """
        lock = key("", "expiry", "")
        row = connection.execute("SELECT pg_try_advisory_lock($1)", (lock,)).fetchone()
        if row is None or not row[0]:
            return AGAIN_SECONDS
        try:
            if not self._last:
                self._last_found_at = self._newest
                self._last = max(self._last_beyond_count(connection), self._last_beyond_age(connection))
            if _delete_batch(connection, self._last):
                return 0.0
            self._last = 0
            return 0.0 if self._newest - self._last_found_at >= self._every else None
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock($1)", (lock,))

    def _last_beyond_count(self, connection: Connection) -> int:
        """Counting takes some 10 ms for 100,000: only when a tenth may have come since."""
        newest = self._newest
        if newest - self._counted_at < self._tenth:
            return 0
        query = "SELECT seq FROM attempt ORDER BY seq DESC OFFSET $1 LIMIT 1"
        row = connection.execute(query, (self._retention.keep,)).fetchone()
        self._counted_at = newest
        return int(row[0]) if row else 0

    def _last_beyond_age(self, connection: Connection) -> int:
        """As far as attempts are too old from the oldest on."""
        if self._retention.age is None:
            return 0
        newest = self._newest  # before the database is asked: what is filed meanwhile is young
        oldest_kept = datetime.now(UTC) - self._retention.age
        query = "SELECT seq - 1 FROM attempt WHERE at >= $1 ORDER BY seq LIMIT 1"
        row = connection.execute(query, (oldest_kept,)).fetchone()
        return int(row[0]) if row else newest


def _delete_batch(connection: Connection, last: int) -> bool:
    """Of the zone that has the oldest; False where none has any."""
    oldest = connection.execute("SELECT zone FROM attempt WHERE seq <= $1 ORDER BY seq LIMIT 1", (last,)).fetchone()
    if oldest is None:
        return False
    (zone,) = oldest
    query = """
    DELETE FROM attempt WHERE zone = $1 AND seq = ANY(ARRAY(
        SELECT seq FROM attempt WHERE zone = $1 AND seq <= $2 ORDER BY seq LIMIT $3
    )) RETURNING seq
    """
    deleted = [seq for (seq,) in connection.execute(query, (zone, last, BATCH))]
    if deleted:
        connection.execute("DELETE FROM delivery WHERE zone = $1 AND seq <= $2", (zone, max(deleted)))
    return True
