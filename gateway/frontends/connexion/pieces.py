"""In which pieces bytes came, as a capture may tell it: no piece tells how long a masked value is. Sans-IO.

The place of a cut within a record, and the time that a value took, tell a value's length to whoever knows how the
network cuts: every 1,460 bytes, every 10, one byte a second.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.frontends.connexion.captures import Part
from gateway.frontends.connexion.layout import Layout

STEP_BYTES: Final = 256
"""How exact a number of bytes is that could tell a value's length: more than the longest value, 191."""
ARRIVALS: Final = 2_000
"""Pieces that are told apart in a message or a reply: a record of usual length that comes byte by byte."""
DECIMALS: Final = 3
"""Of a second, to which the capture tells time."""

Pieces = tuple[tuple[float, int], ...]
"""Seconds since the piece before, and bytes as `Part.counts` counts them; empty where there is one piece."""


class Arrival(NamedTuple):
    """Some bytes that came at once."""

    at: float
    """On a clock in seconds."""
    size: int


class Arrivals:
    """When bytes came that have not been told yet."""

    def __init__(self) -> None:
        self._pieces: deque[Arrival] = deque()

    def add(self, at: float, size: int) -> None:
        """So many bytes came. Behind `ARRIVALS` all are one more piece."""
        if len(self._pieces) >= ARRIVALS:
            size += self._pieces.pop().size
        self._pieces.append(Arrival(at, size))

    def take(self, total: int) -> list[Arrival]:
        """Those of the first `total` bytes."""
        taken: list[Arrival] = []
        while total and self._pieces:
            at, size = self._pieces.popleft()
            if size > total:
                self._pieces.appendleft(Arrival(at, size - total))
            taken.append(Arrival(at, min(size, total)))
            total -= taken[-1].size
        return taken

    def lose(self) -> int:
        """Forget all of them; how many bytes that were."""
        lost = sum(size for _, size in self._pieces)
        self._pieces.clear()
        return lost


def up_to(size: int) -> int:
    """A number of bytes, rounded up to `STEP_BYTES`."""
    return -(-size // STEP_BYTES) * STEP_BYTES


def rounded(seconds: float) -> float:
    """A time as the capture tells it."""
    return round(seconds, DECIMALS)


def reply_pieces(arrivals: Sequence[Arrival]) -> Pieces:
    """The pieces of what has nothing masked in it."""
    if len(arrivals) <= 1:
        return ()
    gaps = [0.0, *(one.at - arrivals[number].at for number, one in enumerate(arrivals[1:]))]
    return tuple((rounded(gap), size) for gap, (_, size) in zip(gaps, arrivals, strict=True))


def message_pieces(parts: Sequence[Part], layout: Layout, arrivals: Sequence[Arrival]) -> Pieces:
    """The pieces of a message whose parts are those of `layout`.

    Behind the beginning of a masked value a cut is told where it stands between two parts, or behind an item's tag; any
    other only by the `STEP_BYTES` of the record, but in a message that came byte by byte. The time that passed within a
    value is left out.
    """
    spans = [(part, octets) for part, (_, octets) in zip(parts, _sent(layout), strict=True)]
    exact = all(size == 1 for _, size in arrivals)
    found: list[tuple[float, int]] = []
    end = told = 0
    waited, last = 0.0, arrivals[0].at
    for at, size in arrivals:
        if not _is_within_value(spans, end):
            waited += at - last
        last = at
        end += size
        counted = _counted(spans, end, exact=exact)
        if counted > told:
            found.append((rounded(waited), counted - told))
            told, waited = counted, 0.0
    return tuple(found) if len(found) > 1 else ()


def _sent(layout: Layout) -> Layout:
    """Without what the gateway would have answered."""
    return tuple(span for span in layout if span[0].kind != "answer")


def _is_within_value(spans: Sequence[tuple[Part, int]], offset: int) -> bool:
    """Whether the byte at this offset is one of a logon item, and not its first."""
    for part, octets in spans:
        if offset < octets:
            return part.item and offset > 0
        offset -= octets
    return False


def _counted(spans: Sequence[tuple[Part, int]], end: int, *, exact: bool) -> int:
    """How many of the first `end` bytes count."""
    counted = 0
    for number, (part, octets) in enumerate(spans):
        if end < octets:
            parts = [one for one, _ in spans]
            told = exact or not any(map(_is_masked, parts[: number + 1])) or end <= (1 if part.item else 0)
            return counted + (_begun(part, end) if told else _roughly(parts[number:], end))
        counted += part.counts
        end -= octets
    return counted


def _begun(part: Part, size: int) -> int:
    """What the first bytes of a part count, `size` of them."""
    return min(size, 1 if part.item else part.counts)


def _roughly(parts: Sequence[Part], size: int) -> int:
    """The same where a value stands before it, or goes on there: not less than the first step of the record."""
    counted = 0
    for part in parts:
        if part.kind == "record":
            within = size if part is parts[0] else 0
            return counted + min(max(STEP_BYTES, within // STEP_BYTES * STEP_BYTES), part.counts)
        counted += part.counts
    return parts[0].counts


def _is_masked(part: Part) -> bool:
    return part.item and not part.empty and part.content is None
