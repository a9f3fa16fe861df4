"""What `make bench-ncip` runs: patrons looked up, and items lent and returned, over HTTP; then the bars."""

import concurrent.futures
import contextlib
import json
import signal
import socket
import statistics
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

import click
import trio

from benchmarks import machine, memory
from benchmarks.bars import Check, Sample, verdict
from benchmarks.measure import MeasuringFailed, say
from benchmarks.report import check_row, table
from benchmarks.result import Tally, result
from benchmarks.servers import HOSTS, ROOT, ZONE, Server, ServerFailed, end_on_sigterm, python, started
from gateway.config import load
from gateway.model import BibRecord, Holding, Item, Library, Location, Patron
from gateway.stores import open_store
from gateway.stores.base import Stacks, Transaction

CLIENTS: Final = 4
"""Systems that ask at once, each over one connection that stays; an item of its own for each is lent and returned."""
SECONDS: Final = 5.0
ROUNDS: Final = 5
WARM_UP_SECONDS: Final = 1.0
PATRONS: Final = 10_000
LOOKUPS_AT_LEAST: Final = 500.0
"""LookupUser a second, on one core."""
GROWTH_MB_UNDER: Final = 20.0
"""Of the gateway's process, from the end of the first round to that of the last."""
ANSWER_SECONDS: Final = 60.0
RECEIVED_AT_ONCE: Final = 65_536
LAST: Final = b"connection: close"
"""In the head of a connection's last answer: it may have so many and no more."""
SCRATCH: Final = ROOT / "build"
CODE: Final = load().zones[ZONE].code
PROFILE: Final = load().zones[ZONE].partners[0]


def _message(service: str, content: str) -> bytes:
    """A request over HTTP, as ReShare's client makes one."""
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ns1:NCIPMessage '
        'xmlns:ns1="http://www.niso.org/2008/ncip" '
        'ns1:version="http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd">'
        f"<ns1:{service}><ns1:InitiationHeader><ns1:FromAgencyId><ns1:AgencyId>{CODE}</ns1:AgencyId></ns1:FromAgencyId>"
        f"<ns1:ToAgencyId><ns1:AgencyId>{CODE}</ns1:AgencyId></ns1:ToAgencyId><ns1:ApplicationProfileType>{PROFILE}"
        f"</ns1:ApplicationProfileType></ns1:InitiationHeader>{content}</ns1:{service}></ns1:NCIPMessage>"
    ).encode()
    head = f"POST /view/NCIPServlet HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _named(kind: str, value: str) -> str:
    return f"<ns1:{kind}Id><ns1:{kind}IdentifierValue>{value}</ns1:{kind}IdentifierValue></ns1:{kind}Id>"


def _lookups(client: int) -> list[list[bytes]]:
    """Each for another patron."""
    desired = ("Name Information", "User Address Information", "User Privilege")
    wanted = "".join(f"<ns1:UserElementType>{name}</ns1:UserElementType>" for name in desired)
    patrons = range(client, PATRONS, CLIENTS)
    return [[_message("LookupUser", _named("User", f"P{number}") + wanted)] for number in patrons]


def _loans(client: int) -> list[list[bytes]]:
    """One item, lent and returned."""
    item = _named("Item", f"I{client}")
    return [[_message("CheckOutItem", _named("User", f"P{client}") + item), _message("CheckInItem", item)]]


WORKS: Final[dict[str, Callable[[int], list[list[bytes]]]]] = {
    "LookupUser": _lookups,
    "CheckOutItem, CheckInItem": _loans,
}
"""What a client asks again and again: messages that belong together."""


