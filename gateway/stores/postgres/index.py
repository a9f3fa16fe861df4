"""The SQL for the index by which records are searched for. Runs in a thread.

Whoever writes a record leaves a row in `index_change`, at a place that he draws under the zone's lock (`writes`). Who
searches sees one state of the zone. Who puts something into rows locks the zone's row in `index_state`: exports do not
wait for him, and of two who do it at once one is in vain.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from gateway.model import Flag, Inventory
from gateway.search.indexes import RULES
from gateway.search.upkeep import Change, State, Written
from gateway.search.volumes import Document, Posting
from gateway.stores.base import T
from gateway.stores.indexing import Batch, Source, Waiting
from gateway.stores.postgres import locks, rows, stacks, unpublished
from gateway.stores.postgres.session import Connection, Row

ROWS_AT_ONCE: Final = 20_000
"""Rows of one statement: a second or so of the database's time, and some MB of a gateway's memory."""
PAGE: Final = 1_000
"""Rows of a range of keys that are fetched at once: a scan wants some thirty, a word cut short up to thousands."""
IDLE_SECONDS: Final = 60
"""Longest silence between two statements of a search, in which it holds no lock: records are being read."""
_BEGIN: Final = f"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'
"""
"""Sent as one."""
MADE: Final = ("posting", "document")
TABLES: Final = ("index_change", *MADE)
"""What is made anew; `index_state` remembers how often."""

_POSTING: Final = "SELECT key, block, numbers FROM posting"
POSTINGS: Final = f"{_POSTING} WHERE zone = $1 AND key = ANY($2)"
DOCUMENTS: Final = "SELECT number, mms_id, title, author, date, text FROM document WHERE zone = $1 AND number = ANY($2)"
NUMBERS: Final = "SELECT mms_id, max(number) FROM document WHERE zone = $1 AND mms_id = ANY($2) GROUP BY mms_id"
WRITTEN: Final = "SELECT mms_id, marc, body FROM record WHERE zone = $1 AND mms_id = ANY($2)"
CHANGES: Final = "SELECT place, mms_id FROM index_change WHERE zone = $1 AND place > $2 ORDER BY place LIMIT $3"
RISING: Final = f"{_POSTING} WHERE zone = $1 AND (key, block) > ($2, $3) AND key < $4 ORDER BY key, block LIMIT {PAGE}"
FALLING: Final = (
    f"{_POSTING} WHERE zone = $1 AND (key, block) < ($2, $3) AND key >= $4 ORDER BY key DESC, block DESC LIMIT {PAGE}"
)
_NO_BLOCK: Final = -1
"""Before each that a key has."""
_PUT_POSTINGS: Final = """
INSERT INTO posting SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::bytea[])
ON CONFLICT (zone, key, block) DO UPDATE SET numbers = excluded.numbers
"""
_PUT_DOCUMENTS: Final = """
INSERT INTO document SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
"""


