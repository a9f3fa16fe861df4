"""The HTTP listener: Hypercorn's connections on listeners of the gateway's own, each guarded for itself."""

import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, cast

import structlog
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, WWWScope
from litestar.types import ASGIApp

from gateway.errors import Unusable
from gateway.frontends.base import GONE
from gateway.frontends.http.bodies import Bodies
from gateway.frontends.http.connection import Connection, Patience, Stream

CLOSE_SECONDS: Final = 1.0
"""For requests that are under way when the gateway stops; streams of events end of themselves."""
HEADER_BYTES: Final = 32_768
"""Longest head of a request: cookies and a long search are some 2,000."""

UNFIT: Final = {"KEY_VALUES_MISMATCH": "the key is not that of the certificate"}
"""What OpenSSL means."""
PATIENCE: Final = Patience()
FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 10\r\n"
    b"content-type: application/problem+json\r\n\r\n"
    b'{"title":"Service Unavailable","status":503,'
    b'"detail":"too many connections at once (http.connections); try again soon"}'
)


class _Logger:
    """Hypercorn's words, as events of this gateway's log: warnings and worse."""

    def __init__(self, _: Config) -> None:
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.http").bind()

    async def access(self, request: WWWScope, response: object, request_time: float) -> None:
        """Nothing: what is worth telling of a request is told where it is answered."""

    async def _nothing(self, message: str, *values: Any, **named: Any) -> None:  # Any: Hypercorn's own
        """Not told."""

    debug = info = _nothing

    async def warning(self, message: str, *values: Any, **named: Any) -> None:  # Any: Hypercorn's own
        """Told as it is."""
        self._log.warning("http.warning", words=message % values if values else message)

    async def error(self, message: str, *values: Any, **named: Any) -> None:  # Any: Hypercorn's own
        """Told as it is."""
        self._log.error("http.error", words=message % values if values else message)

    critical = error

    async def exception(self, message: str, *values: Any, **named: Any) -> None:  # Any: Hypercorn's own
        """Told with its traceback."""
        self._log.exception("http.crashed", words=message % values if values else message)

    async def log(self, level: int, message: str, *values: Any, **named: Any) -> None:  # Any: Hypercorn's own
        """Told if it is a warning or worse."""
        if level >= 30:
            await self.warning(message, *values)


def tls_context(cert: str, key: str) -> ssl.SSLContext:
    """For TLS with the certificate chain and key in these PEM files.

    Raises `Unusable` for what is neither, and a key that is another certificate's or wants a passphrase.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password=_no_passphrase)
    except ssl.SSLError as error:
        what = UNFIT.get(error.reason or "", f"one of the two is no PEM file of its kind ({error.reason or error})")
        raise Unusable(what) from error
    except OSError as error:
        raise Unusable(f"they cannot be read: {error.strerror}") from error
    return context


def _no_passphrase() -> str:
    """A gateway that is started by nobody has nobody to ask."""
    raise Unusable("the key wants a passphrase; write one without: openssl pkey -in KEY -out NEW_KEY")


async def serve(
    app: ASGIApp,
    listeners: list[trio.SocketListener],
    *,
    connections: int,
    tls: ssl.SSLContext | None,
    closing: Callable[[], Awaitable[None]],
    patience: Patience = PATIENCE,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve `app` until `closing` returns, then end within `CLOSE_SECONDS`. At most so many `connections` at once."""
    config = Config()
    config.logger_class = _Logger  # type: ignore[assignment]  # its own protocol, without statsd
    config.include_server_header = False
    config.h11_max_incomplete_size = HEADER_BYTES
    context = WorkerContext(None)
    wrapped = ASGIWrapper(cast("ASGIFramework", Bodies(app)))
    opened: dict[Connection, None] = {}
    """In the order in which they came."""

    async def serve_one(stream: Stream) -> None:
        connection = Connection(wrapped, config, context, stream, patience)
        try:
            if len(opened) >= connections and not _has_made_room(opened):
                await _say_full(stream)
                return
            opened[connection] = None
            await connection.serve()
        except* GONE:
            pass
        except* Exception:
            structlog.get_logger("gateway.http").exception("http.crashed")
        finally:
            opened.pop(connection, None)
            with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSE_SECONDS):
                await stream.aclose()

    async with trio.open_nursery() as serving:
        async with trio.open_nursery() as accepting:
            taken: list[Any] = [*listeners]  # Any: with TLS and without
            if tls:
                taken = [trio.SSLListener(one, tls, https_compatible=True) for one in listeners]
            await accepting.start(partial(trio.serve_listeners, serve_one, taken, handler_nursery=serving))
            task_status.started()
            await closing()
            accepting.cancel_scope.cancel()
        await context.terminated.set()
        for connection in opened:
            if connection.idle:
                connection.end()
        serving.cancel_scope.deadline = trio.current_time() + CLOSE_SECONDS


def _has_made_room(opened: dict[Connection, None]) -> bool:
    """Whether one could be let go: the oldest over which no request is under way."""
    oldest = next((connection for connection in opened if connection.idle), None)
    if oldest is None:
        return False
    oldest.end()
    del opened[oldest]
    return True


async def _say_full(stream: Stream) -> None:
    """With TLS nothing can be said before both have shaken hands, which is not worth it."""
    if isinstance(stream, trio.SocketStream):
        with trio.move_on_after(CLOSE_SECONDS):
            await stream.send_all(FULL)
            await stream.send_eof()
            await stream.receive_some()
