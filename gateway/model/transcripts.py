"""How a message came over the wire: what a transcript is worked out of when somebody reads it."""

from typing import Final, Literal

from msgspec import Struct

PIECES: Final = 50
"""Pieces of a message that are timed one by one. A message comes in one or two; only one sent byte by byte in more."""
Tag = Literal["U", "A", "P"]
"""Tag of a logon item: user ID, local-system logon ID, password."""
OtherKind = Literal[
    "separators", "telnet", "answer", "record", "tail", "request", "tls", "xml", "hidden", "unread", "more"
]
"""What of a message is no logon item.

`answer`: what the gateway sent to refuse a Telnet command. `tail`: what was left out behind a damaged record, before
the message. `hidden`: what could be read, among it perhaps a password. `unread`: where reading stopped, and all behind
it. `more`: what came before the message and is too much to be told apart.
"""
LaidKind = Tag | OtherKind


class Laid(Struct, frozen=True, array_like=True):
    """Some bytes of a message that are one thing. Holds no byte and no length of a logon item's value."""

    kind: LaidKind
    size: int
    """In bytes; of a logon item 0 where its value is empty, else 1."""
    note: str = ""
    """Of an item its length form; of separators the first few, of a Telnet command and its answer all bytes, in hex; of
    what is unread what could not be read there: `item`, `length`, `record` or `telnet`, else empty."""

    @property
    def counted(self) -> int:
        """Bytes as `Transcript.pieces` counts them."""
        if self.kind in ("U", "A", "P"):
            return 2
        return 0 if self.kind == "answer" else self.size


class Transcript(Struct, frozen=True, omit_defaults=True):
    """How a message was laid out and when it arrived, from its own first byte or that of what came before it."""

    runs: tuple[Laid, ...]
    """In the order they came. Together they are all that came since the message before, up to this one's end."""
    pieces: tuple[tuple[float, int], ...] = ()
    """When each piece came, and how many bytes it brought. Empty where all came at once and at the first.

    In seconds from the message's first byte; less than 0 for what came before it, or before the reply to the message
    before. An item counts two bytes: its tag, and all the rest when the last of it has come, so that nothing tells how
    long a password is. Behind `PIECES` all others are one more, and its time is the last one's.
    """
