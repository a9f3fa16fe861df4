"""The contract of a store. `tests/stores` holds every store against the words of these docstrings."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol, TypeVar

from gateway.errors import NotFound, StoreError
from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Holding,
    Identifier,
    Item,
    Library,
    PendingLink,
    Receipt,
    Submission,
    Webhook,
    Zone,
)
from gateway.search.attempts import Wanted
from gateway.stores.finding import Finding
from gateway.stores.finding import Found as Found
from gateway.stores.finding import Listed as Listed
from gateway.stores.finding import Shelves as Shelves
from gateway.stores.lending import Lending, LendingStacks
from gateway.stores.lending import Lent as Lent
from gateway.stores.publishing import Published as Published
from gateway.stores.publishing import Publishing
from gateway.stores.publishing import Unpublished as Unpublished

T = TypeVar("T")

Purpose = Literal["serve", "change", "read"]
"""What a store is opened for: one gateway at a time may serve an SQLite file, several may a PostgreSQL database;
commands change and read it beside them."""

PAGE_ROWS = 100
"""Rows of a listing that are fetched at once: a screenful or two, some 200 kB of records."""


class Retention(NamedTuple):
    """Which attempts to keep; records never expire."""

    keep: int = 100_000
    """The newest so many, over all zones; up to a tenth more, for the oldest go in batches, soon after others came."""
    age: timedelta | None = None
    """And of those, the ones younger than this."""


class Counts(NamedTuple):
    """How much a zone holds."""

    records: int = 0
    versions: int = 0
    """Of all its records, their newest ones too."""
    attempts: int = 0
    ordinal: int = 0
    """The last one that was drawn."""


class KeptZone(NamedTuple):
    """A zone that was made at run time, not in the settings."""

    zone: Zone
    secret: str
    """The argon2 hash of its password, never the password."""
    at: datetime
    """When it was made, UTC."""


class Indexed(NamedTuple):
    """An identifier, and a record that is found by it."""

    identifier: Identifier
    mms_id: str


class Transaction(Protocol):
    """One zone's records and attempts within one durable transaction.

    Changes are made together when the plan has returned; until then its reads do not see them.
    """

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising, of the zone's records that bear one of `identifiers` now (not in an earlier version)."""

    def get(self, mms_id: str) -> BibRecord | None:
        """The record's newest version."""

    def next_ordinal(self) -> int:
        """1 for the zone's first record, then 2, and so on; one that a failed plan drew is drawn again."""

    def filed(self, submission: str) -> bool:
        """Whether the attempt with this ID is kept in this zone."""

    def put(self, record: BibRecord) -> None:
        """Keep a new record (version 1), a record's next version, or its newest one amended (the same version).

        Earlier versions stay. An index that is damaged, and has a number of the record already, is no obstacle. For any
        other version `transact` raises `StoreError`, and nothing has happened.
        """

    def file(self, submission: Submission, receipt: Receipt) -> None:
        """Keep the attempt under `receipt.zone`, with a `seq` that no other has in any zone.

        Those of one zone come to be seen in the order of their numbers, whoever files them. Those of several zones that
        are filed at once may come to be seen in another order.
        """

    def note(self, delivery: Delivery) -> None:
        """Add to an attempt what became of its reply, be it one that this plan files; nothing where it is not kept."""

    def pend(self, link: PendingLink) -> None:
        """Remember that a link is still to be made; this zone is the link's network zone."""

    def settle(self, submission: str) -> None:
        """Forget the pending link of this submission; nothing where there is none."""


Plan = Callable[[Transaction], T]
"""What to do in a transaction: synchronous, pure but for the transaction, so that it may be run again."""


@dataclass
class Changes:
    """What a plan wants changed, for stores to gather while it runs."""

    ordinal: int
    records: list[BibRecord] = field(default_factory=list)
    attempts: list[tuple[Submission, Receipt]] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    """To be added to attempts when those of this plan are filed."""
    links: dict[str, PendingLink | None] = field(default_factory=dict)
    """By submission, the link to be made; None where there is to be none any more."""

    def next_ordinal(self) -> int:
        """The contract's."""
        self.ordinal += 1
        return self.ordinal

    def put(self, record: BibRecord) -> None:
        """The contract's."""
        self.records.append(record)

    def file(self, submission: Submission, receipt: Receipt) -> None:
        """The contract's."""
        self.attempts.append((submission, receipt))

    def note(self, delivery: Delivery) -> None:
        """The contract's."""
        self.deliveries.append(delivery)

    def pend(self, link: PendingLink) -> None:
        """The contract's."""
        self.links[link.submission.id] = link

    def settle(self, submission: str) -> None:
        """The contract's."""
        self.links[submission] = None


Place = tuple[str, str]
"""Zone and key of a webhook."""


def webhook_place(old: Webhook | None, new: Webhook | None) -> Place:
    """Where one is swapped for the other. Raises `ValueError` unless that is one place."""
    places = {(webhook.zone, webhook.key) for webhook in (old, new) if webhook is not None}
    if len(places) != 1:
        raise ValueError("a webhook is swapped for another of the same zone and key, and one of the two is there")
    return places.pop()


def out_of_turn(record: BibRecord) -> StoreError:
    """Why a store does not keep this version."""
    return StoreError(f"version {record.version} of the record {record.mms_id} is neither its newest nor its next")


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


