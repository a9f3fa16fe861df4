"""Each file of fixtures/connexion, read as expected.toml says, however it is cut and whatever comes behind it."""

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.vectors import events

from .transcript import DESKTOP, END, LOGON, ONE, WHOLE, cut, hear

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RECORDS = [path.read_bytes() for path in sorted((FIXTURES / "marc").glob("*.mrc"))]


class Vector(NamedTuple):
    """One connection."""

    sent: bytes
    events: list[str]
    at_eof: str


VECTORS = {
    vector["file"]: Vector((FIXTURES / "connexion" / vector["file"]).read_bytes(), vector["events"], vector["at_eof"])
    for vector in tomllib.loads((FIXTURES / "connexion" / "expected.toml").read_text("utf-8"))["vector"]
}
JUNK = {
    "separators": b"\0\r\n ",
    "a-word": b"LOGOFF\r\n",
    "noise": bytes(range(0x80, 0x100)),
    "terminators": b"\x1d" * 3,
    "digits": b"00000" * 4,
    "a-tag": b"P",
    "a-message": DESKTOP + ONE,
    "a-request": b"GET / HTTP/1.1\r\n",
}


COMPLETE = [name for name, vector in VECTORS.items() if vector.at_eof == "closed" and "record" in vector.events[-1]]
"""Files that end with a message."""
OVER = [name for name, vector in VECTORS.items() if vector.at_eof == "closed" and "record" not in vector.events[-1]]
"""Files behind whose last event nothing is read."""

each_vector = pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
each_step = pytest.mark.parametrize("step", [WHOLE, 1, 7])


@each_step
@each_vector
def test_vector_gives_its_events_and_its_end(vector: Vector, step: int):
    connection = wire.Connection()
    assert hear(connection, *cut(vector.sent, step)) == vector.events
    assert hear(connection, END)[:1] == [vector.at_eof]
    assert connection.next_event() == wire.Closed()


@each_vector
def test_records_are_those_that_were_sent(vector: Vector):
    connection = wire.Connection()
    connection.receive(vector.sent)
    for event in events(connection):
        if isinstance(event, wire.Record):
            assert any(record.startswith(event.raw) for record in RECORDS)
            assert event.raw in RECORDS or event.raw[-1] != wire.RECORD_TERMINATOR


@each_step
@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@each_vector
def test_junk_behind_a_vector_takes_away_and_changes_none_of_its_events(vector: Vector, junk: bytes, step: int):
    """It may add events, and may change what the end says: a message that was cut off goes on with it."""
    heard = hear(wire.Connection(), *cut(vector.sent + junk, step))
    assert heard[: len(vector.events)] == vector.events


@each_step
@pytest.mark.parametrize(
    ("junk", "added", "at_eof"),
    [
        (b"\0\r\n ", [], "closed"),
        (b"?" * 64, [], "goodbye"),
        (b"?" * 65, ["malformed at 0"], "closed"),
        (b"GET / HTTP/1.1\r\n", ["foreign http GET /"], "closed"),
        (DESKTOP + ONE, [LOGON, "record one"], "closed"),
        (b"000", [], "incomplete 3"),
    ],
    ids=["separators", "64-unknown-bytes", "65-unknown-bytes", "a-request", "a-message", "part-of-a-message"],
)
@pytest.mark.parametrize("name", COMPLETE)
def test_junk_behind_a_complete_message_is_read_as_what_comes_next(name, junk, added, at_eof, step):
    connection = wire.Connection()
    assert hear(connection, *cut(VECTORS[name].sent + junk, step)) == VECTORS[name].events + added
    assert hear(connection, END)[:1] == [at_eof]


@each_step
@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("name", OVER)
def test_junk_behind_what_is_no_message_adds_nothing(name, junk, step):
    connection = wire.Connection()
    assert hear(connection, *cut(VECTORS[name].sent + junk, step)) == VECTORS[name].events
    assert hear(connection, END) == ["closed"]
