"""What those who try a client out have told a zone: the script of its next answers, and the time it has.

Kept by this process alone, and gone with it. Source: design, "Settings" and "Rooms".
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import structlog
import trio

from gateway.importer import replies
from gateway.importer.fitting import hint
from gateway.importer.replies import END_OF, PLACES
from gateway.model import REPLY_BYTES, ConnectionStep, Facts, ReplyStep, Scripted

S = TypeVar("S", ReplyStep, ConnectionStep)

ACCEPT: Final = "accept"
"""The reply of a step that leaves it to the gateway."""
REPLIES: Final = (ACCEPT, *sorted(END_OF))
"""What a step can answer."""
STEPS: Final = 1_000
"""Most steps of a script: people write a dozen, a program that makes them finds its mistake."""
TIMES: Final = 1_000_000
"""Most exports that a step is for: as many as anybody sends in a test."""
SECONDS: Final = 600.0
"""Longest wait of a step: the longest Timeout that Connexion can be given is far below."""
VALUES_BYTES: Final = 1_000
"""Most of a step's values together: a reply has 2,000, and the longest text of the table some 200."""
GARBAGE_BYTES: Final = 65_536
"""Most bytes of garbage: as much as a client reads of a reply before it must have given up."""


class Script(Generic[S]):
    """Steps that are taken one after the other."""

    def __init__(self, steps: Sequence[S]) -> None:
        self.steps: tuple[S, ...] = tuple(steps)
        self.used = [0] * len(self.steps)
        """How often each was taken."""
        self.over = trio.Event()
        """Set when it ends: whoever still waits because of it then goes on."""
        self._at = 0

    @property
    def coming(self) -> S | None:
        """The step that is taken next; None behind the last."""
        return self.steps[self._at] if self._at < len(self.steps) else None

    @property
    def left(self) -> int:
        """How many exports, or connections, there still is a step for."""
        return sum(step.times - used for step, used in zip(self.steps, self.used, strict=True))

    def add(self, step: S) -> None:
        """Take one more, behind the others."""
        self.steps += (step,)
        self.used.append(0)

    def take(self) -> tuple[int, S] | None:
        """The next step and its number, from 1; None behind the last."""
        step, number = self.coming, self._at + 1
        if step is None:
            return None
        self.used[self._at] += 1
        if self.used[self._at] == step.times:
            self._at += 1
        return number, step


class ScriptedHost(Protocol):
    """A host's listener, as far as it can be told what to do with those who connect."""

    @property
    def script(self) -> Script[ConnectionStep] | None:
        """The one in force."""

    def follow(self, script: Script[ConnectionStep] | None) -> None:
        """Have this one in force, or none: it holds for whoever connects from now on."""

    def add_step(self, step: ConnectionStep) -> None:
        """Have one more step in force, behind those of the script if there is one."""


class Scripts:
    """Of every zone, by its key, its script and its clock; nothing of most."""

    def __init__(self) -> None:
        self.by_zone: dict[str, Script[ReplyStep]] = {}
        self.times: dict[str, datetime] = {}
        """Of zones whose clock stands still."""

    def end(self, zone: str) -> Script[ReplyStep] | None:
        """Leave the zone without its script, and return that."""
        ended = self.by_zone.pop(zone, None)
        if ended is not None:
            ended.over.set()
        tell_left(zone, ended)
        return ended

    def over(self, zone: str, step: ReplyStep) -> trio.Event:
        """Set as soon as the zone is without the script of this step: it may have another since the step was taken."""
        script = self.by_zone.get(zone)
        return _over() if script is None or step not in script.steps else script.over

    def close(self) -> None:
        """End all scripts."""
        for zone in [*self.by_zone]:
            self.end(zone)

    def forget(self, zone: str) -> None:
        """Leave the zone to itself."""
        self.end(zone)
        self.times.pop(zone, None)

    def take(self, zone: str) -> Scripted | None:
        """The step for an export to the zone; None where it has no script, or that is used up."""
        script = self.by_zone.get(zone)
        taken = script.take() if script else None
        return None if taken is None else Scripted(*taken)


def _over() -> trio.Event:
    event = trio.Event()
    event.set()
    return event


def tell_left(whose: str, script: Script[ReplyStep] | Script[ConnectionStep] | None) -> None:
    """Say in the log of a script that ends, a zone's or a host's (`@` and its key), that it was not used up."""
    if script is not None and script.left:
        log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.importer")
        log.warning("script.not_used_up", zone=whose, left=script.left)


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


_Check = tuple[str, Callable[[S], bool], str]

