"""An attempt as a test sees it: what is short at once, the rest when it is asked for, as the gateway tells it then."""

import time
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Final

from msgspec import Struct

from gateway.desk.attempts import Assumed, AttemptLine, AttemptShown, FindingShown
from gateway.desk.records import VersionShown
from gateway.desk.transcript import Run
from gateway.model import Diagnosis, Outcome, Reason
from gateway.testing.client import Client, NotDone
from gateway.testing.marc import Marc

__tracebackhide__ = True
SETTLED_SECONDS: Final = 5.0
"""How long it is waited for the end of a reply; one that a script sends later than that has no time yet."""
LOOK_SECONDS: Final = 0.01
"""Between two looks: a reply goes out some milliseconds after its record was filed."""
SHOWN: Final = 72
"""Characters of a value in a transcript; a reply is shown whole, for it is what a client reacts to."""


class _History(Struct):
    versions: tuple[VersionShown, ...]


class _Transcript(Struct):
    runs: tuple[Run, ...]


class Attempt:
    """One record, or one failed try at sending one, and what became of it."""

    def __init__(self, client: Client, told: AttemptLine | AttemptShown) -> None:
        self._client = client
        self._told = told
        self.seq: Final = told.seq
        """Its number; later ones have higher ones."""
        self.id: Final = told.id
        self.at: Final[datetime] = told.at
        """When its last byte arrived; while the clock is frozen, the time of that."""
        self.zone: Final = told.zone
        """Key of the zone that it reached; `@` and a host's where it reached none."""
        self.logon_id: Final = told.logon_id
        """As it was sent, where that is like a logon ID that there is."""
        self.outcome: Final[Outcome] = told.outcome
        """How it ended; compares with text, such as `created`."""
        self.reason: Final[Reason | None] = told.reason
        """Why it was not filed; None where it was."""
        self.mms_id: Final = told.mms_id
        """Of the record that was created, merged or left as it was; empty where none was."""
        self.oclc_numbers: Final = told.oclc_numbers
        self.title: Final = told.title

    def __repr__(self) -> str:
        return f"<Attempt {summary(self)}>"

    @property
    def seconds(self) -> float | None:
        """From the message's first byte to the reply's last; waits a little where that is still to come."""
        return self._settled().seconds

    @property
    def delivered(self) -> bool | None:
        """Whether the client was still there for its reply; waits as `seconds` does."""
        return self._settled().delivered

    @property
    def reply(self) -> str:
        """What the client was answered, without the NUL; empty where nothing was."""
        return self._shown.reply

    @property
    def findings(self) -> tuple[FindingShown, ...]:
        """What is wrong or odd in its record; what refused it first."""
        return self._shown.findings

    @property
    def diagnosis(self) -> str:
        """Why it ended as it did, and what to change, for people."""
        return "\n".join(map(_words, (self._shown.diagnosis, *self._shown.also)))

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What of its answer nobody has published."""
        return self._shown.assumed

    @cached_property
    def record(self) -> Marc:
        """The record as it arrived; of one that was cut off, the part that came."""
        return Marc(self._client.raw(f"/submissions/{self.seq}/raw"))

    @cached_property
    def stored(self) -> Marc | None:
        """What the zone held after it; None where nothing was filed. Raises `NotDone` where that is deleted."""
        if not (self.mms_id and self.outcome.filed):
            return None
        record = f"/zones/{self._told.held_by}/records/{self.mms_id}"
        versions = self._client.get(f"{record}/history", _History).versions
        held = [one for one in versions if one.submission == self.id] or [one for one in versions if one.at <= self.at]
        if not held:
            raise NotDone(f"{self.mms_id} has no version any more that was there after submission {self.seq}")
        return Marc(self._client.raw(f"{record}/versions/{held[0].version}", {"format": "mrc"}))

    @cached_property
    def transcript(self) -> str:
        """How it came over the wire and what was sent, a run of bytes a line; the password is hidden."""
        runs = self._client.get(f"/submissions/{self.seq}/transcript", _Transcript).runs
        return "\n".join(_lines(runs))

    def load(self) -> "Attempt":
        """Have all of it at hand, so that nothing more is asked."""
        self._settled()
        _ = self.record, self.stored, self.transcript
        return self

    @cached_property
    def _shown(self) -> AttemptShown:
        return self._told if isinstance(self._told, AttemptShown) else self._whole()

    def _whole(self) -> AttemptShown:
        return self._client.get(f"/submissions/{self.seq}", AttemptShown)

    def _settled(self) -> AttemptLine | AttemptShown:
        """As it is when its reply has gone out."""
        until = time.monotonic() + SETTLED_SECONDS
        while self._told.delivered is None and time.monotonic() < until:
            self._told = self.__dict__["_shown"] = self._whole()
            if self._told.delivered is None:
                time.sleep(LOOK_SECONDS)
        return self._told


def summary(attempt: Attempt) -> str:
    """An attempt on a line, such as `#3 refused: locked, 'A title', OCLC 123`."""
    reason = f": {attempt.reason.replace('_', ' ')}" if attempt.reason else ""
    parts = [
        f"#{attempt.seq} {attempt.outcome}{reason}",
        *([repr(attempt.title)] if attempt.title else []),
        *([f"OCLC {', '.join(attempt.oclc_numbers)}"] if attempt.oclc_numbers else []),
        *([f"MMS ID {attempt.mms_id}"] if attempt.mms_id else []),
    ]
    return ", ".join(parts)


def _words(diagnosis: Diagnosis) -> str:
    return f"{diagnosis.says} {diagnosis.fix}".strip()


def _lines(runs: tuple[Run, ...]) -> Iterator[str]:
    for run in runs:
        when = "" if run.end is None else f"{run.end:.3f}"
        mark = "<-" if run.direction == "received" else "->"
        shown = run.shown.replace("\n", "⏎")
        shown = shown if len(shown) <= SHOWN or run.kind == "reply" else f"{shown[: SHOWN - 1]}…"
        yield f"{when:>8} {mark} {run.kind:<7} {shown}  ({run.says})"
