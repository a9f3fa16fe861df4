"""Some records of a set, published: how they look now is held against how they looked last."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
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


class Came(NamedTuple):
    """What has come of records that were to be published."""

    told: Told
    late: Collection[str]
    """MMS IDs of those of which nothing was: they had changed meanwhile, or another has published them."""


class _Laid(NamedTuple):
    """What is to be kept, still without its time."""

    rows: list[Published]
    became: dict[str, str]
    """By MMS ID what each record becomes by it, a field of `Told`."""


async def publish(
    means: Means,
    profile: PublishingProfile,
    mms_ids: Sequence[str],
    earlier: Mapping[str, Published],
    *,
    again: bool = False,
    done: Collection[Unpublished] = (),
    seen: Collection[Unpublished] = (),
) -> Came:
    """Publish these records, some hundred, as they are now; those that are not of the set any more are deleted there.

    `earlier`: how they were published last. `again`: those that have not changed, too. `done`, `seen`: the store's.
    The caller holds the zone's lock; other processes do not ask for it, and are not published over. Raises `BadQuery`,
    `StoreError`.
    """
    there = await means.store.inventory(profile.zone, mms_ids)
    of_set = await members(means.store, profile, there)
    laid = await trio.to_thread.run_sync(partial(_laid_out, profile, mms_ids, of_set, earlier, again=again))
    late: Collection[str] = ()
    if laid.rows or done:
        rows = _at(_second(means), laid.rows)
        late = await means.store.publish(profile.zone, profile.key, rows, done, seen=seen, read=there)
        await _keep_pace(means, profile, [row for row in rows if row.mms_id not in late], there)
    told = Told(**Counter(kind for mms_id, kind in laid.became.items() if mms_id not in late))
    return Came(told, late)


async def _keep_pace(
    means: Means, profile: PublishingProfile, rows: list[Published], read: Mapping[str, Inventory]
) -> None:
    """Give what was written a later time, where its second was over before it could be seen.

    Who asked since that second by time did not see it, and next asks for what is newer. Where writes last for seconds,
    it is given one that is still to come, each time further off: it may be harvested twice, and is not lost.
    """
    for ahead in (2**time - 1 for time in count()):
        now = _second(means)
        if not rows or rows[0].at >= now:
            return
        kept = await means.store.published_as(profile.zone, profile.key, [row.mms_id for row in rows])
        rows = _at(now + ahead, [row for row in rows if kept.get(row.mms_id) == row])
        late = await means.store.publish(profile.zone, profile.key, rows, read=read)
        rows = [row for row in rows if row.mms_id not in late]


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
    laid = _Laid([], {})
    for mms_id in mms_ids:
        before = earlier.get(mms_id)
        was_there = before is not None and not before.deleted
        made = _form(profile, of_set[mms_id]) if mms_id in of_set else b""
        mark = digest(made) if made else b""
        if not made and not was_there:
            continue
        same = before is not None and was_there and before.digest == mark
        laid.became[mms_id] = "unchanged" if same else "deleted" if not made else "changed" if was_there else "new"
        if again or not same:
            laid.rows.append(Published(mms_id, 0, mark, made))
    return laid


def _form(profile: PublishingProfile, of: Inventory) -> bytes:
    """Empty for a record that no form can be made of: it is not published."""
    try:
        return form(of, profile.enrichment)
    except Damaged as error:
        structlog.get_logger("gateway.publishing").warning(
            "publishing.record_damaged", zone=profile.zone, mms_id=of.record.mms_id, error=str(error)
        )
        return b""
