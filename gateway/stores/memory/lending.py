"""Patrons, loans, requests and exchanges of a store in memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import Final

import trio
from msgspec.structs import replace

from gateway.model import Exchange, Loan, Patron, Request
from gateway.stores import lending, lent
from gateway.stores.base import PAGE_ROWS, Lent
from gateway.stores.memory.tables import Table, Undoing

RECORD: Final = "record"
PATRON: Final = "patron"
ITEM: Final = "item"
EXTERNAL_ID: Final = "external ID"
"""By what loans and requests are asked for."""


class MemoryLendingStacks:
    """`stores.lending.LendingStacks` of one zone."""

    def __init__(self) -> None:
        self._undoing: Undoing = []
        self.borrowers = Table[Patron](self._undoing, lambda one: one.barcode, {})
        self.lent_items = Table[Loan](
            self._undoing, lambda one: one.item, {RECORD: lambda one: one.mms_id, PATRON: lambda one: one.patron}
        )
        self.waiting = Table[Request](
            self._undoing,
            lambda one: one.id,
            {
                RECORD: lambda one: one.mms_id,
                PATRON: lambda one: one.patron,
                ITEM: lambda one: one.item,
                EXTERNAL_ID: lambda one: one.external_id,
            },
        )

    @property
    def lends(self) -> bool:
        """Whether there is anything of this."""
        return bool(self.borrowers or self.lent_items or self.waiting)

    def patron(self, barcode: str) -> Patron | None:
        """The contract's, as all below."""
        return self.borrowers.get(barcode)

    def put_patron(self, patron: Patron) -> None:
        self.borrowers.put(patron)

    def remove_patron(self, barcode: str) -> bool:
        if not self.borrowers.remove(barcode):
            return False
        self.lent_items.remove_where(PATRON, [barcode])
        self.waiting.remove_where(PATRON, [barcode])
        return True

    def loan(self, item: str) -> Loan | None:
        return self.lent_items.get(item)

    def loans(self, patron: str) -> list[Loan]:
        return self.lent_items.where(PATRON, patron)

    def put_loan(self, loan: Loan) -> None:
        self.lent_items.put(loan)

    def remove_loan(self, item: str) -> bool:
        return self.lent_items.remove(item)

    def request(self, id_: str) -> Request | None:
        return self.waiting.get(id_)

    def request_called(self, external_id: str) -> Request | None:
        return next(iter(lent.longest_first(self.waiting.where(EXTERNAL_ID, external_id))), None)

    def requests_of(self, mms_id: str) -> list[Request]:
        return lent.longest_first(self.waiting.where(RECORD, mms_id))

    def requests_by(self, patron: str) -> list[Request]:
        return lent.longest_first(self.waiting.where(PATRON, patron))

    def put_request(self, request: Request) -> None:
        self.waiting.put(request)

    def remove_request(self, id_: str) -> bool:
        return self.waiting.remove(id_)

    def lent(self, barcode: str) -> Lent | None:
        """`stores.lending.Lending.lent`."""
        patron = self.patron(barcode)
        return Lent(patron, self.loans(barcode), self.requests_by(barcode)) if patron else None

    def lent_of(self, mms_id: str) -> tuple[list[Loan], list[Request]]:
        """`stores.lending.Lending.lent_of`."""
        return self.lent_items.where(RECORD, mms_id), self.requests_of(mms_id)

    def forget_items(self, barcodes: Collection[str]) -> None:
        """Forget the loans of these items, and the requests for them."""
        for barcode in barcodes:
            self.remove_loan(barcode)
        self.waiting.remove_where(ITEM, barcodes)

    def forget_record(self, mms_id: str) -> None:
        """Forget the loans of a record's items, and the requests for it."""
        self.lent_items.remove_where(RECORD, [mms_id])
        self.waiting.remove_where(RECORD, [mms_id])


class MemoryLending(ABC):
    """`stores.lending.Lending`."""

    def __init__(self) -> None:
        self._exchanges: dict[int, Exchange] = {}
        """By their numbers, rising."""
        self._exchange_seq = 0
        """The highest number that was given."""

    @abstractmethod
    def _stacks_of(self, zone: str) -> MemoryLendingStacks:
        """The zone's."""

    async def lent(self, zone: str, barcode: str) -> Lent | None:
        """A patron with what he has."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).lent(barcode)

    async def patrons(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Patron]:
        """By rising barcode."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).borrowers.page(after, limit)

    async def loans(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Loan]:
        """By rising item."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).lent_items.page(after, limit)

    async def requests(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Request]:
        """By rising ID."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).waiting.page(after, limit)

    async def lent_of(self, zone: str, mms_id: str) -> tuple[list[Loan], list[Request]]:
        """Of a record."""
        await trio.lowlevel.checkpoint()
        return self._stacks_of(zone).lent_of(mms_id)

    def note_exchange(self, exchange: Exchange, kept: Callable[[], object] = lambda: None) -> None:
        """Keep it at once."""
        self._exchange_seq += 1
        self._exchanges[self._exchange_seq] = replace(exchange, seq=self._exchange_seq)
        if len(self._exchanges) > lending.EXCHANGES_KEPT:
            del self._exchanges[next(iter(self._exchanges))]
        kept()

    async def exchanges(
        self, *, zone: str | None = None, before: int | None = None, text: str = "", limit: int = PAGE_ROWS
    ) -> list[Exchange]:
        """Newest first."""
        await trio.lowlevel.checkpoint()
        found = (
            lent.without_messages(exchange)
            for seq, exchange in reversed(self._exchanges.items())
            if (before is None or seq < before)
            and zone in (None, exchange.zone)
            and (not text or lending.holds(exchange, text))
        )
        return [*islice(found, limit)]

    async def exchange(self, seq: int) -> Exchange | None:
        """One by its number."""
        await trio.lowlevel.checkpoint()
        return self._exchanges.get(seq)

    async def whole_exchanges(self, *, after: int = 0, limit: int = PAGE_ROWS) -> list[Exchange]:
        """By rising number."""
        await trio.lowlevel.checkpoint()
        return [*islice((exchange for seq, exchange in self._exchanges.items() if seq > after), limit)]

    async def put_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Under their numbers."""
        await trio.lowlevel.checkpoint()
        for exchange in exchanges:
            self._exchanges[exchange.seq] = exchange
            self._exchange_seq = exchange.seq

    def _forget_exchanges(self, zone: str) -> None:
        self._exchanges = {seq: one for seq, one in self._exchanges.items() if one.zone != zone}
