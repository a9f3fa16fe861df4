"""A harvest at 127.0.0.1: so many clients, each a process with one blocking socket, page after page by their tokens.

Of what comes they read the head and the token; each client's first page is parsed whole. So a page costs them little
but the copying of its bytes.
"""

import json
import multiprocessing
import socket
import sys
from array import array
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree

import click

from benchmarks.oai_corpus import SET
from benchmarks.result import Result, Tally, result

PAGE: Final = 100
"""Records of a page, where the repository says nothing else."""
ANSWER_SECONDS: Final = 60.0
"""Longest wait for an answer."""
RECEIVED_AT_ONCE: Final = 1_048_576
LONGEST_SECONDS: Final = 600.0
FIRST: Final = f"verb=ListRecords&metadataPrefix=marc21&set={SET}"
BEGIN, END = b"<resumptionToken>", b"</resumptionToken>"
TAIL: Final = 500
"""Bytes at the end of an answer in which its token stands."""


class BadAnswer(Exception):
    """What came is no good answer."""


@dataclass(frozen=True)
class Load:
    """What is asked, and for how long."""

    port: int
    path: str
    seconds: float
    clients: int
    query: str = ""
    """What is asked again and again; empty for a harvest from its beginning."""
    most: int | None = None
    """Answers after which a client stops, though time is left."""


class Client:
    """One client."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._socket: socket.socket | None = None

    def run(self) -> Tally:
        """One page after the other, until the time is over; behind the last page the first comes again."""
        tally = Tally(array("d"))
        began = perf_counter()
        until = began + self._load.seconds
        query, looked_at = self._load.query or FIRST, False
        while (at := perf_counter()) < until and tally.good + tally.bad != self._load.most:
            try:
                body = self._asked(query)
                token = token_of(body)
                if not looked_at:
                    look_at(body)
                    looked_at = True
            except (OSError, ValueError, BadAnswer) as problem:
                tally.bad += 1
                tally.last_bad = repr(problem)
                self._hang_up()
                continue
            done = perf_counter()
            tally.latencies.append(done - at)
            tally.good += 1
            tally.seconds = done - began
            if not self._load.query:
                query = f"verb=ListRecords&resumptionToken={quote(token)}" if token else FIRST
        self._hang_up()
        return tally

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _asked(self, query: str) -> bytes:
        """The answer's body."""
        connection = self._socket
        if connection is None:
            connection = self._socket = socket.create_connection(("127.0.0.1", self._load.port), ANSWER_SECONDS)
        connection.sendall(f"GET {self._load.path}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = bytearray()
        while b"\r\n\r\n" not in received:
            received += _some(connection)
        head, _, begun = bytes(received).partition(b"\r\n\r\n")
        length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))[15:])
        if not head.startswith(b"HTTP/1.1 200"):
            raise BadAnswer(head)
        body = bytearray(begun)
        while len(body) < length:
            body += _some(connection)
        if b"connection: close" in head:
            self._hang_up()
        return bytes(body)


def _some(connection: socket.socket) -> bytes:
    some = connection.recv(RECEIVED_AT_ONCE)
    if not some:
        raise BadAnswer("the connection was closed")
    return some


def token_of(body: bytes) -> str:
    """Where the list goes on; empty at its end."""
    return body[-TAIL:].partition(BEGIN)[2].partition(END)[0].decode()


def look_at(body: bytes) -> None:
    """Raise `BadAnswer` unless it is a page of records."""
    try:
        records = ElementTree.fromstring(body).findall(".//{http://www.openarchives.org/OAI/2.0/}record")
    except ElementTree.ParseError as error:
        raise BadAnswer(str(error)) from error
    if not records:
        raise BadAnswer(f"no records: {body[:2000]!r}")


def _run(load: Load, tell: Connection) -> None:
    tell.send(Client(load).run())


def loaded(load: Load) -> tuple[Result, str]:
    """What came of it, and the last bad answer."""
    ends, processes = [], []
    for _ in range(load.clients):
        end, tell = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=_run, args=(load, tell), daemon=True)
        process.start()
        ends.append(end)
        processes.append(process)
    tallies = [end.recv() for end in ends]
    for process in processes:
        process.join()
    return replace(result(load.clients, tallies), bad_numbers=None), next((one.last_bad for one in tallies), "")


@click.command()
@click.option("-p", "--port", type=int, required=True)
@click.option("-u", "--path", required=True, help="Of the repository.")
@click.option("-c", "--clients", type=click.IntRange(1, 100), default=4)
@click.option("-s", "--seconds", type=click.FloatRange(0.1, LONGEST_SECONDS), default=5.0)
@click.option("-q", "--query", default="", help="Asked again and again, instead of a harvest.")
def main(port: int, path: str, clients: int, seconds: float, query: str) -> None:
    """Harvest, and print a line of JSON."""
    measured, bad = loaded(Load(port, path, seconds, clients, query))
    if bad:
        print(bad, file=sys.stderr)
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
