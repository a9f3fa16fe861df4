"""Sets that are published as soon as somebody harvests: no further than the page that is asked for reaches.

What was not published yet the store knows (`unpublished`). It knows it for all such sets of a zone together, so these
are always published together.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from gateway.errors import StoreError
from gateway.model import PublishingProfile
from gateway.publishing.batch import BATCH, Means, publish
from gateway.stores.base import Published, Unpublished

Read = Callable[[], Awaitable[list[Published]]]
"""Reads a page of what is published."""

NOBODY: Final = ""
"""Who makes unpublished what the next to publish is to look at."""
OTHER_PROFILES: Final = (
    "gateways that share the store publish other sets of zone {zone} at once than each other; "
    "give them the same settings"
)


class OtherProfiles(StoreError):
    """Other profiles are published at once by now, and what waits is theirs: to be asked again by those."""


class _Done(NamedTuple):
    """A place behind which nothing waited."""

    by: str
    """For which profiles."""
    mark: Hashable
    """The store's, of a moment before it was looked at."""
    after: str


class AtOnce:
    """Of all zones."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._publishing: dict[str, str] = {}
        """By zone, for which profiles the store keeps what is unpublished."""
        self._done: dict[str, _Done] = {}
        """By zone. A mark costs a store less than to look what waits, which mostly is nothing."""

    async def page(
        self, zone: str, profiles: Sequence[PublishingProfile], read: Read, *, after: str, until: int | None, limit: int
    ) -> list[Published]:
        """A page, after everything has been published that belongs on it; `profiles` are all of this kind.

        Not while `until` is over: what is published now is newer. Raises `OtherProfiles`, as `publish_one`.
        """
        if self._is_over(until):
            return await read()
        by = await self._take_over(zone, profiles)
        mark = await self._store.mark()
        done = self._done.get(zone)
        if done and done.by == by and done.mark == mark and done.after <= after:
            return await read()
        while True:
            waiting = await self._store.unpublished(zone, after=after, limit=BATCH)
            page = await read()  # behind the other: what somebody else publishes meanwhile is on one of them
            end = page[-1].mms_id if len(page) == limit else None
            if not waiting:
                self._done[zone] = _Done(by, mark, after)
            if not _due(waiting, end) or self._is_over(until):
                return page
            after = await self._publish(zone, by, profiles, after, end)

    def _is_over(self, until: int | None) -> bool:
        return until is not None and until < int(self._means.now().timestamp())

    @asynccontextmanager
    async def anew(self, zone: str) -> AsyncIterator[None]:
        """Within it something that is published is forgotten; of the zone all is unpublished then, whoever comes."""
        async with self._means.lock(zone):
            await self._store.unpublish(zone, NOBODY)
            self._publishing.pop(zone, None)
            self._done.pop(zone, None)
            yield

    async def publish_one(self, zone: str, profiles: Sequence[PublishingProfile], mms_id: str) -> None:
        """Publish this record, if it waits."""
        by = await self._take_over(zone, profiles)
        await self._publish(zone, by, profiles, just_before(mms_id), mms_id)

    async def _publish(
        self, zone: str, by: str, profiles: Sequence[PublishingProfile], after: str, end: str | None
    ) -> str:
        """Publish the first of what waits behind `after`, up to `end`; how far that was."""
        async with self._means.lock(zone):
            due = _due(await self._store.unpublished(zone, after=after, limit=BATCH), end)
            if await self._store.unpublished_by(zone) != by:  # behind the other: of what waits since, nothing is done
                self._publishing.pop(zone, None)
                raise OtherProfiles(OTHER_PROFILES.format(zone=zone))
            reached = due[-1].mms_id if due else after
            for profile in profiles if due else ():
                mms_ids = [one.mms_id for one in due]
                earlier = await self._store.published_as(zone, profile.key, mms_ids)
                is_last = profile is profiles[-1]
                came = await publish(
                    self._means,
                    profile,
                    mms_ids,
                    earlier,
                    done=due if is_last else (),
                    seen=() if is_last else due,
                )
                due = [one for one in due if one.mms_id not in came.late]  # what is late still waits, for all sets
        return reached

    async def _take_over(self, zone: str, profiles: Sequence[PublishingProfile]) -> str:
        """See to it that what is unpublished is what these have not published: all of it, where others were before.

        Returns what they are called in the store.
        """
        by = blake2b(msgspec.json.encode(profiles), digest_size=16).hexdigest()
        if self._publishing.get(zone) != by:
            async with self._means.lock(zone):  # or what others publish meanwhile would be done for these
                await self._store.unpublish(zone, by)
                self._publishing[zone] = by
        return by


def just_before(mms_id: str) -> str:
    """Behind all MMS IDs that come before this one."""
    return mms_id[:-1] + chr(ord(mms_id[-1]) - 1) + "\N{CANCEL TAG}" if mms_id else ""


def _due(waiting: Sequence[Unpublished], end: str | None) -> list[Unpublished]:
    return [one for one in waiting if end is None or one.mms_id <= end]
