"""A script that a test has given, and how far it has come: what is not used up is told of."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.desk.scripts import HostScript, StepShown, ZoneScript
from gateway.model import ConnectionStep, ReplyStep
from gateway.testing.client import Client


class Rehearsal(NamedTuple):
    """Of a zone or of a host."""

    client: Client
    path: str
    kind: type[ZoneScript] | type[HostScript]
    may_be_left: bool

    @property
    def left(self) -> list[str]:
        """Its steps that are not used up, in words; none where they may be left."""
        if self.may_be_left:
            return []
        waiting = [one for one in self.shown.steps if one.left]
        if waiting and _begun(waiting[0].step):
            waiting = waiting[1:]
        return [*map(_line, waiting)]

    @property
    def told(self) -> list[str]:
        """All its steps and how often each was used, in words."""
        return [*map(_line, self.shown.steps)]

    @property
    def shown(self) -> ZoneScript | HostScript:
        """As the gateway tells it."""
        return self.client.get(self.path, self.kind)


def _line(one: StepShown) -> str:
    return f"  step {one.number}, {one.words}: {one.used} used, {one.left} left"


def _begun(step: ReplyStep | ConnectionStep) -> bool:
    """Whether a step that is next is done already: who is refused is not counted."""
    return isinstance(step, ConnectionStep) and step.do == "refuse"


def steps_of(steps: Sequence[object], kind: type, other: str) -> None:
    """Raises TypeError where one of these is a step of another kind, which is for the method `other`."""
    wrong = next((step for step in steps if not isinstance(step, kind)), None)
    if wrong is not None:
        raise TypeError(f"{wrong!r} is no step for this; it may be one for gateway.{other}(…)")
