"""A gateway that delivers, on a store that says what it is asked."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio

from gateway.errors import StoreError
from gateway.model import Attempt, Webhook
from gateway.stores.base import Store
from gateway.webhooks.bell import Bell
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.patience import Patience
from gateway.webhooks.signing import Root
from tests.desk.kept import keep
from tests.webhooks.made import webhook
from tests.webhooks.receiver import PATIENCE

ROOT = Root("open-sesame-47110815")
QUICK = Patience(back_off=(0.02, 0.02), send=PATIENCE, save=0.05, poll=0.05)


class Noticing:
    """A store that says when webhooks are asked for and changed, and fails when it is told to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.bell = Bell()
        self.looks = 0
        self.fails = False

    def __getattr__(self, name: str) -> Any:  # Any: of the store
        return getattr(self._store, name)

    async def webhooks(self) -> list[Webhook]:
        self.looks += 1
        self.bell.ring()
        if self.fails:
            raise StoreError("the disk is gone")
        return await self._store.webhooks()

    async def swap_webhook(self, old: Webhook | None, new: Webhook | None) -> bool:
        try:
            return await self._store.swap_webhook(old, new)
        finally:
            self.bell.ring()

    async def kept(self, is_so: Callable[[Webhook], bool], key: str = "ci") -> Webhook:
        """The webhook once this is so of it."""
        while True:
            change = self.bell.next
            for one in await self._store.webhooks():
                if one.key == key and is_so(one):
                    return one
            await change.wait()

    async def looked(self, times: int) -> None:
        """Wait until it was asked for webhooks so often from now on."""
        wanted = self.looks + times
        while self.looks < wanted:
            await self.bell.next.wait()


def body(attempt: Attempt) -> bytes:
    """What is sent of an attempt here."""
    return b'{"seq":%d,"title":"%s"}' % (attempt.seq, attempt.receipt.title.encode())


@asynccontextmanager
async def delivering(store: Noticing, root: Root = ROOT, patience: Patience = QUICK) -> AsyncIterator[Deliverer]:
    """A gateway that delivers, until the end of the context."""
    deliverer = Deliverer(store, root, "test", patience)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(deliverer.run, body)
        yield deliverer
        nursery.cancel_scope.cancel()


async def add(store: Noticing, url: str, **other: object) -> Webhook:
    """Keep a webhook."""
    made = webhook(url, **other)
    assert await store.swap_webhook(None, made)
    return made


async def exported(store: Noticing, *titles: str, zone: str = "xyz") -> list[int]:
    """Keep an attempt of each title; their numbers."""
    return [await keep(store, zone, title=title) for title in titles]
