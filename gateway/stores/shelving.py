"""The part of a store's contract by which libraries, holdings and items are kept: a zone's stacks, and what is read."""

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol, TypeVar

from gateway.errors import NotFound
from gateway.model import Holding, Item, Library
from gateway.stores.finding import Shelves
from gateway.stores.lending import LendingStacks

T = TypeVar("T")


class ShelfPlace(NamedTuple):
    """Where a holding stands among a zone's."""

    mms_id: str
    holding: str
    """Its ID."""


class Stacks(LendingStacks, Protocol):
    """One zone's libraries, holdings and items within one durable transaction. Its reads see its changes.

    Codes, IDs and barcodes are of printable characters; what is put is of this zone.
    """

    def library(self, code: str) -> Library | None:
        """The library of this code."""

    def shelved_at(self, library: str) -> set[str]:
        """Codes of the locations at which this library has holdings."""

    def holding(self, id_: str) -> Holding | None:
        """The holding of this ID."""

    def holdings(self, mms_id: str) -> list[Holding]:
        """Those of a record, by rising ID."""

    def item(self, barcode: str) -> Item | None:
        """The item of this barcode."""

    def items(self, holding: str) -> list[Item]:
        """Those of a holding, by rising barcode."""

    def put_library(self, library: Library) -> None:
        """Keep it, instead of an earlier one of the same code."""

    def put_holding(self, holding: Holding) -> None:
        """Keep it, instead of an earlier one of the same ID, which is of the same record.

        Raises `NotFound` where the zone has no such record, `ValueError` where the earlier one is of another.
        """

    def put_item(self, item: Item) -> None:
        """Keep it, instead of an earlier one of the same barcode, wherever that was.

        Raises `NotFound` where the zone has no such holding, `ValueError` where that is of another record.
        """

    def remove_library(self, code: str) -> bool:
        """Forget it; whether there was one. Holdings may still name it."""

    def remove_holding(self, id_: str) -> bool:
        """Forget it with its items; whether there was one."""

    def remove_item(self, barcode: str) -> bool:
        """Forget it; whether there was one."""


def no_record(zone: str, mms_id: str) -> NotFound:
    """Why a holding is not kept."""
    return NotFound(f"zone {zone} holds no record {mms_id}")


def no_holding(zone: str, id_: str) -> NotFound:
    """Why an item is not kept."""
    return NotFound(f"zone {zone} has no holding {id_}")


def check_same_record(found: str, mms_id: str) -> None:
    """Raise `ValueError` for a holding or an item that would be of another record than it is."""
    if found != mms_id:
        raise ValueError(f"it is of the record {found}, not of {mms_id}")


class Shelving(Protocol):
    """How the stacks are changed, and what is read of them beside: part of `stores.base.Store`."""

    async def rearrange(self, zone: str, plan: Callable[[Stacks], T]) -> T:
        """Run `plan` alone on the zone's stacks and return what it returned, after that is durable.

        It is synchronous and pure but for the stacks, as it may be run again. What it raises undoes its changes, and is
        raised here. Where it raises `StoreError` it may have happened. No export waits for another rearranging than
        the one under way.
        """

    async def libraries(self, zone: str) -> list[Library]:
        """The zone's, by rising code."""

    async def shelves(self, zone: str, mms_ids: Collection[str]) -> Shelves:
        """Holdings and items of these records, as they were at one moment."""

    async def holding(self, zone: str, id_: str) -> Holding | None:
        """The holding of this ID."""

    async def item(self, zone: str, barcode: str) -> Item | None:
        """The item of this barcode."""

    async def holdings(self, zone: str, *, after: ShelfPlace | None = None, limit: int = 100) -> list[Holding]:
        """The zone's holdings by rising MMS ID and ID; those behind `after`."""

    async def shelved(self) -> list[str]:
        """Keys of the zones that have libraries or holdings, rising."""
