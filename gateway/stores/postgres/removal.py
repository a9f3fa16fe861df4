"""The SQL for zones that come and go, and for what is to be forgotten. Runs in a thread.

Whoever forgets something of a zone has the zone for himself: groups of imports share a lock from their beginning to
their end (`locks.enter`), which he takes alone. So each of them comes before him with all that it does, or after him.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import msgspec

from gateway.model import PendingLink
from gateway.stores.base import KeptZone
from gateway.stores.postgres import index, locks, published, publishing, rows, stacks, unpublished, webhooks
from gateway.stores.postgres.session import Connection

WAIT_SECONDS: Final = 10
"""For the zone's groups to end: people wait for it, and no longer than for an export."""
OF_ZONE: Final = (
    *("record", "record_version", "identifier", "attempt", "delivery", "pending_link", "removed"),
    *("library", "holding", "item", "patron", "loan", "request", "exchange"),
    *published.IN_ZONE,
)
"""Tables of which a reset leaves nothing."""

_to_json = msgspec.json.Encoder(order="deterministic").encode
_zone_of = msgspec.json.Decoder(KeptZone).decode
_link_of = msgspec.json.Decoder(PendingLink).decode


def remove_attempt(connection: Connection, seq: int) -> bool:
    """Forget an attempt and what became of its reply; whether there was one."""
    if not 0 < seq <= rows.BIGGEST:
        return False
    row = connection.execute("SELECT zone FROM attempt WHERE seq = $1", (seq,)).fetchone()
    if row is None:
        return False
    with _alone_in(connection, zone := row[0]):
        connection.execute("DELETE FROM delivery WHERE zone = $1 AND seq = $2", (zone, seq))
        return connection.execute("DELETE FROM attempt WHERE zone = $1 AND seq = $2", (zone, seq)).rowcount > 0


def remove_record(connection: Connection, zone: str, mms_id: str) -> bool:
    """Forget a record, its past, its holdings, and by what it is found; whether there was one."""
    with _alone_in(connection, zone):
        _remember(connection, zone, mms_id)
        unpublished.changed(connection, zone, [mms_id])
        stacks.forget(connection, zone, mms_id)
        query = "DELETE FROM record WHERE zone = $1 AND mms_id = $2 RETURNING mms_id, version, marc, body"
        row = connection.execute(query, (zone, mms_id)).fetchone()
        if row is None:
            return False
        index.change(connection, zone, mms_id)
        connection.execute("DELETE FROM record_version WHERE zone = $1 AND mms_id = $2", (zone, mms_id))
        for number in rows.numbers_of(rows.kept_of(row).record):
            query = "DELETE FROM identifier WHERE zone = $1 AND number = $2 AND mms_id = $3"
            connection.execute(query, (zone, number, mms_id))
        return True


def reset(connection: Connection, zone: str) -> int:
    """Forget all that a zone holds, and the links that are to be made in it; its epoch now."""
    with _alone_in(connection, zone):
        epoch = _empty(connection, zone)
    _forget_links_from(connection, zone)
    return epoch


def remove_zone(connection: Connection, key: str) -> int | None:
    """Forget it, what it holds and its webhooks, if it is one that was made at run time; its epoch now, else None."""
    with _alone_in(connection, key):
        if not connection.execute("DELETE FROM kept_zone WHERE zone = $1", (key,)).rowcount:
            return None
        epoch = _empty(connection, key)
        webhooks.forget(connection, key)
        publishing.forget(connection, key)
    _forget_links_from(connection, key)
    return epoch


def _empty(connection: Connection, zone: str) -> int:
    for table in OF_ZONE:
        connection.execute(f"DELETE FROM {table} WHERE zone = $1", (zone,))  # noqa: S608 - table names of its own
    index.empty(connection, zone)
    _remember(connection, zone, "")
    query = """
    INSERT INTO zone (zone, ordinal, epoch) VALUES ($1, 0, 1)
    ON CONFLICT (zone) DO UPDATE SET ordinal = 0, epoch = zone.epoch + 1 RETURNING epoch
    """
    row = connection.execute(query, (zone,)).fetchone()
    assert row is not None
    return int(row[0])


def _forget_links_from(connection: Connection, zone: str) -> None:
    """Those that are kept under network zones; each by itself, for no transaction is of two zones."""
    for network, name, link in connection.execute("SELECT zone, submission, link FROM pending_link").fetchall():
        if _link_of(link).receipt.zone == zone:
            connection.execute("DELETE FROM pending_link WHERE zone = $1 AND submission = $2", (network, name))


def _remember(connection: Connection, zone: str, mms_id: str) -> None:
    query = "INSERT INTO removed VALUES ($1, $2, $3) ON CONFLICT (zone, mms_id) DO UPDATE SET at = excluded.at"
    connection.execute(query, (zone, mms_id, datetime.now(UTC)))


def removed(connection: Connection) -> dict[tuple[str, str], datetime]:
    """When records were removed, and zones reset."""
    rows = connection.execute("SELECT zone, mms_id, at FROM removed")
    return {(zone, mms_id): at.astimezone(UTC) for zone, mms_id, at in rows}


def zones(connection: Connection) -> list[KeptZone]:
    """The zones that were made at run time."""
    return [_zone_of(body) for (body,) in connection.execute("SELECT body FROM kept_zone ORDER BY zone")]


def keep_zone(connection: Connection, made: KeptZone) -> None:
    """Keep it, instead of an earlier one."""
    query = "INSERT INTO kept_zone VALUES ($1, $2) ON CONFLICT (zone) DO UPDATE SET body = excluded.body"
    connection.execute(query, (made.zone.key, _to_json(made).decode()))


@contextmanager
def _alone_in(connection: Connection, zone: str) -> Iterator[None]:
    """A transaction in which nobody else imports into the zone."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        connection.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.execute("SELECT pg_advisory_xact_lock($1)", (locks.key(zone, "import", ""),))
        yield
