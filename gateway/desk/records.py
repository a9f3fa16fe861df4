"""Records of zones as programs and pages see them: which one is meant, its versions, what changed between two."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct, field

from gateway.errors import Conflict, NotFound
from gateway.importer import edit
from gateway.importer.changes import Change, Kind, changes
from gateway.importer.merge import title_of
from gateway.importer.profile import SYNCHRONIZATIONS
from gateway.marc import identifiers
from gateway.marc.forms import FORMS, ISO_2709
from gateway.marc.record import Field, Record, to_pymarc
from gateway.marc.views import mnemonic
from gateway.model import BibRecord, Flag, MergeMethod
from gateway.stores.base import Store

Form = Literal["mrc", "mrk", "xml", "json", "text"]
MEDIA_TYPES: Final[dict[Form, str]] = {
    "mrc": "application/marc",
    "mrk": "text/plain; charset=utf-8",
    "xml": "application/marcxml+xml",
    "json": "application/marc-in-json",
    "text": "text/plain; charset=utf-8",
}
LABEL_COLUMNS: Final = 16
FLAGS: Final = {Flag.LOCKED: "locked", Flag.CZ_LINKED: "linked to the Community Zone"}
"""Flags in words, in the order in which they are told."""


class RecordShown(Struct, frozen=True):
    """A version of a record, without its MARC."""

    zone: str
    """Key of the zone that holds it."""
    mms_id: str
    version: int
    """From 1, without gaps."""
    at: datetime
    """When this version was written, UTC."""
    title: str
    oclc_numbers: tuple[str, ...]
    """Of 035 $a, in their plain form."""
    originating_system: str
    """003 of the import that wrote this version; may be empty."""
    originating_version: str
    """005 of that import; may be empty."""
    submission: str
    """ID of the submission that wrote this version; empty where a person did."""
    made_by: str
    """How it came about: `create`, `link`, `revert N`, `local-field TAG`, or the key of a merge method."""
    flags: tuple[Flag, ...]
    """What keeps exports from replacing it."""
    linked_to: str
    """MMS ID of the network zone's record that it is linked to; empty where it is linked to none."""
    management_tag: str
    """Whether Alma would synchronize it with an external catalogue."""


class VersionShown(RecordShown, frozen=True):
    """A version in a record's history."""

    how: str
    """How it came about, for people: `Replaced by Overlay all fields but local`."""


class RecordWhole(RecordShown, frozen=True):
    """A version with its MARC."""

    versions: int
    """How many there are."""
    marc: dict[str, object]
    """MARC-in-JSON."""


class ChangeShown(Struct, frozen=True):
    """A field that went, came or stayed between two versions."""

    before: int = field(name="from")
    """Number of the one version."""
    after: int = field(name="to")
    """Number of the other."""
    kind: Kind = field(name="change")
    tag: str
    """`LDR` for the Leader."""
    mrk: str
    """The field in mnemonic form."""
    why: str
    """Why it went or came."""


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

    def version(self, number: int | None = None) -> BibRecord:
        """One of them, the newest where no number is given. Raises `NotFound`."""
        if number is None:
            return self.newest
        if not 1 <= number <= len(self.versions):
            raise NotFound(f"{self.mms_id} has no version {number}; its newest is {len(self.versions)}")
        return self.versions[number - 1]


class SeveralHold(Conflict):
    """Zones beside each other gave out the same MMS ID: which one is meant must be said."""

    def __init__(self, mms_id: str, zones: Iterable[str]) -> None:
        self.mms_id = mms_id
        self.zones = tuple(zones)
        super().__init__(f"several zones hold a record {mms_id}; choose a zone: {', '.join(self.zones)}")


class Pair(NamedTuple):
    """Two versions that are held against each other."""

    before: BibRecord
    after: BibRecord


async def find(store: Store, zones: Iterable[str], mms_id: str) -> Found:
    """The record with this MMS ID in one of these zones. Raises `NotFound`; `SeveralHold` where several hold one."""
    found = {key: versions for key in zones if (versions := await store.versions(key, mms_id))}
    if not found:
        raise absent(mms_id)
    if len(found) > 1:
        raise SeveralHold(mms_id, found)
    [(key, versions)] = found.items()
    return Found(key, mms_id, versions)


def absent(mms_id: str) -> NotFound:
    """What to raise where there is no such record."""
    return NotFound(f"no record has the MMS ID {mms_id}")


def shown(held: Held) -> RecordShown:
    """A record for programs, without its MARC."""
    return RecordShown(**_shared(held))


def whole(found: Found, number: int | None = None) -> RecordWhole:
    """A version with its MARC, the newest where no number is given. Raises `NotFound`."""
    record = found.version(number)
    marc = to_pymarc(Record.parse(record.marc)).as_dict()
    return RecordWhole(**_shared(Held(found.zone, record)), versions=len(found.versions), marc=marc)


