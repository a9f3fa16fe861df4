"""The forms of one step more, of a zone's script and of a host's: their fields, and the steps that they say."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from gateway.errors import Unfit
from gateway.importer.replies import END_OF
from gateway.importer.report import OUTCOMES, end_words
from gateway.importer.script_words import CONNECTIONS, DECIDES, ENDS
from gateway.importer.scripts import ACCEPT, REPLIES
from gateway.model import ConnectionStep, ReplyStep

LABELS: Final = {
    "reply": "What is answered",
    "text": "In these words",
    "values": "What stands in its braces",
    "how": "How it is sent",
    "bytes": "How many bytes",
    "seed": "Seed of the garbage",
    "garbage": "Bytes of the garbage",
    "late_seconds": "Seconds late",
    "pause_seconds": "Seconds between two pieces",
    "then": "What follows",
    "times": "How many exports",
}
"""Fields of a zone's form, with their labels."""
HOST_LABELS: Final = {
    "do": "What is done with who connects",
    "late_seconds": "Seconds late",
    "seconds": "For how many seconds",
    "times": "How many connections",
}
"""Fields of a host's."""
FIELD_OF: Final = {
    **dict.fromkeys(("cut", "piece_bytes", "garbage_bytes"), "bytes"),
    **dict.fromkeys(("send", "nul"), "how"),
}
"""Fields of a step that are another one of the form."""
WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
SECONDS: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)
A_VALUE: Final = re.compile(r"[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*", re.ASCII)
"""A line of `values`."""


class How(NamedTuple):
    """A way in which a reply goes out."""

    words: str
    counted: str
    """Field of a step that the number of bytes is for; empty where it belongs to none."""
    fields: Mapping[str, Any] = {}  # Any: values of fields
    """What a step has for it besides."""


HOW: Final[dict[str, How]] = {
    "whole": How("as ever", ""),
    "no_nul": How("without the NUL that ends it", "", {"nul": False}),
    "cut": How("cut off after so many bytes", "cut"),
    "pieces": How("in pieces of so many bytes", "piece_bytes"),
    "garbage": How("garbage in its place", "garbage_bytes", {"send": "garbage"}),
    "nothing": How("not at all", "", {"send": "nothing"}),
}
THEN: Final = {"wait": "the client's turn, as ever", **ENDS}
"""What follows, by `ReplyStep.then`."""


class Filled(NamedTuple):
    """What has just been filled in and could not be used, and what was wrong in which field."""

    given: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}


NOT_FILLED: Final = Filled()


class Form(NamedTuple):
    """What a template shows of a form."""

    prefix: str
    """Of its fields' ids."""
    labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    given: Mapping[str, str]
    wrong: Mapping[str, str]


def of_zone(filled: Filled) -> Form:
    """The form of a step of a zone's script."""
    choices = {
        "reply": {ACCEPT: DECIDES, **{reply: _words(reply) for reply in REPLIES if reply != ACCEPT}},
        "how": {how: one.words for how, one in HOW.items()},
        "then": THEN,
    }
    return Form("step", LABELS, choices, *filled)


def of_host(filled: Filled) -> Form:
    """The form of a step of a host's script."""
    return Form("host-step", HOST_LABELS, {"do": CONNECTIONS}, *filled)


def read(given: Mapping[str, str]) -> ReplyStep:
    """The step that a zone's form says. Raises `Unfit` for numbers that are none, and choices that there are not."""
    fields = _Fields(given)
    how = HOW[fields.choice("how", HOW, "whole")]
    then = fields.choice("then", THEN, "wait")
    size, seed, times = fields.whole("bytes"), fields.whole("seed"), fields.whole("times")
    late, pause = fields.seconds("late_seconds"), fields.seconds("pause_seconds")
    values = fields.values("values")
    garbage = given.get("garbage", "").strip()
    if how.counted and not garbage and not given.get("bytes", "").strip():
        fields.wrong.append(("bytes", "must be given: how many?"))
    if fields.wrong:
        raise Unfit(fields.wrong)
    step = ReplyStep(
        reply=given.get("reply", ACCEPT),
        text=given.get("text", "").replace("\r\n", "\n") or None,
        values=values,
        garbage=garbage,
        seed=0 if seed is None and how.counted == "garbage_bytes" and not garbage else seed,
        late_seconds=late or 0.0,
        pause_seconds=ReplyStep().pause_seconds if pause is None else pause,
        times=1 if times is None else times,
    )
    counted = {how.counted: size} if how.counted and size is not None else {}
    return replace(step, then=then, **how.fields, **counted)


def read_host(given: Mapping[str, str]) -> ConnectionStep:
    """The step that a host's form says. Raises as `read`."""
    fields = _Fields(given)
    do = fields.choice("do", CONNECTIONS, "accept")
    late, seconds, times = fields.seconds("late_seconds"), fields.seconds("seconds"), fields.whole("times")
    if fields.wrong:
        raise Unfit(fields.wrong)
    step = ConnectionStep(late_seconds=late or 0.0, seconds=seconds, times=1 if times is None else times)
    return replace(step, do=do)


def by_field(faults: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is wrong, by the form's fields; a fault of a script's step, such as `steps.2.cut`, is of its field."""
    wrong: dict[str, str] = {}
    for place, words in faults:
        name = place.rpartition(".")[2]
        field = FIELD_OF.get(name, name)
        wrong[field] = f"{wrong[field]}; {words}" if field in wrong else words
    return wrong


class _Fields:
    """What has been filled in, read field by field; what is wrong is noted, and None stands for it."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.wrong: list[tuple[str, str]] = []
        self._given = given

    def whole(self, name: str) -> int | None:
        found = self._spelled(name, WHOLE, "must be a whole number, such as 10")
        return None if found is None else int(found)

    def seconds(self, name: str) -> float | None:
        found = self._spelled(name, SECONDS, "must be a number, such as 0.5")
        return None if found is None else float(found)

    def choice(self, name: str, choices: Collection[str], otherwise: str) -> str:
        found = self._given.get(name, otherwise)
        if found in choices:
            return found
        self.wrong.append((name, "is none of the choices"))
        return otherwise

    def values(self, name: str) -> dict[str, str]:
        lines = [line for line in self._given.get(name, "").splitlines() if line.strip()]
        found = [A_VALUE.fullmatch(line) for line in lines]
        if not all(found):
            self.wrong.append((name, "must be a name, = and a value on each line, such as hit = 9910000000015867"))
        return {value[1]: value[2] for value in found if value}

    def _spelled(self, name: str, spelled: re.Pattern[str], words: str) -> str | None:
        text = self._given.get(name, "").strip()
        if spelled.fullmatch(text):
            return text
        if text:
            self.wrong.append((name, words))
        return None


def _words(reply: str) -> str:
    """Outcome and reason of an attempt that is answered so."""
    outcome, reason = END_OF[reply]
    return OUTCOMES[outcome] if reply == outcome.value else end_words(outcome, reason)
