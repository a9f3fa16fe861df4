"""The SQL for patrons, loans, requests and exchanges. Runs in a thread."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from gateway.model import Exchange, Loan, Patron, Request
from gateway.stores import lending, lent
from gateway.stores.base import PAGE_ROWS, Lent, T
from gateway.stores.lent import Noted
from gateway.stores.postgres.readers import Reading
from gateway.stores.postgres.rows import BIGGEST, plain
from gateway.stores.postgres.session import Connection, Row

TABLES: Final = ("patron", "loan", "request", "exchange")
PATRON: Final = 0
LOAN: Final = 1
REQUEST: Final = 2
"""Which kind of row it is, where one statement gives several."""

_to_json = msgspec.json.Encoder(order="deterministic").encode
_patron_of = msgspec.json.Decoder(Patron).decode
_loan_of = msgspec.json.Decoder(Loan).decode
_request_of = msgspec.json.Decoder(Request).decode
_exchange_of = msgspec.json.Decoder(Exchange).decode

LENT: Final = f"""
SELECT {PATRON}, barcode, body FROM patron WHERE zone = $1 AND barcode = $2
UNION ALL SELECT {LOAN}, item, body FROM loan WHERE zone = $1 AND patron = $2
UNION ALL SELECT {REQUEST}, id, body FROM request WHERE zone = $1 AND patron = $2
ORDER BY 1, 2
"""  # noqa: S608 - numbers of its own
LENT_OF: Final = f"""
SELECT {LOAN}, item, body FROM loan WHERE zone = $1 AND mms_id = $2
UNION ALL SELECT {REQUEST}, id, body FROM request WHERE zone = $1 AND mms_id = $2
ORDER BY 1, 2
"""  # noqa: S608 - numbers of its own
"""One statement each, so that it reads one state of the zone."""


class PostgresLendingStacks:
    """`stores.lending.LendingStacks` of one zone."""

    def __init__(self, connection: Connection, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def patron(self, barcode: str) -> Patron | None:
        """The contract's, as all below."""
        row = self._row("SELECT body FROM patron WHERE zone = $1 AND barcode = $2", plain(barcode))
        return _patron_of(row[0]) if row else None

    def put_patron(self, patron: Patron) -> None:
        query = "INSERT INTO patron VALUES ($1, $2, $3) ON CONFLICT (zone, barcode) DO UPDATE SET body = excluded.body"
        self._connection.execute(query, (self._zone, plain(patron.barcode), _json(patron)))

    def remove_patron(self, barcode: str) -> bool:
        key = plain(barcode)
        if not self._removed("DELETE FROM patron WHERE zone = $1 AND barcode = $2", key):
            return False
        self._removed("DELETE FROM loan WHERE zone = $1 AND patron = $2", key)
        self._removed("DELETE FROM request WHERE zone = $1 AND patron = $2", key)
        return True

    def loan(self, item: str) -> Loan | None:
        row = self._row("SELECT body FROM loan WHERE zone = $1 AND item = $2", plain(item))
        return _loan_of(row[0]) if row else None

    def loans(self, patron: str) -> list[Loan]:
        query = "SELECT body FROM loan WHERE zone = $1 AND patron = $2 ORDER BY item"
        return [_loan_of(body) for (body,) in self._connection.execute(query, (self._zone, plain(patron)))]

    def put_loan(self, loan: Loan) -> None:
        query = """
        INSERT INTO loan VALUES ($1, $2, $3, $4, $5) ON CONFLICT (zone, item) DO UPDATE
        SET mms_id = excluded.mms_id, patron = excluded.patron, body = excluded.body
        """
        self._connection.execute(query, (self._zone, *map(plain, (loan.item, loan.mms_id, loan.patron)), _json(loan)))

    def remove_loan(self, item: str) -> bool:
        return self._removed("DELETE FROM loan WHERE zone = $1 AND item = $2", plain(item))

    def request(self, id_: str) -> Request | None:
        row = self._row("SELECT body FROM request WHERE zone = $1 AND id = $2", plain(id_))
        return _request_of(row[0]) if row else None

    def request_called(self, external_id: str) -> Request | None:
        found = self._requests("SELECT body FROM request WHERE zone = $1 AND external_id = $2", external_id)
        return found[0] if found else None

    def requests_of(self, mms_id: str) -> list[Request]:
        return self._requests("SELECT body FROM request WHERE zone = $1 AND mms_id = $2", mms_id)

    def requests_by(self, patron: str) -> list[Request]:
        return self._requests("SELECT body FROM request WHERE zone = $1 AND patron = $2", patron)

    def put_request(self, request: Request) -> None:
        query = """
        INSERT INTO request VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (zone, id) DO UPDATE
        SET mms_id = excluded.mms_id, item = excluded.item, patron = excluded.patron,
            external_id = excluded.external_id, body = excluded.body
        """
        words = request.id, request.mms_id, request.item, request.patron, request.external_id
        self._connection.execute(query, (self._zone, *map(plain, words), _json(request)))

    def remove_request(self, id_: str) -> bool:
        return self._removed("DELETE FROM request WHERE zone = $1 AND id = $2", plain(id_))

    def _requests(self, query: str, word: str) -> list[Request]:
        rows = self._connection.execute(query, (self._zone, plain(word)))
        return lent.longest_first(_request_of(body) for (body,) in rows)

    def _row(self, query: str, key: str) -> Row | None:
        return self._connection.execute(query, (self._zone, key)).fetchone()

    def _removed(self, query: str, key: str) -> bool:
        return self._connection.execute(query, (self._zone, key)).rowcount > 0


