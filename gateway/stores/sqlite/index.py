"""The SQL of the SQLite store for the index by which records are searched for."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Final

from gateway.model import Flag, Inventory
from gateway.search.indexes import RULES
from gateway.search.upkeep import Change, State, Written
from gateway.search.volumes import Document, Posting
from gateway.stores.indexing import Batch, Source, Waiting
from gateway.stores.sqlite import rows, stacks, unpublished
from gateway.stores.sqlite.rows import Execute, to_json

ROWS_AT_ONCE: Final = 500
"""Rows of one statement, with up to seven values each: SQLite takes 32,766. Each statement gives the interpreter to
others, and may have to wait until it has it again."""
TABLES: Final = ("index_change", "posting", "document")
"""What is made anew; `index_state` remembers how often."""


class SqliteSource(Source):
    """One zone's index, within somebody's transaction."""

    def __init__(self, execute: Execute, zone: str) -> None:
        self._execute = execute
        self._zone = zone

    def state(self) -> State:
        """The contract's, as all below."""
        return state(self._execute, self._zone) or State()

    def changes(self, after: int, most: int) -> list[Change]:
        query = "SELECT place, mms_id FROM index_change WHERE zone = ? AND place > ? ORDER BY place LIMIT ?"
        return [Change(*row) for row in self._execute(query, (self._zone, after, most))]

    def last(self) -> int:
        return self._execute("SELECT max(place) FROM index_change WHERE zone = ?", (self._zone,)).get or 0

    def written(self, mms_ids: Collection[str]) -> Iterable[Written]:
        query = (
            "SELECT mms_id, marc, flags FROM json_each(?2) AS wanted "
            "CROSS JOIN record ON record.zone = ?1 AND record.mms_id = wanted.value"
        )
        found = self._execute(query, (self._zone, _listed(mms_ids)))
        return [Written(mms_id, marc, Flag.SUPPRESSED in rows.flags_of(flags)) for mms_id, marc, flags in found]

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        query = (
            "SELECT posting.key, block, numbers FROM json_each(?2) AS wanted "
            "CROSS JOIN posting ON posting.zone = ?1 AND posting.key = wanted.value"
        )
        return [Posting(*row) for row in self._execute(query, (self._zone, _listed(keys)))]

    def between(self, first: str, last: str, *, descending: bool) -> Iterator[Posting]:
        order = "DESC" if descending else "ASC"
        which = "zone = ? AND key >= ? AND key < ?"
        query = f"SELECT key, block, numbers FROM posting WHERE {which} ORDER BY key {order}, block {order}"  # noqa: S608
        with closing(self._execute(query, (self._zone, _storable(first), _storable(last)))) as found:
            for row in found:
                yield Posting(*row)

    def documents(self, numbers: Collection[int]) -> Iterable[Document]:
        query = (
            "SELECT number, mms_id, title, author, date, text FROM json_each(?2) AS wanted "
            "CROSS JOIN document ON document.zone = ?1 AND document.number = wanted.value"
        )
        given = to_json([*numbers]).decode()
        return [Document(*row) for row in self._execute(query, (self._zone, given))]

    def newest(self, mms_ids: Collection[str]) -> Iterable[tuple[str, int]]:
        query = (
            "SELECT mms_id, max(number) FROM json_each(?2) AS wanted "
            "CROSS JOIN document ON document.zone = ?1 AND document.mms_id = wanted.value GROUP BY mms_id"
        )
        return self._execute(query, (self._zone, _listed(mms_ids)))

    def inventory(self, mms_ids: Collection[str]) -> Mapping[str, Inventory]:
        shelves = stacks.shelves(self._execute, self._zone, mms_ids)
        libraries = stacks.libraries(self._execute, self._zone) if shelves.holdings else ()
        return shelves.of(rows.records_of(self._execute, self._zone, mms_ids), libraries)


def _listed(words: Collection[str]) -> str:
    return to_json([*map(_storable, words)]).decode()


def _storable(word: str) -> str:
    """Half a character stands in no text of the store's, whatever is asked for in its place."""
    return word.encode(errors="replace").decode()


def state(execute: Execute, zone: str) -> State | None:
    """How far the zone's rows are; None where there are none yet."""
    query = "SELECT rules, epoch, generation, numbers FROM index_state WHERE zone = ?"
    row = execute(query, (zone,)).fetchone()
    return State(*row) if row else None


def waiting(execute: Execute) -> dict[str, Waiting]:
    """Of the zones that have any."""
    query = "SELECT zone, count(*), max(place) FROM index_change GROUP BY zone"
    return {zone: Waiting(changes, last) for zone, changes, last in execute(query)}


def outdated(execute: Execute) -> dict[str, int]:
    """Zones whose rows were made by other rules, and how many changes they have."""
    return dict(execute("SELECT zone, numbers FROM index_state WHERE rules <> ?", (RULES,)))


def write(execute: Execute, zone: str, batch: Batch) -> bool:
    """Put these into rows, if those are still what they are to be put into; whether they were."""
    if (state(execute, zone) or State()) != batch.before:
        return False
    _insert(execute, "posting", [(zone, *posting) for posting in batch.postings])
    _insert(execute, "document", [(zone, *document) for document in batch.documents])
    unpublished.bring(execute, zone, batch.last)
    execute("DELETE FROM index_change WHERE zone = ? AND place <= ?", (zone, batch.last))
    unpublished.deleted(execute, zone)
    _set_state(execute, zone, batch.after)
    return True


def _insert(execute: Execute, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        places = ", ".join([f"({', '.join('?' * len(some[0]))})"] * len(some))
        execute(f"INSERT OR REPLACE INTO {table} VALUES {places}", [*chain.from_iterable(some)])  # noqa: S608 - a name


def empty(execute: Execute, zone: str) -> None:
    """Forget all; whoever knows numbers of it must search again."""
    for table in TABLES:
        execute(f"DELETE FROM {table} WHERE zone = ?", (zone,))  # noqa: S608 - table names of its own
    before = state(execute, zone) or State()
    _set_state(execute, zone, State(RULES, before.epoch + 1, before.generation + 1, 0))


def begin_anew(execute: Execute, zone: str) -> None:
    """Forget all but which records there are, in the order in which they were written."""
    while unpublished.bring_some(execute, zone):
        pass
    empty(execute, zone)
    execute(
        "INSERT INTO index_change SELECT zone, row_number() OVER (ORDER BY at, mms_id), mms_id "
        "FROM record WHERE zone = ?",
        (zone,),
    )
    unpublished.brought(execute, zone)


def _set_state(execute: Execute, zone: str, state: State) -> None:
    execute("INSERT OR REPLACE INTO index_state VALUES (?, ?, ?, ?, ?)", (zone, *state))
