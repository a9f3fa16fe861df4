"""The file that `gateway capture` writes: its lines, and reading it. Sans-IO but for `read`.

No line holds a byte of a password's or a user ID's value, or tells how long one is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from gateway.errors import Unusable
from gateway.frontends.connexion.readings import LengthForm
from gateway.model import LaidKind

FORMAT: Final = 1
"""Version of the file's lines: a program that knows this one can read them."""
ITEM_COUNTS: Final = 2
"""What an item counts in a message's pieces: its tag, and all the rest, so that nothing tells how long a value is."""

SEPARATORS: Final = 65_536
"""Most separators in a row that are told, and sent again; clients send a few."""

Seconds = Annotated[float, Meta(ge=0)]
Counted = Annotated[int, Meta(ge=0)]
Side = Literal["client", "server"]
LogonIDs = Literal["kept", "masked"]
What = Literal["http", "tls", "not_marc", "malformed", "incomplete", "message_too_long", "goodbye", "unsafe", "reply"]
"""What bytes are that are not kept: a reason of the wire's; `goodbye`, unreadable bytes before the client's end;
`unsafe`, a message whose record is damaged or may hold a credential; `reply`, what the server said to these."""
How = Literal["closed", "reset", "cut", "unreachable"]
"""How a side ended. `cut`: not by itself, but because the other was reset, or the capture was stopped."""


class Part(Struct, frozen=True, omit_defaults=True):
    """Bytes of a message that are one thing."""

    kind: LaidKind
    form: LengthForm | Literal[""] = ""
    """Of a logon item: how its length was written."""
    empty: bool = False
    """Of a logon item: it had no value."""
    text: str | None = None
    """The bytes, where they are UTF-8. Never those of a masked item."""
    base64: bytes | None = None
    """The bytes where they are not."""
    size: Annotated[int, Meta(ge=0, le=SEPARATORS)] = 0
    """Of separators: how many, of which only the first few are kept. The rest are as the last of these."""
    up_to: int = 0
    """Of bytes that are not kept: how many at most."""

    @property
    def content(self) -> bytes | None:
        """The bytes; None where they are masked or not kept."""
        return self.base64 if self.text is None else self.text.encode()

    @property
    def item(self) -> bool:
        """Whether it is a logon item."""
        return self.kind in ("U", "A", "P")

    @property
    def counts(self) -> int:
        """Bytes as a message's pieces count them."""
        return ITEM_COUNTS if self.item else self.size or len(self.content or b"")


class Header(Struct, frozen=True, tag_field="event", tag="capture"):
    """The first line, and the first one of each further capture into the same file."""

    format: int
    at: datetime
    listen: str
    upstream: str
    """`address:port`, as `listen`."""
    logon_ids: LogonIDs


class Opened(Struct, frozen=True, tag_field="event", tag="connection"):
    """A client has connected."""

    connection: int
    """Counts from 1 behind each header."""
    at: datetime
    client: str
    """Its address."""


class Message(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="message"):
    """A message that could be read, and what had come since the one before it."""

    connection: int
    after: Seconds
    """Seconds from the end of the connection's event before to this one's first byte."""
    parts: tuple[Part, ...]
    pieces: tuple[tuple[Seconds, Counted], ...] = ()
    """Seconds since the piece before, and bytes as parts count them. Empty where all came at once."""


class Reply(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="reply"):
    """What the server sent, up to a NUL."""

    connection: int
    after: Seconds
    text: str | None = None
    """Without the NUL."""
    base64: bytes | None = None
    withheld: bool = False
    """A credential stood in it; it has neither `text` nor `base64`."""
    pieces: tuple[tuple[Seconds, Counted], ...] = ()
    """As of a message; the NUL counts."""
    ended: bool = True
    """False where the server's end came instead of the NUL."""

    @property
    def content(self) -> bytes | None:
        """The bytes without the NUL; None where they are not kept."""
        return self.base64 if self.text is None else self.text.encode()


