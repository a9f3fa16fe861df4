"""Webhooks, as they are made."""

from datetime import UTC, datetime
from typing import Any

from gateway.model import Webhook

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def webhook(url: str = "http://127.0.0.1:9/exports", key: str = "ci", zone: str = "xyz", **other: Any) -> Webhook:
    """One that was told of nothing yet."""
    return Webhook(**({"zone": zone, "key": key, "url": url, "made_at": NOON, "told": 0} | other))
