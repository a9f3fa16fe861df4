"""Who is signed in, and which forms are our own: cookies that prove themselves, so that nothing is kept of them.

A cookie is made of when it was made, a random part, and a mark over both by a key that only the gateway has. With a
token the key is made of that: a cookie is good at every gateway that has the token, and at none when it has changed.
"""

import hashlib
import hmac
import secrets
import time
from typing import Final, NamedTuple

COOKIE: Final = "gateway-session"
SESSION_SECONDS: Final = 7 * 24 * 3600
"""Until somebody has to sign in again: a week of work."""
_PERSON: Final = b"gateway-session"
"""Keeps the key apart from whatever else may be made of the token (BLAKE2's personalization)."""


class Session(NamedTuple):
    """A browser's."""

    cookie: str
    signed_in: bool
    """Whether the token was shown; without a token everybody is."""
    csrf: str
    """What a form of ours holds and nobody else's can."""
    fresh: bool
    """Whether the browser has no such cookie yet."""


class Sessions:
    """Makes them, and knows them again."""

    def __init__(self, token: str) -> None:
        """Empty: nobody need sign in."""
        self._token = token
        seed = token.encode() if token else secrets.token_bytes(32)
        self._key = hashlib.blake2b(seed, digest_size=32, person=_PERSON).digest()

    @property
    def by_token(self) -> bool:
        """Whether one has to sign in at all."""
        return bool(self._token)

    def is_token(self, shown: str) -> bool:
        """Whether this is the token; takes as long for every wrong one."""
        return bool(self._token) and hmac.compare_digest(shown.encode(), self._token.encode())

    def new(self, *, signed_in: bool) -> Session:
        """A new one."""
        told = f"{'s' if signed_in else 'v'}.{int(time.time())}.{secrets.token_urlsafe(16)}"
        return self._session(f"{told}.{self._mark(told)}", signed_in=signed_in, fresh=True)

    def of(self, cookie: str) -> Session:
        """The browser's, by what it sent; a new one where that is none or too old."""
        told, _, mark = cookie.rpartition(".")
        kind, made = [*told.split(".", 2), "", ""][:2]
        good = hmac.compare_digest(mark.encode(), self._mark(told).encode())
        young = good and 0 <= time.time() - int(made) < SESSION_SECONDS
        if not young:
            return self.new(signed_in=not self._token)
        return self._session(cookie, signed_in=kind == "s" or not self._token, fresh=False)

    def is_csrf(self, session: Session, shown: str) -> bool:
        """Whether a form that this session was given holds this."""
        return hmac.compare_digest(session.csrf.encode(), shown.encode())

    def _session(self, cookie: str, *, signed_in: bool, fresh: bool) -> Session:
        return Session(cookie, signed_in, self._mark(f"csrf {cookie}"), fresh)

    def _mark(self, told: str) -> str:
        return hashlib.blake2b(told.encode(), digest_size=24, key=self._key).hexdigest()
