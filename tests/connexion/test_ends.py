"""What the end of a connection makes of it, in every state in which it can come."""

from itertools import product
from typing import NamedTuple

import pytest

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.vectors import events
from gateway.frontends.connexion.wire import ENDS, State

from .transcript import DESKTOP, END, LOGON, ONE, WHOLE, cut, hear, lines

SERVED = DESKTOP + ONE


class Ended(NamedTuple):
    """A connection that stands somewhere, and what is heard when the peer ends it or patience with it runs out."""

    sent: bytes
    state: State
    peer: tuple[str, ...]
    patience: tuple[str, ...]


def either(sent: bytes, state: State, *heard: str) -> Ended:
    return Ended(sent, state, heard, heard)


TABLE = {
    "nothing": either(b"", State.FIRST, "probe"),
    "separators": either(b"\r\n", State.FIRST, "probe"),
    "telnet": either(b"\xff\xfd\x03", State.FIRST, "probe"),
    "items": either(b"AK01", State.MESSAGE, "incomplete 4", "closed"),
    "record": either(SERVED[:-1], State.MESSAGE, "incomplete 46 of 47", "closed"),
    "request": either(b"GET /", State.MESSAGE, "foreign http GET /", "closed"),
    "xml": either(b"A11<a/>", State.MESSAGE, "logon A=1", "foreign xml", "closed"),
    "second-items": Ended(SERVED + b"AK01", State.MESSAGE, ("goodbye",), ("incomplete 4", "closed")),
    "second-record": either(SERVED + SERVED[:-1], State.MESSAGE, "incomplete 46 of 47", "closed"),
    "served": either(SERVED, State.BETWEEN, "closed"),
    "served-and-separators": either(SERVED + b"\0\r\n", State.BETWEEN, "closed"),
    "served-and-telnet": either(SERVED + b"\xff\xfd\x03", State.BETWEEN, "closed"),
    "unknown-bytes": Ended(SERVED + b"BYE", State.PARTING, ("goodbye",), ("malformed at 0", "closed")),
    "unknown-byte-in-an-item": Ended(SERVED + b"U?", State.PARTING, ("goodbye",), ("malformed at 1", "closed")),
    "tail": either(ONE[:-1] + b"x" + b"tail", State.SKIPPING, "closed"),
    "malformed": either(b"U?", State.CLOSED, "closed"),
    "foreign": either(b"\x16\x03\x01", State.CLOSED, "closed"),
}

each_row = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)


def stands(row: Ended) -> wire.Connection:
    """A connection on which this row's bytes have come and been read."""
    connection = wire.Connection()
    hear(connection, *cut(row.sent, WHOLE))
    assert connection.state is row.state
    return connection


@each_row
def test_peer_ends_it(row: Ended):
    connection = stands(row)
    assert hear(connection, END) == list(row.peer)
    assert connection.state is State.CLOSED


@each_row
def test_patience_runs_out(row: Ended):
    connection = stands(row)
    connection.expire()
    assert list(lines(events(connection))) == list(row.patience)
    assert connection.state is State.CLOSED


@each_row
def test_first_end_counts(row: Ended):
    connection = stands(row)
    connection.expire()
    assert hear(connection, END) == list(row.patience)


@each_row
def test_it_stays_closed(row: Ended):
    connection = stands(row)
    hear(connection, END)
    assert hear(connection, SERVED) == ["closed"]
    assert hear(connection, END) == ["closed"]


def test_no_end_is_undecided_and_none_is_untested():
    assert set(ENDS) == set(product(State, ("peer", "patience")))
    assert {row.state for row in TABLE.values()} == set(State)


@pytest.mark.parametrize(("state", "end"), ENDS, ids=lambda part: str(part))
def test_event_of_the_table_is_the_one_that_is_heard(state, end):
    event = ENDS[state, end]
    if event is not None:
        heard = [row.peer if end == "peer" else row.patience for row in TABLE.values() if row.state is state]
        assert heard == [(type(event(0)).__name__.lower(),)] * len(heard)


def test_messages_that_came_before_the_end_are_heard_before_it():
    connection = wire.Connection()
    connection.receive(SERVED + SERVED)
    connection.receive(END)
    assert list(lines(events(connection))) == [LOGON, "record one", LOGON, "record one", "closed"]
