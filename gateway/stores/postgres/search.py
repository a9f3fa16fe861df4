"""Which attempts are wanted, in SQL as far as it goes: what that leaves over is looked at one by one.

The conditions let through all that `Wanted.matches` says yes to, and little else. They are asked of an index that has
the attempts' words and not their bytes (`attempt_by_seq`), one stretch of numbers after the other.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from gateway.search.attempts import Wanted
from gateway.search.fold import folded
from gateway.stores.postgres import rows
from gateway.stores.postgres.session import Connection
from gateway.stores.postgres.words import line, storable
from gateway.stores.stretches import Stretch

STRETCH: Final = 20_000
"""Numbers of attempts that are gone through at once: some 10 ms."""
STRETCH_OF_BYTES: Final = 500
"""The same where the records themselves are gone through, which come all at once: some MB, seldom more."""


class _Asked:
    """Conditions of a statement, with its parameters."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.given: list[object] = []

    def add(self, condition: str, *given: object) -> None:
        """With `{}` for each parameter."""
        numbers = range(len(self.given) + 1, len(self.given) + len(given) + 1)
        self.conditions.append(condition.format(*(f"${number}" for number in numbers)))
        self.given += given


def ends(connection: Connection) -> tuple[int, int]:
    """The number of the oldest attempt, and of the newest."""
    query = """
    SELECT (SELECT seq FROM attempt ORDER BY seq LIMIT 1), (SELECT seq FROM attempt ORDER BY seq DESC LIMIT 1)
    """
    row = connection.execute(query).fetchone()
    oldest, newest = row or (None, None)
    return oldest or 0, newest or 0


def within(connection: Connection, wanted: Wanted, zone: str | None, before: int, limit: int) -> Stretch:
    """The newest attempts before this number that are wanted, of a stretch."""
    last = max(0, before - (STRETCH_OF_BYTES if wanted.fields else STRETCH))
    query, given = seqs_query(wanted, zone, last, before, limit)
    found = connection.execute(query, given, binary=True)
    holds = wanted.record_test()
    seqs = [*islice((seq for seq, raw in found if raw is None or holds(raw)), limit)]
    attempts = [attempt for attempt in rows.attempts_of(connection, seqs) if wanted.matches(attempt)]
    return Stretch(attempts[::-1], seqs[-1] if len(seqs) == limit else last)


def seqs_query(wanted: Wanted, zone: str | None, last: int, before: int, limit: int) -> tuple[str, list[object]]:
    """What is asked for numbers of attempts, of this one and those above it."""
    asked = _Asked()
    asked.add("seq >= {} AND seq < {}", last, before)
    if zone is not None:
        asked.add("zone = {}", zone)
    if wanted.zones:
        asked.add("zone = ANY({})", [storable(zone) for zone in wanted.zones])
    if wanted.since is not None:
        asked.add("at >= {}", wanted.since)
    if wanted.until is not None:
        asked.add("at < {}", wanted.until)
    for parts in _parts(wanted):
        either = " OR ".join(["strpos(words, {}) > 0"] * len(parts))
        asked.add(f"(words = '' OR {either})", *parts)
    columns, limited = ("seq, raw", "") if wanted.fields else ("seq, NULL", f"LIMIT ${len(asked.given) + 1}")
    given = asked.given if wanted.fields else [*asked.given, limit]
    where = " AND ".join(asked.conditions)
    return f"SELECT {columns} FROM attempt WHERE {where} ORDER BY seq DESC {limited}", given  # noqa: S608


def _parts(wanted: Wanted) -> Iterator[list[str]]:
    """Texts of which one must stand among the words, time after time."""
    for texts in (wanted.hosts, wanted.outcomes, wanted.reasons, [wanted.mms], [wanted.oclc]):
        if any(texts):
            yield [line(text) for text in texts]
    for text in (wanted.logon_id, *wanted.title, *wanted.anywhere):
        if text:
            yield [storable(folded(text))]
