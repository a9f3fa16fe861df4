"""HEAD, for every path that has GET: the same head without its body (RFC 9110, 9.3.2)."""

from typing import cast

import trio
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send


class Heads:
    """Asks the application as if by GET, and ends when its head is there: a stream of events has no other end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what is no HEAD; the guard lets in nothing but HTTP."""
        asked = cast("HTTPScope", scope)
        if asked["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        as_get = cast("HTTPScope", {**asked, "method": "GET"})
        with trio.CancelScope() as asking:

            async def head_alone(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await send(message)
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    asking.cancel()

            await self._app(as_get, receive, head_alone)
