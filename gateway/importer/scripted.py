"""What a step of a zone's script did, in words: for a diagnosis, and for those who look at a script."""

from collections.abc import Iterator

from gateway.importer.rehearsals import ACCEPT
from gateway.model import ConnectionStep, ReplyStep

ENDS = {
    "close": "then the connection is closed",
    "reset": "then the connection is reset",
    "stop_reading": "then nothing more is read",
}
"""What follows a reply, by `ReplyStep.then`."""
CONNECTIONS = {
    "accept": "served as ever",
    "refuse": "refused: nothing listens",
    "busy": "answered that the gateway is busy",
    "close": "closed at once",
    "reset": "reset at once",
    "stop_reading": "accepted, and nothing is read",
}
"""By `ConnectionStep.do`."""


def reply_words(step: ReplyStep) -> str:
    """Such as `answered as locked, 0.5 s late, without its NUL, then the connection is closed`."""
    decided = "answered as the gateway decides" if step.reply == ACCEPT else f"answered as {step.reply}, nothing filed"
    return ", ".join([decided, *_sent(step), *([ENDS[step.then]] if step.then in ENDS else [])]) + _times(step.times)


def connection_words(step: ConnectionStep) -> str:
    """Such as `refused: nothing listens, for 2 s`."""
    parts = [CONNECTIONS[step.do]]
    if step.late_seconds:
        parts.append(f"{step.late_seconds:g} s late")
    if step.seconds is not None:
        parts.append(f"for {step.seconds:g} s")
    return ", ".join(parts) + _times(step.times)


def _sent(step: ReplyStep) -> Iterator[str]:
    if step.late_seconds:
        yield f"{step.late_seconds:g} s late"
    if step.send == "nothing":
        yield "not a byte of it sent"
        return
    if step.send == "garbage":
        yield "garbage sent in its place"
    elif step.text is not None:
        yield "in other words"
    if step.cut is not None:
        yield f"cut off after {step.cut:,} bytes"
    if step.piece_bytes is not None:
        yield f"in pieces of {step.piece_bytes:,} bytes, {step.pause_seconds:g} s apart"
    if not step.nul and step.send == "reply":
        yield "without its NUL"


def _times(times: int) -> str:
    return f" ({times:,} times)" if times > 1 else ""
