"""One message to one receiver: posted, and what was answered. Follows no redirection, asks no proxy, keeps no cookie.

Whom it trusts over TLS are those whom the system trusts, and those of the variable SSL_CERT_FILE.
"""

import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import trio

from gateway.webhooks import address
from gateway.webhooks.patience import GONE, SEND_SECONDS, Answer, retry_after

if TYPE_CHECKING:
    import httpcore

CONNECT_SECONDS: Final = 5.0
"""For a receiver to take the connection; with the time for an answer it is within `SEND_SECONDS`."""
ANSWER_BYTES: Final = 2048
"""Most that is read of what a receiver says: enough for people to see what it complains of."""
ANSWER_PIECES: Final = 64
"""And in how many pieces: each takes time that exports wait for."""
IDLE_CONNECTIONS: Final = 20
"""Connections that are kept for the next message."""
IDLE_SECONDS: Final = 15.0
"""And how long: receivers mostly close theirs after more."""
CLOSE_SECONDS: Final = 1.0
"""For closing them at the end."""
FAULT_CHARACTERS: Final = 200
"""Most that is kept of a library's words."""


class Sender:
    """One a process."""

    def __init__(self, agent: str) -> None:
        """`agent` is what receivers see as User-Agent."""
        self._headers = (("user-agent", agent), ("accept-encoding", "identity"))
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._making = trio.Lock()

    async def send(self, url: str, headers: dict[str, str], body: bytes, *, seconds: float = SEND_SECONDS) -> Answer:
        """Post it, and tell what came of it within so many seconds. Raises nothing but for the gateway's own faults."""
        import httpcore
        import httpx

        from gateway.webhooks.network import TooLong

        began = trio.current_time()
        status: int | None = None
        asked, fault, said = 0.0, "", b""
        with trio.move_on_after(seconds) as waiting:
            try:
                pool = await self._open()
                async with pool.stream(
                    "POST",
                    _target(url),
                    headers=[*self._headers, ("host", address.host(url)), *headers.items()],
                    content=body,
                    extensions={"timeout": {"connect": CONNECT_SECONDS}},
                ) as response:
                    status = response.status
                    asked = retry_after(_header(response, b"retry-after"), datetime.now(UTC))
                    said = await _beginning(response)
            except TooLong as error:
                fault = str(error)
            except (
                *(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError),
                *(httpx.InvalidURL, ValueError),  # ValueError: a name that is none
            ) as error:
                fault = f"cannot be reached: {_words(error)}"
        if status is not None:
            fault = _objection(status)
        elif waiting.cancelled_caught:
            fault = f"does not answer within {seconds:g} s"
        return Answer(status, fault, trio.current_time() - began, asked, said)

    async def aclose(self) -> None:
        """Close what is open."""
        if self._pool is not None:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                await self._pool.aclose()

    async def _open(self) -> "httpcore.AsyncConnectionPool":
        """The connections; made when something is first sent, for most gateways have no webhooks."""
        import httpcore

        from gateway.webhooks.network import Network

        async with self._making:
            if self._pool is None:
                self._pool = httpcore.AsyncConnectionPool(
                    ssl_context=await trio.to_thread.run_sync(ssl.create_default_context),
                    max_connections=None,
                    max_keepalive_connections=IDLE_CONNECTIONS,
                    keepalive_expiry=IDLE_SECONDS,
                    network_backend=Network(),
                )
            return self._pool


def _target(url: str) -> "httpcore.URL":
    import httpcore
    import httpx

    read = httpx.URL(url)
    return httpcore.URL(scheme=read.raw_scheme, host=read.raw_host, port=read.port, target=read.raw_path)


def _header(response: "httpcore.Response", name: bytes) -> str:
    """The first header of that name; empty if there is none."""
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


async def _beginning(response: "httpcore.Response") -> bytes:
    """At most `ANSWER_BYTES` of what was said, as it came."""
    said = b""
    pieces = 0
    with trio.CancelScope() as enough:
        async for piece in response.aiter_stream():
            said += piece
            pieces += 1
            if len(said) >= ANSWER_BYTES or pieces >= ANSWER_PIECES:
                enough.cancel()  # no break: that would leave the generators below this one half way
    return said[:ANSWER_BYTES]


def _objection(status: int) -> str:
    """Why an answer does not count as taken; empty where it does."""
    if 200 <= status < 300:
        return ""
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if status == GONE:
        return f"answered {words}: it wants to be told nothing any more"
    return f"answered {words}" + ("; redirections are not followed" if 300 <= status < 400 else "")


def _words(error: BaseException) -> str:
    """Of the error or, where a library wrapped it in one without words, of the one behind it."""
    behind: BaseException | None = error
    while behind is not None and not str(behind):
        behind = behind.__cause__ or behind.__context__
    return str(behind or type(error).__name__)[:FAULT_CHARACTERS]
