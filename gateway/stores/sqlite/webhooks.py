"""The SQL of the SQLite store for webhooks. Runs in a thread, within somebody's transaction."""

import msgspec

from gateway.model import Webhook
from gateway.stores.base import Place
from gateway.stores.sqlite.rows import Execute, to_json

_webhook_of = msgspec.json.Decoder(Webhook).decode


def webhooks(execute: Execute) -> list[Webhook]:
    """All that are kept."""
    return [_webhook_of(body) for (body,) in execute("SELECT body FROM webhook ORDER BY zone, key")]


def swap(execute: Execute, place: Place, old: Webhook | None, new: Webhook | None) -> bool:
    """Keep `new` if `old` is what is kept there; whether it was."""
    body = execute("SELECT body FROM webhook WHERE zone = ? AND key = ?", place).get
    if (_webhook_of(body) if body else None) != old:
        return False
    if new is None:
        execute("DELETE FROM webhook WHERE zone = ? AND key = ?", place)
    else:
        execute("INSERT OR REPLACE INTO webhook VALUES (?, ?, ?)", (*place, to_json(new)))
    return True


def forget(execute: Execute, zone: str) -> None:
    """Forget those of a zone."""
    execute("DELETE FROM webhook WHERE zone = ?", (zone,))
