"""Whether an item can be had now, and what people are told of it.

An item is available that is in place and that nothing is done with; one that is requested, as long as it still stands
in its place [assumed: a request takes nothing from the shelf before somebody fetches it]. At which location it stands,
be it one that discovery hides, is no matter of this.
"""

from datetime import datetime
from typing import Final, NamedTuple

from gateway.model import BaseStatus, Item, ProcessType

BASE_STATUS: Final = {BaseStatus.IN_PLACE: "Item in place", BaseStatus.NOT_IN_PLACE: "Item not in place"}
"""Alma's words."""
BASE_STATUS_CODES: Final = {BaseStatus.IN_PLACE: "1", BaseStatus.NOT_IN_PLACE: "0"}
"""Alma's codes."""
PROCESS_TYPES: Final = {
    ProcessType.ACQUISITION: "Acquisition",
    ProcessType.CLAIMED_RETURNED: "Claimed Returned",
    ProcessType.HOLD_SHELF: "Hold Shelf",
    ProcessType.RESOURCE_SHARING: "Resource Sharing Request",
    ProcessType.LOAN: "Loan",
    ProcessType.LOST_RESOURCE_SHARING: "Lost Resource Sharing Item",
    ProcessType.LOST: "Lost",
    ProcessType.LOST_AND_PAID: "Lost and Paid",
    ProcessType.MISSING: "Missing",
    ProcessType.REQUESTED: "Requested",
    ProcessType.TECHNICAL: "Technical - Migration",
    ProcessType.TRANSIT: "Transit",
    ProcessType.TRANSIT_TO_STORAGE: "In Transit to Remote Storage",
    ProcessType.WORK_ORDER: "In Process",
}
"""Alma's words; a site may call them otherwise."""
STILL_THERE: Final = frozenset({None, ProcessType.REQUESTED})
"""What leaves an item on the shelf, if it is in place."""


class Availability(NamedTuple):
    """Of an item."""

    now: bool
    """Whether one can have it now."""
    words: str
    """Such as `Item in place`, or `Loan`."""
    due_at: datetime | None
    """When it is due back, UTC; None where it is not on loan, or nobody knows."""
    policy: str
    """Its item policy; may be empty."""


def availability(item: Item) -> Availability:
    """Whether the item can be had now, and what people are told."""
    now = item.base_status is BaseStatus.IN_PLACE and item.process_type in STILL_THERE
    words = PROCESS_TYPES[item.process_type] if item.process_type else BASE_STATUS[item.base_status]
    return Availability(now, words, item.due_at if item.process_type is ProcessType.LOAN else None, item.policy)