async def filled(store: str) -> None:
    """Patrons with names and addresses, and an item for each client."""
    zone = ZONE

    def record(transaction: Transaction) -> None:
        transaction.put(
            BibRecord(
                mms_id="991",
                version=1,
                marc=b"",
                title="Tides",
                identifiers=frozenset(),
                originating_system="",
                originating_version="",
                at=datetime.now(UTC),
                submission="",
            )
        )

    def shelves(stacks: Stacks) -> None:
        stacks.put_library(Library(zone=zone, code="MAIN", name="Main Library", locations=(Location("stacks"),)))
        stacks.put_holding(Holding(zone=zone, id="1", mms_id="991", library="MAIN", location="stacks"))
        for number in range(CLIENTS):
            stacks.put_item(Item(zone=zone, barcode=f"I{number}", holding="1", mms_id="991"))
        for number in range(PATRONS):
            patron = Patron(zone=zone, barcode=f"P{number}", name=f"Doe {number}, Jane", group="undergrad")
            stacks.put_patron(patron)

    async with open_store(store) as opened:
        await opened.transact(zone, record, seconds=60.0)
        await opened.rearrange(zone, shelves)


def asking(address: tuple[str, int], work: str, client: int, seconds: float) -> Tally:
    """One client, until the time is over, but one turn at least: a round trip costs it some 30 µs."""
    tally = Tally(array("d"))
    turns = cycle(WORKS[work](client))
    with contextlib.ExitStack() as connections:
        connection = connections.enter_context(_connected(address))
        began = perf_counter()
        while not tally.latencies or perf_counter() < began + seconds:
            for message in next(turns):
                at = perf_counter()
                connection.sendall(message)
                answer = _received(connection)
                done = perf_counter()
                tally.latencies.append(done - at)
                tally.seconds = done - began
                if answer.startswith(b"HTTP/1.1 200 ") and b"Problem" not in answer:
                    tally.good += 1
                else:
                    tally.bad += 1
                    tally.last_bad = repr(answer[-500:])
                if LAST in answer.partition(b"\r\n\r\n")[0].lower():
                    connections.close()
                    connection = connections.enter_context(_connected(address))
    return tally


