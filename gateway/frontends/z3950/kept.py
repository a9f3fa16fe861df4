"""What was found and laid out lately: as long as nothing has changed, it is neither looked for nor laid out again."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, NamedTuple

from gateway.frontends.z3950.apdus.external import Encoded
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.rules import Rules
from gateway.model import Inventory
from gateway.search.query import Among, Order, Query, Term
from gateway.stores.base import Found, Listed

MADE_OCTETS: Final = 64 * 1024 * 1024
"""Octets of all records that were laid out: some thirty thousand as libraries have them."""
LARGEST_OCTETS: Final = 1024 * 1024
"""Octets of one that is kept at most."""
LISTED_OCTETS: Final = 32 * 1024 * 1024
"""Octets of MARC of all records that were read."""
LISTED_MORE: Final = 1_000
"""About what is kept of a record besides, in octets."""
FOUND_OCTETS: Final = 64 * 1024 * 1024
"""Octets of all results that are kept: of a million titles, those for a thousand words."""
FOUND_MORE: Final = 2_000
"""About what is kept of a search besides, in octets."""
QUERY_CHARACTERS: Final = 1_000
"""Of a query whose result is kept: people's are far shorter."""


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
    zone: str
    mms_id: str


class Kept:
    """Of all servers of a gateway; used by one thread."""

    def __init__(self, octets: int = MADE_OCTETS) -> None:
        self._mark: Hashable = None
        self._found: dict[Search, Found] = {}
        self._listed: dict[Number, Listed] = {}
        self._found_octets = self._listed_octets = 0
        self._room = octets
        self._made: OrderedDict[Key, tuple[Inventory, Encoded]] = OrderedDict()

    def at(self, mark: Hashable) -> None:
        """This moment, by the mark of `stores.finding.Finding.mark`: of another one it is not known what is found.

        To be asked for before what is put here is read.
        """
        if mark != self._mark:
            self._mark = mark
            self._found, self._found_octets = {}, 0
            self._listed, self._listed_octets = {}, 0

    def found(self, search: Search) -> Found | None:
        """What it found, if that is known."""
        return self._found.get(search)

    def put_found(self, mark: Hashable, search: Search, found: Found) -> None:
        """Keep it, if it is still that moment; but for a query that is long, or asks for what is in a result set.

        Where it is too much, all goes.
        """
        if mark != self._mark or _characters(search.query) > QUERY_CHARACTERS:
            return
        self._found_octets += FOUND_MORE + found.result.octets
        if self._found_octets > FOUND_OCTETS:
            self._found, self._found_octets = {}, 0
        self._found[search] = found

    def listed(self, number: Number) -> Listed | None:
        """What it stands for, if that is known."""
        return self._listed.get(number)

    def put_listed(self, mark: Hashable, number: Number, listed: Listed) -> None:
        """Keep it, if it is still that moment. Where it is too much, all goes."""
        if mark != self._mark:
            return
        self._listed_octets += LISTED_MORE + (len(listed.there.record.marc) if listed.there else 0)
        if self._listed_octets > LISTED_OCTETS:
            self._listed, self._listed_octets = {}, 0
        self._listed[number] = listed

    def made(self, key: Key, of: Inventory) -> Encoded | None:
        """What was made for it, of just this."""
        found = self._made.get(key)
        if found is None or (found[0] is not of and found[0] != of):
            return None
        self._made.move_to_end(key)
        return found[1]

    def put_made(self, key: Key, of: Inventory, encoded: Encoded) -> None:
        """Keep it; what was asked for least lately goes."""
        if len(encoded.octets) > LARGEST_OCTETS:
            return
        before = self._made.pop(key, None)
        if before is not None:
            self._room += len(before[1].octets)
        self._made[key] = of, encoded
        self._room -= len(encoded.octets)
        while self._room < 0:
            _, (_, gone) = self._made.popitem(last=False)
            self._room += len(gone.octets)


def _characters(query: Query) -> float:
    """Of all its terms; of a result set, more than are kept."""
    match query:
        case Term():
            return len(query.text)
        case Among():
            return math.inf
        case _:
            return _characters(query.left) + _characters(query.right)
