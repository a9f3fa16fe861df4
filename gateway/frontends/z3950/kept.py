"""What was found and laid out lately: as long as nothing has changed, it is neither looked for nor laid out again."""

import math
from collections.abc import Hashable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from gateway.frontends.z3950.apdus.records import EncodedRecord
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.rules import Database, Rules
from gateway.model import Inventory
from gateway.search.query import Among, Order, Query, Term
from gateway.stores.base import Found, Listed

MADE_OCTETS: Final = 32 * 1024 * 1024
"""Octets of records that were laid out, twice: some thirty thousand as libraries have them."""
LARGEST_OCTETS: Final = 1024 * 1024
"""Octets of one that is kept at most."""
LISTED_OCTETS: Final = 24 * 1024 * 1024
"""Octets of MARC of records that were read, twice."""
LISTED_MORE: Final = 1_000
"""About what is kept of a record besides, in octets."""
FOUND_OCTETS: Final = 32 * 1024 * 1024
"""Octets of results, twice: of a million titles, those for a thousand words."""
FOUND_MORE: Final = 2_000
"""About what is kept of a search besides, in octets."""
QUERY_CHARACTERS: Final = 1_000
"""Of a query whose result is kept: people's are far shorter."""


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lately(Generic[K, V]):
    """What was used lately, up to so many octets, and up to as many before those."""

    def __init__(self, octets: int) -> None:
        self._most = octets
        self.clear()

    def __contains__(self, key: K) -> bool:
        """Whether something is kept of it, which is not used by that. May be asked in any thread."""
        return key in self._now or key in self._before

    def clear(self) -> None:
        """Forget all."""
        self._now: dict[K, tuple[V, int]] = {}
        self._before: dict[K, tuple[V, int]] = {}
        self._octets = 0

    def get(self, key: K) -> V | None:
        """What is kept of it."""
        found = self._now.get(key)
        if found is None:
            found = self._before.pop(key, None)
            if found is None:
                return None
            self.put(key, *found)
        return found[0]

    def put(self, key: K, value: V, octets: int) -> None:
        """Keep it, which takes so much; where it is too much with the others, they are of before."""
        self._octets += octets
        if self._octets > self._most:
            self._now, self._before, self._octets = {}, self._now, octets
        self._now[key] = value, octets


class Search(NamedTuple):
    """What is looked for."""

    zone: str
    query: Query
    order: Order


class Number(NamedTuple):
    """A record as it was found."""

    zone: str
    epoch: int
    number: int


class Key(NamedTuple):
    """A record as it is asked for."""

    rules: Rules
    syntax: Oid
    database: Database
    mms_id: str


class Kept:
    """Of all servers of a gateway; used by one thread, but for what says otherwise."""

    def __init__(self) -> None:
        self._mark: Hashable = None
        self._found: Lately[Search, Found] = Lately(FOUND_OCTETS)
        self._listed: Lately[Number, Listed] = Lately(LISTED_OCTETS)
        self._made: Lately[Key, tuple[Inventory, EncodedRecord]] = Lately(MADE_OCTETS)

    def at(self, mark: Hashable) -> None:
        """This moment, by the mark of `stores.finding.Finding.mark`: of another one it is not known what is found.

        To be asked for before what is put here is read.
        """
        if mark != self._mark:
            self._mark = mark
            self._found.clear()
            self._listed.clear()

    def found(self, search: Search) -> Found | None:
        """What it found, if that is known."""
        return self._found.get(search)

    def put_found(self, mark: Hashable, search: Search, found: Found) -> None:
        """Keep it, if it is still that moment; but for a query that is long, or asks for what is in a result set."""
        if mark == self._mark and _characters(search.query) <= QUERY_CHARACTERS:
            self._found.put(search, found, FOUND_MORE + found.result.octets)

    def listed(self, number: Number) -> Listed | None:
        """What it stands for, if that is known."""
        return self._listed.get(number)

    def lists(self, zone: str, numbers: Sequence[int], epoch: int) -> bool:
        """Whether it is known what all of these stand for. May be asked in any thread."""
        return all(Number(zone, epoch, number) in self._listed for number in numbers)

    def put_listed(self, mark: Hashable, number: Number, listed: Listed) -> None:
        """Keep it, if it is still that moment."""
        if mark == self._mark:
            self._listed.put(number, listed, LISTED_MORE + (len(listed.there.record.marc) if listed.there else 0))

    def made(self, key: Key, of: Inventory) -> EncodedRecord | None:
        """What was made for it, of just this."""
        found = self._made.get(key)
        if found is None:
            return None
        before, encoded = found
        if before is not of:
            if before != of:
                return None
            self.put_made(key, of, encoded)  # so that the next look is a short one
        return encoded

    def put_made(self, key: Key, of: Inventory, encoded: EncodedRecord) -> None:
        """Keep it, unless it is too long."""
        if len(encoded.octets) <= LARGEST_OCTETS:
            self._made.put(key, (of, encoded), len(encoded.octets))


def _characters(query: Query) -> float:
    """Of all its terms; of a result set, more than are kept."""
    match query:
        case Term():
            return len(query.text)
        case Among():
            return math.inf
        case _:
            return _characters(query.left) + _characters(query.right)
