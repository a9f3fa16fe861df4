"""Advisory locks: what makes plans that run at once, in whatever gateways, have the effect of one after another.

A transaction locks what it asks for before it looks, and what it changes, and lets go at its end. The server lets go of
a lock only after what the transaction did can be seen. Under READ COMMITTED each statement sees all that was committed
before it began; so a statement that begins when the lock is had sees what every earlier holder did, and nobody changes
it until the end. That is all that serial order needs, for nothing is decided on what was not locked.

Who asks whose a number is, locks it alone: he may be about to give it to a record. Who gives or takes it without having
asked shares the lock with his like, for it is all one in which order they do so: an ISBN that many records bear holds
up nobody who matches by OCLC number.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, Literal

from gateway.stores.postgres.batch import Batch, Statement
from gateway.stores.postgres.binary import BIGINTS
from gateway.stores.postgres.session import LOCK_SECONDS

_LOCK: Final = Statement("lock", "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", (BIGINTS,))
_SHARE: Final = Statement(
    "share", "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key", (BIGINTS,)
)
_AT_ONCE: Final = Statement("at_once", "SELECT set_config('lock_timeout', '1', true)")
"""Wait a millisecond and no longer."""
_IN_TIME: Final = Statement("in_time", f"SELECT set_config('lock_timeout', '{LOCK_SECONDS}s', true)")

Kind = Literal["number", "record", "attempt", "zone", "import", "schema", "expiry", "stacks", "publish"]


def key(zone: str, kind: Kind, name: str) -> int:
    """What PostgreSQL locks: 64 bits. Two things that share a key wait for each other in vain, and no more."""
    named = f"{kind}\0{zone}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big", signed=True)


def enter(batch: Batch, zone: str) -> None:
    """Keep others, until the end of the transaction, from forgetting what the zone holds (`removal`)."""
    batch.add(_SHARE, [key(zone, "import", "")])


def take(batch: Batch, keys: Iterable[int]) -> None:
    """Lock them all until the end of the transaction.

    In order, so that of two groups that want the same, one waits and no ring closes. Rings remain where a group locks
    a second time, such as numbers that its records lose: rare, and then PostgreSQL ends one of the transactions.
    """
    ordered = sorted(keys)
    if ordered:
        batch.add(_LOCK, ordered)


def share(batch: Batch, keys: Iterable[int], *, at_once: bool) -> None:
    """Lock them as `take` does, but with others who share them; `at_once`: or fail, rather than wait."""
    ordered = sorted(keys)
    if ordered and at_once:
        batch.add(_AT_ONCE)
        batch.add(_SHARE, ordered)
        batch.add(_IN_TIME)
    elif ordered:
        batch.add(_SHARE, ordered)
