"""The holdings of an OPAC record as real Alma tells them. Source: spec, z3950.md, "OPAC record".

All is text for people but three booleans. What the library does not say of a holding is left out, but for enumeration
and chronology: each item has a volume, if an empty one [seen].
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from gateway.circulation.availability import availability
from gateway.frontends.z3950.apdus.opac import Circulation, Volume
from gateway.frontends.z3950.apdus.opac import Holding as ShownHolding
from gateway.model import Holding, Inventory, Item, Library

DATE: Final = "%m/%d/%Y"
"""How the day is written on which an item is due back [seen]."""


def holdings_of(inventory: Inventory) -> tuple[ShownHolding, ...]:
    """Those of a record; none for a title that is electronic alone."""
    items = {holding: [*of] for holding, of in groupby(inventory.items, attrgetter("holding"))}
    pairs = zip(inventory.holdings, inventory.libraries, strict=True)
    return tuple([shown(holding, library, items.get(holding.id, ())) for holding, library in pairs])


def shown(holding: Holding, library: Library | None, items: Sequence[Item]) -> ShownHolding:
    """A holding with its items; of a library that is not known, its code."""
    return ShownHolding(
        encoding_level=holding.encoding_level,
        receipt_status=holding.receipt_status,
        general_retention=holding.retention,
        completeness=holding.completeness,
        date_of_report=holding.date_of_report,
        local_location=library.name if library else holding.library,
        shelving_location=library.location_name(holding.location) if library else holding.location,
        call_number=holding.shelf_mark,
        copy_number=holding.copy_number or None,
        volumes=tuple(Volume(item.enumeration, item.chronology) for item in items),
        circulation=_circulation(items),
    )


def _circulation(items: Iterable[Item]) -> tuple[Circulation, ...]:
    return tuple(
        Circulation(
            available_now=now,
            renewable=False,
            on_hold=False,
            availability_date=_day(due_at) if due_at else None,
            available_thru=policy or None,
            item_id=item.barcode,
        )
        for item in items
        for now, _, due_at, policy in (availability(item),)
    )


def _day(due_at: datetime) -> str:
    return due_at.strftime(DATE)
