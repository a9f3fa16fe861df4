"""The wire transcript of an attempt: each run of bytes with its place, its time, and what it is in plain words.

Worked out when somebody reads it. Shows no password, nor how long one is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from gateway.desk import transcript_words as words
from gateway.desk.transcript_replies import AnswerKind, answer
from gateway.desk.transcript_words import Section, Words
from gateway.importer.diagnose import SLOW_ARRIVAL_SECONDS
from gateway.marc.iso2709 import RECORD_TERMINATOR
from gateway.model import PIECES, Attempt, Evidence, Facts, Laid, OtherKind, Tag, Transcript

HIDDEN: Final = "•"
"""In place of a length that is not kept."""
HIDDEN_VALUE: Final = HIDDEN * 8
"""In place of a value that is not kept, however long it is."""
SHOWN_BYTES: Final = 24
"""Bytes of a record that a transcript shows: its Leader. The hex view has all of it."""
RECORD_LENGTH_DIGITS: Final = 5
"""In which a record says how long it is (ISO 2709)."""
DESKTOP_ZERO: Final = 0x40
"""What one octet has more than the length that it states."""

RunKind = OtherKind | Literal["tag", "length", "value"] | AnswerKind
"""An item is a tag, a length and a value, which is no run where it is empty."""


class Run(Struct, frozen=True):
    """Some bytes that went over the wire and are one thing."""

    kind: RunKind
    """`record` is the record as it is kept."""
    direction: Literal["received", "sent"]
    start: float | None
    """When its first byte came, in seconds from the message's first byte; less than 0 for what came before that, or
    before the reply to an earlier message had gone. None where that was not kept."""
    end: float | None
    """When its last byte came, or had gone."""
    offset: int
    """Where it begins, in bytes of its direction; what is hidden counts as it is shown."""
    length: int
    """In bytes as well."""
    shown: str
    """Text where it is text, else hex; a record's first bytes, and nothing of what is not kept."""
    says: str
    section: Section
    """Heading in docs/protocol.md."""
    evidence: Evidence | Literal["script"]
    """How it is known; `script`: a script of the zone said so."""
    odd: bool


class _Part(NamedTuple):
    """A run before it has its place and time."""

    kind: RunKind
    length: int
    shown: str
    told: Words
    counted: int
    """Bytes of `Transcript.pieces`; a part that counts none came with the last byte before it."""


def transcript(attempt: Attempt, reply: str) -> tuple[Run, ...]:
    """All that came and was sent, in the order of the message; `reply` is what was answered, without its NUL, and
    whole where a script had less of it sent.

    The runs of one direction follow each other without a gap. Of an attempt of an older gateway, where nothing was kept
    of how it came, they are what is surely known, without spaces and the like. Empty where no client sent anything.
    """
    facts = attempt.receipt.facts
    if facts.exported_by:
        return ()
    kept = facts.transcript
    laid = kept.runs if kept else tuple(_supposed(attempt))
    clock = _Clock(kept)
    offsets = {"received": 0, "sent": 0}
    runs = []
    counted = 0
    for part in _parts(attempt, laid):
        start, end = clock.times(counted, part.counted)
        counted += part.counted
        told = _in_pieces(part, clock.pieces(counted - part.counted, part.counted), start, end)
        direction: Literal["received", "sent"] = "sent" if part.kind == "answer" else "received"
        runs.append(_run(part._replace(told=told), direction, start, end, offsets[direction]))
        offsets[direction] += part.length
    for sent in answer(attempt, reply):
        end = attempt.seconds if sent.length else None
        runs.append(_run(_Part(*sent, 0), "sent", None, end, offsets["sent"]))
        offsets["sent"] += sent.length
    return tuple(runs)


def _run(
    part: _Part, direction: Literal["received", "sent"], start: float | None, end: float | None, offset: int
) -> Run:
    says, section, evidence, odd = part.told
    return Run(part.kind, direction, start, end, offset, part.length, part.shown, says, section, evidence, odd)


class _Clock:
    """When the bytes that count came."""

    def __init__(self, kept: Transcript | None) -> None:
        self._known = kept is not None
        pieces = kept.pieces if kept else ()
        self._seconds = [seconds for seconds, _ in pieces]
        self._ends = [*accumulate(size for _, size in pieces)]

    def times(self, begin: int, size: int) -> tuple[float | None, float | None]:
        """When the first and the last of so many bytes came."""
        if not self._known:
            return None, None
        if not self._ends:
            return 0.0, 0.0
        first, last = self._of(begin, size)
        return self._seconds[first], self._seconds[last]

    def pieces(self, begin: int, size: int) -> int:
        """In how many pieces they came; 0 where that is not known."""
        if not self._ends:
            return int(self._known)
        first, last = self._of(begin, size)
        return last - first + 1

    def _of(self, begin: int, size: int) -> tuple[int, int]:
        """The pieces that brought the first and the last of them; of none, the one that brought the byte before."""
        first = begin if size else max(begin - 1, 0)
        last = begin + size - 1 if size else first
        latest = len(self._ends) - 1
        return min(bisect_right(self._ends, first), latest), min(bisect_right(self._ends, last), latest)


def _in_pieces(part: _Part, pieces: int, start: float | None, end: float | None) -> Words:
    """Of a record also in how many pieces it came, and whether that took long."""
    if part.kind != "record" or pieces < 2 or start is None or end is None:
        return part.told
    more = " or more" if pieces > PIECES else ""
    told = part.told.says + words.IN_PIECES.format(pieces=min(pieces, PIECES), more=more, seconds=end - start)
    return part.told._replace(says=told, odd=part.told.odd or end - start > SLOW_ARRIVAL_SECONDS)


