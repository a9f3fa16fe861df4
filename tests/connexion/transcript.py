"""What a connection makes of bytes, in the words of fixtures/connexion/expected.toml.

A list of lines is what a test reads. Beyond that file's words: `too long at N` for a message over the limit; `record
one` for a record this module knows; and after the last event of an ended connection, `closed`.
"""

from collections.abc import Iterable, Iterator

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.vectors import events
from gateway.model import Logon, Reason

END = b""
"""What a connection receives when the peer has ended its side."""
WHOLE = 0
"""As a number of bytes: all in one piece."""


def record(control_number: bytes = b"") -> bytes:
    """A sound record of 26 bytes, or of 39 and a control number's."""
    directory = b"001%04d00000" % (len(control_number) + 1) if control_number else b""
    field = control_number + b"\x1e" if control_number else b""
    base = 24 + len(directory) + 1
    return b"%05dcam a22%05d i 4500" % (base + len(field) + 1, base) + directory + b"\x1e" + field + b"\x1d"


ONE = record()
TWO = record(b"two")
THREE = record(b"third")
KNOWN = {ONE: "one", TWO: "two", THREE: "three"}

DESKTOP = b"AK01CARLI_XYZPFsecret"
"""Logon items with lengths in one octet: `K` is 11 bytes, `F` is 6."""
BROWSER = b"A1101CARLI_XYZP6secret"
"""The same with decimal lengths."""
LOGON = "logon A=01CARLI_XYZ P=secret"
"""What both say."""


def cut(sent: bytes, step: int) -> Iterator[bytes]:
    """`sent` in pieces of `step` bytes."""
    step = step or max(len(sent), 1)
    return (sent[at : at + step] for at in range(0, len(sent), step))


def hear(connection: wire.Connection, *chunks: bytes) -> list[str]:
    """The lines of all events that these chunks bring, each chunk received only when the last one is used up."""
    return list(lines(event for chunk in chunks for event in _received(connection, chunk)))


def _received(connection: wire.Connection, chunk: bytes) -> Iterator[wire.Event | wire.Malformed]:
    connection.receive(chunk)
    return events(connection)


def lines(heard: Iterable[wire.Event | wire.Malformed]) -> Iterator[str]:
    """Each event in a line or, with the logon that came with it, two."""
    for event in heard:
        logon = event.logon if isinstance(event, wire.Record | wire.Foreign) else None
        if logon is not None:
            yield _logon(logon)
        yield _line(event)


def _logon(logon: Logon) -> str:
    values = {"U": logon.user_id, "A": logon.logon_id, "P": logon.password}
    assert sorted(logon.tags) == sorted(tag for tag, value in values.items() if value is not None)
    shown = (f" {tag}={(values[tag] or b'').decode('utf-8', 'backslashreplace')}" for tag in logon.tags)
    return "logon" + "".join(shown)


def _line(event: wire.Event | wire.Malformed) -> str:
    match event:
        case wire.Record(raw):
            return f"record {KNOWN.get(raw, len(raw))}" + ("" if raw.endswith(b"\x1d") else " unterminated")
        case wire.Telnet(answer):
            return f"telnet {answer.hex().upper()}".rstrip()
        case wire.Foreign(Reason.HTTP, begins):
            return f"foreign http {begins}"
        case wire.Foreign(kind):
            return {Reason.TLS: "foreign tls", Reason.NOT_MARC: "foreign xml"}[kind]
        case wire.Malformed(reason=Reason.INCOMPLETE):
            return f"incomplete {event.offset}" + (f" of {event.expected}" if event.expected else "")
        case wire.Malformed(reason=Reason.MESSAGE_TOO_LONG):
            return f"too long at {event.offset}"
        case wire.Malformed():
            return f"malformed at {event.offset}"
        case wire.Probe() | wire.Goodbye() | wire.Closed():
            return type(event).__name__.lower()
