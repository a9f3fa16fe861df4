"""Zones: which there are, those that are made at run time, and what becomes of these.

Those of the settings are shown and can be emptied; they are changed in the settings alone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from zlib import crc32

import structlog
from msgspec import Struct

from gateway.desk import passwords
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.fitting import Fault, faults, hint
from gateway.importer.logon import HASH_PREFIX
from gateway.importer.profile import words
from gateway.importer.report import Known
from gateway.importer.zones import Zones
from gateway.model import Zone, ZoneKind
from gateway.stores.base import Counts, KeptZone, Store

SUFFIXES: Final = 10_000
"""How many four digits there are."""
NO_COUNTS: Final = Counts()


class ZoneShown(Struct, frozen=True):
    """A zone, without its password."""

    key: str
    """Its name in the gateway."""
    host: str
    """Key of the host at which it is reached."""
    host_names: tuple[str, ...]
    """The names that real Alma has for that."""
    kind: ZoneKind
    code: str
    """Institution code, which is the logon ID."""
    network: str | None
    """Key of the network zone that an institution belongs to."""
    mms_suffix: str
    """The last four digits of its MMS IDs."""
    profiles: tuple[str, ...]
    """Keys of its integration profiles; unless there is exactly one, no record comes in."""
    made_at: datetime | None
    """When it was made at run time, UTC; null for a zone of the settings."""
    left_out: str
    """Why nobody can export to it though it was made; empty where one can."""
    records: int | None
    """How many it holds; null where that was not asked for."""
    attempts: int | None
    """How many are kept of those to it; null where that was not asked for."""


class ZoneWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A zone that is to be made."""

    key: str
    """Its name in the gateway: small letters, digits and hyphens."""
    code: str
    """Institution code, which is the logon ID: at most 191 bytes."""
    kind: ZoneKind = "institution"
    host: str | None = None
    """Key of the host at which it is to be reached; null = the first that has zones of this kind."""
    network: str | None = None
    """Key of the network zone that an institution belongs to."""
    mms_suffix: str | None = None
    """The last four digits of its MMS IDs; null = such as no other zone has."""
    profiles: tuple[str, ...] | None = None
    """Keys of its integration profiles; null = that of its kind."""
    password: str | None = None
    """The password, or its argon2id hash; null = one is made."""

    def __repr__(self) -> str:
        return f"<ZoneWanted {self.key}>"


class ZoneMade(Struct, frozen=True):
    """A zone that was made, or has another password."""

    zone: ZoneShown
    password: str | None
    """The password that was made for it: it is told now and never again. Null where one was given."""

    def __repr__(self) -> str:
        return f"<ZoneMade {self.zone.key}>"


async def listed(store: Store, zones: Zones, *, counted: bool = False) -> tuple[ZoneShown, ...]:
    """All of them: the settings' in their order, then those made at run time by key. Raises `StoreError`."""
    await zones.read()
    counts = await store.counts() if counted else None
    return tuple([_shown(zones, zone, counts) for key in zones.keys if (zone := _known(zones, key))])


async def one(store: Store, zones: Zones, key: str, *, counted: bool = False) -> ZoneShown:
    """The zone of this key. Raises `NotFound`, `StoreError`."""
    counts = await store.counts() if counted else None
    return _shown(zones, await _there(zones, key), counts)


async def in_force(zones: Zones, key: str) -> Zone:
    """A zone that can be exported to. Raises `NotFound`, and `Conflict` for one that is left out, with the reason."""
    await _there(zones, key)
    if key not in zones.by_key:
        why = "; ".join(f"{fault.field}: {fault.words}" for fault in zones.left_out.get(key, ()))
        raise Conflict(f"zone {key} is not in force: {why}")
    return zones.by_key[key]


async def make(store: Store, zones: Zones, wanted: ZoneWanted) -> ZoneMade:
    """Make a zone, to which one can export as soon as this returns.

    What the store holds already under this key is the zone's. Raises `Unfit` with what is wrong in which field,
    `StoreError`.
    """
    _check(_complete(zones, wanted), zones, wanted.password)
    password = passwords.made() if wanted.password is None else wanted.password
    secret = await passwords.hashed(password, zones.hashing)
    async with zones.changing:
        await zones.read()
        zone = _complete(zones, wanted)
        _check(zone, zones, wanted.password)
        await store.keep_zone(KeptZone(zone, secret, datetime.now(UTC)))
        await zones.read()
    _log().info("zones.made", zone=zone.key, host=zone.host, code=zone.code)
    return ZoneMade(_shown(zones, zone, None), password if wanted.password is None else None)


async def new_password(store: Store, zones: Zones, key: str, password: str | None = None) -> ZoneMade:
    """Give a zone made at run time another password: this one, or its hash, or one that is made.

    Raises `NotFound`, `Conflict` for a zone of the settings, `Unfit` for a password that cannot be, `StoreError`.
    """
    given = passwords.made() if password is None else password
    _raise_any([Fault("password", wrong)] if (wrong := passwords.fault(given)) else [])
    secret = await passwords.hashed(given, zones.hashing)
    async with zones.changing:
        kept = await _made(zones, key, "its password")
        await store.keep_zone(kept._replace(secret=secret))
        await zones.read()
    _log().info("zones.password_changed", zone=key)
    return ZoneMade(_shown(zones, kept.zone, None), given if password is None else None)


async def reset(store: Store, zones: Zones, key: str) -> None:
    """Forget all that the zone holds, records and attempts, and was told for a test: its next MMS ID is its first.

    So can a zone of the settings be emptied. Raises `NotFound`, `StoreError`.
    """
    await store.reset((await _there(zones, key)).key)
    zones.scripts.forget(key)
    _log().info("zones.reset", zone=key)


