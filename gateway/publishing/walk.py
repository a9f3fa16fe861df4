"""All of a set, published record by record along their MMS IDs: of the zone's records or of the profile's list, and of
what was published before and may be gone. Holds no more than some hundred records, however many there are.
"""

from collections.abc import AsyncGenerator
from operator import add
from typing import Final, NamedTuple

import structlog

from gateway.model import PublishingProfile
from gateway.publishing.batch import BATCH, Means, Told, publish
from gateway.stores.base import Published, Store

START: Final = ""
"""Before all MMS IDs."""
TRIES: Final = 10
"""Times that a record which has changed while it was published is looked at again, some 25 ms each. One that changes
all the time is left as it is, to the next run, or to who harvests what is published at once."""


class _Stretch(NamedTuple):
    """MMS IDs beside each other."""

    mms_ids: list[str]
    earlier: dict[str, Published]
    """How they were published last."""
    end: str | None
    """The last MMS ID that was looked at; None where it was all up to the end."""


async def walk(means: Means, profile: PublishingProfile, *, again: bool) -> AsyncGenerator[Told, None]:
    """What each stretch came to, when it is published. Raises `BadQuery`, `StoreError`."""
    after: str | None = START
    while after is not None:
        async with means.lock(profile.zone):
            stretch = await _stretch(means.store, profile, after)
            told = await _published(means, profile, stretch, again=again)
        yield told
        after = stretch.end


async def _published(means: Means, profile: PublishingProfile, stretch: _Stretch, *, again: bool) -> Told:
    """What it came to; a record that changes meanwhile is published as it is then."""
    told, late = await publish(means, profile, stretch.mms_ids, stretch.earlier, again=again)
    for _ in range(TRIES):
        if not late:
            return told
        earlier = await means.store.published_as(profile.zone, profile.key, late)
        more, late = await publish(means, profile, sorted(late), earlier, again=again)
        told = Told(*map(add, told, more))
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.publishing")
    log.warning("publishing.records_left", zone=profile.zone, set=profile.key, mms_ids=sorted(late))
    return told


async def _stretch(store: Store, profile: PublishingProfile, after: str) -> _Stretch:
    there = await _there(store, profile, after)
    published = await store.published(profile.zone, [profile.key], after=after, limit=BATCH)
    earlier = {row.mms_id: row for row in published}
    ends = [one[-1] for one in (there, [*earlier]) if len(one) == BATCH]
    end = min(ends, default=None)
    mms_ids = {*there, *[row.mms_id for row in published if not row.deleted]}
    return _Stretch(sorted(mms_id for mms_id in mms_ids if end is None or mms_id <= end), earlier, end)


async def _there(store: Store, profile: PublishingProfile, after: str) -> list[str]:
    """MMS IDs, rising, of records that may be of the set: the first of those behind `after`."""
    if profile.mms_ids:
        return sorted({mms_id for mms_id in profile.mms_ids if mms_id > after})[:BATCH]
    return [record.mms_id for record in await store.records(profile.zone, after=after, limit=BATCH)]
