"""The part of a store's contract by which things are lent: within a zone's stacks, and reading beside them."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from gateway.model import Exchange, Loan, Patron, Request

EXCHANGES_KEPT: Final = 10_000
"""Messages of other systems, over all zones: weeks of a library's work, some 40 MB. They are there to be looked into
when something went wrong, which people notice sooner than that."""


def words_of(exchange: Exchange) -> str:
    """In what `Lending.exchanges` looks for a text, both of them casefolded."""
    return "\n".join((exchange.service, exchange.problem, exchange.value, exchange.subject)).casefold()


def holds(exchange: Exchange, text: str) -> bool:
    """Whether `Lending.exchanges` finds it by this text."""
    return text.casefold() in words_of(exchange)


class Lent(NamedTuple):
    """What a patron has to do with the zone."""

    patron: Patron
    loans: list[Loan]
    """By rising item."""
    requests: list[Request]
    """Those that have waited longest first."""


class LendingStacks(Protocol):
    """Patrons, loans and requests within one durable transaction: part of `stores.base.Stacks`.

    Nothing here looks at whether what is named is there: who lends does. A patron, an item or a record that is removed
    takes its loans and requests with it; an item that moves to another record takes them there. Reads see the
    transaction's changes.
    """

    def patron(self, barcode: str) -> Patron | None:
        """The patron of this barcode."""

    def put_patron(self, patron: Patron) -> None:
        """Keep it, instead of an earlier one of the same barcode."""

    def remove_patron(self, barcode: str) -> bool:
        """Forget him with his loans and requests; whether there was one."""

    def loan(self, item: str) -> Loan | None:
        """The loan of the item of this barcode."""

    def loans(self, patron: str) -> list[Loan]:
        """A patron's, by rising item."""

    def put_loan(self, loan: Loan) -> None:
        """Keep it, instead of an earlier one of the same item."""

    def remove_loan(self, item: str) -> bool:
        """Forget it; whether there was one."""

    def request(self, id_: str) -> Request | None:
        """The request of this ID."""

    def request_called(self, external_id: str) -> Request | None:
        """The request that another system calls so; it is not empty. Of several, the one that has waited longest."""

    def requests_of(self, mms_id: str) -> list[Request]:
        """Of a record and its items, those that have waited longest first."""

    def requests_by(self, patron: str) -> list[Request]:
        """A patron's, those that have waited longest first."""

    def put_request(self, request: Request) -> None:
        """Keep it, instead of an earlier one of the same ID."""

    def remove_request(self, id_: str) -> bool:
        """Forget it; whether there was one."""


class Lending(Protocol):
    """What is read of them beside the stacks, and the messages of other systems: part of `stores.base.Store`."""

    async def lent(self, zone: str, barcode: str) -> Lent | None:
        """A patron with what he has and waits for, at one moment."""

    async def patrons(self, zone: str, *, after: str = "", limit: int = 100) -> list[Patron]:
        """By rising barcode; those behind `after`."""

    async def loans(self, zone: str, *, after: str = "", limit: int = 100) -> list[Loan]:
        """The zone's by rising item; those behind `after`."""

    async def requests(self, zone: str, *, after: str = "", limit: int = 100) -> list[Request]:
        """The zone's by rising ID; those behind `after`."""

    async def lent_of(self, zone: str, mms_id: str) -> tuple[list[Loan], list[Request]]:
        """Of a record: loans by rising item, requests that have waited longest first."""

    async def lending_zones(self) -> list[str]:
        """Keys of the zones that have patrons, loans or requests, rising."""

    def note_exchange(self, exchange: Exchange, kept: Callable[[], object] = lambda: None) -> None:
        """Keep it: soon, but not at once and not surely. The newest `EXCHANGES_KEPT` are kept,
        and up to a tenth more, for the oldest go in batches.

        `kept` is called when it can be read; once for several that were noted with the same. Where it is never kept, or
        at the very end, it is not called.
        """

    async def exchanges(
        self, *, zone: str | None = None, before: int | None = None, text: str = "", limit: int = 100
    ) -> list[Exchange]:
        """Newest first, without `asked` and `answered`; those with a lower `seq` than `before`, and those of which
        service, problem, value or subject hold `text`, capital letters or not.
        """

    async def exchange(self, seq: int) -> Exchange | None:
        """One by its number."""

    async def whole_exchanges(self, *, after: int = 0, limit: int = 100) -> list[Exchange]:
        """With `asked` and `answered`, by rising number; those with a higher one than `after`."""

    async def put_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Keep these, of another store, under the numbers that they have there, and none is forgotten for it. Durable.

        Their numbers rise, and are higher than any that this store has; what is noted later gets higher ones yet.
        """
