"""What the commands share that read or change a store: which zone is meant, and the store beside a running gateway."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

import click

from gateway.config import Settings
from gateway.config.problems import listed, nearest
from gateway.errors import NoStoreYet, Outdated, SettingsError
from gateway.model import Zone, unfiled_zone
from gateway.stores import scheme_of
from gateway.stores.base import Purpose, Store

if TYPE_CHECKING:
    from gateway.importer.zones import Zones

T = TypeVar("T")

CHANGE_SECONDS: Final = 10.0
"""How long a change waits for its turn beside a gateway that imports: many times what a group of imports takes."""


def check_zone(
    settings: Settings, zone: str | None, *, unfiled: bool = False, named: str = "--zone"
) -> Mapping[str, Zone]:
    """Raise a usage error, with a suggestion, where `zone` is given and names none that there is.

    Returns the zones by key: those of the settings, and where `zone` is none of these also those made at run time, for
    which the store is asked. Raises `StoreError` where it cannot be. With `unfiled` the reserved zones of attempts that
    reached none, `@` and a host, are names too. `named` is what the command line calls it.
    """
    reserved = [*map(unfiled_zone, settings.hosts)] if unfiled else []
    if zone is None or zone in settings.zones or zone in reserved:
        return settings.model_zones()
    zones = zones_there_are(settings)
    if zone in zones.by_key:
        return zones.by_key
    if zone in zones.made:
        why = "; ".join(f"{field} {words}" for field, words in zones.left_out[zone])
        raise click.BadParameter(f"zone {zone!r} was made at run time and is left out: {why}", param_hint=named)
    known = [*zones.by_key, *reserved]
    near = nearest(zone, known)
    hint = f"did you mean {near}?" if near else f"there are {listed(known)}" if known else "the settings have none"
    raise click.BadParameter(f"there is no zone {zone!r}; {hint}", param_hint=named)


def zones_there_are(settings: Settings) -> "Zones":
    """The zones of the settings, and those made at run time where the store can tell.

    One that is not there yet, or has the schema of an older gateway, has none; of a `memory:` store only its gateway
    knows. Raises `StoreError` for a store that cannot be read.
    """
    from gateway.rulebook import zones_of

    if scheme_of(settings.store.url) == "memory":
        return zones_of(settings)
    try:
        return read_store(settings, lambda store: zones_with(store, settings))
    except (NoStoreYet, Outdated):
        return zones_of(settings)


async def zones_with(store: Store, settings: Settings) -> "Zones":
    """The zones of the settings, and those that this store keeps."""
    from gateway.rulebook import zones_of

    zones = zones_of(settings)
    zones.take(await store.zones())
    return zones


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
