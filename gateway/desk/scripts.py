"""Scripts and clocks, for those who try a client out: what zones and hosts have been told, and what is left of it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import structlog
from msgspec import Struct

from gateway.desk import zones
from gateway.desk.desk import Desk
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.fitting import hint
from gateway.importer.script_words import connection_words, reply_words
from gateway.importer.scripts import S, Script, ScriptedHost, StepFault, connection_faults, reply_faults, tell_left
from gateway.model import ConnectionStep, ReplyStep, unfiled_zone


class StepShown(Struct, frozen=True):
    """A step, and how far it has come."""

    number: int
    """From 1."""
    words: str
    """What it does, for people."""
    used: int
    """How often it was taken."""
    left: int
    """How often it still is to be."""


class ReplyStepShown(StepShown, frozen=True):
    """A step of a zone's script, and how far it has come."""

    step: ReplyStep


class ConnectionStepShown(StepShown, frozen=True):
    """A step of a host's script, and how far it has come."""

    step: ConnectionStep


class ZoneScript(Struct, frozen=True):
    """The script of a zone; without steps where there is none."""

    steps: tuple[ReplyStepShown, ...]
    used: int
    """Exports that took a step."""
    left: int
    """Those there still is a step for."""


class HostScript(Struct, frozen=True):
    """The script of a host; without steps where there is none."""

    steps: tuple[ConnectionStepShown, ...]
    used: int
    """Connections that took a step."""
    left: int
    """Those there still is a step for."""


def of_zone(desk: Desk, key: str) -> ZoneScript:
    """The script of a zone. Raises `NotFound`."""
    _zone(desk, key)
    return _replies(desk.zones.scripts.by_zone.get(key))


def give_zone(desk: Desk, key: str, steps: Sequence[ReplyStep]) -> ZoneScript:
    """Have a zone answer the exports that come next by these steps, in place of an earlier script.

    Raises `NotFound`, `Unfit` with what is wrong in which step, `Conflict` where several workers take exports.
    """
    _check_alone(desk)
    _zone(desk, key)
    _raise_any(reply_faults(steps))
    desk.zones.scripts.end(key)
    desk.zones.scripts.by_zone[key] = made = Script(steps)
    _log().info("script.begun", zone=key, steps=len(made.steps), exports=made.left)
    return _replies(made)


def add_to_zone(desk: Desk, key: str, step: ReplyStep) -> ZoneScript:
    """Have a zone take one more step, behind those of its script if it has one. Raises as `give_zone`."""
    _check_alone(desk)
    _zone(desk, key)
    scripts = desk.zones.scripts.by_zone
    _raise_any(reply_faults([*(scripts[key].steps if key in scripts else ()), step]))
    script = scripts.setdefault(key, Script(()))
    script.add(step)
    _log().info("script.longer", zone=key, steps=len(script.steps), exports=script.left)
    return _replies(script)


def take_from_zone(desk: Desk, key: str) -> ZoneScript:
    """Leave a zone without a script; returns it as it was. Raises `NotFound`."""
    _zone(desk, key)
    return _replies(desk.zones.scripts.end(key))


def of_host(desk: Desk, key: str) -> HostScript:
    """The script of a host. Raises `NotFound`."""
    return _connections(_host(desk, key).script)


def give_host(desk: Desk, key: str, steps: Sequence[ConnectionStep]) -> HostScript:
    """Have a host do with those who connect what these steps say, in place of an earlier script. Raises as `give_zone`.

    Whoever connects takes a step, also a health check.
    """
    _check_alone(desk)
    host = _host(desk, key)
    _raise_any(connection_faults(steps))
    tell_left(unfiled_zone(key), host.script)
    made = Script(steps)
    host.follow(made)
    _log().info("script.begun", zone=unfiled_zone(key), steps=len(made.steps), connections=made.left)
    return _connections(made)


def add_to_host(desk: Desk, key: str, step: ConnectionStep) -> HostScript:
    """Have a host take one more step, behind those of its script if it has one. Raises as `give_host`."""
    _check_alone(desk)
    host = _host(desk, key)
    _raise_any(connection_faults([*(host.script.steps if host.script else ()), step]))
    host.add_step(step)
    shown = _connections(host.script)
    _log().info("script.longer", zone=unfiled_zone(key), steps=len(shown.steps), connections=shown.left)
    return shown


def take_from_host(desk: Desk, key: str) -> HostScript:
    """Leave a host without a script; returns it as it was. Raises `NotFound`."""
    host = _host(desk, key)
    ended = host.script
    host.follow(None)
    tell_left(unfiled_zone(key), ended)
    return _connections(ended)


def freeze(desk: Desk, key: str, at: datetime) -> None:
    """Have a zone's clock stand still: what is filed from now on has this time.

    Raises `NotFound`, `Unfit` for a time without its zone, `Conflict` where several workers take exports.
    """
    _check_alone(desk)
    _zone(desk, key)
    if at.tzinfo is None:
        _raise_any([StepFault("at", "must say its time zone, as in 2026-03-01T12:00:00Z")])
    try:
        desk.zones.scripts.times[key] = at.astimezone(UTC)
    except OverflowError:
        _raise_any([StepFault("at", "is no time that there is in UTC")])


def unfreeze(desk: Desk, key: str) -> None:
    """Have a zone's clock go on. Raises `NotFound`."""
    _zone(desk, key)
    desk.zones.scripts.times.pop(key, None)


def _zone(desk: Desk, key: str) -> None:
    if key not in desk.zones.by_key:
        raise zones.absent(desk.zones, key)


def _host(desk: Desk, key: str) -> ScriptedHost:
    if key not in desk.hosts.scripted:
        raise NotFound(f"there is no host {key!r}; {hint(key, desk.hosts.scripted)}")
    return desk.hosts.scripted[key]


def _check_alone(desk: Desk) -> None:
    if not desk.alone:
        raise Conflict("several workers take exports, and each would have a script of its own: start one (--workers 1)")


def _raise_any(found: Sequence[StepFault]) -> None:
    if found:
        raise Unfit(found)


def _replies(script: Script[ReplyStep] | None) -> ZoneScript:
    steps = [
        ReplyStepShown(number, reply_words(step), used, left, step) for number, step, used, left in _counted(script)
    ]
    return ZoneScript(tuple(steps), *_sums(steps))


def _connections(script: Script[ConnectionStep] | None) -> HostScript:
    steps = [
        ConnectionStepShown(number, connection_words(step), used, left, step)
        for number, step, used, left in _counted(script)
    ]
    return HostScript(tuple(steps), *_sums(steps))


def _counted(script: Script[S] | None) -> Iterator[tuple[int, S, int, int]]:
    """Number, step, how often it was taken and is to be."""
    if script is not None:
        for number, (step, used) in enumerate(zip(script.steps, script.used, strict=True), 1):
            yield number, step, used, step.times - used


def _sums(steps: Sequence[StepShown]) -> tuple[int, int]:
    return sum(step.used for step in steps), sum(step.left for step in steps)


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk")
    return log
