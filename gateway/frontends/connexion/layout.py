"""How the bytes of a message were laid out and in which pieces they came: facts for a transcript of it. Sans-IO.

Nothing that is kept of it holds a byte of a logon item's value, or tells how long one is.
"""

from collections.abc import Iterable, Iterator
from typing import Final, get_args

from gateway.frontends.connexion.readings import ITEM_VALUE_BYTES, LENGTH_DIGITS, LengthForm, Reading
from gateway.model import PIECES, Laid, LaidKind, Tag, Transcript

ARRIVALS: Final = PIECES + 3 * (1 + LENGTH_DIGITS + ITEM_VALUE_BYTES)
"""Pieces that are told apart while a message is being read: those that are kept, and one for each byte of its items."""
RUNS_BEFORE: Final = 24
"""Runs before a message that are told apart: a dozen Telnet commands and their answers; clients open with fewer."""
SHOWN_BYTES: Final = 8
"""Bytes of some separators that are kept as they are: a few NULs or line ends tell what the client writes."""
NEGOTIATION_BYTES: Final = 3
"""IAC, what is asked for or offered, and the option (RFC 854)."""
MERGED: Final = frozenset[LaidKind]({"separators", "tail", "more"})
"""Runs that are one run with another such that follows."""
DECIMALS: Final = 3
"""Of a second, to which a piece is timed."""


Span = tuple[Laid, int]
"""A run of bytes, and its true length; 0 of what was sent. For the time that a message is being read: it tells how long
a password is."""
Layout = tuple[Span, ...]
"""What came since the message before, up to the end of this one."""


class Before:
    """What comes before a message, as far as it is to be told apart."""

    __slots__ = ("_spans",)

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def add(self, spans: Iterable[Span]) -> None:
        """Put runs behind the others; more of the same is one run with them."""
        for laid, octets in spans:
            last, before = self._spans[-1] if self._spans else (None, 0)
            if last and last.kind == laid.kind and laid.kind in MERGED:
                octets += before
                self._spans[-1] = Laid(laid.kind, octets, (last.note + laid.note)[: 2 * SHOWN_BYTES]), octets
            elif len(self._spans) < RUNS_BEFORE or laid.kind == "more":
                self._spans.append((laid, octets))
            else:
                self.add(run("more", octets))

    def take(self) -> list[Span]:
        """All of it; nothing is left."""
        spans = self._spans
        if spans:
            self._spans = []
        return spans


def run(kind: LaidKind, size: int, note: str = "") -> Layout:
    """So many bytes that are one thing; none where there are no bytes."""
    return ((Laid(kind, size, note), size),) if size > 0 else ()


def separators(some: bytes | bytearray) -> Layout:
    """A run of NULs, CRs, LFs and spaces."""
    return run("separators", len(some), some[:SHOWN_BYTES].hex())


def telnet(command: bytes | bytearray, answer: bytes) -> Layout:
    """A Telnet command and what it is answered. One that negotiates is short and kept; another may say anything."""
    asked = run("telnet", len(command), command.hex() if len(command) <= NEGOTIATION_BYTES else "")
    return (*asked, (Laid("answer", len(answer), answer.hex()), 0)) if answer else asked


def up_to_record(reading: Reading) -> list[Span]:
    """The logon items of a message, with spaces between them, up to where its record begins."""
    assert reading.record is not None
    spans: list[Span] = []
    at = 0
    for tag, begins, start, length, form in reading.items:
        if begins > at:
            spans += separators(b" " * (begins - at))
        at = start + length
        spans.append((_ITEMS[tag, form, length > 0], at - begins))
    if reading.record > at:
        spans += separators(b" " * (reading.record - at))
    return spans


_ITEMS: Final = {
    (tag, form, filled): Laid(tag, int(filled), form)
    for tag in get_args(Tag)
    for form in get_args(LengthForm)
    for filled in (False, True)
}


class Arrivals:
    """When what has not been read yet came."""

    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[tuple[float, int]] = []

    def add(self, at: float, size: int) -> None:
        """So many bytes came at `at`, on a clock in seconds."""
        if len(self._pieces) <= ARRIVALS:
            self._pieces.append((at, size))
        else:
            self._pieces[-1] = at, self._pieces[-1][1] + size

    def take(self, layout: Layout, began: float) -> Transcript:
        """The transcript of the message that has been read, whose first byte came at `began`; what is left is later."""
        runs = tuple([laid for laid, _ in layout])
        total = sum([octets for _, octets in layout])
        at, size = self._pieces[0] if self._pieces else (began, total)
        if at == began and size == total and len(self._pieces) <= 1:  # as almost always
            self._pieces.clear()
            return Transcript(runs)
        taken, left, end = [], [], 0
        for at, size in self._pieces:
            begin, end = end, end + size
            if begin < total:
                taken.append((round(at - began, DECIMALS) + 0.0, min(end, total)))  # + 0.0 makes -0.0 to 0.0
            if end > total:
                left.append((at, end - max(begin, total)))
        self._pieces = left
        pieces = _summed([*_counted(layout, taken)])
        at_once = len(pieces) == 1 and pieces[0][0] == 0
        return Transcript(runs, () if at_once else pieces)


def _counted(layout: Layout, ends: Iterable[tuple[float, int]]) -> Iterator[tuple[float, int]]:
    """Pieces as a transcript counts them, of pieces by where they end. One that ends no counted byte is none."""
    before = 0
    for at, end in ends:
        counted = _count(layout, end)
        if counted > before:
            yield at, counted - before
            before = counted


def _summed(pieces: list[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """The first `PIECES` of them, and all others as one."""
    others = pieces[PIECES:]
    if not others:
        return tuple(pieces)
    return (*pieces[:PIECES], (others[-1][0], sum(size for _, size in others)))


def _count(layout: Layout, end: int) -> int:
    """How many of the first `end` bytes count."""
    counted = 0
    for laid, octets in layout:
        if octets > end:
            return counted + (min(end, 1) if laid.kind in ("U", "A", "P") else end)
        counted += laid.counted
        end -= octets
    return counted
