"""Scripts: what is done with the exports that come next, in place of what would be, for those who try a client out.

A zone's script begins where a logon was right, a host's where a client connects. Steps are taken in their order, each
once for every time it is to be, and never at random.
"""

from typing import Literal

from msgspec import Struct


class ReplyStep(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is done with one export to a zone."""

    reply: str = "accept"
    """`accept`: the gateway decides as ever. Else a key of the table of replies (`gateway replies`) that stands for a
    record that was not filed, such as `locked`: nothing is filed, and the client is answered so."""
    text: str | None = None
    """Words to answer in place of the gateway's, at most 2,000 bytes; what becomes of the record stays as it is."""
    values: dict[str, str] = {}
    """What stands in the braces of the table's text, such as `{"hit": "9910000000015867"}`; else a stand-in does."""
    send: Literal["reply", "nothing", "garbage"] = "reply"
    """`nothing`: no byte is sent, though what became of the record stands. `garbage`: what stands in `garbage`."""
    garbage: str = ""
    """Bytes in hexadecimal; with `seed` they are made."""
    seed: int | None = None
    """Makes `garbage_bytes` bytes, always the same ones of a seed."""
    garbage_bytes: int = 64
    nul: bool = True
    """Whether the NUL that ends a reply is sent."""
    cut: int | None = None
    """Only the first so many bytes are sent."""
    late_seconds: float = 0.0
    """Before the first byte."""
    piece_bytes: int | None = None
    """The reply goes out in pieces of this many bytes; null = in one."""
    pause_seconds: float = 0.05
    """Between two pieces."""
    then: Literal["wait", "close", "reset", "stop_reading"] = "wait"
    """What follows: the client's turn as ever; the connection's orderly end; its reset; or nothing more is read."""
    times: int = 1
    """For how many exports."""


class ConnectionStep(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is done with one connection to a host, before a byte of it is read."""

    do: Literal["accept", "refuse", "busy", "close", "reset", "stop_reading"] = "accept"
    """`accept`: it is served as ever. `refuse`: nothing listens for `seconds`; whoever connects meanwhile is refused by
    the system, unseen and uncounted. `busy`: the busy reply. `close`: accepted and ended at once, in order. `reset`:
    accepted and reset at once. `stop_reading`: accepted, and nothing is read for `seconds`."""
    late_seconds: float = 0.0
    """Before any of these, after the client was accepted."""
    seconds: float | None = None
    """How long `refuse` and `stop_reading` last; null = until the script is changed."""
    times: int = 1
    """For how many connections; `refuse` is done once."""


class Scripted(Struct, frozen=True, omit_defaults=True):
    """That an attempt was answered by a script."""

    number: int
    """Which step of the script it was, from 1."""
    step: ReplyStep
