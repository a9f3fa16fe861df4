"""What the settings say now of what an attempt names."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.importer.profile import ORDINARY
from gateway.importer.replies import Replies
from gateway.model import Attempt, Host, MergeMethod, Profile, Zone


class Known(NamedTuple):
    """What the settings say now of what an attempt names, each by its key."""

    hosts: Mapping[str, Host]
    zones: Mapping[str, Zone]
    profiles: Mapping[str, Profile]
    merge_methods: Mapping[str, MergeMethod]
    """A site's own."""
    replies: Replies


NOTHING_KNOWN: Final = Known({}, {}, {}, {}, Replies())
"""For whom the settings are not at hand: what decides is the ordinary."""


def deciding(attempt: Attempt, known: Known) -> Profile:
    """The profile that decided on an attempt; else its zone's own, which would have; else the ordinary one."""
    zone = known.zones.get(attempt.receipt.zone)
    own = zone.profiles if zone and len(zone.profiles) == 1 else ()
    keys = (attempt.receipt.facts.profile, *own)
    return next((known.profiles[key] for key in keys if key in known.profiles), ORDINARY.settings)
