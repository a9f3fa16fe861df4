"""Whether a PIN is a patron's. It is kept as an argon2id hash alone, and never logged."""

import hashlib
import hmac
import os
import secrets
from typing import Final, TypeVar
from weakref import WeakValueDictionary

import argon2
import trio

from gateway.circulation.lending.refusals import Refusal, Refused
from gateway.model import Patron

K = TypeVar("K")
V = TypeVar("V")

HASHERS: Final = max(2, (os.cpu_count() or 2) // 2)
"""Hashes verified at once, at 19 MiB each as the gateway makes them; each patron has one of them at a time, so that
who guesses one PIN keeps nobody else waiting."""
VERIFIED_KEPT: Final = 10_000
"""Patrons of whom a good PIN is remembered, some 2 MB; the first go first."""
WRONG_SECONDS: Final = 1.0
"""From a wrong PIN to its answer, and to the next look at another of this patron's from the same address: the 10,000
PINs of four digits take hours. The first costs nothing: people mistype."""
WRONG_KEPT: Final = 10_000
"""Pairs of patron and address of which the last PIN was wrong, some 2 MB; the first go first."""
MOST_WAITING: Final = 5
"""PINs of one patron from one address that wait behind a wrong one: a client shows one or two of a patron at a time."""


class _Line:
    """PINs of one patron from one address, one after another."""

    def __init__(self) -> None:
        self.turn = trio.Lock()
        self.wrong = False
        """Whether the last was."""

    @property
    def too_long(self) -> bool:
        """Whether it is for one more, or for who has his turn and for those behind him."""
        return self.wrong and self.turn.statistics().tasks_waiting >= MOST_WAITING


class Pins:
    """Who gave the right PIN, and the memory of those that were right.

    Guesses hold up nobody at another address, and nobody whose PIN was right once; so no patron can be locked out.
    """

    def __init__(self, *, wrong_seconds: float = WRONG_SECONDS) -> None:
        self._wrong_seconds = wrong_seconds
        self._hasher = argon2.PasswordHasher()
        self._hashing = trio.CapacityLimiter(HASHERS)
        self._lines: WeakValueDictionary[tuple[str, ...], _Line] = WeakValueDictionary()
        """By zone, barcode and peer."""
        self._turns: WeakValueDictionary[tuple[str, str], trio.Lock] = WeakValueDictionary()
        self._key = secrets.token_bytes(32)
        self._verified: dict[tuple[str, str], bytes] = {}
        self._wrong: dict[tuple[str, ...], None] = {}

    async def is_right(self, patron: Patron, pin: str, peer: str = "") -> bool:
        """Whether it is the patron's; never for one who has none. The first time some 25 ms beside the event loop.

        A wrong one behind a wrong one takes `WRONG_SECONDS`; until then others from this peer, an address, wait. Raises
        `Refused` where too many do.
        """
        if not patron.pin:
            return False
        at = patron.zone, patron.barcode
        given = pin.encode(errors="surrogatepass")
        seen = hashlib.blake2b(patron.pin.encode() + b"\0" + given, key=self._key).digest()
        if self._remembers(at, seen):
            return True
        who = *at, peer
        line = self._lines.setdefault(who, _Line())
        if line.too_long:
            raise Refused(Refusal.TOO_MANY_PINS, "patron", patron.barcode)
        async with line.turn:
            if self._remembers(at, seen):
                return True
            if line.too_long:
                raise Refused(Refusal.TOO_MANY_PINS, "patron", patron.barcode)
            good = await self._is_good(patron, given)
            line.wrong = not good
            if not good:
                with trio.CancelScope(shield=True):  # or who hangs up could guess on at once
                    await trio.sleep(self._wrong_seconds if who in self._wrong else 0)
                _keep(self._wrong, who, None, WRONG_KEPT)
                return False
            self._wrong.pop(who, None)
            _keep(self._verified, at, seen, VERIFIED_KEPT)
            return True

    def _remembers(self, at: tuple[str, str], seen: bytes) -> bool:
        return hmac.compare_digest(self._verified.get(at, b""), seen)

    async def _is_good(self, patron: Patron, pin: bytes) -> bool:
        async with self._turns.setdefault((patron.zone, patron.barcode), trio.Lock()):
            return await trio.to_thread.run_sync(self._verify, patron.pin, pin, limiter=self._hashing)

    def _verify(self, secret: str, pin: bytes) -> bool:
        try:
            return self._hasher.verify(secret, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def _keep(kept: dict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
