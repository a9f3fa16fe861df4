"""The API of a gateway, asked from any thread: the one way in which fixtures ask and change anything."""

import ssl
from typing import Any, Final, TypeVar

import httpx
import msgspec

from gateway import __version__
from gateway.errors import GatewayError

API: Final = "/api/v1"
CONNECT_SECONDS: Final = 5.0
"""For a gateway to take the connection."""
ANSWER_SECONDS: Final = 30.0
"""For an answer, beside what the question itself waits for."""
MOST_WAIT_SECONDS: Final = 30.0
"""Longest that one request waits for an attempt: the API's own bound is twice that. A longer wait asks again."""
MISSED: Final = 408
"""HTTP status of a wait that was in vain."""

T = TypeVar("T")
Parameters = dict[str, str | int | float | list[str]]


class NotDone(GatewayError):
    """The gateway did not do what it was asked for, or does not answer; says why."""


class Client:
    """One a session."""

    def __init__(self, url: str, token: str = "") -> None:
        """`url` is the gateway's, without a path. Proxies of the environment are not asked."""
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=f"{self.url}{API}",
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            verify=ssl.create_default_context() if self.url.startswith("https:") else False,
            trust_env=False,
        )

    def close(self) -> None:
        """Ask nothing more."""
        self._http.close()

    def get(self, path: str, kind: type[T], parameters: Parameters | None = None) -> T:
        """What is answered, read as this type. Raises `NotDone`."""
        return self._read(self._ask("GET", path, params=parameters or {}), kind)

    def raw(self, path: str, parameters: Parameters | None = None) -> bytes:
        """What is answered, as it is. Raises `NotDone`."""
        return self._ask("GET", path, params=parameters or {}).content

    def waited(self, path: str, kind: type[T], seconds: float, parameters: Parameters) -> T | None:
        """What is answered within so many seconds; None where nothing is. Raises `NotDone`."""
        timeout = httpx.Timeout(seconds + ANSWER_SECONDS, connect=CONNECT_SECONDS)
        response = self._ask("GET", path, missed=True, params={**parameters, "timeout": seconds}, timeout=timeout)
        return None if response.status_code == MISSED else self._read(response, kind)

    def send(self, method: str, path: str, body: object = None) -> None:
        """Have something done, of which nothing is answered. Raises `NotDone`."""
        self._ask(method, path, **_json(body))

    def change(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        """Have something done; what is answered, read as this type. Raises `NotDone`."""
        return self._read(self._ask(method, path, **_json(body)), kind)

    def upload(self, path: str, kind: type[T], file: bytes, parameters: Parameters) -> T:
        """Hand over a file. Raises `NotDone`."""
        return self._read(self._ask("POST", path, content=file, params=parameters), kind)

    def _ask(self, method: str, path: str, *, missed: bool = False, **more: Any) -> httpx.Response:  # Any: httpx's own
        try:
            response = self._http.request(method, path, **more)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise NotDone(f"the gateway at {self.url} does not answer: {error or type(error).__name__}") from error
        if response.is_success or (missed and response.status_code == MISSED):
            return response
        raise NotDone(f"the gateway at {self.url} refuses {method} {API}{path}: {_words(response)}")

    def _read(self, response: httpx.Response, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.MsgspecError as error:
            raise NotDone(
                f"what answers at {self.url} is no gateway of this version ({__version__}): {error}"
            ) from error


def _json(body: object) -> dict[str, Any]:  # Any: arguments of several types by their names
    if body is None:
        return {}
    return {"content": msgspec.json.encode(body), "headers": {"content-type": "application/json"}}


class _Problem(msgspec.Struct):
    """What went wrong (RFC 9457)."""

    title: str
    detail: str = ""
    faults: list[tuple[str, str]] = []


def _words(response: httpx.Response) -> str:
    """Why it is refused, in the gateway's own words."""
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.MsgspecError:
        return f"status {response.status_code}, as no gateway says it"
    return "; ".join([problem.detail or problem.title, *(f"{name}: {words}" for name, words in problem.faults)])
