"""OCLC's WMS server: a database for each institution, opened by its web service key. Source: spec, z3950.md.

Twelve simple searches name a use attribute alone. Fourteen complex ones, of the Bath profile, name all six attributes;
one that names some of them is taken for the first it may be [assumed].
"""

import hmac
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from gateway.frontends.z3950.apdus.init import IdPass, InitRequest, Open
from gateway.frontends.z3950.asked import Attributes, Refused, unsupported
from gateway.frontends.z3950.bib1 import Kind
from gateway.frontends.z3950.records import item_field, location_field
from gateway.frontends.z3950.rules import Database, Services
from gateway.marc.record import Field
from gateway.marc.table import is_local
from gateway.model import Inventory
from gateway.search.query import Index, Order, Position, Relation, Structure, Term
from gateway.search.ranking import SortKey

PREFIX: Final = "Z39WMS~"
"""Before the registry ID in the name of a database [doc]; in capitals or not [assumed]."""
DATABASE_UNKNOWN: Final = 235
DATABASE_FORBIDDEN: Final = 236
WRONG_KEY: Final = 1011
TOO_OFTEN: Final = 2
"""Diagnostics, all [assumed]: OCLC names none."""
LINK: Final = "856"
"""The field of links to electronic resources, which are not given."""
USE: Final[Mapping[int, Index]] = {
    4: Index.TITLE,
    7: Index.ISBN,
    8: Index.ISSN,
    21: Index.SUBJECT,
    31: Index.DATE,
    33: Index.KEY_TITLE,
    54: Index.LANGUAGE,
    107: Index.STANDARD,
    1003: Index.AUTHOR,
    1007: Index.STANDARD,
    1016: Index.ANY,
    1031: Index.FORMAT,
    1211: Index.OCLC,
}
"""Use attributes [doc]; 107 stands where bib-1 has 1007, in OCLC's table of complex searches."""


class Search(NamedTuple):
    """A complex search: which values of the attributes it takes, and what it looks for."""

    uses: tuple[int, ...]
    relation: tuple[int, ...] = (3,)
    position: tuple[int, ...] = (3,)
    structure: tuple[int, ...] = (2,)
    truncation: tuple[int, ...] = (100,)
    completeness: tuple[int, ...] = (1,)
    exact: bool = False
    """Whether the term is a whole heading."""

    @property
    def values(self) -> Mapping[Kind, tuple[int, ...]]:
        """Of each attribute but the use attribute."""
        return {
            Kind.RELATION: self.relation,
            Kind.POSITION: self.position,
            Kind.STRUCTURE: self.structure,
            Kind.TRUNCATION: self.truncation,
            Kind.COMPLETENESS: self.completeness,
        }


COMPLEX: Final = (
    Search((1003, 4, 21, 1016)),
    Search((1003, 4, 21), position=(1,), structure=(1,), completeness=(3,), exact=True),
    Search((107, 1007), position=(1,), structure=(1,)),
    Search((31,), relation=(1, 2, 3, 4, 5), position=(1,), structure=(4,)),
    Search((33,), position=(1,)),
    Search((33,), position=(1,), structure=(1,), completeness=(3,), exact=True),
    Search((1031,), structure=(1, 2)),
    Search((54,)),
    Search((31,), relation=(104,), structure=(4,)),
    Search((7, 8, 1211), position=(1, 3), structure=(1, 2)),
)
"""Complex searches [doc]; the last is for clients that send all attributes with every number [assumed].

A key title's keyword is to be first in its field, which for a keyword means nothing."""
RELATIONS: Final[Mapping[int, Relation]] = {
    1: Relation.LESS,
    2: Relation.LESS_OR_EQUAL,
    3: Relation.EQUAL,
    4: Relation.GREATER_OR_EQUAL,
    5: Relation.GREATER,
    104: Relation.WITHIN,
}


class Institution(NamedTuple):
    """Whose database it is."""

    zone: str
    """Key of the zone."""
    registry_id: str
    key: str
    secret: str

    def __repr__(self) -> str:
        return f"<Institution {self.registry_id}>"