_OF_REPLIES: Final[tuple[_Check[ReplyStep], ...]] = (
    ("text", lambda step: len((step.text or "").encode()) <= REPLY_BYTES, f"has more than {REPLY_BYTES:,} bytes"),
    ("text", lambda step: "\0" not in (step.text or ""), "has a NUL, which ends a reply; send garbage instead"),
    (
        "values",
        lambda step: sum(len(value.encode()) for value in step.values.values()) <= VALUES_BYTES,
        f"have more than {VALUES_BYTES:,} bytes together",
    ),
    ("garbage", lambda step: _is_hex(step.garbage), "is no hexadecimal, such as 00ff17"),
    ("garbage", lambda step: len(step.garbage) <= 2 * GARBAGE_BYTES, f"has more than {GARBAGE_BYTES:,} bytes"),
    (
        "garbage",
        lambda step: step.send != "garbage" or bool(step.garbage) != (step.seed is not None),
        'is to be given for send = "garbage", or instead a seed by which it is made',
    ),
    (
        "send",
        lambda step: step.send == "garbage" or not (step.garbage or step.seed is not None),
        'must be "garbage" where garbage or a seed is given',
    ),
    (
        "garbage_bytes",
        lambda step: 1 <= step.garbage_bytes <= GARBAGE_BYTES,
        f"must be from 1 to {GARBAGE_BYTES:,}",
    ),
    ("cut", lambda step: step.cut is None or step.cut >= 0, "must be 0 or more"),
    ("late_seconds", lambda step: 0 <= step.late_seconds <= SECONDS, f"must be from 0 to {SECONDS:g}"),
    ("piece_bytes", lambda step: step.piece_bytes is None or step.piece_bytes >= 1, "must be 1 or more"),
    ("pause_seconds", lambda step: 0 <= step.pause_seconds <= SECONDS, f"must be from 0 to {SECONDS:g}"),
    ("times", lambda step: 1 <= step.times <= TIMES, f"must be from 1 to {TIMES:,}"),
)
"""Field, what must hold, and what is wrong where it does not."""
_OF_CONNECTIONS: Final[tuple[_Check[ConnectionStep], ...]] = (
    ("late_seconds", lambda step: 0 <= step.late_seconds <= SECONDS, f"must be from 0 to {SECONDS:g}"),
    (
        "late_seconds",
        lambda step: step.do != "refuse" or not step.late_seconds,
        "cannot be of refuse: nobody is accepted who could wait",
    ),
    (
        "seconds",
        lambda step: step.seconds is None or 0 < step.seconds <= SECONDS,
        f"must be above 0 and at most {SECONDS:g}",
    ),
    (
        "seconds",
        lambda step: step.seconds is None or step.do in ("refuse", "stop_reading"),
        "can be of refuse and stop_reading alone",
    ),
    ("times", lambda step: 1 <= step.times <= TIMES, f"must be from 1 to {TIMES:,}"),
    ("times", lambda step: step.do != "refuse" or step.times == 1, "must be 1 of refuse, which lasts some seconds"),
)


class StepFault(NamedTuple):
    """What is wrong with a step."""

    field: str
    """Such as `steps.2.reply`, from 1."""
    words: str
    """They go on from the field's name."""


def reply_faults(steps: Sequence[ReplyStep]) -> list[StepFault]:
    """All that is wrong with a zone's script."""
    return [*_faults(steps, _OF_REPLIES), *_numbered(steps, _reply_fault), *_numbered(steps, _value_fault)]


def connection_faults(steps: Sequence[ConnectionStep]) -> list[StepFault]:
    """All that is wrong with a host's script."""
    return _faults(steps, _OF_CONNECTIONS)


def _faults(steps: Sequence[S], checks: Sequence[_Check[S]]) -> list[StepFault]:
    found = [StepFault("steps", f"are {len(steps):,}; a script has at most {STEPS:,}")] if len(steps) > STEPS else []
    for number, step in enumerate(steps[:STEPS], 1):
        found.extend([StepFault(f"steps.{number}.{field}", words) for field, holds, words in checks if not holds(step)])
    return found


def _numbered(steps: Sequence[ReplyStep], fault: Callable[[ReplyStep], tuple[str, str]]) -> Iterator[StepFault]:
    for number, step in enumerate(steps[:STEPS], 1):
        field, words = fault(step)
        if words:
            yield StepFault(f"steps.{number}.{field}", words)


def _reply_fault(step: ReplyStep) -> tuple[str, str]:
    if step.reply == ACCEPT or step.reply in END_OF:
        return "reply", ""
    if step.reply in replies.KEYS:
        return "reply", f"{step.reply} says that the record was filed, which is the gateway's to say: write {ACCEPT}"
    return "reply", f"there is no reply {step.reply!r} (gateway replies lists them); {hint(step.reply, REPLIES)}"


def _value_fault(step: ReplyStep) -> tuple[str, str]:
    unknown = [name for name in step.values if name not in PLACES]
    if unknown:
        return "values", f"there is no {unknown[0]!r}; {hint(unknown[0], sorted(PLACES))}"
    return "values", ""


def _is_hex(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text)) or not text
    except ValueError:
        return False
