"""What arrives at a running gateway, each attempt once, over as many streams as it takes. Prints nothing."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.remote import ANSWER_SECONDS

if TYPE_CHECKING:
    import httpx

MOST_ROWS: Final = 1_000
"""What came between two streams, at most: the API's longest page."""
AGAIN_SECONDS: Final = 1.0
"""Before a stream that was cut off is taken up again."""
OF_THE_GATEWAY: Final = 500
"""HTTP statuses from here on pass with time."""

Line = dict[str, Any]  # Any: a line of `listSubmissions`


class Following:
    """Goes on when the gateway is started anew, also with another store."""

    def __init__(self, api: "httpx.Client", zone: str | None, last: int) -> None:
        """Only of a zone, where one is given; begins with the `last` ones that are there."""
        self._api = api
        self._only = {"zone": zone} if zone else {}
        self._last = last
        self._begun = False
        self._cursor = ""
        self._newest: Line | None = None
        """The one that came last, be it told of or older than what is to be told."""
        self._told: dict[str, int] = {}
        """By zone, the number of the one that was told of last: its own come in the order of their numbers."""

    def lines(self) -> Iterator[Line]:
        """Without end. Raises httpx's errors where it could not even begin, or is refused."""
        import httpx

        while True:
            try:
                yield from self._stream()
            except httpx.TransportError:
                if not self._begun:
                    raise
            except httpx.HTTPStatusError as error:
                if not self._begun or error.response.status_code < OF_THE_GATEWAY:
                    raise
            time.sleep(AGAIN_SECONDS)

    def _stream(self) -> Iterator[Line]:
        """What one stream brings, behind what an earlier one brought."""
        import msgspec

        if self._newest and not self._is_known(self._newest):
            self._cursor = ""
            self._told.clear()
        params = self._only | ({"since": self._cursor} if self._cursor else {})
        with self._api.stream("GET", "/events", params=params, timeout=ANSWER_SECONDS) as response:
            if not response.is_success:
                response.read()
                response.raise_for_status()
            for line in _lines(response):
                name, _, value = line.partition(b": ")
                if name == b"retry" and not self._cursor:
                    yield from self._new(self._present())
                    self._begun = True
                elif name == b"id":
                    self._cursor = value.decode()
                elif name == b"data":
                    yield from self._new([msgspec.json.decode(value)])

    def _is_known(self, line: Line) -> bool:
        """Whether the store that the gateway has now has it; if not, what it has may have the same numbers."""
        answer = self._api.get(f"/submissions/{line['seq']}")
        return answer.is_success and answer.json()["id"] == line["id"]

    def _present(self) -> list[Line]:
        """Those to begin with, oldest first; later what has come since the newest that is known."""
        rows = MOST_ROWS if self._begun else max(self._last, 1)
        page = self._api.get("/submissions", params={**self._only, "limit": rows}).raise_for_status().json()
        found: list[Line] = page["submissions"][::-1]
        if self._begun:
            return [line for line in found if self._newest is None or _time(line) > _time(self._newest)]
        self._newest = found[-1] if found else None
        return found[-self._last :] if self._last else []

    def _new(self, lines: list[Line]) -> Iterator[Line]:
        for line in lines:
            if line["seq"] > self._told.get(line["zone"], 0):
                self._told[line["zone"]] = line["seq"]
                self._newest = line
                yield line


def _time(line: Line) -> datetime:
    return datetime.fromisoformat(line["at"])


def _lines(response: "httpx.Response") -> Iterator[bytes]:
    """Of a stream of events; a title may hold what ends a line elsewhere, such as U+2028."""
    rest = b""
    for chunk in response.iter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
