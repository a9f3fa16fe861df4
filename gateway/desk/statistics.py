"""What has happened since the gateway was started, counted as it happens: for machines that watch it."""

from collections import Counter
from datetime import UTC, datetime

from msgspec import Struct

from gateway.model import Delivery, Outcome, Receipt


class Happened(Struct, frozen=True):
    """How much of it."""

    since: datetime
    """When the gateway, or this worker of it, was started, UTC."""
    attempts: dict[str, dict[Outcome, int]]
    """By zone and outcome; `@` and a host where none was reached."""
    answered: int
    """Replies that went out, or were tried to."""
    not_delivered: int
    """Those of them whose client had gone."""
    answer_seconds: float
    """From first byte to reply, of all of them together."""


class Statistics:
    """The counting. What it costs an export is two additions."""

    def __init__(self) -> None:
        self._since = datetime.now(UTC)
        self._attempts: Counter[tuple[str, Outcome]] = Counter()
        self._answered = 0
        self._not_delivered = 0
        self._seconds = 0.0

    def kept(self, receipt: Receipt) -> None:
        """An attempt was kept."""
        self._attempts[receipt.zone, receipt.outcome] += 1

    def noted(self, delivery: Delivery) -> None:
        """It is known what became of a reply."""
        self._answered += 1
        self._not_delivered += not delivery.delivered
        self._seconds += delivery.seconds

    def happened(self) -> Happened:
        """All of it until now."""
        attempts: dict[str, dict[Outcome, int]] = {}
        for (zone, outcome), count in sorted(self._attempts.items()):
            attempts.setdefault(zone, {})[outcome] = count
        return Happened(self._since, attempts, self._answered, self._not_delivered, round(self._seconds, 6))