class PostgresSource(Source):
    """One zone's index, within somebody's transaction."""

    def __init__(self, connection: Connection, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def state(self) -> State:
        """The contract's, as all below."""
        return _state(self._connection, self._zone)

    def changes(self, after: int, most: int) -> list[Change]:
        return [Change(*row) for row in self._rows(CHANGES, after, most)]

    def last(self) -> int:
        ((last,),) = self._rows("SELECT max(place) FROM index_change WHERE zone = $1")
        return last or 0

    def written(self, mms_ids: Collection[str]) -> Iterable[Written]:
        found = self._rows(WRITTEN, [*mms_ids])
        return [Written(mms_id, marc, Flag.SUPPRESSED in rows.flags_of(body)) for mms_id, marc, body in found]

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        return [Posting(*row) for row in self._rows(POSTINGS, [*keys])]

    def between(self, first: str, last: str, *, descending: bool) -> Iterator[Posting]:
        query, key, end = (FALLING, last, first) if descending else (RISING, first, last)
        block = _NO_BLOCK
        while page := self._rows(query, key, block, end):
            for row in page:
                yield Posting(*row)
            if len(page) < PAGE:
                return
            key, block, _ = page[-1]

    def documents(self, numbers: Collection[int]) -> Iterable[Document]:
        return [Document(*row) for row in self._rows(DOCUMENTS, [*numbers])]

    def newest(self, mms_ids: Collection[str]) -> Iterable[tuple[str, int]]:
        return [(mms_id, number) for mms_id, number in self._rows(NUMBERS, [*filter(_is_storable, mms_ids)])]

    def inventory(self, mms_ids: Collection[str]) -> Mapping[str, Inventory]:
        shelves = stacks.shelves(self._connection, self._zone, mms_ids)
        libraries = stacks.libraries(self._connection, self._zone) if shelves.holdings else ()
        return shelves.of(rows.records_of(self._connection, self._zone, mms_ids), libraries)

    def _rows(self, query: str, *given: object) -> list[Row]:
        return self._connection.execute(query, (self._zone, *given), binary=True).fetchall()


def _is_storable(word: str) -> bool:
    """Whether the database may hold it: no text of the store has half a character or NUL, whatever is asked for."""
    try:
        return b"\0" not in word.encode()
    except UnicodeEncodeError:
        return False


def read(connection: Connection, zone: str, work: Callable[[Source], T]) -> T:
    """Run this over one state of the zone."""
    connection.execute(_BEGIN)
    try:
        return work(PostgresSource(connection, zone))
    finally:
        if not connection.closed:
            connection.execute("COMMIT")


def waiting(connection: Connection) -> dict[str, Waiting]:
    """Of the zones that have any."""
    query = "SELECT zone, count(*), max(place) FROM index_change GROUP BY zone"
    return {zone: Waiting(changes, last) for zone, changes, last in connection.execute(query)}


def outdated(connection: Connection) -> dict[str, int]:
    """Zones whose rows were made by other rules, and how many changes they have."""
    found = connection.execute("SELECT zone, numbers FROM index_state WHERE rules <> $1", (RULES,))
    return dict(found)


def write(connection: Connection, zone: str, batch: Batch) -> bool:
    """Put these into rows, if those are still what they are to be put into; whether they were."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        if lock(connection, zone) != batch.before:
            return False
        for postings in _slices(batch.postings):
            connection.execute(_PUT_POSTINGS, (zone, *_columns(postings)))
        for documents in _slices(batch.documents):
            connection.execute(_PUT_DOCUMENTS, (zone, *_columns(documents)))
        unpublished.bring(connection, zone, batch.last)
        connection.execute("DELETE FROM index_change WHERE zone = $1 AND place <= $2", (zone, batch.last))
        _set_state(connection, zone, batch.after)
        return True


def begin_anew(connection: Connection, zone: str) -> None:
    """Forget all but which records there are, in the order in which they were written. Exports wait only at its end."""
    while unpublished.is_waiting(connection, zone):
        unpublished.bring_some(connection, zone)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        connection.execute("SET LOCAL statement_timeout = 0")
        empty(connection, zone, MADE)
        unpublished.forget_brought(connection, zone)
        connection.execute("SELECT pg_advisory_xact_lock($1)", (locks.key(zone, "zone", ""),))
        unpublished.take(connection, zone)
        query = """
        INSERT INTO index_change SELECT zone, nextval('index_place'), mms_id FROM (
            SELECT zone, mms_id FROM record WHERE zone = $1
            ORDER BY substring(body FROM '"at":"([^"]+)"')::timestamptz, mms_id
        ) AS written
        """  # as in the migration
        connection.execute(query, (zone,))
        unpublished.brought(connection, zone)


def empty(connection: Connection, zone: str, tables: Sequence[str] = TABLES) -> None:
    """Forget all, within a transaction; whoever knows numbers of it must search again."""
    before = lock(connection, zone)
    for table in tables:
        connection.execute(f"DELETE FROM {table} WHERE zone = $1", (zone,))  # noqa: S608 - table names of its own
    _set_state(connection, zone, State(RULES, before.epoch + 1, before.generation + 1, 0))


def change(connection: Connection, zone: str, mms_id: str) -> None:
    """Note for who searches next that a record is removed; for who has the zone for himself."""
    connection.execute("INSERT INTO index_change VALUES ($1, nextval('index_place'), $2)", (zone, mms_id))


def lock(connection: Connection, zone: str) -> State:
    """How far the zone's rows are; nobody else puts anything into them until the end of the transaction."""
    begun = "INSERT INTO index_state VALUES ($1, $2, $3, $4, $5) ON CONFLICT (zone) DO NOTHING"
    connection.execute(begun, (zone, *State()))
    return _state(connection, zone, "FOR UPDATE")


def _state(connection: Connection, zone: str, how: str = "") -> State:
    query = f"SELECT rules, epoch, generation, numbers FROM index_state WHERE zone = $1 {how}"  # noqa: S608 - two words
    row = connection.execute(query, (zone,)).fetchone()
    return State(*row) if row else State()


def _set_state(connection: Connection, zone: str, state: State) -> None:
    query = "UPDATE index_state SET rules = $2, epoch = $3, generation = $4, numbers = $5 WHERE zone = $1"
    connection.execute(query, (zone, *state))


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def _columns(table: Sequence[Row]) -> tuple[list[object], ...]:
    """Rows as the arrays that unnest takes."""
    return tuple(map(list, zip(*table, strict=True)))


class Run(Protocol):
    """Runs something in a thread, over a connection."""

    async def __call__(self, work: Callable[[Connection], T], /) -> T:
        """What it returns. Raises `StoreError`."""


class IndexRows:
    """`stores.indexing.Rows`."""

    def __init__(self, reading: Run, writing: Run) -> None:
        self._reading = reading
        self._writing = writing

    async def read(self, zone: str, work: Callable[[Source], T]) -> T:
        """The contract's, as all below."""
        return await self._reading(lambda connection: read(connection, zone, work))

    async def waiting(self) -> dict[str, Waiting]:
        return await self._reading(waiting)

    async def outdated(self) -> dict[str, int]:
        return await self._reading(outdated)

    async def write(self, zone: str, batch: Batch) -> bool:
        return await self._writing(lambda connection: write(connection, zone, batch))

    async def empty(self, zone: str) -> None:
        await self._writing(lambda connection: begin_anew(connection, zone))
