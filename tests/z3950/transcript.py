"""What a connection makes of bytes, one line for each event."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from gateway.frontends.z3950 import wire

END = b""
"""What a connection receives when the peer has ended its side."""


def events(connection: wire.Connection) -> Iterator[wire.Event | wire.ProtocolError]:
    """Every event until more bytes are needed or the connection is over."""
    while True:
        try:
            event = connection.next_event()
        except wire.ProtocolError as error:
            yield error
            continue
        if event is None:
            return
        yield event
        if isinstance(event, wire.Closed):
            return


def hear(connection: wire.Connection, *chunks: bytes) -> list[str]:
    """What the connection says of what it is sent, chunk by chunk."""
    lines = []
    for chunk in chunks:
        connection.receive(chunk)
        lines += map(_line, events(connection))
    return lines


def _line(event: wire.Event | wire.ProtocolError) -> str:
    match event:
        case wire.ProtocolError():
            return f"error: {event}"
        case wire.Closed():
            return "closed"
        case _:
            return type(event).__name__


def pieces(sent: bytes, at: Iterable[int]) -> list[bytes]:
    """`sent`, cut at these places."""
    places = sorted({0, len(sent), *(place for place in at if place < len(sent))})
    return [sent[start:end] for start, end in pairwise(places)]
