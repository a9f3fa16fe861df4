"""Libraries, holdings and items of zones: which there are, and what people change in them one by one."""

from typing import Final

from msgspec.structs import asdict, replace

from gateway.circulation import rules
from gateway.circulation.entries import usual_status
from gateway.circulation.ids import free_id
from gateway.desk.shelves import (
    HoldingShown,
    HoldingWanted,
    ItemShown,
    ItemWanted,
    LibraryWanted,
    NewItem,
    item_shown,
    shown_all,
)
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.fitting import hint
from gateway.model import Holding, Item, Library, ProcessType
from gateway.stores.base import Stacks, Store

LENT: Final = frozenset(
    {ProcessType.LOAN, ProcessType.CLAIMED_RETURNED, ProcessType.LOST, ProcessType.LOST_RESOURCE_SHARING}
)
"""What is done with an item that somebody still has, or should have [assumed: what is paid for is nobody's loan]."""


async def libraries(store: Store, zone: str) -> list[Library]:
    """Those of a zone, by rising code. Raises `StoreError`."""
    return await store.libraries(zone)


async def put_library(store: Store, zone: str, code: str, wanted: LibraryWanted) -> Library:
    """Make a library, or change it. Raises `Unfit`, `Conflict` for a location in use that is left out, `StoreError`."""
    locations = tuple(sorted(wanted.locations, key=lambda one: one.code))
    library = Library(zone=zone, code=code, name=wanted.name, locations=locations)
    _raise_any(rules.library_faults(library))
    present = {one.code for one in await store.libraries(zone)}

    def plan(stacks: Stacks) -> Library:
        if stacks.library(code) is None:
            _check_room(len(present), rules.LIBRARIES_OF_ZONE, f"zone {zone} has no room for another library")
        left_out = stacks.shelved_at(code) - {one.code for one in locations}
        if left_out:
            raise Conflict(
                f"library {code} has holdings at {', '.join(sorted(left_out))}; leave it among its locations"
            )
        stacks.put_library(library)
        return library

    return await store.rearrange(zone, plan)


async def remove_library(store: Store, zone: str, code: str) -> None:
    """Forget a library. Raises `NotFound`, `Conflict` where it has holdings, `StoreError`."""
    present = [one.code for one in await store.libraries(zone)]

    def plan(stacks: Stacks) -> None:
        if stacks.shelved_at(code):
            raise Conflict(f"library {code} of zone {zone} has holdings; delete them first")
        if not stacks.remove_library(code):
            raise NotFound(f"zone {zone} has no library {code!r}; {hint(code, present)}")

    await store.rearrange(zone, plan)


async def of_record(store: Store, zone: str, mms_id: str) -> list[HoldingShown]:
    """The holdings of a record, by library, location and call number. Raises `StoreError`."""
    return shown_all(await store.shelves(zone, [mms_id]), await store.libraries(zone))


async def one(store: Store, zone: str, id_: str) -> HoldingShown:
    """A holding. Raises `NotFound`, `StoreError`."""
    found = await _holding(store, zone, id_)
    shelves = await store.shelves(zone, [found.mms_id])
    for holding in shown_all(shelves, await store.libraries(zone)):
        if holding.id == id_:
            return holding
    raise _no_holding(zone, id_)


async def make(store: Store, zone: str, mms_id: str, suffix: str, wanted: HoldingWanted) -> HoldingShown:
    """Make a holding of a record; `suffix` ends the zone's IDs.

    Raises `NotFound`, `Unfit` with what is wrong in which field, `Conflict` where the record has as many as it may,
    `StoreError`.
    """

    def plan(stacks: Stacks) -> str:
        there = stacks.holdings(mms_id)
        _check_room(len(there), rules.HOLDINGS_OF_RECORD, f"record {mms_id} has no room for another holding")
        id_ = free_id(stacks, mms_id, (wanted, len(there)), suffix)
        put_checked(stacks, Holding(zone=zone, id=id_, mms_id=mms_id, **asdict(wanted)))
        return id_

    return await one(store, zone, await store.rearrange(zone, plan))


async def change(store: Store, zone: str, id_: str, wanted: HoldingWanted) -> HoldingShown:
    """Have a holding be so. Raises `NotFound`, `Unfit`, `StoreError`."""

    def plan(stacks: Stacks) -> None:
        present = _there(stacks.holding(id_), zone, id_)
        put_checked(stacks, Holding(zone=zone, id=id_, mms_id=present.mms_id, **asdict(wanted)))

    await store.rearrange(zone, plan)
    return await one(store, zone, id_)


async def remove(store: Store, zone: str, id_: str) -> None:
    """Forget a holding with its items. Raises `NotFound`, `StoreError`."""
    if not await store.rearrange(zone, lambda stacks: stacks.remove_holding(id_)):
        raise _no_holding(zone, id_)


