"""What the commands share that read or change a store: which zone is meant, and the store beside a running gateway."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import click

from gateway.config import Settings
from gateway.config.problems import listed, nearest
from gateway.errors import SettingsError
from gateway.model import unfiled_zone
from gateway.stores.base import Purpose, Store

T = TypeVar("T")

CHANGE_SECONDS: Final = 10.0
"""How long a change waits for its turn beside a gateway that imports: many times what a group of imports takes."""


def check_zone(settings: Settings, zone: str | None, *, unfiled: bool = False, named: str = "--zone") -> None:
    """Raise a usage error, with a suggestion, where `zone` is given and names none of the settings.

    With `unfiled` the reserved zones of attempts that reached none, `@` and a host, are names too. `named` is what the
    command line calls it.
    """
    known = list(settings.zones)
    if unfiled:
        known += map(unfiled_zone, settings.hosts)
    if zone is None or zone in known:
        return
    near = nearest(zone, known)
    hint = f"did you mean {near}?" if near else f"there are {listed(known)}" if known else "the settings have none"
    raise click.BadParameter(f"there is no zone {zone!r}; {hint}", param_hint=named)


def default_zone(settings: Settings) -> str:
    """The first institution's zone of the settings, else the first zone. Raises `SettingsError` where there is none."""
    institutions = [key for key, zone in settings.zones.items() if zone.kind == "institution"]
    for key in [*institutions, *settings.zones]:
        return key
    raise SettingsError("the settings have no zone; add [zones.NAME] (see: gateway config example)")


def read_store(settings: Settings, reading: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store of the settings to read, also beside a gateway that serves it; what `reading` returns or raises.

    Raises `StoreError` where it cannot be opened.
    """
    return _within(settings, "read", reading)


def change_store(settings: Settings, changing: Callable[[Store], Awaitable[T]]) -> T:
    """The same to change it: transactions of `changing` take turns with those of the gateway, up to `CHANGE_SECONDS`.

    Raises `StoreError` where it cannot be opened, or can be changed only by the gateway itself.
    """
    return _within(settings, "change", changing)


def _within(settings: Settings, purpose: Purpose, work: Callable[[Store], Awaitable[T]]) -> T:
    import trio

    from gateway.cli.store.places import within

    return trio.run(within, settings.store.url, purpose, work)
