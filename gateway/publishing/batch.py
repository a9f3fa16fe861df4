"""Some records of a set, published: how they look now is held against how they looked last."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import structlog
import trio

from gateway.marc.iso2709 import Damaged
from gateway.model import Inventory, PublishingProfile
from gateway.publishing.forms import digest, form
from gateway.publishing.members import members
from gateway.stores.base import Published, Store, Unpublished

BATCH: Final = 100
"""Records at once: some 20 ms in a thread, and one write to the store. As many as a usual page has."""

TIMES_ANEW: Final = 3
"""Most times that a write is given another time: one that lasts for seconds each time is no better for a fourth."""


class Means(NamedTuple):
    """What it takes to publish."""

    store: Store
    lock: Callable[[str], trio.Lock]
    """A zone's, held for some records at a time: they are read and published by one alone."""
    now: Callable[[], datetime]
    """The time, UTC."""


class Told(NamedTuple):
    """How many records became what."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0


class _Laid(NamedTuple):
    """What is to be kept, still without its time, and of what kind it is."""

    rows: list[Published]
    told: Told


async def publish(
    means: Means,
    profile: PublishingProfile,
    mms_ids: Sequence[str],
    earlier: Mapping[str, Published],
    *,
    again: bool = False,
    done: Collection[Unpublished] = (),
    seen: Collection[Unpublished] = (),
) -> Told:
    """Publish these records, some hundred, as they are now; those that are not of the set any more are deleted there.

    `earlier`: how they were published last. `again`: those that have not changed, too. `done`, `seen`: the store's.
    The caller holds the zone's lock. Raises `BadQuery`, `StoreError`.
    """
    there = await means.store.inventory(profile.zone, mms_ids)
    of_set = await members(means.store, profile, there)
    laid = await trio.to_thread.run_sync(partial(_laid_out, profile, mms_ids, of_set, earlier, again=again))
    if laid.rows or done:
        rows = _at(_second(means), laid.rows)
        await means.store.publish(profile.zone, profile.key, rows, done, seen=seen)
        await _keep_pace(means, profile, rows)
    return laid.told


async def _keep_pace(means: Means, profile: PublishingProfile, rows: list[Published]) -> None:
    """Give what was written a later time, where its second was over before it could be seen.

    Who asked since that second by time did not see it, and next asks for what is newer.
    """
    for _ in range(TIMES_ANEW):
        now = _second(means)
        if not rows or rows[0].at >= now:
            return
        kept = await means.store.published_as(profile.zone, profile.key, [row.mms_id for row in rows])
        rows = _at(now, [row for row in rows if kept.get(row.mms_id) == row])
        await means.store.publish(profile.zone, profile.key, rows)


def _second(means: Means) -> int:
    return int(means.now().timestamp())


def _at(at: int, rows: Sequence[Published]) -> list[Published]:
    return [row._replace(at=at) for row in rows]


def _laid_out(
    profile: PublishingProfile,
    mms_ids: Sequence[str],
    of_set: Mapping[str, Inventory],
    earlier: Mapping[str, Published],
    *,
    again: bool,
) -> _Laid:
    rows: list[Published] = []
    new = changed = deleted = unchanged = 0
    for mms_id in mms_ids:
        before = earlier.get(mms_id)
        was_there = before is not None and not before.deleted
        made = _form(profile, of_set[mms_id]) if mms_id in of_set else b""
        mark = digest(made) if made else b""
        if not made and not was_there:
            continue
        if before is not None and was_there and before.digest == mark:
            unchanged += 1
            if again:
                rows.append(Published(mms_id, 0, mark, made))
            continue
        rows.append(Published(mms_id, 0, mark, made))
        new, changed, deleted = new + (not was_there), changed + (was_there and bool(made)), deleted + (not made)
    return _Laid(rows, Told(new, changed, deleted, unchanged))


def _form(profile: PublishingProfile, of: Inventory) -> bytes:
    """Empty for a record that no form can be made of: it is not published."""
    try:
        return form(of, profile.enrichment)
    except Damaged as error:
        structlog.get_logger("gateway.publishing").warning(
            "publishing.record_damaged", zone=profile.zone, mms_id=of.record.mms_id, error=str(error)
        )
        return b""
