"""Looks which webhooks have something to deliver, and delivers: each in a task of its own, so none waits for another.

Nothing is queued but in the store: a webhook knows up to which attempt it was told, and what is behind that waits.
"""

import os
import secrets
import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import structlog
import trio

from gateway.errors import StoreError
from gateway.model import Webhook
from gateway.stores.base import Place, Store
from gateway.webhooks import signing
from gateway.webhooks.bell import Bell
from gateway.webhooks.patience import USUAL, Answer, Patience
from gateway.webhooks.rounds import LOOK_SECONDS, Body, Means, Round
from gateway.webhooks.sending import Sender
from gateway.webhooks.signing import Root

AT_ONCE: Final = 64
"""Tries at once, over all webhooks: a class whose receivers are all slow still does not use up the open files."""
LOOK_ROWS: Final = 50
"""Attempts that one look reads, of all webhooks together: it only asks whose zone has something new."""
REST_SECONDS: Final = 30.0
"""After a round that ended with a fault of the gateway's own, or of its store."""


class Deliverer:
    """One a process. Several on one store share the work."""

    def __init__(self, store: Store, root: Root, agent: str, patience: Patience = USUAL) -> None:
        """Without a secret in `root` nothing is delivered. `agent` is what receivers see as User-Agent."""
        self._store = store
        self._root = root
        self._patience = patience
        self._sender = Sender(agent)
        self._bell = Bell()
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._zones: frozenset[str] = frozenset()
        """Those that have webhooks."""
        self._rounds: dict[Place, tuple[Webhook, trio.CancelScope]] = {}
        self._resting: dict[Place, float] = {}
        """Until when, of those whose round ended with a fault."""
        self._failing = False
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.webhooks").bind()

    @property
    def signs(self) -> bool:
        """Whether there is a secret to sign with; else nothing is delivered."""
        return bool(self._root)

    def wake(self, zone: str | None = None) -> None:
        """An attempt was kept in a zone; or webhooks have changed: look soon."""
        if zone is None or zone in self._zones:
            self._bell.ring()

    def secret(self, webhook: Webhook) -> str:
        """What receivers verify with, for who makes the webhook."""
        return signing.shown(self._root.secret(webhook))

    async def try_out(self, webhook: Webhook, message: str, body: bytes) -> Answer:
        """Send this now, whatever the webhook has come to; nothing is kept of it."""
        headers = signing.headers(self._root.secret(webhook), message, int(datetime.now(UTC).timestamp()), body)
        return await self._sender.send(webhook.url, headers, body, seconds=self._patience.send)

    async def run(self, body: Body) -> None:
        """Deliver until cancelled; lives through a store that fails. `body` says what is sent of an attempt."""
        slots = trio.CapacityLimiter(AT_ONCE)
        means = Means(self._store, self._sender, self._root, body, self._patience, slots, self._name, self._bell)
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    change = self._bell.next
                    began = trio.current_time()
                    with trio.move_on_after(await self._looked(nursery, means)):
                        await change.wait()
                    await trio.sleep_until(began + LOOK_SECONDS)
        finally:
            await self._sender.aclose()

    async def _looked(self, nursery: trio.Nursery, means: Means) -> float:
        """Begin a round of each webhook that has something to deliver; in how many seconds to look again."""
        try:
            wait = await self._look(nursery, means)
        except StoreError as error:
            if not self._failing:
                self._log.warning("webhooks.not_read", error=str(error))
            self._failing = True
            return self._patience.poll
        self._failing = False
        return wait

    async def _look(self, nursery: trio.Nursery, means: Means) -> float:
        running = frozenset(self._rounds)  # before the reading: what it brings of them may be old when they end
        kept = await self._store.webhooks()
        self._zones = frozenset([webhook.zone for webhook in kept]) if self._root else frozenset()
        self._end_all_but(kept)
        if not self._root:
            return self._patience.poll
        now = datetime.now(UTC)
        due = [webhook for webhook in kept if _place(webhook) not in running and self._is_due(webhook, now)]
        marks: dict[str, int] = {}
        for webhook in due:
            marks[webhook.zone] = min(webhook.told, marks.get(webhook.zone, webhook.told))
        found = await self._store.newer(marks, limit=LOOK_ROWS) if marks else []
        newest = {attempt.receipt.zone: attempt.seq for attempt in found}
        for webhook in due:
            if webhook.told < newest.get(webhook.zone, 0):
                scope = trio.CancelScope()
                self._rounds[_place(webhook)] = webhook, scope
                nursery.start_soon(self._run, webhook, means, scope)
        if len(found) == LOOK_ROWS:
            return 0
        later = [(webhook.next_at - now).total_seconds() for webhook in kept if webhook.next_at]
        return min([self._patience.poll, *(wait for wait in later if wait > 0)])

    async def _run(self, webhook: Webhook, means: Means, scope: trio.CancelScope) -> None:
        place = _place(webhook)
        try:
            with scope:
                await Round(webhook, means).run()
        except StoreError as error:
            self._log.warning("webhooks.not_saved", zone=webhook.zone, webhook=webhook.key, error=str(error))
            self._resting[place] = trio.current_time() + REST_SECONDS
        except Exception as error:
            self._log.error("webhooks.crashed", zone=webhook.zone, webhook=webhook.key, exc_info=error)
            self._resting[place] = trio.current_time() + REST_SECONDS
        finally:
            del self._rounds[place]
            self._bell.ring()

    def _is_due(self, webhook: Webhook, now: datetime) -> bool:
        """Whether it may be delivered to now, and by this gateway."""
        if webhook.stopped_at or self._resting.get(_place(webhook), 0) > trio.current_time():
            return False
        if webhook.sender != self._name and webhook.sending_until and webhook.sending_until > now:
            return False
        return webhook.next_at is None or webhook.next_at <= now

    def _end_all_but(self, kept: Iterable[Webhook]) -> None:
        """End rounds of webhooks that were deleted, and forget what is known of these."""
        there = {_place(webhook): webhook.made_at for webhook in kept}
        for place, (webhook, scope) in self._rounds.items():
            if there.get(place) != webhook.made_at:
                scope.cancel()
        self._resting = {place: until for place, until in self._resting.items() if place in there}


def _place(webhook: Webhook) -> Place:
    return webhook.zone, webhook.key
