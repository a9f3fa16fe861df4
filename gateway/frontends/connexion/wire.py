"""The Gateway Export protocol without I/O: bytes in, events out, bytes back. No clock, no log, no store.

    connection = Connection()
    connection.receive(b"AK01CARLI_XYZPJxyz-secret01234cam…")
    while (event := connection.next_event()) is not None: …

Incomplete is None, malformed is the exception `Malformed`. Source: spec, connexion.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Literal

from gateway.errors import GatewayError
from gateway.frontends.connexion.layout import Before, Layout, run, separators, telnet, up_to_record
from gateway.frontends.connexion.readings import (
    ITEM_VALUE_BYTES,
    RECORD_TERMINATOR,
    LengthForm,
    Reading,
    Wanted,
    read,
)
from gateway.model import REPLY_BYTES, Logon, Reason

DEFAULT_PORT: Final = 5500
"""TCP port of OCLC Gateway Export in every vendor's instructions."""
MESSAGE_BYTES: Final = 101_000
"""Longest message: three longest items (585 bytes), the longest record (99,999) and some spaces."""
GOODBYE_BYTES: Final = 64
"""Longest unreadable run after a served message that may be a goodbye ("Notify Host Before Disconnect"; assumed)."""
REQUEST_LINE_BYTES: Final = 2_000
"""Longest HTTP request line that is waited for."""
REQUEST_SHOWN: Final = 200
"""Characters of a request line that are kept: enough to know the sender."""
NUL: Final = b"\0"