def _json(noun: Patron | Loan | Request) -> str:
    return _to_json(noun).decode()


class PostgresLending(ABC):
    """`stores.lending.Lending`."""

    _read: Reading

    def __init__(self) -> None:
        self.exchanges_waiting = lent.Waiting(self._keep_exchanges)

    @abstractmethod
    async def _write(self, change: Callable[[Connection], T]) -> T:
        """Change. Raises `StoreError` also where the store was opened to read."""

    async def lent(self, zone: str, barcode: str) -> Lent | None:
        """A patron with what he has."""
        rows = await self._rows(LENT, (zone, plain(barcode)))
        patrons = [_patron_of(body) for kind, _, body in rows if kind == PATRON]
        return Lent(patrons[0], *_lent(rows)) if patrons else None

    async def patrons(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Patron]:
        """By rising barcode."""
        query = "SELECT body FROM patron WHERE zone = $1 AND barcode > $2 ORDER BY barcode LIMIT $3"
        return [_patron_of(body) for (body,) in await self._rows(query, (zone, plain(after), limit))]

    async def loans(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Loan]:
        """By rising item."""
        query = "SELECT body FROM loan WHERE zone = $1 AND item > $2 ORDER BY item LIMIT $3"
        return [_loan_of(body) for (body,) in await self._rows(query, (zone, plain(after), limit))]

    async def requests(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Request]:
        """By rising ID."""
        query = "SELECT body FROM request WHERE zone = $1 AND id > $2 ORDER BY id LIMIT $3"
        return [_request_of(body) for (body,) in await self._rows(query, (zone, plain(after), limit))]

    async def lent_of(self, zone: str, mms_id: str) -> tuple[list[Loan], list[Request]]:
        """Of a record."""
        return _lent(await self._rows(LENT_OF, (zone, plain(mms_id))))

    async def lending_zones(self) -> list[str]:
        """Zones that have patrons, loans or requests."""
        query = "SELECT zone FROM patron UNION SELECT zone FROM loan UNION SELECT zone FROM request"
        return sorted(zone for (zone,) in await self._rows(query, ()))

    def note_exchange(self, exchange: Exchange, kept: Callable[[], object] = lambda: None) -> None:
        """Let it wait for the next batch."""
        self.exchanges_waiting.note(exchange, kept)

    async def exchanges(
        self, *, zone: str | None = None, before: int | None = None, text: str = "", limit: int = PAGE_ROWS
    ) -> list[Exchange]:
        """Newest first."""
        highest = BIGGEST if before is None else max(0, min(before, BIGGEST))
        query, given = exchanges_query(zone, highest, plain(lent.wanted(text)), limit)
        return [replace(_exchange_of(body), seq=seq) for seq, body in await self._rows(query, given)]

    async def exchange(self, seq: int) -> Exchange | None:
        """One by its number."""
        if not 0 < seq <= BIGGEST:
            return None
        found = await self.whole_exchanges(after=seq - 1, limit=1)
        return found[0] if found and found[0].seq == seq else None

    async def whole_exchanges(self, *, after: int = 0, limit: int = PAGE_ROWS) -> list[Exchange]:
        """By rising number."""
        query = "SELECT seq, body, asked, answered FROM exchange WHERE seq > $1 ORDER BY seq LIMIT $2"
        return [
            replace(_exchange_of(body), seq=seq, asked=asked, answered=answered)
            for seq, body, asked, answered in await self._rows(query, (after, limit))
        ]

    async def put_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Under their numbers."""
        numbers = [exchange.seq for exchange in exchanges]
        noted = [Noted.of(exchange) for exchange in exchanges]
        await self._write(lambda connection: put_exchanges(connection, numbers, noted))

    async def _rows(self, query: str, given: Row) -> list[Row]:
        return await self._read(lambda connection: connection.execute(query, given).fetchall())

    async def _keep_exchanges(self, exchanges: Sequence[Noted]) -> None:
        await self._write(lambda connection: keep_exchanges(connection, exchanges))


def _lent(rows: Iterable[Row]) -> tuple[list[Loan], list[Request]]:
    """Loans in the order of the rows, requests in theirs."""
    loans, requests = [], []
    for kind, _, body in rows:
        if kind == LOAN:
            loans.append(_loan_of(body))
        elif kind == REQUEST:
            requests.append(_request_of(body))
    return loans, lent.longest_first(requests)


def forget_items(connection: Connection, zone: str, barcodes: Sequence[str]) -> None:
    """Forget the loans of items, and the requests for them; by their keys."""
    for table in ("loan", "request"):
        query = f"DELETE FROM {table} WHERE zone = $1 AND item = ANY($2::text[])"  # noqa: S608 - names of its own
        connection.execute(query, (zone, barcodes))


def forget_record(connection: Connection, zone: str, mms_id: str) -> None:
    """Forget the loans of a record's items, and the requests for it."""
    for table in ("loan", "request"):
        query = f"DELETE FROM {table} WHERE zone = $1 AND mms_id = $2"  # noqa: S608 - names of its own
        connection.execute(query, (zone, plain(mms_id)))


