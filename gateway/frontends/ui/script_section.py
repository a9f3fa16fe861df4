"""The part of a zone's page on its script: what stands in it, and the form of one step more."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from gateway.desk import scripts
from gateway.desk.desk import Desk
from gateway.desk.scripts import HostScript, ZoneScript
from gateway.errors import Unfit
from gateway.importer.rehearsals import ACCEPT, REPLIES
from gateway.importer.replies import END_OF
from gateway.importer.report import OUTCOMES, end_words
from gateway.importer.scripted import DECIDES, ENDS
from gateway.model import ReplyStep

LABELS: Final = {
    "reply": "What is answered",
    "text": "In these words",
    "how": "How it is sent",
    "bytes": "So many bytes",
    "late_seconds": "Seconds late",
    "pause_seconds": "Seconds between two pieces",
    "then": "What follows",
    "times": "For so many exports",
}
"""Fields of the form, with their labels."""
FIELD_OF: Final = {
    **dict.fromkeys(("cut", "piece_bytes", "garbage_bytes"), "bytes"),
    **dict.fromkeys(("send", "garbage", "seed", "nul"), "how"),
}
"""Fields of a step that are another one of the form."""
WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
SECONDS: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)


class How(NamedTuple):
    """A way in which a reply goes out."""

    words: str
    counted: bool
    """Whether the number of bytes belongs to it."""
    fields: Callable[[int, float], dict[str, Any]]  # Any: values of fields
    """By the number of bytes and the pause, what a step has for it."""


HOW: Final[dict[str, How]] = {
    "whole": How("as ever", False, lambda size, pause: {}),
    "no_nul": How("without the NUL that ends it", False, lambda size, pause: {"nul": False}),
    "cut": How("cut off after so many bytes", True, lambda size, pause: {"cut": size}),
    "pieces": How(
        "in pieces of so many bytes", True, lambda size, pause: {"piece_bytes": size, "pause_seconds": pause}
    ),
    "garbage": How(
        "so many bytes of garbage in its place",
        True,
        lambda size, pause: {"send": "garbage", "seed": 0, "garbage_bytes": size},
    ),
    "nothing": How("not at all", False, lambda size, pause: {"send": "nothing"}),
}
THEN: Final = {"wait": "the client's turn, as ever", **ENDS}
"""What follows, by `ReplyStep.then`."""


class Filled(NamedTuple):
    """What has just been filled in and could not be used, and what was wrong in which field."""

    given: Mapping[str, str] = {}
    wrong: Mapping[str, str] = {}


NOTHING: Final = Filled()


class Section(NamedTuple):
    """All that the template shows."""

    script: ZoneScript
    host: str
    host_script: HostScript
    alone: bool
    """Whether scripts can be given."""
    filled: Filled
    choices: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str] = LABELS


def section(desk: Desk, key: str, filled: Filled) -> Section | None:
    """What there is to say of a zone's script and its host's; None for a zone that is not in force."""
    zone = desk.zones.by_key.get(key)
    if zone is None or zone.host not in desk.hosts.scripted:
        return None
    choices = {
        "reply": {ACCEPT: DECIDES, **{reply: _words(reply) for reply in REPLIES if reply != ACCEPT}},
        "how": {how: one.words for how, one in HOW.items()},
        "then": THEN,
    }
    return Section(scripts.of_zone(desk, key), zone.host, scripts.of_host(desk, zone.host), desk.alone, filled, choices)


def read(given: Mapping[str, str]) -> ReplyStep:
    """The step that a form says. Raises `Unfit` for numbers that are none, and choices that there are not."""
    faults: list[tuple[str, str]] = []

    def number(name: str, spelled: re.Pattern[str], otherwise: float, words: str) -> float:
        text = given.get(name, "").strip()
        if spelled.fullmatch(text):
            return float(text)
        if text:
            faults.append((name, words))
        return otherwise

    how, then = HOW.get(given.get("how", "whole")), given.get("then", "wait")
    size = number("bytes", WHOLE, -1, "must be a whole number, such as 10")
    late = number("late_seconds", SECONDS, 0.0, "must be a number, such as 0.5")
    pause = number("pause_seconds", SECONDS, ReplyStep().pause_seconds, "must be a number, such as 0.05")
    times = number("times", WHOLE, 1, "must be a whole number, such as 2")
    if how is None or then not in THEN:
        faults.append(("then" if how else "how", "is none of the choices"))
    elif how.counted and not given.get("bytes", "").strip():
        faults.append(("bytes", "must be given: how many?"))
    if faults or how is None:
        raise Unfit(faults)
    words = given.get("text", "").replace("\r\n", "\n") or None
    step = ReplyStep(reply=given.get("reply", ACCEPT), text=words, late_seconds=late, times=int(times))
    return replace(step, then=then, **how.fields(int(size), pause))


def by_field(faults: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is wrong, by the form's fields; a fault of a script's step, such as `steps.2.cut`, is of its field."""
    wrong: dict[str, str] = {}
    for place, words in faults:
        name = place.rpartition(".")[2]
        field = FIELD_OF.get(name, name)
        wrong[field] = f"{wrong[field]}; {words}" if field in wrong else words
    return wrong


def _words(reply: str) -> str:
    """Outcome and reason of an attempt that is answered so."""
    outcome, reason = END_OF[reply]
    return OUTCOMES[outcome] if reply == outcome.value else end_words(outcome, reason)
