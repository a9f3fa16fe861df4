"""Counts in a store what became of the exports that a gateway has answered: each is there once, none is lost.

The store is read as any command reads it, beside the gateway that serves it.
"""

from collections import Counter
from collections.abc import Mapping

import trio

from benchmarks.bars import Tallied
from benchmarks.result import Result
from benchmarks.servers import ZONE
from gateway.stores import open_store
from gateway.stores.base import Counts, Indexed, Store

PAGE = 1_000
"""Rows that are fetched at once."""


class Audit:
    """One store, held against what the load generator was answered. `after` each load, `at_end` once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seen = 0
        """The newest attempt that was counted."""
        self._sent: set[int] = set()
        self._bad: set[int] = set()
        self._tallied = Tallied()

    def after(self, result: Result) -> None:
        """Count the attempts that one load has left: while they are kept, which old ones are not for ever."""
        sent = result.numbers()
        self._tallied.sent += len(sent)
        self._tallied.answered += result.good
        if result.bad_numbers is None and result.bad:
            self._tallied.unknown = "the load generator does not tell which exports were answered badly"
        bad = {*(result.bad_numbers or ())}
        self._sent |= sent
        self._bad |= bad
        filed = trio.run(self._attempts)
        self._tallied.attempts += filed.total()
        self._hold(sent - bad, bad, filed, "attempts")

    def at_end(self) -> Tallied:
        """Count the titles and their versions too; everything together."""
        found, counts = trio.run(self._titles)
        self._hold(self._sent - self._bad, self._bad, found, "records")
        self._tallied.records, self._tallied.versions = counts.records, counts.versions
        if counts.versions > counts.records:
            self._tallied.doubled.append(f"{counts.versions - counts.records} versions beyond the first")
        return self._tallied

    def _hold(self, good: set[int], bad: set[int], found: Mapping[str, int], what: str) -> None:
        """Each good one once; of a bad one nobody knows whether it is there, but twice it must not be."""
        self._tallied.lost += [f"{number}: no {what}" for number in good if not found.get(str(number))]
        self._tallied.doubled += [
            f"{number}: {count} {what}" for number in good | bad if (count := found.get(str(number), 0)) > 1
        ]

    async def _attempts(self) -> Counter[str]:
        """By OCLC number, the attempts newer than those seen that filed it."""
        filed: Counter[str] = Counter()
        newest, before = self._seen, None
        async with open_store(self._url, purpose="read") as store:
            while page := await store.attempts(zone=ZONE, before=before, limit=PAGE):
                new = [attempt for attempt in page if attempt.seq > self._seen]
                newest = max([newest, *(attempt.seq for attempt in new)])
                filed.update(
                    number
                    for attempt in new
                    if attempt.receipt.outcome.filed
                    for number in attempt.receipt.oclc_numbers
                )
                if len(new) < len(page):
                    break
                before = page[-1].seq
        self._seen = newest
        return filed

    async def _titles(self) -> tuple[Counter[str], Counts]:
        """By OCLC number, the records that bear it; and how much there is in all."""
        async with open_store(self._url, purpose="read") as store:
            counts = await store.counts()
            return await _bearers(store), counts.get(ZONE, Counts())


async def _bearers(store: Store) -> Counter[str]:
    found: Counter[str] = Counter()
    after: Indexed | None = None
    while page := await store.indexed(ZONE, after=after, limit=PAGE):
        found.update(each.identifier.value for each in page if each.identifier.kind == "oclc")
        after = page[-1]
    return found
