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
from gateway.stores.base import PAGE_ROWS, Store

Form = Literal["mrc", "mrk", "xml", "json", "text"]
MEDIA_TYPES: Final[dict[Form, str]] = {
    "mrc": "application/marc",
    "mrk": "text/plain; charset=utf-8",
    "xml": "application/marcxml+xml",
    "json": "application/marc-in-json",
    "text": "text/plain; charset=utf-8",
}
LABEL_COLUMNS: Final = 16
FLAGS: Final = {
    Flag.LOCKED: "locked",
    Flag.CZ_LINKED: "linked to the Community Zone",
    Flag.SUPPRESSED: "suppressed from discovery",
}
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
    """What keeps exports from replacing it, and whether it is suppressed from discovery."""
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
    """A record, and the zone that holds it. Its versions are numbered from 1 to the newest, without gaps."""

    zone: str
    mms_id: str
    newest: BibRecord
    """As the zone holds it now."""
    record: BibRecord
    """The version that was asked for; the newest where none was."""


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


async def find(store: Store, zones: Iterable[str], mms_id: str, number: int | None = None) -> Found:
    """The record with this MMS ID in one of these zones, and a version of it, the newest where no number is given.

    Raises `NotFound`; `SeveralHold` where several zones hold one.
    """
    held = {key: newest for key in zones if (newest := await store.record(key, mms_id))}
    if not held:
        raise absent(mms_id)
    if len(held) > 1:
        raise SeveralHold(mms_id, held)
    [(key, newest)] = held.items()
    found = Found(key, mms_id, newest, newest)
    return found if number is None else found._replace(record=(await _versions(store, found, number))[0])


async def _versions(store: Store, found: Found, *numbers: int) -> list[BibRecord]:
    """Those with these numbers, in their order; no others are read. Raises `NotFound`."""
    newest = found.newest
    for number in numbers:
        if not 1 <= number <= newest.version:
            raise NotFound(f"{found.mms_id} has no version {number}; its newest is {newest.version}")
    earlier = {*numbers} - {newest.version}
    kept = await store.versions(found.zone, found.mms_id, numbers=earlier) if earlier else []
    if len(kept) < len(earlier):  # the record was removed meanwhile
        raise absent(found.mms_id)
    by_number = {one.version: one for one in (newest, *kept)}
    return [by_number[number] for number in numbers]


def absent(mms_id: str) -> NotFound:
    """What to raise where there is no such record."""
    return NotFound(f"no record has the MMS ID {mms_id}")


def shown(held: Held) -> RecordShown:
    """A record for programs, without its MARC."""
    return RecordShown(**_shared(held))


def whole(found: Found) -> RecordWhole:
    """The version that was asked for, with its MARC."""
    marc = to_pymarc(Record.parse(found.record.marc)).as_dict()
    return RecordWhole(**_shared(Held(found.zone, found.record)), versions=found.newest.version, marc=marc)


async def history(
    store: Store,
    found: Found,
    own_methods: Mapping[str, MergeMethod],
    *,
    before: int | None = None,
    limit: int | None = None,
) -> list[VersionShown]:
    """Its versions, newest first, those with a lower number than `before`; all, or at most `limit`.

    `own_methods` are a site's. Raises `StoreError`.
    """
    before = found.newest.version + 1 if before is None else before
    told: list[VersionShown] = []
    while limit is None or len(told) < limit:
        rows = PAGE_ROWS if limit is None else min(PAGE_ROWS, limit - len(told))
        page = await store.history(found.zone, found.mms_id, before=before, limit=rows)
        told += [VersionShown(**_shared(Held(found.zone, one)), how=came_about(one, own_methods)) for one in page]
        if len(page) < rows:
            break
        before = page[-1].version
    return told


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


async def pair(store: Store, found: Found, first: int | None = None, second: int | None = None) -> Pair:
    """The versions to compare: with one number it and the one before it, with none the newest and the one before it.

    No others are read. Raises `NotFound`.
    """
    if first is not None and second is not None:
        return Pair(*await _versions(store, found, first, second))
    after = found.newest.version if first is None else first
    if after == 1:
        raise NotFound(f"{found.mms_id} has no version before the first; there is nothing to compare")
    newer, older = await _versions(store, found, after, after - 1)
    return Pair(older, newer)


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


def written(found: Found, form: Form, own_methods: Mapping[str, MergeMethod]) -> bytes:
    """The version that was asked for as a file: the record alone; as `text` all that is known of it, and then the
    record in mnemonic form. `own_methods` are a site's.
    """
    if form == "text":
        return f"{as_text(found, own_methods)}\n".encode()
    marc = found.record.marc
    if form == ISO_2709:
        return marc
    way = FORMS["jsonl" if form == "json" else form]
    return way.head + way.write(Record.parse(marc)) + way.foot


def as_text(found: Found, own_methods: Mapping[str, MergeMethod]) -> str:
    """What is known of the version that was asked for, a label a line, and the record in mnemonic form."""
    record = found.record
    labelled = {
        "MMS ID": record.mms_id,
        "Zone": found.zone,
        "Version": f"{record.version} of {found.newest.version}, {record.at.astimezone():%Y-%m-%d %H:%M:%S}",
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
