"""Who may export to which zone: (host, logon ID, password) -> zone, or a refusal that says what was nearly right.

The client is never told which of the two was wrong. Source: spec, "Zones and hosts"; design, "Logons".
"""

import hashlib
import hmac
import math
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

import argon2
import trio

from gateway.importer.zones import Account, Zones
from gateway.model import Logon, Reason, Zone

HASH_PREFIX: Final = "$argon2"
"""How a password begins that is kept as a hash (PHC string format)."""
ALIKE: Final = 0.6
"""Part of its letters that a logon ID shares with one of the settings before it is kept and shown (difflib's ratio)."""
SHOWN_CHARACTERS: Final = 64
"""Longest logon ID that is kept and shown: institution codes have some dozen characters."""
HASHERS: Final = max(2, (os.cpu_count() or 2) // 2)
"""Hashes verified at once, at 19 MiB each; one peer has one of them at a time, so that none keeps the others out."""
FIRST_DELAY: Final = 0.25
"""Seconds that a second failure in a row waits; each further one twice as long, up to the setting."""
FAILURES_KEPT: Final = 10_000
"""Pairs of peer and logon ID whose failures are remembered, some 2 MB; the least recent go first."""
FAILURES_FORGOTTEN: Final = 600.0
"""Seconds after which failures in a row are forgotten."""
VERIFIED_KEPT: Final = 10_000
"""Accounts of which a good logon is remembered, some 2 MB; the first go first."""


class Denied(NamedTuple):
    """Why a logon is refused; for the operator alone."""

    reason: Reason
    zone: Zone | None = None
    """The zone that was named, if its logon ID was right."""
    hint: str = ""
    """A near miss, one of `importer.diagnose`'s."""
    hint_for: str = ""
    """The logon ID or host that the near miss points to."""
    also: str = ""
    """What else would be wrong then: a further near miss."""
    also_for: str = ""
    """The logon ID that this points to."""


class Logons:
    """Who opens which of the zones in force, and the memory of good and bad logons."""

    def __init__(self, zones: Zones, *, longest_delay: float) -> None:
        """`longest_delay`: seconds that a reply to repeated failures waits at most; 0 for none."""
        self._zones = zones
        self._accounts: Mapping[tuple[str, str], Account] = zones.accounts
        self._longest_delay = longest_delay
        self._hasher = argon2.PasswordHasher()
        self._hashing = trio.CapacityLimiter(HASHERS)
        self._turns: WeakValueDictionary[str, trio.Lock] = WeakValueDictionary()
        self._key = secrets.token_bytes(32)
        self._verified: dict[tuple[str, str], bytes] = {}
        self._failures: OrderedDict[tuple[str, bytes], tuple[int, float]] = OrderedDict()

    async def verify(self, host: str, peer: str, logon: Logon | None, *, until: float = math.inf) -> Zone | Denied:
        """The zone this logon opens at this host, or why it opens none. Takes no longer than `until` (trio's clock)."""
        if logon is None or not logon.claimed:
            return Denied(Reason.NO_LOGON)
        password = logon.password or b""
        at = host, logon.claimed.decode("utf-8", "replace")
        account = self._accounts.get(at) or await self._looked_up(at, until)
        if account is None:
            return self._unknown(host, logon)
        opens = await self._opens(account, password, peer, until)
        if opens is False and account.zone.key in self._zones.made:
            renewed = await self._looked_up(at, until)
            if renewed is None:
                return self._unknown(host, logon)
            if renewed != account:
                account, opens = renewed, await self._opens(renewed, password, peer, until)
        if opens is None:
            return Denied(Reason.LOGON_SLOW, account.zone)
        if opens:
            self._failures.pop((peer, logon.claimed), None)
            return account.zone
        return Denied(Reason.WRONG_PASSWORD, account.zone, *self._near_password(account, password))

    def shown(self, claimed: str) -> str:
        """A logon ID as it may be kept and shown: itself where it is like one of the settings, else nothing.

        People type the password into the wrong field, and a client may be misread; neither must make it public.
        """
        if not claimed or any(account.secret in claimed for account in self._accounts.values() if account.secret):
            return ""
        if len(claimed) > SHOWN_CHARACTERS:
            return ""
        return claimed if any(_is_like(claimed, code) for _, code in self._accounts) else ""

    def delay(self, peer: str, logon: Logon | None) -> float:
        """Seconds that the reply to this failed logon waits: none for the first, so that a slip costs nothing."""
        key = (peer, logon.claimed if logon else b"")
        now = trio.current_time()
        count, last = self._failures.pop(key, (0, now))
        if now - last > FAILURES_FORGOTTEN:
            count = 0
        self._failures[key] = (count + 1, now)
        if len(self._failures) > FAILURES_KEPT:
            self._failures.popitem(last=False)
        return min(self._longest_delay, FIRST_DELAY * 2.0 ** min(count - 1, 10)) if count else 0.0

    async def _looked_up(self, at: tuple[str, str], until: float) -> Account | None:
        """The account, where another gateway may have just made its zone, or given it another password."""
        await self._zones.look_again(until)
        return self._accounts.get(at)

    async def _opens(self, account: Account, password: bytes, peer: str, until: float) -> bool | None:
        """Whether the password is right; None where it could not be verified in time."""
        if not account.secret.startswith(HASH_PREFIX):
            return hmac.compare_digest(account.secret.encode(), password)
        key = (account.zone.host, account.zone.code)
        seen = hashlib.blake2b(account.secret.encode() + b"\0" + password, key=self._key).digest()
        if hmac.compare_digest(self._verified.get(key, b""), seen):
            return True
        good = None
        with trio.move_on_at(until):
            async with self._turns.setdefault(peer, trio.Lock()):
                good = await trio.to_thread.run_sync(self._verify_hash, account.secret, password, limiter=self._hashing)
        if good:
            self._verified[key] = seen
            if len(self._verified) > VERIFIED_KEPT:
                del self._verified[next(iter(self._verified))]
        return good

    def _verify_hash(self, secret: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(secret, password)
        except argon2.exceptions.VerificationError:
            return False

    def _unknown(self, host: str, logon: Logon) -> Denied:
        """A logon ID that the host does not have, with what was nearly right."""
        claimed, password = logon.claimed.decode("utf-8", "replace"), logon.password or b""
        for (_, code), hint in self._alike(claimed, host):
            also = self._also_password(self._accounts[host, code], password)
            return Denied(Reason.UNKNOWN_LOGON, None, hint, code, *also)
        for (at, code), hint in self._alike(claimed):
            return Denied(Reason.UNKNOWN_LOGON, None, "other_host", at, hint, code if hint else "")
        sent = _fold(password.decode("utf-8", "replace"))
        if sent in {_fold(code) for _, code in self._accounts}:
            return Denied(Reason.UNKNOWN_LOGON, None, "swapped")
        return Denied(Reason.UNKNOWN_LOGON, None, "" if logon.logon_id else "user_id_sent")

    def _alike(self, claimed: str, host: str | None = None) -> Iterator[tuple[tuple[str, str], str]]:
        """Host and logon ID of accounts whose logon ID is like `claimed`, and in what it differs; the nearest first."""
        for hint, alike in _ALIKES:
            for at, code in self._accounts:
                if host in (None, at) and alike(claimed) == alike(code):
                    yield (at, code), hint

    def _near_password(self, account: Account, password: bytes) -> tuple[str, str]:
        """Near misses are told of passwords that the settings hold in clear; a hash tells none."""
        if not password:
            return "no_password", ""
        sent = password.decode("utf-8", "replace")
        if sent.strip() == account.secret:
            return "password_white_space", ""
        if sent.casefold() == account.secret.casefold():
            return "password_case", ""
        others = self._others(account.zone)
        return next((("other_password", other.zone.code) for other in others if other.secret == sent), ("", ""))

    def _also_password(self, account: Account, password: bytes) -> tuple[str, str]:
        """What is wrong with the password of a nearly right logon ID; a hash is not asked."""
        if account.secret.startswith(HASH_PREFIX) or hmac.compare_digest(account.secret.encode(), password):
            return "", ""
        hint, hint_for = self._near_password(account, password)
        return hint or "password_too", hint_for

    def _others(self, zone: Zone) -> Iterator[Account]:
        return (account for account in self._accounts.values() if account.zone != zone)


def _fold(text: str) -> str:
    return text.strip().casefold()


def _is_like(claimed: str, code: str) -> bool:
    """By difflib's ratio, which is asked only where its quick upper bounds do not settle it."""
    likeness = SequenceMatcher(None, _fold(claimed), _fold(code))
    return likeness.real_quick_ratio() >= ALIKE and likeness.quick_ratio() >= ALIKE and likeness.ratio() >= ALIKE


_ALIKES: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("", str),
    ("white_space", str.strip),
    ("case", str.casefold),
    ("case_and_white_space", _fold),
)
"""In what two logon IDs differ that are the same after this."""
