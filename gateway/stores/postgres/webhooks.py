"""The SQL for webhooks. Runs in a thread.

What is kept bears the mark of the swap that kept it, a number that no other swap has. A swap looks first, then changes
what still bears the mark that it saw, in one statement. So of two gateways one is too late; and who lost the connection
while he changed it, and looks once more over another, knows his own mark.
"""

import secrets
from typing import NamedTuple

import msgspec

from gateway.model import Webhook
from gateway.stores.base import Place
from gateway.stores.postgres.session import Connection

_to_json = msgspec.json.Encoder(order="deterministic").encode
_webhook_of = msgspec.json.Decoder(Webhook).decode


class Swap(NamedTuple):
    """One webhook in place of another; it may be tried again."""

    place: Place
    old: Webhook | None
    new: Webhook | None
    mark: int

    @classmethod
    def of(cls, place: Place, old: Webhook | None, new: Webhook | None) -> "Swap":
        """With a mark of its own."""
        return cls(place, old, new, secrets.randbits(63))

    def run(self, connection: Connection) -> bool:
        """Keep `new` if `old` is what is kept there; whether it was.

        Tried again, it cannot know that it was itself that forgot a webhook: then it says that it was not.
        """
        row = connection.execute("SELECT body, mark FROM webhook WHERE zone = $1 AND key = $2", self.place).fetchone()
        body, seen = row or (None, None)
        if seen == self.mark:
            return True
        if (_webhook_of(body) if body else None) != self.old:
            return False
        return self._change(connection, seen)

    def _change(self, connection: Connection, seen: int | None) -> bool:
        """Change what bears the mark `seen`; where that is None, what is not there. Whether it still was so."""
        if self.new is None:
            query = "DELETE FROM webhook WHERE zone = $1 AND key = $2 AND mark = $3"
            return connection.execute(query, (*self.place, seen)).rowcount > 0
        kept = (*self.place, _to_json(self.new).decode(), self.mark)
        if seen is None:
            query = "INSERT INTO webhook VALUES ($1, $2, $3, $4) ON CONFLICT (zone, key) DO NOTHING"
            return connection.execute(query, kept).rowcount > 0
        query = "UPDATE webhook SET body = $3, mark = $4 WHERE zone = $1 AND key = $2 AND mark = $5"
        return connection.execute(query, (*kept, seen)).rowcount > 0


def webhooks(connection: Connection) -> list[Webhook]:
    """All that are kept."""
    return [_webhook_of(body) for (body,) in connection.execute("SELECT body FROM webhook ORDER BY zone, key")]


def forget(connection: Connection, zone: str) -> None:
    """Forget those of a zone."""
    connection.execute("DELETE FROM webhook WHERE zone = $1", (zone,))
