"""Who is let in, before anything else looks at a request; and what every response says to browsers.

Page and API hold no secrets that a neighbour on the same computer should not see, but a page of another site in the
user's browser must not change anything: names, origins and forms are checked.
"""

import ipaddress
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import msgspec
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from gateway.frontends.http.problems import PROBLEM, Problem
from gateway.frontends.http.sessions import Session, Sessions
from gateway.frontends.http.views import CHANGING, Place, place

OPEN_TO_ALL: Final = ("/livez", "/readyz", "/sign-in")
"""Paths that need no token."""
STATIC: Final = "/static/"
"""Nor do these: the page's own style and scripts."""
NOT_A_CHANGE: Final = ("/sign-in", "/sign-out")
"""What may be posted though everything is read-only."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STREAMS: Final = "/events"
"""How the path of a stream of events ends: read from another site it would tell what arrives."""
API: Final = "/api/"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Everything is the gateway's own, nothing stands in the page itself."""
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Of every response. `same-origin` as the referrer's policy: with `no-referrer` a form's Origin would be null."""
NOT_KEPT: Final = (b"cache-control", b"no-store")
FOREIGN: Final = HTTPStatus.FORBIDDEN, "this was asked by a page of another site"
READ_ONLY: Final = HTTPStatus.FORBIDDEN, "this gateway is read-only (http.read_only): page and API change nothing"
_KEY: Final = "gateway.session"


def session_of(scope: Mapping[str, Any]) -> Session:  # Any: what ASGI gives
    """The session of a request that the guard let in."""
    session: Session = scope[_KEY]
    return session


class Guard:
    """The outermost application."""

    def __init__(
        self, app: ASGIApp, sessions: Sessions, *, token: bool, names: Collection[str], secure: bool, read_only: bool
    ) -> None:
        """`token`: whether one is needed. `names`: by which it may be called beside its addresses and `localhost`."""
        self._app = app
        self._sessions = sessions
        self._token = token
        self._names = frozenset(name.lower() for name in names) | {"localhost"}
        self._secure = secure
        self._read_only = read_only

    async def __call__(self, asked: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or answer at once; the listener hands on nothing but HTTP."""
        scope = cast("HTTPScope", asked)
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        at = place(scope["path"])
        if at is not None:
            await self._show(at, scope, receive, send, headers)
            return
        bearer = headers.get(b"authorization", "")
        shown = bearer[7:] if bearer[:7].lower() == "bearer " else ""
        session = self._sessions.of(headers.get(b"cookie", ""))
        by_token = self._sessions.is_token(shown)
        refusal = self._refusal(scope, headers, signed_in=by_token or session.signed_in, by_token=by_token)
        if refusal is not None:
            await _answer(scope, send, refusal, headers)
            return
        if by_token:
            session = session._replace(signed_in=True)
        scope[_KEY] = session  # type: ignore[typeddict-unknown-key]  # a key of our own, as ASGI allows

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [*HEADERS, *self._cookie_header(session, scope)]
                given = [*message.get("headers", ())]
                if not any(name.lower() == b"cache-control" for name, _ in given):
                    own.append(NOT_KEPT)
                message["headers"] = [*given, *own]
            await send(message)

        await self._app(scope, receive, with_headers)

    async def _show(self, at: Place, scope: HTTPScope, receive: Receive, send: Send, headers: dict[bytes, str]) -> None:
        """Let a program in that asks as it would ask Alma: by any name, with no token, for no cookie."""
        refusal = None if scope["method"] in SAFE else self._refusal_of_view(at, headers)
        if refusal is not None:
            await _answer(scope, send, refusal, headers)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS, NOT_KEPT]
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal_of_view(self, at: Place, headers: dict[bytes, str]) -> tuple[HTTPStatus, str] | None:
        """Why a view takes no form; None where it does. A browser says by itself that a page has sent it."""
        host = headers.get(b"host", "")
        by_page = b"origin" in headers or b"sec-fetch-site" in headers
        if by_page and not (self._is_own_name(host) and self._is_own_origin(headers, host)):
            return FOREIGN
        return READ_ONLY if self._read_only and at.name in CHANGING else None

    def _cookie_header(self, session: Session, scope: HTTPScope) -> list[tuple[bytes, bytes]]:
        if not session.fresh or scope["path"].startswith((API, STATIC, "/livez", "/readyz", "/metrics")):
            return []
        return [(b"set-cookie", self._sessions.header(session).encode())]

    def _refusal(
        self, scope: HTTPScope, headers: dict[bytes, str], *, signed_in: bool, by_token: bool
    ) -> tuple[HTTPStatus, str] | None:
        """Why it is not let in; None where it is."""
        path, host = scope["path"].rstrip("/"), headers.get(b"host", "")
        if not self._token and not self._is_own_name(host):
            return HTTPStatus.MISDIRECTED_REQUEST, (
                f"{host or 'no name'} is no name of this gateway; use 127.0.0.1 or localhost, or set http.names"
            )
        if self._token and not signed_in and not (path in OPEN_TO_ALL or path.startswith(STATIC)):
            return HTTPStatus.UNAUTHORIZED, "the token is needed: Authorization: Bearer TOKEN (http.token)"
        changes = scope["method"] not in SAFE
        if (changes or path.endswith(STREAMS)) and not by_token and not self._is_own_origin(headers, host):
            return FOREIGN
        if changes and self._read_only and path not in NOT_A_CHANGE:
            return READ_ONLY
        return None

    def _is_own_name(self, host: str) -> bool:
        name = _name_in(f"//{host}")
        if name in self._names:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    def _is_own_origin(self, headers: dict[bytes, str], host: str) -> bool:
        """Whether it comes from a page of ours, or from no page at all: a program sends neither of these headers."""
        if headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin"):
            return False
        origin = headers.get(b"origin")
        if origin is None:
            return True
        scheme, _, named = origin.partition("://")
        own = named == host and scheme == ("https" if self._secure else "http")
        return own or _name_in(origin) in self._names - {"localhost"}


def _name_in(url: str) -> str:
    """The host's name; empty where that is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def _answer(scope: HTTPScope, send: Send, refusal: tuple[HTTPStatus, str], headers: dict[bytes, str]) -> None:
    """Say why not; who has to sign in, and looks at pages, is shown where."""
    status, words = refusal
    fields = [*HEADERS, NOT_KEPT]
    looks = "text/html" in headers.get(b"accept", "") and scope["method"] in SAFE
    if status is HTTPStatus.UNAUTHORIZED and looks and not scope["path"].startswith(API):
        asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        fields.append((b"location", f"/sign-in?next={quote(asked, safe='')}".encode()))
        status, body = HTTPStatus.SEE_OTHER, b""
    else:
        body = msgspec.json.encode(Problem(status.phrase, int(status), words))
        fields += [(b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode())]
        if status is HTTPStatus.UNAUTHORIZED:
            fields.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": int(status), "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": False})
