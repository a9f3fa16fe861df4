"""What the commands about stored records share: which record is meant, and the words for what is known of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.config import Settings
from gateway.marc import identifiers
from gateway.model import BibRecord, Flag, MergeMethod

if TYPE_CHECKING:
    from gateway.stores.base import Store

FLAGS: Final = {Flag.LOCKED: "locked", Flag.CZ_LINKED: "linked to the Community Zone"}
"""Flags in words, in the order in which they are told."""


class Held(NamedTuple):
    """A record, and the zone that holds it."""

    zone: str
    record: BibRecord


class Found(NamedTuple):
    """A record with its past, and the zone that holds it."""

    zone: str
    mms_id: str
    versions: list[BibRecord]
    """All there are, oldest first; at least one."""

    @property
    def newest(self) -> BibRecord:
        """As the zone holds it now."""
        return self.versions[-1]

    def version(self, number: int) -> BibRecord:
        """One of them; what was asked about is not so where there is no such version."""
        if number > len(self.versions):
            raise click.ClickException(f"{self.mms_id} has no version {number}; its newest is {len(self.versions)}")
        return self.versions[number - 1]


async def find(store: "Store", settings: Settings, zone: str | None, mms_id: str) -> Found:
    """The record with this MMS ID, in any zone of the settings where none is given.

    What was asked about is not so where no zone holds it; a usage error where several do.
    """
    zones = [zone] if zone else list(settings.zones)
    found = {key: versions for key in zones if (versions := await store.versions(key, mms_id))}
    if not found:
        raise absent(mms_id)
    if len(found) > 1:
        raise click.UsageError(f"several zones hold a record {mms_id}; choose by --zone: {', '.join(found)}")
    [(key, versions)] = found.items()
    return Found(key, mms_id, versions)


def absent(mms_id: str) -> click.ClickException:
    """What to raise where there is no such record."""
    return click.ClickException(f"no record has the MMS ID {mms_id}")


def as_object(held: Held) -> dict[str, object]:
    """A record for programs, without its MARC: the keys of `gateway records list --json`, in their order."""
    zone, record = held
    return {
        "zone": zone,
        "mms_id": record.mms_id,
        "version": record.version,
        "at": record.at,
        "title": record.title,
        "oclc_numbers": identifiers.oclc_numbers(record.identifiers),
        "originating_system": record.originating_system,
        "originating_version": record.originating_version,
        "submission": record.submission,
        "made_by": record.made_by,
        "flags": [flag for flag in FLAGS if flag in record.flags],
        "linked_to": record.linked_to,
        "management_tag": record.management_tag,
    }


def origin(record: BibRecord) -> str:
    """Whose version it holds: what 003 and 005 were when it came in."""
    return f"{record.originating_system} {record.originating_version}".strip()


def flags(record: BibRecord) -> str:
    """Its flags in words; empty where it has none."""
    return ", ".join(words for flag, words in FLAGS.items() if flag in record.flags)


def management_tag(record: BibRecord) -> str:
    """Alma's words for it; empty where it has none."""
    from gateway.importer.profile import SYNCHRONIZATIONS

    return SYNCHRONIZATIONS.get(record.management_tag, record.management_tag)


def came_about(record: BibRecord, own_methods: Mapping[str, MergeMethod]) -> str:
    """How this version came to be, such as `Replaced by Overlay all fields but local`."""
    from gateway.importer.edit import REVERTED
    from gateway.importer.merge import title_of

    match record.made_by:
        case "create":
            return "Added"
        case "link":
            return f"Linked to the Network Zone record {record.linked_to}"
        case made_by if made_by.startswith(f"{REVERTED} "):
            return f"Reverted to version {made_by.removeprefix(REVERTED).strip()}"
        case made_by:
            return f"Replaced by {title_of(made_by, own_methods)}"
