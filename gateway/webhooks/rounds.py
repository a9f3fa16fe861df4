"""A round: one webhook from where it stands until nothing waits for it any more, or a try fails.

While it sends it holds the webhook, so that of several gateways on one store one delivers. How far it has come is saved
now and then and at its end: what was delivered since the last time is delivered again where the gateway is killed.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Attempt, Webhook
from gateway.stores.base import Store
from gateway.webhooks import address, signing
from gateway.webhooks.bell import Bell
from gateway.webhooks.patience import Answer, Patience, after
from gateway.webhooks.sending import Sender
from gateway.webhooks.signing import Root

ROWS: Final = 20
"""Attempts that are read at once: each comes with its record, 2 MB of the longest."""
HOLD_SECONDS: Final = 30.0
"""How long a webhook is held: a try, and some quick ones before it. So long it waits where the gateway that held it was
killed. The clocks of gateways on one store are to agree within `SPARE_SECONDS`."""
SPARE_SECONDS: Final = 10.0
"""What must be left of that, beside the time for an answer, when a try begins."""
LOOK_SECONDS: Final = 0.1
"""Between two looks for more at least: a hundred exports are seen in one."""
LAST_SAVE_SECONDS: Final = 1.0
"""For saving how far it has come when the gateway is being stopped."""

Body = Callable[[Attempt], bytes]
"""What is sent of an attempt."""


@dataclass(frozen=True)
class Means:
    """What all rounds of a gateway go by."""

    store: Store
    sender: Sender
    root: Root
    body: Body
    patience: Patience
    slots: trio.CapacityLimiter
    """One for each try at once."""
    name: str
    """Of this process among those on the same store."""
    bell: Bell
    """Rings when there is more."""


class Superseded(Exception):
    """Somebody else has changed the webhook meanwhile: it was deleted, or another gateway delivers."""


class Round:
    """Of one webhook."""

    def __init__(self, webhook: Webhook, means: Means) -> None:
        """`webhook` as it is kept."""
        self._kept = webhook
        self._now = webhook
        """What is to be kept."""
        self._means = means
        self._saved_at = trio.current_time()
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.webhooks").bind(
            zone=webhook.zone, webhook=webhook.key, host=address.host(webhook.url)
        )

    async def run(self) -> None:
        """Deliver all that waits. Cancelled, it saves how far it has come. Raises `StoreError`."""
        try:
            await self._deliver()
            await self._let_go()
        except Superseded:
            self._log.info("webhooks.superseded")
        except trio.Cancelled:
            with trio.move_on_after(LAST_SAVE_SECONDS, shield=True), suppress(StoreError, Superseded):
                await self._let_go()
            raise

    async def _deliver(self) -> None:
        while True:
            more = self._means.bell.next
            looked_at = trio.current_time()
            attempts = await self._means.store.newer({self._now.zone: self._now.told}, limit=ROWS)
            for attempt in attempts:
                if not await self._passed(attempt):
                    return
            if not attempts:
                if not await self._saw(more):
                    return
                await trio.sleep_until(looked_at + LOOK_SECONDS)

    async def _saw(self, more: trio.Event) -> bool:
        """Wait for more until it is time to save; whether there may be some."""
        with trio.move_on_at(self._saved_at + self._means.patience.save):
            await more.wait()
            return True
        return False

    async def _passed(self, attempt: Attempt) -> bool:
        """Send it if it is one of those that are told of; whether to go on with the next."""
        if attempt.receipt.outcome not in self._now.outcomes:
            self._now = replace(self._now, told=attempt.seq)
            return True
        body = self._means.body(attempt)
        secret = self._means.root.secret(self._now)
        async with self._means.slots:
            await self._hold()
            at = datetime.now(UTC)
            headers = signing.headers(secret, attempt.submission.id, int(at.timestamp()), body)
            answer = await self._means.sender.send(self._now.url, headers, body, seconds=self._means.patience.send)
        self._now = after(self._now, attempt.seq, answer, datetime.now(UTC), self._means.patience.back_off)
        self._tell(attempt, answer)
        if self._now.told != attempt.seq:
            return False
        if trio.current_time() - self._saved_at >= self._means.patience.save:
            await self._save()
        return True

    def _tell(self, attempt: Attempt, answer: Answer) -> None:
        """The log's line on a try."""
        log = self._log.bind(seq=attempt.seq, status=answer.status, seconds=round(answer.seconds, 3))
        if answer.taken:
            log.info("webhooks.delivered")
        elif self._now.stopped_at is not None:
            log.warning("webhooks.stopped", fault=answer.fault)
        elif self._now.told == attempt.seq:
            log.warning("webhooks.given_up", fault=answer.fault, tries=1 + len(self._means.patience.back_off))
        else:
            log.warning("webhooks.failed", fault=answer.fault, tries=self._now.failures, next_at=str(self._now.next_at))

    async def _hold(self) -> None:
        """See to it that no other gateway sends while this one does."""
        now = datetime.now(UTC)
        until, name = self._now.sending_until, self._means.name
        needed = timedelta(seconds=self._means.patience.send + SPARE_SECONDS)
        if self._now.sender == name and until is not None and until - now > needed:
            return
        self._now = replace(self._now, sender=name, sending_until=now + timedelta(seconds=HOLD_SECONDS))
        await self._save()

    async def _let_go(self) -> None:
        """Save how far it has come; others may deliver."""
        self._now = replace(self._now, sender="", sending_until=None)
        await self._save()

    async def _save(self) -> None:
        if self._now != self._kept:
            if not await self._means.store.swap_webhook(self._kept, self._now):
                raise Superseded
            self._kept = self._now
        self._saved_at = trio.current_time()
