"""Records that were laid out lately: as long as neither a record nor what is on its shelves has changed, it is not laid
out again."""

from collections import OrderedDict
from typing import Final, NamedTuple

from gateway.frontends.z3950.apdus.external import Encoded
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.rules import Rules
from gateway.frontends.z3950.subjects import Subject

KEPT_OCTETS: Final = 64 * 1024 * 1024
"""Octets of all that is kept: some thirty thousand records as libraries have them."""
LARGEST_OCTETS: Final = 1024 * 1024
"""Octets of one that is kept at most."""


class Key(NamedTuple):
    """What is asked for."""

    rules: Rules
    syntax: Oid
    zone: str
    mms_id: str


class Kept:
    """Used by one thread."""

    def __init__(self, octets: int = KEPT_OCTETS) -> None:
        self._room = octets
        self._kept: OrderedDict[Key, tuple[Subject, Encoded]] = OrderedDict()

    def find(self, key: Key, of: Subject) -> Encoded | None:
        """What was made for it, of just this."""
        found = self._kept.get(key)
        if found is None or found[0] != of:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def put(self, key: Key, of: Subject, made: Encoded) -> None:
        """Keep it; what was asked for least lately goes."""
        if len(made.octets) > LARGEST_OCTETS:
            return
        before = self._kept.pop(key, None)
        if before is not None:
            self._room += len(before[1].octets)
        self._kept[key] = of, made
        self._room -= len(made.octets)
        while self._room < 0:
            _, (_, gone) = self._kept.popitem(last=False)
            self._room += len(gone.octets)
