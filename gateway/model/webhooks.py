"""Webhooks: programs that are told over HTTP what was exported to a zone."""

from datetime import datetime

from msgspec import Struct

from gateway.model.attempts import Outcome


class Webhook(Struct, frozen=True, kw_only=True):
    """Who is told of a zone's attempts, of which, and how far that has come. Holds no secret."""

    zone: str
    key: str
    """Unique in the zone: small letters, digits and hyphens."""
    url: str
    """To which each attempt is posted."""
    outcomes: tuple[Outcome, ...] = (Outcome.CREATED, Outcome.MERGED, Outcome.REFUSED)
    """Attempts that ended so are told of."""
    made_at: datetime
    """UTC. With zone and key it is what the signing secret is derived by: one made anew has another."""
    told: int
    """Of the zone's attempts up to this number everybody has been told, or it was given up."""
    delivered: int = 0
    """How many were taken."""
    given_up: int = 0
    """How many were not, however often they were sent."""
    failures: int = 0
    """Tries in a row that failed, of the attempt `tried`."""
    tried: int = 0
    """Number of the attempt that was last sent and not taken."""
    next_at: datetime | None = None
    """When it is tried again, UTC; None = at once."""
    fault: str = ""
    """Why the last try failed; empty where it did not."""
    failing_since: datetime | None = None
    """When the first of the tries failed since which none was taken, UTC."""
    stopped_at: datetime | None = None
    """When the receiver said that it is gone, UTC: nothing is sent any more."""
    last_at: datetime | None = None
    """When something was last sent, UTC."""
    sender: str = ""
    """Which process delivers just now; others leave it alone until `sending_until`."""
    sending_until: datetime | None = None
