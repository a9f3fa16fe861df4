"""What a step of a zone's script did, in words: for a diagnosis, and for those who look at a script."""

from collections.abc import Iterator
from random import Random

from gateway.importer.rehearsals import ACCEPT
from gateway.model import ConnectionStep, Facts, ReplyStep

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


def garbage(step: ReplyStep) -> bytes:
    """What is sent in place of a reply by a step that sends garbage: always the same bytes, cut off where it says."""
    made = bytes.fromhex(step.garbage) or Random(step.seed).randbytes(step.garbage_bytes)  # noqa: S311 - no secret
    return made[: step.cut]


def kept_back(facts: Facts) -> bool:
    """Whether a script had not a byte sent."""
    return facts.scripted is not None and (facts.scripted.step.send == "nothing" or facts.scripted.step.cut == 0)


def ended_instead(facts: Facts) -> bool:
    """Whether a script decided how the attempt ended, and nothing was filed."""
    return facts.scripted is not None and facts.scripted.step.reply != ACCEPT


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
        yield "in other words"
    if step.cut is not None:
        yield f"cut off after {_bytes(step.cut)}"
    if step.piece_bytes is not None:
        yield f"in pieces of {_bytes(step.piece_bytes)}, {step.pause_seconds:g} s apart"
    if not step.nul and step.send == "reply":
        yield "without its NUL"


def _bytes(number: int) -> str:
    return f"{number:,} byte{'' if number == 1 else 's'}"


def _times(times: int) -> str:
    return f" ({times:,} times)" if times > 1 else ""