class NotKept(Struct, frozen=True, tag_field="event", tag="not_kept"):
    """Bytes that may hold a credential. Whatever comes behind them on the connection is not kept either."""

    connection: int
    side: Side
    what: What
    up_to: int
    """How many at most: a number of bytes to the byte could tell how long a password is."""


class End(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="end"):
    """A side has ended its part of the connection."""

    connection: int
    side: Side
    how: How
    after: Seconds
    why: str = ""
    parts: tuple[Part, ...] = ()
    """Of the client: what came behind its last message."""


Line = Header | Opened | Message | Reply | NotKept | End
Event = Message | Reply | NotKept | End
"""A line of a connection."""


class Session(NamedTuple):
    """One connection."""

    number: int
    at: datetime
    client: str
    upstream: str
    events: tuple[Event, ...]
    """In the order they ended. An `End` is missing where the capture was killed."""

    @property
    def kept(self) -> bool:
        """Whether there are no bytes of which the file has but a number."""
        return not any(isinstance(event, NotKept) for event in self.events)

    @property
    def messages(self) -> tuple[Message, ...]:
        """Those that can be sent again: nothing behind bytes that are not kept can be framed."""
        return tuple(event for event in readable(self.events) if isinstance(event, Message))

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Those to `messages`, one a record and in order; there may be fewer."""
        return tuple(event for event in readable(self.events) if isinstance(event, Reply))


_LINES: Final = msgspec.json.Decoder(Line)


def readable(events: Sequence[Event]) -> Iterator[Event]:
    """Those before the first bytes of the client that are not kept."""
    for event in events:
        if isinstance(event, NotKept) and event.side == "client":
            return
        yield event


def encode(line: Line) -> bytes:
    """A line of the file, with its line end."""
    return msgspec.json.encode(line) + b"\n"


def kept(content: bytes) -> tuple[str | None, bytes | None]:
    """`text` and `base64` of some bytes: the one where they are UTF-8, else the other."""
    try:
        return content.decode(), None
    except UnicodeDecodeError:
        return None, content


def read(path: Path) -> list[Session]:
    """The connections of a file, in the order they were opened; of one that is being written, as far as it goes.

    Raises `Unusable` with the line where it is no such file, `OSError` where it cannot be read.
    """
    return parse(path.read_bytes(), path.name)


def parse(content: bytes, name: str) -> list[Session]:
    """The same of a file's bytes. A last line without its end is left out: a capture was killed as it wrote it."""
    sessions: dict[tuple[int, int], tuple[Opened, str, list[Event]]] = {}
    captures = 0
    upstream = ""
    lines = content.split(b"\n")
    for number, text in enumerate(lines[:-1], 1):
        line = _line(text, f"{name} line {number}", cut_off=lines[number].startswith(b'{"event":"capture"'))
        if isinstance(line, Header):
            captures += 1
            upstream = line.upstream
        elif line is not None and not captures:
            raise Unusable(f"{name} line {number}: a capture begins with a line whose event is capture")
        elif isinstance(line, Opened):
            sessions[captures, line.connection] = line, upstream, []
        elif line is not None and (captures, line.connection) not in sessions:
            raise Unusable(f"{name} line {number}: connection {line.connection} has not been opened before")
        elif line is not None:
            sessions[captures, line.connection][2].append(line)
    if not captures:
        raise Unusable(f"{name} is no capture: it has no line")
    return [Session(one.connection, one.at, one.client, at, (*events,)) for one, at, events in sessions.values()]


def _line(text: bytes, where: str, *, cut_off: bool) -> Line | None:
    """A line; None where a capture was killed as it wrote it, and another began behind it."""
    try:
        line: Line = _LINES.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if cut_off:
            return None
        raise Unusable(f"{where} is no line of a capture: {error}") from error
    if isinstance(line, Header) and line.format != FORMAT:
        raise Unusable(f"{where}: the capture has format {line.format}; this gateway reads {FORMAT}")
    return line
