"""When a set is published by itself: so many hours after its last run began, or at once where it had none."""

from datetime import datetime, timedelta
from typing import Final

from gateway.model import PublishingProfile, PublishingRun

LOOK_SECONDS: Final = 60.0
"""Between two looks at what is due: the schedule counts in hours. A run that has not come further meanwhile, and is not
this process's, was cut off; it notes how far it is far more often."""
STAGGER_SECONDS: Final = 0.5
"""Longest wait before the first look: of processes that start at once, one is before the others, and these see that its
runs go on. Where two are alike all the same, the second finds everything unchanged."""
RETRY: Final = timedelta(minutes=10)
"""After a run that failed, as where the store could not be reached."""

Seen = dict[tuple[str, str], PublishingRun]
"""By zone and set its newest run, as it was at the last look."""


def is_due(profile: PublishingProfile, newest: PublishingRun | None, seen: Seen, now: datetime) -> bool:
    """Whether the set is to be published now. Notes in `seen` what was seen of it."""
    if not profile.every_hours or profile.at_once:
        return False
    if newest is None:
        return True
    place = profile.zone, profile.key
    before = seen.get(place)
    seen[place] = newest
    if newest.ended_at is None:
        return newest == before
    if newest.fault:
        return now - newest.ended_at >= RETRY
    return now - newest.began_at >= timedelta(hours=profile.every_hours)