_SEPARATORS = frozenset(b"\0\r\n ")
_IAC, _SB, _SE, _NEGOTIATIONS, _COMMANDS = 0xFF, 0xFA, 0xF0, range(0xFB, 0xFF), range(0xF1, 0xFA)
_REFUSALS = {0xFB: 0xFE, 0xFD: 0xFC}  # WILL -> DONT, DO -> WONT (RFC 854)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_REQUEST_STARTS = tuple(f"{method} {target}".encode() for method in _METHODS for target in "/*")
_REQUEST_START_BYTES = max(map(len, _REQUEST_STARTS))


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it came; `logon` is None if its message had no items of its own."""

    raw: bytes = field(repr=False)
    logon: Logon | None


@dataclass(frozen=True, slots=True)
class Telnet:
    """A Telnet command before a message; `answer` refuses what it asks for and is empty where nothing is due."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another protocol; nothing more is read from the connection."""

    kind: Literal[Reason.HTTP, Reason.TLS, Reason.NOT_MARC]
    begins: str = ""
    """Of HTTP the method and path, without query."""
    logon: Logon | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """The peer left before it sent anything: a port scan, or a TCP health check."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Unreadable bytes after a served message, then the end: what "Notify Host Before Disconnect" may send."""

    size: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over and nothing was cut off."""


Event = Record | Telnet | Foreign | Probe | Goodbye | Closed


class Malformed(GatewayError):
    """The message cannot be read, or ended too early: the client's fault, answered "Import Failed".

    Nothing after it can be framed.
    """

    def __init__(self, reason: Reason, offset: int, *, expected: int | None, logon: Logon | None, raw: bytes) -> None:
        super().__init__(f"{reason} at byte {offset}")
        self.reason = reason
        self.offset = offset
        """Where reading stopped; for an incomplete message, how many bytes of it arrived."""
        self.expected = expected
        """Bytes the whole message would have had, where its record said so."""
        self.logon = logon
        self.raw = raw
        """The part of the record that came; never a logon item."""


class State(Enum):
    """Where a connection stands; the server chooses its patience by it."""

    FIRST = auto()
    """Nothing has arrived."""
    MESSAGE = auto()
    """Within a message."""
    BETWEEN = auto()
    """After a message, before the next."""
    PARTING = auto()
    """After a message, unreadable bytes that may be a goodbye."""
    SKIPPING = auto()
    """Within the tail of a damaged record."""
    CLOSED = auto()


ENDS: Final[dict[tuple[State, Literal["peer", "patience"]], Callable[[int], Event] | None]] = {
    (State.FIRST, "peer"): lambda _: Probe(),
    (State.FIRST, "patience"): lambda _: Probe(),
    (State.MESSAGE, "peer"): None,
    (State.MESSAGE, "patience"): None,
    (State.BETWEEN, "peer"): lambda _: Closed(),
    (State.BETWEEN, "patience"): lambda _: Closed(),
    (State.PARTING, "peer"): Goodbye,
    (State.PARTING, "patience"): None,
    (State.SKIPPING, "peer"): lambda _: Closed(),
    (State.SKIPPING, "patience"): lambda _: Closed(),
    (State.CLOSED, "peer"): lambda _: Closed(),
    (State.CLOSED, "patience"): lambda _: Closed(),
}
"""The event, given the number of unread bytes, when the peer ends a connection or patience with it runs out; None: the
bytes decide."""


class Connection:
    """One connection's reading state."""

    def __init__(self, *, message_bytes: int = MESSAGE_BYTES) -> None:
        self._buffer = bytearray()
        self._limit = message_bytes
        self._need = 1  # bytes the buffer must have before another look is worth it
        self._skipped = 0  # bytes of the message that are gone, while skipping a damaged record's tail
        self._state = State.FIRST
        self._served = False
        self._end: Literal["peer", "patience"] | None = None
        self._before = Before()
        self.layout: Layout = ()
        """How the message that the latest event has ended was laid out, and what came since the one before it."""

    @property
    def state(self) -> State:
        """Where the connection stands after the last `next_event`."""
        return self._state

    def receive(self, chunk: bytes | bytearray) -> None:
        """Take what the peer sent; empty when it has ended its side."""
        if not chunk:
            self._end = self._end or "peer"
        elif self._state is not State.CLOSED:
            self._buffer += chunk

    def expire(self) -> None:
        """Say that the server's patience with the present state has run out."""
        self._end = self._end or "patience"

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed.

        Raises `Malformed` where the bytes are no message; after that, as after `Foreign`, only `Closed` follows.
        """
        if self._buffer and self._state is State.SKIPPING:
            self._skip()
        if self._buffer and self._state is not State.SKIPPING:
            self._drop_separators()
            if len(self._buffer) >= self._need:
                event = self._look()
                if event is not None:
                    return event
        return self._ended() if self._end else None

    def _drop_separators(self) -> None:
        if self._buffer[0] in _SEPARATORS and self._state in (State.FIRST, State.BETWEEN):
            self._before.add(self._take_separators())

    def _take_separators(self) -> Layout:
        start = 0
        while start < len(self._buffer) and self._buffer[start] in _SEPARATORS:
            start += 1
        taken = separators(self._buffer[:start])
        del self._buffer[:start]
        return taken

    def _look(self) -> Event | None:
        """Look at the bytes in the order of the spec's table of what reaches the port."""
        buffer = self._buffer
        if buffer[0] == _IAC:
            return self._telnet()
        if buffer[0] == 0x16 and len(buffer) > 1 and buffer[1] == 0x03:
            return self._foreign(Foreign(Reason.TLS), run("tls", len(buffer)))
        if buffer.startswith(_REQUEST_STARTS):
            return self._http()
        size = min(len(buffer), self._limit)
        readings = read(buffer, size)
        chosen = readings.decide()
        if chosen is not None:
            return self._xml(chosen) if chosen.xml else self._record(chosen)
        if not readings.alive and not self._may_become_foreign():
            self._unreadable(*readings.dead)
            return None
        if len(buffer) > self._limit:
            raise self._malformed(Reason.MESSAGE_TOO_LONG, self._limit, readings.at_end())
        self._state = State.MESSAGE
        self._need = len(buffer) + 1
        if not self._may_become_foreign():
            nearest = min(reading.need for reading in readings.alive)
            self._need = min(max(self._need, nearest), self._limit + 1)
        return None

    def _may_become_foreign(self) -> bool:
        """Whether the few bytes so far are the beginning of a request line, of a TLS hello or of a Telnet command."""
        begins = bytes(self._buffer[:_REQUEST_START_BYTES])
        return begins == b"\x16" or begins[0] == _IAC or any(start.startswith(begins) for start in _REQUEST_STARTS)

    def _telnet(self) -> Event | None:
        buffer = self._buffer
        size, answer = 2, b""
        if len(buffer) > 1 and buffer[1] in _NEGOTIATIONS:
            size = 3
            if len(buffer) >= size and buffer[1] in _REFUSALS:
                answer = bytes((_IAC, _REFUSALS[buffer[1]], buffer[2]))
        elif len(buffer) > 1 and buffer[1] == _SB:
            end = buffer.find(bytes((_IAC, _SE)))
            size = end + 2 if end >= 0 else len(buffer) + 1
        elif len(buffer) > 1 and buffer[1] not in _COMMANDS:
            self._unreadable(1, "telnet")
            return None
        if len(buffer) >= size and size <= self._limit:
            self._before.add(telnet(buffer[:size], answer))
            self._consume(size)
            self._state = State.BETWEEN if self._served else State.FIRST
            return Telnet(answer)
        if len(buffer) > self._limit:
            raise self._malformed(Reason.MESSAGE_TOO_LONG, self._limit, None)
        self._state = State.MESSAGE
        self._need = len(buffer) + 1
        return None

    def _http(self) -> Foreign | None:
        line, newline, _ = bytes(self._buffer[:REQUEST_LINE_BYTES]).partition(b"\n")
        self._state = State.MESSAGE
        self._need = len(self._buffer) + 1
        if not newline and len(self._buffer) < REQUEST_LINE_BYTES and not self._end:
            return None
        match = re.match(rb"([A-Z]+ [^\s?#]*)", line)
        assert match is not None, "a request start has a method and a target"
        shown = match[1][:REQUEST_SHOWN].decode("ascii", "replace")
        event = Foreign(Reason.HTTP, "".join(c if c.isprintable() else "?" for c in shown))
        return self._foreign(event, run("request", len(self._buffer)))

    def _xml(self, reading: Reading) -> Foreign:
        assert reading.record is not None
        event = Foreign(Reason.NOT_MARC, logon=_logon(self._buffer, reading) if reading.items else None)
        document = run("xml", len(self._buffer) - reading.record)
        return self._foreign(event, (*up_to_record(reading), *document))

    def _foreign(self, event: Foreign, message: Layout) -> Foreign:
        self.layout = (*self._before.take(), *message)
        self._close()
        return event

    def _record(self, reading: Reading) -> Record:
        """Take the record out of the buffer.

        One that does not end in 0x1D where it said is damaged: it ends at the first 0x1D within it, or, if there is
        none, everything up to the next one is its tail.
        """
        assert reading.record is not None
        assert reading.end is not None
        buffer = self._buffer
        logon = _logon(buffer, reading) if reading.items else None
        end = reading.end
        skip = False
        if buffer[end - 1] != RECORD_TERMINATOR:
            inner = buffer.find(RECORD_TERMINATOR, reading.record, end)
            skip = inner < 0
            end = inner + 1 if inner >= 0 else end
        raw = bytes(buffer[reading.record : end])
        self._skipped = end
        self._served = True
        self._consume(end)
        self._state = State.SKIPPING if skip else State.BETWEEN
        behind = self._take_separators() if self._buffer and not skip else ()
        self.layout = (*self._before.take(), *up_to_record(reading), *run("record", len(raw)), *behind)
        return Record(raw, logon)

    def _skip(self) -> None:
        """Drop the tail of a damaged record, within the limit of one message."""
        end = self._buffer.find(RECORD_TERMINATOR)
        tail = end + 1 if end >= 0 else len(self._buffer)
        self._skipped += tail
        self._before.add(run("tail", tail))
        self._consume(tail)
        if self._skipped > self._limit:
            self.expire()
        elif end >= 0:
            self._state = State.BETWEEN

    def _unreadable(self, offset: int, wanted: Wanted | Literal["telnet"]) -> None:
        """After a served message a few unreadable bytes may be a goodbye, which the end of the connection tells."""
        if self._served and len(self._buffer) <= GOODBYE_BYTES:
            self._state = State.PARTING
            self._need = GOODBYE_BYTES + 1
            return
        raise self._malformed(Reason.MALFORMED, offset, None, wanted)

    def _ended(self) -> Event:
        """What the end of the connection makes of what is left."""
        assert self._end is not None
        made = ENDS[self._state, self._end]
        if made is None:
            return self._cut_off()
        event = made(len(self._buffer))
        self._part(0 if isinstance(event, Goodbye) else len(self._buffer))  # a goodbye says itself how long it is
        return event

    def _cut_off(self) -> Event:
        """The end came within a message."""
        if self._buffer.startswith(_REQUEST_STARTS):
            event = self._http()
            assert event is not None
            return event
        size = len(self._buffer)
        readings = read(self._buffer, size)
        best = readings.at_end()
        if best is not None and best.complete:
            return self._record(best)
        if best is not None and best.xml:
            return self._xml(best)
        begun = best is not None and best.record is not None
        if not begun and self._served and size <= GOODBYE_BYTES and self._end == "peer":
            self._part()
            return Goodbye(size)
        if not readings.alive and not self._may_become_foreign():
            offset, wanted = readings.dead
            raise self._malformed(Reason.MALFORMED, offset, None, wanted)
        raise self._malformed(Reason.INCOMPLETE, size, best)

    def _malformed(
        self, reason: Reason, offset: int, reading: Reading | None, wanted: Wanted | Literal["telnet", ""] = ""
    ) -> Malformed:
        logon, raw, expected = None, b"", None
        taken = run("hidden", offset)
        if reading is not None:
            expected = reading.end
            if reading.plausible:  # else what looks like a record or a logon ID may be part of a password
                logon = _logon(self._buffer, reading) if reading.items else None
                raw = bytes(self._buffer[reading.record : self._limit])
                taken = (*up_to_record(reading), *run("record", len(raw)))
        unread = len(self._buffer) - sum(octets for _, octets in taken)
        self.layout = (*self._before.take(), *taken, *run("unread", unread, wanted))
        self._close()
        return Malformed(reason, offset, expected=expected, logon=logon, raw=raw)

    def _consume(self, size: int) -> None:
        del self._buffer[:size]
        self._need = 1

    def _part(self, unread: int = 0) -> None:
        """Close with no message under way."""
        self.layout = (*self._before.take(), *run("unread", unread))
        self._close()

    def _close(self) -> None:
        self._state = State.CLOSED
        self._buffer = bytearray()


