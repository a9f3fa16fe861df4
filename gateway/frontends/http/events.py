"""Server-sent events: what arrives, to whoever keeps the connection open. Source: WHATWG HTML, "Server-sent events"."""

import math
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from typing import Any, Final, TypeVar, cast

import trio
from litestar import Request
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from gateway.desk import cursors
from gateway.desk.glancing import Glance, Glances, R, numbers
from gateway.desk.watching import Arrival, Watch

T = TypeVar("T")

ALIVE_SECONDS: Final = 15.0
"""Between two signs of life: proxies mostly cut a connection that is silent for a minute."""
RETRY_MILLISECONDS: Final = 1_000
"""After which a browser that was cut off comes back."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
"""Of a stream of events; what else ends a line in Python is text here."""


def event(content: str, *, id_: str = "", name: str = "") -> bytes:
    """One event; `content` may have several lines."""
    lines = [*([f"id: {id_}"] if id_ else []), *([f"event: {name}"] if name else [])]
    lines += [f"data: {line}" for line in _LINE_END.split(content)]
    return ("\n".join(lines) + "\n\n").encode()


class Streams:
    """Those that are open, so that they can be ended: an open page must not hold up the gateway's end."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._waiting: set[trio.CancelScope] = set()
        self._closed = False
        self.followers = 0
        """How many streams are open."""
        self.waits = 0
        """How many requests wait for one arrival."""

    def close(self) -> None:
        """End them all."""
        self._closed = True
        for scope in self._waiting:
            scope.cancel()

    @contextmanager
    def until_closed(self) -> Iterator[None]:
        """A scope for a request that waits: it is left when the gateway stops."""
        self.waits += 1
        try:
            with self._until_closed(math.inf):
                yield
        finally:
            self.waits -= 1

    @contextmanager
    def _until_closed(self, seconds: float) -> Iterator[None]:
        with trio.move_on_after(seconds) as waiting:
            self._waiting.add(waiting)
            try:
                if self._closed:
                    waiting.cancel()
                yield
            finally:
                self._waiting.discard(waiting)

    def stream(
        self,
        request: Request[Any, Any, Any],  # Any: Litestar's own
        written: Callable[[Sequence[Arrival]], bytes],
        *,
        zone: str | None = None,
    ) -> Stream:
        """A response that tells of each arrival, as `written`, until the client goes or the gateway stops.

        It begins behind the cursor that the client sends as `Last-Event-ID` or as the parameter `since`; else now.
        Raises `Unusable` for a text that is no cursor.
        """
        since = _behind(request)
        if since:
            cursors.read(since)
        return Told(self._told(self._watch.follow(zone, since), written))

    def glances(
        self,
        request: Request[Any, Any, Any],  # Any: Litestar's own
        glances: Glances[R],
        written: Callable[[Glance[R]], bytes],
    ) -> Stream:
        """The same for a page that people look at: each glance at what is new, as `written`.

        It begins behind what is listed, whose numbers are sent in the same way (`glancing.numbers`). Raises `Unusable`
        for what is none.
        """
        return Told(self._told(glances.follow(numbers(_behind(request))), written))

    async def _told(
        self, following: AbstractAsyncContextManager[AsyncIterator[T]], written: Callable[[T], bytes]
    ) -> AsyncGenerator[bytes]:
        self.followers += 1
        try:
            async with following as arriving:
                yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()  # who has this misses nothing that comes from then on
                while not self._closed:
                    come: T | None = None
                    with self._until_closed(ALIVE_SECONDS):
                        come = await anext(arriving)
                    if not self._closed:
                        yield b": alive\n\n" if come is None else written(come)
        finally:
            self.followers -= 1


def _behind(request: Request[Any, Any, Any]) -> str:  # Any: Litestar's own
    return request.headers.get("last-event-id", "") or request.query_params.get("since", "")


class Told(Stream):
    """A response that is told bit by bit; how it is told comes to its end too when the client goes."""

    def __init__(self, told: AsyncGenerator[bytes]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(told, media_type="text/event-stream", headers=headers)
        self._told = told

    def to_asgi_response(self, *arguments: Any, **named: Any) -> ASGIResponse:  # Any: Litestar's own
        """The base's, and the end."""
        made = super().to_asgi_response(*arguments, **named)

        async def to_its_end(scope: Scope, receive: Receive, send: Send) -> None:
            async with aclosing(self._told):
                await made(scope, receive, send)

        return cast("ASGIResponse", to_its_end)  # which is called, and asked for nothing else
