"""Hosts, zones, and the rules that a zone imports by."""

from typing import Literal, NamedTuple

from msgspec import Struct

from gateway.model.findings import ChosenGroup

ZoneKind = Literal["institution", "network"]
MatchMethod = Literal["unique-oclc-identifier", "other-system-identifier", "isbn", "issn"]
BriefLevels = Literal["carli", "csu", "off"]
OlderVersion = Literal["consider-originating-system", "ignore-originating-system", "disabled"]
Synchronization = Literal["publish-bibliographic-records", "publish-holdings-only", "do-not-publish"]

Evidence = Literal["doc", "seen", "assumed"]
"""A vendor or consortium says so in public; public code or records show it; nothing is published, it is our choice."""


class Basis(NamedTuple):
    """How a behaviour of Alma is known."""

    evidence: Evidence
    source: str
    """Who says or shows it, or why it is assumed so."""


class Host(Struct, frozen=True):
    """An emulated Alma host: an address of its own, because TCP carries no host name (spec: zones and hosts)."""

    key: str
    """Name in the settings, such as `i-share-xyz`."""
    names: tuple[str, ...] = ()
    """The names that real Alma has for it; shown to people, never resolved."""


class Zone(Struct, frozen=True):
    """An institution's or a consortium's catalogue, reached by (host, logon ID)."""

    key: str
    """Name in the settings and in the store, such as `xyz`."""
    host: str
    kind: ZoneKind
    code: str
    """Institution code, which is also the logon ID, such as `01CARLI_XYZ`."""
    mms_suffix: str
    """The institution's four digits at the end of each MMS ID."""
    network: str | None = None
    """Key of the network zone that an institution belongs to."""
    profiles: tuple[str, ...] = ()
    """Keys of its integration profiles; unless there is exactly one, no record comes in."""


class Profile(Struct, frozen=True, kw_only=True):
    """An OCLC Connexion integration profile: how records come into a zone.

    The defaults are those of CARLI's institutions. Source: spec, "The integration profile".
    """

    title: str = "OCLC Connexion"
    """What people call it."""
    target_format: Literal["marc21-bibliographic"] = "marc21-bibliographic"
    normalization: tuple[str, ...] = ("001-to-035", "019a-to-035z")
    """Rules in their order (`importer.normalize`); `remove 029` takes fields out."""
    extraneous_035: bool = True
    """Whether the 035 made of 001 stands beside one that has the same OCLC number already."""
    refuse: tuple[ChosenGroup, ...] = ("required",)
    """Which findings keep a record out; those of structure, character set, size and format always do."""
    serial_match: MatchMethod = "unique-oclc-identifier"
    """For Leader/07 b, i and s."""
    non_serial_match: MatchMethod = "unique-oclc-identifier"
    match_cancelled: bool = True
    """Whether OCLC numbers in 035 $z count in a match, on both sides."""
    merge_method: str = "overlay-all-fields-but-local"
    """One of `importer.merge`, or a site's own."""
    brief_levels: BriefLevels = "carli"
    """By which table a fuller stored record is protected from a briefer one."""
    older_version: OlderVersion = "consider-originating-system"
    """Whether a later stored version is protected from an earlier one."""
    synchronize: Synchronization = "publish-bibliographic-records"
    """Kept on the record as its management tag."""
    use_network_zone: bool = False
    """Match, guard and merge in the institution's network zone, and link a record of the institution to it."""


class MergeMethod(Struct, frozen=True, kw_only=True):
    """Which fields a merge keeps and takes, by selectors (`marc.selector`) such as `035 9#` and `500 $5`."""

    title: str
    """What people call it."""
    keep: tuple[str, ...] = ("001",)
    """Fields of the stored record that stay; the others go."""
    leave_out: tuple[str, ...] = ("001",)
    """Incoming fields that are not taken; the others are."""
    leader: Literal["incoming", "stored"] = "incoming"
    """Whose Leader the merged record has."""


def unfiled_zone(host: str) -> str:
    """The store's zone for attempts at `host` that reached none; `@` stands in no zone key of the settings."""
    return f"@{host}"
