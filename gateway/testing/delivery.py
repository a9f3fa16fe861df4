"""How a scripted reply goes out: what `replies` and `faults` share."""

from typing import Literal, TypedDict, Unpack

from gateway.model import ReplyStep


class Delivery(TypedDict, total=False):
    """What is done with a reply's bytes, and for how many exports; each may be left out."""

    late_seconds: float
    """Before the first byte."""
    piece_bytes: int
    """Bytes of each piece in which it goes out."""
    pause_seconds: float
    """Between two pieces."""
    cut: int
    """Bytes of it that are sent."""
    nul: bool
    """Whether the NUL at its end is sent."""
    then: Literal["wait", "close", "reset", "stop_reading"]
    """What follows."""
    times: int
    """For how many exports, one after the other."""


def answered(reply: str, values: dict[str, str], **delivery: Unpack[Delivery]) -> ReplyStep:
    """A step by the key of a reply; of `values` those that are empty are left to the gateway."""
    return ReplyStep(reply=reply, values={name: value for name, value in values.items() if value}, **delivery)
