"""A script that a test has given, and how far it has come: what is not used up is told of."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.desk.scripts import HostScript, StepShown, ZoneScript
from gateway.testing.client import Client

__tracebackhide__ = True


class Script(NamedTuple):
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
        return [_line(one) for one in self.shown.steps if one.left]

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


def steps_of(steps: Sequence[object], kind: type, other: str) -> None:
    """Raises TypeError where one of these is a step of another kind, which is for the method `other`."""
    wrong = next((step for step in steps if not isinstance(step, kind)), None)
    if wrong is not None:
        raise TypeError(f"{wrong!r} is no step for this; it may be one for gateway.{other}(…)")
