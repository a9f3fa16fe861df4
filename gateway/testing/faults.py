"""Faults: what goes wrong with a reply, for a zone's script, and with a connection, for a host's.

    gateway.script(faults.no_reply(), faults.cut(10))
    gateway.connections(faults.refuse(seconds=1), faults.busy())

With the former the gateway decides about the record as ever, unless `reply` is the key of another reply: a client that
reads no reply may have been served. The latter come before the logon, and are no attempts. None is random: `garbage` is
always the same of a seed.
"""

from gateway.model import ConnectionStep, ReplyStep

DRIP_SECONDS = 0.05
"""Between two bytes of a slow drip, unless another is given: a reply of a line takes four seconds."""


def no_reply(*, reply: str = "accept", times: int = 1) -> ReplyStep:
    """Not a byte is sent; the connection stays open."""
    return ReplyStep(reply=reply, send="nothing", times=times)


def no_nul(*, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The reply without the NUL that ends it; the connection stays open."""
    return ReplyStep(reply=reply, nul=False, times=times)


def in_pieces(size: int = 1, pause_seconds: float = 0.0, *, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The reply in pieces of so many bytes."""
    return ReplyStep(reply=reply, piece_bytes=size, pause_seconds=pause_seconds, times=times)


def slow_drip(pause_seconds: float = DRIP_SECONDS, *, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The reply byte by byte, slowly."""
    return ReplyStep(reply=reply, piece_bytes=1, pause_seconds=pause_seconds, times=times)


def late(seconds: float, *, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The reply so many seconds later."""
    return ReplyStep(reply=reply, late_seconds=seconds, times=times)


def garbage(some: bytes | None = None, *, seed: int = 0, size: int = 64, reply: str = "accept") -> ReplyStep:
    """These bytes in place of the reply; without them `size` bytes made of the seed."""
    if some is not None:
        return ReplyStep(reply=reply, send="garbage", garbage=some.hex())
    return ReplyStep(reply=reply, send="garbage", seed=seed, garbage_bytes=size)


def cut(size: int, *, reply: str = "accept", times: int = 1) -> ReplyStep:
    """Only the first so many bytes of the reply, and then the connection's end."""
    return ReplyStep(reply=reply, cut=size, then="close", times=times)


def close_before_reply(*, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The connection ends without a reply."""
    return ReplyStep(reply=reply, send="nothing", then="close", times=times)


def close_after_reply(*, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The connection ends behind the reply."""
    return ReplyStep(reply=reply, then="close", times=times)


def reset(*, after_reply: bool = False, reply: str = "accept", times: int = 1) -> ReplyStep:
    """The connection is reset (RST) in place of a reply, or behind it."""
    return ReplyStep(reply=reply, send="reply" if after_reply else "nothing", then="reset", times=times)


def stop_reading(*, reply: str = "accept") -> ReplyStep:
    """Behind the reply nothing more of this connection is read."""
    return ReplyStep(reply=reply, then="stop_reading")


def served(*, times: int = 1, late_seconds: float = 0.0) -> ConnectionStep:
    """A connection without a fault, such as the first of two."""
    return ConnectionStep(do="accept", times=times, late_seconds=late_seconds)


def refuse(seconds: float | None = None) -> ConnectionStep:
    """Nothing listens for so many seconds; without them until the script is changed."""
    return ConnectionStep(do="refuse", seconds=seconds)


def busy(*, times: int = 1, late_seconds: float = 0.0) -> ConnectionStep:
    """The reply that the gateway is busy, and the end."""
    return ConnectionStep(do="busy", times=times, late_seconds=late_seconds)


def closed(*, times: int = 1, late_seconds: float = 0.0) -> ConnectionStep:
    """Accepted, and ended at once."""
    return ConnectionStep(do="close", times=times, late_seconds=late_seconds)


def reset_at_once(*, times: int = 1, late_seconds: float = 0.0) -> ConnectionStep:
    """Accepted, and reset (RST)."""
    return ConnectionStep(do="reset", times=times, late_seconds=late_seconds)


def not_read(seconds: float | None = None, *, times: int = 1) -> ConnectionStep:
    """Accepted, and nothing of it is read for so many seconds; without them until the script is changed."""
    return ConnectionStep(do="stop_reading", seconds=seconds, times=times)
