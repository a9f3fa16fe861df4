"""What a lesson is, and how its file is read. Touches no zone.

A file of `texts` is named for its place in the list and its lesson's key, `03-local-fields.toml`. Records stand in it
in mnemonic form, as MarcEdit writes it.
"""

import tomllib
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, Literal

import msgspec
from msgspec import Struct

from gateway.errors import GatewayError, NotFound
from gateway.marc.forms import mrk
from gateway.marc.record import Record
from gateway.model import Evidence, Flag, Outcome, Reason

RESERVED: Final = range(9_990_000_001, 9_990_000_100)
"""OCLC numbers of lessons' records, by which they are known again; WorldCat's have not come to a fifth of that."""
INTEGRATION_PROFILE: Final = (
    "Alma: Configuration > General > External Systems > Integration Profiles > the profile of type OCLC Connexion"
)
"""Where most of what decides is set."""

Place = Literal["zone", "network"]
"""The zone that the reader chose, or the network zone that it belongs to."""
Becomes = Literal["stays", "goes", "comes", "stays out"]
"""What an export does to a field of the stored record, or to one of its own."""


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """A behaviour that the lesson shows, as docs/fidelity.md has it."""

    says: str
    evidence: Evidence
    source: str
    """Who says or shows it, or why it is assumed so."""


class DecidedBy(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change for another answer."""

    setting: str = ""
    """Of the integration profile, in Alma's words (`importer.profile.words`); empty where none of them decides."""
    where: str = INTEGRATION_PROFILE


class Stored(Struct, frozen=True, forbid_unknown_fields=True):
    """A record of the scene."""

    record: str
    """In mnemonic form, as it came in before."""
    place: Place = "zone"
    flags: frozenset[Flag] = frozenset()


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    """What is exported."""

    record: str
    to: Place = "zone"
    bytes: dict[str, int] = {}
    """Byte in place of each such character, for what mnemonic form cannot state; the record's length stays."""
    logon: Literal["right", "wrong password"] = "right"


class FieldAfter(Struct, frozen=True, forbid_unknown_fields=True):
    """A field, and what the export does to it."""

    field: str
    """In mnemonic form."""
    becomes: Becomes
    why: str = ""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What should come of the export."""

    outcome: Outcome
    reply: str
    """What Connexion shows; `…` stands for what differs each time, such as an MMS ID."""
    reason: Reason | None = None
    linked: bool = False
    """Whether a record of the institution is linked to the network zone's."""
    fields: tuple[FieldAfter, ...] = ()
    """In the stored record that the export found or made."""


class Lesson(Struct, frozen=True, forbid_unknown_fields=True):
    """One scene: what is there, what to export, what to expect, and why."""

    key: str
    title: str
    teaches: tuple[str, ...]
    """Sentences, two to four."""
    known: tuple[Known, ...]
    by_hand: tuple[str, ...]
    """How to do the same in Connexion with a record of one's own, step by step: WorldCat has no lesson's record."""
    export: Export
    expected: Expected
    why: tuple[str, ...]
    """Sentences."""
    decided_by: DecidedBy
    next: tuple[str, ...]
    """Keys of the lessons to try next."""
    needs: dict[str, tuple[str | bool, ...]] = {}
    """Settings (`model.Profile`) that the profile of the zone exported to must have: for each, those that will do. Of a
    setting that is a list, what must stand in it."""
    scene: tuple[Stored, ...] = ()

    @property
    def places(self) -> frozenset[Place]:
        """Where it plays."""
        return frozenset({self.export.to, *(stored.place for stored in self.scene)})


class Unreadable(GatewayError):
    """A lesson's file is wrong as it is written; the text names it."""


@lru_cache(maxsize=1)
def lessons() -> tuple[Lesson, ...]:
    """All lessons in their order. Raises `Unreadable`."""
    files = sorted(resources.files(__package__).joinpath("texts").iterdir(), key=lambda file: file.name)
    return tuple([_read(file) for file in files if file.name.endswith(".toml")])


def lesson(key: str) -> Lesson:
    """The lesson of this key. Raises `NotFound`."""
    found = next((one for one in lessons() if one.key == key), None)
    if found is None:
        raise NotFound(f"there is no lesson {key}; there are {', '.join(one.key for one in lessons())}")
    return found


def parsed(text: str) -> Record:
    """The one record that a text in mnemonic form shows. Raises `Unreadable`."""
    found = [*mrk.read([text.encode()])]
    if len(found) != 1 or not isinstance(found[0], Record):
        raise Unreadable(f"one record is needed, not {found}")
    return found[0]


def export_bytes(of: Lesson) -> bytes:
    """The record to export, ISO 2709, as the lesson wants it: whole or damaged."""
    raw = parsed(of.export.record).serialize()
    for character, byte in of.export.bytes.items():
        raw = raw.replace(character.encode("ascii"), bytes([byte]))
    return raw


def _read(file: Traversable) -> Lesson:
    key = file.name.partition("-")[2].removesuffix(".toml")
    try:
        return msgspec.convert({"key": key, **tomllib.loads(file.read_text(encoding="utf-8"))}, Lesson)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unreadable(f"{file.name}: {error}") from error
