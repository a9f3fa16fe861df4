"""What a zone publishes, as the settings and whoever changed it at run time say."""

from collections.abc import Mapping
from typing import Final

import trio
from msgspec import Struct

from gateway.model import PublishingProfile, Repository
from gateway.stores.base import Store

ALL: Final = ""
"""Key of the set that a zone has that was given none: all of its records, without a setSpec."""
KEPT_SECONDS: Final = 1.0
"""For which it is not asked again what others have made: a harvester asks hundreds of times a second."""


class ZonePublishing(Struct, frozen=True, kw_only=True):
    """What the settings say of a zone."""

    repository: Repository | None = None
    """None where they say nothing."""
    profiles: tuple[PublishingProfile, ...] = ()


class _Kept(Struct, frozen=True):
    """What was read of a zone."""

    repository: Repository
    profiles: list[PublishingProfile]
    until: float


class Profiles:
    """Of all zones, read anew when they have been kept for a while."""

    def __init__(self, store: Store, settings: Mapping[str, ZonePublishing]) -> None:
        """`settings`: by zone."""
        self._store = store
        self._settings = settings
        self._kept: dict[str, _Kept] = {}

    async def repository(self, zone: str) -> Repository:
        """As was said at run time, else in the settings, else active and open to everybody."""
        return (await self._of(zone)).repository

    async def of(self, zone: str) -> list[PublishingProfile]:
        """By rising key; where there are none, the one whose key is `ALL`."""
        return (await self._of(zone)).profiles

    def in_settings(self, zone: str) -> ZonePublishing:
        """What the settings say of it."""
        return self._settings.get(zone, ZonePublishing())

    async def zones(self) -> list[str]:
        """Keys of the zones of the settings, and of those that were made since."""
        made = [one.zone.key for one in await self._store.zones()]
        return [*self._settings, *[key for key in made if key not in self._settings]]

    def forget(self, zone: str) -> None:
        """It has changed: read it anew."""
        self._kept.pop(zone, None)

    async def _of(self, zone: str) -> _Kept:
        kept = self._kept.get(zone)
        if kept is None or kept.until < trio.current_time():
            said = self.in_settings(zone)
            repository = await self._store.repository(zone) or said.repository or Repository(zone=zone)
            made = await self._store.publishing_profiles(zone)
            profiles = {one.key: one for one in (*said.profiles, *made)}
            in_force = [profiles[key] for key in sorted(profiles)] or [everything(zone)]
            kept = self._kept[zone] = _Kept(repository, in_force, trio.current_time() + KEPT_SECONDS)
        return kept


def everything(zone: str) -> PublishingProfile:
    """What a zone publishes of which nobody has said anything: all records, at once."""
    return PublishingProfile(zone=zone, key=ALL, name=ALL, every_hours=0, at_once=True)
