"""Attempts that a store keeps, without anybody exporting."""

from datetime import UTC, datetime, timedelta

from gateway.model import Outcome, Reason, Receipt, Submission, new_submission_id
from gateway.stores.base import Store
from tests.stores.nouns import PATIENCE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def keep(
    store: Store,
    zone: str = "xyz",
    *,
    title: str = "Notebook of tides",
    outcome: Outcome = Outcome.CREATED,
    reason: Reason | None = None,
    raw: bytes = b"",
    minute: int = 0,
) -> int:
    """Keep an attempt; its number."""
    submission = Submission(new_submission_id(), NOON + timedelta(minutes=minute), "host", "127.0.0.1", "", raw)
    receipt = Receipt(zone, outcome, reason, title=title)
    await store.transact(zone, lambda transaction: transaction.file(submission, receipt), seconds=PATIENCE)
    [newest] = await store.attempts(zone=zone, limit=1)
    return newest.seq
