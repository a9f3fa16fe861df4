"""A load generator: clients that export one record after another, each a new title, and time each answer.

By default every export has a connection of its own, as Connexion does it with "Permanent Connection" off: connect, send
logon items and record, read the reply up to its NUL, close. The clients are shared out among single-threaded processes.
Its options and its line of JSON are those of `exportload.c`, a generator in C that may stand in for it; but it also
tells which numbers it sent. Speaks to loopback addresses only, and for a bounded time.
"""

import errno
import json
import multiprocessing
import selectors
import socket
import sys
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from ipaddress import AddressValueError, IPv4Address
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import click

from benchmarks.result import Result, Tally, result
from benchmarks.title import template, titled

LOGON_ID = "01CARLI_XYZ"
PASSWORD = "xyz-secret"
"""Logon of the institution zone in the gateway's built-in settings."""
FIRST_NUMBER = 100_000_001
GOOD_REPLY = "success"
"""Stands in the reply to a record that was filed, in capitals or small letters."""
REPLY_BYTES = 8192
"""Longest reply read, in bytes; the gateway's end at 2,000."""
DRAIN_SECONDS = 15.0
"""How long exports under way at the end of a run may take before they count as bad; the gateway answers within 10 s."""
LONGEST_SECONDS = 600.0
"""Where a run by count ends, whatever the server does."""
BAD_EXPORTS = 1000
"""Bad exports after which a process stops: its figures mean nothing any more."""

PROCESSES = 1
"""One sends some 15,000 exports a second, and leaves the other processors to the servers; two cost a quarter more."""

_NOT_YET_CONNECTED = frozenset({errno.ENOTCONN, getattr(errno, "WSAENOTCONN", errno.ENOTCONN)})
"""What systems other than Linux say to sending on a connection that is still being made."""


@dataclass(frozen=True)
class Load:
    """What to send, and how much of it."""

    port: int
    address: str = "127.0.0.1"
    clients: int = 8
    seconds: float = 5.0
    exports: int | None = None
    """Ends the run when that many are done; without it, the time does."""
    keep_open: bool = False
    """One connection a client, rather than one an export."""
    decimal: bool = False
    """The browser's form of lengths, rather than the desktop client's."""
    logon_id: str = LOGON_ID
    password: str = PASSWORD
    record: bytes = b""
    first: int = FIRST_NUMBER
    step: int = 1
    """Distance between one export's number and the next."""
    expect: str = GOOD_REPLY


def logon(logon_id: str, password: str, *, decimal: bool = False) -> bytes:
    """The A and P items that stand before each record (spec: "A message")."""
    items = b""
    for tag, text in (b"A", logon_id), (b"P", password):
        value = text.encode()
        length = b"%d" % len(value) if decimal else bytes([0x40 + len(value)])
        items += tag + length + value
    return items


def message(items: bytes, record: bytes, number: int) -> bytes:
    """One export's bytes: items, the record under its own number, NUL."""
    return items + titled(record, number) + b"\0"


class Client:
    """One cataloguer's workstation, which exports one record at a time."""

    __slots__ = ("begun", "connection", "interest", "number", "reply", "unsent")

    def __init__(self) -> None:
        self.connection: socket.socket | None = None
        self.interest = 0
        self.number = 0
        self.begun = 0.0
        self.unsent = b""
        self.reply = b""


class Drive:
    """One process's clients on one selector. `run` once."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._items = logon(load.logon_id, load.password, decimal=load.decimal)
        self._expect = load.expect.lower().encode()
        self._selector = selectors.DefaultSelector()
        self._tally = Tally(array("d"))
        self._begun = 0
        self._busy: set[Client] = set()
        self._until = 0.0
        self._over: float | None = None
        """When the first client found nothing more to begin."""
        self._last_good = 0.0

    def run(self) -> Tally:
        """Export until the load is done; returns when the last answer is in, or `DRAIN_SECONDS` after the end."""
        start = perf_counter()
        self._until = start + self._load.seconds
        clients = [Client() for _ in range(self._load.clients)]
        self._busy.update(clients)
        with self._selector:
            for client in clients:
                self._export(client)
            while self._busy and not self._drained():
                for key, _ in self._selector.select(timeout=1.0):
                    self._go_on(key.data)
            for client in list(self._busy):
                self._fail(client, "no answer")
        self._tally.seconds = (self._last_good or perf_counter()) - start
        self._tally.begun = self._load.first, self._load.step, self._begun
        return self._tally

    def _drained(self) -> bool:
        return self._over is not None and perf_counter() > self._over + DRAIN_SECONDS

    def _next_number(self) -> int | None:
        exports = self._load.exports
        if self._tally.bad >= BAD_EXPORTS or perf_counter() >= self._until or self._begun == exports:
            return None
        self._begun += 1
        return self._load.first + self._load.step * (self._begun - 1)

    def _export(self, client: Client) -> None:
        """Begin the client's next export, or let the client go when there is none."""
        while (number := self._next_number()) is not None:
            client.number = number
            client.unsent = message(self._items, self._load.record, number)
            client.reply = b""
            client.begun = perf_counter()
            try:
                self._send(client)
            except OSError as problem:
                self._fail(client, str(problem))
            else:
                return
        self._over = self._over or perf_counter()
        self._hang_up(client)
        self._busy.discard(client)

    def _go_on(self, client: Client) -> None:
        try:
            if client.unsent:
                self._send(client)
                return
            answered = self._receive(client)
        except OSError as problem:
            self._fail(client, str(problem))
            self._export(client)
            return
        if answered:
            self._finish(client)
            self._export(client)

    def _send(self, client: Client) -> None:
        if client.connection is None:
            client.connection = self._dial()
        try:
            sent = client.connection.send(client.unsent)
        except BlockingIOError:
            sent = 0
        except OSError as problem:
            if problem.errno not in _NOT_YET_CONNECTED:
                raise
            sent = 0
        client.unsent = client.unsent[sent:]
        self._wait_for(client, selectors.EVENT_WRITE if client.unsent else selectors.EVENT_READ)

    def _dial(self) -> socket.socket:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect_ex((self._load.address, self._load.port))  # what is wrong, sending says
        return connection

    def _wait_for(self, client: Client, interest: int) -> None:
        assert client.connection is not None
        if not client.interest:
            self._selector.register(client.connection, interest, client)
        elif client.interest != interest:
            self._selector.modify(client.connection, interest, client)
        client.interest = interest

    def _receive(self, client: Client) -> bool:
        """Read what there is of the reply; whether it is complete."""
        assert client.connection is not None
        try:
            chunk = client.connection.recv(REPLY_BYTES)
        except BlockingIOError:
            return False
        client.reply += chunk
        return not chunk or 0 in chunk or len(client.reply) >= REPLY_BYTES

    def _finish(self, client: Client) -> None:
        if self._expect not in client.reply.lower():
            self._fail(client, client.reply.decode(errors="replace") or "closed without a reply")
            return
        self._last_good = perf_counter()
        self._tally.latencies.append(self._last_good - client.begun)
        self._tally.good += 1
        if not self._load.keep_open:
            self._hang_up(client)

    def _fail(self, client: Client, why: str) -> None:
        self._tally.latencies.append(perf_counter() - client.begun)
        self._tally.bad += 1
        self._tally.bad_numbers.append(client.number)
        self._tally.last_bad = why
        self._hang_up(client)

    def _hang_up(self, client: Client) -> None:
        if client.connection is None:
            return
        if client.interest:
            self._selector.unregister(client.connection)
        client.connection.close()
        client.connection, client.interest = None, 0


