"""What zones publish for harvesters: repositories, sets and their runs, as people and programs see and change them."""

from collections.abc import Iterable
from typing import Literal

import structlog
import trio
from msgspec import Struct
from msgspec.structs import asdict

from gateway.desk import zones
from gateway.desk.desk import Desk
from gateway.errors import Conflict, Unfit
from gateway.model import Enrichment, PublishingProfile, PublishingRun, Repository, RunKind
from gateway.publishing.rules import SETS_OF_ZONE, Fault, profile_faults, repository_faults


class RepositoryWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a zone is to be harvested."""

    active: bool = True
    """Whether it can be at all."""
    addresses: tuple[str, ...] = ()
    """Networks, such as `192.0.2.0/24`, that may harvest; empty = all."""
    page: int = 100
    """Records of a page, 1 to 900."""
    dialect: Literal["alma", "strict"] = "alma"
    """`alma`: the last page has no resumptionToken; `strict`: an empty one, as the protocol wants."""


class RepositoryShown(RepositoryWanted, frozen=True, kw_only=True):
    """How a zone is harvested."""

    zone: str
    path: str
    """Where, below the server's root."""
    prefixes: tuple[str, ...]
    """The forms that records are harvested in."""


class SetWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A publishing profile as it is to be."""

    query: str = ""
    """A saved search, as in records' search box, evaluated at each run; empty = all records."""
    mms_ids: tuple[str, ...] = ()
    """A list of records (an itemized set) instead of a search."""
    content: Literal["all", "physical"] = "all"
    """Of `physical` titles, those without a holding are left out."""
    enrichment: tuple[Enrichment, ...] = ()
    """Fields that are added to each record."""
    every_hours: int = 24
    """Between two runs; 0 = only when somebody says so."""
    at_once: bool = False
    """Published as soon as somebody harvests, without runs."""


class SetShown(SetWanted, frozen=True, kw_only=True):
    """A publishing profile, and what has been published by it."""

    zone: str
    key: str
    """setSpec; empty for the set that a zone has that was given none: all records, at once."""
    name: str
    """setName."""
    in_settings: bool
    """Whether it stands so in the settings; else it was made at run time, or nobody has said anything."""
    published: int
    """How many records have been, deleted ones too."""
    deleted: int
    """How many of them are deleted."""
    last_run: PublishingRun | None
    """Null where there was none yet."""
    goes_on: bool
    """Whether a run goes on just now, in this process."""


async def repository(desk: Desk, zone: str) -> RepositoryShown:
    """How a zone is harvested. Raises `NotFound`, `StoreError`."""
    await zones.one(desk.store, desk.zones, zone)
    return _repository_shown(desk, await desk.publisher.repository(zone))


async def put_repository(desk: Desk, zone: str, wanted: RepositoryWanted) -> RepositoryShown:
    """Have it be harvested so. Raises `NotFound`, `Unfit`, `StoreError`."""
    await zones.one(desk.store, desk.zones, zone)
    kept = Repository(zone=zone, **asdict(wanted))
    _raise_any(repository_faults(kept))
    await desk.publisher.keep(kept)
    _log().info("publishing.repository_kept", zone=zone, active=kept.active)
    return _repository_shown(desk, kept)


async def listed(desk: Desk, zone: str) -> tuple[SetShown, ...]:
    """A zone's sets by rising key. Raises `NotFound`, `StoreError`."""
    await zones.one(desk.store, desk.zones, zone)
    counts = await desk.store.published_counts(zone)
    return tuple([await _shown(desk, one, counts) for one in await desk.publisher.profiles(zone)])


async def one(desk: Desk, zone: str, key: str) -> SetShown:
    """A set. Raises `NotFound`, `StoreError`."""
    await zones.one(desk.store, desk.zones, zone)
    profile = await desk.publisher.profile(zone, key)
    return await _shown(desk, profile, await desk.store.published_counts(zone))


async def put(desk: Desk, zone: str, key: str, wanted: SetWanted) -> SetShown:
    """Make a set, or change it; published anew with its next run.

    Raises `NotFound`, `Unfit`, `Conflict` where the zone has as many as it can have, `StoreError`.
    """
    await zones.one(desk.store, desk.zones, zone)
    profile = PublishingProfile(zone=zone, key=key, name=key, **asdict(wanted))
    _raise_any(profile_faults(profile))
    there = {one.key for one in await desk.publisher.profiles(zone)}
    if key not in there and len(there) >= SETS_OF_ZONE:
        raise Conflict(f"zone {zone} has {len(there)} sets, the most there can be; delete one first")
    await desk.publisher.keep(profile)
    _log().info("publishing.set_kept", zone=zone, set=key)
    return await one(desk, zone, key)


async def remove(desk: Desk, zone: str, key: str) -> None:
    """Forget a set that was made at run time, with all that is published in it; one of the settings is so again.

    Raises `NotFound`, `Conflict` for one that stands in the settings, `StoreError`.
    """
    await one(desk, zone, key)
    if not await desk.publisher.remove(zone, key):
        raise Conflict(f"the set {key} of zone {zone} stands in the settings; take it out there, and start anew")
    _log().info("publishing.set_removed", zone=zone, set=key)


async def runs(desk: Desk, zone: str, key: str) -> tuple[PublishingRun, ...]:
    """Runs of a set, newest first. Raises `NotFound`, `StoreError`."""
    await one(desk, zone, key)
    return tuple(await desk.store.publishing_runs(zone, key))


async def run(desk: Desk, zone: str, key: str, kind: RunKind, *, seconds: float) -> PublishingRun:
    """Run a set, behind the run of it that may go on; it, as it is when it has ended or so many seconds are over.

    Raises `NotFound`, `Conflict` where the other goes on for longer than that, `StoreError`.
    """
    until = trio.current_time() + seconds
    await zones.one(desk.store, desk.zones, zone)
    begun = await desk.publisher.begin(zone, key, kind, until=until)
    with trio.move_on_at(until):
        await desk.publisher.ended(zone, key)
    found = await desk.store.publishing_runs(zone, key)
    return next((one for one in found if one.began_at == begun.began_at), begun)


def _repository_shown(desk: Desk, kept: Repository) -> RepositoryShown:
    zone = desk.zones.by_key.get(kept.zone)
    there = [one.key for one in desk.zones.by_key.values() if zone and one.code == zone.code]
    host = f"/hosts/{zone.host}" if zone and len(there) > 1 else ""
    path = f"{host}/view/oai/{zone.code}/request" if zone else ""
    return RepositoryShown(**asdict(kept), path=path)


async def _shown(desk: Desk, profile: PublishingProfile, counts: dict[str, tuple[int, int]]) -> SetShown:
    published, deleted = counts.get(profile.key, (0, 0))
    runs = await desk.store.publishing_runs(profile.zone, profile.key)
    return SetShown(
        **asdict(profile),
        in_settings=profile in desk.publisher.in_settings(profile.zone).profiles,
        published=published,
        deleted=deleted,
        last_run=runs[0] if runs else None,
        goes_on=desk.publisher.goes_on(profile.zone, profile.key),
    )


def _raise_any(faults: Iterable[Fault]) -> None:
    if found := [*faults]:
        raise Unfit(found)


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk")
    return log
