"""Alma's Z39.50 server: open to everybody, a database for each zone of a host. Source: spec, z3950.md, "Alma's side".

Where nothing is published (marked "assumed") a client is rather answered than refused.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from gateway.frontends.z3950.apdus.init import InitRequest
from gateway.frontends.z3950.asked import Attributes, Refused, unsupported
from gateway.frontends.z3950.bib1 import Completeness, Kind, Position, Relation, Structure, Truncation
from gateway.frontends.z3950.records import location_field
from gateway.frontends.z3950.rules import Database, Services
from gateway.marc.record import Field
from gateway.model import Inventory, Zone
from gateway.search import query as tree
from gateway.search.indexes import HEADED
from gateway.search.query import Index
from gateway.search.ranking import SortKey

T = TypeVar("T")

USE: Final[Mapping[int, Index]] = {
    1: Index.AUTHOR,
    4: Index.TITLE,
    7: Index.ISBN,
    8: Index.ISSN,
    12: Index.SYSTEM,
    21: Index.SUBJECT,
    31: Index.DATE,
    1003: Index.AUTHOR,
    1004: Index.AUTHOR,
    1016: Index.ANY,
    1017: Index.ANY,
    1211: Index.OCLC,
}
"""Use attributes [doc]."""
USE_IF_NONE: Final = 1016
"""The use attribute of a term without one [assumed]."""
RELATIONS: Final[Mapping[int, tree.Relation]] = {
    Relation.LESS: tree.Relation.LESS,
    Relation.LESS_OR_EQUAL: tree.Relation.LESS_OR_EQUAL,
    Relation.EQUAL: tree.Relation.EQUAL,
    Relation.GREATER_OR_EQUAL: tree.Relation.GREATER_OR_EQUAL,
    Relation.GREATER: tree.Relation.GREATER,
}
"""Of a date; all else can only be equal [assumed]."""
POSITIONS: Final[Mapping[int, tree.Position]] = {
    Position.FIRST_IN_FIELD: tree.Position.FIRST,
    Position.FIRST_IN_SUBFIELD: tree.Position.FIRST,
    Position.ANY: tree.Position.ANY,
}
"""[assumed]"""
STRUCTURES: Final[Mapping[int, tree.Structure]] = {
    Structure.PHRASE: tree.Structure.PHRASE,
    Structure.STRING: tree.Structure.PHRASE,
    **dict.fromkeys(
        (
            *(Structure.WORD, Structure.WORD_LIST, Structure.FREE_TEXT, Structure.DOCUMENT_TEXT),
            *(Structure.NAME_NORMALIZED, Structure.NAME_UNNORMALIZED, Structure.KEY, Structure.YEAR),
            *(Structure.DATE_NORMALIZED, Structure.DATE_UNNORMALIZED, Structure.LOCAL_NUMBER),
            Structure.NUMERIC_STRING,
        ),
        tree.Structure.WORDS,
    ),
}
"""Words are looked for one by one, also where no structure is given [assumed]; numbers and dates have none."""
TRUNCATIONS: Final[Mapping[int, tree.Truncation]] = {
    Truncation.RIGHT: tree.Truncation.RIGHT,
    Truncation.NONE: tree.Truncation.NONE,
}
"""[doc]"""
COMPLETE: Final[Mapping[int, bool]] = {
    Completeness.INCOMPLETE_SUBFIELD: False,
    Completeness.COMPLETE_SUBFIELD: True,
    Completeness.COMPLETE_FIELD: True,
}
"""[assumed]"""
SORT_USE: Final[Mapping[int, SortKey]] = {
    **dict.fromkeys((1, 1003, 1004), SortKey.AUTHOR),
    4: SortKey.TITLE,
    12: SortKey.MMS,
    31: SortKey.DATE,
}
"""By which use attributes a result set can be sorted [assumed]."""
CAMPUS: Final = "/"
"""Before it stands the institution, behind it a campus, by which nothing is left out [assumed]."""


class Alma:
    """The server of one host."""

    order: Final = tree.Order.WRITTEN

    def __init__(self, host: str, zones: Mapping[str, Zone], services: Services) -> None:
        """`zones`: all there are, by key, as they come and go."""
        self.services = services
        self._host = host
        self._zones = zones

    def open(self, request: InitRequest) -> str:
        """Everybody may come in; a user and a password say nothing [doc]."""
        return ""

    def begin(self, access: str) -> None:
        """Requests are not counted."""

    def database(self, access: str, name: str) -> Database:
        """An institution code, in capitals or not, perhaps with a campus behind it. Raises `Refused`."""
        code = name.partition(CAMPUS)[0].strip().casefold()
        for zone in self._zones.values():
            if zone.host == self._host and zone.code.casefold() == code:
                return Database(zone.key, name)
        raise Refused(109, name)

    def term(self, attributes: Attributes, text: str) -> tree.Term:
        """A term of the tree. Raises `Refused`."""
        index = index_of(attributes)
        term = tree.Term(
            index,
            text,
            _relation(attributes, index),
            _chosen(STRUCTURES, attributes, Kind.STRUCTURE, tree.Structure.WORDS),
            _chosen(POSITIONS, attributes, Kind.POSITION, tree.Position.ANY),
            _chosen(TRUNCATIONS, attributes, Kind.TRUNCATION, tree.Truncation.NONE),
            _chosen(COMPLETE, attributes, Kind.COMPLETENESS, False),
        )
        if index is Index.ANY and term.position is tree.Position.FIRST:
            raise unsupported(Kind.POSITION, attributes[Kind.POSITION])
        if index is Index.ANY and term.complete:
            raise unsupported(Kind.COMPLETENESS, attributes[Kind.COMPLETENESS])
        return term

    def scanned(self, attributes: Attributes) -> tuple[Index, tree.Structure]:
        """Whose terms are listed: words, or headings where a phrase is asked for. Raises `Refused`."""
        index = index_of(attributes)
        structure = _chosen(STRUCTURES, attributes, Kind.STRUCTURE, tree.Structure.WORDS)
        return index, structure if index in HEADED else tree.Structure.WORDS

    def sort_key(self, attributes: Attributes) -> SortKey:
        """By what is sorted. Raises `Refused`."""
        use = attributes.get(Kind.USE, 0)
        if use not in SORT_USE:
            raise Refused(207)
        return SORT_USE[use]

    def kept(self, field: Field) -> bool:
        """All of a record is shown."""
        return True

    def shelved(self, inventory: Inventory) -> Iterable[Field]:
        """An 852 for each holding [doc]."""
        return map(location_field, inventory.holdings)


def index_of(attributes: Attributes) -> Index:
    """What the use attribute means. Raises `Refused`."""
    use = attributes.get(Kind.USE, USE_IF_NONE)
    if use not in USE:
        raise unsupported(Kind.USE, use)
    return USE[use]


def _relation(attributes: Attributes, index: Index) -> tree.Relation:
    value = attributes.get(Kind.RELATION, Relation.EQUAL)
    relation = RELATIONS.get(value)
    if relation is None or (index is not Index.DATE and relation is not tree.Relation.EQUAL):
        raise unsupported(Kind.RELATION, value)
    return relation


def _chosen(table: Mapping[int, T], attributes: Attributes, kind: Kind, usual: T) -> T:
    if kind not in attributes:
        return usual
    if attributes[kind] not in table:
        raise unsupported(kind, attributes[kind])
    return table[attributes[kind]]
