"""What a step of a zone's script did, in words: for a diagnosis, and for those who look at a script."""

from collections.abc import Iterator
from typing import Final

from gateway.importer.scripts import ACCEPT
from gateway.model import ConnectionStep, ReplyStep

ENDS = {
    "close": "then the connection is closed",
    "reset": "then the connection is reset",
    "stop_reading": "then nothing more is read",
}
"""What follows a reply, by `ReplyStep.then`."""
DECIDES = "answered as the gateway decides"
"""What is done by `ACCEPT`."""
CONNECTIONS = {
    "accept": "served as ever",
    "refuse": "refused: nothing listens",
    "busy": "answered that the gateway is busy",
    "close": "closed at once",
    "reset": "reset at once",
    "stop_reading": "accepted, and nothing is read",
}
"""By `ConnectionStep.do`."""
SHOWN: Final = 60
"""Characters of a step's own text that are shown: enough to tell it from another's in a line of a table."""


def reply_words(step: ReplyStep) -> str:
    """Such as `answered as locked, 0.5 s late, without its NUL, then the connection is closed`."""
    decided = DECIDES if step.reply == ACCEPT else f"answered as {step.reply}, nothing filed"
    then = [ENDS[step.then]] if step.then in ENDS else []
    return ", ".join([decided, *sent_words(step), *then]) + _times(step.times)


def connection_words(step: ConnectionStep) -> str:
    """Such as `refused: nothing listens, for 2 s`."""
    parts = [CONNECTIONS[step.do]]
    if step.late_seconds:
        parts.append(f"{step.late_seconds:g} s late")
    if step.seconds is not None:
        parts.append(f"for {step.seconds:g} s")
    return ", ".join(parts) + _times(step.times)


def sent_words(step: ReplyStep) -> Iterator[str]:
    """How a reply goes out, as far as it is not as ever: `0.5 s late`, `without its NUL`."""
    if step.late_seconds:
        yield f"{step.late_seconds:g} s late"
    if step.send == "nothing":
        yield "not a byte of it sent"
        return
    if step.send == "garbage":
        yield "garbage sent in its place"
    elif step.text is not None:
        yield f'in the words "{_beginning(step.text)}"'
    if step.cut is not None:
        yield f"cut off after {_bytes(step.cut)}"
    if step.piece_bytes is not None:
        yield f"in pieces of {_bytes(step.piece_bytes)}, {step.pause_seconds:g} s apart"
    if not step.nul and step.send == "reply":
        yield "without its NUL"


def _beginning(text: str) -> str:
    line = " / ".join(text.splitlines())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _bytes(number: int) -> str:
    return f"{number:,} byte{'' if number == 1 else 's'}"


def _times(times: int) -> str:
    return f" ({times:,} times)" if times > 1 else ""