class Pace(NamedTuple):
    """How often an institution may ask."""

    requests: int = 10
    seconds: float = 5.0


class Wms:
    """The one server of all institutions."""

    order: Final = Order.RELEVANCE

    def __init__(
        self, institutions: Iterable[Institution], services: Services, pace: Pace, clock: Callable[[], float]
    ) -> None:
        """`clock` tells seconds."""
        self.services = services
        self._institutions = {one.registry_id: one for one in institutions}
        self._pace = pace
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}

    def open(self, request: InitRequest) -> str:
        """The registry ID of the institution whose key it is. Raises `Refused`."""
        key, secret = _credentials(request)
        found = ""
        for one in self._institutions.values():  # all of them, so that time tells nothing
            if _same(one.key, key) & _same(one.secret, secret) and key and secret:
                found = one.registry_id
        if not found:
            raise Refused(WRONG_KEY)
        return found

    def begin(self, access: str) -> None:
        """Count a search or a present; one too many is refused, and not counted. The session goes on [assumed]."""
        now = self._clock()
        times = self._asked.setdefault(access, deque())
        while times and now - times[0] >= self._pace.seconds:
            times.popleft()
        if len(times) >= self._pace.requests:
            wait = self._pace.seconds - (now - times[0])
            raise Refused(
                TOO_OFTEN,
                f"more than {self._pace.requests} requests in {self._pace.seconds:g} seconds; wait {wait:.1f} seconds",
            )
        times.append(now)

    def database(self, access: str, name: str) -> Database:
        """The institution's own. Raises `Refused`."""
        registry_id = name[len(PREFIX) :] if name.casefold().startswith(PREFIX.casefold()) else ""
        if registry_id not in self._institutions:
            raise Refused(DATABASE_UNKNOWN, name)
        if registry_id != access:
            raise Refused(DATABASE_FORBIDDEN, name)
        return Database(self._institutions[registry_id].zone, name)

    def term(self, attributes: Attributes, text: str) -> Term:
        """A term of the tree; fields for local use are not searched. Raises `Refused`."""
        use = attributes.get(Kind.USE)
        if use is None:
            raise Refused(116)
        if use not in USE:
            raise unsupported(Kind.USE, use)
        search = _search(use, attributes)
        relation = RELATIONS[attributes.get(Kind.RELATION, 3)]
        if search.exact:
            return Term(USE[use], text, relation, Structure.PHRASE, Position.FIRST, complete=True, local=False)
        return Term(USE[use], text, relation, local=False)

    def scanned(self, attributes: Attributes) -> tuple[Index, Structure]:
        """There is no scan."""
        raise Refused(1025)

    def sort_key(self, attributes: Attributes) -> SortKey:
        """There is no sort: results are always in the order of relevance [doc]."""
        raise Refused(207)

    def kept(self, field: Field) -> bool:
        """Fields for local use are not shown, nor links [doc]."""
        return field.tag != LINK and not is_local(field.tag)

    def shelved(self, inventory: Inventory) -> Iterable[Field]:
        """The holdings, and whether items are in: whatever the record syntax [doc]; in 852 and 876 [assumed]."""
        yield from map(location_field, inventory.holdings)
        yield from map(item_field, inventory.items)


def _search(use: int, attributes: Attributes) -> Search:
    """Which search the attributes are. Raises `Refused`, with a value that no search by `use` has, if there is one."""
    candidates = [search for search in COMPLEX if use in search.uses]
    given = {kind: value for kind, value in attributes.items() if kind is not Kind.USE}
    for kind, value in given.items():
        if not any(value in search.values[kind] for search in candidates):
            raise unsupported(kind, value)
    for search in candidates:
        if all(value in search.values[kind] for kind, value in given.items()):
            return search
    raise Refused(123)


def _credentials(request: InitRequest) -> tuple[str, str]:
    """Key and secret: user ID and password, or an open text with a slash between them [assumed]."""
    match request.authentication:
        case IdPass(_, key, secret):
            return key or "", secret or ""
        case Open(text):
            key, _, secret = text.partition("/")
            return key, secret
        case _:
            return "", ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