def exchanges_query(zone: str | None, highest: int, words: str, limit: int) -> tuple[str, Row]:
    """What is asked for a page of exchanges; as a range of the key for those of one zone (`rows.attempts_query`)."""
    looked_for = "AND ($3 = '' OR strpos(words, $3) > 0)"
    if zone is None:
        which, order = "seq < $1", "seq DESC"
    else:
        which, order = "(zone, seq) < ($4, $1) AND zone >= $4", "zone DESC, seq DESC"
    query = f"SELECT seq, body FROM exchange WHERE {which} {looked_for} ORDER BY {order} LIMIT $2"  # noqa: S608 - the same
    return query, (highest, limit, words) if zone is None else (highest, limit, words, zone)


def keep_exchanges(connection: Connection, exchanges: Sequence[Noted]) -> None:
    """Keep these, and no more than are to be kept. One may be there twice where the connection is lost meanwhile."""
    query = """
    INSERT INTO exchange (zone, seq, body, words, asked, answered)
    SELECT zone, nextval('exchange_seq'), body, words, asked, answered
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])
        AS new (zone, body, words, asked, answered)
    RETURNING seq
    """
    numbers = [seq for (seq,) in connection.execute(query, _columns(exchanges))]
    if lent.is_due(max(numbers), len(numbers)):
        _expire(connection)


def put_exchanges(connection: Connection, numbers: Sequence[int], exchanges: Sequence[Noted]) -> None:
    """Keep these under these numbers, and give higher ones from now on; once, also where the connection is lost."""
    query = """
    INSERT INTO exchange (seq, zone, body, words, asked, answered)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
    ON CONFLICT (zone, seq) DO NOTHING
    """
    connection.execute("SELECT setval('exchange_seq', greatest(last_value, $1)) FROM exchange_seq", (max(numbers),))
    connection.execute(query, [[*numbers], *_columns(exchanges)])


def _columns(exchanges: Sequence[Noted]) -> list[list[str | bytes]]:
    """Their zones, bodies, words, messages and answers."""
    rows = [(noted.zone, noted.body.decode(), plain(noted.words), noted.asked, noted.answered) for noted in exchanges]
    return [*map(list, zip(*rows, strict=True))]


def _expire(connection: Connection) -> None:
    """Forget the oldest beyond those to keep; zone by zone, for no transaction is of two."""
    query = "SELECT seq FROM exchange ORDER BY seq DESC OFFSET $1 LIMIT 1"
    row = connection.execute(query, (lending.EXCHANGES_KEPT,)).fetchone()
    if row is None:
        return
    (last,) = row
    zones = connection.execute("SELECT DISTINCT zone FROM exchange WHERE seq <= $1", (last,)).fetchall()
    for (zone,) in zones:
        connection.execute("DELETE FROM exchange WHERE zone = $1 AND seq <= $2", (zone, last))
