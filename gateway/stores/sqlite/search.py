"""Which attempts are wanted, in SQL as far as it goes: what that leaves over is looked at one by one.

The conditions let through all that `Wanted.matches` says yes to, and little else. They are asked of an index that has
all but the attempts' bytes (`attempt_by_words`), one stretch of numbers after the other.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

import apsw

from gateway.search.attempts import Wanted
from gateway.search.fold import folded
from gateway.stores.sqlite.rows import Execute, attempts_of, to_microseconds
from gateway.stores.stretches import Stretch

STRETCH: Final = 20_000
"""Numbers of attempts that are gone through at once: some 10 ms, in which nobody else reads."""
STRETCH_OF_BYTES: Final = 5_000
"""The same where the records themselves are gone through, one by one."""
FOLDED: Final = "folded"
"""SQL function: a text as it is compared. SQLite's own `lower` does so for ASCII alone."""


class Condition(NamedTuple):
    """Of a row, with its parameters."""

    sql: str
    given: tuple[object, ...]


def prepare(connection: apsw.Connection) -> None:
    """Let a connection search."""

    def fold(*given: object) -> str:
        (text,) = given
        return folded(str(text))

    connection.create_scalar_function(FOLDED, fold, 1, deterministic=True)


def ends(execute: Execute) -> tuple[int, int]:
    """The number of the oldest attempt, and of the newest."""
    oldest = execute("SELECT min(seq) FROM attempt").get
    return oldest or 0, execute("SELECT max(seq) FROM attempt").get or 0


def within(execute: Execute, wanted: Wanted, zone: str | None, before: int, limit: int) -> Stretch:
    """The newest attempts before this number that are wanted, of a stretch."""
    conditions = [*_conditions(wanted)]
    if zone is not None:
        conditions.append(Condition("zone = ?", (zone,)))
    last = before - (STRETCH_OF_BYTES if wanted.fields else STRETCH)
    where = " AND ".join(["seq >= ? AND seq < ?", *(condition.sql for condition in conditions)])
    asked = "seq, raw" if wanted.fields else "seq, NULL"
    by = "INDEXED BY attempt_by_words" if conditions else "NOT INDEXED"  # every record is gone through: as they lie
    query = f"SELECT {asked} FROM attempt {by} WHERE {where} ORDER BY seq DESC"  # noqa: S608
    given = [_storable(value) for condition in conditions for value in condition.given]
    found = execute(query, (last, before, *given))
    holds = wanted.record_test()
    seqs = [*islice((seq for seq, raw in found if raw is None or holds(raw)), limit)]
    found.close()
    attempts = [attempt for attempt in attempts_of(execute, reversed(seqs)) if wanted.matches(attempt)]
    return Stretch(attempts[::-1], seqs[-1] if len(seqs) == limit else last)


def _conditions(wanted: Wanted) -> Iterable[Condition]:
    if wanted.zones:
        yield _one_of("zone", wanted.zones)
    if wanted.hosts:
        yield _one_of("host", wanted.hosts)
    if wanted.outcomes:
        yield _one_of("outcome", [outcome.value for outcome in wanted.outcomes])
    if wanted.reasons:
        yield _one_of("reason", [reason.value for reason in wanted.reasons])
    if wanted.mms:
        yield Condition("mms_id = ?", (wanted.mms,))
    if wanted.oclc:
        yield _number_holds(wanted.oclc)
    if wanted.since is not None:
        yield Condition("at >= ?", (to_microseconds(wanted.since),))
    if wanted.until is not None:
        yield Condition("at < ?", (to_microseconds(wanted.until),))
    if wanted.logon_id:
        yield _holds("logon_id", folded(wanted.logon_id))
    for part in wanted.title:
        yield _holds("title", folded(part))
    for part in wanted.anywhere:
        yield _stands_anywhere(folded(part))


def _storable(value: object) -> object:
    """Half a character stands in no text of the store's, whatever is asked for in its place."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _one_of(column: str, values: Sequence[str]) -> Condition:
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def _holds(column: str, part: str) -> Condition:
    """A part of a text, in which length and bytes differ unless it is ASCII, without NUL."""
    sql = (
        f"CASE WHEN octet_length({column}) = length({column}) "
        f"THEN instr(lower({column}), ?) ELSE instr({FOLDED}({column}), ?) END"
    )
    return Condition(sql, (part, part))


def _number_holds(part: str) -> Condition:
    """A part of an OCLC number, or more: they are JSON, and looked at one by one where that has a backslash."""
    numbers = "CAST(oclc_numbers AS TEXT)"
    return Condition(rf"(instr({numbers}, ?) OR instr({numbers}, '\'))", (part,))


def _stands_anywhere(part: str) -> Condition:
    holds = Condition("instr(mms_id, ?)", (part,)), Condition("seq = (SELECT seq FROM attempt WHERE id = ?)", (part,))
    either = (_holds("title", part), _number_holds(part), _holds("logon_id", part), *holds)
    given = tuple(value for condition in either for value in condition.given)
    return Condition(f"({' OR '.join(condition.sql for condition in either)})", given)
