"""What clients send after a request's head: waited for so long and no longer, and read also where nobody wants it.

To answer and close with some of it unread would reset the connection, and the client might never see the answer.
"""

from http import HTTPStatus
from typing import Any, Final, cast

import trio
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from gateway.frontends.http.problems import Refused

BODY_SECONDS: Final = 60.0
"""From a request's head to its last byte: the longest upload over a slow wireless network."""
DRAIN_SECONDS: Final = 1.0
"""How long what nobody wants is read on once the request is answered."""


class Bodies:
    """Hands on requests, and sees to their bodies."""

    def __init__(self, app: ASGIApp, *, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on."""
        body = _Body(receive, trio.current_time() + self._seconds)

        async def drained(message: Message) -> None:
            body.answered = True
            if message["type"] != "http.response.body" or message.get("more_body") or body.over:
                await send(message)
                return
            await send({**message, "more_body": True})
            async with trio.open_nursery() as beside:
                await beside.start(body.drain)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                beside.cancel_scope.cancel()

        await self._app(scope, body.receive, drained)


class _Body:
    """That of one request."""

    def __init__(self, receive: Receive, until: float) -> None:
        self._receive = receive
        self._until = until
        self.over = False
        """Whether all of it has come, or nothing more does."""
        self.answered = False
        """Whether the answer has begun, so that nothing else can be said."""

    async def receive(self) -> Any:  # Any: one of ASGI's many messages
        """What comes next of it; behind its end, that the client has gone.

        Raises `Refused` where it is cut off, or takes too long.
        """
        if self.over or self.answered:
            return await self._next()
        with trio.move_on_at(self._until):
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise Refused(HTTPStatus.BAD_REQUEST, "the request was cut off")
            return message
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "the rest of the request did not come in time")

    async def drain(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Read the rest until cancelled; has started once that has come, or `DRAIN_SECONDS` are over."""
        with trio.move_on_after(DRAIN_SECONDS):
            while not self.over:
                await self._next()
        task_status.started()
        while not self.over:  # who answers last would else wait for somebody to read this
            await self._next()

    async def _next(self) -> HTTPReceiveMessage:
        message = cast("HTTPReceiveMessage", await self._receive())
        self.over = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message
