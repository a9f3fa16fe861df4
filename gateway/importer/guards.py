"""What keeps an incoming record from replacing the one it matches. Source: spec, "Guards"."""

import re
from typing import Final, NamedTuple

from gateway.model import Basis, BibRecord, BriefLevels, Flag, OlderVersion, Profile, Reason


class Levels(NamedTuple):
    """A table of brief levels."""

    by_level: dict[int, str]
    """Brief level -> values of Leader/17 that have it; a higher one is fuller."""
    other: int
    """Brief level of all other values."""
    basis: Basis

    def of(self, encoding_level: str) -> int:
        """From 1 to 10."""
        return next((level for level, values in self.by_level.items() if encoding_level in values), self.other)


BRIEF_LEVELS: Final[dict[BriefLevels, Levels]] = {
    "carli": Levels({10: " 1IL", 7: "24M", 5: "7K", 4: "8", 3: "3", 2: "5"}, 1, Basis("doc", "CARLI, Brief Levels")),
    "csu": Levels({10: " ", 9: "IL", 8: "1", 7: "4", 6: "KM", 5: "27", 4: "8", 3: "3", 1: "J"}, 2, Basis("doc", "CSU")),
}
"""OCLC no longer makes I, J and K."""

VERSION: Final = re.compile(r"[0-9]{14}(\.[0-9])?")
"""A 005 that is a date and time."""


class Obstacle(NamedTuple):
    """Why a stored record stays as it is."""

    reason: Reason
    compared: tuple[str, str] | None = None
    """The stored record's value and the incoming one's, where two were compared."""
    levels: tuple[int, int] | None = None
    """Brief levels of these two."""


class Incoming(NamedTuple):
    """What the guards look at."""

    encoding_level: str
    originating_system: str
    originating_version: str


def obstacle(profile: Profile, stored: BibRecord, incoming: Incoming) -> Obstacle | None:
    """The first thing that speaks against replacing `stored`; None where nothing does."""
    protected = flagged(stored)
    return (
        _brief_level(profile.brief_levels, stored, incoming)
        or _older_version(profile.older_version, stored, incoming)
        or (Obstacle(protected) if protected else None)
    )


def flagged(stored: BibRecord) -> Reason | None:
    """Why a record must not be changed at all; None where it may."""
    return next((reason for flag, reason in _FLAGS.items() if flag in stored.flags), None)


_FLAGS: Final = {Flag.CZ_LINKED: Reason.CZ_LINKED, Flag.LOCKED: Reason.LOCKED}


def _brief_level(table: BriefLevels, stored: BibRecord, incoming: Incoming) -> Obstacle | None:
    """Equal passes [doc]."""
    if table == "off":
        return None
    compared = chr(stored.marc[17]), incoming.encoding_level
    if compared[0] == compared[1]:
        return None
    before, after = map(BRIEF_LEVELS[table].of, compared)
    return Obstacle(Reason.LOWER_BRIEF_LEVEL, compared, (before, after)) if before > after else None


def _older_version(setting: OlderVersion, stored: BibRecord, incoming: Incoming) -> Obstacle | None:
    """Equal passes, and so does an empty stored version [doc]; one that is no 005 cannot be compared [assumed]."""
    if setting == "disabled":
        return None
    if setting == "consider-originating-system" and stored.originating_system != incoming.originating_system:
        return None
    compared = stored.originating_version, incoming.originating_version
    if not all(map(VERSION.fullmatch, compared)):
        return None
    before, after = (f"{version}.0"[:16] for version in compared)  # some systems leave the tenths out
    if before <= after:
        return None
    return Obstacle(Reason.OLDER_VERSION, compared)
