"""The part of a store's contract by which records and attempts are changed: a zone's transaction, and plans for one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gateway.errors import StoreError
from gateway.model import BibRecord, Delivery, Identifier, PendingLink, Receipt, Submission

T = TypeVar("T")


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


def out_of_turn(record: BibRecord) -> StoreError:
    """Why a store does not keep this version."""
    return StoreError(f"version {record.version} of the record {record.mms_id} is neither its newest nor its next")
