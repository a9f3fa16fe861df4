"""The end of `gateway serve` while browsers and programs are connected: soon, orderly, and without a word too many."""

import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from .gateways import HOST, process
from .test_serve import ENDS_IN_SECONDS, FREE_PORTS, MEMORY, begin_message

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can catch")

OPEN_SECONDS = 2.0
"""What open pages, programs that wait and uploads may add to the end."""
EVERYTHING_ELSE = 20.0
"""Seconds that a busy machine takes to end a Python process."""
LONG = ("--set", "limits.shutdown_seconds=600")
"""What an export in flight may add."""
HAS_BEGUN = "Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n"
"""Makes the gateway say that it has the head and that the request is under way."""
ASKED = {
    "a page that is open": "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a program that follows": "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a program that waits": f"GET /api/v1/submissions/wait?timeout=60 HTTP/1.1\r\n{HAS_BEGUN}",
    "an upload in the middle": f"POST /api/v1/zones/xyz/records HTTP/1.1\r\n{HAS_BEGUN}",
    "an idle connection": "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half a head": "GET /livez HTTP/1.1\r\nHo",
    "nothing yet": "",
}


@contextmanager
def connected(url: str, sent: str) -> Iterator[socket.socket]:
    """A connection over which that was sent; where that is a request, its answer has begun."""
    address, _, port = url.rpartition("/")[2].rpartition(":")
    with socket.create_connection((address, int(port)), timeout=ENDS_IN_SECONDS) as client:
        client.sendall(sent.encode())
        if sent.endswith("\r\n\r\n"):
            assert client.recv(12) == (b"HTTP/1.1 100" if sent.endswith(HAS_BEGUN) else b"HTTP/1.1 200")
        yield client


def rest(client: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    try:
        while chunk := client.recv(65_536):
            received += chunk
    except ConnectionError:
        pass
    return received


@pytest.mark.parametrize("who", [*ASKED, "all"])
def test_with_somebody_connected(who: str, folder: Path) -> None:
    many = [*ASKED.values()] * 5 if who == "all" else [ASKED[who]]
    with process("serve", *FREE_PORTS, *MEMORY, *LONG) as started, ExitStack() as stack:
        assert started.stdout is not None
        assert started.stderr is not None
        url = json.loads(started.stdout.readline())["http"]
        clients = [stack.enter_context(connected(url, sent)) for sent in many]
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        assert started.wait(ENDS_IN_SECONDS) == 0
        assert time.monotonic() - began < OPEN_SECONDS + EVERYTHING_ELSE
        answers = [rest(client) for client in clients]
        lines = [json.loads(line) for line in started.stderr.read().splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("gateway.stopped", "info")]
    if who == "a program that waits":
        assert b"HTTP/1.1 503" in answers[0]
        assert b"is being stopped" in answers[0]
    if who == "a program that follows":
        assert answers[0].endswith(b"0\r\n\r\n")


def test_an_export_in_flight_is_waited_for_beside_open_pages(folder: Path) -> None:
    with process("serve", *FREE_PORTS, *MEMORY, *LONG) as started:
        assert started.stdout is not None
        line = json.loads(started.stdout.readline())
        address, _, port = line["hosts"][HOST]["connexion"].rpartition(":")
        with connected(line["http"], ASKED["a page that is open"]) as page:
            with socket.create_connection((address, int(port)), timeout=ENDS_IN_SECONDS) as client:
                begin_message(client)
                started.send_signal(signal.SIGTERM)
                assert rest(page).endswith(b"0\r\n\r\n")
                assert started.poll() is None
            assert started.wait(ENDS_IN_SECONDS) == 0
