"""Integration profiles ready for use, which of them decides for a zone, and what Alma calls their settings.

Source: spec, "The integration profile".
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.importer import normalize
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.importer.merge import Merger, merger, title_of
from gateway.importer.normalize import Normalization
from gateway.model import MergeMethod, Profile, Reason, Zone

YES_NO: Final = {True: "Selected", False: "Not selected"}
TARGET_FORMATS: Final = {"marc21-bibliographic": "MARC21 Bibliographic"}
OLDER_VERSIONS: Final = {
    "consider-originating-system": "Consider Originating System",
    "ignore-originating-system": "Ignore Originating System",
    "disabled": "Disabled",
}
SYNCHRONIZATIONS: Final = {
    "publish-bibliographic-records": "Publish Bibliographic Records",
    "publish-holdings-only": "Publish Holdings Only",
    "do-not-publish": "Don't Publish",
}
VALIDATION: Final = "MarcXML Bib Import"
"""What Alma calls CARLI's validation [doc]; which findings refuse there is not published."""


class Prepared(NamedTuple):
    """A profile, ready to be applied."""

    key: str
    settings: Profile
    normalize: Normalization
    merger: Merger


def prepare(key: str, profile: Profile, own_methods: Mapping[str, MergeMethod]) -> Prepared:
    """`own_methods` are a site's. Raises `ValueError` for a rule, a method or a selector that there is not."""
    methods = {**MERGE_METHODS, **own_methods}
    if profile.merge_method not in methods:
        raise ValueError(f"{profile.merge_method!r} is no merge method; there are {', '.join(methods)}")
    return Prepared(
        key,
        profile,
        normalize.normalization(profile.normalization, extraneous_035=profile.extraneous_035),
        merger(profile.merge_method, methods[profile.merge_method]),
    )


ORDINARY: Final = prepare("", Profile(), {})
"""For records that no profile decides about: what they would be to most."""


class Profiles:
    """Every zone's profile."""

    def __init__(self, zones: Mapping[str, Zone], prepared: Mapping[str, Prepared]) -> None:
        """Both by key; each profile that a zone names is there."""
        self._zones = zones
        self._prepared = prepared

    def of(self, zone: Zone) -> Prepared | Reason:
        """The profile that decides for a zone, or why none does."""
        if len(zone.profiles) != 1:
            return Reason.SEVERAL_NAMED if zone.profiles else Reason.NONE_NAMED
        return self._prepared[zone.profiles[0]]

    def network(self, zone: Zone, profile: Prepared) -> Zone | None:
        """The network zone in which a profile files an institution's records; None where it uses none."""
        if not profile.settings.use_network_zone or zone.network is None:
            return None
        return self._zones[zone.network]

    def zone(self, key: str) -> Zone | None:
        """The zone of this key."""
        return self._zones.get(key)


def words(profile: Profile, own_methods: Mapping[str, MergeMethod]) -> dict[str, str]:
    """The profile's settings as Alma names them, in the order of its page."""
    refusing = ", ".join(("structure", "charset", "size", "format", *profile.refuse))
    levels = "Not selected" if profile.brief_levels == "off" else f"Selected ({profile.brief_levels.upper()} levels)"
    cancelled = "" if profile.match_cancelled else ", without 035 $z"
    return {
        "Use network zone": YES_NO[profile.use_network_zone],
        "Target Format": TARGET_FORMATS[profile.target_format],
        "Normalization: Correct the data using": "; ".join(map(normalize.words, profile.normalization)) or "None",
        "Validation: Check the data using": f"{VALIDATION} (refuses: {refusing})",
        "Serial Match Method": MATCH_METHODS[profile.serial_match].title + cancelled,
        "Non Serial Match Method": MATCH_METHODS[profile.non_serial_match].title + cancelled,
        "Merge Method": title_of(profile.merge_method, own_methods),
        "Do not override/merge a record with lower brief version": levels,
        "Do not override/merge record with an older version": OLDER_VERSIONS[profile.older_version],
        "Management Tags: Synchronize with External Catalog": SYNCHRONIZATIONS[profile.synchronize],
    }
