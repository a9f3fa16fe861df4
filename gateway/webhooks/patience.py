"""How long a receiver is waited for, when it is tried again, and what a webhook has come to after a try."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from gateway.model import Webhook

BACK_OFF: Final = (5.0, 30.0, 120.0, 600.0, 3600.0, 4 * 3600.0, 8 * 3600.0)
"""Seconds between a try that failed and the next. After the last, some 13 hours from the first, the attempt is given
up: a receiver that is down over night is told in the morning. Never by chance: nobody else tries with it."""
RETRY_AFTER_SECONDS: Final = 24 * 3600.0
"""Longest that a receiver can put off the next try."""
SEND_SECONDS: Final = 15.0
"""For a receiver to answer: the least that Standard Webhooks recommends, for exports are many."""
SAVE_SECONDS: Final = 0.5
"""Between two savings of how far it has come: each is a durable write beside those of the exports. What was delivered
since the last is delivered again where the gateway is killed."""
POLL_SECONDS: Final = 1.0
"""Between two looks where nobody says that something is new: other processes write to the store too, unheard."""
GONE: Final = 410


class Patience(NamedTuple):
    """All times, in seconds."""

    back_off: tuple[float, ...] = BACK_OFF
    send: float = SEND_SECONDS
    save: float = SAVE_SECONDS
    poll: float = POLL_SECONDS


USUAL: Final = Patience()


class Answer(NamedTuple):
    """What a receiver said to a message."""

    status: int | None
    """HTTP status; None where there was no answer."""
    fault: str
    """Why it does not count as taken, in words that go on from the receiver; empty where it does."""
    seconds: float
    """From the beginning of the try to its end."""
    retry_after: float = 0.0
    """Seconds that it asks for before the next try."""
    body: bytes = b""
    """The beginning of what it said."""

    @property
    def taken(self) -> bool:
        """Whether it need not be sent again."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants to be told nothing any more."""
        return self.status == GONE


def after(webhook: Webhook, seq: int, answer: Answer, at: datetime, back_off: tuple[float, ...] = BACK_OFF) -> Webhook:
    """The webhook after an attempt was sent and so answered: it goes on, tries again later, or gives the attempt up."""
    sent = replace(webhook, last_at=at, next_at=None)
    if answer.taken:
        return replace(sent, told=seq, delivered=sent.delivered + 1, failures=0, fault="", failing_since=None)
    failures = 1 + (sent.failures if sent.tried == seq else 0)
    failed = replace(sent, tried=seq, failures=failures, fault=answer.fault, failing_since=webhook.failing_since or at)
    if answer.gone:
        return replace(failed, stopped_at=at)
    if failures > len(back_off):
        return replace(failed, told=seq, given_up=failed.given_up + 1, failures=0)
    wait = max(back_off[failures - 1], min(answer.retry_after, RETRY_AFTER_SECONDS))
    return replace(failed, next_at=at + timedelta(seconds=wait))


def retry_after(header: str, now: datetime) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): a number of them, or a date; 0 for anything else.

    At most `RETRY_AFTER_SECONDS`.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return RETRY_AFTER_SECONDS if len(text) > len(str(int(RETRY_AFTER_SECONDS))) else _bounded(float(text))
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    return _bounded(((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS)
