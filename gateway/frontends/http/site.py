"""Everything over HTTP as one application: the faces, behind the guard."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from gateway.desk.desk import Desk
from gateway.frontends.http import health
from gateway.frontends.http.events import Streams
from gateway.frontends.http.given import KEY, Given, given
from gateway.frontends.http.guard import Guard
from gateway.frontends.http.heads import Heads
from gateway.frontends.http.problems import told
from gateway.frontends.http.sessions import Sessions
from gateway.frontends.http.views import View, Views

FACES: Final = ("gateway.frontends.api", "gateway.frontends.ui")
"""Modules of the faces; each gives its `router()`, and one how it shows errors to people, `shown`."""
BODY_BYTES: Final = 16 * 1024 * 1024
"""Longest body of a request: an upload of some ten thousand records."""


class _Face(Protocol):
    def router(self) -> Router: ...


class Site(NamedTuple):
    """The application."""

    app: ASGIApp
    close: Callable[[], None]
    """Ends the streams of events, when the gateway stops."""


def site(
    desk: Desk,
    views: Mapping[str, View],
    *,
    token: str,
    names: Collection[str],
    port: int,
    secure: bool,
) -> Site:
    """The application, with `views` by the first part of their path under `/view/`.

    `token`: which opens page and API, empty for none; `secure`: whether it is reached over TLS.
    """
    sessions = Sessions(token, port=port, secure=secure)
    streams = Streams(desk.watch)
    own = Given(desk, streams, sessions, health.registry(desk, streams))
    application = _application()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope[KEY] = own  # type: ignore[typeddict-unknown-key]  # a key of our own, as ASGI allows
        await application(scope, receive, send)

    heads = Heads(Views(app, views, desk.zones.hosts))
    guard = Guard(heads, sessions, token=bool(token), names=names, secure=secure, read_only=desk.read_only)
    return Site(guard, streams.close)


@cache
def _application() -> Litestar:
    """Of every gateway in this process: its some 260 routes take longer to make than all else of a gateway."""
    faces = [cast("_Face", import_module(face)) for face in FACES]
    shown = next((face.shown for face in faces if hasattr(face, "shown")), told)
    return Litestar(
        route_handlers=[health.livez, health.readyz, health.metrics, *[face.router() for face in faces]],
        dependencies={
            "desk": Provide(_desk, sync_to_thread=False),
            "streams": Provide(_streams, sync_to_thread=False),
        },
        exception_handlers={Exception: shown, HTTPException: shown},
        request_max_body_size=BODY_BYTES,
        openapi_config=None,  # the API describes itself: gateway.frontends.api.description
        logging_config=None,
        debug=False,
    )


def _desk(scope: Scope) -> Desk:
    return given(scope).desk


def _streams(scope: Scope) -> Streams:
    return given(scope).streams
