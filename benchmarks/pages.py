"""What the page costs: how soon it answers when the store is full, and what open pages cost those who export."""

import contextlib
import http.client
import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from benchmarks.bars import JUDGED_CLIENTS, OPEN_PAGES, PAGE_ATTEMPTS, PageCost
from benchmarks.measure import Extent, Generator, say
from benchmarks.servers import Server

TIMES = 15
"""How often each page is asked for; the median counts."""
ANSWER_SECONDS = 60.0
SEARCHES = {
    "a title that one has": "title:{last}",
    "a title that none has": "title:zzyzx",
    "an OCLC number": "oclc:{last}",
    "an MMS ID that none has": "mms:9919999999995867",
    "an outcome that none has": "outcome:refused",
    "words anywhere, in none": "zzyzx quillon",
    "a field that one has": "245:{last}",
    "before the first": "before:2020-01-01",
}
"""What people type, and what makes a store look at all that it has; `{last}` is a number in the newest title."""


@dataclass
class _Reader:
    """Reads what comes over many connections, and looks at none of it."""

    connections: list[socket.socket] = field(default_factory=list)
    received: int = 0
    closed: int = 0
    """How many of them the gateway has ended."""
    ended: bool = False

    def run(self) -> None:
        """Until `ended`."""
        with selectors.DefaultSelector() as selector:
            for connection in self.connections:
                selector.register(connection, selectors.EVENT_READ)
            while not self.ended:
                for key, _ in selector.select(0.1):
                    assert isinstance(key.fileobj, socket.socket)
                    chunk = key.fileobj.recv(65_536)
                    self.received += len(chunk)
                    if not chunk:
                        selector.unregister(key.fileobj)
                        self.closed += 1


@contextlib.contextmanager
def open_pages(server: Server, count: int) -> Iterator[_Reader]:
    """So many browsers that look at the page, as far as the gateway can tell."""
    reader = _Reader()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = socket.create_connection(server.page, ANSWER_SECONDS)
            stack.enter_context(connection)
            connection.sendall(f"GET /events HTTP/1.1\r\nHost: {server.page[0]}\r\n\r\n".encode())
            while b"retry: " not in (chunk := connection.recv(65_536)):
                assert chunk, "the gateway closed a stream of events"
            reader.connections.append(connection)
        thread = threading.Thread(target=reader.run)
        thread.start()
        try:
            yield reader
        finally:
            reader.ended = True
            thread.join()
        assert not reader.closed, f"the gateway closed {reader.closed} streams of events"


def page_cost(generator: Generator, server: Server, extent: Extent) -> PageCost:
    """Fill the store, ask for pages, then export with and without open ones, in turn."""
    wanted = PAGE_ATTEMPTS if extent.rounds > 2 else extent.memory_exports
    say(f"pages: {wanted:,} exports, then the page and searches of it")
    filled = generator.by_count(server, JUDGED_CLIENTS, wanted).result
    last = str(filled.begun[-1][0])
    first = _milliseconds(server, "/")
    searches = {
        what: _milliseconds(server, f"/?q={quote(words.format(last=last))}") for what, words in SEARCHES.items()
    }
    ratios, events = [], 0
    for number in range(extent.rounds):
        without = generator.by_time(server, JUDGED_CLIENTS, extent.seconds).result
        with open_pages(server, OPEN_PAGES) as reader:
            with_them = generator.by_time(server, JUDGED_CLIENTS, extent.seconds).result
        events += reader.received
        ratios.append(with_them.rate / without.rate if without.rate else 0.0)
        say(f"round {number + 1} of {extent.rounds}, {OPEN_PAGES} open pages: {ratios[-1]:.2f} of the rate without")
    return PageCost(filled.good, first, searches, ratios, events)


def _milliseconds(server: Server, path: str) -> float:
    """Median time to the last byte."""
    connection = http.client.HTTPConnection(*server.page, timeout=ANSWER_SECONDS)
    taken = []
    with contextlib.closing(connection):
        for _ in range(TIMES):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Accept": "text/html"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == http.HTTPStatus.OK, f"{path} was answered {answer.status}"
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)