def _logon(buffer: bytearray, reading: Reading) -> Logon:
    values = {item.tag: bytes(buffer[item.start : item.start + item.length]) for item in reading.items}
    forms = {item.form for item in reading.items}
    return Logon(
        user_id=values.get("U"),
        logon_id=values.get("A"),
        password=values.get("P"),
        tags="".join(item.tag for item in reading.items),
        lengths=forms.pop() if len(forms) == 1 else "mixed",
    )


def compose(logon: Logon, record: bytes, form: LengthForm = "desktop") -> bytes:
    """The bytes of one message, as a client sends them. Raises ValueError for a value that `form` cannot state."""
    values = (("U", logon.user_id), ("A", logon.logon_id), ("P", logon.password))
    return b"".join(_item(tag, value, form) for tag, value in values if value is not None) + record


def _item(tag: str, value: bytes, form: LengthForm) -> bytes:
    if len(value) > ITEM_VALUE_BYTES:
        raise ValueError(f"item {tag} is {len(value)} bytes long; the protocol carries at most {ITEM_VALUE_BYTES}")
    length = bytes((0x40 + len(value),)) if form == "desktop" else b"%d" % len(value)
    return tag.encode() + length + value


def reply(text: str) -> bytes:
    """The bytes of one reply: at most `REPLY_BYTES` of UTF-8 and one NUL."""
    encoded = text.replace("\0", "").encode()
    if len(encoded) > REPLY_BYTES:
        encoded = encoded[:REPLY_BYTES].decode(errors="ignore").encode()
    return encoded + NUL


def http_response(status: str, line: str) -> bytes:
    """A whole HTTP/1.0 response of one line of text, for a browser or a health check that came to this port."""
    body = f"{line}\n".encode()
    head = ("HTTP/1.0 " + status, "Content-Type: text/plain; charset=utf-8", f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(head).encode() + body