def history(found: Found, own_methods: Mapping[str, MergeMethod]) -> list[VersionShown]:
    """Its versions, newest first; `own_methods` are a site's."""
    return [
        VersionShown(**_shared(Held(found.zone, record)), how=came_about(record, own_methods))
        for record in reversed(found.versions)
    ]


def _shared(held: Held) -> dict[str, Any]:  # Any: arguments of several types by their names
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
        "flags": tuple([flag for flag in FLAGS if flag in record.flags]),
        "linked_to": record.linked_to,
        "management_tag": record.management_tag,
    }


def pair(found: Found, first: int | None = None, second: int | None = None) -> Pair:
    """The versions to compare: with one number it and the one before it, with none the newest and the one before it.

    Raises `NotFound`.
    """
    if first is not None and second is not None:
        return Pair(found.version(first), found.version(second))
    after = found.version(first)
    if after.version == 1:
        raise NotFound(f"{found.mms_id} has no version before the first; there is nothing to compare")
    return Pair(found.version(after.version - 1), after)


def differences(compared: Pair, own_methods: Mapping[str, MergeMethod]) -> Iterator[Change]:
    """Every field of both in record order (`importer.changes`)."""
    before, after = compared
    made_by = after.made_by if after.version == before.version + 1 else ""
    return changes(Record.parse(before.marc), Record.parse(after.marc), made_by, own_methods)


def change_shown(compared: Pair, change: Change) -> ChangeShown:
    """A change for programs."""
    return ChangeShown(
        before=compared.before.version,
        after=compared.after.version,
        kind=change.kind,
        tag=change.field.tag,
        mrk=spelled(change.field),
        why=change.why,
    )


def spelled(field: Field) -> str:
    """A field, or the Leader, as it stands in a record in mnemonic form."""
    if field.tag == "LDR":
        return mnemonic(Record(field.body, ()))
    return mnemonic(Record(b"", [field])).partition("\n")[2]


def origin(record: RecordShown | BibRecord) -> str:
    """Whose version it holds: what 003 and 005 were when it came in."""
    return f"{record.originating_system} {record.originating_version}".strip()


def flags(record: RecordShown | BibRecord) -> str:
    """Its flags in words; empty where it has none."""
    return ", ".join(words for flag, words in FLAGS.items() if flag in record.flags)


def management_tag(record: RecordShown | BibRecord) -> str:
    """Alma's words for it; empty where it has none."""
    return SYNCHRONIZATIONS.get(record.management_tag, record.management_tag)


def came_about(record: BibRecord, own_methods: Mapping[str, MergeMethod]) -> str:
    """How this version came to be, such as `Replaced by Overlay all fields but local`."""
    how, _, what = record.made_by.partition(" ")
    match how:
        case "create":
            return "Added"
        case "link":
            return f"Linked to the Network Zone record {record.linked_to}"
        case edit.REVERTED:
            return f"Reverted to version {what}"
        case edit.LOCAL_FIELD:
            return f"Field {what} added by hand"
        case _:
            return f"Replaced by {title_of(record.made_by, own_methods)}"


def written(found: Found, form: Form, own_methods: Mapping[str, MergeMethod], number: int | None = None) -> bytes:
    """A version as a file: the record alone; as `text` all that is known of it, and then the record in mnemonic form.

    The newest where no number is given; `own_methods` are a site's. Raises `NotFound`.
    """
    if form == "text":
        return f"{as_text(found, own_methods, number)}\n".encode()
    marc = found.version(number).marc
    if form == ISO_2709:
        return marc
    way = FORMS["jsonl" if form == "json" else form]
    return way.head + way.write(Record.parse(marc)) + way.foot


def as_text(found: Found, own_methods: Mapping[str, MergeMethod], number: int | None = None) -> str:
    """What is known of a version, a label a line, and the record in mnemonic form. Raises `NotFound`."""
    record = found.version(number)
    labelled = {
        "MMS ID": record.mms_id,
        "Zone": found.zone,
        "Version": f"{record.version} of {len(found.versions)}, {record.at.astimezone():%Y-%m-%d %H:%M:%S}",
        "Came about": came_about(record, own_methods),
        "Title": record.title,
        "OCLC number": ", ".join(identifiers.oclc_numbers(record.identifiers)),
        "From": origin(record),
        "Submission": record.submission,
        "Flags": flags(record),
        "Linked to": f"{record.linked_to} in the Network Zone" if record.linked_to else "",
        "Management tag": management_tag(record),
    }
    lines = [f"{label:{LABEL_COLUMNS}}{value}" for label, value in labelled.items() if value]
    return "\n".join((*lines, "", mnemonic(Record.parse(record.marc))))