def _supposed(attempt: Attempt) -> Iterator[Laid]:
    """How the message of an attempt must have been laid out of which that was not kept."""
    facts, raw = attempt.receipt.facts, attempt.submission.raw
    form = "" if facts.lengths == "mixed" else facts.lengths
    items: dict[str, Tag] = {"U": "U", "A": "A", "P": "P"}
    yield from (Laid(items[tag], 1, form) for tag in facts.items)
    if raw:
        yield Laid("record", len(raw))
    elif facts.offset or facts.arrived:
        yield Laid("hidden", facts.offset or facts.arrived or 0)


def _parts(attempt: Attempt, laid: tuple[Laid, ...]) -> Iterator[_Part]:
    """What came, and the answers to Telnet commands, in their order."""
    message = [at for at, run in enumerate(laid) if run.kind in ("U", "A", "P", "record")]
    first, last = (message[0], message[-1]) if message else (len(laid), len(laid))
    for at, run in enumerate(laid):
        match run.kind:
            case "U" | "A" | "P":
                yield from _item(run, run.kind, _shown_value(attempt, laid, run.kind))
            case "separators":
                where = "before" if at < first else "within" if at < last else "behind"
                more = "…" if 2 * run.size > len(run.note) else ""
                yield _Part("separators", run.size, _hex(run.note) + more, words.SEPARATORS[where], run.size)
            case "telnet":
                yield _Part("telnet", run.size, _hex(run.note), words.TELNET.of(verb=_verb(run.note)), run.size)
            case "answer":
                yield _Part("answer", run.size, _hex(run.note), words.TELNET_ANSWER.of(verb=_verb(run.note)), 0)
            case "record":
                yield _record(attempt, run, logon=any(one.kind in ("U", "A", "P") for one in laid))
            case "unread":
                told = words.UNREAD[run.note]
                told = told._replace(says=told.says + words.NOT_KEPT) if run.note else told
                yield _Part("unread", run.size, "", told, run.size)
            case "request":
                yield _Part("request", run.size, attempt.receipt.facts.first_bytes, words.OTHER["request"], run.size)
            case kind:
                yield _Part(kind, run.size, "", words.OTHER[kind], run.size)


def _shown_value(attempt: Attempt, laid: Iterable[Laid], tag: Tag) -> str:
    """The value of an item where it is kept: who is logging on; else nothing."""
    given = {run.kind for run in laid if run.size}
    says_who = "A" if "A" in given else "U"
    return attempt.submission.logon_id if tag == says_who else ""


def _item(run: Laid, tag: Tag, value: str) -> Iterator[_Part]:
    """Its tag, the length of its value, and the value."""
    yield _Part("tag", 1, tag, words.TAGS[tag], 1)
    length = 0 if not run.size else None if not value or "\\x" in value else len(value.encode())
    if length is None or not run.note:  # of bytes that are no UTF-8 it is not known how many they were
        yield _Part("length", 1, HIDDEN, words.HIDDEN_LENGTHS[run.note], 1)
    else:
        stated = bytes((DESKTOP_ZERO + length,)) if run.note == "desktop" else b"%d" % length
        told = words.LENGTHS[run.note].of(octet=stated[0], length=length)
        yield _Part("length", len(stated), _visible(stated), told._replace(odd=not length and tag != "U"), 1)
    if run.size and value:
        yield _Part("value", len(value.encode()), _printable(value), words.LOGON_ID[tag], 0)
    elif run.size:
        yield _Part("value", len(HIDDEN_VALUE), HIDDEN_VALUE, words.SECRET[tag], 0)


def _record(attempt: Attempt, run: Laid, *, logon: bool) -> _Part:
    raw, facts = attempt.submission.raw, attempt.receipt.facts
    digits = raw[:RECORD_LENGTH_DIGITS]
    declared = int(digits) if len(digits) == RECORD_LENGTH_DIGITS and digits.isdigit() else None
    told = _judged(raw, declared, facts).of(size=run.size, declared=declared or 0)
    if not logon and not attempt.submission.logon_id and not facts.earlier:
        told = told._replace(says=told.says + words.NO_LOGON, odd=True)
    shown = _visible(raw[:SHOWN_BYTES]) + ("…" if len(raw) > SHOWN_BYTES else "")
    return _Part("record", run.size, shown, told, run.size)


def _judged(raw: bytes, declared: int | None, facts: Facts) -> Words:
    """What is said of a record by its length and its end."""
    if declared is None:
        return words.BEGINNING
    if facts.arrived is not None or facts.offset is not None:
        return words.PART
    if not raw.endswith(RECORD_TERMINATOR):
        return words.UNTERMINATED
    return words.WHOLE if declared == len(raw) else words.TOO_SHORT


def _verb(note: str) -> str:
    """What a Telnet command of three bytes says, such as ` (DO terminal type)`."""
    command = bytes.fromhex(note)
    if len(command) != 3 or command[1] not in words.TELNET_VERBS:
        return ""
    option = words.TELNET_OPTIONS.get(command[2], f"option {command[2]}")
    return f" ({words.TELNET_VERBS[command[1]]} {option})"


def _hex(note: str) -> str:
    return bytes.fromhex(note).hex(" ").upper()


def _visible(some: bytes) -> str:
    """ASCII as it is, every other byte as hex in angle brackets."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"<{byte:02X}>" for byte in some)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else f"<{ord(char):02X}>" for char in text)