def _connected(address: tuple[str, int]) -> socket.socket:
    made = socket.create_connection(address, ANSWER_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _received(connection: socket.socket) -> bytes:
    """A response whole."""
    answer = b""
    while True:
        chunk = connection.recv(RECEIVED_AT_ONCE)
        if not chunk:
            raise MeasuringFailed(f"the gateway hung up: {answer!r}")
        answer += chunk
        head, found, body = answer.partition(b"\r\n\r\n")
        if found:
            length = int(head.lower().partition(b"content-length:")[2].split(None, 1)[0])
            if len(body) >= length:
                return answer


@dataclass
class Measured:
    """Everything that one run measured."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: {work: [] for work in WORKS})
    resident: list[float] = field(default_factory=list)
    """Millions of bytes of the gateway's process, after each round; empty where the system does not tell."""


def measured(server: Server, seconds: float, rounds: int) -> Measured:
    """Each work in turn."""
    found = Measured()
    with concurrent.futures.ProcessPoolExecutor(CLIENTS) as clients:
        for work in WORKS:
            _load(clients, server, work, min(seconds, WARM_UP_SECONDS))
        for number in range(rounds):
            for work in WORKS:
                sample = _load(clients, server, work, seconds)
                found.samples[work].append(sample)
                say(f"round {number + 1}, {work}: {sample.result.rate:,.0f}/s")
            resident = memory.resident_mb(server.pid)
            found.resident += [] if resident is None else [resident]
    return found


def _load(clients: concurrent.futures.Executor, server: Server, work: str, seconds: float) -> Sample:
    before = server.processor_seconds()
    tallies = [*clients.map(partial(asking, server.page, work, seconds=seconds), range(CLIENTS))]
    after = server.processor_seconds()
    came = result(CLIENTS, tallies)
    if came.bad:
        say(f"{came.bad} bad answers; {next(tally.last_bad for tally in tallies if tally.last_bad)}")
    busy = (after - before) / (came.seconds or 1.0) if before is not None and after is not None else None
    return Sample(came, busy)


def checks(found: Measured) -> list[Check]:
    """Every bar."""
    # Where more than a core was used, what falls to one of them.
    rates = [one.result.rate / max(one.busy or 1.0, 1.0) for one in found.samples["LookupUser"]]
    rate = statistics.median(rates)
    bad = sum(one.result.bad for some in found.samples.values() for one in some)
    reached = verdict(rate >= LOOKUPS_AT_LEAST)
    return [
        Check("LookupUser, on one core", f"at least {LOOKUPS_AT_LEAST:,.0f}/s", f"{rate:,.0f}/s", reached),
        _growth(found.resident),
        Check("bad answers", "none", str(bad), verdict(bad == 0)),
    ]


def _growth(resident: Sequence[float]) -> Check:
    what, bar = "memory, first round to last", f"under {GROWTH_MB_UNDER:.0f} MB more"
    if len(resident) < 2:
        return Check(what, bar, "", "not judged", memory.NO_PROC if not resident else "there was one round")
    more = resident[-1] - resident[0]
    return Check(what, bar, f"{more:.0f} MB", verdict(more < GROWTH_MB_UNDER))


def report(found: Measured, about: Sequence[tuple[str, str]]) -> str:
    """The whole of it; `about` is what it was measured on."""
    parts = [
        "# NCIP",
        f"Measured on {datetime.now(UTC):%d %B %Y}, {CLIENTS} clients, {PATRONS:,} patrons, SQLite. Medians of rounds.",
        table(("machine", ""), about),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [check_row(one) for one in checks(found)]),
        "## Rates",
        table(
            ("what", "a second", "p50", "p99", "cores", "a second and core"),
            [_row(work, some) for work, some in found.samples.items()],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _row(work: str, some: Sequence[Sample]) -> tuple[str, ...]:
    rate, p50, p99 = (
        statistics.median(getattr(one.result, name) for one in some) for name in ("rate", "p50_ms", "p99_ms")
    )
    busy = [one.busy for one in some if one.busy is not None]
    cores = statistics.median(busy) if busy else 0.0
    used = (f"{cores:.2f}", f"{rate / cores:,.0f}") if cores else ("unknown", "unknown")
    return work, f"{rate:,.0f}", f"{p50:.2f} ms", f"{p99:.2f} ms", *used


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The gateway with its built-in settings on a store of these patrons."""
    store = f"sqlite:{folder / 'gateway.db'}"
    say(f"{PATRONS:,} patrons")
    trio.run(filled, store)
    command = python("gateway", "serve", "--set", f"store.url={store}", "--set", "http.port=0")
    for host in HOSTS:
        command += ["--set", f"hosts.{host}.connexion=0"]
    with started(command, folder, folder / "gateway.log") as (process, first_line):
        page = urlsplit(json.loads(first_line)["http"])
        yield Server(process.pid, 0, page=(page.hostname or "", page.port or 0))


@click.command()
@click.option("--seconds", type=click.FloatRange(0.2, 60), default=SECONDS, show_default=True, help="Of a round.")
@click.option("--rounds", type=click.IntRange(1, 50), default=ROUNDS, show_default=True, help="Of each kind.")
@click.option("--strict", is_flag=True, help="Exit 1 if a bar is not reached.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SCRATCH, help="For the store.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def main(seconds: float, rounds: int, strict: bool, folder: Path, results: Path | None) -> None:
    """Measure NCIP over HTTP; print the figures, and whether they reach the bars."""
    signal.signal(signal.SIGTERM, end_on_sigterm)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder.resolve()) as scratch:
            about = machine.description(Path(scratch))
            with serving(Path(scratch)) as server:
                found = measured(server, seconds, rounds)
    except (MeasuringFailed, ServerFailed) as problem:
        raise click.ClickException(str(problem)) from problem
    told = report(found, about)
    click.echo(told)
    if results:
        results.write_text(told, encoding="utf-8")
        say(f"written to {results}")
    if strict and any(check.verdict == "below" for check in checks(found)):
        sys.exit(1)


if __name__ == "__main__":
    main()
