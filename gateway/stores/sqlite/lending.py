"""The SQL of the SQLite store for patrons, loans, requests and exchanges. Runs in a thread, within a transaction."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from gateway.model import Exchange, Loan, Patron, Request
from gateway.stores import lending, lent
from gateway.stores.base import PAGE_ROWS, Lent, T
from gateway.stores.lent import Noted
from gateway.stores.sqlite.rows import Execute, Row, to_json
from gateway.stores.sqlite.writer import Writer

TABLES: Final = ("patron", "loan", "request", "exchange")

_patron_of = msgspec.json.Decoder(Patron).decode
_loan_of = msgspec.json.Decoder(Loan).decode
_request_of = msgspec.json.Decoder(Request).decode
_exchange_of = msgspec.json.Decoder(Exchange).decode


class SqliteLendingStacks:
    """`stores.lending.LendingStacks` of one zone."""

    def __init__(self, execute: Execute, zone: str) -> None:
        self._execute = execute
        self._zone = zone

    def patron(self, barcode: str) -> Patron | None:
        """The contract's, as all below."""
        return patron(self._execute, self._zone, barcode)

    def put_patron(self, patron: Patron) -> None:
        row = (self._zone, patron.barcode, to_json(patron))
        self._execute("INSERT OR REPLACE INTO patron VALUES (?, ?, ?)", row)

    def remove_patron(self, barcode: str) -> bool:
        if not self._removed("DELETE FROM patron WHERE zone = ? AND barcode = ? RETURNING barcode", barcode):
            return False
        forget_where(self._execute, self._zone, "patron", barcode)
        return True

    def loan(self, item: str) -> Loan | None:
        body = self._execute("SELECT body FROM loan WHERE zone = ? AND item = ?", (self._zone, item)).get
        return _loan_of(body) if body else None

    def loans(self, patron: str) -> list[Loan]:
        return loans_where(self._execute, self._zone, "patron", patron)

    def put_loan(self, loan: Loan) -> None:
        row = (self._zone, loan.item, loan.mms_id, loan.patron, to_json(loan))
        self._execute("INSERT OR REPLACE INTO loan VALUES (?, ?, ?, ?, ?)", row)

    def remove_loan(self, item: str) -> bool:
        return self._removed("DELETE FROM loan WHERE zone = ? AND item = ? RETURNING item", item)

    def request(self, id_: str) -> Request | None:
        body = self._execute("SELECT body FROM request WHERE zone = ? AND id = ?", (self._zone, id_)).get
        return _request_of(body) if body else None

    def request_called(self, external_id: str) -> Request | None:
        return next(iter(requests_where(self._execute, self._zone, "external_id", external_id)), None)

    def requests_of(self, mms_id: str) -> list[Request]:
        return requests_where(self._execute, self._zone, "mms_id", mms_id)

    def requests_by(self, patron: str) -> list[Request]:
        return requests_where(self._execute, self._zone, "patron", patron)

    def put_request(self, request: Request) -> None:
        words = (request.mms_id, request.item, request.patron, request.external_id)
        row = (self._zone, request.id, *words, to_json(request))
        self._execute("INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def remove_request(self, id_: str) -> bool:
        return self._removed("DELETE FROM request WHERE zone = ? AND id = ? RETURNING id", id_)

    def _removed(self, query: str, key: str) -> bool:
        return self._execute(query, (self._zone, key)).get is not None


class SqliteLending(ABC):
    """`stores.lending.Lending`."""

    def __init__(self) -> None:
        self.exchanges_waiting = lent.Waiting(self._keep_exchanges)

    @abstractmethod
    async def _read(self, query: Callable[[Execute], T]) -> T:
        """Ask."""

    @abstractmethod
    def _writing(self) -> Writer:
        """Who writes. Raises `StoreError` where the store was opened to read."""

    async def lent(self, zone: str, barcode: str) -> Lent | None:
        """A patron with what he has."""

        def read(execute: Execute) -> Lent | None:
            found = patron(execute, zone, barcode)
            if found is None:
                return None
            stacks = SqliteLendingStacks(execute, zone)
            return Lent(found, stacks.loans(barcode), stacks.requests_by(barcode))

        return await self._read(read)

    async def patrons(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Patron]:
        """By rising barcode."""
        query = "SELECT body FROM patron WHERE zone = ? AND barcode > ? ORDER BY barcode LIMIT ?"
        return [_patron_of(body) for body in await self._bodies(query, (zone, after, limit))]

    async def loans(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Loan]:
        """By rising item."""
        query = "SELECT body FROM loan WHERE zone = ? AND item > ? ORDER BY item LIMIT ?"
        return [_loan_of(body) for body in await self._bodies(query, (zone, after, limit))]

    async def requests(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Request]:
        """By rising ID."""
        query = "SELECT body FROM request WHERE zone = ? AND id > ? ORDER BY id LIMIT ?"
        return [_request_of(body) for body in await self._bodies(query, (zone, after, limit))]

    async def _bodies(self, query: str, given: Row) -> list[bytes]:
        return await self._read(lambda execute: [body for (body,) in execute(query, given)])

    async def lent_of(self, zone: str, mms_id: str) -> tuple[list[Loan], list[Request]]:
        """Of a record."""
        which = "mms_id"
        return await self._read(
            lambda execute: (loans_where(execute, zone, which, mms_id), requests_where(execute, zone, which, mms_id))
        )

    async def lending_zones(self) -> list[str]:
        """Zones that have patrons, loans or requests."""
        query = "SELECT zone FROM patron UNION SELECT zone FROM loan UNION SELECT zone FROM request ORDER BY zone"
        return await self._read(lambda execute: [zone for (zone,) in execute(query)])

    def note_exchange(self, exchange: Exchange, kept: Callable[[], object] = lambda: None) -> None:
        """Let it wait for the next batch."""
        self.exchanges_waiting.note(exchange, kept)

    def keep_last(self, execute: Execute) -> None:
        """Keep what waits, at the end."""
        keep_exchanges(execute, self.exchanges_waiting.take())

    async def exchanges(
        self, *, zone: str | None = None, before: int | None = None, text: str = "", limit: int = PAGE_ROWS
    ) -> list[Exchange]:
        """Newest first."""
        conditions = {"zone = ?": zone, "seq < ?": before, "instr(words, ?)": lent.wanted(text) or None}
        given = {condition: value for condition, value in conditions.items() if value is not None}
        where = f"WHERE {' AND '.join(given)}" if given else ""
        query = f"SELECT seq, body FROM exchange {where} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - words of its own
        found = await self._read(lambda execute: [*execute(query, (*given.values(), limit))])
        return [replace(_exchange_of(body), seq=seq) for seq, body in found]

    async def exchange(self, seq: int) -> Exchange | None:
        """One by its number."""
        found = await self.whole_exchanges(after=seq - 1, limit=1)
        return found[0] if found and found[0].seq == seq else None

    async def whole_exchanges(self, *, after: int = 0, limit: int = PAGE_ROWS) -> list[Exchange]:
        """By rising number."""
        query = "SELECT seq, body, asked, answered FROM exchange WHERE seq > ? ORDER BY seq LIMIT ?"
        found = await self._read(lambda execute: [*execute(query, (after, limit))])
        return [
            replace(_exchange_of(body), seq=seq, asked=asked, answered=answered) for seq, body, asked, answered in found
        ]

    async def put_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Under their numbers."""
        query = "INSERT INTO exchange (seq, zone, body, words, asked, answered) VALUES (?, ?, ?, ?, ?, ?)"

        def put(execute: Execute) -> None:
            for exchange in exchanges:
                execute(query, (exchange.seq, *Noted.of(exchange)))

        await self._writing().work(put)

    async def _keep_exchanges(self, exchanges: Sequence[Noted]) -> None:
        await self._writing().work(lambda execute: keep_exchanges(execute, exchanges))


def patron(execute: Execute, zone: str, barcode: str) -> Patron | None:
    """The patron of this barcode."""
    body = execute("SELECT body FROM patron WHERE zone = ? AND barcode = ?", (zone, barcode)).get
    return _patron_of(body) if body else None


def loans_where(execute: Execute, zone: str, column: str, value: str) -> list[Loan]:
    """By rising item."""
    query = f"SELECT body FROM loan {_by('loan', column)} ORDER BY item"  # noqa: S608 - names of its own
    return [_loan_of(body) for (body,) in execute(query, (zone, value))]


def requests_where(execute: Execute, zone: str, column: str, value: str) -> list[Request]:
    """Those that have waited longest first."""
    query = f"SELECT body FROM request {_by('request', column)}"  # noqa: S608 - names of its own
    return lent.longest_first(_request_of(body) for (body,) in execute(query, (zone, value)))


def forget_where(execute: Execute, zone: str, column: str, value: str) -> None:
    """Forget such loans and requests."""
    for table in ("loan", "request"):
        execute(f"DELETE FROM {table} {_by(table, column)}", (zone, value))  # noqa: S608 - names of its own


def forget_items(execute: Execute, zone: str, barcodes: Iterable[str]) -> None:
    """Forget the loans of these items, and the requests for them."""
    for barcode in barcodes:
        execute("DELETE FROM loan WHERE zone = ? AND item = ?", (zone, barcode))
        execute(f"DELETE FROM request {_by('request', 'item')}", (zone, barcode))  # noqa: S608 - names of its own


def _by(table: str, column: str) -> str:
    """The condition, with the index to go by: else SQLite, which has no counts, might go through all of the zone."""
    return f"INDEXED BY {table}_by_{column} WHERE zone = ? AND {column} = ?"


def keep_exchanges(execute: Execute, exchanges: Sequence[Noted]) -> None:
    """Keep these, and no more than are to be kept."""
    query = "INSERT INTO exchange (zone, body, words, asked, answered) VALUES (?, ?, ?, ?, ?) RETURNING seq"
    newest = max([int(execute(query, noted).get or 0) for noted in exchanges], default=0)
    if lent.is_due(newest, len(exchanges)):
        beyond = (execute("SELECT count(*) FROM exchange").get or 0) - lending.EXCHANGES_KEPT
        last = "SELECT seq FROM exchange ORDER BY seq LIMIT 1 OFFSET ?"
        if beyond > 0:
            execute(f"DELETE FROM exchange WHERE seq <= ({last})", (beyond - 1,))  # noqa: S608 - words of its own