class Store(Finding, Lending, Publishing, Protocol):
    """Zones of records, and every attempt to change them. Zones never see each other's records."""

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """Run `plan` in one transaction and return what it returned, after that is durable.

        What the plan raises undoes its changes and no others, and is raised here. Plans that run at once have the
        effect of running one after another. Raises `ImportTimedOut` when after `seconds` it has certainly not
        happened, `StoreError` when the store could not do it. Raises `OutcomeUnknown` when it may have happened: the
        store was lost while it committed, and after `seconds` could not be asked; what it committed could not be made
        durable for certain; or the gateway was stopped meanwhile. Cancelled, it has not happened or has happened whole.
        """

    def note(self, delivery: Delivery) -> None:
        """Add to an attempt what became of its reply: soon, but not at once and not surely."""

    async def pending(self) -> list[PendingLink]:
        """Every link that is still to be made, of all network zones, in the order of their submissions' IDs."""

    async def attempt(self, seq: int) -> Attempt | None:
        """One attempt by its number."""

    async def attempts(
        self,
        *,
        zone: str | None = None,
        before: int | None = None,
        limit: int = PAGE_ROWS,
        wanted: Wanted | None = None,
    ) -> list[Attempt]:
        """Attempts, newest first; those with a lower `seq` than `before`, and those that `wanted` matches."""

    async def newer(self, marks: Mapping[str, int], *, limit: int = PAGE_ROWS) -> list[Attempt]:
        """Attempts of the zones in `marks` with a higher `seq` than the zone's mark, by rising `seq`.

        At most `limit`, and of each zone its first ones: who asks again with the marks moved to what he has seen is
        told of each attempt once and misses none.
        """

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        """A record's newest version."""

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        """The zone's records, newest version of each, by rising MMS ID; those behind `after`."""

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        """The zone's records that bear one of `identifiers`, by rising MMS ID."""

    async def versions(self, zone: str, mms_id: str, *, numbers: Collection[int] | None = None) -> list[BibRecord]:
        """Every version of a record, oldest first; where `numbers` are given, those of them that there are.

        Without them as many bytes are read as the record has had in all its life.
        """

    async def history(
        self, zone: str, mms_id: str, *, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[BibRecord]:
        """A record's versions, newest first, without their MARC, which is empty; those with a lower `version` than
        `before`.
        """

    async def counts(self) -> dict[str, Counts]:
        """How much each zone holds, by its key; without zones in which all of it is 0."""

    async def indexed(self, zone: str, *, after: Indexed | None = None, limit: int = PAGE_ROWS) -> list[Indexed]:
        """By what the zone's records are found, each pair once, in an order of the store's own; those behind `after`.

        It is the index itself that is read, so that it can be held against the records.
        """

    async def remove_attempt(self, seq: int) -> bool:
        """Forget an attempt; whether there was one. Its number is not given again. Durable when it returns."""

    async def remove_record(self, zone: str, mms_id: str) -> bool:
        """Forget a record with all its versions, holdings, loans and requests; whether there was one. Its ordinal is
        not drawn again. Durable.

        That it was removed is remembered (`removed`), whether or not there was one.
        """

    async def reset(self, zone: str) -> None:
        """Forget all that the zone holds: records, attempts, links to be made, libraries, holdings, patrons, loans,
        requests, exchanges. Its next ordinal is 1. Durable.

        What was transacted before is gone, what is transacted after stays, whichever gateway does it.
        """

    async def removed(self) -> dict[tuple[str, str], datetime]:
        """When records were removed, by zone and MMS ID; without an MMS ID, when the zone was last reset. UTC.

        What came before may name a record that is no longer there.
        """

    async def zones(self) -> list[KeptZone]:
        """The zones that were made at run time, by rising key."""

    async def keep_zone(self, made: KeptZone) -> None:
        """Keep it, instead of an earlier one of the same key. Durable. What a zone of this key holds stays as it is."""

    async def remove_zone(self, key: str) -> bool:
        """Forget that it was made, all that it holds, as `reset`, and its webhooks; whether it was one of `zones`.
        Durable.
        """

    async def webhooks(self) -> list[Webhook]:
        """All that are kept, by rising zone and key. A `reset` of their zone leaves them."""

    async def swap_webhook(self, old: Webhook | None, new: Webhook | None) -> bool:
        """Keep `new` in place of `old`, if `old` is still what is kept of its zone and key; whether it was. Durable.

        None for `old`: nothing may be kept there yet. None for `new`: forget it. Raises `ValueError` where both are
        None, or are of two places. Of those who swap at once in one place, one alone is told True. Where it raises
        `StoreError` it may have happened.
        """

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

    async def holdings(self, zone: str, *, after: ShelfPlace | None = None, limit: int = PAGE_ROWS) -> list[Holding]:
        """The zone's holdings by rising MMS ID and ID; those behind `after`."""

    async def shelved(self) -> list[str]:
        """Keys of the zones that have libraries or holdings, rising."""

    async def index_records(
        self, zone: str, tell: Callable[[int, int], None] = lambda done, of: None, *, anew: bool = False
    ) -> None:
        """Bring what is kept of the zone's index wholly up to date, so that no search need do so.

        Where it was made by other rules, is mostly of versions that are gone, or is to be, it is made anew, which ends
        the epoch.
        `tell` is called as it goes on: how many changes are done, and of how many. Stopped, it goes on later where it
        was. Raises `StoreError` where it may not be written.
        """

    async def unindexed(self) -> dict[str, int]:
        """Zones whose index is behind, and how many changes wait: all that it has had, where other rules made it."""
