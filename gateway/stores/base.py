"""The contract of a store. `tests/stores` holds every store against the words of these docstrings."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Identifier,
    PendingLink,
    Webhook,
    Zone,
)
from gateway.search.attempts import Wanted
from gateway.stores.finding import Finding
from gateway.stores.finding import Found as Found
from gateway.stores.finding import Listed as Listed
from gateway.stores.finding import Shelves as Shelves
from gateway.stores.lending import Lending
from gateway.stores.lending import Lent as Lent
from gateway.stores.publishing import Published as Published
from gateway.stores.publishing import Publishing
from gateway.stores.publishing import Unpublished as Unpublished
from gateway.stores.shelving import ShelfPlace as ShelfPlace
from gateway.stores.shelving import Shelving
from gateway.stores.shelving import Stacks as Stacks
from gateway.stores.transacting import Plan as Plan
from gateway.stores.transacting import T as T
from gateway.stores.transacting import Transaction as Transaction

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


Place = tuple[str, str]
"""Zone and key of a webhook."""


def webhook_place(old: Webhook | None, new: Webhook | None) -> Place:
    """Where one is swapped for the other. Raises `ValueError` unless that is one place."""
    places = {(webhook.zone, webhook.key) for webhook in (old, new) if webhook is not None}
    if len(places) != 1:
        raise ValueError("a webhook is swapped for another of the same zone and key, and one of the two is there")
    return places.pop()


class Store(Finding, Shelving, Lending, Publishing, Protocol):
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
