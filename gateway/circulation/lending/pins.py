"""Whether a PIN is a patron's. It is kept as an argon2id hash alone, and never logged."""

import hashlib
import hmac
import os
import secrets
from typing import Final
from weakref import WeakValueDictionary

import argon2
import trio

from gateway.model import Patron

HASHERS: Final = max(2, (os.cpu_count() or 2) // 2)
"""Hashes verified at once, at 19 MiB each as the gateway makes them; each patron has one of them at a time, so that
who guesses one PIN keeps nobody else waiting."""
VERIFIED_KEPT: Final = 10_000
"""Patrons of whom a good PIN is remembered, some 2 MB; the first go first."""


class Pins:
    """Who gave the right PIN, and the memory of those that were right."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()
        self._hashing = trio.CapacityLimiter(HASHERS)
        self._turns: WeakValueDictionary[tuple[str, str], trio.Lock] = WeakValueDictionary()
        self._key = secrets.token_bytes(32)
        self._verified: dict[tuple[str, str], bytes] = {}

    async def is_right(self, patron: Patron, pin: str) -> bool:
        """Whether it is the patron's; never for one who has none. The first time some 25 ms beside the event loop."""
        if not patron.pin:
            return False
        at = patron.zone, patron.barcode
        given = pin.encode(errors="surrogatepass")
        seen = hashlib.blake2b(patron.pin.encode() + b"\0" + given, key=self._key).digest()
        if hmac.compare_digest(self._verified.get(at, b""), seen):
            return True
        async with self._turns.setdefault(at, trio.Lock()):
            good = await trio.to_thread.run_sync(self._verify, patron.pin, given, limiter=self._hashing)
        if good:
            self._verified[at] = seen
            if len(self._verified) > VERIFIED_KEPT:
                del self._verified[next(iter(self._verified))]
        return good

    def _verify(self, secret: str, pin: bytes) -> bool:
        try:
            return self._hasher.verify(secret, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