async def items(store: Store, zone: str, id_: str) -> list[ItemShown]:
    """The items of a holding, by rising barcode. Raises `NotFound`, `StoreError`."""
    holding = await _holding(store, zone, id_)
    shelves = await store.shelves(zone, [holding.mms_id])
    return [item_shown(item) for item in shelves.items if item.holding == id_]


async def item(store: Store, zone: str, barcode: str) -> ItemShown:
    """The item of this barcode. Raises `NotFound`, `StoreError`."""
    return item_shown(_item_there(await store.item(zone, barcode), zone, barcode))


async def make_item(store: Store, zone: str, id_: str, wanted: NewItem) -> ItemShown:
    """Make an item of a holding.

    Raises `NotFound`, `Unfit`, also for a barcode that another has, `Conflict` where the holding has as many as it may,
    `StoreError`.
    """

    def plan(stacks: Stacks) -> Item:
        holding = _there(stacks.holding(id_), zone, id_)
        made = _item(holding, wanted.barcode, wanted)
        _raise_any(rules.item_faults(made))
        if other := stacks.item(wanted.barcode):
            raise Unfit([("barcode", f"is that of another item, of the record {other.mms_id}")])
        there = len(stacks.items(id_))
        _check_room(there, rules.ITEMS_OF_HOLDING, f"holding {id_} has no room for another item")
        keep_item(stacks, made)
        return made

    return item_shown(await store.rearrange(zone, plan))


async def change_item(store: Store, zone: str, barcode: str, wanted: ItemWanted) -> ItemShown:
    """Have an item be so. Raises `NotFound`, `Unfit`, `StoreError`."""

    def plan(stacks: Stacks) -> Item:
        present = _item_there(stacks.item(barcode), zone, barcode)
        changed = _item(_there(stacks.holding(present.holding), zone, present.holding), barcode, wanted)
        _raise_any(rules.item_faults(changed))
        keep_item(stacks, changed)
        return changed

    return item_shown(await store.rearrange(zone, plan))


async def remove_item(store: Store, zone: str, barcode: str) -> None:
    """Forget an item. Raises `NotFound`, `StoreError`."""
    if not await store.rearrange(zone, lambda stacks: stacks.remove_item(barcode)):
        raise _no_item(zone, barcode)


def put_checked(stacks: Stacks, holding: Holding) -> None:
    """Keep a holding. Raises `Unfit` where it cannot be, or its library or location is not there; `NotFound`."""
    _raise_any(rules.holding_faults(holding))
    library = stacks.library(holding.library)
    if library is None:
        raise Unfit([("library", f"is {holding.library!r}, which zone {holding.zone} does not have; make it first")])
    there = [location.code for location in library.locations]
    if holding.location not in there:
        words = f"library {library.code} has no location {holding.location!r}; {hint(holding.location, there)}"
        raise Unfit([("location", words)])
    stacks.put_holding(holding)


def keep_item(stacks: Stacks, item: Item) -> None:
    """Keep an item, and its loan in step: whoever says that nobody has it ends that, and its due date is the loan's.

    Raises `NotFound`, `ValueError`, as `Stacks.put_item`.
    """
    stacks.put_item(item)
    loan = stacks.loan(item.barcode)
    if loan is None:
        return
    if item.process_type not in LENT:
        stacks.remove_loan(item.barcode)
    elif item.due_at not in (None, loan.due_at):
        stacks.put_loan(replace(loan, due_at=item.due_at))


def _item(holding: Holding, barcode: str, wanted: ItemWanted) -> Item:
    said = asdict(wanted) | {"barcode": barcode, "base_status": wanted.base_status or usual_status(wanted.process_type)}
    if wanted.due_at is not None:
        said["due_at"] = rules.in_utc(wanted.due_at)
    return Item(zone=holding.zone, holding=holding.id, mms_id=holding.mms_id, **said)


async def _holding(store: Store, zone: str, id_: str) -> Holding:
    return _there(await store.holding(zone, id_), zone, id_)


def _there(found: Holding | None, zone: str, id_: str) -> Holding:
    if found is None:
        raise _no_holding(zone, id_)
    return found


def _item_there(found: Item | None, zone: str, barcode: str) -> Item:
    if found is None:
        raise _no_item(zone, barcode)
    return found


def _no_holding(zone: str, id_: str) -> NotFound:
    return NotFound(f"zone {zone} has no holding {id_!r}")


def _no_item(zone: str, barcode: str) -> NotFound:
    return NotFound(f"zone {zone} has no item with the barcode {barcode!r}")


def _check_room(there: int, most: int, words: str) -> None:
    if there >= most:
        raise Conflict(f"{words}: there are {there:,}, the most there can be")


def _raise_any(faults: list[rules.Fault]) -> None:
    if faults:
        raise Unfit(faults)
