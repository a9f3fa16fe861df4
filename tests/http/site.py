"""A small application behind the guard, on a listener of its own, and a client that says what it likes."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial

import httpx
import trio
from litestar import Litestar, Request, get, post
from litestar.response import Stream

from gateway.frontends.http.connection import Patience
from gateway.frontends.http.events import Told
from gateway.frontends.http.guard import Guard, session_of
from gateway.frontends.http.heads import Heads
from gateway.frontends.http.listener import serve
from gateway.frontends.http.problems import told
from gateway.frontends.http.sessions import Sessions
from gateway.frontends.http.views import View, Views
from gateway.model import Host
from tests.server.running import PATIENCE, http_client

LONG = Patience(PATIENCE, PATIENCE, PATIENCE)
TOKEN = "open-sesame-47110815"


@get("/", sync_to_thread=False)
def page(request: Request) -> dict[str, object]:  # type: ignore[type-arg]  # of any kind
    """Who asks."""
    session = session_of(request.scope)
    return {"signed_in": session.signed_in, "fresh": session.fresh}


@get(["/livez", "/api/v1/records", "/static/style.css", "/sign-in"], sync_to_thread=False)
def something() -> str:
    """What may be read."""
    return "something"


@get("/api/v1/events", sync_to_thread=False)
def events() -> Stream:
    """What does not end."""
    return Told(_endless())


async def _endless() -> AsyncGenerator[bytes]:
    while True:
        yield b"\n" * 65_536
        await trio.lowlevel.checkpoint()


@post(["/records", "/sign-in", "/sign-out"], sync_to_thread=False)
def change() -> str:
    """What changes something."""
    return "changed"


@post("/upload")
async def upload(request: Request) -> int:  # type: ignore[type-arg]  # of any kind
    """How long what was sent is."""
    return len(await request.body())


@get("/broken", sync_to_thread=False)
def broken() -> str:
    """Fails."""
    raise RuntimeError("as it happens")


HOSTS = {"xyz": Host("xyz", ("Xyz.alma.example",)), "una": Host("una", ("una.alma.example",))}
HANDLERS = (page, something, events, change, upload, broken)


@asynccontextmanager
async def serving(
    *,
    token: str = "",
    names: Collection[str] = (),
    read_only: bool = False,
    connections: int = 100,
    patience: Patience = LONG,
    views: Mapping[str, View] | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """The application, and a client of it that follows nowhere and keeps no cookies unless told."""
    app = Litestar(
        list(HANDLERS),
        exception_handlers={Exception: told},
        request_max_body_size=None,
        logging_config=None,
        openapi_config=None,
    )
    heads = Heads(Views(app, views or {}, HOSTS))
    guard = Guard(heads, Sessions(token), token=bool(token), names=names, secure=False, read_only=read_only)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    stop = trio.Event()
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            begin = partial(
                serve, guard, listeners, connections=connections, tls=None, closing=stop.wait, patience=patience
            )
            await nursery.start(begin)
            async with http_client(f"http://127.0.0.1:{port}") as client:
                yield client
            stop.set()


@asynccontextmanager
async def connected(client: httpx.AsyncClient) -> AsyncIterator[trio.SocketStream]:
    """A connection to where the client asks, to send whatever one likes."""
    async with await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0) as stream:
        yield stream


async def rest(stream: trio.SocketStream) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    while chunk := await stream.receive_some():
        received += chunk
    return received


async def some(stream: trio.SocketStream, until: bytes) -> bytes:
    """What comes, up to these bytes."""
    received = b""
    while until not in received:
        chunk = await stream.receive_some()
        assert chunk, received
        received += chunk
    return received
