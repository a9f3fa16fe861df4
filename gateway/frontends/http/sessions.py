"""Who is signed in, and which forms are our own: cookies that prove themselves, so that nothing is kept of them.

A cookie is made of when it was made, a random part, and a mark over both by a key that only the gateway has. With a
token the key is made of that: a cookie is good at every gateway that has the token, and at none when it has changed.
"""

import hashlib
import hmac
import secrets
import time
from http import HTTPStatus
from typing import Final, NamedTuple

import trio

from gateway.frontends.http.problems import Refused

COOKIE: Final = "gateway-session"
"""How the cookie's name begins; the port follows, for cookies of one address are those of all its ports."""
ENDED_KEPT: Final = 10_000
"""Sessions that were signed out and are remembered as that, some 2 MB; the first go first."""
SESSION_SECONDS: Final = 7 * 24 * 3600
"""Until somebody has to sign in again: a week of work."""
WRONG_SECONDS: Final = 1.0
"""Between two wrong tokens, whoever shows them; a token has at least 16 characters, so this is enough."""
MOST_WAITING: Final = 20
"""Wrong ones that wait for their answer; who shows one more is told to come again."""
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


class Wrong:
    """Answers wrong tokens one after another, so that they cannot be tried faster by trying many at once."""

    def __init__(self) -> None:
        self._turn = trio.Lock()
        self._waiting = 0

    async def wait(self) -> None:
        """One's turn. Raises `Refused` where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too many wrong tokens at once; try again in a while")
        self._waiting += 1
        try:
            async with self._turn:
                await trio.sleep(WRONG_SECONDS)
        finally:
            self._waiting -= 1


class Sessions:
    """Makes them, and knows them again."""

    def __init__(self, token: str, *, port: int = 0, secure: bool = False) -> None:
        """Without a token nobody need sign in. `secure`: whether browsers come over TLS."""
        self._token = token
        self._name = f"{COOKIE}-{port}"
        self._secure = secure
        self._ended: dict[str, None] = {}
        self.wrong = Wrong()
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

    def of(self, header: str) -> Session:
        """The browser's, by its header `Cookie`; a new one where it has none, or one too old or signed out."""
        cookie = cookie_in(header, self._name)
        told, _, mark = cookie.rpartition(".")
        kind, made = [*told.split(".", 2), "", ""][:2]
        good = hmac.compare_digest(mark.encode(), self._mark(told).encode())
        young = good and 0 <= time.time() - int(made) < SESSION_SECONDS
        if not young or cookie in self._ended:
            return self.new(signed_in=not self._token)
        return self._session(cookie, signed_in=kind == "s" or not self._token, fresh=False)

    def end(self, session: Session) -> None:
        """Know it no more, at this gateway."""
        self._ended[session.cookie] = None
        if len(self._ended) > ENDED_KEPT:
            del self._ended[next(iter(self._ended))]

    def header(self, session: Session) -> str:
        """The header `Set-Cookie` that gives it to the browser."""
        parts = [f"{self._name}={session.cookie}", "Path=/", "HttpOnly", "SameSite=Lax", f"Max-Age={SESSION_SECONDS}"]
        return "; ".join([*parts, *(["Secure"] if self._secure else [])])

    def is_csrf(self, session: Session, shown: str) -> bool:
        """Whether a form that this session was given holds this."""
        return hmac.compare_digest(session.csrf.encode(), shown.encode())

    def _session(self, cookie: str, *, signed_in: bool, fresh: bool) -> Session:
        return Session(cookie, signed_in, self._mark(f"csrf {cookie}"), fresh)

    def _mark(self, told: str) -> str:
        return hashlib.blake2b(told.encode(), digest_size=24, key=self._key).hexdigest()


def cookie_in(header: str, name: str) -> str:
    """The cookie of this name; empty where there is none. What else there is may have any form: it is others'."""
    for part in header.split(";"):
        found, _, value = part.partition("=")
        if found.strip() == name:
            return value.strip()
    return ""
