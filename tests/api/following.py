"""A client that follows server-sent events, as a browser does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import h11
import msgspec
import trio

from tests.api.gateways import Api


class Event(NamedTuple):
    """What is told of an arrival."""

    id: str
    content: dict[str, Any]


class Following:
    """An open stream."""

    def __init__(self, stream: trio.SocketStream, connection: h11.Connection) -> None:
        self._stream = stream
        self._connection = connection
        self._text = ""
        self.head: h11.Response

    async def begin(self) -> None:
        """Read the head, and the first word, which says that it has begun."""
        head = await self._next()
        assert isinstance(head, h11.Response)
        self.head = head
        assert await self._block() == ["retry: 1000"]

    async def event(self) -> Event:
        """The next event."""
        lines = await self._block()
        while lines == [": alive"]:
            lines = await self._block()
        fields = dict(line.split(": ", 1) for line in lines)
        return Event(fields["id"], msgspec.json.decode(fields["data"]))

    async def ends(self) -> None:
        """Wait for its end."""
        while not isinstance(await self._next(), h11.EndOfMessage | h11.ConnectionClosed):
            pass

    async def _block(self) -> list[str]:
        """The lines up to the next empty one."""
        while "\n\n" not in self._text:
            some = await self._next()
            assert isinstance(some, h11.Data), some
            self._text += some.data.decode()
        block, self._text = self._text.split("\n\n", 1)
        return block.split("\n")

    async def _next(self) -> Any:
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            self._connection.receive_data(await self._stream.receive_some())
        return event


@asynccontextmanager
async def following(one: Api, query: str = "", *, last: str = "") -> AsyncIterator[Following]:
    """The events of a gateway; `last` is sent as `Last-Event-ID`."""
    port = one.client.base_url.port
    assert port
    connection = h11.Connection(h11.CLIENT)
    headers = [("Host", f"127.0.0.1:{port}"), *([("Last-Event-ID", last)] if last else [])]
    request = h11.Request(method="GET", target=f"/api/v1/events{query}", headers=headers)
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all((connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b""))
        followed = Following(stream, connection)
        await followed.begin()
        yield followed
