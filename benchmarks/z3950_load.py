"""A load on a server of Z39.50 at 127.0.0.1: so many clients, each a process with one blocking socket.

What they send is encoded beforehand. Of what comes they read the framing and the numbers at its head; each connection's
first answer with records is decoded whole. So a round trip takes some 20 µs of processor time, most of it the system's.
"""

import json
import multiprocessing
import random
import socket
import sys
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final

import click

from benchmarks.result import Result, Tally, result
from benchmarks.z3950_corpus import drawn, word
from gateway.frontends.z3950 import ber, oids
from gateway.frontends.z3950.apdus import RESPONSE_LIMITS, Apdu, decode, encode
from gateway.frontends.z3950.apdus.external import External
from gateway.frontends.z3950.apdus.init import InitRequest, Option, Version
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse
from gateway.frontends.z3950.apdus.records import NamePlusRecord
from gateway.frontends.z3950.apdus.rpn import Attribute, AttributesPlusTerm, Boolean, Node, Operation, RpnQuery
from gateway.frontends.z3950.apdus.search import SearchRequest
from gateway.frontends.z3950.ber import Oid

TITLE, ANY = 4, 1016
"""Use attributes of bib-1."""
SEARCHES: Final = 500
"""Different searches of a client, which he makes again and again."""
NEW_SEARCHES: Final = 10_000
"""The same where none is to be made twice: more than are made in a round."""
FREQUENT_WORDS: Final = 1_000
"""Words that are looked for where ten records are to be shown: each is in ten titles of 50,000 and more."""
ANSWER_SECONDS: Final = 60.0
"""Longest wait for an answer."""
RECEIVED_AT_ONCE: Final = 65_536
MESSAGE_OCTETS: Final = 1024 * 1024
LONGEST_SECONDS: Final = 600.0
HITS, RETURNED, SEARCHED, PRESENTED, RECORDS = 23, 24, 22, 27, 28
"""Tags in answers to a search and a present: numbers of hits and of records, whether either went well, the records."""

INIT = encode(
    InitRequest(
        Version.V2 | Version.V3,
        Option.SEARCH | Option.PRESENT | Option.NAMED_RESULT_SETS,
        MESSAGE_OCTETS,
        MESSAGE_OCTETS,
        implementation_name="gateway benchmark",
    )
)


class BadAnswer(Exception):
    """What came is no good answer."""


@dataclass(frozen=True)
class Work:
    """What a client does again and again."""

    records: int
    """That it has shown after each search; 0 = none."""
    syntax: Oid = oids.USMARC
    connects: bool = False
    """Whether it does so on a new connection each time."""
    anew: bool = False
    """Whether no search is made twice."""


WORKS: Final = {
    "usmarc": Work(10),
    "anew": Work(10, anew=True),
    "opac": Work(10, oids.OPAC),
    "connect": Work(1, connects=True),
    "keyword": Work(0),
}
"""By the word for the command line."""


@dataclass(frozen=True)
class Load:
    """What is sent, and for how long."""

    port: int
    work: str
    database: str
    seconds: float
    clients: int
    seed: int = 0
    """Of the choice of words."""


