"""One message to one receiver: posted, and what was answered. Follows no redirection, asks no proxy, keeps no cookie.

Whom it trusts over TLS are those whom the system trusts, and those of the variable SSL_CERT_FILE.
"""

import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

import trio

from gateway.webhooks.patience import GONE, SEND_SECONDS, Answer, retry_after

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS: Final = 5.0
"""For a receiver to take the connection; with the time for an answer it is within `SEND_SECONDS`."""
ANSWER_BYTES: Final = 2048
"""Most that is read of what a receiver says: enough for people to see what it complains of."""
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
        self._agent = agent
        self._client: httpx.AsyncClient | None = None
        self._making = trio.Lock()

    async def send(self, url: str, headers: dict[str, str], body: bytes, *, seconds: float = SEND_SECONDS) -> Answer:
        """Post it, and tell what came of it within so many seconds. Raises nothing but for the gateway's own faults."""
        import httpx

        began = trio.current_time()
        status: int | None = None
        asked, fault, said = 0.0, "", b""
        with trio.move_on_after(seconds) as waiting:
            try:
                client = await self._open()
                async with client.stream("POST", url, headers=headers, content=body) as response:
                    status = response.status_code
                    asked = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
                    said = await _beginning(response)
            except httpx.ConnectTimeout:
                fault = f"cannot be reached: takes no connection within {CONNECT_SECONDS:g} s"
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: a name that is none
                fault = f"cannot be reached: {_words(error)}"
        if status is not None:
            fault = _objection(status)
        elif waiting.cancelled_caught:
            fault = f"does not answer within {seconds:g} s"
        return Answer(status, fault, trio.current_time() - began, asked, said)

    async def aclose(self) -> None:
        """Close what is open."""
        if self._client is not None:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                await self._client.aclose()

    async def _open(self) -> "httpx.AsyncClient":
        """The client; made when something is first sent, for most gateways have no webhooks."""
        import httpx

        async with self._making:
            if self._client is None:
                trusted = await trio.to_thread.run_sync(ssl.create_default_context)
                self._client = httpx.AsyncClient(
                    headers={"user-agent": self._agent, "accept-encoding": "identity"},
                    timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
                    limits=httpx.Limits(
                        max_connections=None,
                        max_keepalive_connections=IDLE_CONNECTIONS,
                        keepalive_expiry=IDLE_SECONDS,
                    ),
                    verify=trusted,
                    trust_env=False,
                    follow_redirects=False,
                )
                self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            return self._client


async def _beginning(response: "httpx.Response") -> bytes:
    """At most `ANSWER_BYTES` of what was said, as it came."""
    said = b""
    with trio.CancelScope() as enough:
        async for chunk in response.aiter_raw():
            said += chunk
            if len(said) >= ANSWER_BYTES:
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
