"""What a capture makes of a conversation, without a network: pieces of both sides in, lines of the file out."""

from collections.abc import Iterable
from datetime import UTC, datetime

from gateway.frontends.connexion.captures import FORMAT, Header, Line, NotKept, Opened, encode
from gateway.frontends.connexion.masking import Recorder

Said = tuple[str, bytes]
"""`client` or `server`, and what it sent at once."""

HEADER = Header(FORMAT, datetime(2026, 3, 1, tzinfo=UTC), "127.0.0.1:5500", "127.0.0.1:5501", "kept")
OPENED = Opened(1, datetime(2026, 3, 1, tzinfo=UTC), "127.0.0.1")
OK = b"The record has been processed successfully.\nMMS ID: 9910000000015867\0"


def client(*chunks: bytes) -> list[Said]:
    return [("client", chunk) for chunk in chunks]


def server(*chunks: bytes) -> list[Said]:
    return [("server", chunk) for chunk in chunks]


def recorded(said: Iterable[Said], *, mask_logon_id: bool = False) -> list[Line]:
    """The lines of a connection in which something is said every second, until first the client leaves."""
    recorder = Recorder(1, 0.0, mask_logon_id=mask_logon_id)
    lines: list[Line] = []
    now = 0.0
    for side, chunk in said:
        now += 1
        lines += recorder.sent(chunk, now) if side == "client" else recorder.answered(chunk, now)
    lines += recorder.ended("client", "closed", now + 1)
    return [*lines, *recorder.ended("server", "closed", now + 2)]


def written(lines: Iterable[Line]) -> bytes:
    """The file."""
    return b"".join(map(encode, (HEADER, OPENED, *lines)))


def told(lines: Iterable[Line]) -> list[str]:
    """Each line in a word or two."""
    return [f"{line.side} {line.what}" if isinstance(line, NotKept) else type(line).__name__.lower() for line in lines]
