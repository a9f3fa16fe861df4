"""What zones publish, of one store into another: repositories, profiles, runs, and records as they were published.

What is unpublished is not copied: of the target all records are, which were written there, and all that were removed.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from gateway.model import PublishingProfile, PublishingRun, Repository
from gateway.stores.base import Published, Store
from gateway.stores.moving.copied import Both, Differs

PUBLISHED_AT_ONCE: Final = 200
"""Records of one transaction: some 600 kB."""

N = TypeVar("N", Repository, PublishingProfile, PublishingRun)


async def copy_published(both: Both) -> None:
    """Zone by zone: what was made at run time, then set by set."""
    wanted = await both.source.publishing_zones()
    for zone in await both.target.publishing_zones():
        if zone not in wanted:
            raise Differs(f"zone {zone!r} of the target publishes something, the source's does not")
    for zone in wanted:
        await _repository(both, zone)
        await _profiles(both, zone)
        sets = sorted(await both.source.published_counts(zone))
        for set_ in await both.target.published_counts(zone):
            if set_ not in sets:
                raise Differs(f"zone {zone!r} of the target has a set {set_!r}, the source's has none")
        for set_ in sets:
            await _published(both, zone, set_)
            await _runs(both, zone, set_)


async def _repository(both: Both, zone: str) -> None:
    async def of(store: Store) -> dict[str, Repository]:
        repository = await store.repository(zone)
        return {"": repository} if repository else {}

    what = f"the repository of zone {zone!r}"
    for repository in _missing(await of(both.source), await of(both.target), what):
        if both.lacking(what):
            await both.target.keep_repository(repository)


async def _profiles(both: Both, zone: str) -> None:
    async def of(store: Store) -> dict[str, PublishingProfile]:
        return {one.key: one for one in await store.publishing_profiles(zone)}

    what = f"a publishing profile of zone {zone!r}"
    for profile in _missing(await of(both.source), await of(both.target), what):
        if both.lacking(what):
            await both.target.keep_publishing_profile(profile)


async def _runs(both: Both, zone: str, set_: str) -> None:
    async def of(store: Store) -> dict[str, PublishingRun]:
        return {one.began_at.isoformat(): one for one in await store.publishing_runs(zone, set_)}

    what = f"a run of the set {set_!r} of zone {zone!r}"
    for run in _missing(await of(both.source), await of(both.target), what):
        if both.lacking(what):
            await both.target.keep_publishing_run(zone, set_, run)


def _missing(wanted: Mapping[str, N], present: Mapping[str, N], what: str) -> list[N]:
    """Those that the target lacks. Raises `Differs` where it has another."""
    for key, noun in present.items():
        if noun != wanted.get(key):
            raise Differs(f"{what} is not as the source has it")
    return [noun for key, noun in wanted.items() if key not in present]


async def _published(both: Both, zone: str, set_: str) -> None:
    after = ""
    while page := await both.source.published(zone, [set_], after=after, limit=PUBLISHED_AT_ONCE):
        present = await both.target.published(zone, [set_], after=after, limit=len(page))
        for ours, theirs in zip(page, present, strict=False):
            if ours != theirs:
                raise Differs(f"the record {theirs.mms_id} in {_named(zone, set_)} is not as the source has it")
        await _write(both, zone, set_, page[len(present) :])
        after = page[-1].mms_id
    for more in await both.target.published(zone, [set_], after=after, limit=1):
        raise Differs(f"the target has a record {more.mms_id} in {_named(zone, set_)}, the source has none")


async def _write(both: Both, zone: str, set_: str, rows: Sequence[Published]) -> None:
    if rows and (copied := both.lacking(f"the record {rows[0].mms_id} in {_named(zone, set_)}")):
        await both.target.publish(zone, set_, rows)
        copied.published += len(rows)


def _named(zone: str, set_: str) -> str:
    return f"the set {set_!r} of zone {zone!r}"
