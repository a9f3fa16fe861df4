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
from gateway.stores.base import Found

KEPT_OCTETS: Final = 64 * 1024 * 1024
"""Octets of all records that are kept: some thirty thousand as libraries have them."""
LARGEST_OCTETS: Final = 1024 * 1024
"""Octets of one that is kept at most."""
NUMBERS: Final = 100_000
"""Numbers whose records are remembered, some 20 MB; then they are forgotten."""
FOUND_BLOCKS: Final = 4_096
"""Blocks of the results that are kept, of up to 9 kB; each result counts for one more."""
QUERY_CHARACTERS: Final = 1_000
"""Of a query whose result is kept: people's are far shorter."""


class Key(NamedTuple):
    """A record as it is asked for."""

    rules: Rules
    syntax: Oid
    zone: str
    mms_id: str


class Number(NamedTuple):
    """A record as it was found."""

    zone: str
    epoch: int
    number: int


class Search(NamedTuple):
    """What is looked for."""

    zone: str
    query: Query
    order: Order


class _Made(NamedTuple):
    """A record that was laid out."""

    mark: Hashable
    """When it was last seen to be so (`stores.finding.Finding.mark`)."""
    of: Inventory
    encoded: Encoded


class Kept:
    """Of all servers of a gateway; used by one thread. A mark is asked for before what is put with it is read."""

    def __init__(self, octets: int = KEPT_OCTETS) -> None:
        self._room = octets
        self._made: OrderedDict[Key, _Made] = OrderedDict()
        self._mms_ids: dict[Number, str] = {}
        self._found: dict[Search, Found] = {}
        self._found_at: Hashable = None
        self._blocks = 0

    def found(self, search: Search, mark: Hashable) -> Found | None:
        """What it found, if that is known of this moment."""
        return self._found.get(search) if mark == self._found_at else None

    def put_found(self, search: Search, mark: Hashable, found: Found) -> None:
        """Keep it, but for a query that is long, or asks for what is in a result set.

        What was found at another moment goes, and all where it is too much.
        """
        if _characters(search.query) > QUERY_CHARACTERS:
            return
        blocks = 1 + sum(map(len, found.result.tiers))
        if mark != self._found_at or self._blocks + blocks > FOUND_BLOCKS:
            self._found, self._found_at, self._blocks = {}, mark, 0
        self._found[search] = found
        self._blocks += blocks

    def mms_id(self, number: Number) -> str | None:
        """The record that it stands for, if that is known."""
        return self._mms_ids.get(number)

    def put_mms_id(self, number: Number, mms_id: str) -> None:
        """Remember it."""
        if len(self._mms_ids) >= NUMBERS:
            self._mms_ids.clear()
        self._mms_ids[number] = mms_id

    def made_at(self, key: Key, mark: Hashable) -> Encoded | None:
        """What was made for it, if that is known to be so at this moment."""
        made = self._made.get(key)
        if made is None or made.mark != mark:
            return None
        self._made.move_to_end(key)
        return made.encoded

    def made_of(self, key: Key, mark: Hashable, of: Inventory) -> Encoded | None:
        """What was made for it of just this, which is what there is at this moment."""
        made = self._made.get(key)
        if made is None or made.of != of:
            return None
        self._made[key] = made._replace(mark=mark)
        self._made.move_to_end(key)
        return made.encoded

    def put_made(self, key: Key, mark: Hashable, of: Inventory, encoded: Encoded) -> None:
        """Keep it; what was asked for least lately goes."""
        if len(encoded.octets) > LARGEST_OCTETS:
            return
        before = self._made.pop(key, None)
        if before is not None:
            self._room += len(before.encoded.octets)
        self._made[key] = _Made(mark, of, encoded)
        self._room -= len(encoded.octets)
        while self._room < 0:
            _, gone = self._made.popitem(last=False)
            self._room += len(gone.encoded.octets)


def _characters(query: Query) -> float:
    """Of all its terms; of a result set, more than are kept."""
    match query:
        case Term():
            return len(query.text)
        case Among():
            return math.inf
        case _:
            return _characters(query.left) + _characters(query.right)
