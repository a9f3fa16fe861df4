"""What webhooks are told of an export."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from gateway.desk import attempts
from gateway.importer import report
from gateway.importer.report import Known
from gateway.model import Attempt, Outcome, Reason, Zone

EXPORT: Final = "export"
"""How the type of a message begins; its outcome follows."""
TEST: Final = "webhook.test"
"""The type of one that is sent to try a webhook out."""
NOT_EXPORTED: Final = "a test: nothing was exported"


class ExportTold(Struct, frozen=True):
    """What a webhook is told of an export."""

    zone: str
    """Key of the zone that it reached."""
    seq: int
    """Its number, by which the API tells more of it. Rises within a zone, in the order in which it is told."""
    id: str
    """Unique across gateways; the message's `webhook-id` too."""
    at: datetime
    """When its last byte arrived, UTC."""
    host: str
    """The emulated host that it came to."""
    peer: str
    """The client's address, without port; `import` for a record of a file."""
    logon_id: str
    """As it was sent."""
    outcome: Outcome
    reason: Reason | None
    """Why it was not filed; null where it was."""
    words: str
    """Outcome and reason for people, such as `refused: several matches`."""
    reply: str
    """What the client was answered."""
    mms_id: str
    """The record that was created, merged or left as it was; empty where none was."""
    held_by: str
    """Key of the zone whose record has that MMS ID, perhaps the network zone; empty where none was."""
    oclc_numbers: tuple[str, ...]
    """Of 035 $a, in their plain form."""
    title: str


class WebhookMessage(Struct, frozen=True):
    """The body of what is posted to a webhook."""

    type: str
    """`export.` and the outcome, such as `export.created`; `webhook.test` where somebody tries it out."""
    timestamp: datetime
    """When the export arrived, UTC."""
    data: ExportTold


def body(known: Callable[[], Known], attempt: Attempt) -> bytes:
    """The `WebhookMessage` of an attempt as JSON; `known` gives what the settings say now."""
    submission, receipt = attempt.submission, attempt.receipt
    told = ExportTold(
        zone=receipt.zone,
        seq=attempt.seq,
        id=submission.id,
        at=submission.at,
        host=submission.host,
        peer=submission.peer,
        logon_id=submission.logon_id,
        outcome=receipt.outcome,
        reason=receipt.reason,
        words=report.ended(attempt),
        reply=known().replies.text(receipt),
        mms_id=receipt.mms_id,
        held_by=attempts.held_by(receipt),
        oclc_numbers=receipt.oclc_numbers,
        title=receipt.title,
    )
    return msgspec.json.encode(WebhookMessage(f"{EXPORT}.{receipt.outcome.value}", submission.at, told))


def sample(key: str, zone: Zone | None, message: str, now: datetime) -> bytes:
    """The `WebhookMessage`, as JSON, of an export that nobody made; `zone` is None where that key's is not in force."""
    told = ExportTold(
        zone=key,
        seq=0,
        id=message,
        at=now,
        host=zone.host if zone else "",
        peer="127.0.0.1",
        logon_id=zone.code if zone else "",
        outcome=Outcome.CREATED,
        reason=None,
        words=NOT_EXPORTED,
        reply="",
        mms_id="",
        held_by="",
        oclc_numbers=(),
        title="",
    )
    return msgspec.json.encode(WebhookMessage(TEST, now, told))
