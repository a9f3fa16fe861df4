"""MMS IDs: `99`, a number of the zone's own, the institution's suffix. Source: spec, "Zones and hosts"."""

FIRST_NUMBER = 1_000_000_001
"""The number in a zone's first MMS ID; real ones have some ten digits there (assumed)."""


def mms_id(ordinal: int, suffix: str) -> str:
    """The MMS ID of the zone's `ordinal`-th record, counted from 1; the same for the same order of exports."""
    return f"99{FIRST_NUMBER + ordinal - 1}{suffix}"
