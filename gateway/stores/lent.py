"""What the stores have in common of lending: an order, what becomes of a loan when its item moves, exchanges that wait.

It knows no store.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Exchange, Request
from gateway.stores.lending import EXCHANGES_KEPT, LendingStacks, words_of

NOTE_SECONDS: Final = 0.2
"""How long an exchange waits for others to be kept with: people who look do not see that, and a busy server commits a
few times a second for them, not once for each."""
WAITING: Final = 2_000
"""Most exchanges that wait, the newest: many times what comes in that time. More pile up only while the disk hangs."""
LOOK_EVERY: Final = EXCHANGES_KEPT // 10
"""Exchanges kept between two looks at how many there are: the oldest go in batches."""

CLOSE_SECONDS: Final = 2.0
"""At the end, for those that wait."""

to_json = msgspec.json.Encoder(order="deterministic").encode


def longest_first(requests: Iterable[Request]) -> list[Request]:
    """Those that have waited longest first; of the same moment, by rising ID."""
    return sorted(requests, key=lambda request: (request.made_at, request.id))


def move(stacks: LendingStacks, item: str, before: str, mms_id: str) -> None:
    """Let the loan of an item, and requests for it, be of the record that it is of now; `before` it was of another."""
    loan = stacks.loan(item)
    if loan is not None:
        stacks.put_loan(replace(loan, mms_id=mms_id))
    for request in stacks.requests_of(before):
        if request.item == item:
            stacks.put_request(replace(request, mms_id=mms_id))


def without_messages(exchange: Exchange) -> Exchange:
    """As listings have it."""
    return replace(exchange, asked=b"", answered=b"")


def wanted(text: str) -> str:
    """What is looked for in `lending.words_of`."""
    return text.casefold()


class Noted(NamedTuple):
    """An exchange as it is kept, but for its number."""

    zone: str
    body: bytes
    """JSON, without its messages."""
    words: str
    asked: bytes
    answered: bytes

    @classmethod
    def of(cls, exchange: Exchange) -> "Noted":
        """Raises `UnicodeError` where it holds what cannot be written down."""
        body = to_json(replace(without_messages(exchange), seq=0))
        return cls(exchange.zone, body, words_of(exchange), exchange.asked, exchange.answered)


def is_due(newest: int, count: int) -> bool:
    """Whether to look for the oldest, when so many were kept of which the last has this number."""
    return newest // LOOK_EVERY > (newest - count) // LOOK_EVERY


class Waiting:
    """Exchanges that are soon to be kept."""

    def __init__(self, keep: Callable[[Sequence[Noted]], Awaitable[object]]) -> None:
        """`keep` writes some, oldest first, in one transaction."""
        self._keep = keep
        self._waiting: list[tuple[Noted, Callable[[], object]]] = []
        """Each with whom to call when it is kept."""
        self._noted = trio.Event()

    def note(self, exchange: Exchange, kept: Callable[[], object]) -> None:
        """The store's `note_exchange`; nothing where it cannot be written down."""
        with suppress(UnicodeError):
            self._waiting.append((Noted.of(exchange), kept))
        del self._waiting[:-WAITING]
        self._noted.set()

    def take(self) -> list[Noted]:
        """All that wait; they do no longer, and nobody is called."""
        taken, self._waiting = self._waiting, []
        return [noted for noted, _ in taken]

    async def keep(self) -> None:
        """Keep what waits now. What the store would not take is lost: people can do without it."""
        taken, self._waiting = self._waiting, []
        if not taken:
            return
        try:
            with suppress(StoreError):
                await self._keep([noted for noted, _ in taken])
                for kept in {kept for _, kept in taken}:
                    kept()
        except trio.Cancelled:  # it has not happened
            self._waiting[:0] = taken
            raise

    async def finish(self) -> None:
        """Keep what waits now, if that is soon done."""
        with trio.move_on_after(CLOSE_SECONDS, shield=True):
            await self.keep()

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            await self._noted.wait()
            self._noted = trio.Event()
            await trio.sleep(NOTE_SECONDS)
            await self.keep()
