"""Everything over HTTP as one application: the faces that are enabled, behind the guard."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from gateway.desk.desk import Desk
from gateway.frontends.http import health
from gateway.frontends.http.events import Streams
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
    faces: Sequence[str] = FACES,
) -> Site:
    """The application, with `views` by the first part of their path under `/view/`.

    `token`: which opens page and API, empty for none; `secure`: whether it is reached over TLS.
    """
    sessions = Sessions(token, port=port, secure=secure)
    streams = Streams(desk.watch, desk.glances)
    modules = [cast("_Face", import_module(face)) for face in faces]
    shown = next((face.shown for face in modules if hasattr(face, "shown")), told)
    app = Litestar(
        route_handlers=[health.livez, health.readyz, health.metrics, *[face.router() for face in modules]],
        dependencies={
            "desk": Provide(lambda: desk, sync_to_thread=False),
            "streams": Provide(lambda: streams, sync_to_thread=False),
        },
        exception_handlers={Exception: shown, HTTPException: shown},
        request_max_body_size=BODY_BYTES,
        openapi_config=None,  # the API describes itself: gateway.frontends.api.description
        state=State({"desk": desk, "sessions": sessions, "metrics": health.registry(desk, streams)}),
        logging_config=None,
        debug=False,
    )
    heads = Heads(Views(app, views, desk.zones.hosts))
    guard = Guard(heads, sessions, token=bool(token), names=names, secure=secure, read_only=desk.read_only)
    return Site(guard, streams.close)
