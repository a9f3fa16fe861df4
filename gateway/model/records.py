"""The record that a zone holds, and by what it is found."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct

IdentifierKind = Literal["oclc", "oclc_cancelled", "system", "isbn", "issn", "network"]


class Identifier(NamedTuple):
    """A number by which a record can be found within its zone."""

    kind: IdentifierKind
    """OCLC number in 035 $a, or in 035 $z; 035 $a of another system; ISBN; ISSN; MMS ID of the network's record."""
    value: str


class Hit(Struct, frozen=True):
    """A stored record that an incoming one matches."""

    mms_id: str
    title: str


class Flag(StrEnum):
    """What else Alma knows of a record; here a tester sets it. The first two keep it from replacing the record."""

    LOCKED = "locked"
    """Open in the Metadata Editor."""
    CZ_LINKED = "cz_linked"
    """Linked to the Community Zone."""
    SUPPRESSED = "suppressed"
    """Suppressed from discovery: who searches from without does not find it. The lender sets it too, on brief records
    of what another library lends."""


class BibRecord(Struct, frozen=True):
    """A bibliographic record in a zone, one version of it."""

    mms_id: str
    version: int
    """From 1, without gaps."""
    marc: bytes
    """ISO 2709, UTF-8."""
    title: str
    identifiers: frozenset[Identifier]
    originating_system: str
    """003 of the import that wrote this version, before it was removed; may be empty."""
    originating_version: str
    """005 of that import, before it was replaced; may be empty."""
    at: datetime
    """When this version was written, UTC."""
    submission: str
    """ID of the submission that wrote this version; empty where a person did."""
    made_by: str = "create"
    """How this version came about: `create`, `link`, `revert`, `local-field`, or the key of a merge method."""
    flags: frozenset[Flag] = frozenset()
    management_tag: str = ""
    """Whether Alma would synchronize it with an external catalogue: `Profile.synchronize` of its last import."""
    linked_to: str = ""
    """MMS ID of the network zone's record that it is linked to."""

    @property
    def is_suppressed(self) -> bool:
        """Whether it is suppressed from discovery."""
        return Flag.SUPPRESSED in self.flags