class Client:
    """One client."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._work = WORKS[load.work]
        self._searches = [encode(one) for one in searches(load)]
        self._present = encode(PresentRequest("default", 1, self._work.records, record_syntax=self._work.syntax))
        self._framing = Framing()
        self._socket: socket.socket | None = None
        self._looked_at = False  # whether an answer with records has been decoded whole

    def run(self) -> Tally:
        """One piece of work after the other, until the time is over. A bad one is followed by a new connection."""
        tally = Tally(array("d"))
        began = perf_counter()
        until = began + self._load.seconds
        while True:
            for search in self._searches:
                at = perf_counter()
                if at >= until:
                    self._hang_up()
                    return tally
                try:
                    enough = self._once(search)
                except (OSError, ber.Malformed, BadAnswer) as problem:
                    tally.bad += 1
                    tally.last_bad = repr(problem)
                    self._hang_up()
                    continue
                if not enough:
                    continue
                done = perf_counter()
                tally.latencies.append(done - at)
                tally.good += 1
                tally.seconds = done - began

    def _once(self, search: bytes) -> bool:
        """Whether enough was found to be shown."""
        connection = self._socket or self._connected()
        hits = good(self._framing.exchange(connection, search), SEARCHED, 1)[HITS]
        if hits < self._work.records:  # yaz-ztest draws a number; a small corpus has rare words
            return False
        if self._work.records:
            answer = self._framing.exchange(connection, self._present)
            if good(answer, PRESENTED, 0)[RETURNED] != self._work.records:
                raise BadAnswer(f"not {self._work.records} records of {hits}")
            if not self._looked_at:
                look_at(decode(answer), self._work)
                self._looked_at = True
        if self._work.connects:
            self._hang_up()
        return True

    def _connected(self) -> socket.socket:
        connection = self._socket = socket.create_connection(("127.0.0.1", self._load.port), ANSWER_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not numbers(self._framing.exchange(connection, INIT)).get(12):
            raise BadAnswer("the server does not want us")
        return connection

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Framing:
    """Where the answers of one server end.

    Index Data's servers send records with indefinite lengths. To find the end of these properly takes longer than to
    send them, so it is done for the first answer alone; others have ended when as many zeros, the end marks, have come
    as that one ended with. Should an answer be cut in two just behind as many, the next one is taken for a bad one.
    """

    def __init__(self) -> None:
        self._zeros = b""

    def exchange(self, connection: socket.socket, request: bytes) -> bytes:
        """Send an APDU and receive the answer, whole."""
        connection.sendall(request)
        answer = connection.recv(RECEIVED_AT_ONCE)
        while not self._ended(answer):
            more = connection.recv(RECEIVED_AT_ONCE)
            if not more:
                raise BadAnswer("the server has hung up")
            answer += more
        return answer

    def _ended(self, answer: bytes) -> bool:
        found = ber.head(answer)
        if found is None:
            return False
        _, start, size = found
        if size is not None:
            return len(answer) >= start + size
        if self._zeros and answer.endswith(self._zeros):
            return True
        if ber.Scan(RESPONSE_LIMITS).resume(answer) is None:
            return False
        self._zeros = bytes(len(answer) - len(answer.rstrip(b"\0")))
        return True


def numbers(answer: bytes) -> dict[int, int]:
    """What an answer begins with, by tag: numbers and booleans, before any records."""
    found = {}
    head = ber.head(answer)
    at = head[1] if head else len(answer)
    while at + 2 < len(answer) and answer[at] & 0xE0 == 0x80 and answer[at] & 0x1F < RECORDS and answer[at + 1] < 128:
        end = at + 2 + answer[at + 1]
        found[answer[at] & 0x1F] = int.from_bytes(answer[at + 2 : end])
        at = end
    return found


def good(answer: bytes, status: int, wanted: int) -> dict[int, int]:
    """The numbers of an answer whose status is the wanted one (of a boolean, any but 0 is 1). Raises `BadAnswer`."""
    found = numbers(answer)
    if status not in found or bool(found[status]) != bool(wanted):
        raise BadAnswer(repr(decode(answer)))
    return found


def look_at(answer: Apdu, work: Work) -> None:
    """Whether records are in the syntax that was asked for. Raises `BadAnswer`."""
    assert isinstance(answer, PresentResponse)
    assert isinstance(answer.records, tuple)
    for one in answer.records:
        assert isinstance(one, NamePlusRecord)
        if not isinstance(one.record, External) or one.record.direct_reference != work.syntax:
            raise BadAnswer(f"in place of a record: {one.record!r}")


def searches(load: Load) -> Iterator[SearchRequest]:
    """Different ones: for a word of a title where records are wanted, else for one or two anywhere.

    What is looked for anew is one of two words of a title, any of which is as likely.
    """
    chance = random.Random(load.seed)
    work = WORKS[load.work]
    for number in range(NEW_SEARCHES if work.anew else SEARCHES):
        if work.anew:
            one, other = (term(TITLE, word(chance.randrange(FREQUENT_WORDS))) for _ in range(2))
            root: Node = Operation(one, other, Boolean.OR)
        elif work.records:
            root = term(TITLE, word(drawn(chance, FREQUENT_WORDS)))
        else:
            root = term(ANY, word(drawn(chance)))
            if number % 2:
                root = Operation(root, term(ANY, word(drawn(chance))), Boolean.AND)
        query = RpnQuery(oids.BIB_1, root)
        yield SearchRequest(0, 1, 0, True, "default", (load.database,), query, record_syntax=oids.USMARC)


def term(use: int, text: str) -> Node:
    """A word in an index."""
    return AttributesPlusTerm((Attribute(1, use),), text.encode())


def run(load: Load) -> tuple[Result, str]:
    """Drive the load; its result, and the last bad answer if there was one."""
    context = multiprocessing.get_context("spawn")
    workers: list[Connection] = []
    for number in range(load.clients):
        ours, theirs = context.Pipe()
        context.Process(target=_work, args=(theirs, load, number), daemon=True).start()
        theirs.close()
        workers.append(ours)
    for worker in workers:
        worker.recv()
    for worker in workers:
        worker.send("go")
    tallies: list[Tally] = [worker.recv() for worker in workers]
    return result(load.clients, tallies), next((tally.last_bad for tally in tallies if tally.last_bad), "")


def _work(parent: Connection, load: Load, number: int) -> None:
    """One process: say that it is up, wait until all are, go."""
    client = Client(replace(load, seed=load.seed + number))
    parent.send("up")
    parent.recv()
    parent.send(client.run())


@click.command()
@click.option("-p", "port", type=click.IntRange(1, 65535), required=True)
@click.option("-w", "work", type=click.Choice([*WORKS]), required=True, help="What each client does again and again.")
@click.option("-d", "database", default="Default", show_default=True)
@click.option("-c", "clients", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("-n", "seed", type=click.IntRange(min=0), default=0, help="Of the choice of words.")
@click.option("-s", "seconds", type=click.FloatRange(0, LONGEST_SECONDS), default=3.0, show_default=True)
def main(port: int, work: str, database: str, clients: int, seed: int, seconds: float) -> None:
    """Search a server on this machine; print what came of it as JSON. Exit 1 if an answer was bad."""
    outcome, last_bad = run(Load(port, work, database, seconds, clients, seed))
    click.echo(json.dumps(asdict(outcome)))
    if outcome.bad:
        click.echo(f"last bad answer: {last_bad}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