def shares(load: Load, processes: int) -> Iterator[Load]:
    """The load cut into one piece a process, so that no two send the same number."""
    processes = min(processes, load.clients)
    for index in range(processes):
        yield replace(
            load,
            clients=share(load.clients, processes, index),
            exports=None if load.exports is None else share(load.exports, processes, index),
            first=load.first + index,
            step=processes,
        )


def share(total: int, processes: int, index: int) -> int:
    """What falls to the process at `index`: an equal part, and one of what is left over."""
    return total // processes + (index < total % processes)


def run(load: Load, processes: int = PROCESSES) -> tuple[Result, str]:
    """Drive the load with that many processes; its result, and the last bad reply if there was one."""
    context = multiprocessing.get_context("spawn")
    workers: list[Connection] = []
    for piece in shares(load, processes):
        ours, theirs = context.Pipe()
        context.Process(target=_work, args=(theirs, piece), daemon=True).start()
        theirs.close()
        workers.append(ours)
    for worker in workers:
        worker.recv()
    for worker in workers:
        worker.send("go")
    tallies: list[Tally] = [worker.recv() for worker in workers]
    return result(load.clients, tallies), next((tally.last_bad for tally in tallies if tally.last_bad), "")


def _work(parent: Connection, load: Load) -> None:
    """One process: say that it is up, wait until all are, go."""
    parent.send("up")
    parent.recv()
    parent.send(Drive(load).run())


def _loopback(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        if IPv4Address(value).is_loopback:
            return value
    except AddressValueError:
        pass
    raise click.BadParameter("must be an address in 127.0.0.0/8: this is for a server on the same machine")


@click.command(context_settings={"help_option_names": ["--help"]})
@click.option("-h", "address", default="127.0.0.1", callback=_loopback, help="Loopback address of the server.")
@click.option("-p", "port", type=click.IntRange(1, 65535), required=True)
@click.option("-c", "clients", type=click.IntRange(1, 10_000), default=8, show_default=True)
@click.option("-s", "seconds", type=click.FloatRange(0, LONGEST_SECONDS), default=5.0, show_default=True)
@click.option("-n", "exports", type=click.IntRange(1), help="Stop after so many exports, rather than by time.")
@click.option("-k", "keep_open", is_flag=True, help="One connection a client, rather than one an export.")
@click.option("-d", "decimal", is_flag=True, help="Browser form: decimal lengths.")
@click.option("-u", "logon_id", default=LOGON_ID, show_default=True)
@click.option("-w", "password", default=PASSWORD, show_default=True)
@click.option("-m", "record", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Record to export.")
@click.option("-o", "first", type=click.IntRange(0), default=FIRST_NUMBER, show_default=True, help="First number.")
@click.option("-e", "expect", default=GOOD_REPLY, show_default=True, help="A good reply contains this.")
@click.option("-j", "processes", type=click.IntRange(1), default=PROCESSES, show_default=True)
def main(
    address: str,
    port: int,
    clients: int,
    seconds: float,
    exports: int | None,
    keep_open: bool,
    decimal: bool,
    logon_id: str,
    password: str,
    record: Path | None,
    first: int,
    expect: str,
    processes: int,
) -> None:
    """Export new titles to a server on this machine; print what came of it as JSON. Exit 1 if an export was bad."""
    load = Load(
        port=port,
        address=address,
        clients=clients,
        seconds=seconds if exports is None else LONGEST_SECONDS,
        exports=exports,
        keep_open=keep_open,
        decimal=decimal,
        logon_id=logon_id,
        password=password,
        record=record.read_bytes() if record else template(),
        first=first,
        expect=expect,
    )
    outcome, last_bad = run(load, processes)
    click.echo(json.dumps(asdict(outcome)))
    if outcome.bad:
        click.echo(f"last bad reply: {last_bad}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
