"""How a scene is set in a zone: what earlier lessons left there goes, the lesson's records come, all else stays.

Lessons of one zone take turns: a zone of the reader's own keeps readers apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from gateway.desk.lessons.lesson import RESERVED, Lesson, Place, Stored, parsed
from gateway.errors import Conflict
from gateway.importer import edit
from gateway.importer.decide import Case, decide, examine
from gateway.importer.profile import Prepared, Profiles, words
from gateway.model import Facts, Flag, Identifier, Reason, Zone
from gateway.stores.base import Store, Transaction

SCENE_SECONDS: Final = 5.0
"""For each transaction of a scene to get its turn: a person waits, and may click again."""
NUMBERS: Final = tuple(Identifier(kind, str(number)) for number in RESERVED for kind in ("oclc", "oclc_cancelled"))
"""By which the records of lessons are found."""
ALWAYS_NEEDED: Final[dict[str, tuple[str | bool, ...]]] = {"use_network_zone": (False,)}
"""Unless a lesson says otherwise: else its export would not come to the zone that has its scene."""


class Scene(NamedTuple):
    """A scene that is set."""

    exported_to: Zone
    """Where the reader exports to now."""
    stored: tuple[tuple[str, str], ...]
    """Zone and MMS ID of each of its records: the network zone's first, of one zone in the lesson's order."""


async def set_scene(store: Store, profiles: Profiles, zone: Zone, lesson: Lesson, *, now: datetime) -> Scene:
    """Set the scene in a zone, and in its network zone if it plays there too. Set again, it is as it was at first, but
    for the MMS IDs.

    Each record comes in by its zone's profile, as if it had been exported at `now`; no attempt is kept. Raises
    `Conflict` where the zone lacks what the lesson needs, and says what and how to have it; `StoreError`, and then the
    scene may be half set: set it again.
    """
    found = obstacles(lesson, zone, profiles)
    if found:
        raise Conflict(" ".join(found))
    stored = []
    for place in sorted(lesson.places):
        there = _at(place, zone, profiles)
        assert there is not None
        await clear(store, there.key)
        records = [one for one in lesson.scene if one.place == place]
        stored += [(there.key, mms_id) for mms_id in await _put(store, profiles, there, records, now)]
    return Scene(target(lesson, zone, profiles), tuple(stored))


async def clear(store: Store, zone: str) -> int:
    """Remove what lessons left in a zone; how many records that were. Raises `StoreError`."""
    found = await store.find(zone, NUMBERS)
    for record in found:
        await store.remove_record(zone, record.mms_id)
    return len(found)


def target(lesson: Lesson, zone: Zone, profiles: Profiles) -> Zone:
    """The zone that the lesson's record is exported to. Raises `Conflict` where the zone has no network zone."""
    there = _at(lesson.export.to, zone, profiles)
    if there is None:
        raise Conflict(_no_network(zone))
    return there


def obstacles(lesson: Lesson, zone: Zone, profiles: Profiles) -> tuple[str, ...]:
    """What keeps the scene from being set in a zone, in words; empty where nothing does."""
    if lesson.export.logon != "right":
        return ()
    uses_network = "network" in lesson.places or True in lesson.needs.get("use_network_zone", ())
    if uses_network and _at("network", zone, profiles) is None:
        return (_no_network(zone),)
    playing = [there for place in sorted(lesson.places) if (there := _at(place, zone, profiles))]
    without = [there for there in playing if isinstance(profiles.of(there), Reason)]
    if without:
        return tuple(
            [f"Zone {there.key} has not exactly one integration profile, so no record comes in." for there in without]
        )
    profile = profiles.of(target(lesson, zone, profiles))
    assert isinstance(profile, Prepared)
    return tuple(_unmet({**ALWAYS_NEEDED, **lesson.needs}, profile))


def _no_network(zone: Zone) -> str:
    return f"Zone {zone.key} belongs to no network zone; choose an institution's zone that does."


def _at(place: Place, zone: Zone, profiles: Profiles) -> Zone | None:
    if place == "zone":
        return zone
    return profiles.zone(zone.network) if zone.network else None


def _unmet(needs: dict[str, tuple[str | bool, ...]], profile: Prepared) -> Iterator[str]:
    had = words(profile.settings, {})
    for key, values in needs.items():
        present = getattr(profile.settings, key)
        if any(value in present if isinstance(present, tuple) else value == present for value in values):
            continue
        value = (*present, values[0]) if isinstance(present, tuple) else values[0]
        wished = words(replace(profile.settings, **{key: value}), {})
        label = next(label for label in had if had[label] != wished[label])
        yield (
            f"It needs a profile with {label}: {wished[label]}; {profile.key} has {had[label]}. "
            f"In the settings, in [profiles.{profile.key}] or a profile of the zone's own: "
            f"{key} = {msgspec.json.encode(value).decode()}."
        )


async def _put(store: Store, profiles: Profiles, zone: Zone, records: Sequence[Stored], now: datetime) -> list[str]:
    """MMS IDs of these records, each a new one."""
    profile = profiles.of(zone)
    if not records or isinstance(profile, Reason):
        return []
    cases = [Case(zone, profile, examine(parsed(one.record).serialize(), profile), Facts(), now, "") for one in records]

    def create(transaction: Transaction) -> list[str]:
        """They may match each other: what a transaction puts, its reads do not see."""
        receipts = [decide(transaction, case) for case in cases]
        for receipt in receipts:
            if not receipt.outcome.filed:
                raise Conflict(f"The profile {profile.key} of zone {zone.key} refuses a record of the scene itself.")
        return [receipt.mms_id for receipt in receipts]

    made = await store.transact(zone.key, create, seconds=SCENE_SECONDS)
    flagged = [(mms_id, one.flags) for mms_id, one in zip(made, records, strict=True) if one.flags]
    if flagged:
        await store.transact(zone.key, lambda transaction: _flag(transaction, flagged), seconds=SCENE_SECONDS)
    return made


def _flag(transaction: Transaction, flagged: Iterable[tuple[str, Iterable[Flag]]]) -> None:
    for mms_id, flags in flagged:
        edit.flag(transaction, mms_id, flags)
