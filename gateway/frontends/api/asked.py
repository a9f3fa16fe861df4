"""Which attempts and zones the parameters of a request ask for."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from gateway.desk import zones
from gateway.desk.desk import Desk
from gateway.errors import Unfit
from gateway.model import Outcome, Reason
from gateway.search import box
from gateway.search.attempts import Wanted
from gateway.search.numbers import oclc_number


def wanted(
    *,
    q: str | None = None,
    zone: str | None = None,
    outcomes: Sequence[Outcome] | None = None,
    reasons: Sequence[Reason] | None = None,
    title: str | None = None,
    oclc: str | None = None,
    mms: str | None = None,
) -> Wanted:
    """Attempts for which all that is given holds.

    Raises `BadQuery` for words that mean nothing, `Unfit` for a number that is none or is asked twice.
    """
    asked = box.parse(q, datetime.now().astimezone()) if q else Wanted()
    number = oclc_number(oclc) if oclc else ""
    faults = []
    if oclc and not number:
        faults.append(("oclc", "is no OCLC number; write its digits"))
    if mms and not (mms.isascii() and mms.isdigit()):
        faults.append(("mms", "is no MMS ID; write all its digits"))
    twice = {
        "zone": zone and asked.zones,
        "outcome": outcomes and asked.outcomes,
        "reason": reasons and asked.reasons,
        "oclc": oclc and asked.oclc,
        "mms": mms and asked.mms,
    }
    faults += [(name, "is asked in q too; leave one out") for name, both in twice.items() if both]
    if faults:
        raise Unfit(faults)
    return replace(
        asked,
        zones=(zone,) if zone else asked.zones,
        outcomes=tuple(outcomes or asked.outcomes),
        reasons=tuple(reasons or asked.reasons),
        title=(*asked.title, *([title] if title else [])),
        oclc=number or asked.oclc,
        mms=mms or asked.mms,
    )


async def attempts_zone(desk: Desk, key: str | None) -> str | None:
    """The key of a zone that attempts are filed under, also of one that only holds some. Raises `NotFound`."""
    if key is None or key in desk.zones.by_key or key in await desk.store.counts():
        return key
    if key.startswith("@") and key[1:] in desk.zones.hosts:
        return key
    return (await zones.one(desk.store, desk.zones, key)).key


async def record_zones(desk: Desk, key: str | None) -> tuple[str, ...]:
    """Keys of the zones to look for records in: this one, or all. Raises `NotFound`."""
    if key is None:
        return tuple(desk.zones.by_key)
    return ((await zones.one(desk.store, desk.zones, key)).key,)
