"""The API of a gateway, asked from any thread: the one way in which fixtures ask and change anything."""

import ssl
import time
from typing import Any, Final, TypeVar

import httpx
import msgspec

from gateway import __version__
from gateway.config import Secret
from gateway.errors import GatewayError
from gateway.testing.logs import Unheard

__tracebackhide__ = True
"""For a test's author the place to look at is the line of the test."""
API: Final = "/api/v1"
CONNECT_SECONDS: Final = 5.0
"""For a gateway to take the connection."""
ANSWER_SECONDS: Final = 30.0
"""For an answer to a question that waits for nothing."""
SPARE_SECONDS: Final = 5.0
"""For the answer to one that waits, beside its wait: a test that gives its own bound is not held up for long by a
gateway that hangs.
"""
AWAKE_SECONDS: Final = 1.0
"""For one that has hung to show that it is awake again, before it is asked anything else."""
DOWN_SECONDS: Final = 5.0
"""How long it counts as down where it did not: a test and its end ask some ten times, and wait for that but once."""
MOST_WAIT_SECONDS: Final = 30.0
"""Longest that one request waits for an attempt: the API's own bound is twice that. A longer wait asks again."""
MISSED: Final = 408
"""HTTP status of a wait that was in vain."""
GONE: Final = 404
"""HTTP status of what there is not."""

NO_TOKEN: Final = Secret("")
_HANGS: Final = (httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout)

T = TypeVar("T")
Parameters = dict[str, str | int | float | list[str]]


class NotDone(GatewayError):
    """The gateway did not do what it was asked for, or does not answer; says why."""


class Client:
    """One a session."""

    def __init__(self, url: str, token: Secret = NO_TOKEN) -> None:
        """`url` is the gateway's, without a path. Proxies of the environment are not asked."""
        self.url = url.rstrip("/")
        self._unheard = Unheard()
        self._hangs = False
        """Whether it did not answer in time, and has not since."""
        self._down_until = 0.0
        """Until when it is not asked, by the monotonic clock."""
        with self._unheard:
            self._http = httpx.Client(
                base_url=f"{self.url}{API}",
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                verify=ssl.create_default_context() if httpx.URL(self.url).scheme == "https" else False,
                trust_env=False,
            )
        if token.reveal():
            self._http.headers["authorization"] = f"Bearer {token.reveal()}"

    def close(self) -> None:
        """Ask nothing more."""
        with self._unheard:
            self._http.close()
        self._unheard.remove()

    def get(self, path: str, kind: type[T], parameters: Parameters | None = None) -> T:
        """What is answered, read as this type. Raises `NotDone`."""
        return self._read(self._ask("GET", path, params=parameters or {}), kind)

    def raw(self, path: str, parameters: Parameters | None = None) -> bytes:
        """What is answered, as it is. Raises `NotDone`."""
        return self._ask("GET", path, params=parameters or {}).content

    def waited(self, path: str, kind: type[T], seconds: float, parameters: Parameters) -> T | None:
        """What is answered within so many seconds; None where nothing is. Raises `NotDone`."""
        timeout = httpx.Timeout(seconds + SPARE_SECONDS, connect=CONNECT_SECONDS)
        response = self._ask("GET", path, also=MISSED, params={**parameters, "timeout": seconds}, timeout=timeout)
        return None if response.status_code == MISSED else self._read(response, kind)

    def send(self, method: str, path: str, body: object = None) -> None:
        """Have something done, of which nothing is answered. Raises `NotDone`."""
        self._ask(method, path, **_json(body))

    def forget(self, path: str) -> None:
        """Have something deleted, unless that is done already. Raises `NotDone`."""
        self._ask("DELETE", path, also=GONE)

    def change(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        """Have something done; what is answered, read as this type. Raises `NotDone`."""
        return self._read(self._ask(method, path, **_json(body)), kind)

    def upload(self, path: str, kind: type[T], file: bytes, parameters: Parameters) -> T:
        """Hand over a file. Raises `NotDone`."""
        return self._read(self._ask("POST", path, content=file, params=parameters), kind)

    def _ask(self, method: str, path: str, *, also: int = 0, **more: Any) -> httpx.Response:  # Any: httpx's own
        """An answer of success, or of this status. No error of the library goes along: its frames have the token."""
        if self._hangs:
            self._look()
        response = self._answered(method, path, **more)
        if response.is_success or response.status_code == also:
            return response
        raise NotDone(f"the gateway at {self.url} refuses {method} {API}{path}: {_words(response)}")

    def _look(self) -> None:
        """Whether it is awake again. Raises `NotDone` where it is not, at once where that was seen just now."""
        if time.monotonic() < self._down_until:
            raise NotDone(f"the gateway at {self.url} does not answer: it hangs")
        try:
            self._answered("GET", f"{self.url}/livez", timeout=AWAKE_SECONDS)
        except NotDone:
            self._down_until = time.monotonic() + DOWN_SECONDS
            raise
        self._hangs = False

    def _answered(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            with self._unheard:
                return self._http.request(method, path, **more)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            self._hangs = self._hangs or isinstance(error, _HANGS)
            said = str(error) or type(error).__name__
        raise NotDone(f"the gateway at {self.url} does not answer: {said}")

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
    said = problem.detail or problem.title
    faults = [f"{name}: {words}" for name, words in problem.faults]
    return "; ".join([*said.split("\n"), *(fault for fault in faults if fault not in said)])
