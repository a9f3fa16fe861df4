"""Where an item is between loans: on the shelf, on the hold shelf for whoever has waited longest, or gone back.

What a library lent this one stands in a library and a location of its own, as in Alma; by these it is told.
"""

from typing import Final

from msgspec.structs import replace

from gateway.circulation.availability import availability
from gateway.circulation.entries import usual_status
from gateway.circulation.lending.case import Case
from gateway.model import Holding, Item, Library, Location, ProcessType, Request
from gateway.stores.base import Stacks

SHARING: Final = "RES_SHARE"
"""Code of the library whose items are those of other libraries: Alma's usual one [assumed: a site may choose]."""
BORROWED: Final = "IN_RS_REQ"
"""Code of its location for what came for a patron; the same."""
SHARING_NAMES: Final = ("Resource Sharing Library", "Borrowing Resource Sharing Requests")

HELD: Final = frozenset({ProcessType.REQUESTED, ProcessType.HOLD_SHELF})
"""What an item is while a request has it."""
GONE: Final = frozenset(
    {
        *(ProcessType.LOST, ProcessType.LOST_AND_PAID, ProcessType.LOST_RESOURCE_SHARING),
        *(ProcessType.CLAIMED_RETURNED, ProcessType.MISSING),
    }
)
"""What an item is for which one waits in vain."""


def is_borrowed(stacks: Stacks, item: Item) -> bool:
    """Whether it is another library's, in this one for a patron."""
    holding = stacks.holding(item.holding)
    return holding is not None and is_of_another(holding)


def is_of_another(holding: Holding) -> bool:
    """Whether it is of things of another library."""
    return (holding.library, holding.location) == (SHARING, BORROWED)


def with_sharing(library: Library | None, zone: str) -> Library:
    """The library of what is borrowed, with that location."""
    name, of_location = SHARING_NAMES
    found = library or Library(zone=zone, code=SHARING, name=name)
    others = [one for one in found.locations if one.code != BORROWED]
    mine = next((one for one in found.locations if one.code == BORROWED), Location(BORROWED, of_location))
    return replace(found, locations=tuple(sorted([*others, mine], key=lambda one: one.code)))


def is_free(item: Item) -> bool:
    """Whether it stands on the shelf for anybody."""
    return availability(item).now and item.process_type is None


def holder(stacks: Stacks, item: Item) -> Request | None:
    """The request that has it."""
    if item.process_type not in HELD:
        return None
    return next((one for one in stacks.requests_of(item.mms_id) if one.item == item.barcode), None)


def pass_on(case: Case, item: Item) -> tuple[Item, Request | None]:
    """Let who has waited longest have an item that nobody has any more; it goes to the hold shelf for him, unless it
    stands in its place. Where nobody waits, it goes back to its place, and to its library what is borrowed.
    """
    stacks = case.stacks
    request = next(iter(case.waiting(item)), None)
    process: ProcessType | None
    if request is not None:
        request = replace(request, item=item.barcode)
        stacks.put_request(request)
        process = ProcessType.REQUESTED if availability(item).now else ProcessType.HOLD_SHELF
    else:
        process = ProcessType.RESOURCE_SHARING if is_borrowed(stacks, item) else None
    item = replace(item, process_type=process, base_status=usual_status(process), due_at=None)
    stacks.put_item(item)
    return item, request