async def delete(store: Store, zones: Zones, key: str) -> None:
    """Forget a zone made at run time and all that it holds; the next logon to it is refused.

    Other gateways on the same store refuse it within `importer.zones.READ_SECONDS`. Raises `NotFound`, `Conflict` for a
    zone of the settings and for a network zone to which others belong, `StoreError`.
    """
    async with zones.changing:
        await _made(zones, key, "it")
        members = sorted(kept.zone.key for kept in zones.made.values() if kept.zone.network == key)
        if members and key not in zones.left_out:
            raise Conflict(f"zone {key} is the network zone of {', '.join(members)}; delete these first")
        await store.remove_zone(key)
        await zones.read()
    _log().info("zones.deleted", zone=key)


def profile_words(zones: Zones, key: str, known: Known) -> dict[str, str] | None:
    """Alma's labels and values of the zone's integration profile; None where it has not exactly one.

    Raises `NotFound`.
    """
    zone = _known(zones, key)
    if zone is None:
        raise absent(zones, key)
    profiles = [known.profiles[name] for name in zone.profiles if name in known.profiles]
    return words(profiles[0], known.merge_methods) if len(zone.profiles) == len(profiles) == 1 else None


def clear_password(zones: Zones, zone: Zone) -> str | None:
    """The password of a zone of which the settings hold it in clear, for those who may see what is typed; else None."""
    account = zones.accounts.get((zone.host, zone.code))
    return None if account is None or account.secret.startswith(HASH_PREFIX) else account.secret


def free_suffix(zones: Zones, code: str) -> str:
    """Four digits that end no other zone's MMS IDs; for a code the same, unless another has them. Raises `Unfit`."""
    taken = {zone.mms_suffix for zone in (*zones.by_key.values(), *(kept.zone for kept in zones.made.values()))}
    first = crc32(code.encode())
    for step in range(SUFFIXES):
        suffix = f"{(first + step) % SUFFIXES:04}"
        if suffix not in taken:
            return suffix
    raise Unfit([("mms_suffix", "is to be given: other zones have all four digits there are")])


def hosts_with(zones: Zones, kind: ZoneKind, *, otherwise: str | None = None) -> list[str]:
    """Keys of the hosts that have zones of this kind in the settings; where none has, `otherwise`, or all there are.

    Raises `Unfit` where there is none at all.
    """
    found = [zone.host for key, zone in zones.by_key.items() if zone.kind == kind and key not in zones.made]
    hosts = found or ([otherwise] if otherwise else list(zones.hosts))
    if not hosts:
        raise Unfit([("host", "the settings have none; add [hosts.NAME]")])
    return hosts


def _complete(zones: Zones, wanted: ZoneWanted) -> Zone:
    """With what is usual where nothing is said."""
    host = hosts_with(zones, wanted.kind)[0] if wanted.host is None else wanted.host
    return Zone(
        key=wanted.key,
        host=host,
        kind=wanted.kind,
        code=wanted.code,
        mms_suffix=free_suffix(zones, wanted.code) if wanted.mms_suffix is None else wanted.mms_suffix,
        network=wanted.network,
        profiles=zones.usual.get(wanted.kind, ()) if wanted.profiles is None else wanted.profiles,
    )


def _check(zone: Zone, zones: Zones, password: str | None) -> None:
    """Raise `Unfit` where the zone does not fit in with the others, or its password is none."""
    found = faults(zone, zones.among)
    if zone.key in zones.by_key or zone.key in zones.made:
        found.insert(0, Fault("key", f"there is a zone {zone.key} already"))
    wrong = "" if password is None else passwords.fault(password)
    _raise_any([*found, *([Fault("password", wrong)] if wrong else [])])


def _raise_any(found: Sequence[Fault]) -> None:
    if found:
        raise Unfit(found)


async def _there(zones: Zones, key: str) -> Zone:
    """The zone of this key, be it made by another gateway a moment ago."""
    if _known(zones, key) is None:
        await zones.read()
    zone = _known(zones, key)
    if zone is None:
        raise absent(zones, key)
    return zone


def _known(zones: Zones, key: str) -> Zone | None:
    """The zone of this key, in force or left out."""
    return zones.by_key.get(key) or (zones.made[key].zone if key in zones.made else None)


async def _made(zones: Zones, key: str, what: str) -> KeptZone:
    """What is kept of a zone made at run time, as it is now; `what` of it is to be changed."""
    await zones.read()
    if key in zones.made:
        return zones.made[key]
    if key in zones.by_key:
        raise Conflict(
            f"zone {key} stands in the settings; change {what} there (zones.{key}), and start the gateway anew"
        )
    raise absent(zones, key)


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk")
    return log


def absent(zones: Zones, key: str) -> NotFound:
    """What to raise where there is no such zone."""
    return NotFound(f"there is no zone {key!r}; {hint(key, zones.by_key)}")


def _shown(zones: Zones, zone: Zone, counts: Mapping[str, Counts] | None) -> ZoneShown:
    kept = zones.made.get(zone.key)
    host = zones.hosts.get(zone.host)
    left_out = zones.left_out.get(zone.key, ()) if kept else ()
    held = None if counts is None else counts.get(zone.key, NO_COUNTS)
    return ZoneShown(
        key=zone.key,
        host=zone.host,
        host_names=host.names if host else (),
        kind=zone.kind,
        code=zone.code,
        network=zone.network,
        mms_suffix=zone.mms_suffix,
        profiles=zone.profiles,
        made_at=kept.at if kept else None,
        left_out="; ".join(f"{fault.field}: {fault.words}" for fault in left_out),
        records=held and held.records,
        attempts=held and held.attempts,
    )
