"""Somebody who is told: an HTTP server on a free port within the test, that answers as it is bidden."""

import hmac
import ssl
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import h11
import msgspec
import trio
from trio.abc import Stream

PATIENCE: Final = 120.0
"""Seconds after which a test gives up: many times what any takes, for machines that are busy."""
MOST_BYTES: Final = 65_536


class Told(NamedTuple):
    """A message that came."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The JSON in it."""
        return msgspec.json.decode(self.body)

    @property
    def id(self) -> str:
        """The same whenever it is sent again."""
        return self.headers["webhook-id"]

    def is_signed(self, secret: str) -> bool:
        """Whether who sent it has this secret, worked out as Standard Webhooks says."""
        prefix, key = secret.split("_")
        assert prefix == "whsec"
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        digest = hmac.new(b64decode(key), signed, "sha256").digest()
        return self.headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


class Reply(NamedTuple):
    """What is answered."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Receiver:
    """What came to it, and what it will say."""

    def __init__(self, scheme: str, port: int, replies: Iterable[Reply]) -> None:
        self.url = f"{scheme}://127.0.0.1:{port}/exports?key=47110815"
        self.replies = [*replies]
        """Of the next messages; after them all are taken."""
        self.told: list[Told] = []
        """All that came, in that order."""
        self.silent = False
        """Whether it answers nobody."""
        self.connections = 0
        self._came, self._arrived = trio.open_memory_channel[Told](1_000)

    async def next(self) -> Told:
        """The next message that comes, or came and was not taken by this."""
        with trio.fail_after(PATIENCE):
            return await self._arrived.receive()

    async def handle(self, stream: Stream) -> None:
        """Answer what comes over a connection."""
        self.connections += 1
        connection = h11.Connection(h11.SERVER)
        try:
            while (event := await _event(stream, connection)) and isinstance(event, h11.Request):
                body = b""
                while isinstance(part := await _event(stream, connection), h11.Data):
                    body += part.data
                headers = {name.decode(): value.decode() for name, value in event.headers}
                told = Told(event.target.decode(), headers, body)
                self.told.append(told)
                self._came.send_nowait(told)
                if self.silent:
                    await trio.sleep_forever()
                await self._answer(stream, connection)
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.RemoteProtocolError):
            return

    async def _answer(self, stream: Stream, connection: h11.Connection) -> None:
        reply = self.replies.pop(0) if self.replies else Reply()
        length = [] if reply.status == 204 else [("content-length", str(len(reply.body)))]
        head = h11.Response(status_code=reply.status, headers=[*length, *reply.headers])
        out = connection.send(head) or b""
        out += connection.send(h11.Data(data=reply.body)) or b""
        await stream.send_all(out + (connection.send(h11.EndOfMessage()) or b""))
        connection.start_next_cycle()


async def _event(stream: Stream, connection: h11.Connection) -> Any:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await stream.receive_some(MOST_BYTES))
    return event


@asynccontextmanager
async def receiving(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver that answers the first messages so; over TLS where there is a context for it."""
    async with trio.open_nursery() as nursery:
        [plain] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        receiver = Receiver("https" if tls else "http", plain.socket.getsockname()[1], replies)
        listener = trio.SSLListener(plain, tls, https_compatible=True) if tls else plain
        nursery.start_soon(trio.serve_listeners, receiver.handle, [listener])
        yield receiver
        nursery.cancel_scope.cancel()
