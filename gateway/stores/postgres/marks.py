"""Whether anything has changed in a database. Runs in a thread."""

from collections.abc import Hashable
from typing import Final

from gateway.stores.postgres.session import Connection

_SNAPSHOT: Final = """
SELECT txid_current_snapshot()::text WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
"""
"""Which transactions that write have begun and ended: where the same ones have, the same is seen. With Citus the other
servers have transactions of their own."""


def mark(connection: Connection) -> Hashable:
    """`stores.finding.Finding.mark`; like no other where that cannot be told."""
    row = connection.execute(_SNAPSHOT).fetchone()
    return row[0] if row else object()
