"""The SQL of the SQLite store for zones that come and go, and for what is to be forgotten."""

from datetime import UTC, datetime

import msgspec

from gateway.model import Zone
from gateway.stores.base import KeptZone
from gateway.stores.sqlite import index, published, publishing, stacks, unpublished, webhooks
from gateway.stores.sqlite.rows import Execute, changed, from_microseconds, identifiers_of, to_json, to_microseconds

_zone_of = msgspec.json.Decoder(Zone).decode


def remove_attempt(execute: Execute, seq: int) -> bool:
    """Forget an attempt; whether there was one."""
    return execute("DELETE FROM attempt WHERE seq = ? RETURNING seq", (seq,)).get is not None


def remove_record(execute: Execute, zone: str, mms_id: str) -> bool:
    """Forget a record, its past, its holdings, and by what it is found; whether there was one."""
    _remember(execute, zone, mms_id)
    unpublished.changed(execute, zone, [mms_id])
    stacks.forget(execute, zone, mms_id)
    query = "DELETE FROM record WHERE zone = ? AND mms_id = ? RETURNING identifiers"
    found_by = execute(query, (zone, mms_id)).get
    if found_by is None:
        return False
    changed(execute, zone, [mms_id])
    execute("DELETE FROM record_version WHERE zone = ? AND mms_id = ?", (zone, mms_id))
    for kind, value in identifiers_of(found_by):
        query = "DELETE FROM identifier WHERE zone = ? AND value = ? AND kind = ? AND mms_id = ?"
        execute(query, (zone, value, kind, mms_id))
    return True


def reset(execute: Execute, zone: str) -> None:
    """Forget all that a zone holds, its counter, and links that are to be made from it or in it."""
    for table in ("record", "record_version", "identifier", "attempt", "zone", "removed"):
        execute(f"DELETE FROM {table} WHERE zone = ?", (zone,))  # noqa: S608 - table names of its own
    execute("DELETE FROM pending_link WHERE zone = ?1 OR CAST(link AS TEXT) ->> '$.receipt.zone' = ?1", (zone,))
    stacks.empty(execute, zone)
    index.empty(execute, zone)
    published.empty(execute, zone)
    _remember(execute, zone, "")


def _remember(execute: Execute, zone: str, mms_id: str) -> None:
    execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?)", (zone, mms_id, to_microseconds(datetime.now(UTC))))


def removed(execute: Execute) -> dict[tuple[str, str], datetime]:
    """When records were removed, and zones reset."""
    rows = execute("SELECT zone, mms_id, at FROM removed")
    return {(zone, mms_id): from_microseconds(at) for zone, mms_id, at in rows}


def zones(execute: Execute) -> list[KeptZone]:
    """The zones that were made at run time."""
    rows = execute("SELECT settings, secret, at FROM kept_zone ORDER BY zone")
    return [KeptZone(_zone_of(settings), secret, from_microseconds(at)) for settings, secret, at in rows]


def keep_zone(execute: Execute, made: KeptZone) -> None:
    """Keep it, instead of an earlier one."""
    row = (made.zone.key, to_json(made.zone), made.secret, to_microseconds(made.at))
    execute("INSERT OR REPLACE INTO kept_zone VALUES (?, ?, ?, ?)", row)


def remove_zone(execute: Execute, key: str) -> bool:
    """Forget it, what it holds and its webhooks, if it is one that was made at run time; whether it is."""
    if execute("DELETE FROM kept_zone WHERE zone = ? RETURNING zone", (key,)).get is None:
        return False
    reset(execute, key)
    webhooks.forget(execute, key)
    publishing.forget(execute, key)
    return True
