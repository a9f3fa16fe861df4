"""What a zone publishes, for those who ask: profiles, runs, and pages of records."""

import math
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import structlog
import trio

from gateway.errors import Conflict, GatewayError, NotFound
from gateway.model import PublishingProfile, PublishingRun, Repository, RunKind
from gateway.publishing.at_once import AtOnce, OtherProfiles
from gateway.publishing.batch import Means
from gateway.publishing.profiles import ALL, Profiles, ZonePublishing
from gateway.publishing.runs import Runs
from gateway.publishing.schedule import LOOK_SECONDS, STAGGER_SECONDS, Seen, is_due
from gateway.stores.base import Published, Store

TRIES: Final = 5
"""Times that a page is begun anew where its profiles change: people change them one by one."""

T = TypeVar("T")


class Publisher:
    """One a process. Several on one store share the work."""

    def __init__(
        self,
        store: Store,
        settings: Mapping[str, ZonePublishing],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`settings`: by zone, of all zones of the settings. `now`: the time, UTC."""
        locks: defaultdict[str, trio.Lock] = defaultdict(trio.Lock)
        means = Means(store, locks.__getitem__, now)
        self._store = store
        self._now = now
        self._profiles = Profiles(store, settings)
        self._at_once = AtOnce(means)
        self._runs = Runs(means)
        self._change = trio.Event()
        self._seen: Seen = {}
        self._nursery: trio.Nursery | None = None
        """Of runs that somebody began, while `keep_running` is under way."""

    async def repository(self, zone: str) -> Repository:
        """How the zone is harvested: as was said at run time, else in the settings, else everybody may."""
        return await self._profiles.repository(zone)

    async def profiles(self, zone: str) -> list[PublishingProfile]:
        """Its sets by rising key; where there are none the one that every zone has, of which the key is empty.

        One that was made at run time stands before one of the settings with the same key. What another process has
        changed is seen within `profiles.KEPT_SECONDS`.
        """
        return await self._profiles.of(zone)

    async def profile(self, zone: str, key: str) -> PublishingProfile:
        """One of them. Raises `NotFound`."""
        profiles = {one.key: one for one in await self.profiles(zone)}
        if key not in profiles:
            there = ", ".join(filter(None, profiles))
            raise NotFound(f"zone {zone} publishes no set {key!r}; " + (f"it has {there}" if there else "it has none"))
        return profiles[key]

    def in_settings(self, zone: str) -> ZonePublishing:
        """What the settings alone say of a zone."""
        return self._profiles.in_settings(zone)

    async def page(
        self,
        zone: str,
        sets: Sequence[str],
        *,
        after: str = "",
        since: int | None = None,
        until: int | None = None,
        limit: int = 100,
    ) -> list[Published]:
        """The store's `published`; sets that are published at once are brought up to date as far as it reaches.

        Not for an `until` that is over: what is published now is newer, and comes with a later page of time.
        """

        async def read() -> list[Published]:
            return await self._store.published(zone, sets, after=after, since=since, until=until, limit=limit)

        async def publish(lazy: Sequence[PublishingProfile]) -> list[Published]:
            return await self._at_once.page(zone, lazy, read, after=after, until=until, limit=limit)

        found = await self._by_those_in_force(zone, sets, publish)
        return await read() if found is None else found

    async def one(self, zone: str, mms_id: str, sets: Sequence[str]) -> Published | None:
        """A record as `page` has it in these sets; None where it never was there."""

        async def publish(lazy: Sequence[PublishingProfile]) -> None:
            await self._at_once.publish_one(zone, lazy, mms_id)

        await self._by_those_in_force(zone, sets, publish)
        found = [await self._store.published_as(zone, set_, [mms_id]) for set_ in sets]
        there = [one[mms_id] for one in found if mms_id in one]
        if not there:
            return None
        shown = next((one for one in there if not one.deleted), there[0])
        return shown._replace(at=max(one.at for one in there))

    async def _by_those_in_force(
        self, zone: str, sets: Sequence[str], publish: Callable[[Sequence[PublishingProfile]], Awaitable[T]]
    ) -> T | None:
        """What that gives by the profiles that are published at once; None where none of these sets is one of them.

        They may change meanwhile, here or in another process.
        """
        for left in reversed(range(TRIES)):
            lazy = [one for one in await self.profiles(zone) if one.at_once]
            if not any(one.key in sets for one in lazy):
                break
            try:
                return await publish(lazy)
            except OtherProfiles:
                self._profiles.forget(zone)
                if not left:
                    raise
        return None

    async def sets_of(self, zone: str, mms_ids: Sequence[str]) -> dict[str, list[str]]:
        """By MMS ID the setSpecs, rising, of the zone's sets in which a record is published; without others."""
        known = {one.key for one in await self.profiles(zone)} - {ALL}
        if not known:
            return {}
        found = await self._store.published_in(zone, mms_ids)
        return {mms_id: there for mms_id, sets in found.items() if (there := [one for one in sets if one in known])}

    async def earliest(self, zone: str) -> int:
        """The time of what was published first: seconds since 1970, UTC. Now, where nothing was."""
        found = await self._store.earliest_published(zone)
        return int(self._now().timestamp()) if found is None else found

    async def run(self, zone: str, key: str, kind: RunKind) -> PublishingRun:
        """Publish a set now, to its end; its `fault` tells why it did not come so far.

        Raises `NotFound`, `Conflict` where a run of it goes on, `StoreError` where that could not be noted.
        """
        return await self._runs.run(await self.profile(zone, key), kind)

    async def begin(self, zone: str, key: str, kind: RunKind, *, until: float = -math.inf) -> PublishingRun:
        """Publish a set, and go on meanwhile; where `keep_running` is. The run as it begins.

        It begins when that which may be under way here has ended, if it has by `until` (trio's clock): one that began
        earlier may lack what has changed since. Raises as `run`.
        """
        profile = await self.profile(zone, key)
        while True:
            with trio.move_on_at(until):
                await self._runs.ended(zone, key)
            if self._nursery is None:
                raise Conflict("the gateway does not publish just now: it is starting, or ends; try again")
            try:
                run: PublishingRun = await self._nursery.start(self._runs.run, profile, kind)
            except Conflict:  # somebody else was sooner
                if trio.current_time() >= until:
                    raise
            else:
                return run

    async def ended(self, zone: str, key: str) -> None:
        """Wait for the end of the run of a set that is under way in this process, if one is."""
        await self._runs.ended(zone, key)

    def goes_on(self, zone: str, key: str) -> bool:
        """Whether a run of the set is under way in this process."""
        return self._runs.goes_on(zone, key)

    async def keep(self, kept: PublishingProfile | Repository) -> None:
        """Have it be so from now on; a set that was not published yet is, soon. Raises `StoreError`."""
        if isinstance(kept, Repository):
            await self._store.keep_repository(kept)
        else:
            await self._store.keep_publishing_profile(kept)
        self._changed(kept.zone)

    async def remove(self, zone: str, key: str) -> bool:
        """Forget a profile that was made at run time with all that is published by it; whether there was one.

        Raises `StoreError`.
        """
        await self._runs.stop(zone, key)
        async with self._at_once.anew(zone):
            there = await self._store.remove_publishing_profile(zone, key)
        self._changed(zone)
        return there

    async def keep_running(self) -> None:
        """Run each set when it is due, one after another, until cancelled. Lives through a store that fails."""
        try:
            async with trio.open_nursery() as self._nursery:
                await trio.sleep(random.uniform(0, STAGGER_SECONDS))  # noqa: S311 (no secret)
                while True:
                    self._change = trio.Event()
                    try:
                        await self._run_due()
                    except GatewayError as error:
                        structlog.get_logger("gateway.publishing").warning("publishing.not_run", error=str(error))
                    with trio.move_on_after(LOOK_SECONDS):
                        await self._change.wait()
        finally:
            self._nursery = None

    async def _run_due(self) -> None:
        for zone in await self._profiles.zones():
            for profile in await self.profiles(zone):
                if self.goes_on(zone, profile.key) or not profile.every_hours or profile.at_once:
                    continue
                runs = await self._store.publishing_runs(zone, profile.key)
                if is_due(profile, runs[0] if runs else None, self._seen, self._now()):
                    await self._runs.run(profile, "run")

    def _changed(self, zone: str) -> None:
        self._profiles.forget(zone)
        self._change.set()
