"""The messages of a capture again, composed with a logon: to send them, or to try a parser on them. Sans-IO.

for session in captures.read(Path("alma.jsonl")):
    for event in vectors.feed(session, Logon(logon_id=b"01CARLI_XYZ", password=b"…")):
        …                                      # what gateway.frontends.connexion.wire makes of it
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.captures import End, Message, Part, Session, readable
from gateway.model import Logon

STAND_IN: Final = b"100-000-000"
"""User ID that is sent where a message had one and none is given: the form of an OCLC authorization, and nobody's."""

_WITH: Final[dict[str, Callable[[bytes], Logon]]] = {
    "U": lambda value: Logon(user_id=value),
    "A": lambda value: Logon(logon_id=value),
    "P": lambda value: Logon(password=value),
}


def composed(parts: Sequence[Part], logon: Logon) -> list[bytes]:
    """The bytes of each part with the values of a logon; of what is not kept, none.

    An item that was empty is empty. Raises ValueError for a value whose length cannot be written.
    """
    named = any(part.kind == "A" and not part.empty for part in parts)
    user_id = logon.user_id or (STAND_IN if named else logon.logon_id)
    values = {"U": user_id, "A": logon.logon_id, "P": logon.password}
    return [_bytes(part, values) for part in parts]


def _bytes(part: Part, values: dict[str, bytes | None]) -> bytes:
    if not part.item:
        content = part.content or b""
        return content + content[-1:] * (part.size - len(content))
    value = b"" if part.empty else values[part.kind] or b""
    return wire.compose(_WITH[part.kind](value), b"", part.form or "desktop")


def pieces(message: Message, logon: Logon) -> list[tuple[float, bytes]]:
    """The message with that logon, cut as it came: seconds to wait, and bytes to send then. Raises as `composed`."""
    written = composed(message.parts, logon)
    whole = b"".join(written)
    if not message.pieces:
        return [(0.0, whole)]
    found: list[tuple[float, bytes]] = []
    counted = start = 0
    for gap, size in message.pieces:
        counted += size
        end = _end(message.parts, written, counted)
        found.append((gap, whole[start:end]))
        start = end
    return [*found[:-1], (found[-1][0], found[-1][1] + whole[start:])]


def _end(parts: Sequence[Part], written: Sequence[bytes], counted: int) -> int:
    """Where so many counted bytes end in what is written."""
    end = 0
    for part, some in zip(parts, written, strict=True):
        if counted <= 0:
            break
        end += len(some) if counted >= part.counts else counted
        counted -= part.counts
    return end


def feed(session: Session, logon: Logon) -> Iterator[wire.Event | wire.Malformed]:
    """What the wire makes of a session's messages with that logon, each in the pieces in which it came.

    A message that cannot be read is given, not raised; the client's end, where there was one, is the last.
    """
    connection = wire.Connection()
    for event in readable(session.events):
        chunks: list[bytes] = []
        if isinstance(event, Message):
            chunks = [some for _, some in pieces(event, logon) if some]
        elif isinstance(event, End) and event.side == "client":
            chunks = [*filter(None, composed(event.parts, logon)), b""]
        for chunk in chunks:
            connection.receive(chunk)
            yield from events(connection)


def events(connection: wire.Connection) -> Iterator[wire.Event | wire.Malformed]:
    """Every event until more bytes are needed or the connection is over; a message that cannot be read is given too."""
    while True:
        try:
            event = connection.next_event()
        except wire.Malformed as error:
            yield error
            continue
        if event is None:
            return
        yield event
        if isinstance(event, wire.Probe | wire.Goodbye | wire.Closed):
            return
