"""Advisory locks: what makes plans that run at once, in whatever gateways, have the effect of one after another.

A transaction locks what it asks for before it looks, and what it changes, and lets go at its end. The server lets go of
a lock only after what the transaction did can be seen. Under READ COMMITTED each statement sees all that was committed
before it began; so a statement that begins when the lock is had sees what every earlier holder did, and nobody changes
it until the end. That is all that serial order needs, for nothing is decided on what was not locked.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal

from gateway.stores.postgres.session import Connection

Kind = Literal["number", "record", "attempt", "zone", "schema", "expiry"]


def key(zone: str, kind: Kind, name: str) -> int:
    """What PostgreSQL locks: 64 bits. Two things that share a key wait for each other in vain, and no more."""
    named = f"{kind}\0{zone}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big", signed=True)


def take(connection: Connection, keys: Iterable[int]) -> None:
    """Lock them all until the end of the transaction.

    In order, so that of two groups that want the same, one waits and no ring closes. Rings remain where a group locks
    a second time, such as numbers that its records lose: rare, and then PostgreSQL ends one of the transactions.
    """
    ordered = sorted(keys)
    if ordered:
        connection.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%b::bigint[]) AS key", (ordered,))
