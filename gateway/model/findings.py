"""What is wrong or odd in a record."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

ChosenGroup = Literal["required", "fixed-fields", "fields", "indicators", "subfields", "standard-numbers", "linkage"]
"""Groups of findings of which an integration profile chooses those that refuse."""
Group = Literal["structure", "charset", "size", "format", "oclc-number"] | ChosenGroup
"""What a finding is about. Of the first four, what is wrong always refuses; without an OCLC number nothing is wrong."""


class Severity(StrEnum):
    """What a finding does: `refuse` ends the import; the others are shown."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong or odd in a record. Its words are derived when read (`marc.rules.words`)."""

    code: str
    severity: Severity
    field: str = ""
    """Tag, or `Leader/09` and the like; empty when it concerns the whole record."""
    occurrence: int = 0
    """Which of the fields of that tag, from 1; 0 when it does not matter."""
    offset: int | None = None
    """Byte in the record as it arrived, from 0."""
    detail: str = ""
    """The value or figure at fault, short and printable."""
